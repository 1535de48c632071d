//! An index that is a list of changes, and whose reads a test can take apart.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use directpush::clock::Clock;
use directpush::ids::{AccountId, DeviceId, FolderNo, Principal, Seq};
use directpush::index::{IndexError, Silence};
use directpush::metrics::ItemKind;
use directpush::push::{
    FolderState, HierarchyStanding, Hint, Question, Report, Seen, Standing, Topic, Truth,
    TruthError,
};
use tokio::sync::oneshot;

use super::scene::ACCOUNT;

/// An index that is a list of changes.
#[derive(Default)]
pub(super) struct Ledger {
    state: Mutex<State>,
    /// Reads begun.
    pub(super) reads: AtomicU64,
}

/// What the ledger holds, and how it answers.
#[derive(Default)]
pub(super) struct State {
    /// For each folder, who made its changes.
    pub(super) changes: BTreeMap<FolderNo, Vec<Option<DeviceId>>>,
    /// What Sync told, by device and folder; without an entry: everything until now, when asked first.
    pub(super) told: BTreeMap<(DeviceId, FolderNo), Seq>,
    /// Overrides what is found.
    pub(super) states: BTreeMap<FolderNo, FolderState>,
    /// Doubts, by device and folder: when they are due.
    pub(super) doubts: BTreeMap<(DeviceId, FolderNo), i64>,
    /// Devices whose FolderSync is behind.
    pub(super) behind: BTreeSet<DeviceId>,
    /// The store is away.
    pub(super) broken: bool,
    /// Reads wait for the test, in two steps.
    pub(super) held: bool,
    waiting: Vec<Read>,
}

/// A read that waits for the test.
struct Read {
    look: Option<oneshot::Sender<()>>,
    answer: Option<oneshot::Sender<()>>,
}

impl Ledger {
    /// The state, to be changed.
    pub(super) fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Writes a change down. The hint that is to follow.
    pub(super) fn change(&self, folder: FolderNo, by: Option<DeviceId>) -> Hint {
        let mut state = self.state();
        let changes = state.changes.entry(folder).or_default();
        changes.push(by);
        let seq = Seq(changes.len() as u64);
        Hint {
            account: ACCOUNT,
            topic: Topic::Folder(folder, seq),
            seen: Seen::now(&Clock::system()),
        }
    }

    /// Sync tells the device everything of a folder.
    pub(super) fn sync(&self, who: Principal, folder: FolderNo) {
        let mut state = self.state();
        let seq = state.seq(folder);
        state.told.insert((who.device, folder), seq);
        state.doubts.remove(&(who.device, folder));
    }

    /// How many reads wait.
    pub(super) fn waiting(&self) -> usize {
        let mut state = self.state();
        // Reads that nobody waits for any more are gone.
        let open = |sender: &Option<oneshot::Sender<()>>| {
            sender.as_ref().is_some_and(|sender| !sender.is_closed())
        };
        state
            .waiting
            .retain(|read| open(&read.look) || open(&read.answer));
        state.waiting.len()
    }

    /// Lets a read that waits take its next step: look, or bring what it saw.
    pub(super) fn step(&self, number: usize) {
        let count = self.waiting();
        if count == 0 {
            return;
        }
        let mut state = self.state();
        let number = number % count;
        let read = &mut state.waiting[number];
        match (read.look.take(), read.answer.take()) {
            (Some(look), answer) => {
                read.answer = answer;
                let _gone = look.send(());
            }
            (None, Some(answer)) => {
                state.waiting.remove(number);
                let _gone = answer.send(());
            }
            (None, None) => {}
        }
    }
}

impl State {
    /// A folder's number.
    pub(super) fn seq(&self, folder: FolderNo) -> Seq {
        Seq(self.changes.get(&folder).map_or(0, Vec::len) as u64)
    }

    /// Whether somebody else's change after `told` is there.
    pub(super) fn is_behind(&self, device: DeviceId, folder: FolderNo, told: Seq) -> bool {
        let changes = self.changes.get(&folder).map_or(&[][..], Vec::as_slice);
        let after = changes.iter().skip(usize::try_from(told.0).unwrap());
        after.into_iter().any(|by| *by != Some(device))
    }

    fn standing(&mut self, who: Principal, folder: FolderNo) -> Standing {
        let seq = self.seq(folder);
        let place = (who.device, folder);
        let told = *self.told.entry(place).or_insert(seq);
        let state = match self.states.get(&folder) {
            Some(state) => *state,
            None if self.is_behind(who.device, folder, told) => FolderState::Behind,
            None => FolderState::Quiet,
        };
        Standing {
            silence: match state {
                FolderState::Quiet if seq > told => Silence::Own,
                _ => Silence::Nothing,
            },
            kind: ItemKind::Email,
            state,
            seq,
            told,
            doubt_due: self.doubts.get(&place).copied(),
        }
    }
}

#[async_trait]
impl Truth for Ledger {
    async fn doubt_announced(
        &self,
        who: Principal,
        folders: &[FolderNo],
    ) -> Result<(), TruthError> {
        let mut state = self.state();
        for folder in folders {
            state.doubts.remove(&(who.device, *folder));
        }
        Ok(())
    }

    async fn numbers(&self) -> Result<Vec<(AccountId, FolderNo, Seq)>, TruthError> {
        let state = self.state();
        let folders = state.changes.keys();
        Ok(folders
            .map(|folder| (ACCOUNT, *folder, state.seq(*folder)))
            .collect())
    }

    async fn verify(&self, question: Question<'_>) -> Result<Report, TruthError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        let answer = {
            let mut state = self.state();
            let held = state.held;
            held.then(|| {
                let (look, looked) = oneshot::channel();
                let (answer, answered) = oneshot::channel();
                state.waiting.push(Read {
                    look: Some(look),
                    answer: Some(answer),
                });
                (looked, answered)
            })
        };
        let answered = match answer {
            Some((looked, answered)) => {
                let _gone = looked.await;
                Some(answered)
            }
            None => None,
        };
        let report = {
            let mut state = self.state();
            if state.broken {
                return Err(TruthError(IndexError::NoFolder));
            }
            let folders = question.folders.iter();
            let folders = folders.map(|folder| state.standing(question.who, *folder));
            let folders = folders.collect();
            let hierarchy = if state.behind.contains(&question.who.device) {
                HierarchyStanding::Moved
            } else {
                HierarchyStanding::Current
            };
            Report { hierarchy, folders }
        };
        if let Some(answered) = answered {
            let _gone = answered.await;
        }
        Ok(report)
    }
}
