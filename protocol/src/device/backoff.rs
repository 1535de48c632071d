//! Pauses after failures.

use std::time::{Duration, Instant};

use super::profile::Backoffs;
use super::wire;

/// How long to hold back.
#[derive(Clone, Debug)]
pub(super) struct Backoff {
    pauses: Backoffs,
    failures: u32,
    until: Option<Instant>,
}

impl Backoff {
    pub(super) fn new(pauses: Backoffs) -> Self {
        Self {
            pauses,
            failures: 0,
            until: None,
        }
    }

    /// One more failure; returns until when to pause.
    pub(super) fn failed(&mut self, now: Instant) -> Instant {
        let factor = 1_u32.checked_shl(self.failures.min(16)).unwrap_or(1);
        let pause = self.pauses.first.saturating_mul(factor);
        self.failures = self.failures.saturating_add(1);
        self.pause(pause.min(self.pauses.max), now)
    }

    /// A failure of something that is tried again at once the first time; returns until when to pause.
    pub(super) fn failed_lightly(&mut self, now: Instant) -> Option<Instant> {
        if self.failures == 0 {
            self.failures = 1;
            return None;
        }
        Some(self.failed(now))
    }

    /// A pause that the server asked for; returns until when.
    pub(super) fn pause(&mut self, pause: Duration, now: Instant) -> Instant {
        let until = wire::after(now, pause.min(LONGEST_WISH));
        self.until = Some(until);
        until
    }

    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
        self.until = None;
    }

    /// Until when to pause, if it is not over.
    pub(super) fn pending(&self, now: Instant) -> Option<Instant> {
        self.until.filter(|until| *until > now)
    }
}

/// What a server asks for beyond this is cut.
const LONGEST_WISH: Duration = Duration::from_secs(3600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let now = Instant::now();
        let mut backoff = Backoff::new(Backoffs {
            first: Duration::from_secs(5),
            max: Duration::from_secs(30),
        });
        for pause_s in [5, 10, 20, 30, 30] {
            let until = now + Duration::from_secs(pause_s);
            assert_eq!(backoff.failed(now), until);
            assert_eq!(backoff.pending(now), Some(until));
            assert_eq!(backoff.pending(until), None);
        }
        backoff.succeeded();
        assert_eq!(backoff.pending(now), None);
        assert_eq!(backoff.failed_lightly(now), None);
        assert!(backoff.failed_lightly(now).is_some());
    }
}
