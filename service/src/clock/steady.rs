//! Wall time for filter windows: a step is believed once it has stayed.
//!
//! A clock that is wrong for some minutes (before NTP has it, after a machine was moved or resumed) would have every
//! filter's cut-off jump there and back, and devices be told to drop what they are sent anew a moment later. So time goes on
//! as the monotonic clock counts it until the wall clock has stood by its step for [`STAYS`]. A machine that really slept
//! shows old items for that much longer.

use std::time::Duration;

/// What clocks may differ by without having stepped.
const SLACK: i64 = micros(Duration::from_secs(3600));

/// After so long a step is true.
pub(super) const STAYS: i64 = micros(Duration::from_secs(1800));

/// Both clocks at once, in microseconds.
#[derive(Clone, Copy, Debug)]
struct Reading {
    wall: i64,
    passed: i64,
}

/// What the wall clock said, and what is believed of it.
#[derive(Debug, Default)]
pub(super) struct Steady {
    believed: Option<Reading>,
    /// A step that may not last.
    doubted: Option<Reading>,
    told: i64,
}

impl Reading {
    /// What the wall clock should say now.
    fn after(self, passed: i64) -> i64 {
        let since = passed.saturating_sub(self.passed);
        self.wall.saturating_add(since)
    }

    fn agrees(self, other: Self) -> bool {
        let off = self.after(other.passed).saturating_sub(other.wall);
        off.unsigned_abs() <= SLACK.unsigned_abs()
    }
}

impl Steady {
    /// Wall time as far as it is believed; never back, but by a step that stays.
    pub(super) fn now(&mut self, wall: i64, passed: i64) -> i64 {
        let now = Reading { wall, passed };
        let Some(believed) = self.believed else {
            return self.believe(now);
        };
        if believed.agrees(now) {
            self.believed = Some(now);
            self.doubted = None;
            self.told = self.told.max(wall);
            return self.told;
        }
        match self.doubted.filter(|doubted| doubted.agrees(now)) {
            Some(doubted) if passed.saturating_sub(doubted.passed) >= STAYS => {
                return self.believe(now);
            }
            Some(_) => {}
            None => self.doubted = Some(now),
        }
        self.told = self.told.max(believed.after(passed));
        self.told
    }

    fn believe(&mut self, now: Reading) -> i64 {
        *self = Self {
            believed: Some(now),
            doubted: None,
            told: now.wall,
        };
        now.wall
    }
}

#[expect(clippy::cast_possible_truncation, reason = "hours")]
const fn micros(time: Duration) -> i64 {
    time.as_micros() as i64
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{prop_assert, proptest};

    use super::*;

    const DAY: i64 = 24 * SLACK;
    const MINUTE: i64 = SLACK / 60;
    const BEGUN: i64 = 20_000 * DAY;

    #[test]
    fn a_step_is_believed_when_it_stays() {
        let mut steady = Steady::default();
        assert_eq!(steady.now(BEGUN, 0), BEGUN);
        for step in [10 * DAY, -20 * DAY] {
            let mut steady = Steady::default();
            steady.now(BEGUN, 0);
            for minute in 1..=30 {
                let passed = minute * MINUTE;
                assert_eq!(steady.now(BEGUN + step + passed, passed), BEGUN + passed);
            }
            let passed = 31 * MINUTE;
            assert_eq!(
                steady.now(BEGUN + step + passed, passed),
                BEGUN + step + passed
            );
        }
    }

    #[test]
    fn a_clock_that_is_set_back_a_little_stands_still() {
        let mut steady = Steady::default();
        steady.now(BEGUN, 0);
        assert_eq!(steady.now(BEGUN - MINUTE, MINUTE), BEGUN);
        assert_eq!(steady.now(BEGUN, 2 * MINUTE), BEGUN);
        assert_eq!(steady.now(BEGUN + MINUTE, 3 * MINUTE), BEGUN + MINUTE);
    }

    proptest! {
        /// A clock that steps by up to ten days, and is right again within half an hour each time.
        #[test]
        fn steps_that_do_not_stay_are_not_seen(
            steps in vec((-10 * DAY..10 * DAY, 1..25_i64, 1..600_i64), 1..60),
        ) {
            let (mut steady, mut passed) = (Steady::default(), 0);
            let mut last = steady.now(BEGUN, 0);
            for (step, wrong, right) in steps {
                for minute in 0..wrong + right {
                    passed += MINUTE;
                    let off = if minute < wrong { step } else { 0 };
                    let told = steady.now(BEGUN + passed + off, passed);
                    prop_assert!((told - BEGUN - passed).abs() <= SLACK);
                    prop_assert!(told >= last);
                    last = told;
                }
            }
        }

        /// Wherever it ends up, it is believed in the end.
        #[test]
        fn a_clock_that_stays_is_believed(
            steps in vec((-10 * DAY..10 * DAY, 1..90_i64), 1..20),
        ) {
            let (mut steady, mut passed) = (Steady::default(), 0);
            steady.now(BEGUN, 0);
            let mut off = 0;
            for (step, minutes) in steps {
                off += step;
                for _ in 0..minutes {
                    passed += MINUTE;
                    steady.now(BEGUN + off + passed, passed);
                }
            }
            passed += MINUTE;
            steady.now(BEGUN + off + passed, passed);
            passed += STAYS + MINUTE;
            let told = steady.now(BEGUN + off + passed, passed);
            prop_assert!((told - BEGUN - off - passed).abs() <= SLACK);
        }
    }
}
