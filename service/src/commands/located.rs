//! Items by their ids, whichever kind of id that is.

use std::sync::Arc;

use backends::{Class, DeltaKind, FolderRef, Horizon, ItemRef, Kind, Mailbox, Version};

use crate::commands::class;
use crate::commands::context::Context;
use crate::commands::reading::Spot;
use crate::error::Fault;
use crate::ids::long_id::{self, LongId, LongItem};
use crate::index::IndexedItem;

/// An item that was there when it was looked for.
pub(super) struct Located {
    /// Its class.
    pub(super) class: Class,
    /// Where it is.
    pub(super) mailbox: Arc<dyn Mailbox>,
    /// In which folder.
    pub(super) folder: FolderRef,
    /// How its backend calls it.
    pub(super) item: ItemRef,
    /// The state that the index knows, or none.
    pub(super) version: Version,
    /// The index's row; none of an item that no device was told of.
    pub(super) row: Option<IndexedItem>,
}

impl Located {
    /// For reading it.
    pub(super) fn spot(&self) -> Spot<'_> {
        Spot {
            mailbox: &*self.mailbox,
            folder: &self.folder,
            item: &self.item,
            version: &self.version,
        }
    }
}

/// Finds an item of the account; `None` if there is none of that id. One that goes by the backend's name need not be
/// there: reading it tells.
pub(super) async fn locate(context: &Context<'_>, id: &LongId) -> Result<Option<Located>, Fault> {
    let (index, account) = (&context.parts.index, context.who.account);
    let Some(folder) = index.folder(account, id.folder).await? else {
        return Ok(None);
    };
    let Some(reference) = folder.reference.filter(|_| class::is_served(folder.class)) else {
        return Ok(None);
    };
    if id.indexed().is_none() && folder.class != Class::Email {
        return Ok(None);
    }
    let mailbox = context.mailbox().await?;
    let name = match &id.item {
        LongItem::Indexed(_) => None,
        LongItem::Named(name) => Some(ItemRef::new(name.clone())),
        LongItem::Hashed(hash) => match by_hash(&*mailbox, &reference, hash).await? {
            Some(name) => Some(name),
            None => return Ok(None),
        },
    };
    let row = match (id.indexed(), &name) {
        (Some(id), _) => index.item(account, id).await?,
        (None, Some(name)) => index.named(account, id.folder, [name]).await?.remove(name),
        (None, None) => None,
    };
    let known = row
        .as_ref()
        .map(|row| (row.reference.clone(), row.version.clone()));
    let Some((item, version)) = known.or_else(|| Some((name?, Version::new("")))) else {
        return Ok(None);
    };
    Ok(Some(Located {
        class: folder.class,
        mailbox,
        folder: reference,
        item,
        version,
        row,
    }))
}

/// The item whose name has that hash: the folder is listed for it.
async fn by_hash(
    mailbox: &dyn Mailbox,
    folder: &FolderRef,
    hash: &str,
) -> Result<Option<ItemRef>, Fault> {
    let delta = match mailbox.changes(folder, None, Horizon::Everything).await {
        Ok(delta) => delta,
        Err(error) if error.kind() == Kind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let DeltaKind::Listing(states) = delta.kind else {
        return Ok(None);
    };
    let mut names = states.into_iter().map(|state| state.item);
    Ok(names.find(|name| *long_id::hash(name.as_str()) == *hash))
}
