//! One account on an IMAP server as a mailbox.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::FutureExt;

use super::create::New;
use super::folders::{self, Reshape};
use super::store::{Account, Lease};
use super::token::Point;
use super::wire::MailboxName;
use super::{changes, content, delete, find, flags, mark, relocate, search, watch};
use crate::error::BackendError;
use crate::folder::{Class, Folder, Role};
use crate::item::{Delta, DeltaKind, Extent, Horizon, Item, ItemState, ItemStream, WHOLE};
use crate::mailbox::{Capability, Identity, KeywordSupport, Mailbox};
use crate::marks::{Marks, MarksPatch};
use crate::name::{FolderRef, ItemRef, NewName, Token, Version};
use crate::search::{Findings, Question};
use crate::watch::Watch;

/// One account on an IMAP server. Holds no connection of its own.
#[derive(Clone)]
pub struct ImapMailbox {
    account: Arc<Account>,
}

impl ImapMailbox {
    pub(super) fn new(account: Arc<Account>) -> Self {
        Self { account }
    }

    fn reshape(&self, op: &'static str) -> Reshape<'_> {
        Reshape {
            account: &self.account,
            op,
        }
    }
}

impl fmt::Debug for ImapMailbox {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("ImapMailbox").field(&self.account).finish()
    }
}

fn name(folder: &FolderRef) -> MailboxName {
    MailboxName::from_reference(folder.as_str())
}

#[async_trait]
impl Mailbox for ImapMailbox {
    fn capability(&self) -> Capability {
        Capability {
            keywords: KeywordSupport::Any,
            identity: match self.account.has_identities() {
                true => Identity::Lasting,
                false => Identity::NameOnly,
            },
        }
    }

    async fn folders(&self) -> Result<Vec<Folder>, BackendError> {
        folders::folders(&self.account).await
    }

    async fn provide(&self, class: Class, role: Role) -> Result<Folder, BackendError> {
        self.reshape("make folder").provide(class, role).await
    }

    async fn create_folder(
        &self,
        parent: Option<&FolderRef>,
        name: &str,
        class: Class,
    ) -> Result<Folder, BackendError> {
        self.reshape("make folder")
            .create(parent, name, class)
            .await
    }

    async fn rename_folder(
        &self,
        folder: &FolderRef,
        parent: Option<&FolderRef>,
        name: &str,
    ) -> Result<Folder, BackendError> {
        self.reshape("rename folder")
            .rename(folder, parent, name)
            .await
    }

    async fn remove_folder(&self, folder: &FolderRef) -> Result<(), BackendError> {
        self.reshape("remove folder").remove(folder).await
    }

    async fn changes(
        &self,
        folder: &FolderRef,
        since: Option<&Token>,
        horizon: Horizon,
    ) -> Result<Delta, BackendError> {
        let (name, since) = (name(folder), since.and_then(Point::parse));
        let name = &name;
        let work = |mut lease: Lease| {
            async move { changes::changes(&mut lease, name, since, horizon).await }.boxed()
        };
        let delta = self.account.run("list items", work).await?;
        self.account.shared.count(|counters| match &delta.kind {
            DeltaKind::Listing(_) => counters.listings += 1,
            DeltaKind::Changes(_) => counters.differences += 1,
        });
        Ok(delta)
    }

    async fn fetch(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        _hint: &Version,
    ) -> Result<Item, BackendError> {
        content::fetch(&self.account, &name(folder), item).await
    }

    async fn open(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        _hint: &Version,
    ) -> Result<ItemStream, BackendError> {
        content::open(&self.account, &name(folder), item, &WHOLE).await
    }

    async fn open_span(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        _hint: &Version,
        span: Range<u64>,
    ) -> Result<ItemStream, BackendError> {
        content::open(&self.account, &name(folder), item, &span).await
    }

    async fn download(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        _hint: &Version,
        span: Range<u64>,
    ) -> Result<ItemStream, BackendError> {
        content::download(&self.account, &name(folder), item, &span).await
    }

    async fn extents(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        _hint: &Version,
    ) -> Result<Vec<Extent>, BackendError> {
        content::extents(&self.account, &name(folder), item).await
    }

    async fn marks(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        _hint: &Version,
    ) -> Result<(ItemState, Marks), BackendError> {
        content::marks(&self.account, &name(folder), item).await
    }

    fn version_after(&self, current: &Version, patch: &MarksPatch) -> Option<Version> {
        flags::version_after(current, patch)
    }

    async fn mark(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        _hint: &Version,
        patch: &MarksPatch,
    ) -> Result<ItemState, BackendError> {
        mark::mark(&self.account, &name(folder), item, patch).await
    }

    async fn delete(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        _hint: &Version,
    ) -> Result<(), BackendError> {
        let item = std::slice::from_ref(item);
        delete::delete_many(&self.account, &name(folder), item).await
    }

    async fn delete_many(&self, folder: &FolderRef, items: &[ItemRef]) -> Result<(), BackendError> {
        delete::delete_many(&self.account, &name(folder), items).await
    }

    async fn relocate(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        _hint: &Version,
        to: &FolderRef,
    ) -> Result<ItemState, BackendError> {
        relocate::relocate(&self.account, &name(folder), item, &name(to)).await
    }

    async fn create(
        &self,
        folder: &FolderRef,
        name: &NewName,
        content: &[u8],
        marks: &Marks,
    ) -> Result<ItemState, BackendError> {
        let mailbox = MailboxName::from_reference(folder.as_str());
        let new = New {
            mailbox: &mailbox,
            name,
            content,
            marks,
        };
        super::create::create(&self.account, new).await
    }

    async fn find_message(
        &self,
        folder: &FolderRef,
        id: &str,
    ) -> Result<Option<ItemRef>, BackendError> {
        find::find(&self.account, &name(folder), id).await
    }

    async fn search(&self, question: &Question) -> Result<Findings, BackendError> {
        search::search(&self.account, question).await
    }

    async fn recovered(&self) {
        self.account.shared.recovered().await;
    }

    async fn watch(&self) -> Result<Watch, BackendError> {
        watch::start(&self.account).await
    }
}
