//! What a phone has under way.

use std::time::Instant;

use crate::command::item_operations::FetchTarget;
use crate::command::{CollectionId, SyncKeyText};
use crate::query::Command;

/// A request that waits for its answer.
#[derive(Clone, Debug)]
pub(super) struct UnderWay {
    pub(super) job: Job,
    /// When it is given up.
    pub(super) limit: Instant,
}

/// What a request is for.
#[derive(Clone, Debug)]
pub(super) enum Job {
    Options,
    Provision,
    Settings,
    FolderSync,
    Sync(SyncJob),
    Estimate(CollectionId),
    /// So many moves of the outbox.
    Moves(usize),
    Fetch(FetchTarget),
    Ping(PingJob),
}

/// Folders to be synchronized.
#[derive(Clone, Debug)]
pub(super) struct SyncJob {
    pub(super) folders: Vec<SentFolder>,
    /// How long the answer may be held, in seconds; `None` if it shall not be.
    pub(super) hold_s: Option<u32>,
    pub(super) form: Form,
}

/// A folder as it was asked for.
#[derive(Clone, Debug)]
pub(super) struct SentFolder {
    pub(super) id: CollectionId,
    pub(super) key: SyncKeyText,
    /// So many operations of the outbox.
    pub(super) uploads: usize,
}

/// Folders to wait for.
#[derive(Clone, Debug)]
pub(super) struct PingJob {
    pub(super) folders: Vec<CollectionId>,
    pub(super) interval_s: u32,
    pub(super) form: Form,
}

/// Whether a body is sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    Full,
    /// No body: the server remembers it.
    Short,
}

impl Job {
    /// The command, `None` for OPTIONS.
    pub(super) fn command(&self) -> Option<Command> {
        Some(match self {
            Self::Options => return None,
            Self::Provision => Command::Provision,
            Self::Settings => Command::Settings,
            Self::FolderSync => Command::FolderSync,
            Self::Sync(_) => Command::Sync,
            Self::Estimate(_) => Command::GetItemEstimate,
            Self::Moves(_) => Command::MoveItems,
            Self::Fetch(_) => Command::ItemOperations,
            Self::Ping(_) => Command::Ping,
        })
    }
}
