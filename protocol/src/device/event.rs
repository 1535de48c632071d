//! What a phone reports.

use std::time::Instant;

use crate::command::folder_sync::Folder;
use crate::command::item_operations::FetchTarget;
use crate::command::provision::Wipe;
use crate::command::{CollectionId, ServerId, StatusCode};
use crate::query::Command;
use crate::version::Version;

use super::replica::ItemCopy;

/// Something happened to a phone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Event {
    /// OPTIONS was answered.
    VersionChosen(Version),
    /// A policy was received and acknowledged.
    Provisioned,
    /// The server wants the phone to be wiped; it acknowledges and then stops.
    WipeRequested(Wipe),
    /// A folder is new in the hierarchy.
    FolderAdded(Folder),
    /// A folder was renamed, moved or retyped.
    FolderUpdated(Folder),
    /// A folder is gone, with all its items.
    FolderRemoved(CollectionId),
    /// Every folder was filled for the first time.
    SetUp,
    /// An item is new.
    ItemAdded {
        /// In which folder.
        folder: CollectionId,
        /// Its id.
        item: ServerId,
        /// What it is.
        copy: ItemCopy,
    },
    /// An item that the phone has was sent as new once more.
    Doubled {
        /// In which folder.
        folder: CollectionId,
        /// Its id.
        item: ServerId,
    },
    /// An item changed.
    ItemChanged {
        /// In which folder.
        folder: CollectionId,
        /// Its id.
        item: ServerId,
        /// What it is now.
        copy: ItemCopy,
    },
    /// A change of an item that the phone does not have.
    UnknownChanged {
        /// In which folder.
        folder: CollectionId,
        /// Its id.
        item: ServerId,
    },
    /// Properties that are no properties of the class.
    Unreadable {
        /// In which folder.
        folder: CollectionId,
        /// Its id.
        item: ServerId,
    },
    /// An item that the phone had was deleted.
    ItemDeleted {
        /// In which folder.
        folder: CollectionId,
        /// Its id.
        item: ServerId,
    },
    /// An item fell out of the filter.
    ItemHidden {
        /// In which folder.
        folder: CollectionId,
        /// Its id.
        item: ServerId,
    },
    /// A key was refused: the phone dropped the folder's items and starts anew.
    FolderRestarted(CollectionId),
    /// It begins to wait for changes.
    Parked {
        /// How.
        parking: Parking,
        /// For how long, in seconds.
        heartbeat_s: u32,
        /// How many folders.
        folders: usize,
    },
    /// A Ping was answered: these folders have changes. (A held Sync brings them along and announces nothing.)
    Announced(Vec<CollectionId>),
    /// It waited for the whole interval.
    Expired,
    /// It waits no more, ever: what AOSP does after this status.
    PushStopped(StatusCode),
    /// An operation of the user's was refused.
    Refused {
        /// In which folder.
        folder: CollectionId,
        /// The item, if it has an id.
        item: Option<ServerId>,
        /// Why.
        status: StatusCode,
    },
    /// Operations of the user's arrived.
    Uploaded {
        /// In which folder.
        folder: CollectionId,
        /// How many, the refused ones among them.
        count: usize,
    },
    /// An item was moved.
    Moved {
        /// Its old id.
        item: ServerId,
        /// Its new one.
        target_item: Option<ServerId>,
    },
    /// A move was refused.
    MoveRefused {
        /// The item.
        item: ServerId,
        /// Why.
        status: StatusCode,
    },
    /// An attachment or item arrived.
    Fetched {
        /// What.
        target: FetchTarget,
        /// The attachment's bytes; empty for an item.
        content: Vec<u8>,
    },
    /// An attachment or item was refused.
    FetchRefused {
        /// What.
        target: FetchTarget,
        /// Why.
        status: StatusCode,
    },
    /// GetItemEstimate had promised changes, and Sync brought none.
    EstimateBroken(CollectionId),
    /// Something went wrong; it tries again at `until`, or at once.
    Trouble {
        /// In answer to what.
        command: Option<Command>,
        /// What.
        trouble: Trouble,
        /// When it tries again.
        until: Option<Instant>,
    },
}

/// How a phone waits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Parking {
    /// By Ping.
    Ping,
    /// By a Sync that is held.
    Sync,
}

/// What went wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Trouble {
    /// No answer, or not the whole of it.
    Failure(super::Failure),
    /// An HTTP status other than 200.
    Http(u16),
    /// A status in a body.
    Status(StatusCode),
    /// An answer that cannot be read.
    Malformed,
    /// The server has no version that the phone knows.
    NoVersion,
    /// The server is elsewhere.
    Redirected(String),
}
