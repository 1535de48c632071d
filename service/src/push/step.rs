//! How an entry of the park table moves on: hints, alarms and reads go in, and at the end an answer comes out.

use std::time::Instant;

use protocol::flow::parked::{Answer, Input, Step};

use super::channel::{Epoch, Hint, HintSink, Seen, Topic};
use super::hub::{Hub, lock, now};
use super::parking::{Ended, Outcome};
use super::table::{Entry, Key, Shard};
use crate::ids::FolderNo;
use crate::metrics::{ChangeStage, ParkEnd, ParkKind};

/// What an entry needs after an input.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Next {
    /// Nothing: it waits, or it is gone.
    Wait,
    /// A read of the truth.
    Verify,
}

impl Hub {
    /// Rings all alarms that are due.
    pub(super) fn ring(&self, now: Instant) {
        for shard in &self.shards {
            let mut shard = lock(shard);
            while let Some(key) = shard.rung(now) {
                self.read_soon(&mut shard, key, Input::Tick(now));
            }
        }
    }

    /// When the next alarm rings.
    pub(super) fn next_alarm(&self) -> Option<Instant> {
        let shards = self.shards.iter();
        shards.filter_map(|shard| lock(shard).next_alarm()).min()
    }

    /// Gives an entry an input; a read that it asks for is made by whoever is reading for it.
    pub(super) fn feed(&self, key: Key, input: Input<FolderNo>) {
        let mut shard = self.shard_of(key.account);
        self.read_soon(&mut shard, key, input);
    }

    /// The same, under the lock of its shard.
    pub(super) fn read_soon(&self, shard: &mut Shard, key: Key, input: Input<FolderNo>) {
        if self.move_on(shard, key, input) == Next::Verify {
            self.queue.push(key);
        }
    }

    /// Gives an entry an input.
    pub(super) fn move_on(&self, shard: &mut Shard, key: Key, input: Input<FolderNo>) -> Next {
        let Some(parked) = shard.get_mut(key).and_then(|entry| entry.parked.take()) else {
            return Next::Wait;
        };
        self.take_step(shard, key, parked.handle(input))
    }

    /// Does what the state machine asks for.
    pub(super) fn take_step(&self, shard: &mut Shard, key: Key, step: Step<FolderNo>) -> Next {
        let (parked, next) = match step {
            Step::Wait(parked) => (parked, Next::Wait),
            Step::Verify(parked) => (parked, Next::Verify),
            Step::Answer(answer) => {
                self.end(shard, key, answer);
                return Next::Wait;
            }
        };
        let alarm = parked.next_tick();
        if let Some(entry) = shard.get_mut(key) {
            entry.parked = Some(parked);
        }
        shard.set_alarm(key, alarm);
        self.clock.set(alarm);
        next
    }

    /// Takes an entry out and answers it.
    fn end(&self, shard: &mut Shard, key: Key, answer: Answer<FolderNo>) {
        let now = now();
        if let (Answer::Changes(folders), Some((entry, memory))) = (&answer, shard.with_memory(key))
        {
            memory.announce(&entry.standing_at(folders), now);
        }
        let Some(entry) = shard.remove(key) else {
            return;
        };
        let ended = entry.ended(answer, now, Seen::now(&self.wall));
        remember(shard, &entry, ended.outcome.reason(), now);
        self.count(&entry, &ended, now);
        // The receiver is gone only when the client is, and then its place is being freed.
        let _unwanted = entry.answer.send(ended);
    }

    fn count(&self, entry: &Entry, ended: &Ended, now: Instant) {
        let reason = ended.outcome.reason();
        let push = &self.metrics.push;
        push.parked.of(entry.kind).dec();
        push.ends.of((reason, entry.kind)).inc();
        push.age.of(reason).observe(ended.parked.as_secs_f64());
        if let Some(age) = ended.change_age {
            push.latency.observe(age.as_secs_f64());
        }
        if reason == ParkEnd::Expired {
            let late = now.saturating_duration_since(entry.deadline);
            push.lateness.observe(late.as_secs_f64());
        }
        if let (Outcome::Changed(folders), ParkKind::Ping) = (&ended.outcome, entry.kind) {
            for folder in folders {
                let kind = entry.kind_of(*folder);
                let stage = &self.metrics.changes.stage;
                stage.of((ChangeStage::Announced, kind)).inc();
            }
        }
    }

    /// Compares everything that is parked with the truth.
    pub(super) fn compare_all(&self) {
        for shard in &self.shards {
            let mut shard = lock(shard);
            for key in shard.keys() {
                self.read_soon(&mut shard, key, Input::Lost);
            }
        }
    }

    /// Frees the place of a request whose client is gone.
    pub(super) fn leave(&self, key: Key) {
        let now = now();
        let mut shard = self.shard_of(key.account);
        let Some(entry) = shard.remove(key) else {
            return;
        };
        remember(&mut shard, &entry, ParkEnd::Closed, now);
        drop(shard);
        let age = now.saturating_duration_since(entry.since);
        let push = &self.metrics.push;
        push.parked.of(entry.kind).dec();
        push.ends.of((ParkEnd::Closed, entry.kind)).inc();
        push.age.of(ParkEnd::Closed).observe(age.as_secs_f64());
    }
}

/// Notes how an entry ended, for the administrator.
fn remember(shard: &mut Shard, entry: &Entry, reason: ParkEnd, now: Instant) {
    let parked = now.saturating_duration_since(entry.since);
    if let Some(memory) = shard.memory_if_any(entry.who.device) {
        let granted = entry.granted.saturating_duration_since(entry.since);
        memory.learn(reason, parked, granted);
        memory.park_ended(entry.kind, reason, parked, now);
    }
}

impl HintSink for Hub {
    fn hint(&self, hint: &Hint) {
        let mut shard = self.shard_of(hint.account);
        for key in shard.of_account(hint.account) {
            let Some(entry) = shard.get_mut(key) else {
                continue;
            };
            let input = match hint.topic {
                Topic::Folder(folder, seq) if !entry.is_news(folder, seq) => continue,
                Topic::Folder(folder, _) => Input::Changed(folder),
                Topic::Hierarchy => Input::HierarchyChanged,
                Topic::Everything => Input::Lost,
                Topic::Revoked => Input::Revoked,
            };
            entry.seen = entry.seen.earlier(hint.seen);
            self.read_soon(&mut shard, key, input);
        }
    }

    fn epoch_changed(&self, epoch: Epoch) {
        if matches!(epoch, Epoch::Down(_)) {
            return;
        }
        // R3: hints may have been lost while the channel was away, so everything parked is compared.
        self.compare_all();
    }
}
