//! The rules over plain vectors: what the store keeps, kept in memory.

mod engine;

use std::collections::{BTreeMap, BTreeSet};

use backends::{ItemState, Token};
use directpush::ids::{DeviceId, ItemNo, Seq};
use directpush::index::cursor::{Cursor, Row};
use directpush::index::delta::{self, Numbers};
use directpush::index::lineage::{self, Answer};
use directpush::index::page::{FolderState, Picker, Want};
use directpush::index::upload::Effect;

use directpush::index::Begun;
use directpush::store::upload::UploadRow;
use roaring::RoaringBitmap;

/// Rows come in chunks of this size, to try what happens between them.
const CHUNK: usize = 7;

#[derive(Default)]
pub(super) struct Fake {
    pub(super) rows: BTreeMap<u32, Row>,
    pub(super) numbers: Option<Numbers>,
    pub(super) gone: Vec<(Seq, RoaringBitmap)>,
    pub(super) token: Option<Token>,
    /// Counts the refreshes.
    pub(super) stamp: u64,
    pub(super) devices: [Device; 2],
    pub(super) session: Option<Session>,
}

#[derive(Default)]
pub(super) struct Device {
    pub(super) made: u64,
    pub(super) newest: u64,
    pub(super) answers: Vec<(Answer, Cursor)>,
    pub(super) uploads: BTreeMap<String, UploadRow>,
    pub(super) serial: u64,
    /// What it was told when it took an answer, all of it.
    pub(super) told: BTreeMap<u64, BTreeMap<u32, (u64, i64)>>,
}

pub(super) struct Session {
    pub(super) device: usize,
    pub(super) taken: Option<u64>,
    pub(super) lineage: Option<u64>,
    pub(super) cursor: Cursor,
    pub(super) again: BTreeSet<ItemNo>,
    pub(super) answered: Vec<u64>,
    pub(super) picker: Option<Picker>,
    pub(super) told: BTreeMap<u32, (u64, i64)>,
    pub(super) telling: BTreeMap<u32, (u64, i64)>,
}

impl Session {
    pub(super) fn note(&mut self, effect: Effect) {
        match effect {
            Effect::Take(item) => self.cursor.take(item),
            Effect::Drop(item) => self.cursor.drop_item(item),
            Effect::Again(item) => {
                self.again.insert(item);
            }
        }
    }
}

pub(super) struct Ticket {
    pub(super) upload: UploadRow,
    pub(super) seen: Option<Seq>,
    pub(super) begun: Begun,
    pub(super) stamp: u64,
}

pub(super) fn id(device: usize) -> DeviceId {
    DeviceId(i64::try_from(device).unwrap() + 1)
}

impl Fake {
    pub(super) fn numbers(&self) -> Numbers {
        self.numbers.unwrap_or(Numbers {
            seq: Seq(0),
            last_item: 0,
        })
    }

    pub(super) fn state(&self, cursor: &Cursor) -> FolderState {
        let mut gone = RoaringBitmap::new();
        for (seq, batch) in &self.gone {
            if *seq > cursor.seen {
                gone |= batch;
            }
        }
        FolderState {
            seq: self.numbers().seq,
            gone,
        }
    }

    pub(super) fn wanted(&self, want: Want) -> Vec<Row> {
        let rows = self.rows.values();
        let mut found: Vec<Row> = match want {
            Want::Slid { after, window } => rows
                .filter(|row| !row.removed && row.place() > after && row.time < window)
                .cloned()
                .collect(),
            Want::Changed { after, to } => rows
                .filter(|row| row.changed > after && row.changed <= to)
                .cloned()
                .collect(),
            Want::Unfilled { below, window } => rows
                .filter(|row| !row.removed && row.place() < below && row.time >= window)
                .cloned()
                .collect(),
        };
        match want {
            Want::Slid { .. } => found.sort_by_key(Row::place),
            Want::Changed { .. } => found.sort_by_key(|row| row.changed),
            Want::Unfilled { .. } => found.sort_by_key(|row| std::cmp::Reverse(row.place())),
        }
        found
    }

    pub(super) fn pick(&self, cursor: Cursor, device: usize, window: i64, size: usize) -> Picker {
        let state = self.state(&cursor);
        let mut picker = Picker::new(cursor, state, id(device), window, size);
        while let Some(want) = picker.want() {
            let mut rows = self.wanted(want);
            let last = rows.len() < CHUNK;
            rows.truncate(CHUNK);
            picker.feed(rows, last);
        }
        picker
    }

    pub(super) fn by_name(&self, name: &str) -> Option<&Row> {
        let mut live = self.rows.values().filter(|row| !row.removed);
        live.find(|row| row.reference.as_str() == name)
    }

    pub(super) fn put(&mut self, row: Row) {
        self.rows.insert(row.item.0, row);
    }

    pub(super) fn adopt_item(&mut self, by: Option<DeviceId>, state: &ItemState) -> ItemNo {
        if let Some(row) = self.by_name(state.item.as_str()) {
            let mut row = row.clone();
            let item = row.item;
            if row.version == state.version && row.changed_by.is_none() {
                row.changed_by = by;
                self.put(row);
            }
            return item;
        }
        let mut numbers = self.numbers();
        let row = Row {
            item: numbers.next_item(),
            reference: state.item.clone(),
            version: state.version.clone(),
            time: state.time,
            changed: numbers.next_seq(),
            changed_by: by,
            removed: false,
        };
        self.numbers = Some(numbers);
        let item = row.item;
        self.put(row);
        item
    }

    pub(super) fn bury(&mut self, device: usize, item: u32) {
        let mut numbers = self.numbers();
        if let Some(row) = self.rows.get(&item).filter(|row| !row.removed) {
            let row = delta::bury(row, Some(id(device)), &mut numbers);
            self.put(row);
        }
        self.numbers = Some(numbers);
    }

    pub(super) fn turn(&mut self, device: usize, taken: &lineage::Taken) {
        let device = &mut self.devices[device];
        if !taken.newly {
            return;
        }
        let shown = device
            .answers
            .iter()
            .find(|(answer, _)| answer.number == taken.number);
        let answered = shown.unwrap().0.uploads.clone();
        device
            .uploads
            .retain(|_, upload| !upload.older && !answered.contains(&upload.number));
        device
            .uploads
            .values_mut()
            .for_each(|upload| upload.older = true);
        device
            .answers
            .retain(|(answer, _)| !taken.forget.contains(&answer.number));
        for (answer, _) in &mut device.answers {
            answer.taken |= answer.number == taken.number;
        }
        device.newest = taken.newest;
    }
}
