//! Pacing: the same folder announced again and again to a device that does not Sync it.
//!
//! Some phones ask again at once without a Sync; answering each time at once empties their battery, not answering
//! would lose a notification. So announcements are spread, never suppressed: 1, 5, 15, 60 seconds, and 60 from then
//! on.

use std::time::{Duration, Instant};

/// How often one folder was announced to one device since it last synced it. Kept by whoever announces; a Sync of
/// the folder starts anew with [`Pacing::default`].
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Pacing {
    announced: u8,
    last: Option<Instant>,
}

impl Pacing {
    /// From when on the folder may be announced; `None` if at once.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        self.last?.checked_add(self.pause())
    }

    /// The pause between the last announcement and the next.
    #[must_use]
    pub fn pause(&self) -> Duration {
        Duration::from_secs(match self.announced {
            0 => 0,
            1 => 1,
            2 => 5,
            3 => 15,
            4.. => 60,
        })
    }

    /// After one more announcement.
    #[must_use]
    pub fn announced(self, now: Instant) -> Self {
        Self {
            announced: self.announced.saturating_add(1),
            last: Some(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_grow_to_a_minute_and_stay() {
        let mut now = Instant::now();
        let mut pacing = Pacing::default();
        assert_eq!(pacing.due(), None);
        for pause_s in [1, 5, 15, 60, 60, 60] {
            pacing = pacing.announced(now);
            let due = now + Duration::from_secs(pause_s);
            assert_eq!(pacing.due(), Some(due));
            now = due;
        }
    }

    #[test]
    fn counting_does_not_overflow() {
        let now = Instant::now();
        let pacing = (0..1000).fold(Pacing::default(), |pacing, _| pacing.announced(now));
        assert_eq!(pacing.pause(), Duration::from_secs(60));
    }
}
