//! Reading one message.

use std::sync::Arc;

use futures_util::FutureExt;
use tokio::io::AsyncReadExt;

use super::Body;
use super::create::{FIELDS_MAX, fields_len};
use super::error::Error;
use super::look::look;
use super::message::Message;
use super::session::Opened;
use super::store::{Account, Lease};
use super::wire::{Command, MailboxName};
use crate::error::{BackendError, Kind};
use crate::item::{Item, ItemState, ItemStream};
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
    let work = |mut lease: Lease| async move { look(&mut lease, name, message).await }.boxed();
    account.run(OP, work).await?.ok_or_else(missing)
}

/// State and marks, and the content, which comes as it is read. The session is held until all was read.
async fn body(
    account: &Arc<Account>,
    name: &MailboxName,
    item: &ItemRef,
) -> Result<(ItemState, Marks, Body<Lease>), BackendError> {
    let missing = || BackendError::new(Kind::NotFound, OP);
    let message = Message::parse(item).ok_or_else(missing)?;
    let work = |lease: Lease| begin(lease, name, message).boxed();
    account.run(OP, work).await?.ok_or_else(missing)
}

async fn begin(
    mut lease: Lease,
    name: &MailboxName,
    message: Message,
) -> Result<Option<(ItemState, Marks, Body<Lease>)>, Error> {
    let Some((mut state, marks)) = look(&mut lease, name, message).await? else {
        return Ok(None);
    };
    let command = Command::new("UID FETCH").set(&message.uid.into());
    let command = command.words("(UID BODY.PEEK[])");
    Ok(match Body::open(lease, command).await? {
        Opened::Text(mut body) => {
            // Our own fields are no part of what was stored, and are nobody else's to see.
            let ours = fields_len(body.peek(FIELDS_MAX).await?);
            body.skip(ours);
            // Some servers are wrong about the size until they have read the message.
            state.size = body.size();
            Some((state, marks, body))
        }
        Opened::Nothing(..) => None,
    })
}

/// See [`Mailbox::open`](crate::Mailbox::open).
pub(super) async fn open(
    account: &Arc<Account>,
    name: &MailboxName,
    item: &ItemRef,
) -> Result<ItemStream, BackendError> {
    let (state, marks, body) = body(account, name, item).await?;
    Ok(ItemStream {
        state,
        marks,
        reader: Box::new(body),
    })
}

/// See [`Mailbox::fetch`](crate::Mailbox::fetch).
pub(super) async fn fetch(
    account: &Arc<Account>,
    name: &MailboxName,
    item: &ItemRef,
) -> Result<Item, BackendError> {
    let (state, marks, mut body) = body(account, name, item).await?;
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
