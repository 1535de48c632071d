//! What a watcher has to look at. Pure.
//!
//! Events of one folder that is waiting are one event; an event of a folder that is being looked at makes it
//! wait again, so that it is looked at once more (R5). So this is bounded by the folders of the account.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::ids::FolderNo;
use crate::push::Seen;

/// What is to be looked at, and what is being looked at.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// Named by events.
    urgent: BTreeMap<FolderNo, Seen>,
    /// Of a comparison of everything.
    sweep: BTreeSet<FolderNo>,
    /// Could not be read: the time of the next attempt, and how many failed.
    failed: BTreeMap<FolderNo, (Instant, u32)>,
    running: BTreeSet<FolderNo>,
}

/// One folder to be looked at. [`FolderNo::ROOT`] stands for the hierarchy.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Job {
    pub(super) folder: FolderNo,
    pub(super) cause: Cause,
}

/// Why a folder is looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Cause {
    /// An event named it, first at this time.
    Event(Seen),
    /// Everything is compared.
    Sweep,
}

impl Work {
    /// An event named a folder.
    pub(super) fn event(&mut self, folder: FolderNo, seen: Seen) {
        let earliest = self.urgent.entry(folder).or_insert(seen);
        *earliest = earliest.earlier(seen);
    }

    /// A folder is to be compared although no event named it.
    pub(super) fn compare(&mut self, folder: FolderNo) {
        self.sweep.insert(folder);
    }

    /// Folders that are not there any more need not be looked at.
    pub(super) fn keep(&mut self, folders: &BTreeSet<FolderNo>) {
        let there = |folder: &FolderNo| *folder == FolderNo::ROOT || folders.contains(folder);
        self.urgent.retain(|folder, _| there(folder));
        self.sweep.retain(there);
        self.failed.retain(|folder, _| there(folder));
    }

    /// The next folder to look at. The hierarchy goes first, then what events named.
    pub(super) fn start(&mut self, now: Instant) -> Option<Job> {
        let due: Vec<FolderNo> = self
            .failed
            .iter()
            .filter(|(_, (at, _))| *at <= now)
            .map(|(folder, _)| *folder)
            .filter(|folder| !self.running.contains(folder))
            .collect();
        self.sweep.extend(due);
        let urgent = self
            .urgent
            .iter()
            .find(|(folder, _)| self.is_free(**folder));
        let urgent = urgent.map(|(folder, seen)| (*folder, Cause::Event(*seen)));
        let sweep = self.sweep.iter().find(|folder| self.is_free(**folder));
        let sweep = sweep.map(|folder| (*folder, Cause::Sweep));
        let hierarchy = sweep.filter(|(folder, _)| *folder == FolderNo::ROOT);
        let (folder, cause) = hierarchy.or(urgent).or(sweep)?;
        self.urgent.remove(&folder);
        self.sweep.remove(&folder);
        self.running.insert(folder);
        Some(Job { folder, cause })
    }

    /// A folder was looked at.
    pub(super) fn succeeded(&mut self, folder: FolderNo) {
        self.running.remove(&folder);
        self.failed.remove(&folder);
    }

    /// A folder could not be looked at. Answers how often in a row, this time included; the caller says with
    /// [`Self::retry`] when to try again. `None`: an event had it looked at before the time of the next attempt, which
    /// stands: many events in a moment are no reason to wait longer.
    pub(super) fn failed(&mut self, folder: FolderNo, now: Instant) -> Option<u32> {
        self.running.remove(&folder);
        match self.failed.get(&folder) {
            Some((at, _)) if *at > now => None,
            Some((_, failures)) => Some(failures.saturating_add(1)),
            None => Some(1),
        }
    }

    /// Tries a folder again at `at`, after so many failures.
    pub(super) fn retry(&mut self, folder: FolderNo, at: Instant, failures: u32) {
        self.failed.insert(folder, (at, failures));
    }

    /// Tries all folders that failed again now: the backend is there again.
    pub(super) fn retry_all(&mut self, now: Instant) {
        for (at, _) in self.failed.values_mut() {
            *at = now.min(*at);
        }
    }

    /// When the next folder that failed is tried again.
    pub(super) fn next_retry(&self) -> Option<Instant> {
        let waiting = self.failed.iter();
        waiting
            .filter(|(folder, _)| !self.running.contains(folder))
            .map(|(_, (at, _))| *at)
            .min()
    }

    /// Folders whose rows in the index may not be what the backend holds: to be compared, or unreadable.
    pub(super) fn stale(&self) -> BTreeSet<FolderNo> {
        let waiting = self.urgent.keys().chain(&self.sweep);
        waiting
            .chain(self.failed.keys())
            .chain(&self.running)
            .copied()
            .collect()
    }

    /// How many folders could not be read when that was last tried.
    pub(super) fn failing(&self) -> usize {
        self.failed.len()
    }

    fn is_free(&self, folder: FolderNo) -> bool {
        !self.running.contains(&folder)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const INBOX: FolderNo = FolderNo(1);
    const SENT: FolderNo = FolderNo(2);
    const EARLY: Seen = Seen::from_micros(1);
    const LATE: Seen = Seen::from_micros(2);

    #[test]
    fn events_go_before_comparisons_and_the_hierarchy_before_all() {
        let now = Instant::now();
        let mut work = Work::default();
        work.compare(INBOX);
        work.compare(FolderNo::ROOT);
        work.event(SENT, LATE);
        let order: Vec<FolderNo> = std::iter::from_fn(|| work.start(now))
            .map(|job| job.folder)
            .collect();
        assert_eq!(order, [FolderNo::ROOT, SENT, INBOX]);
    }

    #[test]
    fn events_of_a_waiting_folder_are_one() {
        let mut work = Work::default();
        work.event(INBOX, LATE);
        work.event(INBOX, EARLY);
        let job = work.start(Instant::now());
        let cause = Cause::Event(EARLY);
        assert_eq!(
            job,
            Some(Job {
                folder: INBOX,
                cause
            })
        );
        assert_eq!(work.start(Instant::now()), None);
    }

    #[test]
    fn an_event_during_a_look_repeats_it() {
        let now = Instant::now();
        let mut work = Work::default();
        work.event(INBOX, EARLY);
        work.start(now).unwrap();
        work.event(INBOX, LATE);
        assert_eq!(work.start(now), None);
        work.succeeded(INBOX);
        let cause = Cause::Event(LATE);
        assert_eq!(
            work.start(now),
            Some(Job {
                folder: INBOX,
                cause
            })
        );
    }

    #[test]
    fn a_folder_that_fails_is_tried_again_and_is_stale_until_then() {
        let now = Instant::now();
        let later = now + Duration::from_secs(1);
        let mut work = Work::default();
        work.compare(INBOX);
        work.start(now).unwrap();
        assert_eq!(work.failed(INBOX, now), Some(1));
        work.retry(INBOX, later, 1);
        assert_eq!(work.start(now), None);
        assert_eq!(work.next_retry(), Some(later));
        assert!(work.stale().contains(&INBOX));
        work.start(later).unwrap();
        assert_eq!(work.next_retry(), None);
        assert_eq!(work.failed(INBOX, later), Some(2));
        work.retry(INBOX, later, 2);
        work.start(later).unwrap();
        work.succeeded(INBOX);
        assert!(work.stale().is_empty());
    }

    #[test]
    fn events_of_a_folder_that_fails_do_not_put_it_off() {
        let now = Instant::now();
        let later = now + Duration::from_secs(1);
        let mut work = Work::default();
        work.compare(INBOX);
        work.start(now).unwrap();
        assert_eq!(work.failed(INBOX, now), Some(1));
        work.retry(INBOX, later, 1);
        for _ in 0..10 {
            work.event(INBOX, EARLY);
            assert!(work.start(now).is_some(), "it may be good again");
            assert_eq!(work.failed(INBOX, now), None);
        }
        assert_eq!(work.next_retry(), Some(later));
        work.start(later).unwrap();
        assert_eq!(work.failed(INBOX, later), Some(2));
    }
}
