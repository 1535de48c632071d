//! The rows of a folder's items, and how a backend's delta becomes rows.

use backends::{Delta, Horizon, ItemRef, ItemState, Token, Version};

use crate::ids::{AccountId, FolderNo, ItemNo, Principal, Seq, ServerId};
use crate::index::{Index, IndexError};

/// An item that is there, as the index knows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IndexedItem {
    /// Its id in the folder.
    pub item: ItemNo,
    /// The backend's name of it.
    pub reference: ItemRef,
    /// The state that the index knows.
    pub version: Version,
    /// What filters look at, in UTC epoch seconds.
    pub time: i64,
}

/// Where a refresh of a folder starts. Taken before the backend is read, shown to
/// [`Index::apply`] afterwards: if another refresh or an upload wrote the folder meanwhile, what was
/// read is void (R11).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReadFrom {
    /// For `Mailbox::changes`.
    pub token: Option<Token>,
    /// For `Mailbox::changes`: the widest window that a device asked for.
    pub horizon: Horizon,
    /// Counts what was written to the folder.
    pub(crate) stamp: u64,
}

/// What became of a delta.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Applied {
    /// It is written down, with its token.
    Wrote {
        /// The folder's number now. To be published in any case (R7).
        seq: Seq,
        /// Whether the delta held anything new.
        changed: bool,
    },
    /// The folder was written meanwhile: read again (R11).
    LostRace,
}

impl Index {
    /// Where to read on. `None`: the folder is not there or virtual, there is nothing to read.
    ///
    /// # Errors
    /// The store's.
    pub async fn read_from(
        &self,
        account: AccountId,
        folder: FolderNo,
    ) -> Result<Option<ReadFrom>, IndexError> {
        let _ = (account, folder);
        Err(IndexError::NoFolder)
    }

    /// Writes a delta and its token, in one transaction. An unchanged version and time is no
    /// change; what this server's own uploads caused is attributed to their device.
    ///
    /// # Errors
    /// `NoFolder`; the store's.
    pub async fn apply(
        &self,
        account: AccountId,
        folder: FolderNo,
        from: &ReadFrom,
        delta: &Delta,
    ) -> Result<Applied, IndexError> {
        let _ = (account, folder, from, delta);
        Err(IndexError::NoFolder)
    }

    /// The folder's number now.
    ///
    /// # Errors
    /// `NoFolder`; the store's.
    pub async fn seq(&self, account: AccountId, folder: FolderNo) -> Result<Seq, IndexError> {
        let _ = (account, folder);
        Err(IndexError::NoFolder)
    }

    /// Notes that a device wants items back to `window` (UTC epoch seconds, `i64::MIN` for all).
    /// True: the index does not reach that far, the folder must be refreshed before a page is picked.
    ///
    /// # Errors
    /// `NoFolder`; the store's.
    pub async fn widen(
        &self,
        account: AccountId,
        folder: FolderNo,
        window: i64,
    ) -> Result<bool, IndexError> {
        let _ = (account, folder, window);
        Err(IndexError::NoFolder)
    }

    /// An item that is there; `None` when it is not or not any more.
    ///
    /// # Errors
    /// The store's.
    pub async fn item(
        &self,
        account: AccountId,
        id: ServerId,
    ) -> Result<Option<IndexedItem>, IndexError> {
        let _ = (account, id);
        Err(IndexError::NoFolder)
    }

    /// Writes down an item that a device caused outside of its Sync (the copy in Sent, the draft that
    /// went to Trash): it is told to that device like to all others, but does not wake it.
    ///
    /// # Errors
    /// `NoFolder`; the store's.
    pub async fn adopt(
        &self,
        who: Principal,
        folder: FolderNo,
        state: &ItemState,
    ) -> Result<ItemNo, IndexError> {
        let _ = (who, folder, state);
        Err(IndexError::NoFolder)
    }

    /// Writes down that a device removed an item outside of its Sync: told like any removal, but does
    /// not wake it.
    ///
    /// # Errors
    /// `NoFolder`; the store's.
    pub async fn disown(&self, who: Principal, id: ServerId) -> Result<(), IndexError> {
        let _ = (who, id);
        Err(IndexError::NoFolder)
    }

    /// Where a device moved an item, so that a repeated MoveItems has the same answer.
    ///
    /// # Errors
    /// The store's.
    pub async fn moved(
        &self,
        who: Principal,
        from: ServerId,
    ) -> Result<Option<ServerId>, IndexError> {
        let _ = (who, from);
        Err(IndexError::NoFolder)
    }

    /// Writes down a move that the backend has done: gone from one folder, there in the other, one
    /// transaction. Neither wakes the device that moved it.
    ///
    /// # Errors
    /// `NoFolder`; the store's.
    pub async fn record_move(
        &self,
        who: Principal,
        from: ServerId,
        to: FolderNo,
        state: &ItemState,
        now: i64,
    ) -> Result<ServerId, IndexError> {
        let _ = (who, from, to, state, now);
        Err(IndexError::NoFolder)
    }
}
