//! The folders of an account, and what a device was told of them.

use backends::{Class, Folder, FolderRef, Role};

use crate::ids::{AccountId, FolderNo, Principal, Seq};
use crate::index::{Index, IndexError};

/// A folder as the index knows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KnownFolder {
    /// Its number, for ever.
    pub no: FolderNo,
    /// The folder above it, or [`FolderNo::ROOT`].
    pub parent: FolderNo,
    /// Its name.
    pub name: String,
    /// What it holds.
    pub class: Class,
    /// What it is for.
    pub role: Role,
    /// The backend's name of it; `None` for a special folder that the backend does not have: it can be
    /// synced, is empty and stays silent.
    pub reference: Option<FolderRef>,
}

/// What became of a listing of folders.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Refreshed {
    /// The hierarchy's number now.
    pub seq: Seq,
    /// Whether anything changed.
    pub changed: bool,
}

/// Whether folders of notes exist for the device: from protocol version 14.0 on.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Notes {
    /// They do.
    Shown,
    /// They do not.
    Hidden,
}

/// What FolderSync answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FolderSync {
    /// Status 9: the device starts over with key 0.
    UnknownKey,
    /// What changed.
    Page(HierarchyPage),
}

/// The changes of a hierarchy.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct HierarchyPage {
    /// The next key. The one that was shown when nothing changed.
    pub key: String,
    /// New folders, parents before their children.
    pub adds: Vec<KnownFolder>,
    /// Renamed or moved folders.
    pub updates: Vec<KnownFolder>,
    /// Removed folders.
    pub deletes: Vec<FolderNo>,
}

impl Index {
    /// Brings the account's folders up to a complete listing, in one transaction: a folder is
    /// recognised by its identity first, then by its reference; special folders that the backend does
    /// not have exist virtually, under numbers that stay when it gets them.
    ///
    /// # Errors
    /// The store's.
    pub async fn refresh_hierarchy(
        &self,
        account: AccountId,
        listed: &[Folder],
    ) -> Result<Refreshed, IndexError> {
        let _ = (account, listed);
        Err(IndexError::NoFolder)
    }

    /// The folders that are there, parents before their children. Empty before the first refresh.
    ///
    /// # Errors
    /// The store's.
    pub async fn folders(&self, account: AccountId) -> Result<Vec<KnownFolder>, IndexError> {
        let _ = account;
        Err(IndexError::NoFolder)
    }

    /// One folder that is there.
    ///
    /// # Errors
    /// The store's.
    pub async fn folder(
        &self,
        account: AccountId,
        folder: FolderNo,
    ) -> Result<Option<KnownFolder>, IndexError> {
        let _ = (account, folder);
        Err(IndexError::NoFolder)
    }

    /// FolderSync: what changed since `key` (`"0"`: everything), and the next key. The previous key
    /// stays good until the next one is shown.
    ///
    /// # Errors
    /// The store's.
    pub async fn folder_sync(
        &self,
        who: Principal,
        key: &str,
        notes: Notes,
        now: i64,
    ) -> Result<FolderSync, IndexError> {
        let _ = (who, key, notes, now);
        Err(IndexError::NoFolder)
    }

    /// Whether the hierarchy holds anything that FolderSync did not tell this device. A device that
    /// never asked is behind.
    ///
    /// # Errors
    /// The store's.
    pub async fn hierarchy_behind(&self, who: Principal, notes: Notes) -> Result<bool, IndexError> {
        let _ = (who, notes);
        Err(IndexError::NoFolder)
    }

    /// Which of `folders` the device's FolderSync told it of and did not take back.
    ///
    /// # Errors
    /// The store's.
    pub async fn hierarchy_holds(
        &self,
        who: Principal,
        folders: &[FolderNo],
    ) -> Result<Vec<bool>, IndexError> {
        let _ = (who, folders);
        Err(IndexError::NoFolder)
    }
}
