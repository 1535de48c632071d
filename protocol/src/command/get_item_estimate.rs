//! GetItemEstimate: how much a Sync would bring (MS-ASCMD 2.2.1.9).

use super::sync::SyncOptions;
use super::{CollectionId, ItemClass, StatusCode, SyncKeyText};

/// Asks for the number of changes in folders.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct GetItemEstimateRequest {
    /// At most [`Self::COLLECTIONS_MAX`].
    pub collections: Vec<EstimateCollection>,
}

impl GetItemEstimateRequest {
    /// The most collections of one request; more are status 103.
    pub const COLLECTIONS_MAX: usize = 1000;
}

/// One folder to be estimated.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EstimateCollection {
    /// Up to 12.1 only.
    pub class: Option<ItemClass>,
    /// The folder.
    pub collection_id: CollectionId,
    /// Since which key.
    pub sync_key: SyncKeyText,
    /// Conversations as a whole, 14.0 on.
    pub conversation_mode: Option<bool>,
    /// As in Sync. Up to 12.1 only the filter of the first one exists on the wire.
    pub options: Vec<SyncOptions>,
}

/// The estimates.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum GetItemEstimateResponse {
    /// The command failed as a whole.
    Failed(StatusCode),
    /// One answer for each collection.
    Answers(Vec<EstimateAnswer>),
}

/// The estimate of one folder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EstimateAnswer {
    /// 1, or 2 to 4.
    pub status: StatusCode,
    /// Written up to 12.1 only.
    pub class: Option<ItemClass>,
    /// The folder; with a failure it may be left out.
    pub collection_id: Option<CollectionId>,
    /// Adds, changes and deletes that Sync would send.
    pub estimate: Option<u32>,
}
