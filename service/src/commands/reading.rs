//! Reading messages: small ones whole, large ones as an outline, so that nobody's attachments are held in memory.

use backends::{
    BackendError, FolderRef, Item, ItemRef, ItemState, ItemStream, Kind, Mailbox, Marks, Version,
};
use protocol::airsyncbase::BodyType;
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::convert::email::{
    self, BodyWish, Keep, Limits, Locator, MimeSupport, Outline, PASSES_MAX, Passed, Unlocatable,
    Verdicts,
};

/// Messages above this size are not held whole, in bytes.
pub(super) const WHOLE_MAX: u64 = 1 << 20;

/// How many bytes of a large message are looked at at a time.
const PIECE: usize = 64 << 10;

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
    /// Opens it.
    ///
    /// # Errors
    /// The backend's.
    pub(super) async fn open(&self) -> Result<ItemStream, BackendError> {
        let opened = self.mailbox.open(self.folder, self.item, self.version);
        opened.await
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
    let stream = spot.open().await?;
    if stream.state.size <= WHOLE_MAX {
        return Ok(Message::Whole(whole(stream).await?));
    }
    if wants_mime(wish)
        && let Some(item) = if_not_too_large(spot.fetch().await)?
    {
        return Ok(Message::Whole(item));
    }
    let (state, marks) = (stream.state.clone(), stream.marks.clone());
    let keep = Keep::for_limits(Limits::default());
    let Some(outline) = outline(spot, stream, keep).await? else {
        return Ok(Message::Whole(spot.fetch().await?));
    };
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
    let stream = match spot.open().await {
        Ok(stream) => stream,
        Err(error) if error.kind() == Kind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut header = Vec::new();
    let mut bounded = stream.reader.take(HEADER);
    bounded.read_to_end(&mut header).await.map_err(broken)?;
    Ok(Some(header))
}

/// Finds the parts of a message, which passes as often as that takes. `None`: it has to be held for that.
///
/// # Errors
/// The backend's.
pub(super) async fn outline(
    spot: Spot<'_>,
    first: ItemStream,
    keep: Keep,
) -> Result<Option<Outline>, BackendError> {
    let mut known = Verdicts::default();
    let mut stream = first;
    for _ in 0..PASSES_MAX {
        match pass(&mut stream.reader, Locator::new(keep, known)).await? {
            Ok(Passed::Found(outline)) => return Ok(Some(outline)),
            Ok(Passed::Again(learnt)) => known = learnt,
            Err(_unlocatable) => return Ok(None),
        }
        stream = spot.open().await?;
    }
    Ok(None)
}

async fn pass(
    reader: &mut (impl AsyncRead + Unpin),
    mut locator: Locator,
) -> Result<Result<Passed, Unlocatable>, BackendError> {
    let mut piece = vec![0; PIECE];
    loop {
        let count = reader.read(&mut piece).await.map_err(broken)?;
        if count == 0 {
            return Ok(locator.finish());
        }
        if let Err(error) = locator.feed(piece.get(..count).unwrap_or_default()) {
            return Ok(Err(error));
        }
    }
}

async fn whole(mut stream: ItemStream) -> Result<Item, BackendError> {
    let mut content = Vec::with_capacity(usize::try_from(stream.state.size).unwrap_or(0));
    let mut bounded = (&mut stream.reader).take(WHOLE_MAX);
    bounded.read_to_end(&mut content).await.map_err(broken)?;
    Ok(Item {
        state: stream.state,
        marks: stream.marks,
        content: content.into(),
    })
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
