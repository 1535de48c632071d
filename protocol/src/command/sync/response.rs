//! The answer of Sync.

use crate::command::{CollectionId, ItemClass, StatusCode, SyncKeyText};

use super::{ItemAnswer, ServerCommand};

/// A Sync answer that has a body.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SyncResponse {
    /// The command failed as a whole.
    Failed {
        /// Why.
        status: StatusCode,
        /// With status 14 the nearest hold allowed in the unit of the request, with 15 the most collections.
        limit: Option<u32>,
    },
    /// Folders, at least one: an empty list crashes iOS and is written as status 1 alone.
    Collections(Vec<CollectionAnswer>),
}

/// One folder of a Sync answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CollectionAnswer {
    /// Written up to 12.1 only.
    pub class: Option<ItemClass>,
    /// The key of this answer; with a failure the request's or `0`.
    pub sync_key: SyncKeyText,
    /// The folder.
    pub collection_id: CollectionId,
    /// How it went.
    pub status: StatusCode,
    /// Whether there is more to be asked for at once.
    pub more_available: bool,
    /// Results of the phone's operations. Not written if empty.
    pub responses: Vec<ItemAnswer>,
    /// Operations for the phone. Not written if empty.
    pub commands: Vec<ServerCommand>,
}
