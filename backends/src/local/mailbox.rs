//! One Maildir++ account as a mailbox.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::io::AsyncReadExt;

use crate::error::{BackendError, Kind};
use crate::folder::{Class, Folder, Role};
use crate::item::{Delta, Horizon, Item, ItemState, ItemStream, WHOLE};
use crate::local::account::{Account, locked};
use crate::local::keywords::Keywords;
use crate::local::search::Wanted;
use crate::local::watch::LocalWatch;
use crate::local::{Shared, changes, fetch, reshape, search, tree, version, write};
use crate::mailbox::{Capability, Identity, KeywordSupport, Mailbox};
use crate::marks::{Marks, MarksPatch};
use crate::name::{FolderRef, ItemRef, NewName, Token, Version};
use crate::search::{Findings, Question};
use crate::watch::Watch;

/// How many bytes of an opened message are read at a time.
const PIECE: usize = 64 << 10;

/// One Maildir++ account.
#[derive(Clone, Debug)]
pub struct LocalMailbox {
    pub(super) shared: Arc<Shared>,
    pub(super) account: Arc<Account>,
}

impl LocalMailbox {
    /// Runs work on the directory of a folder that is there.
    async fn in_folder<T: Send + 'static>(
        &self,
        op: &'static str,
        folder: &FolderRef,
        work: impl FnOnce(&Path) -> Result<T, BackendError> + Send + 'static,
    ) -> Result<T, BackendError> {
        let (account, folder) = (Arc::clone(&self.account), folder.clone());
        let work = move || work(&tree::folder_dir(&account.root, &folder)?);
        self.shared.blocking(op, work).await
    }

    /// Runs work on the folders themselves, one at a time.
    async fn reshaping<T: Send + 'static>(
        &self,
        op: &'static str,
        work: impl FnOnce(&Path) -> Result<T, BackendError> + Send + 'static,
    ) -> Result<T, BackendError> {
        let account = Arc::clone(&self.account);
        let work = move || {
            let _reshaping = locked(&account.reshaping);
            work(&account.root)
        };
        self.shared.blocking(op, work).await
    }
}

#[async_trait]
impl Mailbox for LocalMailbox {
    fn capability(&self) -> Capability {
        Capability {
            keywords: KeywordSupport::AtMost(Keywords::COUNT_MAX),
            identity: Identity::Lasting,
        }
    }

    async fn folders(&self) -> Result<Vec<Folder>, BackendError> {
        let account = Arc::clone(&self.account);
        let work = move || tree::folders(&account.root);
        self.shared.blocking("list folders", work).await
    }

    async fn provide(&self, class: Class, role: Role) -> Result<Folder, BackendError> {
        if class != Class::Email {
            return Err(BackendError::new(Kind::Refused, "make folder"));
        }
        let account = Arc::clone(&self.account);
        let work = move || tree::provide(&account.root, role);
        self.shared.blocking("make folder", work).await
    }

    async fn create_folder(
        &self,
        parent: Option<&FolderRef>,
        name: &str,
        class: Class,
    ) -> Result<Folder, BackendError> {
        let (parent, name) = (parent.cloned(), name.to_owned());
        let work = move |root: &Path| reshape::create(root, parent.as_ref(), &name, class);
        self.reshaping("make folder", work).await
    }

    async fn rename_folder(
        &self,
        folder: &FolderRef,
        parent: Option<&FolderRef>,
        name: &str,
    ) -> Result<Folder, BackendError> {
        let (folder, parent, name) = (folder.clone(), parent.cloned(), name.to_owned());
        let work = move |root: &Path| reshape::rename(root, &folder, parent.as_ref(), &name);
        self.reshaping("rename folder", work).await
    }

    async fn remove_folder(&self, folder: &FolderRef) -> Result<(), BackendError> {
        let folder = folder.clone();
        let work = move |root: &Path| reshape::remove(root, &folder);
        self.reshaping("remove folder", work).await
    }

    async fn changes(
        &self,
        folder: &FolderRef,
        since: Option<&Token>,
        horizon: Horizon,
    ) -> Result<Delta, BackendError> {
        let (hub, account) = (Arc::clone(&self.shared.hub), Arc::clone(&self.account));
        let (folder, since) = (folder.clone(), since.cloned());
        let work = move || changes::changes(&hub, &account, &folder, since.as_ref(), horizon);
        self.shared.blocking("list items", work).await
    }

    async fn fetch(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
    ) -> Result<Item, BackendError> {
        let (item, hint) = (item.clone(), hint.clone());
        let bytes_max = self.shared.options.fetch_bytes_max;
        let work = move |dir: &Path| fetch::fetch(dir, &item, &hint, bytes_max);
        self.in_folder("read item", folder, work).await
    }

    async fn open(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
    ) -> Result<ItemStream, BackendError> {
        self.open_span(folder, item, hint, WHOLE).await
    }

    async fn open_span(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
        span: Range<u64>,
    ) -> Result<ItemStream, BackendError> {
        let (item, hint) = (item.clone(), hint.clone());
        let (start, length) = (span.start, span.end.saturating_sub(span.start));
        let work = move |dir: &Path| fetch::open(dir, &item, &hint, start);
        let (state, marks, file) = self.in_folder("read item", folder, work).await?;
        let mut file = tokio::fs::File::from_std(file);
        file.set_max_buf_size(PIECE);
        Ok(ItemStream {
            state,
            marks,
            reader: Box::new(file.take(length)),
        })
    }

    async fn marks(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
    ) -> Result<(ItemState, Marks), BackendError> {
        let (item, hint) = (item.clone(), hint.clone());
        let work = move |dir: &Path| fetch::marks(dir, &item, &hint);
        self.in_folder("read item", folder, work).await
    }

    fn version_after(&self, current: &Version, patch: &MarksPatch) -> Option<Version> {
        Some(version::of(&version::marks(current)?.patched(patch)))
    }

    async fn mark(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
        patch: &MarksPatch,
    ) -> Result<ItemState, BackendError> {
        let (item, hint, patch) = (item.clone(), hint.clone(), patch.clone());
        let work = move |dir: &Path| write::mark(dir, &item, &hint, &patch);
        self.in_folder("mark item", folder, work).await
    }

    async fn delete(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
    ) -> Result<(), BackendError> {
        let (item, hint) = (item.clone(), hint.clone());
        let work = move |dir: &Path| write::delete(dir, &item, &hint);
        match self.in_folder("delete item", folder, work).await {
            Err(error) if error.kind() == Kind::NotFound => Ok(()),
            other => other,
        }
    }

    async fn delete_many(&self, folder: &FolderRef, items: &[ItemRef]) -> Result<(), BackendError> {
        let items = items.to_vec();
        let work = move |dir: &Path| write::delete_many(dir, &items);
        match self.in_folder("delete items", folder, work).await {
            Err(error) if error.kind() == Kind::NotFound => Ok(()),
            other => other,
        }
    }

    async fn relocate(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
        to: &FolderRef,
    ) -> Result<ItemState, BackendError> {
        let (item, hint) = (item.clone(), hint.clone());
        let (account, to) = (Arc::clone(&self.account), to.clone());
        let work = move |dir: &Path| {
            let target = tree::folder_dir(&account.root, &to)?;
            write::relocate(dir, &item, &hint, &target)
        };
        self.in_folder("move item", folder, work).await
    }

    async fn create(
        &self,
        folder: &FolderRef,
        name: &NewName,
        content: &[u8],
        marks: &Marks,
    ) -> Result<ItemState, BackendError> {
        let (name, content, marks) = (name.clone(), content.to_vec(), marks.clone());
        let account = Arc::clone(&self.account);
        let work = move |dir: &Path| {
            let _creating = locked(&account.creating);
            write::create(dir, &name, &content, &marks)
        };
        self.in_folder("create item", folder, work).await
    }

    fn item_of(&self, _folder: &FolderRef, name: &NewName) -> Option<ItemRef> {
        Some(ItemRef::new(write::unique_of(name)))
    }

    async fn search(&self, question: &Question) -> Result<Findings, BackendError> {
        let (account, question) = (Arc::clone(&self.account), question.clone());
        let wanted = Wanted::new();
        let stop = wanted.stop();
        let work = move || search::search(&account.root, &question, &stop);
        self.shared.blocking("search", work).await
    }

    async fn watch(&self) -> Result<Watch, BackendError> {
        let (shared, account) = (Arc::clone(&self.shared), Arc::clone(&self.account));
        Ok(Watch::new(LocalWatch::start(shared, account).await?))
    }
}
