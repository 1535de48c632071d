//! How often the same thing is announced to a device that does not act on it: paced, never suppressed.
//!
//! Phones were seen to Ping once a second when each Ping was answered at once without anything for Sync to
//! bring. Pure: time is passed in.

use std::time::{Duration, Instant};

use protocol::flow::pacing::Pacing;

use crate::ids::Seq;

/// Announcements that were followed by a Sync, yet found the same again: so many are not delayed, since the
/// answer of that Sync may have been lost.
const FRUITLESS_FREE: u8 = 3;

/// Announcements that go by [`Pacing`] before a sparing one becomes rare, and one of a folder that was never synced
/// ends.
const PACED: u8 = 4;

/// The last announcement of one folder to one device.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    pacing: Pacing,
    at: Instant,
    /// Where the folder stood then.
    announced: Seq,
    /// Announcements in a row without a Sync.
    unsynced: u8,
    /// Syncs in a row that did not settle the matter.
    fruitless: u8,
    synced: bool,
}

/// What happens after the last step of the pacing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Insistence {
    /// The last step repeats: something real waits.
    Steady,
    /// Once per heartbeat, unless the folder changes: it may be that the device does not care.
    Sparing(Duration),
}

impl Pace {
    /// Notes an announcement at `now` of what stands at `seq`.
    pub(super) fn announce(before: Option<&Self>, seq: Seq, now: Instant) -> Self {
        let mut next = Self {
            pacing: Pacing::default(),
            at: now,
            announced: seq,
            unsynced: 0,
            fruitless: 0,
            synced: false,
        };
        if let Some(before) = before.filter(|before| !before.is_progress(seq)) {
            next.fruitless = before.fruitless.saturating_add(u8::from(before.synced));
            if !before.is_excused() {
                next.pacing = before.pacing;
                next.unsynced = before.unsynced;
            }
        }
        next.pacing = next.pacing.announced(now);
        next.unsynced = next.unsynced.saturating_add(1);
        next
    }

    /// The device synced what was announced.
    pub(super) fn synced(&mut self) {
        self.synced = true;
    }

    /// Whether the device acted on the announcement.
    pub(super) fn is_synced(&self) -> bool {
        self.synced
    }

    /// Whether what stands at `seq` was announced with every step of the pacing, and never synced.
    pub(super) fn is_enough(&self, seq: Seq) -> bool {
        !self.synced && self.unsynced > PACED && seq <= self.announced
    }

    /// When what now stands at `seq` may be announced.
    pub(super) fn due(&self, seq: Seq, insistence: Insistence) -> Instant {
        if self.is_progress(seq) || self.is_excused() {
            return self.at;
        }
        let wait = match insistence {
            Insistence::Sparing(heartbeat) if self.unsynced > PACED && seq <= self.announced => {
                heartbeat.max(self.pacing.pause())
            }
            Insistence::Sparing(_) | Insistence::Steady => self.pacing.pause(),
        };
        self.at + wait
    }

    /// The device synced since, and there is something newer.
    fn is_progress(&self, seq: Seq) -> bool {
        self.synced && seq > self.announced
    }

    /// The device synced since, and it is not for the n-th time that this changed nothing.
    fn is_excused(&self) -> bool {
        self.synced && self.fruitless < FRUITLESS_FREE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEARTBEAT: Duration = Duration::from_secs(480);
    const MINUTE: Duration = Duration::from_secs(60);

    /// The waits between announcements that are repeated as soon as they may.
    fn waits(insistence: Insistence, count: usize, synced: bool) -> Vec<u64> {
        let mut now = Instant::now();
        let mut pace = Pace::announce(None, Seq(1), now);
        let mut waits = Vec::new();
        for _ in 0..count {
            if synced {
                pace.synced();
            }
            let due = pace.due(Seq(1), insistence);
            waits.push((due - now).as_secs());
            now = due;
            pace = Pace::announce(Some(&pace), Seq(1), now);
        }
        waits
    }

    #[test]
    fn repeats_are_paced_and_never_suppressed() {
        let steady = waits(Insistence::Steady, 6, false);
        assert_eq!(steady, [1, 5, 15, 60, 60, 60]);
    }

    #[test]
    fn what_the_device_may_not_care_for_becomes_rare() {
        let sparing = waits(Insistence::Sparing(HEARTBEAT), 6, false);
        assert_eq!(sparing, [1, 5, 15, 60, 480, 480]);
    }

    #[test]
    fn what_is_never_synced_is_enough_after_each_pause_until_it_changes() {
        let now = Instant::now();
        let mut pace = Pace::announce(None, Seq(1), now);
        for _ in 0..PACED {
            assert!(!pace.is_enough(Seq(1)));
            pace = Pace::announce(Some(&pace), Seq(1), now);
        }
        assert!(pace.is_enough(Seq(1)) && !pace.is_enough(Seq(2)));
        pace.synced();
        assert!(!pace.is_enough(Seq(1)));
    }

    #[test]
    fn a_sync_that_finds_nothing_is_excused_three_times() {
        let fruitless = waits(Insistence::Steady, 8, true);
        assert_eq!(fruitless, [0, 0, 0, 1, 5, 15, 60, 60]);
    }

    #[test]
    fn a_new_change_after_a_sync_is_announced_at_once() {
        let now = Instant::now();
        let mut pace = Pace::announce(None, Seq(1), now);
        for _ in 0..9 {
            pace = Pace::announce(Some(&pace), Seq(1), now);
        }
        assert_eq!(pace.due(Seq(2), Insistence::Steady), now + MINUTE);
        pace.synced();
        assert_eq!(pace.due(Seq(2), Insistence::Steady), now);
        let next = Pace::announce(Some(&pace), Seq(2), now);
        assert_eq!(
            next.due(Seq(2), Insistence::Steady),
            now + Duration::from_secs(1)
        );
    }

    #[test]
    fn a_real_change_ends_the_rarity() {
        let now = Instant::now();
        let mut pace = Pace::announce(None, Seq(1), now);
        for _ in 0..9 {
            pace = Pace::announce(Some(&pace), Seq(1), now);
        }
        let sparing = Insistence::Sparing(HEARTBEAT);
        assert_eq!(pace.due(Seq(1), sparing), now + HEARTBEAT);
        assert_eq!(pace.due(Seq(2), sparing), now + MINUTE);
    }
}
