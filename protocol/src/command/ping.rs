//! Ping: tell me when one of these folders changes (MS-ASCMD 2.2.1.13).

use super::{CollectionId, ItemClass, StatusCode};

/// What to watch and for how long. Both parts may be left out, also the whole body: the server remembers them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PingRequest {
    /// How long to wait, in seconds, as asked for; not yet checked against any bound.
    pub heartbeat_s: Option<u32>,
    /// What to watch. May hold duplicates: [`crate::flow::ping_parameters`] judges.
    pub folders: Option<Vec<PingFolder>>,
}

/// One folder to watch.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PingFolder {
    /// The folder.
    pub id: CollectionId,
    /// Its class as the phone sees it; `None` if it says none or an unknown one.
    pub class: Option<ItemClass>,
}

/// How a Ping ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PingResponse {
    /// A status of 1 to 8 only: AOSP stops pinging at any other.
    pub status: StatusCode,
    /// With status 2: the changed folders.
    pub folders: Vec<CollectionId>,
    /// With status 6: how many folders are allowed.
    pub max_folders: Option<u32>,
    /// With status 5: the nearest heartbeat allowed, in seconds.
    pub heartbeat_s: Option<u32>,
}
