//! How long a Ping or a Sync may be held, and what is said to one that asks for something else.

use std::time::Duration;

use crate::command::sync::Hold;

/// What the service grants.
///
/// Invariant: `min_s <= max_s`. An interval of 480 to 1680 seconds is never refused, whatever the bounds: AOSP does
/// not ping again after status 5. One that is longer than `max_s` is granted short: status 1 comes early.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HeartbeatBounds {
    min_s: u32,
    max_s: u32,
}

/// An interval that was refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OutOfBounds {
    /// The nearest interval that is not refused, in the unit of the request.
    pub nearest: u32,
}

impl HeartbeatBounds {
    /// The shortest interval that is never refused.
    pub const ALWAYS_FROM_S: u32 = 480;
    /// The longest interval that is never refused.
    pub const ALWAYS_TO_S: u32 = 1680;

    /// Bounds in seconds, `None` if the lower is above the upper.
    #[must_use]
    pub const fn new(min_s: u32, max_s: u32) -> Option<Self> {
        if min_s <= max_s {
            Some(Self { min_s, max_s })
        } else {
            None
        }
    }

    /// Judges the interval of a Ping.
    ///
    /// # Errors
    /// [`OutOfBounds`] in seconds, for status 5.
    pub fn ping(self, asked_s: u32) -> Result<Duration, OutOfBounds> {
        let nearest = asked_s.clamp(self.refused_below_s(), self.refused_above_s());
        if nearest == asked_s {
            Ok(self.granted(asked_s))
        } else {
            Err(OutOfBounds { nearest })
        }
    }

    /// Judges the hold of a Sync.
    ///
    /// # Errors
    /// [`OutOfBounds`] in the unit of the request, for status 14.
    pub fn sync(self, asked: Hold) -> Result<Duration, OutOfBounds> {
        match asked {
            Hold::Seconds(asked_s) => self.ping(asked_s),
            Hold::Minutes(minutes) => {
                // The schema has 1 to 59 minutes.
                let lowest = self.refused_below_s().div_ceil(60).clamp(1, 59);
                let highest = (self.refused_above_s() / 60).clamp(1, 59);
                let nearest = minutes.clamp(lowest, highest.max(lowest));
                if nearest == minutes {
                    Ok(self.granted(minutes * 60))
                } else {
                    Err(OutOfBounds { nearest })
                }
            }
        }
    }

    fn granted(self, asked_s: u32) -> Duration {
        Duration::from_secs(asked_s.min(self.max_s).into())
    }

    fn refused_below_s(self) -> u32 {
        self.min_s.min(Self::ALWAYS_FROM_S)
    }

    fn refused_above_s(self) -> u32 {
        self.max_s.max(Self::ALWAYS_TO_S)
    }
}

impl Default for HeartbeatBounds {
    /// 60 to 3540 seconds, as Exchange has it.
    fn default() -> Self {
        Self {
            min_s: 60,
            max_s: 3540,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Result<Duration, OutOfBounds> {
        Ok(Duration::from_secs(seconds))
    }

    #[test]
    fn intervals_out_of_bounds_get_the_nearest_one() {
        let bounds = HeartbeatBounds::default();
        for (asked_s, expected) in [
            (0, Err(OutOfBounds { nearest: 60 })),
            (59, Err(OutOfBounds { nearest: 60 })),
            (60, seconds(60)),
            (3540, seconds(3540)),
            (3541, Err(OutOfBounds { nearest: 3540 })),
            (u32::MAX, Err(OutOfBounds { nearest: 3540 })),
        ] {
            assert_eq!(bounds.ping(asked_s), expected, "{asked_s}");
            assert_eq!(bounds.sync(Hold::Seconds(asked_s)), expected, "{asked_s}");
        }
    }

    #[test]
    fn what_aosp_asks_for_is_never_refused() {
        let low = HeartbeatBounds::new(60, 300).unwrap();
        let high = HeartbeatBounds::new(900, 3540).unwrap();
        for asked_s in 480..=1680 {
            assert_eq!(low.ping(asked_s), seconds(300));
            assert_eq!(high.ping(asked_s), seconds(asked_s.into()));
        }
        assert_eq!(low.ping(1681), Err(OutOfBounds { nearest: 1680 }));
        assert_eq!(high.ping(479), Err(OutOfBounds { nearest: 480 }));
        assert_eq!(HeartbeatBounds::new(61, 60), None);
    }

    #[test]
    fn minutes_have_bounds_in_minutes() {
        let bounds = HeartbeatBounds::default();
        for (minutes, expected) in [
            (0, Err(OutOfBounds { nearest: 1 })),
            (1, seconds(60)),
            (59, seconds(3540)),
            (60, Err(OutOfBounds { nearest: 59 })),
            (u32::MAX, Err(OutOfBounds { nearest: 59 })),
        ] {
            assert_eq!(bounds.sync(Hold::Minutes(minutes)), expected, "{minutes}");
        }
    }
}
