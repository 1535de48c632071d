//! ItemOperations: single items and attachments, whole folders and conversations (MS-ASCMD 2.2.1.10).

mod conversation;
mod empty;
mod fetch;
mod payload;

use protocol::command::Body;
use protocol::command::StatusCode;
use protocol::command::item_operations::{
    EmptyFolderAnswer, ItemOperation, ItemOperationsRequest, ItemOperationsResponse,
    MoveConversationAnswer,
};
use protocol::status::ItemOperationsStatus as Status;
use protocol::wbxml;

use crate::commands::context::Context;
use crate::error::{self, Fault};
use crate::http::answer::Answer;
use payload::{Kind, Payload};

pub(super) async fn serve(context: &mut Context<'_>) -> Result<Answer, Fault> {
    let request = context.body::<ItemOperationsRequest>()?;
    if request.operations.is_empty() {
        return Err(Fault::Own(Status::ProtocolError.into()));
    }
    let mut payload = Payload::new(if context.request.accept_multipart {
        Kind::Multipart
    } else {
        Kind::Inline
    });
    let mut answer = ItemOperationsResponse::new(code(Status::Success));
    for operation in request.operations {
        match operation {
            ItemOperation::Fetch(fetch) => answer
                .fetches
                .push(fetch::fetched(context, fetch, &mut payload).await?),
            ItemOperation::EmptyFolderContents {
                collection_id,
                delete_sub_folders,
            } => {
                let folder = collection_id.as_str();
                let status = match empty::emptied(context, folder, delete_sub_folders).await {
                    Ok(status) => status,
                    Err(fault) => status_of(context, fault)?,
                };
                answer.emptied.push(EmptyFolderAnswer {
                    status: counted(context, status),
                    collection_id,
                });
            }
            ItemOperation::Move {
                conversation_id,
                target_folder,
                move_always,
            } => {
                let wanted = (conversation_id.as_slice(), &target_folder);
                let status = match conversation::moved(context, wanted, move_always).await {
                    Ok(status) => status,
                    Err(fault) => status_of(context, fault)?,
                };
                answer.moves.push(MoveConversationAnswer {
                    status: counted(context, status),
                    conversation_id,
                });
            }
        }
    }
    context.facts.eas_status = Some(answer.status.code());
    let version = context.version();
    let document = wbxml::encode(&answer.to_element(version), version);
    Ok(payload.with(document)?.into())
}

/// What a failure of the backend is for one operation; any other failure is the request's.
fn status_of(context: &Context<'_>, fault: Fault) -> Result<StatusCode, Fault> {
    match fault {
        Fault::Backend(error) => {
            tracing::warn!(account = %context.who.account, %error, "operation failed");
            Ok(code(error::fetch_status(error.kind())))
        }
        other => Err(other),
    }
}

fn counted(context: &mut Context<'_>, status: StatusCode) -> StatusCode {
    context.facts.client.changes += 1;
    if status != StatusCode::SUCCESS {
        context.facts.client.errors += 1;
    }
    status
}

fn code(status: Status) -> StatusCode {
    StatusCode::new(status.code())
}
