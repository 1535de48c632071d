//! FolderSync: the folders of the account, and what changed among them (MS-ASCMD 2.2.1.5).

use backends::{Class, Role};
use protocol::command::folder_sync::{
    Folder, FolderChanges, FolderSyncRequest, FolderSyncResponse, FolderType,
};
use protocol::command::{CollectionId, StatusCode, SyncKeyText};
use protocol::flow::governor::Act;
use protocol::status::FolderSyncStatus;
use protocol::version::Version;

use crate::commands::admission::Ask;
use crate::commands::context::Context;
use crate::error::Fault;
use crate::http::answer::Answer;
use crate::ids::FolderNo;
use crate::index::{FolderSync, HierarchyPage, KnownFolder, Notes};
use crate::push::{FolderSyncAdvice, FolderSyncFound};

/// The key that starts over.
const KEY_ZERO: &str = "0";

pub(super) async fn serve(context: &mut Context<'_>) -> Result<Answer, Fault> {
    let request = context.body::<FolderSyncRequest>()?;
    let (parts, who) = (context.parts, context.who);
    let key = request.sync_key.as_str();
    let stay = match key {
        KEY_ZERO => {
            parts
                .admission
                .enter(Ask::hierarchy(who), context.facts)
                .await?
        }
        _ => None,
    };
    if let Err(error) = parts.supervisor.fresh_hierarchy(who.account).await {
        // What is known of the folders is better than nothing, when there is anything.
        if parts.index.folders(who.account).await?.is_empty() {
            return Err(error.into());
        }
        context.facts.note = Some("folders not refreshed");
    }
    let shown = notes(context.version());
    let mut found = parts
        .index
        .folder_sync(who, key, shown, context.now)
        .await?;
    drop(stay);
    if matches!(found, FolderSync::UnknownKey) && missed(context).await {
        found = parts
            .index
            .folder_sync(who, KEY_ZERO, shown, context.now)
            .await?;
    }
    match found {
        FolderSync::UnknownKey => Ok(failed(context, FolderSyncStatus::InvalidSyncKey)),
        FolderSync::Page(page) => {
            let nothing =
                page.adds.is_empty() && page.updates.is_empty() && page.deletes.is_empty();
            let found = if nothing {
                FolderSyncFound::Nothing
            } else {
                FolderSyncFound::Changes
            };
            if nothing {
                // It is told that there is nothing, however late.
                let governors = &parts.governors;
                let _held = governors
                    .pace(who.device, &Act::LearnsNothing, context.facts)
                    .await;
            }
            match parts.hub.folder_synced(who, found) {
                FolderSyncAdvice::Proceed => told(context, page),
                FolderSyncAdvice::StartOver => {
                    Ok(failed(context, FolderSyncStatus::InvalidSyncKey))
                }
            }
        }
    }
}

/// Holds the answer to a dead key, if that is shown again and again. Says whether to give in: some phones show it for
/// ever, and are then served as if they had started over.
async fn missed(context: &mut Context<'_>) -> bool {
    let (governors, device) = (&context.parts.governors, context.who.device);
    let paced = governors
        .pace(device, &Act::MissesHierarchy, context.facts)
        .await;
    matches!(paced, Ok(Some(_))) && governors.gives_in(device)
}

fn failed(context: &mut Context<'_>, status: FolderSyncStatus) -> Answer {
    context.facts.eas_status = Some(status.code());
    context.answer(&FolderSyncResponse {
        status: StatusCode::new(status.code()),
        sync_key: None,
        changes: None,
    })
}

fn told(context: &mut Context<'_>, page: HierarchyPage) -> Result<Answer, Fault> {
    let version = context.version();
    let folders = |list: Vec<KnownFolder>| {
        list.into_iter()
            .map(|known| folder(known, version))
            .collect()
    };
    context.facts.eas_status = Some(StatusCode::SUCCESS.code());
    context.facts.server.adds = u32::try_from(page.adds.len()).unwrap_or(u32::MAX);
    context.facts.server.changes = u32::try_from(page.updates.len()).unwrap_or(u32::MAX);
    context.facts.server.deletes = u32::try_from(page.deletes.len()).unwrap_or(u32::MAX);
    let response = FolderSyncResponse {
        status: StatusCode::SUCCESS,
        sync_key: Some(SyncKeyText::parse(&page.key)?),
        changes: Some(FolderChanges {
            updates: folders(page.updates),
            deletes: page
                .deletes
                .into_iter()
                .map(|no| CollectionId::from_number(no.0))
                .collect(),
            adds: folders(page.adds),
        }),
    };
    Ok(context.answer(&response))
}

/// Whether the version has folders of notes.
pub(super) fn notes(version: Version) -> Notes {
    if version >= Version::V14_0 {
        Notes::Shown
    } else {
        Notes::Hidden
    }
}

fn folder(known: KnownFolder, version: Version) -> Folder {
    Folder {
        server_id: CollectionId::from_number(known.no.0),
        parent_id: (known.parent != FolderNo::ROOT)
            .then(|| CollectionId::from_number(known.parent.0)),
        folder_type: folder_type(known.class, known.role, version),
        display_name: known.name,
    }
}

/// The type that a phone sees. What EAS has no type for is a folder of the user.
fn folder_type(class: Class, role: Role, version: Version) -> FolderType {
    match (class, role) {
        (Class::Email, Role::Inbox) => FolderType::Inbox,
        (Class::Email, Role::Drafts) => FolderType::Drafts,
        (Class::Email, Role::Sent) => FolderType::SentItems,
        (Class::Email, Role::Trash) => FolderType::DeletedItems,
        (Class::Email, Role::Outbox) => FolderType::Outbox,
        (Class::Email, Role::Junk | Role::Archive | Role::Default | Role::Plain) => {
            FolderType::UserMail
        }
        (Class::Contacts, Role::Default) => FolderType::Contacts,
        (Class::Contacts, _) => FolderType::UserContacts,
        (Class::Calendar, Role::Default) => FolderType::Calendar,
        (Class::Calendar, _) => FolderType::UserCalendar,
        (Class::Tasks, Role::Default) => FolderType::Tasks,
        (Class::Tasks, _) => FolderType::UserTasks,
        (Class::Notes, Role::Default) if version >= Version::V14_0 => FolderType::Notes,
        (Class::Notes, _) => FolderType::UserNotes,
    }
}
