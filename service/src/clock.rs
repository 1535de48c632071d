//! The wall clock: the one place that says what time it is in the world.
//!
//! Wall time is what is written down and compared across restarts and machines: filter windows, when an answer fell into
//! doubt, when a device was last seen. It may step. What must pass evenly (heartbeats, pauses, deadlines) is counted by
//! tokio's monotonic clock instead, which tests pause and advance. What hides or forgets by wall time goes by
//! [`Clock::steady_seconds`], which believes a step only once it has stayed.

mod steady;

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use steady::Steady;

/// Tells wall time. Clones tell the same.
#[derive(Clone, Default)]
pub struct Clock {
    source: Source,
    steady: Arc<Mutex<Steady>>,
}

#[derive(Clone)]
enum Source {
    /// The machine's clock, read since then.
    System(Instant),
    /// Turned by a [`Hand`].
    Turned(Arc<Turned>),
}

/// Microseconds since the epoch, and how many of them have passed.
#[derive(Debug)]
struct Turned {
    wall: AtomicI64,
    passed: AtomicI64,
}

impl Default for Source {
    fn default() -> Self {
        Self::System(Instant::now())
    }
}

/// Turns a [`Clock`] that does not go by itself.
#[derive(Clone, Debug)]
pub struct Hand(Arc<Turned>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands at `seconds` of UTC until its hand is turned.
    #[must_use]
    pub fn turned(seconds: i64) -> (Self, Hand) {
        let turned = Arc::new(Turned {
            wall: AtomicI64::new(seconds.saturating_mul(1_000_000)),
            passed: AtomicI64::new(0),
        });
        let clock = Self {
            source: Source::Turned(Arc::clone(&turned)),
            steady: Arc::default(),
        };
        (clock, Hand(turned))
    }

    /// Now, in whole seconds of UTC since the epoch.
    #[must_use]
    pub fn seconds(&self) -> i64 {
        self.micros().div_euclid(1_000_000)
    }

    /// Now, as HTTP writes it (RFC 9110 5.6.7).
    #[must_use]
    pub fn http_date(&self) -> String {
        let now = jiff::Timestamp::from_second(self.seconds()).unwrap_or_default();
        let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
        printer
            .timestamp_to_rfc9110_string(&now)
            .unwrap_or_default()
    }

    /// Now, in microseconds of UTC since the epoch.
    #[must_use]
    pub fn micros(&self) -> i64 {
        match &self.source {
            Source::System(_) => system_micros(),
            Source::Turned(turned) => turned.wall.load(Ordering::SeqCst),
        }
    }

    /// Now, for what hides or forgets, in whole seconds of UTC since the epoch: a step of more than an hour is
    /// believed after half an hour, and until then time goes on evenly. Never earlier than told before, but for a step
    /// that stays.
    #[must_use]
    pub fn steady_seconds(&self) -> i64 {
        let passed = match &self.source {
            Source::System(begun) => i64::try_from(begun.elapsed().as_micros()).unwrap_or(i64::MAX),
            Source::Turned(turned) => turned.passed.load(Ordering::SeqCst),
        };
        let mut steady = self.steady.lock().unwrap_or_else(PoisonError::into_inner);
        steady.now(self.micros(), passed).div_euclid(1_000_000)
    }
}

impl Hand {
    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.0.wall.fetch_add(micros, Ordering::SeqCst);
        self.0.passed.fetch_add(micros, Ordering::SeqCst);
    }

    /// Steps to `seconds` of UTC since the epoch, forwards or back, as a clock does that was wrong and is set.
    pub fn set(&self, seconds: i64) {
        let micros = seconds.saturating_mul(1_000_000);
        self.0.wall.store(micros, Ordering::SeqCst);
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = match &self.source {
            Source::System(_) => "system",
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
    fn a_step_is_not_believed_at_once_and_time_that_passes_is() {
        let (clock, hand) = Clock::turned(1_700_000_000);
        assert_eq!(clock.steady_seconds(), 1_700_000_000);
        hand.advance(Duration::from_secs(864_000));
        assert_eq!(clock.clone().steady_seconds(), 1_700_864_000);
        hand.set(1_600_000_000);
        assert_eq!(clock.steady_seconds(), 1_700_864_000);
        hand.advance(Duration::from_secs(1_800));
        assert_eq!(clock.steady_seconds(), clock.seconds());
    }

    #[test]
    fn the_machine_knows_the_year() {
        let year_2024 = 1_704_067_200;
        assert!(Clock::default().seconds() > year_2024);
        assert!(Clock::system().micros() > year_2024 * 1_000_000);
    }
}
