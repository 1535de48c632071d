//! The trait that every backend implements.

use std::ops::Range;

use async_trait::async_trait;

use crate::error::{BackendError, Kind};
use crate::folder::{Class, Folder, Role, Survey};
use crate::item::{Delta, Extent, Horizon, Item, ItemState, ItemStream};
use crate::marks::{Marks, MarksPatch};
use crate::name::{FolderRef, ItemRef, NewName, Token, Version};
use crate::search::{Findings, Question};
use crate::watch::Watch;

/// How many different keywords a folder can hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeywordSupport {
    /// None.
    Nothing,
    /// At most so many different ones in a folder; further ones are silently not stored.
    AtMost(usize),
    /// Any number.
    Any,
}

/// What [`Folder::identity`] is worth.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Identity {
    /// Folders carry one: a rename keeps it.
    Lasting,
    /// Folders have a name only: a renamed folder is another one.
    NameOnly,
}

/// What a backend can do. Of this connection, not of the product: two servers of one make differ.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Capability {
    /// Room for keywords.
    pub keywords: KeywordSupport,
    /// Whether folders can be told apart from their names.
    pub identity: Identity,
}

/// Folders and items of one account, of any class. Every implementation passes the `contract`
/// suite.
///
/// Where a method takes a `hint`, that is the version that the item was last seen with. It may be
/// outdated or invented, and only helps to find the item quickly.
///
/// All futures are cancel-safe: dropping one loses no change, and a write that had begun is either
/// done or not done, never half done.
#[async_trait]
pub trait Mailbox: Send + Sync {
    /// What this mailbox can do.
    fn capability(&self) -> Capability;

    /// All folders, parents before their children. Every account has an inbox if it has mail.
    ///
    /// # Errors
    /// A listing that could not be completed is an error, never a shorter list.
    async fn folders(&self) -> Result<Vec<Folder>, BackendError>;

    /// All folders that can be listed now, and the classes of which nothing can be said. Differs
    /// from [`Self::folders`] where an account has several stores, and some of them are down.
    ///
    /// # Errors
    /// Nothing could be listed.
    async fn survey(&self) -> Result<Survey, BackendError> {
        Ok(Survey {
            folders: self.folders().await?,
            missing: Vec::new(),
        })
    }

    /// The folder of a role, made if the account has none. Others see it as any new folder.
    ///
    /// # Errors
    /// `Refused` for a role that no folder can be made for; `Full`, `Forbidden`.
    async fn provide(&self, class: Class, role: Role) -> Result<Folder, BackendError>;

    /// Makes a folder below `parent`, or at the top. The name is as a user writes it; what the
    /// store cannot hold is spelled in the store's own way.
    ///
    /// # Errors
    /// `Exists` when there is one of that name; `NotFound` when `parent` is not there; `Refused`
    /// for a name or class that the store cannot keep; `Full`, `Forbidden`.
    async fn create_folder(
        &self,
        parent: Option<&FolderRef>,
        name: &str,
        class: Class,
    ) -> Result<Folder, BackendError> {
        let _ = (parent, name, class);
        Err(BackendError::new(Kind::Refused, "make folder"))
    }

    /// Renames a folder and puts it below `parent`, or at the top, with all that is in and below
    /// it. Where [`Identity::Lasting`] holds, its identity stays.
    ///
    /// # Errors
    /// `Exists`; `NotFound` when the folder or `parent` is not there; `Refused` for a folder that
    /// the store cannot do without, and for a parent that lies below the folder itself.
    async fn rename_folder(
        &self,
        folder: &FolderRef,
        parent: Option<&FolderRef>,
        name: &str,
    ) -> Result<Folder, BackendError> {
        let _ = (folder, parent, name);
        Err(BackendError::new(Kind::Refused, "rename folder"))
    }

    /// Removes a folder with its items and all folders below it. One that is gone is a success.
    ///
    /// # Errors
    /// `Refused` for a folder that the store cannot do without; `Forbidden`.
    async fn remove_folder(&self, folder: &FolderRef) -> Result<(), BackendError> {
        let _ = folder;
        Err(BackendError::new(Kind::Refused, "remove folder"))
    }

    /// What changed in `folder` since the token was issued.
    ///
    /// - Repeatable: the same token gives the same changes or later ones, never fewer.
    /// - Without a token, with one that is not known (any more), or with a `horizon` that reaches
    ///   further back than the token's, the answer is a complete listing; that is no error.
    /// - What was done before the call is in the answer, whoever did it.
    /// - Items that only grew older than `horizon` are not reported.
    ///
    /// # Errors
    /// `NotFound` when there is no such folder. A listing that could not be completed is an error.
    async fn changes(
        &self,
        folder: &FolderRef,
        since: Option<&Token>,
        horizon: Horizon,
    ) -> Result<Delta, BackendError>;

    /// One item with its content.
    ///
    /// # Errors
    /// `NotFound`; `TooLarge` above the configured limit.
    async fn fetch(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
    ) -> Result<Item, BackendError>;

    /// One item whose content is read piece by piece, however large it is.
    ///
    /// # Errors
    /// `NotFound`. As [`Self::fetch`], which it is for stores that cannot read in pieces.
    async fn open(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
    ) -> Result<ItemStream, BackendError> {
        Ok(self.fetch(folder, item, hint).await?.into())
    }

    /// As [`Self::open`], but only a span of the content, in bytes; it may reach behind the end. A
    /// store reads and sends no more than that, if it can.
    ///
    /// # Errors
    /// As [`Self::open`].
    async fn open_span(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
        span: Range<u64>,
    ) -> Result<ItemStream, BackendError> {
        self.open(folder, item, hint).await?.only(span).await
    }

    /// As [`Self::open_span`], for somebody who reads at a pace that nobody here decides. So few of an account's are open
    /// at once that the other questions about it are answered meanwhile.
    ///
    /// # Errors
    /// As [`Self::open`]; `Unavailable` when too many are open for too long.
    async fn download(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
        span: Range<u64>,
    ) -> Result<ItemStream, BackendError> {
        self.open_span(folder, item, hint, span).await
    }

    /// How long the parts of an item are, where the store knows that without handing out the
    /// content. Nothing, where it does not.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    async fn extents(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
    ) -> Result<Vec<Extent>, BackendError> {
        let _ = (folder, item, hint);
        Ok(Vec::new())
    }

    /// State and marks of one item, without reading its content.
    ///
    /// # Errors
    /// `NotFound`.
    async fn marks(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
    ) -> Result<(ItemState, Marks), BackendError>;

    /// The version that an item of version `current` has after [`Self::mark`] with `patch`, if
    /// that can be told without asking the store. It lets a caller recognise its own change when
    /// the watch reports it before `mark` has returned.
    fn version_after(&self, current: &Version, patch: &MarksPatch) -> Option<Version> {
        let _ = (current, patch);
        None
    }

    /// Sets and clears marks; those that `patch` does not name stay, also when somebody else
    /// changes them at the same time. Repeating it changes nothing.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Full`.
    async fn mark(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
        patch: &MarksPatch,
    ) -> Result<ItemState, BackendError>;

    /// The version that an item of that folder has with this content, if that can be told without
    /// asking the store, for classes whose items are changed by [`Self::update`].
    fn version_of(&self, folder: &FolderRef, content: &[u8]) -> Option<Version> {
        let _ = (folder, content);
        None
    }

    /// Replaces the content of an item that still has version `current`. Repeating it with the
    /// same content is a success. Not for messages, which never change.
    ///
    /// # Errors
    /// `Conflict` when the item has another version and other content; `NotFound`; `Refused` for
    /// classes whose items never change; `Full`, `Forbidden`, `TooLarge`.
    async fn update(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        current: &Version,
        content: &[u8],
    ) -> Result<ItemState, BackendError> {
        let _ = (folder, item, current, content);
        Err(BackendError::new(Kind::Refused, "change item"))
    }

    /// Removes an item for good. One that is gone already is a success, also with its folder.
    ///
    /// # Errors
    /// `Forbidden`.
    async fn delete(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
    ) -> Result<(), BackendError>;

    /// Removes many items for good, as [`Self::delete`] does with one. Those before an error may be gone.
    ///
    /// # Errors
    /// `Forbidden`.
    async fn delete_many(&self, folder: &FolderRef, items: &[ItemRef]) -> Result<(), BackendError> {
        let unknown = Version::new("");
        for item in items {
            self.delete(folder, item, &unknown).await?;
        }
        Ok(())
    }

    /// Moves an item to another folder, marks and time included, and says how it is called there.
    /// Into the folder where it is: nothing happens.
    ///
    /// # Errors
    /// `NotFound` when item or target is not there; so is the repeat of a move that succeeded.
    async fn relocate(
        &self,
        folder: &FolderRef,
        item: &ItemRef,
        hint: &Version,
        to: &FolderRef,
    ) -> Result<ItemState, BackendError>;

    /// Stores a new item. When an item of that `name` was stored before and is still in the
    /// folder, it stays as it is and its state is the answer. A store of messages that has no other
    /// way to keep the name puts it into a field of its own before all others, and may forget the
    /// names of messages that were stored days ago.
    ///
    /// # Errors
    /// `NotFound` when there is no such folder, `Full`, `Forbidden`, `TooLarge`.
    async fn create(
        &self,
        folder: &FolderRef,
        name: &NewName,
        content: &[u8],
        marks: &Marks,
    ) -> Result<ItemState, BackendError>;

    /// The newest message in `folder` with that `Message-ID` (without brackets). `None` also where the store cannot tell
    /// without reading all that is there.
    ///
    /// # Errors
    /// `NotFound` when there is no such folder.
    async fn find_message(
        &self,
        folder: &FolderRef,
        id: &str,
    ) -> Result<Option<ItemRef>, BackendError> {
        let _ = (folder, id);
        Ok(None)
    }

    /// What [`Self::create`] calls a new item of that name, if that can be told before. It lets a
    /// caller recognise its own item when the watch reports it before `create` has returned.
    fn item_of(&self, folder: &FolderRef, name: &NewName) -> Option<ItemRef> {
        let _ = (folder, name);
        None
    }

    /// The newest items that a question is about. What is looked at is bounded: then the answer is not complete, and
    /// says so. What is in an item's own text may be found in fewer charsets than it can be read in.
    ///
    /// # Errors
    /// `Refused` where the store cannot look into its items, or not for such a text.
    async fn search(&self, question: &Question) -> Result<Findings, BackendError> {
        let _ = question;
        Err(BackendError::new(Kind::Refused, "search"))
    }

    /// Ready when a store that could not be reached as this was called has been reached again: for some a moment later
    /// than for others, so that not all come back at once. Never ready if it could be reached, or nothing is known of that.
    async fn recovered(&self) {
        std::future::pending().await
    }

    /// Starts to listen. Listening has begun when this returns: a change made after that is
    /// reported (rule R5: listen first, compare then).
    ///
    /// # Errors
    /// `Unavailable`, `Unauthorized`. Where the store offers nothing to listen to, the watch polls
    /// and says so; that is no error.
    async fn watch(&self) -> Result<Watch, BackendError>;
}
