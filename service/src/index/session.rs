//! One Sync of one collection: key, uploads, page, commit.

use backends::{ItemRef, ItemState, Version};

use crate::ids::{FolderNo, ItemNo, Principal};
use crate::index::{AnswerId, Index, IndexError, IndexedItem, KnownFolder, Page};

/// A device and a folder: one collection.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Pair {
    /// Account and device.
    pub who: Principal,
    /// The folder.
    pub folder: FolderNo,
}

/// What became of the key that a device showed.
#[derive(Debug)]
pub enum Opening {
    /// Sync status 12: there is no such folder.
    NoFolder,
    /// Sync status 3: the device starts over with key 0.
    UnknownKey,
    /// The key is good.
    Open(Box<Session>),
}

/// What GetItemEstimate answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Estimate {
    /// Status 2.
    NoFolder,
    /// Status 3: key 0.
    NotPrimed,
    /// Status 4.
    UnknownKey,
    /// So many commands would Sync send.
    Commands(usize),
}

/// How a device names what it uploads.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ident {
    /// A new item, by its ClientId.
    Add(String),
    /// A change of an item.
    Change(ItemNo),
    /// A deletion.
    Delete(ItemNo),
}

/// Who wins when both sides changed an item.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Conflict {
    /// The device's change is dropped (Sync status 7).
    ServerWins,
    /// The device's change is applied, and what came of it told to all devices.
    ClientWins,
}

/// What a device asks to be done with an item.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Its name.
    pub ident: Ident,
    /// Hash of its content, to tell a repeat from a new upload of that name.
    pub hash: [u8; 32],
    /// Who wins.
    pub conflict: Conflict,
    /// For [`Ident::Add`]: what the backend will call it, if that can be told before.
    pub expected_item: Option<ItemRef>,
    /// The version it will have, if that can be told before: the device's own change is then
    /// recognised when the watch is faster than the backend's answer.
    pub expected_version: Option<Version>,
}

/// What is to be done with an upload.
#[derive(Debug)]
pub enum Verdict {
    /// Do it, then call [`Session::settle`]. It is written down.
    Go(Ticket),
    /// It was applied before: a success, nothing to do.
    Repeat(ItemNo),
    /// An item was made under this ClientId before, with other content: apply it as a change.
    Differs(ItemNo),
    /// The server's change wins: Sync status 7. The page tells the device the server's state.
    Lost,
    /// The item is gone: Sync status 8. The page tells so.
    Gone,
}

/// Permission to do one upload.
#[derive(Debug)]
pub struct Ticket {
    /// The row to change; `None` for a new item.
    pub row: Option<IndexedItem>,
    /// True: it was begun before and its end is not known. Doing it again must do no harm.
    pub unfinished: bool,
}

/// What the backend made of an upload.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// The item is there, in this state.
    Present(ItemState),
    /// The item is gone.
    Removed,
    /// The backend holds a change that the index does not know yet, and the upload was dropped for it.
    Conflict,
    /// Nothing was done: a repeat tries again.
    Failed,
}

/// What the device gets with its answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Receipt {
    /// The next key.
    pub key: String,
    /// Names the answer, for [`Index::delivered`].
    pub answer: AnswerId,
}

/// One Sync of one collection. While it lives, no other Sync of that collection is served.
#[derive(Debug)]
pub struct Session {
    initial: bool,
    folder: KnownFolder,
    options: Option<String>,
    supported: Option<String>,
}

impl Index {
    /// Opens a collection with the key that the device showed. Waits while another Sync of it runs.
    ///
    /// # Errors
    /// The store's.
    pub async fn open(&self, pair: Pair, key: &str) -> Result<Opening, IndexError> {
        let _ = (pair, key);
        Err(IndexError::NoFolder)
    }

    /// What Sync with that key and window would send, all pages together.
    ///
    /// # Errors
    /// The store's.
    pub async fn estimate(
        &self,
        pair: Pair,
        key: &str,
        window: i64,
    ) -> Result<Estimate, IndexError> {
        let _ = (pair, key, window);
        Err(IndexError::NoFolder)
    }
}

impl Session {
    /// Key 0: the answer is a key and no items.
    #[must_use]
    pub fn initial(&self) -> bool {
        self.initial
    }

    /// How often this key was shown in a row: the third time, halve the page; then isolate.
    #[must_use]
    pub fn asked(&self) -> u32 {
        1
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &KnownFolder {
        &self.folder
    }

    /// The sticky Options, as they were set.
    #[must_use]
    pub fn options(&self) -> Option<&str> {
        self.options.as_deref()
    }

    /// Replaces the sticky Options; stored by [`Self::commit`].
    pub fn set_options(&mut self, options: String) {
        self.options = Some(options);
    }

    /// The Supported list, as it was set.
    #[must_use]
    pub fn supported(&self) -> Option<&str> {
        self.supported.as_deref()
    }

    /// Replaces the Supported list; stored by [`Self::commit`].
    pub fn set_supported(&mut self, supported: Option<String>) {
        self.supported = supported;
    }

    /// An item that the device holds and that is there.
    ///
    /// # Errors
    /// The store's.
    pub async fn item(&self, item: ItemNo) -> Result<Option<IndexedItem>, IndexError> {
        let _ = item;
        Err(IndexError::NoFolder)
    }

    /// Judges an upload, and writes it down before the backend is touched.
    ///
    /// # Errors
    /// The store's.
    pub async fn upload(&mut self, upload: &Upload) -> Result<Verdict, IndexError> {
        let _ = upload;
        Err(IndexError::NoFolder)
    }

    /// Writes down what became of an upload. Says which item it is.
    ///
    /// # Errors
    /// The store's.
    pub async fn settle(
        &mut self,
        ticket: Ticket,
        outcome: &Outcome,
    ) -> Result<Option<ItemNo>, IndexError> {
        let _ = (ticket, outcome);
        Err(IndexError::NoFolder)
    }

    /// Picks what the answer tells: at most `size` commands, for a filter cut-off of `window` (UTC
    /// epoch seconds, `i64::MIN` for all). After the uploads; calling it again picks anew.
    ///
    /// # Errors
    /// The store's.
    pub async fn page(&mut self, window: i64, size: usize) -> Result<Page, IndexError> {
        let _ = (window, size);
        Err(IndexError::NoFolder)
    }

    /// Leaves an item of the page out because it cannot be fetched or converted. It is listed, not sent
    /// again until it changes or is retried.
    pub fn skip(&mut self, item: ItemNo, reason: &str) {
        let _ = (item, reason);
    }

    /// Stores the answer's cursor, with the first `told` commands of the page, and gives the key that
    /// goes with it. To be called before the answer is written.
    ///
    /// # Errors
    /// The store's.
    pub async fn commit(self, told: usize, now: i64) -> Result<Receipt, IndexError> {
        let _ = (told, now);
        Err(IndexError::NoFolder)
    }

    /// Ends a session that answers nothing: no key, no cursor, but what the shown key proves stays.
    ///
    /// # Errors
    /// The store's.
    pub async fn close(self, now: i64) -> Result<(), IndexError> {
        let _ = now;
        Err(IndexError::NoFolder)
    }
}
