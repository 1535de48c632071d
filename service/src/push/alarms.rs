//! When to look at a parked request again: never early, and late by less than two ticks.
//!
//! An ordered set rather than a ring of slots: what is taken off leaves nothing behind, the next due time is
//! its first element, and nothing ticks while nothing is due.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::table::Key;

/// The grain: requests whose alarms fall into the same tick are handled together.
const TICK: Duration = Duration::from_millis(250);

/// A time, counted in whole ticks since the table was made.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Tick(u64);

impl Tick {
    /// No alarm is set.
    pub(super) const NEVER: Self = Self(u64::MAX);
}

/// The alarms of one shard.
#[derive(Debug)]
pub(super) struct Alarms {
    origin: Instant,
    due: BTreeSet<(Tick, Key)>,
}

impl Alarms {
    /// No alarms.
    pub(super) fn new(origin: Instant) -> Self {
        Self {
            origin,
            due: BTreeSet::new(),
        }
    }

    /// Sets an alarm at the first tick that is not before `at`.
    pub(super) fn set(&mut self, at: Instant, key: Key) -> Tick {
        let since = at.saturating_duration_since(self.origin).as_nanos();
        let ticks = since.div_ceil(TICK.as_nanos());
        let tick = Tick(u64::try_from(ticks).unwrap_or(u64::MAX));
        self.due.insert((tick, key));
        tick
    }

    /// Takes an alarm off.
    pub(super) fn clear(&mut self, tick: Tick, key: Key) {
        self.due.remove(&(tick, key));
    }

    /// When the next alarm is due.
    pub(super) fn next(&self) -> Option<Instant> {
        self.due.first().map(|(tick, _)| self.instant(*tick))
    }

    /// Takes off one alarm that is due at `now`.
    pub(super) fn pop(&mut self, now: Instant) -> Option<Key> {
        let (tick, _) = self.due.first()?;
        if self.instant(*tick) > now {
            return None;
        }
        self.due.pop_first().map(|(_, key)| key)
    }

    /// When a tick is.
    pub(super) fn instant(&self, tick: Tick) -> Instant {
        let ticks = u32::try_from(tick.0).unwrap_or(u32::MAX);
        self.origin + TICK.saturating_mul(ticks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_is_never_early_and_less_than_a_tick_late() {
        let origin = Instant::now();
        let mut alarms = Alarms::new(origin);
        for millis in [0, 1, 249, 250, 251, 59_999, 60_000] {
            let at = origin + Duration::from_millis(millis);
            let key = Key::for_test(1);
            alarms.set(at, key);
            let due = alarms.next().unwrap();
            assert!(due >= at && due < at + TICK, "{millis}");
            assert_eq!(alarms.pop(due - Duration::from_nanos(1)), None);
            assert_eq!(alarms.pop(due), Some(key));
        }
    }

    #[test]
    fn a_cleared_alarm_leaves_nothing_behind() {
        let mut alarms = Alarms::new(Instant::now());
        let key = Key::for_test(1);
        let tick = alarms.set(Instant::now() + TICK, key);
        alarms.clear(tick, key);
        assert_eq!(alarms.next(), None);
    }
}
