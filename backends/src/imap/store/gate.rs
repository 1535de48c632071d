//! Whether it is worth trying to reach the server: one that is down is tried by one at a time, after growing pauses,
//! and everybody else is told at once.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::Instant;

/// The first pause.
const PAUSE: Duration = Duration::from_millis(250);

/// See the module. No clock of its own.
#[derive(Debug)]
pub(crate) struct Gate {
    pause_max: Duration,
    state: State,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Open,
    /// So many attempts failed in a row; the next one may be made then.
    Shut {
        failures: u32,
        until: Instant,
    },
    /// Somebody is trying.
    Probed {
        failures: u32,
    },
}

impl Gate {
    /// An open gate.
    pub(crate) fn new(pause_max: Duration) -> Self {
        Self {
            pause_max,
            state: State::Open,
        }
    }

    /// Whether the server was there last time.
    pub(crate) fn is_open(&self) -> bool {
        self.state == State::Open
    }

    /// Whether somebody may try now; who may must say how it went.
    pub(crate) fn enter(&mut self, now: Instant) -> bool {
        match self.state {
            State::Open => true,
            State::Shut { failures, until } if until <= now => {
                self.state = State::Probed { failures };
                true
            }
            State::Shut { .. } | State::Probed { .. } => false,
        }
    }

    /// The server was reached.
    pub(crate) fn reached(&mut self) {
        self.state = State::Open;
    }

    /// Who tried gave up without knowing.
    pub(crate) fn abandoned(&mut self, now: Instant) {
        if let State::Probed { failures } = self.state {
            self.state = State::Shut {
                failures,
                until: now,
            };
        }
    }

    /// The server was not reached.
    pub(crate) fn failed(&mut self, now: Instant) {
        let failures = match self.state {
            State::Open => 1,
            // Of several that tried together each says so.
            State::Shut { failures, .. } => failures,
            State::Probed { failures } => failures.saturating_add(1),
        };
        let factor = 1_u32 << failures.saturating_sub(1).min(16);
        let pause = PAUSE.saturating_mul(factor).min(self.pause_max);
        self.state = State::Shut {
            failures,
            until: now + pause.mul_f64(jitter()),
        };
    }
}

/// Between a half and one, so that many do not come back at once.
fn jitter() -> f64 {
    0.5 + random() / 2.0
}

/// Between nothing and one.
pub(super) fn random() -> f64 {
    let random = RandomState::new().hash_one(0_u8);
    let part = u32::try_from(random >> 32).unwrap_or(0);
    f64::from(part) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{Gate, jitter};

    #[test]
    fn one_tries_at_a_time_and_the_pauses_grow() {
        let max = Duration::from_secs(8);
        let mut gate = Gate::new(max);
        let mut now = Instant::now();
        // Both had begun while all was well.
        assert!(gate.enter(now) && gate.enter(now));
        gate.failed(now);
        gate.failed(now);
        for failures in 0..20 {
            let pause = (Duration::from_millis(250) * (1 << failures.min(6))).min(max);
            assert!(!gate.is_open() && !gate.enter(now + pause / 2 - Duration::from_millis(1)));
            now += pause;
            assert!(gate.enter(now));
            assert!(!gate.enter(now), "somebody is trying");
            gate.failed(now);
        }
        now += max;
        assert!(gate.enter(now));
        gate.abandoned(now);
        assert!(gate.enter(now));
        gate.reached();
        assert!(gate.is_open() && gate.enter(now) && gate.enter(now));
    }

    #[test]
    fn jitter_shortens_by_a_half_at_most() {
        let all: Vec<_> = (0..100).map(|_| jitter()).collect();
        assert!(all.iter().all(|part| (0.5..=1.0).contains(part)));
        assert!(all.iter().any(|part| *part < 0.7) && all.iter().any(|part| *part > 0.8));
    }
}
