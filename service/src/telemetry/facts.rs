//! What the one log line of a request tells.
//!
//! Never in here: credentials, addresses of people, subjects, content. Accounts appear by number.

mod resting;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::ids::{AccountId, DeviceId};
use crate::metrics::ParkEnd;
use crate::telemetry::{Rest, Work};

pub use resting::{FewFacts, RestingFacts};

/// The fields that a command fills in. The rest of the line (request id, device, version, command, bytes,
/// HTTP status, elapsed time) comes from `http`, which also writes it, even when the client goes away first.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Row id of the account.
    pub account: Option<AccountId>,
    /// Row id of the device.
    pub device: Option<DeviceId>,
    /// Collection ids, comma-separated, at most a few dozen characters.
    pub folders: Option<Box<str>>,
    /// Number of folders or collections.
    pub folder_count: Option<u32>,
    /// Classes, comma-separated.
    pub classes: Option<Box<str>>,
    /// Filter type asked for.
    pub filter: Option<u8>,
    /// What kind of Sync.
    pub sync_kind: Option<SyncKind>,
    /// Commands from the client.
    pub client: Counts,
    /// Commands to the client.
    pub server: Counts,
    /// Heartbeat asked for, in seconds.
    pub heartbeat_asked_s: Option<u32>,
    /// Heartbeat granted, in seconds.
    pub heartbeat_granted_s: Option<u32>,
    /// When the request was parked. Set before parking, so that the line of a client that went away has it.
    pub parked_at: Option<Instant>,
    /// How long it was parked; [`Self::unpark`] sets it.
    pub parked: Option<Duration>,
    /// Why a parked request ended.
    pub wake: Option<ParkEnd>,
    /// Age of the change that woke it.
    pub change_age: Option<Duration>,
    /// How long it was held because the device runs in circles, or waited because too many begin at once.
    pub held: Duration,
    /// Time spent in backends.
    pub backend: Duration,
    /// Time spent in the store.
    pub store: Duration,
    /// How many recipients a message has.
    pub recipients: Option<u32>,
    /// The status that the answer carries.
    pub eas_status: Option<u16>,
    /// A short word on what went wrong; a text of ours, never of the client or a backend.
    pub note: Option<&'static str>,
    /// Counts the request among those that are being worked at; `None`: it does not count.
    pub work: Option<Work>,
    /// While it is parked it does not count.
    pub resting: Option<Arc<Rest>>,
}

impl Facts {
    /// Notes that the request is parked from `now` on.
    pub fn park(&mut self, now: Instant) {
        self.parked_at = Some(now);
        self.resting = self.rest().map(Arc::new);
    }

    /// Notes that the request is no longer parked, and why.
    pub fn unpark(&mut self, now: Instant, reason: ParkEnd) {
        if let Some(parked_at) = self.parked_at {
            let before = self.parked.unwrap_or_default();
            self.parked = Some(before + now.saturating_duration_since(parked_at));
        }
        self.parked_at = None;
        self.resting = None;
        self.wake = Some(reason);
    }

    /// The request waits for something that costs nothing, as long as what this gives lives.
    #[must_use]
    pub fn rest(&self) -> Option<Rest> {
        self.work.as_ref().map(Work::rest)
    }

    /// Closes the account of a request that ends at `now`: one still parked was left by its client.
    pub fn close(&mut self, now: Instant) {
        if self.parked_at.is_some() {
            self.unpark(now, ParkEnd::Closed);
        }
    }
}

/// How many commands of each kind a Sync carried in one direction.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Add.
    pub adds: u32,
    /// Change.
    pub changes: u32,
    /// Delete and SoftDelete.
    pub deletes: u32,
    /// Fetch.
    pub fetches: u32,
    /// Of all of these, those that failed.
    pub errors: u32,
}

impl Counts {
    /// The tag that log tools know: `0A1C0D3F0E`. `None` when nothing was counted.
    #[must_use]
    pub fn tag(self) -> Option<String> {
        let Self {
            adds,
            changes,
            deletes,
            fetches,
            errors,
        } = self;
        (self != Self::default()).then(|| format!("{adds}A{changes}C{deletes}D{fetches}F{errors}E"))
    }
}

/// What kind of Sync a request was.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SyncKind {
    /// Key 0.
    First,
    /// A key that follows on.
    Subsequent,
    /// A key that had been answered before: the answer was lost.
    Recovery,
    /// A key that is not known.
    Invalid,
}

impl SyncKind {
    /// The letter that log tools know.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::First => "F",
            Self::Subsequent => "S",
            Self::Recovery => "R",
            Self::Invalid => "I",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_left_while_parked_is_closed() {
        let start = Instant::now();
        let mut facts = Facts::default();
        facts.park(start);
        facts.close(start + Duration::from_secs(3));
        assert_eq!(facts.parked, Some(Duration::from_secs(3)));
        assert_eq!(facts.wake, Some(ParkEnd::Closed));
    }
}
