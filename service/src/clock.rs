//! The wall clock: the one place that says what time it is in the world.
//!
//! Wall time is what is written down and compared across restarts and machines: filter windows, when an answer fell into
//! doubt, when a device was last seen. It may step. What must pass evenly (heartbeats, pauses, deadlines) is counted by
//! tokio's monotonic clock instead, which tests pause and advance.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Tells wall time. Clones tell the same.
#[derive(Clone, Default)]
pub struct Clock(Source);

#[derive(Clone, Default)]
enum Source {
    /// The machine's clock.
    #[default]
    System,
    /// Microseconds since the epoch, turned by a [`Hand`].
    Turned(Arc<AtomicI64>),
}

/// Turns a [`Clock`] that does not go by itself.
#[derive(Clone, Debug)]
pub struct Hand(Arc<AtomicI64>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `seconds` of UTC until its hand is turned.
    #[must_use]
    pub fn turned(seconds: i64) -> (Self, Hand) {
        let micros = Arc::new(AtomicI64::new(seconds.saturating_mul(1_000_000)));
        (Self(Source::Turned(Arc::clone(&micros))), Hand(micros))
    }

    /// Now, in whole seconds of UTC since the epoch.
    #[must_use]
    pub fn seconds(&self) -> i64 {
        self.micros().div_euclid(1_000_000)
    }

    /// Now, in microseconds of UTC since the epoch.
    #[must_use]
    pub fn micros(&self) -> i64 {
        match &self.0 {
            Source::System => system_micros(),
            Source::Turned(micros) => micros.load(Ordering::SeqCst),
        }
    }
}

impl Hand {
    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.0.fetch_add(micros, Ordering::SeqCst);
    }

    /// Steps to `seconds` of UTC since the epoch, forwards or back, as a clock does that was wrong and is set.
    pub fn set(&self, seconds: i64) {
        let micros = seconds.saturating_mul(1_000_000);
        self.0.store(micros, Ordering::SeqCst);
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = match &self.0 {
            Source::System => "system",
            Source::Turned(_) => "turned",
        };
        f.debug_tuple("Clock").field(&source).finish()
    }
}

fn system_micros() -> i64 {
    let now = SystemTime::now();
    match now.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
        Err(before) => {
            i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |micros| -micros)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turned_clock_stands_still_until_its_hand_moves() {
        let (clock, hand) = Clock::turned(1_700_000_000);
        let same = clock.clone();
        assert_eq!(
            (clock.seconds(), clock.seconds()),
            (1_700_000_000, 1_700_000_000)
        );
        hand.advance(Duration::from_millis(2_500));
        assert_eq!(same.micros(), 1_700_000_002_500_000);
        hand.set(-1);
        assert_eq!((clock.seconds(), clock.micros()), (-1, -1_000_000));
        hand.advance(Duration::from_micros(1));
        assert_eq!(
            same.seconds(),
            -1,
            "seconds are rounded down, also before the epoch"
        );
    }

    #[test]
    fn the_machine_knows_the_year() {
        let year_2024 = 1_704_067_200;
        assert!(Clock::default().seconds() > year_2024);
        assert!(Clock::system().micros() > year_2024 * 1_000_000);
    }
}
