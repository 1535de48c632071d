//! Reads of the truth: who makes them, and when one counts.
//!
//! The first read of a request is made by its own future, so that it costs nothing once the client is gone.
//! Those that hints ask for are made by a few workers, since a parked request has nobody else to do it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use protocol::flow::parked::{Answer, Input, Step};
use tokio::sync::Notify;
use tokio::time;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::channel::Seen;
use super::hub::{Hub, now};
use super::judge;
use super::memory::DeviceMemory;
use super::step::Next;
use super::table::{Entry, Key};
use super::truth::{FolderState, HierarchyStanding, Question, Report, TruthError};
use crate::ids::{FolderNo, Principal};
use crate::index::{Notes, Silence};
use crate::metrics::{ChangeStage, ItemKind};

/// A read that takes longer has failed.
const READ_MAX: Duration = Duration::from_secs(10);

/// The first pause after a read that failed; doubled up to [`RETRY_MAX`].
const RETRY_MIN: Duration = Duration::from_millis(500);

/// The longest pause after a read that failed.
const RETRY_MAX: Duration = Duration::from_secs(15);

/// Entries that wait for a worker. Bounded by the park table: an entry waits at most once.
#[derive(Debug, Default)]
pub(super) struct Queue {
    keys: Mutex<VecDeque<Key>>,
    more: Notify,
}

impl Queue {
    /// Asks for a read.
    pub(super) fn push(&self, key: Key) {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.push_back(key);
        drop(keys);
        self.more.notify_one();
    }

    /// Whether nobody waits.
    pub(super) fn is_empty(&self) -> bool {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.is_empty()
    }

    fn try_pop(&self) -> Option<Key> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.pop_front()
    }

    async fn pop(&self) -> Key {
        loop {
            let more = self.more.notified();
            if let Some(key) = self.try_pop() {
                return key;
            }
            more.await;
        }
    }
}

/// Makes the reads that are asked for, one after the other, until told to stop.
pub(super) async fn work(hub: &Hub, stop: CancellationToken) {
    loop {
        let key = tokio::select! {
            () = stop.cancelled() => return,
            key = hub.queue.pop() => key,
        };
        hub.settle(key).await;
    }
}

impl Hub {
    /// Reads the truth for an entry until a read counts: the entry is answered, or may go on waiting.
    pub(super) async fn settle(&self, key: Key) {
        while let Some((asked, cancelled)) = self.ask(key) {
            // R1, R2: the entry was registered before this read, so a change that lands in between is a hint
            // that counts, and one that landed before is in the store. The read is void if the channel came
            // or went meanwhile.
            let epoch = self.channel.epoch();
            let question = Question {
                who: asked.who,
                notes: asked.notes,
                folders: &asked.folders,
            };
            let read = time::timeout(READ_MAX, self.truth.verify(question));
            let Some(read) = cancelled.run_until_cancelled(read).await else {
                return;
            };
            if self.channel.epoch() != epoch {
                self.feed(key, Input::Lost);
            }
            let next = match read {
                Ok(Ok(report)) => {
                    self.note_doubts(key, &report).await;
                    self.verified(key, &report)
                }
                Ok(Err(error)) => self.failed(key, Some(&error)),
                Err(_elapsed) => self.failed(key, None),
            };
            if next != Next::Verify {
                return;
            }
        }
    }

    /// Says what is asked, if the entry is still there.
    fn ask(&self, key: Key) -> Option<(Asked, CancellationToken)> {
        let mut shard = self.shard_of(key.account);
        let entry = shard.get_mut(key)?;
        let cancelled = CancellationToken::new();
        entry.reading = Some(cancelled.clone().drop_guard());
        Some((Asked::of(entry), cancelled))
    }

    /// Notes which doubts are about to be announced. Before the answer: afterwards the device may have synced,
    /// and its newest answer be another one.
    async fn note_doubts(&self, key: Key, report: &Report) {
        let Some((who, doubts)) = self.owe_doubts(key, report) else {
            return;
        };
        let noting = time::timeout(READ_MAX, self.truth.doubt_announced(who, &doubts));
        match noting.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                warn!(account = %who.account, device = %who.device, error = %error, "a doubt was not noted");
            }
            Err(_elapsed) => {
                warn!(account = %who.account, device = %who.device, "a doubt was not noted in time");
            }
        }
    }

    fn owe_doubts(&self, key: Key, report: &Report) -> Option<(Principal, Vec<FolderNo>)> {
        let mut shard = self.shard_of(key.account);
        let trigger = self.trigger(&shard, key.account);
        let (entry, memory) = shard.with_memory(key)?;
        let doubts = judge::doubts_due(
            entry.case(trigger, now(), self.wall.seconds()),
            report,
            memory,
        );
        for folder in &doubts {
            memory.owe(*folder);
        }
        (!doubts.is_empty()).then_some((entry.who, doubts))
    }

    /// Moves an entry on by what a read found.
    fn verified(&self, key: Key, report: &Report) -> Next {
        let mut shard = self.shard_of(key.account);
        let trigger = self.trigger(&shard, key.account);
        let now = now();
        let Some((entry, memory)) = shard.with_memory(key) else {
            return Next::Wait;
        };
        let silent = silences(entry, report);
        note(entry, report);
        let case = entry.case(trigger, now, self.wall.seconds());
        let unknown = judge::unknown(&entry.folders, report, memory);
        let findings = judge::findings(case, report, memory);
        settle_memory(memory, &entry.folders, report, unknown.is_empty());
        let quiet = findings.changed.is_empty();
        let Some(parked) = entry.parked.take() else {
            return Next::Wait;
        };
        let step = parked.handle(Input::Verified { findings, now });
        if step == Step::Answer(Answer::Hierarchy) {
            memory.announce_hierarchy(&unknown, now);
        }
        if quiet && matches!(step, Step::Wait(_)) && entry.seen != Seen::UNKNOWN {
            // What was hinted at is the device's own doing, or nothing that its filter shows.
            entry.seen = Seen::UNKNOWN;
            for kind in silent {
                self.metrics.changes.stage.of(kind).inc();
            }
        }
        self.take_step(&mut shard, key, step)
    }

    /// Keeps an entry waiting whose read failed: the phone could do nothing about it.
    fn failed(&self, key: Key, error: Option<&TruthError>) -> Next {
        let mut shard = self.shard_of(key.account);
        let Some(entry) = shard.get_mut(key) else {
            return Next::Wait;
        };
        let pause = RETRY_MIN * 2_u32.saturating_pow(entry.failures.min(8));
        entry.failures = entry.failures.saturating_add(1);
        entry.reading = None;
        let error = error.map(|error| error as &dyn std::error::Error);
        warn!(account = %entry.who.account, device = %entry.who.device, error, "cannot compare a parked request");
        let retry = now() + pause.min(RETRY_MAX);
        self.move_on(&mut shard, key, Input::Unverified { retry })
    }
}

/// A copy of what a read needs, so that no lock is held while it is made.
struct Asked {
    who: Principal,
    notes: Notes,
    folders: Arc<[FolderNo]>,
}

impl Asked {
    fn of(entry: &Entry) -> Self {
        Self {
            who: entry.who,
            notes: entry.notes,
            folders: Arc::clone(&entry.folders),
        }
    }
}

/// For each folder that moved since it was last read, and does not wake the device: why not.
fn silences(entry: &Entry, report: &Report) -> Vec<(ChangeStage, ItemKind)> {
    let read = entry.checked.iter().zip(&report.folders);
    let moved = read.filter(|(checked, standing)| standing.seq > **checked);
    let silent = moved.filter_map(|(_, standing)| {
        let stage = match standing.silence {
            Silence::Own => ChangeStage::Own,
            Silence::Hidden => ChangeStage::Hidden,
            Silence::Nothing => return None,
        };
        Some((stage, standing.kind))
    });
    silent.collect()
}

/// Hints up to the numbers of this read bring nothing new.
fn note(entry: &mut Entry, report: &Report) {
    for (checked, standing) in entry.checked.iter_mut().zip(&report.folders) {
        *checked = standing.seq;
    }
    for (kind, standing) in entry.kinds.iter_mut().zip(&report.folders) {
        *kind = standing.kind;
    }
    let mut states = report.folders.iter().map(|standing| standing.state);
    entry.behind = states.any(|state| state == FolderState::Behind);
    entry.failures = 0;
    entry.reading = None;
}

/// Lets go of announcements that have done their work.
fn settle_memory(
    memory: &mut DeviceMemory,
    folders: &[FolderNo],
    report: &Report,
    all_known: bool,
) {
    for (folder, standing) in folders.iter().zip(&report.folders) {
        if standing.state != FolderState::Unknown {
            memory.known(*folder);
        }
        if standing.state == FolderState::Quiet && standing.doubt_due.is_none() {
            memory.quiet(*folder);
        }
    }
    if report.hierarchy == HierarchyStanding::Current && all_known {
        memory.quiet(FolderNo::ROOT);
    }
}
