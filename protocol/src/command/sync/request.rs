//! The request of Sync.

use crate::command::{CollectionId, ItemClass, SyncKeyText};
use crate::tag::Tag;

use super::{ClientCommand, SyncOptions};

/// A Sync request as it was sent: parts may be missing, to be taken from the request before
/// ([`crate::flow::cached_sync`]).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SyncRequest {
    /// The folders; `None` if there is no `Collections` at all.
    pub collections: Option<Vec<SyncCollection>>,
    /// How long the answer may be held back while nothing changes.
    pub hold: Option<Hold>,
    /// The most changes in the whole answer, as asked for (12.1 on).
    pub window_size: Option<u32>,
    /// What is missing here stands in the request before.
    pub partial: bool,
}

/// How long an answer may be held back, as asked for; not yet checked against any bound.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Hold {
    /// `Wait`, in minutes (12.1 on).
    Minutes(u32),
    /// `HeartbeatInterval`, in seconds (14.0 on).
    Seconds(u32),
}

/// One folder of a Sync request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SyncCollection {
    /// Sent up to 12.1.
    pub class: Option<ItemClass>,
    /// The answer that the phone holds, `0` to start over.
    pub sync_key: SyncKeyText,
    /// The folder.
    pub collection_id: CollectionId,
    /// With key 0: properties that the phone manages.
    /// `None`: nothing is ghosted. Empty: everything is.
    pub supported: Option<Vec<Tag>>,
    /// Absent means yes, see [`Self::deletes_as_moves`].
    pub deletes_as_moves: Option<bool>,
    /// Absent depends on the key, see [`Self::wants_changes`].
    pub get_changes: Option<bool>,
    /// The most changes of this folder as asked for, see [`Self::window_size`].
    pub window_size: Option<u32>,
    /// Conversations as a whole (14.0 on).
    pub conversation_mode: Option<bool>,
    /// None: as in the request before. Two only for mail and text messages.
    pub options: Vec<SyncOptions>,
    /// What the phone did, at most 200 in the whole request.
    pub commands: Vec<ClientCommand>,
}

impl SyncRequest {
    /// The most operations of one request; more are status 4.
    pub const OPERATIONS_MAX: usize = 200;
}

impl SyncCollection {
    /// The most changes of a folder that one answer has, whatever is asked for.
    pub const WINDOW_SIZE_MAX: u32 = 512;
    /// The most changes of a folder if nothing is asked for.
    pub const WINDOW_SIZE_DEFAULT: u32 = 100;

    /// A folder and a key, the rest left to defaults.
    #[must_use]
    pub fn new(collection_id: CollectionId, sync_key: SyncKeyText) -> Self {
        Self {
            class: None,
            sync_key,
            collection_id,
            supported: None,
            deletes_as_moves: None,
            get_changes: None,
            window_size: None,
            conversation_mode: None,
            options: Vec::new(),
            commands: Vec::new(),
        }
    }

    /// Whether deleted items go to the deleted items folder (MS-ASCMD 2.2.3.43).
    #[must_use]
    pub fn deletes_as_moves(&self) -> bool {
        self.deletes_as_moves.unwrap_or(true)
    }

    /// Whether the phone wants the server's changes (MS-ASCMD 2.2.3.84). With key 0 it gets none, even if it asks.
    #[must_use]
    pub fn wants_changes(&self) -> bool {
        !self.sync_key.is_initial() && self.get_changes.unwrap_or(true)
    }

    /// The most changes to send: 1 to 512 (MS-ASCMD 2.2.3.200).
    #[must_use]
    pub fn window_size(&self) -> u32 {
        match self.window_size {
            None => Self::WINDOW_SIZE_DEFAULT,
            Some(0) => Self::WINDOW_SIZE_MAX,
            Some(asked) => asked.min(Self::WINDOW_SIZE_MAX),
        }
    }
}
