//! Reading one message.

use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};
use tokio::sync::OwnedSemaphorePermit;

use super::Body;
use super::create::{FIELDS_MAX, fields_len};
use super::error::Error;
use super::look::{self, Look};
use super::message::Message;
use super::session::{Access, Opened};
use super::store::{Account, Lease};
use super::wire::{Command, MailboxName, Part, PartKind, Untagged};
use crate::error::{BackendError, Kind};
use crate::item::{Extent, Item, ItemState, ItemStream, WHOLE};
use crate::marks::Marks;
use crate::name::ItemRef;

const OP: &str = "read item";

/// State and marks.
pub(super) async fn marks(
    account: &Arc<Account>,
    name: &MailboxName,
    item: &ItemRef,
) -> Result<(ItemState, Marks), BackendError> {
    let missing = || BackendError::new(Kind::NotFound, OP);
    let message = Message::parse(item).ok_or_else(missing)?;
    let work =
        |mut lease: Lease| async move { look::look(&mut lease, name, message).await }.boxed();
    account.run(OP, work).await?.ok_or_else(missing)
}

/// State and marks, and a span of the content, which comes as it is read. The session is held until all was read.
async fn body(
    account: &Arc<Account>,
    name: &MailboxName,
    item: &ItemRef,
    span: &Range<u64>,
) -> Result<(ItemState, Marks, Body<Lease>), BackendError> {
    let missing = || BackendError::new(Kind::NotFound, OP);
    let message = Message::parse(item).ok_or_else(missing)?;
    // Our own fields are no part of what was stored, and are nobody else's to see. What is behind them is counted without
    // them, so they have to be seen first.
    let ours = match span.start {
        0 => None,
        _ => {
            let work = |lease: Lease| begin(lease, name, message, &(0..0), None).boxed();
            let seen = account.run(OP, work).await?.ok_or_else(missing)?;
            let mut rest = seen.body;
            let read = tokio::io::copy(&mut rest, &mut tokio::io::sink()).await;
            read.map_err(|error| BackendError::new(Kind::Unavailable, OP).caused_by(error))?;
            Some(seen.ours)
        }
    };
    let work = |lease: Lease| begin(lease, name, message, span, ours).boxed();
    let begun = account.run(OP, work).await?.ok_or_else(missing)?;
    Ok((begun.state, begun.marks, begun.body))
}

/// A message that was opened.
struct Begun {
    state: ItemState,
    marks: Marks,
    body: Body<Lease>,
    /// How many bytes of our own fields it begins with.
    ours: u64,
}

/// One flight: opens the mailbox, looks at the message, and asks for its text. How long our own fields are is seen where
/// it is not known and the span is at the beginning.
async fn begin(
    lease: Lease,
    name: &MailboxName,
    message: Message,
    span: &Range<u64>,
    ours: Option<u64>,
) -> Result<Option<Begun>, Error> {
    let more = ours.unwrap_or(FIELDS_MAX as u64);
    let stored = span.start.saturating_add(ours.unwrap_or(0))..span.end.saturating_add(more);
    let text = Command::new("UID FETCH").set(&message.uid.into());
    let text = text.words(format!("(UID BODY.PEEK[]{})", partial(&stored)));
    let state = look::ask(&message.uid.into());
    let (selected, text) = Body::open_in(lease, name, state, text).await?;
    if selected.uid_validity != Some(message.validity) {
        // Whatever text comes is another message's: the session is closed rather than read to its end.
        return Ok(None);
    }
    let Opened::Text(mut body) = text else {
        return Ok(None);
    };
    let mut look = Look::new(message);
    let said = body.take_untagged();
    said.iter().for_each(|data| look.take(data));
    let Some((mut state, marks)) = look.found()? else {
        return Ok(None);
    };
    state.size = size(state.size, &stored, body.size());
    let ours = match ours {
        Some(ours) => ours,
        None => {
            let ours = fields_len(body.peek(FIELDS_MAX).await?);
            body.skip(ours);
            ours as u64
        }
    };
    body.limit(span.end.saturating_sub(span.start));
    state.size = state.size.saturating_sub(ours);
    Ok(Some(Begun {
        state,
        marks,
        body,
        ours,
    }))
}

/// Which bytes of a text are asked for (RFC 9051 section 6.4.5.1). The numbers have 32 bits, and there are servers that count
/// with a sign, and to the end of the span.
fn partial(span: &Range<u64>) -> String {
    if *span == WHOLE {
        return String::new();
    }
    let most = u64::from(i32::MAX.unsigned_abs());
    let start = span.start.min(most - 1);
    let length = span.end.saturating_sub(start).clamp(1, most - start);
    format!("<{start}.{length}>")
}

/// The size of a message that is said to have `said` bytes, and of which `came` bytes came of a span: some servers are
/// wrong about it until they have read the message.
fn size(said: u64, span: &Range<u64>, came: u64) -> u64 {
    let end = span.start.saturating_add(came);
    if end < span.end && came > 0 {
        return end;
    }
    said.max(if came > 0 { end } else { 0 })
}

/// See [`Mailbox::open_span`](crate::Mailbox::open_span).
pub(super) async fn open(
    account: &Arc<Account>,
    name: &MailboxName,
    item: &ItemRef,
    span: &Range<u64>,
) -> Result<ItemStream, BackendError> {
    let (state, marks, body) = body(account, name, item, span).await?;
    Ok(ItemStream {
        state,
        marks,
        reader: Box::new(body),
    })
}

/// See [`Mailbox::download`](crate::Mailbox::download). A session is held until all was read.
pub(super) async fn download(
    account: &Arc<Account>,
    name: &MailboxName,
    item: &ItemRef,
    span: &Range<u64>,
) -> Result<ItemStream, BackendError> {
    let place = account.download_place().await;
    let place = place.map_err(|error| error.during(OP))?;
    let stream = open(account, name, item, span).await?;
    Ok(ItemStream {
        reader: Box::new(Download {
            reader: stream.reader,
            _place: place,
        }),
        ..stream
    })
}

/// A content, and its place among the account's downloads.
struct Download {
    reader: Box<dyn AsyncRead + Send + Unpin>,
    _place: OwnedSemaphorePermit,
}

impl AsyncRead for Download {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.reader).poll_read(context, out)
    }
}

/// See [`Mailbox::extents`](crate::Mailbox::extents).
pub(super) async fn extents(
    account: &Arc<Account>,
    name: &MailboxName,
    item: &ItemRef,
) -> Result<Vec<Extent>, BackendError> {
    let missing = || BackendError::new(Kind::NotFound, OP);
    let message = Message::parse(item).ok_or_else(missing)?;
    let work = |mut lease: Lease| async move { structure(&mut lease, name, message).await }.boxed();
    let part = account.run(OP, work).await?;
    Ok(part.as_ref().map(extents_of).unwrap_or_default())
}

async fn structure(
    lease: &mut Lease,
    name: &MailboxName,
    message: Message,
) -> Result<Option<Part>, Error> {
    let command = Command::new("UID FETCH").set(&message.uid.into());
    let command = command.words("(UID BODYSTRUCTURE)");
    let mut found = None;
    let each = |_, data: Untagged| {
        if let Untagged::Fetch(fetch) = data
            && fetch.uid == Some(message.uid.get())
            && fetch.structure.is_some()
        {
            found = fetch.structure;
        }
        Ok(())
    };
    let opened = lease.select_and(name, Access::Read, &[command], each).await;
    let (selected, _replies) = opened?;
    // What cannot be told is no error: the message is read instead.
    Ok(found.filter(|_| selected.uid_validity == Some(message.validity)))
}

/// The leaves of a message; an enclosed message is one.
fn extents_of(root: &Part) -> Vec<Extent> {
    let mut extents = Vec::new();
    let mut waiting = vec![(String::new(), root)];
    while let Some((path, part)) = waiting.pop() {
        match &part.kind {
            PartKind::Leaf { size, .. } => extents.push(Extent {
                path: if path.is_empty() {
                    "1".to_owned()
                } else {
                    path
                },
                size: *size,
            }),
            PartKind::Multipart(parts) => {
                let dot = if path.is_empty() { "" } else { "." };
                let numbered = parts.iter().zip(1_u32..);
                waiting
                    .extend(numbered.map(|(part, number)| (format!("{path}{dot}{number}"), part)));
            }
        }
    }
    extents
}

/// See [`Mailbox::fetch`](crate::Mailbox::fetch).
pub(super) async fn fetch(
    account: &Arc<Account>,
    name: &MailboxName,
    item: &ItemRef,
) -> Result<Item, BackendError> {
    let (state, marks, mut body) = body(account, name, item, &WHOLE).await?;
    let size = usize::try_from(state.size).unwrap_or(usize::MAX);
    if state.size > account.shared.options.fetch_bytes_max {
        return Err(BackendError::new(Kind::TooLarge, OP));
    }
    let mut content = Vec::with_capacity(size);
    let read = body.read_to_end(&mut content).await;
    let read = read.map_err(|error| BackendError::new(Kind::Unavailable, OP).caused_by(error))?;
    if read != size {
        return Err(BackendError::new(Kind::Unexpected, OP).caused_by("a part is missing"));
    }
    Ok(Item {
        state,
        marks,
        content: content.into(),
    })
}
