//! Where new items go, and what they are called.

use backends::{FolderRef, Mailbox, NewName, Role};
use sha2::{Digest, Sha256};

use std::sync::Arc;

use crate::commands::context::Context;
use crate::commands::sync::collection;
use crate::commands::sync::uploads::place;
use crate::error::Fault;
use crate::index::Session;
use crate::index::cursor::NO_CUTOFF;

/// How many bytes of a digest make a name.
const NAME_BYTES: usize = 16;

/// Where the folder's items are kept. The first item in a folder that the account lacks makes it; its number stays.
pub(super) async fn home(
    context: &Context<'_>,
    session: &mut Session,
) -> Result<Option<(Arc<dyn Mailbox>, FolderRef)>, Fault> {
    let folder = session.folder();
    if folder.reference.is_none() && matches!(folder.role, Role::Default | Role::Drafts) {
        let account = context.who.account;
        context
            .mailbox()
            .await?
            .provide(folder.class, folder.role)
            .await?;
        context.parts.supervisor.refresh_hierarchy(account).await?;
        let folder = session.look_again().await?;
        collection::refreshed(context, folder, NO_CUTOFF).await?;
    }
    place(context, session).await
}

/// A name that the same parts lead to again, for this device and folder, and no others do.
pub(super) fn name(
    context: &Context<'_>,
    session: &Session,
    parts: &[&str],
) -> Result<NewName, Fault> {
    let mut digest = Sha256::new();
    let (device, folder) = (
        context.who.device.to_string(),
        session.folder().no.to_string(),
    );
    for part in [device.as_str(), folder.as_str()].iter().chain(parts) {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    let digest = digest.finalize();
    let name: String = digest
        .iter()
        .take(NAME_BYTES)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    NewName::parse(&name).ok_or(Fault::Broken("a name that is none"))
}
