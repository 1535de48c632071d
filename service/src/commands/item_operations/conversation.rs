//! Move: all messages of a conversation go to one folder (14.0 on).
//!
//! Nothing is kept of conversations: a message names its own in its header, so the newest messages of the account are
//! asked for theirs. A rule that moves later ones too is not kept either; who asks for it is told that it was done
//! in part.

use std::sync::Arc;

use backends::{Class, Role};
use futures_util::{StreamExt, stream};
use protocol::command::move_items::Move;
use protocol::command::{CollectionId, ServerId as WireId, StatusCode};
use protocol::status::ItemOperationsStatus as Status;

use super::code;
use crate::commands::context::Context;
use crate::commands::move_items;
use crate::commands::reading::{self, Spot};
use crate::convert::email;
use crate::error::Fault;
use crate::ids::FolderNo;
use crate::index::{IndexedItem, KnownFolder};

/// How many messages of a folder are asked for their conversation, the newest first.
const LOOKED_AT: usize = 2_000;

/// How many are read at a time.
const READ_AHEAD: usize = 8;

/// Moves a conversation.
pub(super) async fn moved(
    context: &Context<'_>,
    (conversation, target): (&[u8], &CollectionId),
    always: bool,
) -> Result<StatusCode, Fault> {
    let account = context.who.account;
    let folders = context.parts.index.folders(account).await?;
    let target_no = FolderNo::parse(target.as_str());
    let is_target = |folder: &&KnownFolder| Some(folder.no) == target_no;
    let Some(to) = folders.iter().find(is_target).filter(|to| is_mail(to)) else {
        return Ok(code(Status::InvalidDestination));
    };
    let (mut moved, mut left) = (0, 0);
    for folder in folders
        .iter()
        .filter(|from| from.no != to.no && moves_from(from))
    {
        for item in members(context, folder, conversation).await? {
            let asked = Move {
                source_item: WireId::from_numbers(folder.no.0, item.item.0),
                source_folder: CollectionId::from_number(folder.no.0),
                target_folder: target.clone(),
            };
            match move_items::moved(context, &asked).await {
                Ok(_) => moved += 1,
                Err(move_items::Refused::Status(_)) => left += 1,
                Err(move_items::Refused::Fault(fault)) => return Err(fault),
            }
        }
    }
    Ok(match (moved, left) {
        (0, 0) => code(Status::NotFound),
        (_, 0) if !always => StatusCode::SUCCESS,
        _ => code(Status::PartialSuccess),
    })
}

fn is_mail(folder: &KnownFolder) -> bool {
    folder.class == Class::Email && folder.reference.is_some()
}

/// Whether a conversation's messages are taken from there: not what was sent, is being written, or was thrown away.
fn moves_from(folder: &KnownFolder) -> bool {
    is_mail(folder)
        && matches!(
            folder.role,
            Role::Inbox | Role::Junk | Role::Archive | Role::Plain
        )
}

/// The messages of a folder that belong to a conversation.
async fn members(
    context: &Context<'_>,
    folder: &KnownFolder,
    conversation: &[u8],
) -> Result<Vec<IndexedItem>, Fault> {
    let account = context.who.account;
    let Some(reference) = &folder.reference else {
        return Ok(Vec::new());
    };
    context.parts.supervisor.fresh(account, folder.no).await?;
    let index = &context.parts.index;
    let newest = index.newest(account, folder.no, LOOKED_AT).await?;
    let mailbox = context.mailbox().await?;
    let reads = newest.into_iter().map(|item| {
        let source = (Arc::clone(&mailbox), reference.clone());
        async move {
            let spot = Spot {
                mailbox: &*source.0,
                folder: &source.1,
                item: &item.reference,
                version: &item.version,
            };
            (reading::header(spot).await, item)
        }
    });
    let mut reads = stream::iter(reads).buffered(READ_AHEAD);
    let mut members = Vec::new();
    while let Some((header, item)) = reads.next().await {
        if header?.is_some_and(|header| email::conversation(&header) == conversation) {
            members.push(item);
        }
    }
    Ok(members)
}
