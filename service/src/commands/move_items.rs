//! MoveItems: items to another folder, once each (MS-ASCMD 2.2.1.12).

use backends::{Class, Kind, Role};
use protocol::command::move_items::{Move, MoveAnswer, MoveItemsRequest, MoveItemsResponse};
use protocol::command::{ServerId as WireId, StatusCode};
use protocol::status::{CommonStatus, MoveItemsStatus};

use crate::commands::context::Context;
use crate::error::{self, Fault};
use crate::http::answer::Answer;
use crate::ids::{FolderNo, ServerId};
use crate::index::KnownFolder;

pub(super) async fn serve(context: &mut Context<'_>) -> Result<Answer, Fault> {
    let request = context.body::<MoveItemsRequest>()?;
    if request.moves.len() > MoveItemsRequest::MOVES_MAX {
        return Err(Fault::Common(CommonStatus::InvalidXml));
    }
    let mut answers = Vec::with_capacity(request.moves.len());
    for asked in &request.moves {
        let (status, target) = match moved(context, asked).await {
            Ok(target) => (MoveItemsStatus::Success, Some(target)),
            Err(Refused::Status(status)) => (status, None),
            Err(Refused::Fault(Fault::Backend(fault))) => {
                tracing::warn!(account = %context.who.account, error = %error::chain(&fault), "item not moved");
                (error::move_status(fault.kind()), None)
            }
            Err(Refused::Fault(other)) => return Err(other),
        };
        if status != MoveItemsStatus::Success {
            context.facts.client.errors += 1;
        }
        context.facts.client.changes += 1;
        if target.is_some() {
            let deed = (asked.source_item.as_str(), asked.target_folder.as_str());
            context.parts.governors.does(context.who.device, deed);
        }
        answers.push(MoveAnswer {
            source_item: asked.source_item.clone(),
            status: StatusCode::new(status.code()),
            target_item: target.map(|id| WireId::from_numbers(id.folder.0, id.item.0)),
        });
    }
    context.facts.eas_status = answers.first().map(|answer| answer.status.code());
    Ok(context.answer(&MoveItemsResponse {
        status: None,
        answers,
    }))
}

/// Why an item was not moved.
pub(super) enum Refused {
    Status(MoveItemsStatus),
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// Moves an item; its id in the folder where it is then.
pub(super) async fn moved(context: &Context<'_>, asked: &Move) -> Result<ServerId, Refused> {
    let (index, who) = (&context.parts.index, context.who);
    let source = FolderNo::parse(asked.source_folder.as_str());
    let Some(id) =
        ServerId::parse(asked.source_item.as_str()).filter(|id| Some(id.folder) == source)
    else {
        return Err(Refused::Status(MoveItemsStatus::InvalidSource));
    };
    // A repeat of a move that was done has the answer that got lost.
    if let Some(target) = index.moved(who, id).await? {
        return Ok(target);
    }
    let from = real(context, id.folder)
        .await?
        .ok_or(Refused::Status(MoveItemsStatus::InvalidSource))?;
    let target = FolderNo::parse(asked.target_folder.as_str());
    let to = match target {
        Some(target) => real(context, target).await?,
        None => None,
    };
    let (to, target) = to.ok_or(Refused::Status(MoveItemsStatus::InvalidDestination))?;
    let (from, source) = from;
    if from.no == to.no {
        return Err(Refused::Status(MoveItemsStatus::SameFolder));
    }
    // A contact is no message, wherever it lies.
    if from.class != to.class {
        return Err(Refused::Status(MoveItemsStatus::InvalidDestination));
    }
    let supervisor = &context.parts.supervisor;
    supervisor.fresh(who.account, from.no).await?;
    let Some(row) = index.item(who.account, id).await? else {
        return Err(Refused::Status(MoveItemsStatus::InvalidSource));
    };
    let mailbox = context.mailbox().await?;
    // The watcher must not write down either end before it is known whose move it is. Always in the same order, so
    // that two moves never wait for each other.
    let first = supervisor.still(who.account, from.no.min(to.no)).await;
    let second = supervisor.still(who.account, from.no.max(to.no)).await;
    let state = match mailbox
        .relocate(&source, &row.reference, &row.version, &target)
        .await
    {
        Ok(state) => state,
        Err(error) if error.kind() == Kind::NotFound => {
            return Err(Refused::Status(MoveItemsStatus::InvalidSource));
        }
        Err(error) => return Err(error.into()),
    };
    let moved = index
        .record_move(who, id, to.no, &state, context.now)
        .await?;
    drop((first, second));
    supervisor.announce(who.account, from.no).await;
    supervisor.announce(who.account, to.no).await;
    Ok(moved)
}

/// A folder that a backend has, with the backend's name of it.
async fn real(
    context: &Context<'_>,
    no: FolderNo,
) -> Result<Option<(KnownFolder, backends::FolderRef)>, Fault> {
    let folder = context.parts.index.folder(context.who.account, no).await?;
    Ok(folder.and_then(|folder| {
        folder
            .reference
            .clone()
            .map(|reference| (folder, reference))
    }))
}

/// The folder for deleted items; made if the account has none yet.
pub(super) async fn trash(context: &Context<'_>) -> Result<Option<KnownFolder>, Fault> {
    let account = context.who.account;
    let find = async || -> Result<Option<KnownFolder>, Fault> {
        let folders = context.parts.index.folders(account).await?;
        Ok(folders
            .into_iter()
            .find(|folder| folder.role == Role::Trash && folder.reference.is_some()))
    };
    if let Some(trash) = find().await? {
        return Ok(Some(trash));
    }
    context
        .mailbox()
        .await?
        .provide(Class::Email, Role::Trash)
        .await?;
    context.parts.supervisor.refresh_hierarchy(account).await?;
    find().await
}
