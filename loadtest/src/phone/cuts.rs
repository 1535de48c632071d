//! When a phone loses its connections: in a lift, a tunnel, between two networks.

use std::time::{Duration, Instant};

use protocol::device::Connection;

use crate::dice::Dice;
use crate::wire::Lane;

/// When, and for how long.
pub(crate) struct Cuts {
    every: Duration,
    /// Zero: the connections break, and the phone knows. Otherwise it is out of reach for so long, and the server
    /// is told nothing.
    away: Duration,
    dice: Dice,
    pub(super) next: Option<Instant>,
}

/// A phone that is out of reach. What it held stays open, and nobody reads it.
pub(super) struct Away {
    pub(super) until: Instant,
    /// What was under way on them is lost.
    pub(super) broke: Vec<Connection>,
    pub(super) _held: Vec<Lane>,
}

impl Cuts {
    /// About every so many seconds; 0: never.
    pub(crate) fn new(every_s: u64, seed: u64) -> Self {
        Self {
            every: Duration::from_secs(every_s),
            away: Duration::ZERO,
            dice: Dice::new(seed),
            next: None,
        }
    }

    /// Each time it is out of reach for so long.
    pub(crate) fn away_for(mut self, away: Duration) -> Self {
        self.away = away;
        self
    }

    /// For how long it is out of reach; `None` if it only loses its connections.
    pub(super) fn away(&self) -> Option<Duration> {
        (!self.away.is_zero()).then_some(self.away)
    }

    /// Chooses when the next one is: after half to one and a half times the interval.
    pub(super) fn choose(&mut self, now: Instant) {
        let (least, spread) = (self.every / 2, self.every.as_millis());
        let spread = self.dice.below(usize::try_from(spread).unwrap_or(0));
        let more = Duration::from_millis(u64::try_from(spread).unwrap_or(0));
        self.next = (!self.every.is_zero()).then(|| now + least + more);
    }
}
