//! What a device did to the account's folders itself: written down and told in one step, so that it is neither woken by
//! it nor told again.

use std::collections::BTreeSet;

use backends::{FolderRef, Survey};

use super::{Notes, difference, plain, put_listing};
use crate::ids::{FolderNo, Principal};
use crate::index::line::{KEY_ZERO, Line};
use crate::index::{Index, IndexError};
use crate::store::folder::{self, FolderRow};

/// What a device did to a folder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Deed {
    /// It made the folder that the backend calls so.
    Made(FolderRef),
    /// It renamed or moved it.
    Changed(FolderNo),
    /// It removed it, and with it all that was below it.
    Removed(FolderNo),
}

/// A deed that the backend has done.
#[derive(Clone, Debug)]
pub struct OwnDeed<'a> {
    /// The key that the device showed.
    pub key: &'a str,
    /// What it did.
    pub deed: Deed,
    /// The account's folders since.
    pub survey: &'a Survey,
    /// What the device is told of.
    pub notes: Notes,
    /// In UTC epoch seconds.
    pub now: i64,
}

/// What came of a deed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OwnChange {
    /// The next key: by it, the device knows of its deed.
    pub key: String,
    /// The folder.
    pub folder: FolderNo,
    /// Whether the account's folders changed at all.
    pub changed: bool,
}

impl Index {
    /// The folders that a device knows by a key of its hierarchy; `None`: that key is not known, or key 0.
    ///
    /// # Errors
    /// The store's.
    pub async fn hierarchy_told(
        &self,
        who: Principal,
        key: &str,
    ) -> Result<Option<BTreeSet<FolderNo>>, IndexError> {
        if key == KEY_ZERO {
            return Ok(None);
        }
        let (_slot, held) = self.hierarchy_of(who).await;
        let mut conn = self.store.snapshot().await?;
        let opened = Line::open(&mut conn, held, key).await?;
        Ok(opened.map(|(_, cursor)| cursor.known.iter().map(FolderNo).collect()))
    }

    /// Writes down, in one transaction, what a device did to the folders and that it knows. `None`: the key is not
    /// known, or not any more; then nothing is written.
    ///
    /// # Errors
    /// `NoFolder` when a folder that was made is not among those listed; the store's.
    pub async fn folder_written(
        &self,
        who: Principal,
        own: &OwnDeed<'_>,
    ) -> Result<Option<OwnChange>, IndexError> {
        let (_slot, held) = self.hierarchy_of(who).await;
        let mut write = self.store.write(who.account).await?;
        let Some((mut line, mut cursor)) = Line::open(&mut write, held, own.key).await? else {
            return Ok(None);
        };
        let changed = put_listing(&mut write, who.account, own.survey)
            .await?
            .changed;
        let rows = folder::all(&mut write, who.account).await?;
        let (no, concerned) = concerned(&rows, &own.deed).ok_or(IndexError::NoFolder)?;
        let (page, after) = difference(&mut write, who.account, &cursor, own.notes).await?;
        if page.names_only(&concerned) {
            cursor = after;
        } else {
            // Others changed folders too, which is still to be told.
            for folder in concerned {
                if after.known.contains(folder.0) {
                    cursor.known.insert(folder.0);
                } else {
                    cursor.known.remove(folder.0);
                }
            }
        }
        let (_, key) = line.answer(&mut write, plain(&cursor, own.now)).await?;
        write.commit().await?;
        Ok(Some(OwnChange {
            key,
            folder: no,
            changed,
        }))
    }
}

/// The folder of a deed, and all that the device knows to have changed with it.
fn concerned(rows: &[FolderRow], deed: &Deed) -> Option<(FolderNo, BTreeSet<FolderNo>)> {
    match deed {
        Deed::Made(reference) => {
            let is = |row: &&FolderRow| !row.removed && row.reference.as_ref() == Some(reference);
            let no = rows.iter().find(is)?.no;
            Some((no, BTreeSet::from([no])))
        }
        Deed::Changed(no) => Some((*no, BTreeSet::from([*no]))),
        Deed::Removed(no) => Some((*no, removed_below(rows, *no))),
    }
}

/// A folder and those that were below it and are gone like it.
fn removed_below(rows: &[FolderRow], no: FolderNo) -> BTreeSet<FolderNo> {
    let mut below = BTreeSet::from([no]);
    loop {
        let known = below.len();
        let gone = rows.iter().filter(|row| row.removed);
        let more: Vec<FolderNo> = gone
            .filter(|row| below.contains(&row.parent))
            .map(|row| row.no)
            .collect();
        below.extend(more);
        if below.len() == known {
            return below;
        }
    }
}
