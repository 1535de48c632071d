//! One account out of parts: mail from one store, contacts from another, and so on.
//!
//! Folders of the first part, the mail, are called as that part calls them. The references of each
//! other part begin with a prefix of its own, which is stored with them. It begins with a control
//! character, so that no Maildir++ directory and no IMAP mailbox has such a name.
//!
//! A part that is down does not stop the others: its folders are missing from a
//! [survey](Mailbox::survey), and its watch is begun again and again while the others go on.

mod part;
mod search;
mod watch;

use std::future::pending;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::{join_all, select_all};

use crate::composite::part::Part;
use crate::composite::watch::Merged;
use crate::error::{BackendError, Kind};
use crate::folder::{Class, Folder, Role, Survey};
use crate::item::{Delta, Extent, Horizon, Item, ItemState, ItemStream};
use crate::mailbox::{Capability, Mailbox};
use crate::marks::{Marks, MarksPatch};
use crate::name::{FolderRef, ItemRef, NewName, Token, Version};
use crate::search::{Findings, Question};
use crate::watch::Watch;

/// See the module.
#[derive(Clone)]
pub struct Composite {
    parts: Vec<Arc<Part>>,
}

impl Composite {
    /// An account with mail only.
    #[must_use]
    pub fn new(mail: Arc<dyn Mailbox>) -> Self {
        let mail = Part::new(String::new(), vec![Class::Email], mail);
        Self { parts: vec![mail] }
    }

    /// Adds what serves further classes. The name becomes part of the references of its folders:
    /// it must stay, and differ from those of the other parts.
    #[must_use]
    pub fn with(mut self, name: &str, classes: &[Class], mailbox: Arc<dyn Mailbox>) -> Self {
        let prefix = format!("\u{1}{name}/");
        self.parts
            .push(Part::new(prefix, classes.to_vec(), mailbox));
        self
    }

    /// The part that a folder belongs to, and how that part calls it. The mail comes first, but has
    /// no prefix: it gets what nobody else claims.
    fn part(&self, folder: &FolderRef) -> (&Part, FolderRef) {
        let mut others = self.parts.iter().skip(1);
        let claimed = others.find_map(|part| Some((&**part, part.inner(folder)?)));
        claimed.unwrap_or_else(|| (self.mail(), folder.clone()))
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the mail is put there by the only constructor, and nothing is taken out"
    )]
    fn mail(&self) -> &Part {
        &self.parts[0]
    }

    fn part_of(&self, class: Class, op: &'static str) -> Result<&Part, BackendError> {
        let mut parts = self.parts.iter();
        parts
            .find(|part| part.classes.contains(&class))
            .map(|part| &**part)
            .ok_or_else(|| BackendError::new(Kind::Refused, op))
    }

    /// What each part says of its folders.
    async fn listings(&self) -> Vec<(&Part, Result<Survey, BackendError>)> {
        let ask = async |part: &'_ Arc<Part>| part.survey().await;
        let answers = join_all(self.parts.iter().map(ask)).await;
        let parts = self.parts.iter().map(|part| &**part);
        parts.zip(answers).collect()
    }
}

#[async_trait]
impl Mailbox for Composite {
    /// That of the mail: other classes have no marks.
    fn capability(&self) -> Capability {
        self.mail().mailbox.capability()
    }

    /// Fails when any part fails but one that does not exist.
    async fn folders(&self) -> Result<Vec<Folder>, BackendError> {
        let mut folders = Vec::new();
        for (part, listing) in self.listings().await {
            match listing {
                Ok(survey) if survey.missing.is_empty() => folders.extend(survey.folders),
                Ok(_) => return Err(BackendError::new(Kind::Unavailable, "list folders")),
                Err(error) if error.kind() == Kind::NotFound && !part.prefix.is_empty() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(folders)
    }

    /// Fails when every part fails.
    async fn survey(&self) -> Result<Survey, BackendError> {
        let mut whole = Survey::default();
        let mut failure = None;
        let mut answered = false;
        for (part, listing) in self.listings().await {
            part.note(listing.as_ref().err());
            match listing {
                Ok(survey) => {
                    answered = true;
                    whole.folders.extend(survey.folders);
                    whole.missing.extend(survey.missing);
                }
                Err(error) => {
                    whole.missing.extend(&part.classes);
                    failure = failure.or(Some(error));
                }
            }
        }
        match failure {
            Some(error) if !answered => Err(error),
            Some(_) | None => Ok(whole),
        }
    }

    async fn provide(&self, class: Class, role: Role) -> Result<Folder, BackendError> {
        let part = self.part_of(class, "make folder")?;
        let made = part.mailbox.provide(class, role).await?;
        Ok(part.outer_folder(made))
    }

    async fn create_folder(
        &self,
        parent: Option<&FolderRef>,
        name: &str,
        class: Class,
    ) -> Result<Folder, BackendError> {
        const OP: &str = "make folder";
        let part = self.part_of(class, OP)?;
        let parent = parent.map(|parent| self.part(parent));
        if parent.as_ref().is_some_and(|(other, _)| !same(other, part)) {
            return Err(BackendError::new(Kind::Refused, OP));
        }
        let parent = parent.as_ref().map(|(_, parent)| parent);
        let made = part.mailbox.create_folder(parent, name, class).await?;
        Ok(part.outer_folder(made))
    }

    async fn rename_folder(
        &self,
        folder: &FolderRef,
        parent: Option<&FolderRef>,
        name: &str,
    ) -> Result<Folder, BackendError> {
        let (part, folder) = self.part(folder);
        let parent = parent.map(|parent| self.part(parent));
        if parent.as_ref().is_some_and(|(other, _)| !same(other, part)) {
            return Err(BackendError::new(Kind::Refused, "rename folder"));
        }
        let parent = parent.as_ref().map(|(_, parent)| parent);
        let renamed = part.mailbox.rename_folder(&folder, parent, name).await?;
        Ok(part.outer_folder(renamed))
    }

    async fn remove_folder(&self, folder: &FolderRef) -> Result<(), BackendError> {
        let (part, folder) = self.part(folder);
        part.mailbox.remove_folder(&folder).await
    }

    async fn changes(
        &self,
        folder: &FolderRef,
        since: Option<&Token>,
        horizon: Horizon,
    ) -> Result<Delta, BackendError> {
        let (part, folder) = self.part(folder);
        part.mailbox.changes(&folder, since, horizon).await
    }

    async fn fetch(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
    ) -> Result<Item, BackendError> {
        let (part, folder) = self.part(folder);
        part.mailbox.fetch(&folder, item, hint).await
    }

    async fn open(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
    ) -> Result<ItemStream, BackendError> {
        let (part, folder) = self.part(folder);
        part.mailbox.open(&folder, item, hint).await
    }

    async fn open_span(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
        span: Range<u64>,
    ) -> Result<ItemStream, BackendError> {
        let (part, folder) = self.part(folder);
        part.mailbox.open_span(&folder, item, hint, span).await
    }

    async fn download(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
        span: Range<u64>,
    ) -> Result<ItemStream, BackendError> {
        let (part, folder) = self.part(folder);
        part.mailbox.download(&folder, item, hint, span).await
    }

    async fn extents(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
    ) -> Result<Vec<Extent>, BackendError> {
        let (part, folder) = self.part(folder);
        part.mailbox.extents(&folder, item, hint).await
    }

    async fn marks(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
    ) -> Result<(ItemState, Marks), BackendError> {
        let (part, folder) = self.part(folder);
        part.mailbox.marks(&folder, item, hint).await
    }

    /// As the mail says: other classes have no marks.
    fn version_after(&self, current: &Version, patch: &MarksPatch) -> Option<Version> {
        self.mail().mailbox.version_after(current, patch)
    }

    async fn mark(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
        patch: &MarksPatch,
    ) -> Result<ItemState, BackendError> {
        let (part, folder) = self.part(folder);
        part.mailbox.mark(&folder, item, hint, patch).await
    }

    fn version_of(&self, folder: &FolderRef, content: &[u8]) -> Option<Version> {
        let (part, folder) = self.part(folder);
        part.mailbox.version_of(&folder, content)
    }

    async fn update(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        current: &Version,
        content: &[u8],
    ) -> Result<ItemState, BackendError> {
        let (part, folder) = self.part(folder);
        part.mailbox.update(&folder, item, current, content).await
    }

    async fn delete(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
    ) -> Result<(), BackendError> {
        let (part, folder) = self.part(folder);
        part.mailbox.delete(&folder, item, hint).await
    }

    async fn delete_many(&self, folder: &FolderRef, items: &[ItemRef]) -> Result<(), BackendError> {
        let (part, folder) = self.part(folder);
        part.mailbox.delete_many(&folder, items).await
    }

    /// Refused between parts: what one holds, another cannot.
    async fn relocate(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
        to: &FolderRef,
    ) -> Result<ItemState, BackendError> {
        let ((part, folder), (other, to)) = (self.part(folder), self.part(to));
        if !same(part, other) {
            return Err(BackendError::new(Kind::Refused, "move item"));
        }
        part.mailbox.relocate(&folder, item, hint, &to).await
    }

    async fn find_message(
        &self,
        folder: &FolderRef,
        id: &str,
    ) -> Result<Option<ItemRef>, BackendError> {
        let (part, folder) = self.part(folder);
        part.mailbox.find_message(&folder, id).await
    }

    fn item_of(&self, folder: &FolderRef, name: &NewName) -> Option<ItemRef> {
        let (part, folder) = self.part(folder);
        part.mailbox.item_of(&folder, name)
    }

    async fn create(
        &self,
        folder: &FolderRef,
        name: &NewName,
        content: &[u8],
        marks: &Marks,
    ) -> Result<ItemState, BackendError> {
        let (part, folder) = self.part(folder);
        part.mailbox.create(&folder, name, content, marks).await
    }

    /// Each part looks in its folders; one that cannot look has found nothing, unless nobody else was asked.
    async fn search(&self, question: &Question) -> Result<Findings, BackendError> {
        search::search(self, question).await
    }

    async fn recovered(&self) {
        let parts = self.parts.iter().map(|part| part.mailbox.recovered());
        let parts: Vec<_> = parts.collect();
        if parts.is_empty() {
            return pending().await;
        }
        select_all(parts).await;
    }

    /// Fails when no part can be watched.
    async fn watch(&self) -> Result<Watch, BackendError> {
        Ok(Watch::new(Merged::start(&self.parts).await?))
    }
}

fn same(one: &Part, other: &Part) -> bool {
    std::ptr::eq(one, other)
}
