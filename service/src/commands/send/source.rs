//! The original of a reply or a forward: reading it, and the mark that it gets.

use backends::{Class, Item, Kind, MarksPatch, Setting};

use super::request::Refers;
use crate::commands::context::Context;
use crate::error::{Fault, Unsent};
use crate::ids::ServerId;

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
