//! FolderUpdate: another name or place for a folder (MS-ASCMD 2.2.1.6).

use backends::Kind;
use protocol::command::folder_update::{FolderUpdateRequest, FolderUpdateResponse};
use protocol::command::{StatusCode, SyncKeyText};
use protocol::status::FolderUpdateStatus as Status;

use crate::commands::context::Context;
use crate::commands::folders::{self, Scene};
use crate::error::{self, Fault};
use crate::http::answer::Answer;
use crate::ids::FolderNo;
use crate::index::{Deed, KnownFolder, OwnChange};

pub(super) async fn serve(context: &mut Context<'_>) -> Result<Answer, Fault> {
    let request = context.body::<FolderUpdateRequest>()?;
    let response = match renamed(context, &request).await? {
        Ok(own) => FolderUpdateResponse {
            status: StatusCode::SUCCESS,
            sync_key: Some(SyncKeyText::parse(&own.key)?),
        },
        Err(status) => FolderUpdateResponse::failed(status),
    };
    context.facts.eas_status = Some(response.status.code());
    Ok(context.answer(&response))
}

async fn renamed(
    context: &mut Context<'_>,
    request: &FolderUpdateRequest,
) -> Result<Result<OwnChange, Status>, Fault> {
    let Some(name) = folders::name(&request.display_name) else {
        return Ok(Err(Status::MalformedRequest));
    };
    let Some(scene) = Scene::look(context, &request.sync_key).await? else {
        return Ok(Err(Status::InvalidSyncKey));
    };
    let Some(folder) = scene.folder(&request.server_id) else {
        return Ok(Err(Status::FolderNotFound));
    };
    if folders::is_special(folder) {
        return Ok(Err(Status::NameExists));
    }
    let parent = request.parent_id.as_ref();
    let place = match scene.place(context, parent, folder.class).await {
        Ok(Some(place)) if !scene.is_within(place.no, folder.no) => place,
        Ok(_) => return Ok(Err(Status::ParentNotFound)),
        Err(fault) => return refused(context, fault),
    };
    if taken(&scene, folder, place.no, name) {
        return Ok(Err(Status::NameExists));
    }
    let Some(reference) = &folder.reference else {
        return Ok(Err(Status::NameExists));
    };
    let supervisor = &context.parts.supervisor;
    let account = context.who.account;
    let still = supervisor.still(account, FolderNo::ROOT).await;
    let mailbox = context.mailbox().await?;
    // A repeat changes nothing: the folder is there and called so.
    let renaming = mailbox.rename_folder(reference, place.reference.as_ref(), name);
    if let Err(error) = renaming.await {
        return refused(context, error.into());
    }
    let deed = Deed::Changed(folder.no);
    let own = folders::written(context, &request.sync_key, deed).await?;
    drop(still);
    supervisor.announce_hierarchy(account).await;
    Ok(own.ok_or(Status::InvalidSyncKey))
}

/// Whether another folder has that name in that place.
fn taken(scene: &Scene, folder: &KnownFolder, place: FolderNo, name: &str) -> bool {
    scene
        .namesake(place, name, folder.class)
        .is_some_and(|other| other.no != folder.no)
}

fn refused(context: &mut Context<'_>, fault: Fault) -> Result<Result<OwnChange, Status>, Fault> {
    match fault {
        Fault::Backend(error) if error.kind() != Kind::Unauthorized => {
            tracing::warn!(account = %context.who.account, error = %error::chain(&error), "folder not renamed");
            context.facts.client.errors += 1;
            Ok(Err(error::folder_update_status(error.kind())))
        }
        other => Err(other),
    }
}
