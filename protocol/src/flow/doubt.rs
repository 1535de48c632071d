//! Doubt about Sync answers that nothing proves received (rule R12).
//!
//! An answer with content is in doubt until the device shows its key, sends its next request on the same connection,
//! or acknowledges all bytes. One that was cut is announced at the next Ping at once; one that was written whole is
//! announced once, after a grace. The grace adapts to the device, so that doubt costs battery only where answers do
//! get lost: 60 seconds, doubled while doubts prove unfounded, 15 minutes at most; back to 60 after a real loss.

/// How a Sync answer left us.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Delivery {
    /// Not written whole, or the connection broke before anything proved it received.
    Cut,
    /// Written whole; nothing proves that it arrived.
    Unproved,
    /// Proved received.
    Proved,
}

/// How long a device's answers are given the benefit of the doubt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Grace {
    seconds: u32,
}

impl Grace {
    /// The shortest, and where every device begins.
    pub const MIN_S: u32 = 60;
    /// The longest.
    pub const MAX_S: u32 = 15 * 60;

    /// From what was stored, in seconds; what cannot be is brought within bounds.
    #[must_use]
    pub fn from_seconds(seconds: u32) -> Self {
        Self {
            seconds: seconds.clamp(Self::MIN_S, Self::MAX_S),
        }
    }

    /// To be stored.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        self.seconds
    }

    /// After a doubt that proved unfounded: the device had the answer.
    #[must_use]
    pub fn unfounded(self) -> Self {
        Self::from_seconds(self.seconds.saturating_mul(2))
    }

    /// After a doubt that proved founded: the answer was lost.
    #[must_use]
    pub fn founded(self) -> Self {
        Self::default()
    }

    /// When an answer that left at `written` is announced once more; both in UTC epoch seconds. `None` if never.
    #[must_use]
    pub fn due(self, written: i64, delivery: Delivery) -> Option<i64> {
        match delivery {
            Delivery::Cut => Some(written),
            Delivery::Unproved => Some(written.saturating_add(i64::from(self.seconds))),
            Delivery::Proved => None,
        }
    }
}

impl Default for Grace {
    fn default() -> Self {
        Self {
            seconds: Self::MIN_S,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grace_doubles_to_a_quarter_of_an_hour_and_falls_back() {
        let mut grace = Grace::default();
        for expected_s in [120, 240, 480, 900, 900] {
            grace = grace.unfounded();
            assert_eq!(grace.seconds(), expected_s);
        }
        assert_eq!(grace.founded().seconds(), 60);
    }

    #[test]
    fn stored_nonsense_is_brought_within_bounds() {
        assert_eq!(Grace::from_seconds(0).seconds(), 60);
        assert_eq!(Grace::from_seconds(u32::MAX).seconds(), 900);
    }

    #[test]
    fn a_cut_answer_is_announced_at_once() {
        let grace = Grace::from_seconds(120);
        assert_eq!(grace.due(1000, Delivery::Cut), Some(1000));
        assert_eq!(grace.due(1000, Delivery::Unproved), Some(1120));
        assert_eq!(grace.due(1000, Delivery::Proved), None);
    }
}
