//! The original of a reply or a forward: reading it, and the mark that it gets.

use std::time::Duration;

use backends::{Class, Item, Kind, MarksPatch, Role, Setting};
use tokio::time::timeout;

use super::request::Refers;
use crate::commands::context::Context;
use crate::error::{Fault, Unsent};
use crate::ids::ServerId;

/// How long an answered message is looked for, in all folders: the draft has gone, and its device waits.
const SEARCH: Duration = Duration::from_secs(3);

/// In how many folders.
const SEARCHED: usize = 12;

/// An original that is there.
#[derive(Clone, Copy)]
pub(super) struct Source {
    id: ServerId,
    mark: backends::Flag,
}

/// The original and its content.
pub(super) async fn read(context: &Context<'_>, refers: &Refers) -> Result<(Source, Item), Fault> {
    let gone = || Fault::Unsent(Unsent::SourceGone);
    let id = refers.id.ok_or_else(gone)?;
    let account = context.who.account;
    let index = &context.parts.index;
    let folder = index.folder(account, id.folder).await?;
    let folder = folder.filter(|folder| folder.class == Class::Email);
    let reference = folder
        .and_then(|folder| folder.reference)
        .ok_or_else(gone)?;
    let row = index.item(account, id).await?.ok_or_else(gone)?;
    let mailbox = context.mailbox().await?;
    let source = Source {
        id,
        mark: refers.mark,
    };
    match mailbox
        .fetch(&reference, &row.reference, &row.version)
        .await
    {
        Ok(item) => Ok((source, item)),
        Err(error) if error.kind() == Kind::NotFound => Err(gone()),
        Err(error) => Err(error.into()),
    }
}

/// Notes on the original what became of it. The message has gone, so nothing that fails here is the device's to hear.
pub(super) async fn mark(context: &Context<'_>, source: &Source) {
    match marked(context, source).await {
        Ok(()) => {}
        Err(Fault::Backend(error)) if error.kind() == Kind::NotFound => {}
        Err(error) => {
            tracing::warn!(account = %context.who.account, %error, "original not marked");
        }
    }
}

/// Notes on the message of that `Message-ID` that it was answered, where it can be found.
pub(super) async fn mark_answered(context: &Context<'_>, id: &str) {
    let account = context.who.account;
    match timeout(SEARCH, found(context, id)).await {
        Ok(Ok(Some(source))) => mark(context, &source).await,
        Ok(Ok(None)) => {}
        Ok(Err(error)) => tracing::warn!(%account, %error, "answered message not looked for"),
        Err(_elapsed) => tracing::warn!(%account, "answered message not found in time"),
    }
}

/// Looks in the Inbox first.
async fn found(context: &Context<'_>, id: &str) -> Result<Option<Source>, Fault> {
    let account = context.who.account;
    let index = &context.parts.index;
    let mut folders = index.folders(account).await?;
    let own = |role| matches!(role, Role::Drafts | Role::Sent | Role::Trash | Role::Outbox);
    folders.retain(|folder| folder.class == Class::Email && !own(folder.role));
    folders.sort_by_key(|folder| folder.role != Role::Inbox);
    let mailbox = context.mailbox().await?;
    for folder in folders.into_iter().take(SEARCHED) {
        let Some(reference) = &folder.reference else {
            continue;
        };
        let item = match mailbox.find_message(reference, id).await {
            Err(error) if error.kind() == Kind::NotFound => None,
            found => found?,
        };
        let Some(item) = item else { continue };
        let known = index.item_called(account, folder.no, &item).await?;
        return Ok(known.map(|item| Source {
            id: ServerId {
                folder: folder.no,
                item,
            },
            mark: backends::Flag::Answered,
        }));
    }
    Ok(None)
}

async fn marked(context: &Context<'_>, source: &Source) -> Result<(), Fault> {
    let (account, id) = (context.who.account, source.id);
    let (index, supervisor) = (&context.parts.index, &context.parts.supervisor);
    let folder = index.folder(account, id.folder).await?;
    let Some(reference) = folder.and_then(|folder| folder.reference) else {
        return Ok(());
    };
    let mailbox = context.mailbox().await?;
    // The watcher must not write the mark down before it is known whose it is.
    let still = supervisor.still(account, id.folder).await;
    let Some(row) = index.item(account, id).await? else {
        return Ok(());
    };
    let patch = MarksPatch::new().flag(source.mark, Setting::On);
    let state = mailbox
        .mark(&reference, &row.reference, &row.version, &patch)
        .await?;
    index.adopt_change(context.who, id, (&row, &state)).await?;
    drop(still);
    supervisor.announce(account, id.folder).await;
    Ok(())
}
