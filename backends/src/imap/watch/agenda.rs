//! When to look at all folders. Pure: time is passed in.

use std::time::Duration;

use tokio::time::Instant;

/// How often.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Timing {
    /// Longest time between the end of a look and the next.
    pub(super) every: Duration,
    /// Shortest time between the beginnings of two looks.
    pub(super) gap: Duration,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Agenda {
    timing: Timing,
    due: Instant,
    not_before: Instant,
    look: Look,
    failures: u32,
    dice: u64,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Look {
    /// None is being taken.
    No,
    /// One is being taken.
    Taken,
    /// One is being taken, and may not have seen all.
    TakenTooSoon,
}

/// So many looks in a row may fail.
const FAILURES_MAX: u32 = 5;

impl Agenda {
    /// Everything has just been looked at. The seed spreads the looks at many accounts.
    pub(super) fn new(timing: Timing, seed: u64, now: Instant) -> Self {
        let mut agenda = Self {
            timing,
            due: now,
            not_before: now + timing.gap,
            look: Look::No,
            failures: 0,
            dice: seed,
        };
        agenda.plan(now);
        agenda
    }

    /// Something happened that only a look can tell more about: one is to begin after this.
    pub(super) fn wake(&mut self, now: Instant) {
        match self.look {
            Look::No => self.due = self.due.min(now.max(self.not_before)),
            Look::Taken | Look::TakenTooSoon => self.look = Look::TakenTooSoon,
        }
    }

    /// Changes the longest time between two looks.
    pub(super) fn pace(&mut self, every: Duration, now: Instant) {
        if every == self.timing.every {
            return;
        }
        let sooner = every < self.timing.every;
        self.timing.every = every;
        let due = now + every.mul_f64(self.spread());
        // One that was wanted soon stays wanted.
        if self.look == Look::No && (sooner || self.due > self.not_before) {
            self.due = if sooner { self.due.min(due) } else { due };
        }
    }

    /// Begins a look if it is time for one.
    pub(super) fn begin(&mut self, now: Instant) -> bool {
        if self.look != Look::No || now < self.due {
            return false;
        }
        self.look = Look::Taken;
        self.not_before = now + self.timing.gap;
        true
    }

    /// When to ask again; `None` while a look is being taken.
    pub(super) fn next(&self) -> Option<Instant> {
        (self.look == Look::No).then_some(self.due)
    }

    /// The look has ended.
    pub(super) fn ended(&mut self, now: Instant) {
        self.failures = 0;
        self.plan(now);
    }

    /// The look could not be taken. Whether it is worth trying again.
    pub(super) fn failed(&mut self, now: Instant) -> bool {
        self.failures += 1;
        self.look = Look::No;
        let pause = self.timing.gap.saturating_mul(1 << self.failures.min(8));
        self.due = now + pause.min(self.timing.every);
        self.failures <= FAILURES_MAX
    }

    fn plan(&mut self, now: Instant) {
        self.due = match self.look {
            Look::TakenTooSoon => now.max(self.not_before),
            Look::No | Look::Taken => now + self.timing.every.mul_f64(self.spread()),
        };
        self.look = Look::No;
    }

    /// Between three quarters and one, so that accounts that began together do not go on together (SplitMix64).
    fn spread(&mut self) -> f64 {
        self.dice = self.dice.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.dice ^ (self.dice >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let part = u32::try_from(mixed >> 32).unwrap_or(0);
        1.0 - f64::from(part) / f64::from(u32::MAX) / 4.0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{Agenda, FAILURES_MAX, Timing};

    const TIMING: Timing = Timing {
        every: Duration::from_secs(60),
        gap: Duration::from_secs(2),
    };

    #[test]
    fn looks_are_spread_and_never_late() {
        let mut now = Instant::now();
        let mut pauses = Vec::new();
        let mut agenda = Agenda::new(TIMING, 7, now);
        for _ in 0..50 {
            let due = agenda.next().unwrap();
            pauses.push(due - now);
            assert!(!agenda.begin(due - Duration::from_millis(1)));
            assert!(agenda.begin(due));
            now = due + Duration::from_secs(1);
            agenda.ended(now);
        }
        assert!(
            pauses
                .iter()
                .all(|pause| (45..=60).contains(&pause.as_secs()))
        );
        let (least, most) = (pauses.iter().min().unwrap(), pauses.iter().max().unwrap());
        assert!(
            *most - *least > Duration::from_secs(8),
            "{least:?} {most:?}"
        );
    }

    #[test]
    fn an_event_is_always_followed_by_a_look_and_many_by_few() {
        let mut now = Instant::now();
        let mut agenda = Agenda::new(TIMING, 7, now);
        agenda.wake(now);
        let first = agenda.next().unwrap();
        assert_eq!(first, now + TIMING.gap);
        now = first;
        assert!(agenda.begin(now));
        for _ in 0..100 {
            agenda.wake(now);
        }
        now += Duration::from_millis(10);
        agenda.ended(now);
        assert_eq!(agenda.next(), Some(first + TIMING.gap));
        assert!(agenda.begin(first + TIMING.gap));
        agenda.ended(first + TIMING.gap);
        assert!(agenda.next().unwrap() > first + TIMING.gap * 3);
    }

    #[test]
    fn another_pace_puts_off_no_look_that_is_wanted_soon() {
        let now = Instant::now();
        let (often, seldom) = (TIMING.every, TIMING.every * 15);
        let mut agenda = Agenda::new(TIMING, 7, now);
        agenda.pace(seldom, now);
        assert!(agenda.next().unwrap() >= now + seldom.mul_f64(0.75));
        agenda.pace(often, now);
        assert!(agenda.next().unwrap() <= now + often);
        agenda.wake(now);
        agenda.pace(seldom, now);
        assert_eq!(agenda.next(), Some(now + TIMING.gap));
    }

    #[test]
    fn looks_that_fail_are_taken_again_but_not_for_ever() {
        let mut now = Instant::now();
        let mut agenda = Agenda::new(TIMING, 7, now);
        for _ in 0..FAILURES_MAX {
            now = agenda.next().unwrap();
            assert!(agenda.begin(now));
            assert!(agenda.failed(now));
            assert!(agenda.next().unwrap() <= now + TIMING.every);
        }
        now = agenda.next().unwrap();
        assert!(agenda.begin(now));
        assert!(!agenda.failed(now));
    }
}
