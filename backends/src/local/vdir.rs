//! Address books in vdirs: a root with one directory for each, in it one file for each contact.
//!
//! The user's own files, which any program may change at the same time, in place or by replacing
//! them. Nothing is kept beside them. An item is called like its file, and its version is a hash of
//! its content.
//!
//! A file with several cards is one item, of which devices see the first card: it cannot be
//! changed, moved or removed here. A file that is too large or cannot be read is listed, and
//! reading it says why not.

mod changes;
mod draft;
mod file;
pub(crate) mod format;
mod shape;
mod token;
pub(crate) mod tree;
pub(crate) mod versions;
mod write;

use std::os::unix::fs::MetadataExt;
use std::sync::Arc;

use async_trait::async_trait;

use crate::error::{BackendError, Kind};
use crate::folder::{Class, Folder, Role};
use crate::item::{Delta, Horizon, Item, ItemState};
use crate::local::Shared;
use crate::local::account::{Account, locked};
use crate::local::vdir::changes::Question;
use crate::local::vdir::file::Collection;
use crate::local::vdir::format::Format;
use crate::local::vdir::versions::{Known, Print};
use crate::local::watch::LocalWatch;
use crate::mailbox::{Capability, Identity, KeywordSupport, Mailbox};
use crate::marks::{Marks, MarksPatch};
use crate::name::{FolderRef, ItemRef, NewName, Token, Version};
use crate::watch::Watch;

/// One vdir. Items have no marks, and no time that filters look at.
///
/// A root that is missing says nothing of what was in it: its collections are `Unavailable`, and
/// their list is `NotFound`. [`Mailbox::provide`] makes it.
#[derive(Clone, Debug)]
pub struct LocalVdir {
    shared: Arc<Shared>,
    account: Arc<Account>,
    format: Format,
}

impl LocalVdir {
    pub(super) fn new(shared: &Arc<Shared>, account: Arc<Account>, format: Format) -> Self {
        Self {
            shared: Arc::clone(shared),
            account,
            format,
        }
    }

    /// Runs work on the whole vdir.
    async fn work<T: Send + 'static>(
        &self,
        op: &'static str,
        work: impl FnOnce(&Self) -> Result<T, BackendError> + Send + 'static,
    ) -> Result<T, BackendError> {
        let this = self.clone();
        self.shared.blocking(op, move || work(&this)).await
    }

    /// Runs work that changes something, which happens one at a time.
    async fn change<T: Send + 'static>(
        &self,
        op: &'static str,
        work: impl FnOnce(&Self) -> Result<T, BackendError> + Send + 'static,
    ) -> Result<T, BackendError> {
        let work = move |this: &Self| {
            let _writing = locked(&this.account.creating);
            work(this)
        };
        self.work(op, work).await
    }

    fn open(&self, folder: &FolderRef) -> Result<Collection<'_>, BackendError> {
        let (path, dir) = tree::collection_dir(&self.account.root, folder, self.format)?;
        let meta = dir
            .metadata()
            .map_err(super::error::io("open collection"))?;
        Ok(Collection {
            dir,
            id: (meta.dev(), meta.ino()),
            path,
            format: self.format,
            versions: &self.shared.versions,
            bytes_max: self.shared.options.vdir_bytes_max,
        })
    }

    /// State of one item. Blocks.
    fn state(&self, folder: &FolderRef, item: &ItemRef) -> Result<ItemState, BackendError> {
        const OP: &str = "read item";
        let collection = self.open(folder)?;
        let known = self.shared.versions.of(collection.id);
        collection
            .state(item.as_str(), &known, &mut Known::new())
            .map_err(super::error::io(OP))?
            .ok_or_else(|| BackendError::new(Kind::NotFound, OP))
    }
}

#[async_trait]
impl Mailbox for LocalVdir {
    fn capability(&self) -> Capability {
        Capability {
            keywords: KeywordSupport::Nothing,
            identity: Identity::Lasting,
        }
    }

    async fn folders(&self) -> Result<Vec<Folder>, BackendError> {
        let work = |this: &Self| tree::folders(&this.account.root, this.format);
        self.work("list collections", work).await
    }

    async fn provide(&self, class: Class, role: Role) -> Result<Folder, BackendError> {
        const OP: &str = "make collection";
        if (class, role) != (self.format.class, Role::Default) {
            return Err(BackendError::new(Kind::Refused, OP));
        }
        let work = |this: &Self| tree::provide(&this.account.root, this.format);
        self.change(OP, work).await
    }

    async fn create_folder(
        &self,
        parent: Option<&FolderRef>,
        name: &str,
        class: Class,
    ) -> Result<Folder, BackendError> {
        const OP: &str = "make collection";
        if parent.is_some() || class != self.format.class {
            return Err(BackendError::new(Kind::Refused, OP));
        }
        let name = name.to_owned();
        let work = move |this: &Self| shape::create(&this.account.root, this.format, &name);
        self.change(OP, work).await
    }

    /// Changes the name that people see; reference and identity stay.
    async fn rename_folder(
        &self,
        folder: &FolderRef,
        parent: Option<&FolderRef>,
        name: &str,
    ) -> Result<Folder, BackendError> {
        const OP: &str = "rename collection";
        if parent.is_some() {
            return Err(BackendError::new(Kind::Refused, OP));
        }
        let (folder, name) = (folder.clone(), name.to_owned());
        let work =
            move |this: &Self| shape::rename(&this.account.root, this.format, &folder, &name);
        self.change(OP, work).await
    }

    async fn remove_folder(&self, folder: &FolderRef) -> Result<(), BackendError> {
        let folder = folder.clone();
        let work = move |this: &Self| shape::remove(&this.account.root, this.format, &folder);
        self.change("remove collection", work).await
    }

    async fn changes(
        &self,
        folder: &FolderRef,
        since: Option<&Token>,
        horizon: Horizon,
    ) -> Result<Delta, BackendError> {
        let (folder, since) = (folder.clone(), since.cloned());
        let work = move |this: &Self| {
            let question = Question {
                hub: &this.shared.hub,
                account: &this.account,
                folder: &folder,
                since: since.as_ref(),
                horizon,
            };
            changes::changes(&question, || this.open(&folder))
        };
        self.work("list items", work).await
    }

    async fn fetch(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        _hint: &Version,
    ) -> Result<Item, BackendError> {
        const OP: &str = "read item";
        let (folder, item) = (folder.clone(), item.clone());
        let work = move |this: &Self| {
            let read = this.open(&folder)?.read(&item, OP)?;
            let size = read.content.len().try_into().unwrap_or(u64::MAX);
            Ok(Item {
                state: file::state(item.as_str(), read.print.version(), size),
                marks: Marks::default(),
                content: read.content.into(),
            })
        };
        self.work(OP, work).await
    }

    async fn marks(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        _hint: &Version,
    ) -> Result<(ItemState, Marks), BackendError> {
        let (folder, item) = (folder.clone(), item.clone());
        let work = move |this: &Self| Ok((this.state(&folder, &item)?, Marks::default()));
        self.work("read item", work).await
    }

    fn version_after(&self, current: &Version, _patch: &MarksPatch) -> Option<Version> {
        Some(current.clone())
    }

    /// There are no marks, so nothing changes.
    async fn mark(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        _hint: &Version,
        _patch: &MarksPatch,
    ) -> Result<ItemState, BackendError> {
        let (folder, item) = (folder.clone(), item.clone());
        let work = move |this: &Self| this.state(&folder, &item);
        self.work("mark item", work).await
    }

    fn version_of(&self, _folder: &FolderRef, content: &[u8]) -> Option<Version> {
        Some(Print::of(content).version())
    }

    async fn update(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        current: &Version,
        content: &[u8],
    ) -> Result<ItemState, BackendError> {
        let (folder, item, current) = (folder.clone(), item.clone(), current.clone());
        let content = content.to_vec();
        let work =
            move |this: &Self| write::update(&this.open(&folder)?, &item, &current, &content);
        self.change("change item", work).await
    }

    async fn delete(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        _hint: &Version,
    ) -> Result<(), BackendError> {
        let (folder, item) = (folder.clone(), item.clone());
        let work = move |this: &Self| match this.open(&folder) {
            Err(error) if error.kind() == Kind::NotFound => Ok(()),
            collection => write::delete(&collection?, &item),
        };
        self.change("delete item", work).await
    }

    async fn relocate(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        _hint: &Version,
        to: &FolderRef,
    ) -> Result<ItemState, BackendError> {
        let (folder, item, to) = (folder.clone(), item.clone(), to.clone());
        let work =
            move |this: &Self| write::relocate(&this.open(&folder)?, &item, &this.open(&to)?);
        self.change("move item", work).await
    }

    fn item_of(&self, _folder: &FolderRef, name: &NewName) -> Option<ItemRef> {
        Some(ItemRef::new(self.format.item_name(name.as_str())))
    }

    async fn create(
        &self,
        folder: &FolderRef,
        name: &NewName,
        content: &[u8],
        _marks: &Marks,
    ) -> Result<ItemState, BackendError> {
        let (folder, name, content) = (folder.clone(), name.clone(), content.to_vec());
        let work = move |this: &Self| write::create(&this.open(&folder)?, &name, &content);
        self.change("create item", work).await
    }

    async fn watch(&self) -> Result<Watch, BackendError> {
        let (shared, account) = (Arc::clone(&self.shared), Arc::clone(&self.account));
        Ok(Watch::new(LocalWatch::start(shared, account).await?))
    }
}
