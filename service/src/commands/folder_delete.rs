//! FolderDelete: a folder, what is in it and what is below it go (MS-ASCMD 2.2.1.3).

use backends::Kind;
use protocol::command::folder_delete::{FolderDeleteRequest, FolderDeleteResponse};
use protocol::command::{StatusCode, SyncKeyText};
use protocol::status::FolderDeleteStatus as Status;

use crate::commands::context::Context;
use crate::commands::folders::{self, Scene};
use crate::error::{self, Fault};
use crate::http::answer::Answer;
use crate::ids::FolderNo;
use crate::index::{Deed, OwnChange};

pub(super) async fn serve(context: &mut Context<'_>) -> Result<Answer, Fault> {
    let request = context.body::<FolderDeleteRequest>()?;
    let response = match removed(context, &request).await? {
        Ok(own) => FolderDeleteResponse {
            status: StatusCode::SUCCESS,
            sync_key: Some(SyncKeyText::parse(&own.key)?),
        },
        Err(status) => FolderDeleteResponse::failed(status),
    };
    context.facts.eas_status = Some(response.status.code());
    Ok(context.answer(&response))
}

async fn removed(
    context: &mut Context<'_>,
    request: &FolderDeleteRequest,
) -> Result<Result<OwnChange, Status>, Fault> {
    let Some(scene) = Scene::look(context, &request.sync_key).await? else {
        return Ok(Err(Status::InvalidSyncKey));
    };
    let supervisor = &context.parts.supervisor;
    let account = context.who.account;
    let still = supervisor.still(account, FolderNo::ROOT).await;
    let no = match (
        scene.folder(&request.server_id),
        scene.gone(&request.server_id),
    ) {
        // A repeat; or somebody else removed it, which is as well.
        (None, Some(no)) => no,
        (None, None) => return Ok(Err(Status::FolderNotFound)),
        (Some(folder), _) if folders::is_special(folder) => {
            return Ok(Err(Status::SpecialFolder));
        }
        (Some(folder), _) => {
            if let Some(reference) = &folder.reference
                && let Err(error) = context.mailbox().await?.remove_folder(reference).await
            {
                if error.kind() == Kind::Unauthorized {
                    return Err(error.into());
                }
                tracing::warn!(account = %context.who.account, error = %error::chain(&error), "folder not removed");
                context.facts.client.errors += 1;
                return Ok(Err(error::folder_delete_status(error.kind())));
            }
            folder.no
        }
    };
    let own = folders::written(context, &request.sync_key, Deed::Removed(no)).await?;
    drop(still);
    supervisor.announce_hierarchy(account).await;
    Ok(own.ok_or(Status::InvalidSyncKey))
}
