//! New and changed contacts. A change is a patch of the stored card, written over the version that was read: what
//! another program writes meanwhile is never overwritten unseen, but judged by the policy like any conflict.

mod add;
mod change;

pub(super) use self::add::add;
pub(super) use self::change::change;

use std::sync::Arc;

use backends::{FolderRef, Kind, Mailbox};
use protocol::class::contacts::ContactUpload;
use protocol::command::sync::ApplicationData;
use protocol::status::SyncStatus;

use crate::commands::contacts;
use crate::commands::context::Context;
use crate::commands::sync::uploads::hash;
use crate::error::Fault;
use crate::index::Session;

/// Where contacts are kept.
type Place = (Arc<dyn Mailbox>, FolderRef);

/// What a device sent.
struct Sent {
    upload: ContactUpload,
    hash: [u8; 32],
}

impl Sent {
    /// `None`: it is no contact.
    fn read(context: &Context<'_>, data: &ApplicationData) -> Option<Self> {
        let upload = ContactUpload::parse(data.element()).ok()?;
        Some(Self {
            upload: contacts::meant(context, upload),
            hash: hash(data),
        })
    }
}

/// What the device is told of a failure that is this item's own; `None`: the whole folder has it.
fn own_failure(kind: Kind) -> Option<SyncStatus> {
    match kind {
        Kind::NotFound => Some(SyncStatus::ObjectNotFound),
        Kind::Conflict => Some(SyncStatus::Conflict),
        // Asking again would not help: the device must not go on for ever.
        Kind::Refused | Kind::TooLarge | Kind::Forbidden | Kind::Exists => {
            Some(SyncStatus::ConversionError)
        }
        Kind::Unavailable | Kind::Unauthorized | Kind::Full | Kind::Unexpected => None,
    }
}

/// Has the index look at the folder again, since another program was faster.
async fn look_again(context: &Context<'_>, session: &Session) -> Result<(), Fault> {
    let folder = session.folder().no;
    let supervisor = &context.parts.supervisor;
    supervisor.refresh(context.who.account, folder).await?;
    Ok(())
}
