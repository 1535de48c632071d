//! Reading messages: small ones whole, large ones as an outline, so that nobody's attachments are held in memory, nor read where
//! the store can tell how long they are.

mod outlining;

use std::ops::Range;

use backends::{
    BackendError, Extent, FolderRef, Item, ItemRef, ItemState, ItemStream, Kind, Mailbox, Marks,
    Version,
};
use protocol::airsyncbase::BodyType;
use tokio::io::AsyncReadExt;

use crate::convert::email::{self, BodyWish, Keep, Limits, MimeSupport, Outline};

pub(super) use outlining::outline;

/// Messages above this size are not held whole, in bytes.
pub(super) const WHOLE_MAX: u64 = 1 << 20;

/// How much of a message is asked for at first, in bytes: all of most messages, and not much of those that are large.
const HEAD: u64 = 128 << 10;

/// How much of a message is read for its header.
const HEADER: u64 = 32 << 10;

const OP: &str = "read item";

/// A message that was read.
#[derive(Debug)]
pub(super) enum Message {
    /// All of it.
    Whole(Item),
    /// What can be shown of it.
    Outlined {
        /// Its state.
        state: ItemState,
        /// Its marks.
        marks: Marks,
        /// What it is made of.
        outline: Outline,
    },
}

impl Message {
    /// The state in which it was read.
    pub(super) fn state(&self) -> &ItemState {
        match self {
            Self::Whole(item) => &item.state,
            Self::Outlined { state, .. } => state,
        }
    }
}

/// Where an item is.
#[derive(Clone, Copy)]
pub(super) struct Spot<'s> {
    /// The store.
    pub(super) mailbox: &'s dyn Mailbox,
    /// The folder in it.
    pub(super) folder: &'s FolderRef,
    /// The item in that.
    pub(super) item: &'s ItemRef,
    /// The version that it was last seen with.
    pub(super) version: &'s Version,
}

impl Spot<'_> {
    /// Opens a span of it, in bytes.
    ///
    /// # Errors
    /// The backend's.
    pub(super) async fn open(&self, span: Range<u64>) -> Result<ItemStream, BackendError> {
        let opened = self
            .mailbox
            .open_span(self.folder, self.item, self.version, span);
        opened.await
    }

    /// Opens a span of it for the device to read at its own pace.
    ///
    /// # Errors
    /// The backend's.
    pub(super) async fn download(&self, span: Range<u64>) -> Result<ItemStream, BackendError> {
        let opened = self
            .mailbox
            .download(self.folder, self.item, self.version, span);
        opened.await
    }

    /// How long its parts are, if the store knows.
    ///
    /// # Errors
    /// The backend's.
    async fn extents(&self) -> Result<Vec<Extent>, BackendError> {
        let told = self.mailbox.extents(self.folder, self.item, self.version);
        told.await
    }

    /// Reads how it begins.
    ///
    /// # Errors
    /// The backend's.
    pub(super) async fn begin(&self) -> Result<Begun, BackendError> {
        let mut stream = self.open(0..HEAD).await?;
        let size = stream.state.size.min(HEAD);
        let mut head = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        let read = stream.reader.read_to_end(&mut head).await;
        read.map_err(broken)?;
        Ok(Begun {
            state: stream.state,
            marks: stream.marks,
            head,
        })
    }

    /// Reads all of it.
    ///
    /// # Errors
    /// The backend's; `TooLarge`.
    pub(super) async fn fetch(&self) -> Result<Item, BackendError> {
        let fetched = self.mailbox.fetch(self.folder, self.item, self.version);
        fetched.await
    }
}

/// Reads a message as far as a device's wish goes.
///
/// # Errors
/// The backend's.
pub(super) async fn message(spot: Spot<'_>, wish: &BodyWish) -> Result<Message, BackendError> {
    let begun = spot.begin().await?;
    if begun.state.size <= WHOLE_MAX {
        return Ok(Message::Whole(begun.whole(spot).await?));
    }
    if wants_mime(wish)
        && let Some(item) = if_not_too_large(spot.fetch().await)?
    {
        return Ok(Message::Whole(item));
    }
    let keep = Keep::for_limits(Limits::default());
    let Some(outline) = outline(spot, &begun, keep).await? else {
        return Ok(Message::Whole(spot.fetch().await?));
    };
    let Begun { state, marks, .. } = begun;
    if email::wants_whole(&outline, wish)
        && let Some(item) = if_not_too_large(spot.fetch().await)?
    {
        return Ok(Message::Whole(item));
    }
    Ok(Message::Outlined {
        state,
        marks,
        outline,
    })
}

/// The beginning of a message, enough for its header unless that is very long; `None` if the message is gone.
///
/// # Errors
/// The backend's.
pub(super) async fn header(spot: Spot<'_>) -> Result<Option<Vec<u8>>, BackendError> {
    let mut stream = match spot.open(0..HEADER).await {
        Ok(stream) => stream,
        Err(error) if error.kind() == Kind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut header = Vec::new();
    let read = stream.reader.read_to_end(&mut header).await;
    read.map_err(broken)?;
    Ok(Some(header))
}

/// A message of which the beginning was read.
#[derive(Debug)]
pub(super) struct Begun {
    /// Its state.
    pub(super) state: ItemState,
    /// Its marks.
    pub(super) marks: Marks,
    /// How it begins.
    pub(super) head: Vec<u8>,
}

impl Begun {
    /// Whether this is all of it: it ended before all came that was asked for. Some servers are wrong about sizes.
    pub(super) fn is_whole(&self) -> bool {
        (self.head.len() as u64) < HEAD
    }

    /// Reads the rest of a message that is small enough.
    async fn whole(self, spot: Spot<'_>) -> Result<Item, BackendError> {
        let is_whole = self.is_whole();
        let mut content = self.head;
        if !is_whole {
            let mut rest = spot.open(content.len() as u64..WHOLE_MAX).await?;
            let read = rest.reader.read_to_end(&mut content).await;
            read.map_err(broken)?;
        }
        Ok(Item {
            state: self.state,
            marks: self.marks,
            content: content.into(),
        })
    }
}

/// Whether a device wants every message itself.
fn wants_mime(wish: &BodyWish) -> bool {
    let mut listed = wish.preferences.iter();
    wish.mime_support == MimeSupport::Always && listed.any(|one| one.kind == BodyType::Mime)
}

/// A message that is too large to be sent itself is told in another way.
fn if_not_too_large(fetched: Result<Item, BackendError>) -> Result<Option<Item>, BackendError> {
    match fetched {
        Ok(item) => Ok(Some(item)),
        Err(error) if error.kind() == Kind::TooLarge => Ok(None),
        Err(error) => Err(error),
    }
}

fn broken(error: std::io::Error) -> BackendError {
    BackendError::new(Kind::Unavailable, OP).caused_by(error)
}
