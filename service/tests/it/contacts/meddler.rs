//! Address books with whom somebody meddles: another program writes at the worst moment, or the service dies there.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use backends::local::LocalVdir;
use backends::{
    BackendError, Capability, Class, Delta, Folder, FolderRef, Horizon, Item, ItemRef, ItemState,
    Mailbox, Marks, MarksPatch, NewName, Role, Survey, Token, Version, Watch,
};

type Meddling = Box<dyn FnMut() + Send>;

/// An account's address books.
pub(super) struct Meddler {
    books: LocalVdir,
    before_update: Mutex<Option<Meddling>>,
    dies: AtomicBool,
}

impl Meddler {
    pub(super) fn new(books: LocalVdir) -> Self {
        Self {
            books,
            before_update: Mutex::new(None),
            dies: AtomicBool::new(false),
        }
    }

    /// Does this whenever a contact is about to be changed.
    pub(super) fn before_update(&self, meddling: impl FnMut() + Send + 'static) {
        *self.before_update.lock().unwrap() = Some(Box::new(meddling));
    }

    /// The service dies once the next contact is written.
    pub(super) fn die(&self) {
        self.dies.store(true, Ordering::Relaxed);
    }

    async fn written<T>(&self, done: T) -> T {
        if self.dies.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        done
    }
}

#[async_trait]
impl Mailbox for Meddler {
    fn capability(&self) -> Capability {
        self.books.capability()
    }

    async fn folders(&self) -> Result<Vec<Folder>, BackendError> {
        self.books.folders().await
    }

    async fn survey(&self) -> Result<Survey, BackendError> {
        self.books.survey().await
    }

    async fn provide(&self, class: Class, role: Role) -> Result<Folder, BackendError> {
        self.books.provide(class, role).await
    }

    async fn changes(
        &self,
        folder: &FolderRef,
        since: Option<&Token>,
        horizon: Horizon,
    ) -> Result<Delta, BackendError> {
        self.books.changes(folder, since, horizon).await
    }

    async fn fetch(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
    ) -> Result<Item, BackendError> {
        self.books.fetch(folder, item, hint).await
    }

    async fn marks(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
    ) -> Result<(ItemState, Marks), BackendError> {
        self.books.marks(folder, item, hint).await
    }

    async fn mark(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
        patch: &MarksPatch,
    ) -> Result<ItemState, BackendError> {
        self.books.mark(folder, item, hint, patch).await
    }

    fn version_of(&self, folder: &FolderRef, content: &[u8]) -> Option<Version> {
        self.books.version_of(folder, content)
    }

    async fn update(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        current: &Version,
        content: &[u8],
    ) -> Result<ItemState, BackendError> {
        if let Some(meddling) = self.before_update.lock().unwrap().as_mut() {
            meddling();
        }
        let done = self.books.update(folder, item, current, content).await;
        self.written(done).await
    }

    async fn delete(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
    ) -> Result<(), BackendError> {
        self.books.delete(folder, item, hint).await
    }

    async fn relocate(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
        to: &FolderRef,
    ) -> Result<ItemState, BackendError> {
        self.books.relocate(folder, item, hint, to).await
    }

    fn item_of(&self, folder: &FolderRef, name: &NewName) -> Option<ItemRef> {
        self.books.item_of(folder, name)
    }

    async fn create(
        &self,
        folder: &FolderRef,
        name: &NewName,
        content: &[u8],
        marks: &Marks,
    ) -> Result<ItemState, BackendError> {
        let done = self.books.create(folder, name, content, marks).await;
        self.written(done).await
    }

    async fn watch(&self) -> Result<Watch, BackendError> {
        self.books.watch().await
    }
}
