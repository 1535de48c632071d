//! The original of a reply or a forward: reading it, and the mark that it gets.

use std::time::Duration;

use backends::{Class, Item, Kind, MarksPatch, Role, Setting};
use tokio::time::timeout;

use super::request::Refers;
use crate::commands::context::Context;
use crate::commands::located;
use crate::error::{Fault, Unsent};
use crate::ids::ServerId;
use crate::ids::long_id::LongId;

/// How long an answered message is looked for, in all folders: the draft has gone, and its device waits.
const SEARCH: Duration = Duration::from_secs(3);

/// In how many folders.
const SEARCHED: usize = 12;

/// An original that is there.
#[derive(Clone)]
pub(super) struct Source {
    id: LongId,
    mark: backends::Flag,
}

/// The original and its content.
pub(super) async fn read(context: &Context<'_>, refers: &Refers) -> Result<(Source, Item), Fault> {
    let gone = || Fault::Unsent(Unsent::SourceGone);
    let id = refers.id.as_ref().ok_or_else(gone)?;
    let found = located::locate(context, id).await?;
    let found = found.filter(|found| found.class == Class::Email);
    let found = found.ok_or_else(gone)?;
    let source = Source {
        id: id.clone(),
        mark: refers.mark,
    };
    match found.spot().fetch().await {
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
            id: LongId::from(ServerId {
                folder: folder.no,
                item,
            }),
            mark: backends::Flag::Answered,
        }));
    }
    Ok(None)
}

async fn marked(context: &Context<'_>, source: &Source) -> Result<(), Fault> {
    let (account, folder) = (context.who.account, source.id.folder);
    let (index, supervisor) = (&context.parts.index, &context.parts.supervisor);
    // The watcher must not write the mark down before it is known whose it is.
    let still = supervisor.still(account, folder).await;
    let Some(found) = located::locate(context, &source.id).await? else {
        return Ok(());
    };
    let patch = MarksPatch::new().flag(source.mark, Setting::On);
    let state = found
        .mailbox
        .mark(&found.folder, &found.item, &found.version, &patch)
        .await?;
    if let Some(row) = &found.row {
        let item = row.item;
        let id = ServerId { folder, item };
        index.adopt_change(context.who, id, (row, &state)).await?;
    }
    drop(still);
    supervisor.announce(account, folder).await;
    Ok(())
}
