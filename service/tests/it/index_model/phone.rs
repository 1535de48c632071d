//! Naive phones: they apply what they are told, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use directpush::index::{Action, Ident};

/// A small generator: the same seed is the same history, on every machine.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 to `below` without it.
    pub(super) fn roll(&mut self, below: usize) -> usize {
        usize::try_from(self.next() % below as u64).unwrap()
    }

    pub(super) fn percent(&mut self, chance: usize) -> bool {
        self.roll(100) < chance
    }

    pub(super) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())].clone()
    }

    pub(super) fn time(&mut self, from: i64, to: i64) -> i64 {
        from + i64::try_from(self.roll(usize::try_from(to - from + 1).unwrap())).unwrap()
    }
}

#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) serial: u64,
    pub(super) ident: Ident,
    pub(super) value: u64,
    pub(super) time: i64,
}

#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) window: i64,
    pub(super) size: usize,
    pub(super) uploads: Vec<Sent>,
}

#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) action: Action,
    pub(super) item: u32,
    pub(super) state: Option<(u64, i64)>,
    pub(super) name: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) key: String,
    pub(super) results: Vec<(Sent, Option<u32>)>,
    pub(super) commands: Vec<Told>,
    pub(super) more: bool,
    pub(super) window: i64,
}

pub(super) struct Phone {
    pub(super) device: usize,
    pub(super) items: BTreeMap<u32, (u64, i64)>,
    pub(super) window: i64,
    /// The window of the answer that it took, if that was whole.
    pub(super) shown: Option<i64>,
    pub(super) key: String,
    pub(super) request: Option<Request>,
    pub(super) late: Vec<Answer>,
    /// The answer to a key 0 that it sent beside its life, as iOS does.
    pub(super) second: Option<String>,
    /// It showed its key.
    pub(super) used: bool,
    /// The newest answer that was made is the one that it took.
    pub(super) clean: bool,
    /// Names of items that it caused elsewhere, and ids that it removed elsewhere.
    pub(super) caused: BTreeSet<String>,
    pub(super) removed: BTreeSet<u32>,
    /// Items whose change was dropped or done before, until it is told what came of it.
    pub(super) unsure: BTreeSet<u32>,
}

impl Phone {
    pub(super) fn new(device: usize) -> Self {
        Self {
            device,
            items: BTreeMap::new(),
            window: 0,
            shown: None,
            key: "0".into(),
            request: None,
            late: Vec::new(),
            second: None,
            used: false,
            clean: true,
            caused: BTreeSet::new(),
            removed: BTreeSet::new(),
            unsure: BTreeSet::new(),
        }
    }

    pub(super) fn start_over(&mut self, key: String) {
        self.items.clear();
        self.request = None;
        self.late.clear();
        self.key = key;
        self.shown = None;
        self.used = false;
        self.clean = false;
    }

    pub(super) fn take(&mut self, answer: Answer) -> bool {
        let me = self.device;
        for (sent, item) in &answer.results {
            match (&sent.ident, item) {
                (Ident::Add(_), Some(item)) => {
                    self.items.insert(*item, (0, sent.time));
                }
                (Ident::Change(item), applied) => {
                    if applied.is_none() {
                        self.unsure.insert(item.0);
                    }
                    self.items
                        .entry(item.0)
                        .and_modify(|state| state.0 = sent.value);
                }
                (Ident::Delete(item), _) => {
                    self.items.remove(&item.0);
                }
                (Ident::Add(_), None) => {}
            }
        }
        for told in &answer.commands {
            let held = self.items.contains_key(&told.item);
            self.unsure.remove(&told.item);
            match told.action {
                Action::Add => assert!(!held, "phone {me}: {} added twice", told.item),
                action => assert!(held, "phone {me}: {action:?} of unknown {}", told.item),
            }
            match told.state {
                Some(state) if matches!(told.action, Action::Add | Action::Change) => {
                    self.items.insert(told.item, state);
                }
                _ => {
                    self.items.remove(&told.item);
                }
            }
        }
        let answered: BTreeSet<u64> = answer.results.iter().map(|(sent, _)| sent.serial).collect();
        // A late answer knows less than was sent.
        self.request = self.request.take().and_then(|mut request| {
            request
                .uploads
                .retain(|sent| !answered.contains(&sent.serial));
            (!request.uploads.is_empty()).then_some(request)
        });
        self.key = answer.key;
        self.used = false;
        self.shown = (!answer.more).then_some(answer.window);
        self.late.clear();
        answer.more
    }
}

/// What a command says of its item.
pub(super) fn state(command: &directpush::index::Command) -> (u64, i64) {
    let row = command.row.as_ref().unwrap();
    (row.version.as_str().parse().unwrap(), row.time)
}
