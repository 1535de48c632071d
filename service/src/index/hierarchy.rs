//! The folders of an account, and what a device was told of them.

mod own;
mod plan;

use std::collections::BTreeSet;

use backends::{Class, Folder, FolderRef, Role, Survey};
use roaring::RoaringBitmap;

use crate::ids::{AccountId, FolderNo, Principal, Seq};
use crate::index::cursor::Cursor;
use crate::index::line::{Line, Next, Telling};
use crate::index::lineage::Proof;
use crate::index::{Index, IndexError, Pair};
use crate::store::answer::{self, Held};
use crate::store::folder::{self, FolderRow};
use crate::store::{Conn, account, collection};

pub use self::own::{Deed, OwnChange, OwnDeed};

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

impl From<FolderRow> for KnownFolder {
    fn from(row: FolderRow) -> Self {
        Self {
            no: row.no,
            parent: row.parent,
            name: row.name,
            class: row.class,
            role: row.role,
            reference: row.reference,
        }
    }
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
        let survey = Survey {
            folders: listed.to_vec(),
            missing: Vec::new(),
        };
        self.survey_hierarchy(account, &survey).await
    }

    /// As [`Self::refresh_hierarchy`], with what could be listed. Folders of the classes that could not be
    /// stay as they are.
    ///
    /// # Errors
    /// The store's.
    pub async fn survey_hierarchy(
        &self,
        account: AccountId,
        survey: &Survey,
    ) -> Result<Refreshed, IndexError> {
        let mut write = self.store.write(account).await?;
        let refreshed = put_listing(&mut write, account, survey).await?;
        write.commit().await?;
        Ok(refreshed)
    }

    /// The folders that are there, parents before their children. Empty before the first refresh.
    ///
    /// # Errors
    /// The store's.
    pub async fn folders(&self, account: AccountId) -> Result<Vec<KnownFolder>, IndexError> {
        let rows = folder::all(&mut *self.store.read().await?, account).await?;
        let live = rows.into_iter().filter(|row| !row.removed);
        Ok(parents_first(live.map(KnownFolder::from).collect()))
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
        let row = folder::one(&mut *self.store.read().await?, account, folder).await?;
        Ok(row.map(KnownFolder::from))
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
        let (_slot, held) = self.hierarchy_of(who).await;
        let mut conn = self.store.snapshot().await?;
        let Some((mut line, base)) = Line::open(&mut conn, held, key).await? else {
            return Ok(FolderSync::UnknownKey);
        };
        let (mut page, cursor) = difference(&mut conn, who.account, &base, notes).await?;
        drop(conn);
        if !line.initial() && page.is_empty() && !line.to_turn() {
            key.clone_into(&mut page.key);
            return Ok(FolderSync::Page(page));
        }
        let mut write = self.store.write(who.account).await?;
        if !line.initial() && page.is_empty() {
            line.turn(&mut write).await?;
            line.put(&mut write).await?;
            key.clone_into(&mut page.key);
        } else {
            (_, page.key) = line.answer(&mut write, plain(&cursor, now)).await?;
        }
        write.commit().await?;
        Ok(FolderSync::Page(page))
    }

    /// Whether the hierarchy holds anything that FolderSync did not tell this device. A device that
    /// never asked is behind.
    ///
    /// # Errors
    /// The store's.
    pub async fn hierarchy_behind(&self, who: Principal, notes: Notes) -> Result<bool, IndexError> {
        let mut conn = self.store.read().await?;
        let Some(cursor) = newest(&mut conn, who).await? else {
            return Ok(true);
        };
        if account::counters(&mut conn, who.account).await?.seq == cursor.seen {
            return Ok(false);
        }
        let (page, _) = difference(&mut conn, who.account, &cursor, notes).await?;
        Ok(!page.is_empty())
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
        let cursor = newest(&mut *self.store.read().await?, who).await?;
        let known = cursor.map(|cursor| cursor.known).unwrap_or_default();
        Ok(folders.iter().map(|no| known.contains(no.0)).collect())
    }

    async fn hierarchy_of(&self, who: Principal) -> (impl Sized, Held) {
        let folder = FolderNo::ROOT;
        let slot = self.locks.lock(Pair { who, folder }).await;
        (slot, Held { who, folder })
    }
}

impl HierarchyPage {
    /// Nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.adds.is_empty() && self.updates.is_empty() && self.deletes.is_empty()
    }

    fn names_only(&self, folders: &BTreeSet<FolderNo>) -> bool {
        let named = self.adds.iter().chain(&self.updates).map(|known| known.no);
        named
            .chain(self.deletes.iter().copied())
            .all(|no| folders.contains(&no))
    }
}

/// Brings the rows up to a listing.
async fn put_listing(
    conn: &mut Conn,
    account: AccountId,
    survey: &Survey,
) -> Result<Refreshed, IndexError> {
    let before = account::counters(conn, account).await?;
    let rows = folder::all(conn, account).await?;
    let plan = plan::plan(&rows, survey, before);
    for row in &plan.rows {
        folder::put(conn, account, row).await?;
    }
    if !plan.rows.is_empty() {
        account::set_counters(conn, account, plan.counters).await?;
    }
    Ok(Refreshed {
        seq: plan.counters.seq,
        changed: plan.counters.seq != before.seq,
    })
}

fn plain(cursor: &Cursor, now: i64) -> Next<'_> {
    Next {
        cursor,
        proof: Proof::Empty,
        uploads: Vec::new(),
        skipped: Vec::new(),
        told: Telling::default(),
        now,
    }
}

/// The cursor of the newest answer that the device may have.
async fn newest(conn: &mut Conn, who: Principal) -> Result<Option<Cursor>, IndexError> {
    let folder = FolderNo::ROOT;
    let held = Held { who, folder };
    let Some(collection) = collection::one(conn, held).await? else {
        return Ok(None);
    };
    Ok(answer::cursor(conn, held, collection.newest).await?)
}

/// What a cursor was not told, and the cursor of an answer that tells it.
async fn difference(
    conn: &mut Conn,
    account: AccountId,
    base: &Cursor,
    notes: Notes,
) -> Result<(HierarchyPage, Cursor), IndexError> {
    let seq = account::counters(conn, account).await?.seq;
    let rows = folder::all(conn, account).await?;
    let shown =
        |row: &FolderRow| !row.removed && (notes == Notes::Shown || row.class != Class::Notes);
    let mut page = HierarchyPage::default();
    let mut known = RoaringBitmap::new();
    for row in rows.into_iter().filter(shown) {
        known.insert(row.no.0);
        if !base.known.contains(row.no.0) {
            page.adds.push(row.into());
        } else if row.changed > base.seen {
            page.updates.push(row.into());
        }
    }
    page.adds = parents_first(page.adds);
    page.updates = parents_first(page.updates);
    page.deletes = (&base.known - &known).into_iter().map(FolderNo).collect();
    let cursor = Cursor {
        seen: seq,
        known,
        filling: false,
        ..Cursor::default()
    };
    Ok((page, cursor))
}

/// Puts folders behind those that they stand in, and keeps their order otherwise.
fn parents_first(mut folders: Vec<KnownFolder>) -> Vec<KnownFolder> {
    let mut sorted: Vec<KnownFolder> = Vec::with_capacity(folders.len());
    while !folders.is_empty() {
        let here: std::collections::HashSet<FolderNo> = folders.iter().map(|f| f.no).collect();
        let (ready, waiting): (Vec<_>, Vec<_>) = folders
            .into_iter()
            .partition(|folder| !here.contains(&folder.parent) || folder.parent == folder.no);
        if ready.is_empty() {
            // A circle, which no backend reports: better in any order than not at all.
            sorted.extend(waiting);
            break;
        }
        sorted.extend(ready);
        folders = waiting;
    }
    sorted
}
