//! What the device did to items: each written down before the mailbox is touched, and done once.

use std::sync::Arc;

use backends::{BackendError, Class, FolderRef, ItemState, Kind, Mailbox, Marks};
use protocol::class::email::EmailUpload;
use protocol::command::sync::{ApplicationData, ClientCommand, ItemAnswer, SyncCollection};
use protocol::command::{ServerId as WireId, StatusCode};
use protocol::status::SyncStatus;
use protocol::version::Version as Protocol;
use protocol::wbxml;
use sha2::{Digest, Sha256};

use crate::commands::context::Context;
use crate::commands::sync::page::application_data;
use crate::commands::{mail, move_items};
use crate::convert::email::BodyWish;
use crate::error::Fault;
use crate::ids::{ItemNo, ServerId};
use crate::index::{
    Conflict, Ident, IndexedItem, KnownFolder, Outcome, Session, Ticket, Upload, Verdict,
};

/// How an upload ended, for the device. Of a success it hears nothing.
type Refused = Option<SyncStatus>;

/// Does what the device asks for, in its order; the answers are those that the protocol wants.
pub(super) async fn serve(
    context: &mut Context<'_>,
    session: &mut Session,
    collection: &SyncCollection,
    (conflict, wish): (Conflict, &BodyWish),
) -> Result<Vec<ItemAnswer>, Fault> {
    let mut answers = Vec::new();
    for command in &collection.commands {
        answers.extend(done(context, session, command, (collection, conflict, wish)).await?);
    }
    let errors = answers.iter().filter(|answer| failed(answer)).count();
    context.facts.client.errors += u32::try_from(errors).unwrap_or(u32::MAX);
    let writes = |command: &ClientCommand| !matches!(command, ClientCommand::Fetch { .. });
    if collection.commands.iter().any(writes) {
        // R4: all of it is written down; the account's other devices are told.
        let folder = session.folder().no;
        context
            .parts
            .supervisor
            .announce(context.who.account, folder)
            .await;
    }
    Ok(answers)
}

async fn done(
    context: &mut Context<'_>,
    session: &mut Session,
    command: &ClientCommand,
    (collection, conflict, wish): (&SyncCollection, Conflict, &BodyWish),
) -> Result<Option<ItemAnswer>, Fault> {
    let counts = &mut context.facts.client;
    Ok(match command {
        // Drafts come with 16.x and are not two-way yet: the device drops what it made.
        ClientCommand::Add { client_id, .. } => {
            counts.adds += 1;
            Some(ItemAnswer::Add {
                class: None,
                client_id: client_id.clone(),
                server_id: None,
                status: code(SyncStatus::ConversionError),
                data: None,
            })
        }
        ClientCommand::Change {
            server_id,
            data,
            instance_id,
            ..
        } => {
            counts.changes += 1;
            let refused = change(context, session, server_id, (data, conflict)).await?;
            refused.map(|status| ItemAnswer::Change {
                class: None,
                server_id: server_id.clone(),
                instance_id: instance_id.clone(),
                status: code(status),
                data: None,
            })
        }
        ClientCommand::Delete {
            server_id,
            instance_id,
            ..
        } => {
            counts.deletes += 1;
            let end = if collection.deletes_as_moves() {
                End::Trash
            } else {
                End::Nothing
            };
            let refused = delete(context, session, server_id, end).await?;
            refused.map(|status| ItemAnswer::Delete {
                server_id: server_id.clone(),
                instance_id: instance_id.clone(),
                status: code(status),
            })
        }
        ClientCommand::Fetch { server_id } => {
            counts.fetches += 1;
            Some(fetch(context, session, server_id, wish).await?)
        }
    })
}

fn code(status: SyncStatus) -> StatusCode {
    StatusCode::new(status.code())
}

fn failed(answer: &ItemAnswer) -> bool {
    let (ItemAnswer::Add { status, .. }
    | ItemAnswer::Change { status, .. }
    | ItemAnswer::Delete { status, .. }
    | ItemAnswer::Fetch { status, .. }) = answer;
    *status != StatusCode::SUCCESS
}

/// The item that an id names in this folder.
fn item_of(session: &Session, id: &WireId) -> Option<ItemNo> {
    let id = ServerId::parse(id.as_str())?;
    (id.folder == session.folder().no).then_some(id.item)
}

/// Where items of a folder are kept, if it is a real one.
async fn place(
    context: &Context<'_>,
    session: &Session,
) -> Result<Option<(Arc<dyn Mailbox>, FolderRef)>, Fault> {
    match &session.folder().reference {
        Some(reference) => Ok(Some((context.mailbox().await?, reference.clone()))),
        None => Ok(None),
    }
}

async fn change(
    context: &Context<'_>,
    session: &mut Session,
    id: &WireId,
    (data, conflict): (&ApplicationData, Conflict),
) -> Result<Refused, Fault> {
    if session.folder().class != Class::Email {
        return Ok(Some(SyncStatus::ConversionError));
    }
    let Ok(asked) = EmailUpload::parse(data.element()) else {
        return Ok(Some(SyncStatus::ConversionError));
    };
    let (Some(item), Some((mailbox, folder))) =
        (item_of(session, id), place(context, session).await?)
    else {
        return Ok(Some(SyncStatus::ObjectNotFound));
    };
    let Some(row) = session.item(item).await? else {
        return Ok(Some(SyncStatus::ObjectNotFound));
    };
    let present = match present(mailbox.as_ref(), &folder, &row, &asked).await {
        Ok(marks) => marks,
        Err(error) if error.kind() == Kind::NotFound => {
            return Ok(Some(SyncStatus::ObjectNotFound));
        }
        Err(error) => return Err(error.into()),
    };
    let patch = mail::patch(&asked, &present);
    let upload = Upload {
        ident: Ident::Change(item),
        hash: Sha256::digest(wbxml::encode(data.element(), Protocol::V16_1)).into(),
        conflict,
        name: None,
        expected_item: Some(row.reference.clone()),
        expected_version: mailbox.version_after(&row.version, &patch),
    };
    match session.upload(&upload).await? {
        Verdict::Go(ticket) => {
            let row = ticket.row.clone().unwrap_or(row);
            let done = mailbox
                .mark(&folder, &row.reference, &row.version, &patch)
                .await;
            settle(session, ticket, done.map(Outcome::Present)).await
        }
        Verdict::Repeat(_) | Verdict::Differs(_) => Ok(None),
        Verdict::Lost => Ok(Some(SyncStatus::Conflict)),
        Verdict::Gone => Ok(Some(SyncStatus::ObjectNotFound)),
    }
}

/// The marks that are there; only read where the upload depends on them.
async fn present(
    mailbox: &dyn Mailbox,
    folder: &FolderRef,
    row: &IndexedItem,
    asked: &EmailUpload,
) -> Result<Marks, BackendError> {
    if asked.categories.is_none() {
        return Ok(Marks::default());
    }
    mailbox
        .marks(folder, &row.reference, &row.version)
        .await
        .map(|(_, marks)| marks)
}

/// Writes down what became of an upload.
async fn settle(
    session: &mut Session,
    ticket: Ticket,
    done: Result<Outcome, BackendError>,
) -> Result<Refused, Fault> {
    match done {
        Ok(outcome) => {
            session.settle(ticket, &outcome).await?;
            Ok(None)
        }
        Err(error) if error.kind() == Kind::NotFound => {
            session.settle(ticket, &Outcome::Removed).await?;
            Ok(Some(SyncStatus::ObjectNotFound))
        }
        Err(error) => {
            session.settle(ticket, &Outcome::Failed).await?;
            Err(error.into())
        }
    }
}

/// What a deletion means.
#[derive(Clone, Copy, Eq, PartialEq)]
enum End {
    /// The item goes to the folder for deleted items, unless it is there already.
    Trash,
    /// The item is gone.
    Nothing,
}

async fn delete(
    context: &Context<'_>,
    session: &mut Session,
    id: &WireId,
    end: End,
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
            let trash = match end {
                End::Trash => move_items::trash(context)
                    .await?
                    .filter(|trash| trash.no != session.folder().no),
                End::Nothing => None,
            };
            let done = match &trash {
                Some(trash) => discard(context, (mailbox.as_ref(), &folder), &row, trash).await,
                None => mailbox
                    .delete(&folder, &row.reference, &row.version)
                    .await
                    .map_err(Fault::from),
            };
            match done {
                Ok(()) => settle(session, ticket, Ok(Outcome::Removed)).await,
                Err(Fault::Backend(error)) => settle(session, ticket, Err(error)).await,
                Err(other) => Err(other),
            }
        }
        Verdict::Repeat(_) | Verdict::Differs(_) | Verdict::Lost => Ok(None),
        Verdict::Gone => Ok(Some(SyncStatus::ObjectNotFound)),
    }
}

/// Moves an item to the folder for deleted items, where it is told to this device too but does not wake it.
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
    let account = context.who.account;
    // The watcher must not write the copy down before it is known whose it is.
    let still = context.parts.supervisor.still(account, trash.no).await;
    let state: ItemState = mailbox
        .relocate(folder, &row.reference, &row.version, target)
        .await?;
    context
        .parts
        .index
        .adopt(context.who, trash.no, &state)
        .await?;
    drop(still);
    context.parts.supervisor.announce(account, trash.no).await;
    Ok(())
}

async fn fetch(
    context: &Context<'_>,
    session: &Session,
    id: &WireId,
    wish: &BodyWish,
) -> Result<ItemAnswer, Fault> {
    let answer = |status: SyncStatus, data| ItemAnswer::Fetch {
        server_id: id.clone(),
        status: code(status),
        data,
    };
    let (Some(item), Some((mailbox, folder))) =
        (item_of(session, id), place(context, session).await?)
    else {
        return Ok(answer(SyncStatus::ObjectNotFound, None));
    };
    let Some(row) = session.item(item).await? else {
        return Ok(answer(SyncStatus::ObjectNotFound, None));
    };
    let content = match mailbox.fetch(&folder, &row.reference, &row.version).await {
        Ok(content) => content,
        Err(error) if error.kind() == Kind::NotFound => {
            return Ok(answer(SyncStatus::ObjectNotFound, None));
        }
        Err(error) => return Err(error.into()),
    };
    let id = ServerId {
        folder: session.folder().no,
        item,
    };
    Ok(match mail::convert(context, id, content, wish).await {
        Some(converted) => answer(
            SyncStatus::Success,
            Some(application_data(&converted.email, context)),
        ),
        None => answer(SyncStatus::ConversionError, None),
    })
}
