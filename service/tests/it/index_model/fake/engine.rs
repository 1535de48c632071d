//! The fake as an engine: the order of things as in the index.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use backends::{Horizon, ItemState};
use directpush::ids::{ItemNo, Seq};
use directpush::index::cursor::{Cursor, Row};
use directpush::index::delta::{self, Before};
use directpush::index::lineage::{self, Answer, Proof};
use directpush::index::page::{FolderState, Want};
use directpush::index::upload::{self, Judged};
use directpush::index::{Action, Begun, Command, Ident, Outcome, Upload, Verdict};
use directpush::store::upload::{UploadRow, UploadState};
use roaring::RoaringBitmap;

use super::super::world::World;
use super::super::{Engine, Step};

use super::{Fake, Session, Ticket, id};

impl Engine for Fake {
    type Ticket = Ticket;

    async fn refresh(&mut self, world: &World, listing: bool) {
        let delta = world.delta(self.token.as_ref(), Horizon::Everything, listing);
        let begun: Vec<UploadRow> = self
            .devices
            .iter()
            .flat_map(|device| device.uploads.values())
            .filter(|upload| upload.state == UploadState::Begun)
            .cloned()
            .collect();
        let live = self.rows.values().filter(|row| !row.removed);
        let rows: HashMap<_, _> = live
            .map(|row| (row.reference.clone(), row.clone()))
            .collect();
        let before = Before {
            rows,
            begun: &begun,
            horizon: Horizon::Everything,
        };
        let mut numbers = self.numbers();
        let plan = delta::plan(before, &delta.kind, &mut numbers);
        for device in &mut self.devices {
            for upload in device.uploads.values_mut() {
                let found = plan
                    .found
                    .iter()
                    .find(|(number, _)| *number == upload.number);
                if upload.state == UploadState::Begun && upload.expected_item.is_some() {
                    upload.item = found.map(|(_, item)| *item).or(upload.item);
                }
            }
        }
        self.numbers = Some(numbers);
        self.token = Some(delta.token);
        self.stamp += 1;
        plan.updates
            .into_iter()
            .chain(plan.inserts)
            .for_each(|row| self.put(row));
    }

    async fn open(&mut self, device: usize, key: &str, _window: i64) -> bool {
        let (taken, lineage, base, told) = if key == "0" {
            (None, None, Cursor::default(), BTreeMap::new())
        } else {
            let heads: Vec<Answer> = self.devices[device]
                .answers
                .iter()
                .map(|(answer, _)| answer.clone())
                .collect();
            let Some(taken) = lineage::show(&heads, key) else {
                return false;
            };
            self.turn(device, &taken);
            let mut answers = self.devices[device].answers.iter();
            let found = answers.find(|(answer, _)| answer.number == taken.number);
            let base = found.unwrap().1.clone();
            let told = self.devices[device].told[&taken.number].clone();
            (Some(taken.number), Some(taken.lineage), base, told)
        };
        self.session = Some(Session {
            device,
            taken,
            lineage,
            cursor: base,
            again: BTreeSet::new(),
            answered: Vec::new(),
            picker: None,
            told,
            telling: BTreeMap::new(),
        });
        true
    }

    fn needs_refresh(&self) -> bool {
        false
    }

    async fn upload(&mut self, new: &Upload) -> Step<Ticket> {
        let session = self.session.as_mut().unwrap();
        let device = &mut self.devices[session.device];
        let before = device.uploads.get_mut(&new.ident.spell());
        if let Some(before) = before
            && let Some((verdict, effect)) = upload::repeat(before, new)
        {
            before.older = false;
            session.answered.push(before.number);
            session.note(effect);
            return Step::Done(verdict);
        }
        let begun = device.uploads.get(&new.ident.spell()).cloned();
        let begun = begun.filter(|upload| upload.state == UploadState::Begun);
        let when = begun.as_ref().map_or(Begun::Now, |_| Begun::Before);
        let mut judged = Judged::Go { told_all: true };
        let mut row = None;
        if let Ident::Change(item) | Ident::Delete(item) = new.ident {
            row = self.rows.get(&item.0).cloned();
            judged = upload::judge(row.as_ref(), &session.cursor, id(session.device), new);
            if judged == Judged::Gone {
                if matches!(new.ident, Ident::Delete(_)) {
                    session.cursor.drop_item(item);
                }
                return Step::Done(Verdict::Gone);
            }
        }
        device.serial += 1;
        let (name, expected_item) = upload::names(begun.as_ref(), new);
        let lost = judged == Judged::Lost;
        let upload = UploadRow {
            device: id(session.device),
            ident: new.ident.spell(),
            number: device.serial,
            hash: new.hash.to_vec(),
            state: if lost {
                UploadState::Lost
            } else {
                UploadState::Begun
            },
            older: false,
            item: row
                .as_ref()
                .map_or(begun.as_ref().and_then(|b| b.item), |row| Some(row.item)),
            told_all: judged == Judged::Go { told_all: true },
            name,
            expected_item,
            expected_version: new.expected_version.clone(),
        };
        device.uploads.insert(upload.ident.clone(), upload.clone());
        if lost {
            session.answered.push(upload.number);
            session.again.extend(upload.item);
            return Step::Done(Verdict::Lost);
        }
        let kept = upload.name.as_ref().map(|name| name.as_str().to_owned());
        Step::Go {
            ticket: Ticket {
                upload,
                seen: row.as_ref().map(|row| row.changed),
                begun: when,
                stamp: self.stamp,
            },
            row: row.as_ref().map(Row::indexed),
            begun: when,
            name: kept,
        }
    }

    async fn base(&mut self, item: u32) -> Option<(u64, i64)> {
        self.session.as_ref().unwrap().told.get(&item).copied()
    }

    fn tell(&mut self, item: u32, state: (u64, i64)) {
        let telling = &mut self.session.as_mut().unwrap().telling;
        telling.insert(item, state);
    }

    async fn settle(&mut self, ticket: Ticket, outcome: &Outcome) -> Option<u32> {
        let mut session = self.session.take().unwrap();
        let known = ticket.upload.item;
        let (state, item) = match outcome {
            Outcome::Present(made) if ticket.seen.is_none() => {
                // A refresh that came between may know already that it is gone again.
                if self.stamp != ticket.stamp && self.by_name(made.item.as_str()).is_none() {
                    self.token = None;
                }
                let by = upload::maker(&ticket.upload, ticket.begun, made);
                let item = self.adopt_item(by, made);
                session.cursor.take(item);
                (UploadState::Done, Some(item))
            }
            Outcome::Present(made) => {
                let mut numbers = self.numbers();
                let row = known.and_then(|item| self.rows.get(&item.0));
                if let Some(row) = row.filter(|row| !row.removed) {
                    let (row, again) =
                        upload::settled(row, &ticket.upload, ticket.seen, made, &mut numbers);
                    if again {
                        session.again.insert(row.item);
                    }
                    if self.stamp != ticket.stamp && numbers != self.numbers() {
                        self.token = None;
                    }
                    self.put(row);
                }
                self.numbers = Some(numbers);
                (UploadState::Done, known)
            }
            Outcome::Removed => {
                self.bury(session.device, known.unwrap().0);
                session.cursor.drop_item(known.unwrap());
                (UploadState::Done, known)
            }
            Outcome::Refused if ticket.upload.ident.starts_with("d:") => {
                session.cursor.lose(known.unwrap());
                let ident = &ticket.upload.ident;
                self.devices[session.device].uploads.remove(ident);
                self.session = Some(session);
                return known.map(|item| item.0);
            }
            Outcome::Conflict | Outcome::Failed | Outcome::Refused => {
                session.again.extend(known);
                (UploadState::Lost, known)
            }
        };
        session.answered.push(ticket.upload.number);
        let row = UploadRow {
            state,
            item,
            ..ticket.upload
        };
        self.devices[session.device]
            .uploads
            .insert(row.ident.clone(), row);
        self.session = Some(session);
        item.map(|item| item.0)
    }

    async fn page(&mut self, window: i64, size: usize) -> (Vec<Command>, Vec<Command>, bool) {
        let session = self.session.as_ref().unwrap();
        let picker = self.pick(session.cursor.clone(), session.device, window, size);
        let after = picker.cursor_after(usize::MAX);
        let told: BTreeSet<ItemNo> = picker.commands().iter().map(|c| c.item).collect();
        let again = session
            .again
            .difference(&told)
            .filter(|item| after.known.contains(item.0))
            .filter_map(|item| self.rows.get(&item.0).filter(|row| !row.removed))
            .map(|row| Command {
                action: Action::Change,
                item: row.item,
                row: Some(row.indexed()),
            })
            .collect();
        let page = (picker.commands().to_vec(), again, picker.more());
        self.session.as_mut().unwrap().picker = Some(picker);
        page
    }

    async fn commit(&mut self, told: usize) -> String {
        let session = self.session.take().unwrap();
        let cursor = match &session.picker {
            Some(picker) => picker.cursor_after(told),
            None => session.cursor,
        };
        let device = &mut self.devices[session.device];
        let heads: Vec<Answer> = device
            .answers
            .iter()
            .map(|(answer, _)| answer.clone())
            .collect();
        let crowded: Vec<u64> = match session.lineage {
            Some(lineage) => lineage::crowded_out(&heads, lineage).into_iter().collect(),
            None => lineage::abandoned(&heads),
        };
        device
            .answers
            .retain(|(answer, _)| !crowded.contains(&answer.number));
        device.made += 1;
        device.newest = device.made;
        let answer = Answer {
            number: device.made,
            lineage: session.lineage.unwrap_or(device.made),
            key: format!("k{}", device.made),
            taken: false,
            proof: Proof::Empty,
            uploads: session.answered,
        };
        let key = answer.key.clone();
        let mut told = session.told;
        told.extend(session.telling);
        device.told.insert(device.made, told);
        device.answers.push((answer, cursor));
        key
    }

    async fn close(&mut self) -> bool {
        let session = self.session.as_ref().unwrap();
        let device = &mut self.devices[session.device];
        if session.taken != Some(device.newest) {
            return false;
        }
        let picker = session.picker.as_ref().unwrap();
        let mut answers = device.answers.iter_mut();
        let shown = answers.find(|(answer, _)| answer.number == device.newest);
        shown.unwrap().1 = picker.cursor_after(0);
        self.session = None;
        true
    }

    async fn abandon(&mut self) {
        self.session = None;
    }

    async fn pending(&mut self, device: usize) -> bool {
        let newest = self.devices[device].newest;
        let mut answers = self.devices[device].answers.iter();
        let Some((_, cursor)) = answers.find(|(answer, _)| answer.number == newest) else {
            return false;
        };
        let state = self.state(cursor);
        let (after, to) = (cursor.seen, state.seq);
        let (below, window) = (cursor.filled, cursor.window);
        let changed = || self.wanted(Want::Changed { after, to });
        let unfilled = || self.wanted(Want::Unfilled { below, window });
        !cursor.vanished(&state.gone).is_empty()
            || (!cursor.untouched() && changed().iter().any(|row| cursor.wakes(row, id(device))))
            || (cursor.filling && unfilled().iter().any(|row| cursor.lacks(row)))
    }

    async fn adopt(&mut self, device: usize, state: &ItemState) {
        self.adopt_item(Some(id(device)), state);
    }

    async fn disown(&mut self, device: usize, item: u32) {
        self.bury(device, item);
    }

    async fn collect(&mut self) {
        let seq = self.numbers().seq;
        let dead = self
            .rows
            .values()
            .filter(|row| row.removed)
            .map(|row| row.item.0);
        let dead: RoaringBitmap = dead.collect();
        if !dead.is_empty() {
            self.gone.push((seq, dead));
        }
        self.rows.retain(|_, row| !row.removed);
        let mut free = RoaringBitmap::new();
        free.insert_range(1..=self.numbers().last_item.max(1));
        free -= self.rows.keys().copied().collect::<RoaringBitmap>();
        let states: Vec<Vec<FolderState>> = self
            .devices
            .iter()
            .map(|device| {
                device
                    .answers
                    .iter()
                    .map(|(_, cursor)| self.state(cursor))
                    .collect()
            })
            .collect();
        for (device, states) in self.devices.iter_mut().zip(states) {
            for ((_, cursor), state) in device.answers.iter_mut().zip(states) {
                if cursor.seen > Seq(0) {
                    cursor.known |= &free - state.gone;
                }
            }
        }
    }

    async fn live(&mut self, window: i64) -> Vec<Command> {
        self.pick(Cursor::default(), 0, window, usize::MAX)
            .commands()
            .to_vec()
    }

    async fn is_there(&mut self, item: u32) -> bool {
        self.rows.get(&item).is_some_and(|row| !row.removed)
    }

    async fn changed_by(&mut self, item: u32) -> Option<usize> {
        let by = self.rows.get(&item)?.changed_by?;
        (0..2).find(|device| id(*device) == by)
    }
}
