//! How a phone waits for changes: for how long, and what the server remembers of it.

use std::time::Instant;

use crate::command::CollectionId;

use super::backoff::Backoff;
use super::event::Parking;
use super::profile::{Heartbeats, Profile, PushStyle};

/// The state of waiting.
#[derive(Clone, Debug)]
pub(super) struct Push {
    heartbeats: Heartbeats,
    style: PushStyle,
    /// The interval to ask for, in seconds.
    pub(super) interval_s: u32,
    /// Longer than this did not last.
    ceiling_s: u32,
    /// The Ping parameters that the server remembers.
    pub(super) remembered: Option<(u32, Vec<CollectionId>)>,
    /// The held Sync that the server remembers, with its keys unchanged.
    pub(super) remembered_sync: Option<(u32, Vec<CollectionId>)>,
    /// The most folders that the server takes.
    pub(super) folders_max: Option<usize>,
    /// Wait first, work later: what AOSP does after a Sync that was cut.
    pub(super) comes_first: bool,
    /// No more waiting, ever.
    pub(super) stopped: bool,
    pub(super) backoff: Backoff,
    turn: u32,
}

impl Push {
    pub(super) fn new(profile: &Profile) -> Self {
        Self {
            heartbeats: profile.heartbeats,
            style: profile.push_style,
            interval_s: profile.heartbeats.start_s,
            ceiling_s: profile.heartbeats.max_s,
            remembered: None,
            remembered_sync: None,
            folders_max: None,
            comes_first: false,
            stopped: false,
            backoff: Backoff::new(profile.backoffs),
            turn: 0,
        }
    }

    /// How to wait next.
    pub(super) fn parking(&self) -> Parking {
        match self.style {
            PushStyle::Ping => Parking::Ping,
            PushStyle::Sync => Parking::Sync,
            PushStyle::Mixed if self.turn.is_multiple_of(2) => Parking::Ping,
            PushStyle::Mixed => Parking::Sync,
        }
    }

    /// The interval ran its time: longer next time.
    pub(super) fn expired(&mut self) {
        let longer = self.interval_s.saturating_add(self.heartbeats.step_s);
        self.interval_s = longer.min(self.ceiling_s);
        self.succeeded();
    }

    /// The wait was answered.
    pub(super) fn succeeded(&mut self) {
        self.backoff.succeeded();
        self.turn = self.turn.wrapping_add(1);
    }

    /// The wait broke: shorter next time. Returns when that is, `None` for at once.
    pub(super) fn broke(&mut self, now: Instant) -> Option<Instant> {
        let shorter = self.interval_s.saturating_sub(self.heartbeats.step_s);
        self.interval_s = shorter.max(self.heartbeats.min_s);
        self.ceiling_s = self.interval_s.max(self.heartbeats.start_s);
        self.forget();
        self.backoff.failed_lightly(now)
    }

    /// The server said which interval it takes.
    pub(super) fn told(&mut self, interval_s: u32) {
        self.interval_s = interval_s.clamp(SHORTEST_S, LONGEST_S);
        self.ceiling_s = self.interval_s;
    }

    /// The server may not remember anything.
    pub(super) fn forget(&mut self) {
        self.remembered = None;
        self.remembered_sync = None;
    }
}

/// No phone waits for less, whatever it is told.
const SHORTEST_S: u32 = 10;
/// No phone waits for more, whatever it is told.
const LONGEST_S: u32 = 3540;
