//! A parked Ping, or a Sync that holds its answer back: what ends it, and with what.
//!
//! Hints only say when to read: whatever may have changed leads to [`Step::Verify`], and a hint that arrives while
//! the driver reads leads to another read, so that no change slips in between (rules R1 to R3). `handle` takes
//! `self`: a request that has been answered is gone.

mod input;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

pub use input::{Findings, Hierarchy, Input};

/// A request that waits for a change in one of its folders. `F` names a folder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Parked<F> {
    /// Shared by requests that wait for the same folders: there are many of them.
    folders: Arc<[F]>,
    deadline: Instant,
    /// When to read again although nobody hinted: a paced announcement or a doubt falls due.
    alarm: Option<Instant>,
    /// Changed folders that are held back by pacing or batching; announced at the deadline at the latest.
    held: BTreeSet<F>,
    reading: Reading,
}

/// Whether the driver is comparing with the store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Reading {
    Idle,
    /// A read is under way and shows everything up to now.
    Current,
    /// Something happened after the read began: read once more.
    Overtaken,
}

/// What the driver does next.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub enum Step<F> {
    /// Keep waiting for input, until [`Parked::next_tick`] at the latest.
    Wait(Parked<F>),
    /// Compare with the store and feed in [`Input::Verified`]; other inputs may come before it.
    Verify(Parked<F>),
    /// Answer now; there is no state left to answer from twice.
    Answer(Answer<F>),
}

/// How a parked request ends.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answer<F> {
    /// These folders have something. Never empty.
    Changes(BTreeSet<F>),
    /// The time is over and nothing changed.
    Expired,
    /// The device has to run FolderSync first.
    Hierarchy,
    /// A newer request took the place: as expired.
    Superseded,
    /// The account is gone: as expired, and the connection ends.
    Revoked,
    /// As expired, and the connection ends, so that the phone returns to a node that is not draining.
    Draining,
}

impl<F: Copy + Ord> Parked<F> {
    /// Registers a request. The first comparison is still to be made: the driver makes it after registering, and
    /// feeds [`Input::Lost`] in before its result if the channel came or went meanwhile (R1, R2).
    #[must_use]
    pub fn register(folders: Arc<[F]>, deadline: Instant) -> Self {
        Self {
            folders,
            deadline,
            alarm: None,
            held: BTreeSet::new(),
            reading: Reading::Current,
        }
    }

    /// When the request is answered at the latest.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// When [`Input::Tick`] is due.
    #[must_use]
    pub fn next_tick(&self) -> Instant {
        self.alarm
            .map_or(self.deadline, |alarm| alarm.min(self.deadline))
    }

    /// The folders waited for.
    #[must_use]
    pub fn folders(&self) -> &Arc<[F]> {
        &self.folders
    }

    /// Whether it was compared and nothing has come since: it waits for nothing but an input.
    #[must_use]
    pub fn is_compared(&self) -> bool {
        self.reading == Reading::Idle
    }

    /// Moves on by one input.
    pub fn handle(self, input: Input<F>) -> Step<F> {
        match input {
            Input::Changed(folder) if !self.folders.contains(&folder) => Step::Wait(self),
            Input::Changed(_) | Input::HierarchyChanged | Input::Lost => self.read(),
            Input::Verified { findings, now } => self.found(findings, now),
            Input::Unverified { retry } => self.retry(retry),
            Input::Later(at) => self.later(at),
            Input::Tick(now) => self.tick(now),
            Input::Superseded => Step::Answer(Answer::Superseded),
            Input::Revoked => Step::Answer(Answer::Revoked),
            Input::Draining => Step::Answer(Answer::Draining),
        }
    }

    fn read(mut self) -> Step<F> {
        match self.reading {
            Reading::Idle => {
                self.reading = Reading::Current;
                Step::Verify(self)
            }
            Reading::Current | Reading::Overtaken => {
                self.reading = Reading::Overtaken;
                Step::Wait(self)
            }
        }
    }

    fn found(mut self, findings: Findings<F>, now: Instant) -> Step<F> {
        if findings.hierarchy == Hierarchy::Moved {
            return Step::Answer(Answer::Hierarchy);
        }
        let (due, later): (Vec<_>, Vec<_>) =
            findings.changed.into_iter().partition(|(_, at)| *at <= now);
        let (doubts, later_doubts): (Vec<_>, Vec<_>) = findings
            .doubtful
            .into_iter()
            .partition(|(_, at)| *at <= now);
        let mut told: BTreeSet<F> = due
            .into_iter()
            .chain(doubts)
            .map(|(folder, _)| folder)
            .collect();
        if !told.is_empty() {
            // The phone is awake anyway: what pacing holds back goes along.
            told.extend(later.into_iter().map(|(folder, _)| folder));
            return Step::Answer(Answer::Changes(told));
        }
        self.alarm = later.iter().chain(&later_doubts).map(|(_, at)| *at).min();
        self.held = later.into_iter().map(|(folder, _)| folder).collect();
        self.after_read()
    }

    fn retry(mut self, retry: Instant) -> Step<F> {
        self.alarm = Some(self.alarm.map_or(retry, |alarm| alarm.min(retry)));
        self.reading = Reading::Idle;
        Step::Wait(self)
    }

    fn later(mut self, at: Instant) -> Step<F> {
        match self.reading {
            Reading::Idle => self.alarm = Some(self.alarm.map_or(at, |alarm| alarm.min(at))),
            // The read under way may have begun before what this is about; its end sets the alarm anew.
            Reading::Current | Reading::Overtaken => self.reading = Reading::Overtaken,
        }
        Step::Wait(self)
    }

    fn after_read(mut self) -> Step<F> {
        match self.reading {
            Reading::Overtaken => {
                self.reading = Reading::Current;
                Step::Verify(self)
            }
            Reading::Idle | Reading::Current => {
                self.reading = Reading::Idle;
                Step::Wait(self)
            }
        }
    }

    fn tick(mut self, now: Instant) -> Step<F> {
        if self.deadline <= now {
            // A read under way is not waited for: the phone returns at once and is compared again.
            return Step::Answer(if self.held.is_empty() {
                Answer::Expired
            } else {
                Answer::Changes(self.held)
            });
        }
        if self.alarm.is_some_and(|alarm| alarm <= now) {
            self.alarm = None;
            return self.read();
        }
        Step::Wait(self)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const INBOX: u32 = 1;
    const SENT: u32 = 2;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn registered(now: Instant) -> Parked<u32> {
        Parked::register(Arc::from([INBOX, SENT]), now + seconds(480))
    }

    fn waiting(now: Instant) -> Parked<u32> {
        expect_wait(registered(now).handle(verified(&[], &[], now)))
    }

    fn verified(
        changed: &[(u32, Instant)],
        doubtful: &[(u32, Instant)],
        now: Instant,
    ) -> Input<u32> {
        let findings = Findings {
            hierarchy: Hierarchy::Current,
            changed: changed.to_vec(),
            doubtful: doubtful.to_vec(),
        };
        Input::Verified { findings, now }
    }

    fn changes(folders: impl IntoIterator<Item = u32>) -> Step<u32> {
        Step::Answer(Answer::Changes(folders.into_iter().collect()))
    }

    #[track_caller]
    fn expect_wait(step: Step<u32>) -> Parked<u32> {
        match step {
            Step::Wait(parked) => parked,
            Step::Verify(_) | Step::Answer(_) => panic!("should wait: {step:?}"),
        }
    }

    #[track_caller]
    fn expect_verify(step: Step<u32>) -> Parked<u32> {
        match step {
            Step::Verify(parked) => parked,
            Step::Wait(_) | Step::Answer(_) => panic!("should verify: {step:?}"),
        }
    }

    #[test]
    fn a_change_that_was_there_before_is_answered_at_once() {
        let now = Instant::now();
        let step = registered(now).handle(verified(&[(INBOX, now)], &[], now));
        assert_eq!(step, changes([INBOX]));
    }

    #[test]
    fn a_hint_is_checked_before_it_wakes() {
        let now = Instant::now();
        let parked = expect_verify(waiting(now).handle(Input::Changed(INBOX)));
        // The device's own change, or one that the filter hides.
        let parked = expect_wait(parked.handle(verified(&[], &[], now)));
        let parked = expect_verify(parked.handle(Input::Changed(INBOX)));
        let step = parked.handle(verified(&[(INBOX, now)], &[], now));
        assert_eq!(step, changes([INBOX]));
    }

    #[test]
    fn a_hint_for_another_folder_costs_no_read() {
        let now = Instant::now();
        expect_wait(waiting(now).handle(Input::Changed(99)));
    }

    #[test]
    fn a_hint_during_a_read_repeats_it() {
        let now = Instant::now();
        for hint in [Input::Changed(INBOX), Input::Lost, Input::HierarchyChanged] {
            let parked = expect_wait(registered(now).handle(hint));
            let parked = expect_verify(parked.handle(verified(&[], &[], now)));
            let parked = expect_wait(parked.handle(verified(&[], &[], now)));
            assert_eq!(parked, waiting(now));
        }
    }

    #[test]
    fn nothing_is_answered_before_the_deadline_and_something_at_it() {
        let now = Instant::now();
        let parked = expect_wait(waiting(now).handle(Input::Tick(now + seconds(479))));
        let step = parked.handle(Input::Tick(now + seconds(480)));
        assert_eq!(step, Step::Answer(Answer::Expired));
    }

    #[test]
    fn a_paced_folder_is_announced_when_it_is_due_or_at_the_deadline() {
        let now = Instant::now();
        let due = now + seconds(15);
        let parked = expect_wait(registered(now).handle(verified(&[(INBOX, due)], &[], now)));
        assert_eq!(parked.next_tick(), due);
        let again = expect_verify(parked.handle(Input::Tick(due)));
        assert_eq!(
            again.handle(verified(&[(INBOX, due)], &[], due)),
            changes([INBOX])
        );

        let late = now + seconds(999);
        let parked = expect_wait(registered(now).handle(verified(&[(INBOX, late)], &[], now)));
        assert_eq!(parked.next_tick(), now + seconds(480));
        assert_eq!(
            parked.handle(Input::Tick(now + seconds(480))),
            changes([INBOX])
        );
    }

    #[test]
    fn what_is_held_back_goes_along_with_what_is_told() {
        let now = Instant::now();
        let found = [(INBOX, now), (SENT, now + seconds(60))];
        let step = registered(now).handle(verified(&found, &[], now));
        assert_eq!(step, changes([INBOX, SENT]));
    }

    #[test]
    fn a_doubt_is_announced_after_its_grace_and_not_at_the_deadline() {
        let now = Instant::now();
        let due = now + seconds(60);
        let parked = expect_wait(registered(now).handle(verified(&[], &[(SENT, due)], now)));
        assert_eq!(parked.next_tick(), due);
        let again = expect_verify(parked.handle(Input::Tick(due)));
        assert_eq!(
            again.handle(verified(&[], &[(SENT, due)], due)),
            changes([SENT])
        );

        let late = now + seconds(900);
        let parked = expect_wait(registered(now).handle(verified(&[], &[(SENT, late)], now)));
        let step = parked.handle(Input::Tick(now + seconds(480)));
        assert_eq!(step, Step::Answer(Answer::Expired));
    }

    #[test]
    fn a_read_that_failed_is_made_again() {
        let now = Instant::now();
        let retry = now + seconds(2);
        let parked = expect_wait(registered(now).handle(Input::Unverified { retry }));
        assert_eq!(parked.next_tick(), retry);
        expect_verify(parked.handle(Input::Tick(retry)));
    }

    #[test]
    fn what_may_fall_due_later_is_read_then() {
        let now = Instant::now();
        let due = now + seconds(5);
        let parked = expect_wait(waiting(now).handle(Input::Later(due)));
        assert_eq!(parked.next_tick(), due);
        expect_verify(parked.handle(Input::Tick(due)));

        let parked = expect_wait(registered(now).handle(Input::Later(due)));
        expect_verify(parked.handle(verified(&[], &[], now)));
    }

    #[test]
    fn everything_else_ends_it() {
        let now = Instant::now();
        for (input, answer) in [
            (Input::Superseded, Answer::Superseded),
            (Input::Revoked, Answer::Revoked),
            (Input::Draining, Answer::Draining),
        ] {
            assert_eq!(waiting(now).handle(input), Step::Answer(answer));
        }
        let findings = Findings {
            hierarchy: Hierarchy::Moved,
            changed: vec![(INBOX, now)],
            doubtful: Vec::new(),
        };
        let step = registered(now).handle(Input::Verified { findings, now });
        assert_eq!(step, Step::Answer(Answer::Hierarchy));
    }
}
