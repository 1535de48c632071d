//! EmptyFolderContents: everything in a folder goes, also what no device was ever told of.

use backends::{Change, DeltaKind, FolderRef, Horizon, ItemRef, Mailbox};
use protocol::command::StatusCode;
use protocol::status::ItemOperationsStatus as Status;

use super::code;
use crate::commands::context::Context;
use crate::commands::folders;
use crate::error::Fault;
use crate::ids::FolderNo;

/// How many items go at a time: between two pieces others get at the folder.
const PIECE: usize = 500;

/// Empties a folder. The device that asked is told of each item by Sync, but not woken.
pub(super) async fn emptied(
    context: &Context<'_>,
    folder: &str,
    with_sub_folders: bool,
) -> Result<StatusCode, Fault> {
    let account = context.who.account;
    let index = &context.parts.index;
    let known = match FolderNo::parse(folder) {
        Some(no) => index.folder(account, no).await?,
        None => None,
    };
    let Some(known) = known else {
        return Ok(code(Status::NotFound));
    };
    let Some(reference) = known.reference else {
        return Ok(StatusCode::SUCCESS);
    };
    let mailbox = context.mailbox().await?;
    let all = items(&*mailbox, &reference).await?;
    for piece in all.chunks(PIECE) {
        // The watcher must not find them gone before it is known whose deed it is.
        let still = context.parts.supervisor.still(account, known.no).await;
        mailbox.delete_many(&reference, piece).await?;
        index.disown_all(context.who, known.no, piece).await?;
        drop(still);
        context.parts.supervisor.announce(account, known.no).await;
    }
    if with_sub_folders {
        remove_below(context, known.no).await?;
    }
    Ok(StatusCode::SUCCESS)
}

/// All that is in a folder now. What comes later stays.
async fn items(mailbox: &dyn Mailbox, folder: &FolderRef) -> Result<Vec<ItemRef>, Fault> {
    let delta = mailbox.changes(folder, None, Horizon::Everything).await?;
    Ok(match delta.kind {
        DeltaKind::Listing(states) => states.into_iter().map(|state| state.item).collect(),
        DeltaKind::Changes(changes) => changes
            .into_iter()
            .filter_map(|change| match change {
                Change::Present(state) => Some(state.item),
                Change::Gone(_) => None,
            })
            .collect(),
    })
}

/// Removes the folders below one. No key comes with this command, so every device, this one too, learns by FolderSync
/// which they were.
async fn remove_below(context: &Context<'_>, no: FolderNo) -> Result<(), Fault> {
    let account = context.who.account;
    let supervisor = &context.parts.supervisor;
    supervisor.fresh_hierarchy(account).await?;
    let all = context.parts.index.folders(account).await?;
    let mailbox = context.mailbox().await?;
    let below = all
        .iter()
        .filter(|folder| folder.parent == no && !folders::is_special(folder));
    for folder in below.filter_map(|folder| folder.reference.as_ref()) {
        mailbox.remove_folder(folder).await?;
    }
    supervisor.refresh_hierarchy(account).await?;
    Ok(())
}
