//! What the device did to items: each written down before the mailbox is touched, and done once.

mod contacts;
mod delete;
mod drafts;
mod fetch;
mod fresh;
mod mail;

use std::sync::Arc;

use backends::{BackendError, Class, FolderRef, Kind, Mailbox};
use protocol::command::sync::{ApplicationData, ClientCommand, ItemAnswer, SyncCollection};
use protocol::command::{ClientId, ServerId as WireId, StatusCode};
use protocol::status::SyncStatus;
use protocol::version::Version as Protocol;
use protocol::wbxml;
use sha2::{Digest, Sha256};

use crate::commands::context::Context;
use crate::convert::email::BodyWish;
use crate::error::Fault;
use crate::ids::{ItemNo, ServerId};
use crate::index::{Conflict, Outcome, Session, Ticket};

/// How an upload ended, for the device. Of a success it hears nothing.
type Refused = Option<SyncStatus>;

/// What an item became by its Add.
#[derive(Debug)]
struct Added {
    /// Its number; none of a draft that was sent at once.
    item: Option<ItemNo>,
    /// What the device is to know of it.
    data: Option<ApplicationData>,
}

/// What a device is told of a Change.
#[derive(Debug)]
struct Changed {
    status: StatusCode,
    data: Option<ApplicationData>,
}

/// What uploads are judged by.
pub(super) struct Terms<'a> {
    /// The request's part about the folder.
    pub(super) collection: &'a SyncCollection,
    /// Who wins when both sides changed an item.
    pub(super) conflict: Conflict,
    /// How the device wants bodies.
    pub(super) wish: &'a BodyWish,
}

/// Does what the device asks for, in its order; the answers are those that the protocol wants.
pub(super) async fn serve(
    context: &mut Context<'_>,
    session: &mut Session,
    terms: &Terms<'_>,
) -> Result<Vec<ItemAnswer>, Fault> {
    let commands = &terms.collection.commands;
    let mut answers = Vec::new();
    let mut ended = Ok(());
    let mut no_room = false;
    for command in commands {
        let mut budget = context.budget;
        let one = budget.insist("upload", done(context, session, command, terms));
        match one.await {
            Ok(one) => answers.extend(one),
            // What was done is written down: the device asks again, and hears of it then. Where there is no room, what
            // follows is done all the same: it may make some.
            Err(fault) => {
                no_room = is_full(&fault);
                ended = Err(fault);
            }
        }
        context.budget = budget;
        if ended.is_err() && !no_room {
            break;
        }
    }
    let errors = answers.iter().filter(|answer| failed(answer)).count();
    context.facts.client.errors += u32::try_from(errors).unwrap_or(u32::MAX);
    let writes = |command: &ClientCommand| !matches!(command, ClientCommand::Fetch { .. });
    if commands.iter().any(writes) {
        // R4: all of it is written down; the account's other devices are told.
        let folder = session.folder().no;
        context
            .parts
            .supervisor
            .announce_upload(context.who.account, folder)
            .await;
    }
    ended.map(|()| answers)
}

/// Whether all that is wrong is that there is no room.
fn is_full(fault: &Fault) -> bool {
    matches!(fault, Fault::Backend(error) if error.kind() == Kind::Full)
}

async fn done(
    context: &mut Context<'_>,
    session: &mut Session,
    command: &ClientCommand,
    terms: &Terms<'_>,
) -> Result<Option<ItemAnswer>, Fault> {
    let counts = &mut context.facts.client;
    Ok(match command {
        ClientCommand::Add {
            client_id, data, ..
        } => {
            counts.adds += 1;
            let made = add(context, session, (client_id, data), terms).await?;
            let folder = session.folder().no;
            let (status, added) = match made {
                Ok(added) => (StatusCode::SUCCESS, Some(added)),
                Err(status) => (status, None),
            };
            let (item, data) = added.map_or((None, None), |added| (added.item, added.data));
            Some(ItemAnswer::Add {
                class: None,
                client_id: client_id.clone(),
                server_id: item.map(|item| WireId::from_numbers(folder.0, item.0)),
                status,
                data,
            })
        }
        ClientCommand::Change {
            server_id,
            data,
            instance_id,
            ..
        } => {
            counts.changes += 1;
            let changed = change(context, session, (server_id, data), terms).await?;
            changed.map(|Changed { status, data }| ItemAnswer::Change {
                class: None,
                server_id: server_id.clone(),
                instance_id: instance_id.clone(),
                status,
                data,
            })
        }
        ClientCommand::Delete {
            server_id,
            instance_id,
            ..
        } => {
            counts.deletes += 1;
            let refused = delete::serve(context, session, server_id, terms).await?;
            refused.map(|status| ItemAnswer::Delete {
                server_id: server_id.clone(),
                instance_id: instance_id.clone(),
                status: code(status),
            })
        }
        ClientCommand::Fetch { server_id } => {
            counts.fetches += 1;
            Some(fetch::serve(context, session, server_id, terms.wish).await?)
        }
    })
}

/// A new item, or why there is none.
async fn add(
    context: &mut Context<'_>,
    session: &mut Session,
    (client_id, data): (&ClientId, &ApplicationData),
    terms: &Terms<'_>,
) -> Result<Result<Added, StatusCode>, Fault> {
    match session.folder().class {
        Class::Email if drafts::are_taken(context, session) => {
            drafts::add(context, session, (client_id, data), terms).await
        }
        Class::Contacts => {
            let made = contacts::add(context, session, (client_id, data), terms).await?;
            let added = |item| Added {
                item: Some(item),
                data: None,
            };
            Ok(made.map(added).map_err(code))
        }
        // Nobody makes mail but in Drafts, and nobody before 16.0: the device drops what it made.
        Class::Email | Class::Calendar | Class::Tasks | Class::Notes => {
            Ok(Err(code(SyncStatus::ConversionError)))
        }
    }
}

async fn change(
    context: &mut Context<'_>,
    session: &mut Session,
    (id, data): (&WireId, &ApplicationData),
    terms: &Terms<'_>,
) -> Result<Option<Changed>, Fault> {
    let refused = match session.folder().class {
        Class::Email if drafts::are_taken(context, session) && !mail::is_marks(data) => {
            return drafts::change(context, session, (id, data), terms).await;
        }
        Class::Email => mail::change(context, session, (id, data), terms.conflict).await?,
        Class::Contacts => contacts::change(context, session, (id, data), terms).await?,
        Class::Calendar | Class::Tasks | Class::Notes => Some(SyncStatus::ConversionError),
    };
    Ok(refused.map(Changed::refused))
}

impl Changed {
    fn refused(status: SyncStatus) -> Self {
        Self {
            status: code(status),
            data: None,
        }
    }
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

/// What tells an upload from another one under the same name.
fn hash(data: &ApplicationData) -> [u8; 32] {
    Sha256::digest(wbxml::encode(data.element(), Protocol::V16_1)).into()
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
