//! One request of a phone, and what becomes of its answer.

use backends::{ItemRef, NewName, Version};
use directpush::ids::ItemNo;
use directpush::index::{Action, Begun, Command, Conflict, Ident, Outcome, Upload, Verdict};

use super::history::History;
use super::phone::{Answer, Phone, Request, Sent, Told, state};
use super::{Engine, Step};

impl History {
    /// One request and its answer, which may get lost or come late. True: there is more.
    pub(super) async fn sync<E: Engine>(
        &mut self,
        engine: &mut E,
        phone: &mut Phone,
        calm: bool,
    ) -> bool {
        if phone.request.is_none() {
            if !calm && self.dice.percent(20) {
                let back = self.dice.pick(&[3, 10, 30]);
                phone.window = (self.clock - back).max(0);
            }
            phone.request = Some(Request {
                window: phone.window,
                size: self.dice.pick(&[1, 2, 3, 50]),
                uploads: Vec::new(),
            });
        }
        if !calm && phone.key != "0" && self.dice.percent(40) {
            self.add_upload(phone); // a retry may carry more than the first try
        }
        let request = phone.request.clone().unwrap();
        let Some(answer) = self.serve(engine, phone, &request, calm).await else {
            return true;
        };
        phone.used = phone.key != "0";
        if !calm && self.dice.percent(30) {
            // Lost, or on its way for longer than the phone's patience.
            let keep = phone.late.len().saturating_sub(1);
            phone.late.drain(..keep);
            phone.late.push(answer);
            phone.clean = false;
            return true;
        }
        phone.clean = true;
        let mut answer = answer;
        if !calm && !phone.late.is_empty() && self.dice.percent(30) {
            answer = self.dice.pick(&phone.late); // two requests overlapped, the older answer won
            phone.clean = false;
        }
        phone.take(answer)
    }

    fn add_upload(&mut self, phone: &mut Phone) {
        let request = phone.request.as_mut().unwrap();
        let held: Vec<u32> = phone.items.keys().copied().collect();
        let kind = if held.is_empty() {
            0
        } else {
            self.dice.roll(3)
        };
        self.serial += 1;
        let item = ItemNo(if kind == 0 { 0 } else { self.dice.pick(&held) });
        let ident = match kind {
            0 => Ident::Add(format!("p{}-{}", phone.device, self.serial)),
            1 => Ident::Change(item),
            _ => Ident::Delete(item),
        };
        let taken = request.uploads.iter().any(|sent| match sent.ident {
            Ident::Change(other) | Ident::Delete(other) => kind != 0 && other == item,
            Ident::Add(_) => false,
        });
        if !taken {
            request.uploads.push(Sent {
                serial: self.serial,
                ident,
                value: self.version + 1,
                time: self
                    .dice
                    .time(request.window, self.clock.max(request.window) + 5),
            });
        }
    }

    /// `None`: the server crashed.
    pub(super) async fn serve<E: Engine>(
        &mut self,
        engine: &mut E,
        phone: &Phone,
        request: &Request,
        calm: bool,
    ) -> Option<Answer> {
        let waiting = phone.clean && engine.pending(phone.device).await;
        let known = engine.open(phone.device, &phone.key, request.window).await;
        assert!(known, "phone {}: status 3", phone.device);
        if phone.key == "0" {
            return Some(Answer {
                key: engine.commit(0).await,
                results: Vec::new(),
                commands: Vec::new(),
                more: true,
                window: request.window,
            });
        }
        self.check_bases(engine, phone).await;
        let mut results = Vec::new();
        for sent in &request.uploads {
            let item = self.perform(engine, (phone, sent), calm).await?;
            results.push((sent.clone(), item));
        }
        // A conflict that only the backend knew of must be indexed before a page is picked.
        if !results.is_empty() || engine.needs_refresh() {
            self.refresh(engine).await;
        }
        let (mut commands, again, mut more) = engine.page(request.window, request.size).await;
        let mut told = commands.len();
        if told > 1 && self.dice.percent(20) {
            told = 1 + self.dice.roll(told); // the answer got too large
        }
        if told < commands.len() {
            commands.truncate(told);
            more = true;
        }
        commands.extend(again);
        check_told(engine, phone, (&results, &commands)).await;
        let nothing = commands.is_empty() && request.uploads.is_empty();
        let slid = phone.shown != Some(request.window);
        let idle = waiting && nothing && !slid;
        assert!(!idle, "phone {}: woken for nothing", phone.device);
        // An answer of nothing needs no key: the device keeps the one that it has.
        let silent = nothing && !more && self.dice.percent(50) && engine.close().await;
        let key = if silent {
            phone.key.clone()
        } else {
            engine.commit(told).await
        };
        Some(Answer {
            key,
            results,
            commands: commands
                .iter()
                .map(|command| Told {
                    action: command.action,
                    item: command.item.0,
                    state: command.row.is_some().then(|| state(command)),
                    name: command.row.as_ref().map(|row| row.reference.to_string()),
                })
                .collect(),
            more,
            window: request.window,
        })
    }

    /// What a merge would compare with is what the phone holds.
    async fn check_bases<E: Engine>(&self, engine: &mut E, phone: &Phone) {
        if self.conflict != Conflict::Merge {
            return;
        }
        let sure = |(item, _): &(&u32, _)| !phone.unsure.contains(item);
        for (item, held) in phone.items.iter().filter(sure) {
            let base = engine.base(*item).await;
            let known = base == Some(*held) || !engine.is_there(*item).await;
            assert!(
                known,
                "{base:?} is not what the phone holds of {item}: {held:?}"
            );
        }
    }

    fn upload(&mut self, phone: &Phone, sent: &Sent) -> Upload {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&sent.value.to_be_bytes());
        hash[8..16].copy_from_slice(&sent.time.to_be_bytes());
        let foreseen = self.dice.percent(50);
        // A name that depends on the key that it comes under, as one must that is never to be used again.
        let name = match &sent.ident {
            Ident::Add(client) => Some(format!("{client}-{}", phone.key.replace('.', "-"))),
            Ident::Change(_) | Ident::Delete(_) => None,
        };
        Upload {
            ident: sent.ident.clone(),
            hash,
            conflict: self.conflict,
            name: name.as_deref().and_then(NewName::parse),
            expected_item: name.filter(|_| foreseen).map(ItemRef::new),
            expected_version: foreseen.then(|| Version::new(sent.value.to_string())),
        }
    }

    /// The outer `None`: the server crashed half-way.
    async fn perform<E: Engine>(
        &mut self,
        engine: &mut E,
        (phone, sent): (&Phone, &Sent),
        calm: bool,
    ) -> Option<Option<u32>> {
        let upload = self.upload(phone, sent);
        let (ticket, row, begun, named) = match engine.upload(&upload).await {
            Step::Go {
                ticket,
                row,
                begun,
                name,
            } => (ticket, row, begun, name),
            Step::Done(Verdict::Repeat(item) | Verdict::Differs(item)) => {
                let Ident::Add(_) = sent.ident else {
                    return Some(None);
                };
                engine.tell(item.0, (0, sent.time));
                return Some(Some(item.0));
            }
            Step::Done(_) => return Some(None),
        };
        let unfinished = begun == Begun::Before;
        let name = row.as_ref().map(|row| row.reference.to_string());
        let now = name
            .as_ref()
            .and_then(|name| self.world.items.get(name))
            .copied();
        let outcome = match (&sent.ident, name, now) {
            (Ident::Add(client), ..) => {
                let made = (client.as_str(), named.as_deref().unwrap());
                Outcome::Present(self.world.store(made, sent.time, unfinished))
            }
            (Ident::Delete(_), Some(_), Some(_)) if self.dice.percent(10) => Outcome::Refused,
            (Ident::Delete(_), Some(name), _) => {
                self.world.remove(&name);
                Outcome::Removed
            }
            // It is written only over the version that the index knows, or over our own after a crash.
            (_, Some(name), Some((version, time)))
                if row.is_some_and(|row| row.version.as_str() == version.to_string())
                    || (unfinished && version == sent.value) =>
            {
                self.world.put(&name, sent.value, time);
                Outcome::Present(self.world.state(&name))
            }
            _ => Outcome::Conflict,
        };
        if !calm && self.dice.percent(15) {
            if self.dice.percent(30) {
                self.change_backend(); // and somebody else is, too
            }
            self.refresh(engine).await; // the watch is faster than the answer
        }
        if !calm && self.dice.percent(4) {
            engine.abandon().await;
            return None;
        }
        let item = engine.settle(ticket, &outcome).await;
        match (&sent.ident, item) {
            (Ident::Add(_), Some(item)) => engine.tell(item, (0, sent.time)),
            (Ident::Change(_), _) if outcome == Outcome::Conflict => return Some(None),
            (Ident::Change(item), _) => {
                let held = phone.items.get(&item.0).map_or(0, |held| held.1);
                engine.tell(item.0, (sent.value, held));
            }
            (Ident::Add(_) | Ident::Delete(_), _) => {}
        }
        Some(item)
    }
}

/// No phone is told its own change, unless it asks again. Notes what it is told.
async fn check_told<E: Engine>(
    engine: &mut E,
    phone: &Phone,
    (results, commands): (&[(Sent, Option<u32>)], &[Command]),
) {
    for command in commands {
        let uploaded = |(sent, _): &(Sent, _)| sent.ident == Ident::Change(command.item);
        if command.action == Action::Change && !results.iter().any(uploaded) {
            let by = engine.changed_by(command.item.0).await;
            assert_ne!(by, Some(phone.device), "an echo of {}", command.item);
        }
    }
    for command in commands {
        if command.row.is_some() {
            engine.tell(command.item.0, state(command));
        }
    }
}
