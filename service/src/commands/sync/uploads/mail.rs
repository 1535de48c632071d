//! Changes of messages: their marks. Their text never changes, but for drafts ([`super::drafts`]).

use backends::{BackendError, FolderRef, Kind, Mailbox, Marks};
use protocol::class::email::EmailUpload;
use protocol::command::ServerId as WireId;
use protocol::command::sync::ApplicationData;
use protocol::status::SyncStatus;

use crate::commands::context::Context;
use crate::commands::mail;
use crate::commands::sync::uploads::{Refused, hash, item_of, place, settle};
use crate::error::Fault;
use crate::index::{Conflict, Ident, IndexedItem, Outcome, Session, Upload, Verdict};

/// Whether a change is one of marks, and of nothing else.
pub(super) fn is_marks(data: &ApplicationData) -> bool {
    EmailUpload::parse(data.element()).is_ok()
}

pub(super) async fn change(
    context: &Context<'_>,
    session: &mut Session,
    (id, data): (&WireId, &ApplicationData),
    conflict: Conflict,
) -> Result<Refused, Fault> {
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
        hash: hash(data),
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
