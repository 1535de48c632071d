//! What one Sync answer tells: the page, picked without I/O.
//!
//! A [`Picker`] says which rows it wants to see next, is fed with them, and stops when the page is full or
//! the cursor has caught up. Four steps: what fell out of the window; what was deleted so long ago that
//! no row tells of it; what changed, oldest first; the rest of the window, newest first. Beside each
//! command it notes where a page that ends before it would go on, so that the caller may cut a page short.

use roaring::RoaringBitmap;

use crate::ids::{DeviceId, ItemNo, Seq};
use crate::index::IndexedItem;
use crate::index::cursor::{Cursor, Judgement, Place, Row};
pub use crate::store::item::Want;

/// What a device is to do with an item.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Action {
    /// It does not hold the item and shall.
    Add,
    /// It holds another state of it.
    Change,
    /// The item is gone.
    Delete,
    /// The item dropped out of the filter; it still exists.
    SoftDelete,
}

/// One command of a page.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Command {
    /// What to do.
    pub action: Action,
    /// With which item.
    pub item: ItemNo,
    /// Its row: always there for [`Action::Add`] and [`Action::Change`].
    pub row: Option<IndexedItem>,
}

/// What a Sync answer tells.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Page {
    /// In this order. A caller may send any number of them from the front: see `Session::commit`.
    pub commands: Vec<Command>,
    /// Changes that go with them in any case: the present state of items whose upload was a repeat
    /// or lost a conflict. They do not count towards the page's size.
    pub again: Vec<Command>,
    /// Whether there is more than `commands`.
    pub more: bool,
    /// The one command is not to be sent: the device does not take it.
    pub passed_over: bool,
}

/// The folder, as far as a page needs to know it.
#[derive(Clone, Debug, Default)]
pub struct FolderState {
    /// Its number. Read before the rows are: later changes are for the next page.
    pub seq: Seq,
    /// The collected ids of every batch of tombstones above the cursor's `seen`.
    pub gone: RoaringBitmap,
}

/// Where a page that stops goes on.
#[derive(Clone, Copy, Debug)]
struct Mark {
    seen: Seq,
    window: i64,
    filling: bool,
    filled: Place,
}

#[derive(Clone, Copy, Debug)]
enum Effect {
    Take(ItemNo),
    Drop(ItemNo),
}

#[derive(Debug)]
enum Stage {
    Slid { after: Place },
    Vanished,
    Changed { after: Seq },
    Unfilled { below: Place },
    Done,
}

/// Picks one page. See the module's text.
#[derive(Debug)]
pub struct Picker {
    base: Cursor,
    cursor: Cursor,
    folder: FolderState,
    device: DeviceId,
    size: usize,
    first: bool,
    stage: Stage,
    picked: Vec<Command>,
    /// Where a page would go on that ends before `picked[i]`; one more than `picked` once done.
    marks: Vec<Mark>,
    /// What each command, or a row without command, does to the ids; with the number of commands before.
    effects: Vec<(usize, Effect)>,
    more: bool,
}

impl Picker {
    /// A page of at most `size` commands for a cursor whose uploads are in it already.
    #[must_use]
    pub fn new(
        base: Cursor,
        folder: FolderState,
        device: DeviceId,
        window: i64,
        size: usize,
    ) -> Self {
        let mut cursor = base.clone();
        // Nothing was told yet: the fill tells of everything, newest first.
        let first = cursor.filling && cursor.seen == Seq(0);
        if window < cursor.window && !cursor.filling {
            cursor.filling = true;
            cursor.filled = Place::floor(cursor.window);
        }
        let stage = if window > cursor.window && !cursor.known.is_empty() {
            Stage::Slid {
                after: Place::floor(cursor.window),
            }
        } else {
            Stage::Vanished
        };
        if first {
            cursor.filled = Place::TOP;
        }
        cursor.filled = cursor.filled.max(Place::floor(window));
        cursor.window = window;
        let mut picker = Self {
            base,
            cursor,
            folder,
            device,
            size,
            first,
            stage,
            picked: Vec::new(),
            marks: Vec::new(),
            effects: Vec::new(),
            more: false,
        };
        picker.settle();
        picker
    }

    /// The rows to feed next; `None`: the page is picked.
    #[must_use]
    pub fn want(&self) -> Option<Want> {
        match self.stage {
            Stage::Slid { after } => Some(Want::Slid {
                after,
                window: self.cursor.window,
            }),
            Stage::Changed { after } => Some(Want::Changed {
                after,
                to: self.folder.seq,
            }),
            Stage::Unfilled { below } => Some(Want::Unfilled {
                below,
                window: self.cursor.window,
            }),
            Stage::Vanished | Stage::Done => None,
        }
    }

    /// Takes the first rows of what [`Self::want`] asked for; `last`: there are no more of them.
    pub fn feed(&mut self, rows: impl IntoIterator<Item = Row>, last: bool) {
        for row in rows {
            match self.stage {
                Stage::Slid { .. } => self.slid(&row),
                Stage::Changed { .. } => self.changed(&row),
                Stage::Unfilled { .. } => self.unfilled(&row),
                Stage::Vanished | Stage::Done => return,
            }
        }
        if last {
            self.next_stage();
            self.settle();
        }
    }

    /// The commands that were picked.
    #[must_use]
    pub fn commands(&self) -> &[Command] {
        &self.picked
    }

    /// Whether there is more than was picked.
    #[must_use]
    pub fn more(&self) -> bool {
        self.more
    }

    /// The cursor of an answer that tells the first `told` commands.
    #[must_use]
    pub fn cursor_after(&self, told: usize) -> Cursor {
        let told = told.min(self.picked.len());
        let mut cursor = self.base.clone();
        for (before, effect) in &self.effects {
            match *effect {
                _ if *before > told => break,
                // A command's own effect is noted with the number of commands up to and with it.
                Effect::Take(item) => cursor.take(item),
                Effect::Drop(item) => cursor.drop_item(item),
            }
        }
        if let Some(mark) = self.marks.get(told) {
            cursor.seen = mark.seen;
            cursor.window = mark.window;
            cursor.filling = mark.filling;
            cursor.filled = mark.filled;
        }
        cursor
    }

    fn slid(&mut self, row: &Row) {
        self.stage = Stage::Slid { after: row.place() };
        let later = row.changed > self.cursor.seen;
        if row.removed || later || !self.cursor.known.contains(row.item.0) {
            return; // the third step tells of these
        }
        let mark = Mark {
            window: row.time,
            filling: true,
            filled: self.cursor.filled.max(row.place()),
            ..self.here()
        };
        if self.cursor.skipped.contains(row.item.0) {
            self.forget(row.item);
        } else {
            self.tell(Action::SoftDelete, row.item, Some(row), mark);
        }
    }

    fn vanished(&mut self) {
        for item in self.cursor.vanished(&self.folder.gone) {
            if matches!(self.stage, Stage::Done) {
                return;
            }
            let mark = self.here();
            if self.cursor.skipped.contains(item) {
                self.forget(ItemNo(item));
            } else {
                self.tell(Action::Delete, ItemNo(item), None, mark);
            }
        }
    }

    fn changed(&mut self, row: &Row) {
        self.stage = Stage::Changed { after: row.changed };
        if self.first && !self.cursor.known.contains(row.item.0) {
            return; // the fourth step tells of these, newest first
        }
        let mark = Mark {
            seen: Seq(row.changed.0.saturating_sub(1)),
            ..self.here()
        };
        match self.cursor.judge(row, self.device) {
            Judgement::Nothing => {}
            Judgement::Forget => self.forget(row.item),
            Judgement::Tell(action) => self.tell(action, row.item, Some(row), mark),
        }
    }

    fn unfilled(&mut self, row: &Row) {
        self.stage = Stage::Unfilled { below: row.place() };
        if !self.cursor.lacks(row) {
            return;
        }
        let mark = self.here();
        self.tell(Action::Add, row.item, Some(row), mark);
        self.cursor.filled = row.place();
    }

    /// Picks a command, or stops the page before it.
    fn tell(&mut self, action: Action, item: ItemNo, row: Option<&Row>, mark: Mark) {
        self.marks.push(mark);
        if self.picked.len() == self.size {
            self.more = true;
            self.stage = Stage::Done;
            return;
        }
        self.picked.push(Command {
            action,
            item,
            row: row.filter(|row| !row.removed).map(Row::indexed),
        });
        let told = self.picked.len();
        let effect = match action {
            Action::Add | Action::Change => Effect::Take(item),
            Action::Delete | Action::SoftDelete => Effect::Drop(item),
        };
        self.apply(told, effect);
    }

    fn forget(&mut self, item: ItemNo) {
        self.apply(self.picked.len(), Effect::Drop(item));
    }

    fn apply(&mut self, told: usize, effect: Effect) {
        match effect {
            Effect::Take(item) => self.cursor.take(item),
            Effect::Drop(item) => self.cursor.drop_item(item),
        }
        self.effects.push((told, effect));
    }

    fn here(&self) -> Mark {
        Mark {
            seen: self.cursor.seen,
            window: self.cursor.window,
            filling: self.cursor.filling,
            filled: self.cursor.filled,
        }
    }

    fn next_stage(&mut self) {
        self.stage = match self.stage {
            Stage::Slid { .. } => Stage::Vanished,
            Stage::Vanished => Stage::Changed {
                after: self.cursor.seen,
            },
            Stage::Changed { .. } => {
                self.cursor.seen = self.folder.seq.max(self.cursor.seen);
                Stage::Unfilled {
                    below: self.cursor.filled,
                }
            }
            Stage::Unfilled { .. } => {
                self.cursor.filling = false;
                self.cursor.filled = Place::floor(self.cursor.window);
                Stage::Done
            }
            Stage::Done => Stage::Done,
        };
    }

    /// Passes the stages that need no rows.
    fn settle(&mut self) {
        loop {
            match self.stage {
                Stage::Vanished => {
                    self.vanished();
                    if matches!(self.stage, Stage::Done) {
                        return;
                    }
                }
                Stage::Changed { after } if self.nothing_changed(after) => {}
                Stage::Unfilled { .. } if !self.cursor.filling => {}
                Stage::Done => {
                    if !self.more {
                        self.marks.push(self.here());
                    }
                    return;
                }
                Stage::Slid { .. } | Stage::Changed { .. } | Stage::Unfilled { .. } => return,
            }
            self.next_stage();
        }
    }

    /// On the first fill only items that came up with it can have changed.
    fn nothing_changed(&self, after: Seq) -> bool {
        after >= self.folder.seq || (self.first && self.cursor.known.is_empty())
    }
}
