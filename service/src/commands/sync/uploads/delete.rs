//! Deletions: to the folder for deleted items, or for good.

use backends::{Class, FolderRef, ItemState, Kind, Mailbox};
use protocol::command::ServerId as WireId;
use protocol::status::SyncStatus;

use crate::commands::context::Context;
use crate::commands::move_items;
use crate::commands::sync::uploads::{Refused, Terms, item_of, place, settle};
use crate::error::{Fault, chain};
use crate::index::{Conflict, Ident, IndexedItem, KnownFolder, Outcome, Session, Upload, Verdict};
use crate::watch::Still;

/// What a deletion means.
#[derive(Clone, Copy, Eq, PartialEq)]
enum End {
    /// The item goes to the folder for deleted items, unless it is there already.
    Trash,
    /// The item is gone.
    Nothing,
}

/// Messages go to the folder for deleted items if the device wants that; nothing else does, since there is none for it.
fn end(class: Class, terms: &Terms<'_>) -> End {
    match class {
        Class::Email if terms.collection.deletes_as_moves() => End::Trash,
        Class::Email | Class::Contacts | Class::Calendar | Class::Tasks | Class::Notes => {
            End::Nothing
        }
    }
}

pub(super) async fn serve(
    context: &Context<'_>,
    session: &mut Session,
    id: &WireId,
    terms: &Terms<'_>,
) -> Result<Refused, Fault> {
    let (Some(item), Some((mailbox, folder))) =
        (item_of(session, id), place(context, session).await?)
    else {
        return Ok(Some(SyncStatus::ObjectNotFound));
    };
    let upload = Upload {
        ident: Ident::Delete(item),
        hash: [0; 32],
        conflict: Conflict::ClientWins,
        name: None,
        expected_item: None,
        expected_version: None,
    };
    match session.upload(&upload).await? {
        Verdict::Go(ticket) => {
            let Some(row) = ticket.row.clone() else {
                session.settle(ticket, &Outcome::Removed).await?;
                return Ok(Some(SyncStatus::ObjectNotFound));
            };
            let trash = match end(session.folder().class, terms) {
                End::Trash => move_items::trash(context)
                    .await?
                    .filter(|trash| trash.no != session.folder().no),
                End::Nothing => None,
            };
            // What a watcher would find on the way (marked to be removed, and not removed yet) is this device's doing.
            let still = still(context, session.folder(), trash.as_ref()).await;
            let done = match &trash {
                Some(trash) => discard(context, (mailbox.as_ref(), &folder), &row, trash).await,
                None => mailbox
                    .delete(&folder, &row.reference, &row.version)
                    .await
                    .map_err(Fault::from),
            };
            let refused = match done {
                Ok(()) => settle(session, ticket, Ok(Outcome::Removed)).await,
                Err(Fault::Backend(error)) if is_final(error.kind()) => {
                    tracing::warn!(account = %context.who.account, error = %chain(&error), "item not deleted");
                    session.settle(ticket, &Outcome::Refused).await?;
                    Ok(Some(SyncStatus::ServerError))
                }
                Err(Fault::Backend(error)) => settle(session, ticket, Err(error)).await,
                Err(other) => Err(other),
            };
            drop(still);
            if let Some(trash) = trash {
                let account = context.who.account;
                context.parts.supervisor.announce(account, trash.no).await;
            }
            refused
        }
        Verdict::Repeat(_) | Verdict::Differs(_) | Verdict::Lost => Ok(None),
        Verdict::Gone => Ok(Some(SyncStatus::ObjectNotFound)),
    }
}

/// Whether asking again would not help: the device must not go on for ever. It gets the item again.
fn is_final(kind: Kind) -> bool {
    match kind {
        Kind::Refused | Kind::Forbidden => true,
        Kind::NotFound
        | Kind::Unavailable
        | Kind::Unauthorized
        | Kind::Full
        | Kind::TooLarge
        | Kind::Conflict
        | Kind::Exists
        | Kind::Unexpected => false,
    }
}

/// Keeps the folder and the one for deleted items from being looked at: in one order, whoever asks.
async fn still<'c>(
    context: &Context<'c>,
    folder: &KnownFolder,
    trash: Option<&KnownFolder>,
) -> (Still<'c>, Option<Still<'c>>) {
    let (supervisor, account) = (&context.parts.supervisor, context.who.account);
    let Some(trash) = trash else {
        return (supervisor.still(account, folder.no).await, None);
    };
    let first = supervisor.still(account, folder.no.min(trash.no)).await;
    let second = supervisor.still(account, folder.no.max(trash.no)).await;
    (first, Some(second))
}

/// Moves an item to the folder for deleted items, where it is told to this device too but does not wake it. Nobody looks
/// at the two meanwhile.
async fn discard(
    context: &Context<'_>,
    (mailbox, folder): (&dyn Mailbox, &FolderRef),
    row: &IndexedItem,
    trash: &KnownFolder,
) -> Result<(), Fault> {
    let Some(target) = &trash.reference else {
        return Err(Fault::Broken(
            "a folder for deleted items that is not there",
        ));
    };
    let state: ItemState = mailbox
        .relocate(folder, &row.reference, &row.version, target)
        .await?;
    context
        .parts
        .index
        .adopt(context.who, trash.no, &state)
        .await?;
    Ok(())
}
