//! Ping's question: does a folder hold what the newest answer to this device did not tell?

use crate::ids::{FolderNo, Principal, Seq};
use crate::index::{Index, IndexError};

/// Whether a device is to be woken for a folder.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Wake {
    /// Nothing to tell.
    Quiet,
    /// Something to tell.
    Changed,
    /// The device never synced the folder: to be ignored.
    Absent,
    /// The cursor cannot be used any more: answer with the folder at once.
    Invalid,
    /// The account has no such folder, or not any more: see [`Index::hierarchy_behind`].
    NoFolder,
}

/// When an answer that nothing proves received is announced (R12).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Doubt {
    /// It was not written completely: now.
    Now,
    /// It was written, but nothing proves that it arrived: at this time, in UTC epoch seconds.
    At(i64),
}

/// How a folder stands for a device.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Standing {
    /// The folder.
    pub folder: FolderNo,
    /// Whether to wake.
    pub wake: Wake,
    /// Whether the newest answer is in doubt.
    pub doubt: Option<Doubt>,
    /// How far the newest answer told.
    pub told: Seq,
    /// The folder's number now. A hint with a number that is not above it brings nothing new.
    pub current: Seq,
}

/// One Sync answer of one collection, as the connection that carried it remembers it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AnswerId {
    /// The collection's folder.
    pub folder: FolderNo,
    /// Counts the answers of the collection.
    pub number: u64,
}

/// What is known of an answer's way to the device.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Delivery {
    /// It was not written completely, or the connection broke before anything proved it.
    Broken,
    /// The device received it: its next request on the same connection, or all bytes acknowledged.
    Proved,
}

impl Index {
    /// How each of `folders` stands for the device, in their order. Costs one query while all are
    /// quiet; a folder whose number moved costs a look at the rows that changed since.
    ///
    /// # Errors
    /// The store's.
    pub async fn verify(
        &self,
        who: Principal,
        folders: &[FolderNo],
    ) -> Result<Vec<Standing>, IndexError> {
        let _ = (who, folders);
        Err(IndexError::NoFolder)
    }

    /// Notes what became of answers. Only answers with content are in doubt; the others cost nothing.
    ///
    /// # Errors
    /// The store's.
    pub async fn delivered(
        &self,
        who: Principal,
        answers: &[AnswerId],
        delivery: Delivery,
    ) -> Result<(), IndexError> {
        let _ = (who, answers, delivery);
        Err(IndexError::NoFolder)
    }

    /// Notes that a Ping was answered with these folders because their newest answer is in doubt: that
    /// happens once per answer.
    ///
    /// # Errors
    /// The store's.
    pub async fn announced(&self, who: Principal, folders: &[FolderNo]) -> Result<(), IndexError> {
        let _ = (who, folders);
        Err(IndexError::NoFolder)
    }
}
