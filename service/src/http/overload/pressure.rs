//! When there is too much to do, and when no longer: the rule, without I/O.
//!
//! It becomes so when a timer is served late several times in a row (once may be anything: a machine that slept, a
//! page that was swapped out), or when a request comes while as many are being worked at as may. It ends when all of that was well
//! below its limit for a while, so that it does not come and go with each request.

use std::time::{Duration, Instant};

use crate::metrics::OverloadCause;

/// So often in a row.
const LATE_ENOUGH: u32 = 3;

/// How long it must have been well.
pub(super) const CALM: Duration = Duration::from_secs(3);

/// What is too much; `None`: nothing is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// How late a timer may be served.
    pub(super) lag_max: Option<Duration>,
    /// How many requests may be worked at.
    pub(super) work_max: Option<usize>,
}

/// It changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Turn {
    /// There is too much to do.
    Entered(OverloadCause),
    /// There is no longer, after so long.
    Left(Duration),
}

/// How it stands.
#[derive(Clone, Copy, Debug)]
enum State {
    /// Well; the timer was late so often in a row.
    Calm { late: u32 },
    /// Too much, since then; well again for as long as `eased` says.
    Strained {
        since: Instant,
        eased: Option<Instant>,
    },
}

/// The rule and how it stands.
#[derive(Debug)]
pub(super) struct Pressure {
    rules: Rules,
    state: State,
}

impl Pressure {
    pub(super) fn new(rules: Rules) -> Self {
        let state = State::Calm { late: 0 };
        Self { rules, state }
    }

    /// The timer was served `lag` too late, while so many requests are being worked at.
    pub(super) fn tick(&mut self, lag: Duration, working: usize, now: Instant) -> Option<Turn> {
        match &mut self.state {
            State::Calm { late } => {
                let too_late = self.rules.lag_max.is_some_and(|max| lag > max);
                *late = if too_late { *late + 1 } else { 0 };
                (*late >= LATE_ENOUGH).then(|| self.enter(OverloadCause::Lag, now))
            }
            State::Strained { since, eased } => {
                if !self.rules.is_well(lag, working) {
                    *eased = None;
                    return None;
                }
                let well = now.saturating_duration_since(*eased.get_or_insert(now));
                if well < CALM {
                    return None;
                }
                let lasted = now.saturating_duration_since(*since);
                self.state = State::Calm { late: 0 };
                Some(Turn::Left(lasted))
            }
        }
    }

    /// A request comes, while so many are being worked at.
    pub(super) fn arrives(&mut self, working: usize, now: Instant) -> Option<Turn> {
        let full = self.rules.work_max.is_some_and(|max| working >= max);
        let calm = matches!(self.state, State::Calm { .. });
        (full && calm).then(|| self.enter(OverloadCause::Work, now))
    }

    fn enter(&mut self, cause: OverloadCause, now: Instant) -> Turn {
        self.state = State::Strained {
            since: now,
            eased: None,
        };
        Turn::Entered(cause)
    }
}

impl Rules {
    /// Half of the lag, three quarters of the work.
    fn is_well(&self, lag: Duration, working: usize) -> bool {
        let lag_well = self.lag_max.is_none_or(|max| lag <= max / 2);
        lag_well && self.work_max.is_none_or(|max| working <= max / 4 * 3)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LAG: Duration = Duration::from_millis(500);
    const STEP: Duration = Duration::from_millis(250);

    fn pressure() -> Pressure {
        Pressure::new(Rules {
            lag_max: Some(LAG),
            work_max: Some(100),
        })
    }

    #[test]
    fn one_late_timer_is_nothing_and_three_in_a_row_are() {
        let (mut pressure, now) = (pressure(), Instant::now());
        for lag in [LAG * 20, Duration::ZERO, LAG * 2, LAG * 2, LAG] {
            assert_eq!(pressure.tick(lag, 0, now), None);
        }
        assert_eq!(pressure.tick(LAG * 2, 0, now), None);
        assert_eq!(pressure.tick(LAG * 2, 0, now), None);
        let entered = Some(Turn::Entered(OverloadCause::Lag));
        assert_eq!(pressure.tick(LAG * 2, 0, now), entered);
        // Said once.
        assert_eq!(pressure.tick(LAG * 2, 1_000, now), None);
        assert_eq!(pressure.arrives(1_000, now), None);
    }

    #[test]
    fn as_many_requests_as_may_are_enough_at_once() {
        let (mut pressure, now) = (pressure(), Instant::now());
        assert_eq!(pressure.arrives(99, now), None);
        let entered = Some(Turn::Entered(OverloadCause::Work));
        assert_eq!(pressure.arrives(100, now), entered);
        assert_eq!(pressure.arrives(100, now), None);
    }

    #[test]
    fn it_ends_when_all_was_well_below_for_a_while() {
        let (mut pressure, mut now) = (pressure(), Instant::now());
        let _entered = pressure.arrives(100, now);
        let began = now;
        // Just below the limit is not enough, nor is one of the two, nor is a moment.
        for (lag, working) in [(0, 99), (400, 10), (0, 75), (0, 76)] {
            now += CALM - STEP;
            let lag = Duration::from_millis(lag);
            assert_eq!(pressure.tick(lag, working, now), None);
        }
        assert_eq!(pressure.tick(LAG / 2, 75, now), None);
        now += CALM - STEP;
        assert_eq!(pressure.tick(Duration::ZERO, 75, now), None);
        now += STEP;
        let left = Some(Turn::Left(now - began));
        assert_eq!(pressure.tick(Duration::ZERO, 75, now), left);
        assert_eq!(pressure.tick(LAG * 2, 0, now), None);
    }

    #[test]
    fn what_is_switched_off_is_never_too_much() {
        let rules = Rules {
            lag_max: None,
            work_max: None,
        };
        let (mut pressure, now) = (Pressure::new(rules), Instant::now());
        for _ in 0..10 {
            assert_eq!(pressure.tick(LAG * 100, usize::MAX, now), None);
        }
        assert_eq!(pressure.arrives(usize::MAX, now), None);
    }

    proptest! {
        #[test]
        fn it_never_flaps(samples in prop::collection::vec((0..2_000_u64, 0..200_usize), 1..300)) {
            let (mut pressure, mut now) = (pressure(), Instant::now());
            let mut strained: Option<Instant> = None;
            for (lag, working) in samples {
                now += STEP;
                let ticked = pressure.tick(Duration::from_millis(lag), working, now);
                match ticked.or_else(|| pressure.arrives(working, now)) {
                    Some(Turn::Entered(_)) => {
                        prop_assert!(strained.is_none());
                        strained = Some(now);
                    }
                    Some(Turn::Left(lasted)) => {
                        let since = strained.take().unwrap();
                        prop_assert_eq!(lasted, now - since);
                        prop_assert!(lasted >= CALM);
                    }
                    None => {}
                }
                if working >= 100 {
                    prop_assert!(strained.is_some());
                }
            }
        }
    }
}
