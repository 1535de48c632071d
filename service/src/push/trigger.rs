//! When changes wake a device: at once, or in batches.
//!
//! Pure: time is passed in, and the caller keeps the two moments that matter.

use std::num::NonZeroU64;
use std::time::{Duration, Instant};

/// How changes of an account are batched. The default wakes at once.
///
/// With both set, whichever comes first wakes. A batch that is still open when the heartbeat ends is
/// announced then: batching delays, it never drops.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Trigger {
    /// Wake after this many changes.
    pub after: Option<NonZeroU64>,
    /// Wake at most once in this time.
    pub every: Option<Duration>,
}

/// When to announce.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub enum Due {
    /// Now.
    Now,
    /// At this time, unless more changes make it due earlier.
    At(Instant),
    /// When the heartbeat ends, unless more changes make it due earlier.
    AtDeadline,
}

impl Trigger {
    /// When a batch of `changes` is announced, given when this device was last announced anything.
    pub fn due(&self, changes: u64, last: Option<Instant>, now: Instant) -> Due {
        if self.after.is_some_and(|after| changes >= after.get()) {
            return Due::Now;
        }
        match (self.every, self.after) {
            (None, None) => Due::Now,
            (None, Some(_)) => Due::AtDeadline,
            (Some(every), _) => match last.map(|last| last + every) {
                Some(at) if at > now => Due::At(at),
                Some(_) | None => Due::Now,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn trigger(after: u64, every_s: u64) -> Trigger {
        Trigger {
            after: NonZeroU64::new(after),
            every: (every_s > 0).then(|| Duration::from_secs(every_s)),
        }
    }

    #[test]
    fn batches_are_due_as_configured() {
        let last = Instant::now();
        let now = last + MINUTE;
        for (trigger, changes, last, due) in [
            (trigger(0, 0), 1, Some(now), Due::Now),
            (trigger(5, 0), 4, Some(last), Due::AtDeadline),
            (trigger(5, 0), 5, Some(last), Due::Now),
            (
                trigger(0, 90),
                1,
                Some(last),
                Due::At(last + MINUTE * 3 / 2),
            ),
            (trigger(0, 60), 1, Some(last), Due::Now),
            (trigger(0, 90), 1, None, Due::Now),
            (
                trigger(5, 90),
                4,
                Some(last),
                Due::At(last + MINUTE * 3 / 2),
            ),
            (trigger(5, 90), 5, Some(last), Due::Now),
        ] {
            assert_eq!(
                trigger.due(changes, last, now),
                due,
                "{trigger:?} {changes}"
            );
        }
    }
}
