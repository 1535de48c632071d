//! So many at once, then one each pause.

use std::time::{Duration, Instant};

/// How often something may happen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rate {
    /// So often without any pause. At least 1.
    pub burst: u32,
    /// One more after each pause.
    pub pause: Duration,
}

/// How often something happened lately: the time at which all of it is forgotten.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Bucket {
    full_at: Instant,
}

impl Bucket {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        Self { full_at: now }
    }

    /// How long what happens now is too early; zero if it is not.
    #[must_use]
    pub fn wait(&self, rate: Rate, now: Instant) -> Duration {
        let missing = self.full_at.saturating_duration_since(now);
        missing.saturating_sub(rate.pause * rate.burst.saturating_sub(1))
    }

    /// It happened, or will when the wait is over: whoever comes next waits longer.
    pub fn take(&mut self, rate: Rate, now: Instant) {
        self.full_at = self.full_at.max(now) + rate.pause;
    }

    /// Whether all of it is forgotten.
    #[must_use]
    pub fn is_full(&self, now: Instant) -> bool {
        self.full_at <= now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_the_rest_comes_one_by_one() {
        let rate = Rate {
            burst: 3,
            pause: Duration::from_secs(10),
        };
        let now = Instant::now();
        let mut bucket = Bucket::new(now);
        let mut waits = Vec::new();
        for _ in 0..5 {
            waits.push(bucket.wait(rate, now).as_secs());
            bucket.take(rate, now);
        }
        assert_eq!(waits, [0, 0, 0, 10, 20]);
        assert!(!bucket.is_full(now + Duration::from_secs(49)));
        let later = now + Duration::from_secs(50);
        assert!(bucket.is_full(later));
        assert_eq!(bucket.wait(rate, later), Duration::ZERO);
    }
}
