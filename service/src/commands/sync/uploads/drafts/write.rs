//! Drafts into their store.

use std::sync::Arc;

use backends::{BackendError, Flag, FolderRef, Item, Kind, Mailbox, Marks, NewName};
use bytes::Bytes;
use protocol::class::email::{DraftUpload, EmailUpload};
use protocol::status::SyncStatus;

use crate::commands::bounded::bounded;
use crate::commands::context::Context;
use crate::commands::mail;
use crate::convert::email::compose::{Draft, Drafted, Stamp};
use crate::error::{Fault, chain};
use crate::ids::ItemNo;
use crate::index::{Outcome, Session, Ticket};

/// Where drafts are kept.
pub(super) type Place = (Arc<dyn Mailbox>, FolderRef);

/// What a draft is replaced by.
pub(super) struct Replacement<'r> {
    /// What the new one is called.
    pub(super) name: &'r NewName,
    /// What is there.
    pub(super) stored: &'r Item,
    pub(super) marks: &'r EmailUpload,
    pub(super) drafted: &'r Drafted,
}

/// The message. `None`: nothing can be made of what the device says.
pub(super) async fn composed(
    context: &Context<'_>,
    draft: &DraftUpload,
    before: Option<Bytes>,
    name: &str,
) -> Option<Drafted> {
    let identity = &context.request.identity;
    let author = match &identity.address {
        Some(address) => address.to_string(),
        None => identity.account.as_str().to_owned(),
    };
    let domain = author
        .rsplit_once('@')
        .map_or("localhost", |(_, domain)| domain);
    let stamp = Stamp {
        date: context.now,
        message_id: format!("{name}@{domain}"),
    };
    let content = draft.content.clone();
    let size = before.as_ref().map_or(0, Bytes::len) + context.request.body.len();
    let work = move || {
        let draft = Draft {
            content: &content,
            before: before.as_deref(),
            author: &author,
            stamp: &stamp,
        };
        draft.write()
    };
    match bounded(size, work).await {
        Ok(drafted) => Some(drafted),
        Err(error) => {
            tracing::error!(account = %context.who.account, %error, "draft not written");
            None
        }
    }
}

/// Makes a new draft.
pub(super) async fn make(
    context: &Context<'_>,
    session: &mut Session,
    (ticket, (mailbox, folder)): (Ticket, &Place),
    (draft, drafted): (&DraftUpload, &Drafted),
) -> Result<Result<ItemNo, SyncStatus>, Fault> {
    let Some(name) = ticket.name().cloned() else {
        return Err(Fault::Broken("a new draft without a name"));
    };
    let marks = marked(&draft.marks, &Marks::from_iter([Flag::Seen]));
    // The watcher must not write it down before it is known whose it is.
    let account = context.who.account;
    let still = context.parts.supervisor.still(account, session.folder().no);
    let still = still.await;
    let made = mailbox
        .create(folder, &name, &drafted.message, &marks)
        .await;
    let ended = match made {
        Ok(state) => {
            let item = session.settle(ticket, &Outcome::Present(state)).await?;
            Ok(item.ok_or(Fault::Broken("a new draft without a number"))?)
        }
        Err(error) => {
            session.settle(ticket, &Outcome::Failed).await?;
            Err(status(context, error)?)
        }
    };
    drop(still);
    Ok(ended)
}

/// Writes a draft anew, and removes what it was.
pub(super) async fn replace(
    context: &Context<'_>,
    session: &mut Session,
    (ticket, (mailbox, folder)): (Ticket, &Place),
    new: &Replacement<'_>,
) -> Result<Option<SyncStatus>, Fault> {
    let marks = marked(new.marks, &new.stored.marks);
    let account = context.who.account;
    let still = context.parts.supervisor.still(account, session.folder().no);
    let still = still.await;
    let old = &new.stored.state;
    let written = async {
        let state = mailbox
            .create(folder, new.name, &new.drafted.message, &marks)
            .await?;
        if let Err(error) = mailbox.delete(folder, &old.item, &old.version).await {
            // Two of one draft are worse than the old one.
            let undone = mailbox.delete(folder, &state.item, &state.version).await;
            if let Err(error) = undone {
                tracing::warn!(%account, error = %chain(&error), "draft is there twice");
            }
            return Err(error);
        }
        Ok(state)
    };
    let refused = match written.await {
        Ok(state) => {
            session.settle(ticket, &Outcome::Present(state)).await?;
            None
        }
        Err(error) => {
            session.settle(ticket, &Outcome::Failed).await?;
            tracing::warn!(%account, error = %chain(&error), "draft not changed");
            Some(status(context, error)?)
        }
    };
    drop(still);
    Ok(refused)
}

fn marked(asked: &EmailUpload, before: &Marks) -> Marks {
    let mut marks = before.clone().patched(&mail::patch(asked, before));
    marks.flags.insert(Flag::Draft);
    marks
}

/// What the device is told of a failure that is this draft's own; an error: the whole folder has it.
fn status(context: &Context<'_>, error: BackendError) -> Result<SyncStatus, Fault> {
    match error.kind() {
        Kind::TooLarge | Kind::Refused | Kind::Forbidden | Kind::Exists | Kind::Conflict => {
            Ok(SyncStatus::ConversionError)
        }
        Kind::NotFound => Ok(SyncStatus::ObjectNotFound),
        Kind::Full => {
            // Item status 9 would be an answer: the key would move on, and nobody would send the draft again.
            tracing::warn!(account = %context.who.account, "no room for a draft");
            Err(error.into())
        }
        Kind::Unavailable | Kind::Unauthorized | Kind::Unexpected => Err(error.into()),
    }
}
