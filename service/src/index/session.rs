//! One Sync of one collection: key, uploads, page, commit.

mod estimate;
mod guard;
mod told;
mod uploads;

use std::collections::{BTreeMap, BTreeSet};

use tokio::sync::OwnedMutexGuard;

pub use estimate::{Counted, Estimate};
pub use guard::Patience;
pub(crate) use guard::Trials;

use crate::ids::{FolderNo, ItemNo, Principal};
use crate::index::cursor::{Cursor, Row};
use crate::index::line::{Line, Next, Telling};
use crate::index::lineage::{Lesson, Proof};
use crate::index::locks::Slot;
use crate::index::page::{FolderState, Picker};
use crate::index::{Action, AnswerId, Command, Index, IndexError, IndexedItem, KnownFolder, Page};
use crate::store::answer::Held;
use crate::store::item::{self, At};
use crate::store::{Conn, folder, gone};

/// How many rows a page looks at at once, above its size.
const LOOK_AHEAD: usize = 64;

/// How many rows a page looks at at once, at most.
const LOOK_MAX: usize = 1000;

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
    /// Sync status 16: others of the device's Syncs have kept it waiting for too long.
    Busy,
    /// Sync status 3: the device starts over with key 0.
    UnknownKey,
    /// The key is good.
    Open(Box<Session>),
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
    index: Index,
    /// One is served at a time.
    slot: OwnedMutexGuard<Slot>,
    folder: KnownFolder,
    line: Line,
    /// What the device holds: the taken answer's cursor, as it was.
    base: Cursor,
    /// The same with what this request uploads.
    cursor: Cursor,
    /// Uploads that this answer answers.
    answered: Vec<u64>,
    /// Whether the answer says more of them than that they arrived.
    responds: bool,
    /// Items whose present state is to be sent back.
    again: BTreeSet<ItemNo>,
    picker: Option<Picker>,
    again_told: usize,
    /// Items that cannot be sent, and why.
    skipped: BTreeMap<ItemNo, String>,
    telling: Telling,
    /// The only item of the page, because the device did not take it with others.
    alone: Option<ItemNo>,
}

impl Index {
    /// Opens a collection with the key that the device showed. Waits while another Sync of it runs.
    ///
    /// # Errors
    /// The store's.
    pub async fn open(&self, pair: Pair, key: &str) -> Result<Opening, IndexError> {
        let Some(mut slot) = self.locks.lock(pair).await else {
            return Ok(Opening::Busy);
        };
        let held = Held {
            who: pair.who,
            folder: pair.folder,
        };
        let mut conn = self.store.read().await?;
        let Some(row) = folder::one(&mut conn, pair.who.account, pair.folder).await? else {
            return Ok(Opening::NoFolder);
        };
        let Some((line, base)) = Line::open(&mut conn, held, key).await? else {
            return Ok(Opening::UnknownKey);
        };
        drop(conn);
        slot.show(key);
        slot.trials.shown_again(line.fate());
        let mut session = Session {
            index: self.clone(),
            slot,
            folder: row.into(),
            line,
            cursor: base.clone(),
            base,
            answered: Vec::new(),
            responds: false,
            again: BTreeSet::new(),
            picker: None,
            again_told: 0,
            skipped: BTreeMap::new(),
            telling: Telling::default(),
            alone: None,
        };
        if session.line.turns_back() {
            session.turn_now().await?;
        }
        Ok(Opening::Open(Box::new(session)))
    }
}

impl Session {
    /// Key 0: the answer is a key and no items.
    #[must_use]
    pub fn initial(&self) -> bool {
        self.line.initial()
    }

    /// How often this key was shown in a row: the third time, halve the page; then isolate.
    #[must_use]
    pub fn asked(&self) -> u32 {
        self.slot.asked()
    }

    /// What the key teaches about the answers to the device.
    #[must_use]
    pub fn lesson(&self) -> Option<Lesson> {
        self.line.lesson()
    }

    /// Whether the device synced the folder before and shows key 0 now.
    #[must_use]
    pub fn starts_over(&self) -> bool {
        self.line.initial() && self.line.collection.made > 0
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &KnownFolder {
        &self.folder
    }

    /// The sticky Options, as they were set.
    #[must_use]
    pub fn options(&self) -> Option<&str> {
        self.line.collection.options.as_deref()
    }

    /// Replaces the sticky Options; stored by [`Self::commit`].
    pub fn set_options(&mut self, options: String) {
        self.line.collection.options = Some(options);
    }

    /// The Supported list, as it was set.
    #[must_use]
    pub fn supported(&self) -> Option<&str> {
        self.line.collection.supported.as_deref()
    }

    /// Replaces the Supported list; stored by [`Self::commit`].
    pub fn set_supported(&mut self, supported: Option<String>) {
        self.line.collection.supported = supported;
    }

    /// An item that the device holds and that is there.
    ///
    /// # Errors
    /// The store's.
    pub async fn item(&self, item: ItemNo) -> Result<Option<IndexedItem>, IndexError> {
        let mut conn = self.index.store.read().await?;
        let row = item::one(&mut conn, self.at(), item).await?;
        let row = row.filter(|row| !row.removed && self.cursor.known.contains(row.item.0));
        Ok(row.map(|row| row.indexed()))
    }

    /// Picks what the answer tells: at most `size` commands, for a filter cut-off of `window` (UTC
    /// epoch seconds, `i64::MIN` for all). After the uploads; calling it again picks anew.
    ///
    /// # Errors
    /// The store's.
    pub async fn page(&mut self, window: i64, size: usize) -> Result<Page, IndexError> {
        let mut conn = self.index.store.snapshot().await?;
        let picker = pick(&mut conn, self.line.held, self.cursor.clone(), window, size).await?;
        let again = self.again(&mut conn, &picker).await?;
        self.again_told = again.len();
        let page = Page {
            commands: picker.commands().to_vec(),
            again,
            more: picker.more(),
            passed_over: false,
        };
        self.picker = Some(picker);
        Ok(page)
    }

    /// The present state of items whose upload was a repeat or lost, unless the page tells it.
    async fn again(&self, conn: &mut Conn, picker: &Picker) -> Result<Vec<Command>, IndexError> {
        let told: BTreeSet<ItemNo> = picker.commands().iter().map(|c| c.item).collect();
        let after = picker.cursor_after(usize::MAX);
        let mut again = Vec::new();
        for item in self.again.difference(&told) {
            if !after.known.contains(item.0) || after.skipped.contains(item.0) {
                continue;
            }
            let row = item::one(conn, self.at(), *item).await?;
            again.extend(row.filter(|row| !row.removed).map(|row| Command {
                action: Action::Change,
                item: *item,
                row: Some(row.indexed()),
            }));
        }
        Ok(again)
    }

    /// Leaves an item of the page out because it cannot be fetched or converted. It is listed, not sent
    /// again until it changes or is retried.
    pub fn skip(&mut self, item: ItemNo, reason: &str) {
        self.skipped.insert(item, reason.to_owned());
    }

    /// The answer has responses to uploads, and is in doubt like one with items. One that says nothing of them has
    /// nothing to lose: a device that does not get it sends them again.
    pub fn respond(&mut self) {
        self.responds = true;
    }

    /// Stores the answer's cursor, with the first `told` commands of the page, and gives the key that
    /// goes with it. To be called before the answer is written. `now` in UTC epoch seconds.
    ///
    /// # Errors
    /// The store's.
    pub async fn commit(mut self, told: usize, now: i64) -> Result<Receipt, IndexError> {
        let (cursor, content) = self.cursor_told(told);
        let next = Next {
            cursor: &cursor,
            proof: if content {
                Proof::Unproved
            } else {
                Proof::Empty
            },
            uploads: std::mem::take(&mut self.answered),
            skipped: self
                .skipped
                .iter()
                .map(|(item, why)| (*item, why.as_str()))
                .collect(),
            told: std::mem::take(&mut self.telling),
            now,
        };
        let mut write = self.index.store.write(self.line.held.who.account).await?;
        let (number, key) = self.line.answer(&mut write, next).await?;
        write.commit().await?;
        self.tried(content);
        let folder = self.line.held.folder;
        Ok(Receipt {
            key,
            answer: AnswerId { folder, number },
        })
    }

    /// The cursor of an answer with the first `told` commands, and whether it says anything.
    fn cursor_told(&self, told: usize) -> (Cursor, bool) {
        let Some(picker) = &self.picker else {
            return (self.cursor.clone(), self.responds);
        };
        let mut cursor = picker.cursor_after(told);
        let sent = picker.commands().iter().take(told);
        let content = sent.len() + self.again_told > self.skipped.len();
        for item in self.skipped.keys() {
            let told = sent.clone().any(|command| command.item == *item);
            if told && cursor.known.contains(item.0) {
                cursor.skip(*item);
            }
        }
        (cursor, content || self.responds)
    }

    /// Whether the session may end without an answer: the device showed the newest key, so that what it holds is
    /// what a Ping compares with.
    #[must_use]
    pub fn may_close(&self) -> bool {
        self.line.newest()
    }

    /// Ends a session that answers nothing: no key, but what the shown key proves stays, and so does how far a page
    /// of nothing looked (a Ping need not look there again).
    ///
    /// # Errors
    /// The store's.
    pub async fn close(mut self) -> Result<(), IndexError> {
        self.slot.trials = Trials::default();
        let quiet = self
            .picker
            .take()
            .filter(|picker| picker.commands().is_empty() && !picker.more());
        let cursor = quiet
            .map(|picker| picker.cursor_after(0))
            .filter(|cursor| *cursor != self.base);
        let Some(cursor) = cursor.filter(|_| self.line.newest() && self.answered.is_empty()) else {
            return self.turn_now().await;
        };
        let mut write = self.index.store.write(self.line.held.who.account).await?;
        self.line.turn(&mut write).await?;
        self.line.advance(&mut write, &cursor).await?;
        self.line.put(&mut write).await?;
        Ok(write.commit().await?)
    }

    async fn turn_now(&mut self) -> Result<(), IndexError> {
        if !self.line.to_turn() {
            return Ok(());
        }
        let mut write = self.index.store.write(self.line.held.who.account).await?;
        self.line.turn(&mut write).await?;
        self.line.put(&mut write).await?;
        Ok(write.commit().await?)
    }

    fn at(&self) -> At {
        At {
            account: self.line.held.who.account,
            folder: self.line.held.folder,
        }
    }
}

/// Runs a picker against the store.
async fn pick(
    conn: &mut Conn,
    held: Held,
    cursor: Cursor,
    window: i64,
    size: usize,
) -> Result<Picker, IndexError> {
    let account = held.who.account;
    let at = At {
        account,
        folder: held.folder,
    };
    let row = folder::one(conn, account, held.folder).await?;
    // The number is noted before the rows are read: what changes meanwhile is for the next page.
    let state = FolderState {
        seq: row.ok_or(IndexError::NoFolder)?.head.seq,
        gone: gone::above(conn, at, cursor.seen).await?,
    };
    let mut picker = Picker::new(cursor, state, held.who.device, window, size);
    let limit = size.saturating_add(LOOK_AHEAD).min(LOOK_MAX);
    while let Some(want) = picker.want() {
        let rows: Vec<Row> = item::wanted(conn, at, want, limit).await?;
        let last = rows.len() < limit;
        picker.feed(rows, last);
    }
    Ok(picker)
}
