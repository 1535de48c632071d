//! FolderCreate: a new folder, once (MS-ASCMD 2.2.1.2).

use backends::{Class, Folder, FolderRef, Kind};
use protocol::command::folder_create::{FolderCreateRequest, FolderCreateResponse};
use protocol::command::folder_sync::FolderType;
use protocol::command::{CollectionId, StatusCode, SyncKeyText};
use protocol::status::FolderCreateStatus as Status;

use crate::commands::context::Context;
use crate::commands::folders::{self, Place, Scene};
use crate::error::{self, Fault};
use crate::http::answer::Answer;
use crate::ids::FolderNo;
use crate::index::{Deed, OwnChange};

pub(super) async fn serve(context: &mut Context<'_>) -> Result<Answer, Fault> {
    let request = context.body::<FolderCreateRequest>()?;
    let response = match made(context, &request).await? {
        Ok(own) => FolderCreateResponse {
            status: StatusCode::SUCCESS,
            sync_key: Some(SyncKeyText::parse(&own.key)?),
            server_id: Some(CollectionId::from_number(own.folder.0)),
        },
        Err(status) => FolderCreateResponse::failed(status),
    };
    context.facts.eas_status = Some(response.status.code());
    Ok(context.answer(&response))
}

async fn made(
    context: &mut Context<'_>,
    request: &FolderCreateRequest,
) -> Result<Result<OwnChange, Status>, Fault> {
    let (Some(name), Some(class)) = (
        folders::name(&request.display_name),
        class_of(request.folder_type),
    ) else {
        return Ok(Err(Status::MalformedRequest));
    };
    let Some(scene) = Scene::look(context, &request.sync_key).await? else {
        return Ok(Err(Status::InvalidSyncKey));
    };
    let parent = request.parent_id.as_ref();
    let place = match scene.place(context, parent, class).await {
        Ok(Some(place)) => place,
        Ok(None) => return Ok(Err(Status::ParentNotFound)),
        Err(fault) => return refused(context, fault),
    };
    let supervisor = &context.parts.supervisor;
    let account = context.who.account;
    let still = supervisor.still(account, FolderNo::ROOT).await;
    let reference = match scene.namesake(place.no, name, class) {
        // A repeat; or somebody else had the same idea at the same time, and one folder is what both want.
        Some(folder) if !scene.is_told(folder.no) => folder.reference.clone(),
        Some(_) => None,
        None => match make(context, &place, name, class).await {
            Ok(made) => made,
            Err(fault) => return refused(context, fault),
        },
    };
    let Some(reference) = reference else {
        return Ok(Err(Status::NameExists));
    };
    let own = folders::written(context, &request.sync_key, Deed::Made(reference)).await?;
    drop(still);
    supervisor.announce_hierarchy(account).await;
    Ok(match own {
        None => Err(Status::InvalidSyncKey),
        // A name for a special folder that was there for the device only: now there is one.
        Some(own) if scene.is_told(own.folder) => Err(Status::NameExists),
        Some(own) => Ok(own),
    })
}

/// Makes a folder; `None` if there is one of that name that the device knows.
async fn make(
    context: &Context<'_>,
    place: &Place,
    name: &str,
    class: Class,
) -> Result<Option<FolderRef>, Fault> {
    let mailbox = context.mailbox().await?;
    let parent = place.reference.as_ref();
    match mailbox.create_folder(parent, name, class).await {
        Ok(made) => Ok(Some(made.reference)),
        // The same request twice at once: the other one was faster.
        Err(error) if error.kind() == Kind::Exists => {
            let since = mailbox.survey().await?.folders;
            let is = |folder: &&Folder| {
                folder.parent.as_ref() == parent && folder.name == name && folder.class == class
            };
            let found = since.iter().find(is).map(|one| one.reference.clone());
            let known = context.parts.index.folders(context.who.account).await?;
            let new =
                |made: &FolderRef| known.iter().all(|one| one.reference.as_ref() != Some(made));
            Ok(found.filter(new))
        }
        Err(error) => Err(error.into()),
    }
}

fn refused(context: &mut Context<'_>, fault: Fault) -> Result<Result<OwnChange, Status>, Fault> {
    match fault {
        Fault::Backend(error) if error.kind() != Kind::Unauthorized => {
            tracing::warn!(account = %context.who.account, error = %error::chain(&error), "folder not made");
            context.facts.client.errors += 1;
            Ok(Err(error::folder_create_status(error.kind())))
        }
        other => Err(other),
    }
}

/// What a folder of a type holds; `None` for the types that no device makes.
fn class_of(kind: FolderType) -> Option<Class> {
    match kind {
        FolderType::UserGeneric | FolderType::UserMail => Some(Class::Email),
        FolderType::UserContacts => Some(Class::Contacts),
        FolderType::UserCalendar => Some(Class::Calendar),
        FolderType::UserTasks => Some(Class::Tasks),
        FolderType::UserNotes => Some(Class::Notes),
        FolderType::Inbox
        | FolderType::Drafts
        | FolderType::DeletedItems
        | FolderType::SentItems
        | FolderType::Outbox
        | FolderType::Tasks
        | FolderType::Calendar
        | FolderType::Contacts
        | FolderType::Notes
        | FolderType::Journal
        | FolderType::UserJournal
        | FolderType::Unknown
        | FolderType::RecipientCache => None,
    }
}
