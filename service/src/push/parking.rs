//! What is parked, and how it ends.

use std::time::Duration;

use protocol::flow::parked::Answer;
use tokio::time::Instant;

use crate::ids::{FolderNo, Principal, Seq};
use crate::index::Notes;
use crate::metrics::{ParkEnd, ParkKind};

/// A request that waits for a change. Nothing else of the request is kept while it waits.
#[derive(Clone, Debug)]
pub struct Parking {
    /// Whose. A device has one parked Ping and one hanging Sync at most, unless two clients share its id.
    pub who: Principal,
    /// A Ping, or a Sync with Wait or HeartbeatInterval.
    pub kind: ParkKind,
    /// The folders to watch. An id that is no number of ours is passed as [`FolderNo::ROOT`], which no
    /// device's hierarchy holds.
    pub folders: Vec<FolderNo>,
    /// Whether folders of notes exist for the device.
    pub notes: Notes,
    /// When the heartbeat is over: the time of the request plus the interval granted.
    pub deadline: Instant,
}

/// How a parked request ended.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub enum Outcome {
    /// These folders have something for the device (Ping status 2). Never empty.
    Changed(Vec<FolderNo>),
    /// The heartbeat is over (Ping status 1).
    Expired,
    /// Something on the way to the device cuts waits that last longer (Ping status 1).
    Shortened,
    /// A newer request of the device took the place (Ping status 1; hanging Sync: empty body).
    Superseded,
    /// The hierarchy moved past the device's FolderSync, or it asks for a folder that it does not know to
    /// exist (Ping status 7; hanging Sync: 12).
    Hierarchy,
    /// The service is shutting down (Ping status 1 and `Connection: close`).
    Draining,
    /// The account may no longer be served; the next request learns why (Ping status 1 and
    /// `Connection: close`).
    AccountGone,
}

/// An [`Outcome`], with what the log line tells of it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Ended {
    /// How.
    pub outcome: Outcome,
    /// How long it was parked.
    pub parked: Duration,
    /// From the moment that the change was seen until the outcome was handed over; `None` when it was there
    /// before the request, or nothing changed.
    pub change_age: Option<Duration>,
}

impl Outcome {
    /// The outcome as it is counted.
    #[must_use]
    pub fn reason(&self) -> ParkEnd {
        match self {
            Self::Changed(_) => ParkEnd::Changed,
            Self::Expired => ParkEnd::Expired,
            Self::Shortened => ParkEnd::Shortened,
            Self::Superseded => ParkEnd::Superseded,
            Self::Hierarchy => ParkEnd::Hierarchy,
            Self::Draining => ParkEnd::Drained,
            Self::AccountGone => ParkEnd::Revoked,
        }
    }
}

impl From<Answer<FolderNo>> for Outcome {
    fn from(answer: Answer<FolderNo>) -> Self {
        match answer {
            Answer::Changes(folders) => Self::Changed(folders.into_iter().collect()),
            Answer::Expired => Self::Expired,
            Answer::Hierarchy => Self::Hierarchy,
            Answer::Superseded => Self::Superseded,
            Answer::Revoked => Self::AccountGone,
            Answer::Draining => Self::Draining,
        }
    }
}

impl Ended {
    /// Sent back at once, because the service is shutting down.
    pub(super) fn drained() -> Self {
        Self {
            outcome: Outcome::Draining,
            parked: Duration::ZERO,
            change_age: None,
        }
    }
}

/// One row of what is parked, for the administrator.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ParkedRow {
    /// Whose.
    pub who: Principal,
    /// Ping or Sync.
    pub kind: ParkKind,
    /// The folders, with the sequence number up to which the index was found to hold nothing for the device.
    pub folders: Vec<(FolderNo, Seq)>,
    /// How long ago it was parked.
    pub parked: Duration,
    /// Time left of its heartbeat.
    pub left: Duration,
    /// Whether it was compared with the index, and no hint has come since.
    pub compared: bool,
}

/// A request that was parked and is no more, for the administrator.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PastPark {
    /// Ping or Sync.
    pub kind: ParkKind,
    /// How it ended.
    pub reason: ParkEnd,
    /// How long it was parked.
    pub parked: Duration,
    /// How long ago it ended.
    pub ago: Duration,
}

/// What a FolderSync told the device.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FolderSyncFound {
    /// Folders were added, updated or deleted.
    Changes,
    /// Nothing.
    Nothing,
}

/// What FolderSync should answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub enum FolderSyncAdvice {
    /// What it was about to.
    Proceed,
    /// Status 9, once: the device keeps asking for a folder that FolderSync does not show it.
    StartOver,
}
