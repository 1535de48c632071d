//! A mailbox some of whose reads never end, as those of a file server that is away.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use backends::{
    BackendError, Capability, Class, Delta, Findings, Folder, FolderRef, Horizon, Item, ItemRef,
    ItemState, Mailbox, Marks, MarksPatch, NewName, Question, Role, Token, Version, Watch,
};
use tokio::time::sleep;

/// What hangs.
#[derive(Debug, Default)]
pub(crate) struct Hanging {
    /// All reads of messages.
    pub(crate) reads: AtomicBool,
    /// All listings.
    pub(crate) listings: AtomicBool,
    /// How many reads were begun.
    pub(crate) reading: AtomicUsize,
    /// All searches.
    pub(crate) searches: AtomicBool,
    /// How many searches were begun.
    pub(crate) searched: AtomicUsize,
}

/// Messages with this word in their names hang in any case.
pub(crate) const STICKY: &str = "sticky";

/// The mailbox.
pub(crate) struct Sticky {
    inner: Arc<dyn Mailbox>,
    hanging: Arc<Hanging>,
}

impl Sticky {
    pub(crate) fn new(inner: Arc<dyn Mailbox>, hanging: Arc<Hanging>) -> Self {
        Self { inner, hanging }
    }

    async fn read(&self, item: &ItemRef) {
        self.hanging.reading.fetch_add(1, Ordering::SeqCst);
        if item.as_str().contains(STICKY) {
            pending::<()>().await;
        }
        until_it_goes_on(&self.hanging.reads).await;
    }
}

async fn until_it_goes_on(hangs: &AtomicBool) {
    while hangs.load(Ordering::SeqCst) {
        sleep(Duration::from_millis(10)).await;
    }
}

#[async_trait]
impl Mailbox for Sticky {
    fn capability(&self) -> Capability {
        self.inner.capability()
    }

    async fn folders(&self) -> Result<Vec<Folder>, BackendError> {
        self.inner.folders().await
    }

    async fn provide(&self, class: Class, role: Role) -> Result<Folder, BackendError> {
        self.inner.provide(class, role).await
    }

    async fn changes(
        &self,
        folder: &FolderRef,
        since: Option<&Token>,
        horizon: Horizon,
    ) -> Result<Delta, BackendError> {
        until_it_goes_on(&self.hanging.listings).await;
        self.inner.changes(folder, since, horizon).await
    }

    async fn fetch(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
    ) -> Result<Item, BackendError> {
        self.read(item).await;
        self.inner.fetch(folder, item, hint).await
    }

    async fn marks(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
    ) -> Result<(ItemState, Marks), BackendError> {
        self.read(item).await;
        self.inner.marks(folder, item, hint).await
    }

    fn version_after(&self, current: &Version, patch: &MarksPatch) -> Option<Version> {
        self.inner.version_after(current, patch)
    }

    async fn mark(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
        patch: &MarksPatch,
    ) -> Result<ItemState, BackendError> {
        self.inner.mark(folder, item, hint, patch).await
    }

    async fn delete(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
    ) -> Result<(), BackendError> {
        self.inner.delete(folder, item, hint).await
    }

    async fn relocate(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
        to: &FolderRef,
    ) -> Result<ItemState, BackendError> {
        self.inner.relocate(folder, item, hint, to).await
    }

    async fn create(
        &self,
        folder: &FolderRef,
        name: &NewName,
        content: &[u8],
        marks: &Marks,
    ) -> Result<ItemState, BackendError> {
        self.inner.create(folder, name, content, marks).await
    }

    async fn search(&self, question: &Question) -> Result<Findings, BackendError> {
        self.hanging.searched.fetch_add(1, Ordering::SeqCst);
        until_it_goes_on(&self.hanging.searches).await;
        self.inner.search(question).await
    }

    async fn watch(&self) -> Result<Watch, BackendError> {
        self.inner.watch().await
    }
}
