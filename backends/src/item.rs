//! Items, and what changed among them.

use std::fmt;
use std::io::Cursor;
use std::ops::Range;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::error::{BackendError, Kind};
use crate::marks::Marks;
use crate::name::{ItemRef, Token, Version};

/// What a listing says of one item.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ItemState {
    /// Its name in its folder.
    pub item: ItemRef,
    /// What it looks like now.
    pub version: Version,
    /// The time that filters look at, in UTC epoch seconds: when a message was received.
    pub time: i64,
    /// Size of the content, in bytes.
    pub size: u64,
}

/// How one item differs from what was told before.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Change {
    /// It is there, and this is its state: new, changed, or as it was.
    Present(ItemState),
    /// It is not in this folder any more. Also said of items that the caller never heard of.
    Gone(ItemRef),
}

/// How far back a caller looks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Horizon {
    /// All items.
    Everything,
    /// Only items whose time is not before this one, in UTC epoch seconds.
    NotBefore(i64),
}

impl Horizon {
    /// Whether an item of that time is within.
    #[must_use]
    pub fn admits(self, time: i64) -> bool {
        match self {
            Self::Everything => true,
            Self::NotBefore(limit) => time >= limit,
        }
    }

    /// Whether everything within `other` is also within `self`.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        match (self, other) {
            (Self::Everything, _) => true,
            (Self::NotBefore(_), Self::Everything) => false,
            (Self::NotBefore(wide), Self::NotBefore(narrow)) => wide <= narrow,
        }
    }
}

/// What [`Mailbox::changes`](crate::Mailbox::changes) answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Delta {
    /// The items.
    pub kind: DeltaKind,
    /// To be shown next time, once this delta has been written down.
    pub token: Token,
}

/// A whole folder, or what changed in it. No item is named twice.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum DeltaKind {
    /// Complete: what is not listed and not older than the horizon is gone. Nothing is said of
    /// items older than the horizon.
    Listing(Vec<ItemState>),
    /// What may have changed since the token. May name items that are as they were, or older than
    /// the horizon.
    Changes(Vec<Change>),
}

/// One item with its content.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its state when it was read; may be newer than what was listed.
    pub state: ItemState,
    /// Its marks; empty for classes that have none.
    pub marks: Marks,
    /// RFC 5322, iCalendar or vCard text, as stored.
    pub content: Bytes,
}

/// The span of all bytes, wherever they end.
pub const WHOLE: Range<u64> = 0..u64::MAX;

/// How long a part of an item is, as its store says without handing it out. A hint: servers differ about damaged content.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Extent {
    /// Which part, as IMAP numbers the parts of a message: `2.1`. What is not made of parts is `1`.
    pub path: String,
    /// How long its content is as it is stored, in bytes.
    pub size: u64,
}

/// One item whose content is read piece by piece.
pub struct ItemStream {
    /// Its state when it was opened; the whole content has `state.size` bytes.
    pub state: ItemState,
    /// Its marks; empty for classes that have none.
    pub marks: Marks,
    /// RFC 5322, iCalendar or vCard text, as stored, or the span of it that was asked for. Goes on
    /// being the content that was opened when the item is marked, moved or removed meanwhile.
    pub reader: Box<dyn AsyncRead + Send + Unpin>,
}

impl ItemStream {
    /// Leaves only a span of a content that stands at its beginning.
    ///
    /// # Errors
    /// It cannot be read up to there.
    pub async fn only(mut self, span: Range<u64>) -> Result<Self, BackendError> {
        let mut before = (&mut self.reader).take(span.start);
        let passed = tokio::io::copy(&mut before, &mut tokio::io::sink()).await;
        passed
            .map_err(|error| BackendError::new(Kind::Unavailable, "read item").caused_by(error))?;
        let left = span.end.saturating_sub(span.start);
        Ok(Self {
            reader: Box::new(self.reader.take(left)),
            ..self
        })
    }
}

impl fmt::Debug for ItemStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemStream")
            .field("state", &self.state)
            .field("marks", &self.marks)
            .finish_non_exhaustive()
    }
}

impl From<Item> for ItemStream {
    fn from(item: Item) -> Self {
        Self {
            state: item.state,
            marks: item.marks,
            reader: Box::new(Cursor::new(item.content)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Horizon::{Everything, NotBefore};

    #[test]
    fn horizons() {
        assert!(Everything.admits(i64::MIN));
        assert!(NotBefore(5).admits(5) && !NotBefore(5).admits(4));
        for (wide, narrow, covers) in [
            (Everything, Everything, true),
            (Everything, NotBefore(1), true),
            (NotBefore(1), Everything, false),
            (NotBefore(1), NotBefore(2), true),
            (NotBefore(2), NotBefore(1), false),
            (NotBefore(2), NotBefore(2), true),
        ] {
            assert_eq!(wide.covers(narrow), covers, "{wide:?} {narrow:?}");
        }
    }
}
