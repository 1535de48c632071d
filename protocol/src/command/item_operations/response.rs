//! The answer of ItemOperations.

use crate::command::{CollectionId, ItemClass, StatusCode};
use crate::element::Element;

use super::{ByteRange, FetchTarget};

/// The answers to operations.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ItemOperationsResponse {
    /// Of the command.
    pub status: StatusCode,
    /// One for each operation, in the order of the request. Written grouped by kind as the schema has them: Move,
    /// EmptyFolderContents, Fetch.
    pub answers: Vec<ItemOperationAnswer>,
}

/// The answer to one operation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ItemOperationAnswer {
    /// Of a conversation's move.
    Move {
        /// How it went.
        status: StatusCode,
        /// The conversation.
        conversation_id: Vec<u8>,
    },
    /// Of emptying a folder.
    EmptyFolderContents {
        /// How it went.
        status: StatusCode,
        /// The folder.
        collection_id: CollectionId,
    },
    /// An item or attachment.
    Fetch(FetchAnswer),
}

/// An item or an attachment, or why there is none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FetchAnswer {
    /// How it went.
    pub status: StatusCode,
    /// What was asked for.
    pub target: FetchTarget,
    /// The item's class.
    pub class: Option<ItemClass>,
    /// Set after a success.
    pub properties: Option<FetchProperties>,
}

/// What was fetched.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FetchProperties {
    /// The bytes that `content` holds; only if a range was asked for (iOS 10 breaks otherwise).
    pub range: Option<ByteRange>,
    /// The size of the whole in bytes, with `range`.
    pub total: Option<u64>,
    /// The media type of an attachment.
    pub content_type: Option<String>,
    /// An attachment's content.
    pub content: Option<FetchContent>,
    /// An item's properties, as the class modules read and make them.
    pub item: Vec<Element>,
}

/// Where an attachment's content is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FetchContent {
    /// Here, written as base64.
    Inline(Vec<u8>),
    /// In this part of a multipart answer, from 1.
    Part(u32),
}
