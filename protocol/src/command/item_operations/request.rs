//! The request of ItemOperations.

use crate::airsyncbase::{BodyPartPreference, BodyPreference};
use crate::command::sync::MimeSupport;
use crate::command::{CollectionId, ServerId};
use crate::tag::Tag;

/// Operations, to be done in order, each with an answer of its own.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ItemOperationsRequest {
    /// At most [`Self::OPERATIONS_MAX`].
    pub operations: Vec<ItemOperation>,
}

impl ItemOperationsRequest {
    /// The most operations of one request; more are status 11.
    pub const OPERATIONS_MAX: usize = 100;
}

/// One operation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ItemOperation {
    /// Wants an item or an attachment.
    Fetch(FetchOperation),
    /// Empties a folder.
    EmptyFolderContents {
        /// The folder.
        collection_id: CollectionId,
        /// Whether its subfolders go too.
        delete_sub_folders: bool,
    },
    /// Moves a conversation (14.0 on).
    Move {
        /// Its id.
        conversation_id: Vec<u8>,
        /// Where to.
        target_folder: CollectionId,
        /// Whether later messages go there too.
        move_always: bool,
    },
}

/// An item or an attachment that is wanted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FetchOperation {
    /// `Mailbox` or `DocumentLibrary`, as asked for; anything else is status 9.
    pub store: String,
    /// What is wanted.
    pub target: FetchTarget,
    /// How it is wanted.
    pub options: FetchOptions,
}

/// What is wanted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FetchTarget {
    /// An item of a folder.
    Item {
        /// The folder.
        collection_id: CollectionId,
        /// The item.
        server_id: ServerId,
    },
    /// A search result.
    LongId(String),
    /// An attachment, possibly with an empty reference (status 15).
    FileReference(String),
    /// A document of a library.
    LinkId(String),
}

/// How something is wanted.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FetchOptions {
    /// Only these properties.
    pub schema: Option<Vec<Tag>>,
    /// Only these bytes.
    pub range: Option<ByteRange>,
    /// Which messages to send as MIME.
    pub mime_support: Option<MimeSupport>,
    /// Bodies that the phone can take.
    pub body_preferences: Vec<BodyPreference>,
    /// Conversation parts (14.1 on).
    pub body_part_preference: Option<BodyPartPreference>,
    /// Whether the phone understands rights management (14.1 on).
    pub rights_management: Option<bool>,
}

/// Bytes from `first` to `last`, both included (MS-ASCMD 2.2.3.143.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ByteRange {
    /// The first byte, from 0.
    pub first: u64,
    /// The last byte, not before the first.
    pub last: u64,
}
