//! The cursor: what a device holds of a folder. And the judgement that everything else is made of.

use roaring::RoaringBitmap;

use crate::ids::{DeviceId, ItemNo, Seq};
use crate::index::{Action, IndexedItem};
pub use crate::store::answer::{Cursor, NO_CUTOFF};
pub use crate::store::item::{Place, Row};

impl Row {
    /// Where it stands in a phone's list, which shows the newest at the top.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            time: self.time,
            item: self.item.0,
        }
    }

    /// What the world outside of the rules sees of it.
    #[must_use]
    pub fn indexed(&self) -> IndexedItem {
        IndexedItem {
            item: self.item,
            reference: self.reference.clone(),
            version: self.version.clone(),
            time: self.time,
        }
    }
}

/// What the rules say of one row.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Judgement {
    /// Nothing to tell.
    Nothing,
    /// To be told.
    Tell(Action),
    /// It was skipped and is not to be seen any more: forget it without a word.
    Forget,
}

impl Cursor {
    /// What is to be told to `device` of a row that changed after `seen`.
    #[must_use]
    pub fn judge(&self, row: &Row, device: DeviceId) -> Judgement {
        let hidden = row.removed || row.time < self.window;
        let known = self.known.contains(row.item.0);
        if known && self.skipped.contains(row.item.0) {
            return if hidden {
                Judgement::Forget
            } else {
                Judgement::Tell(Action::Add)
            };
        }
        match (known, hidden) {
            (true, true) if row.removed => Judgement::Tell(Action::Delete),
            (true, true) => Judgement::Tell(Action::SoftDelete),
            (true, false) if row.changed_by == Some(device) => Judgement::Nothing,
            (true, false) => Judgement::Tell(Action::Change),
            (false, false) => Judgement::Tell(Action::Add),
            (false, true) => Judgement::Nothing,
        }
    }

    /// Whether a row that changed after `seen` wakes `device`. What it caused itself does not, also
    /// where it is told: the copy in Sent, the target of its move.
    #[must_use]
    pub fn wakes(&self, row: &Row, device: DeviceId) -> bool {
        row.changed_by != Some(device) && matches!(self.judge(row, device), Judgement::Tell(_))
    }

    /// Nothing was told yet and nothing came up: every visible item is lacking, and a look at what changed
    /// would find nothing else.
    #[must_use]
    pub fn untouched(&self) -> bool {
        self.seen == Seq(0) && self.known.is_empty() && self.filling
    }

    /// Whether a live row is still to be told because the window reached it, not because it changed.
    #[must_use]
    pub fn lacks(&self, row: &Row) -> bool {
        !row.removed && row.time >= self.window && !self.known.contains(row.item.0)
    }

    /// Ids that the device holds and whose tombstones were collected before it was told.
    ///
    /// `gone`: the collected ids of every batch above `seen`.
    #[must_use]
    pub fn vanished(&self, gone: &RoaringBitmap) -> RoaringBitmap {
        &self.known & gone
    }

    /// The device holds the item now.
    pub fn take(&mut self, item: ItemNo) {
        self.known.insert(item.0);
        self.skipped.remove(item.0);
    }

    /// The device does not hold the item any more.
    pub fn drop_item(&mut self, item: ItemNo) {
        self.known.remove(item.0);
        self.skipped.remove(item.0);
    }

    /// The item counts as told, but the device does not hold it.
    pub fn skip(&mut self, item: ItemNo) {
        self.known.insert(item.0);
        self.skipped.insert(item.0);
    }

    /// The device does not hold an item that is there: it is to be told of it anew.
    pub fn lose(&mut self, item: ItemNo) {
        self.drop_item(item);
        self.filling = true;
        self.filled = Place::TOP;
    }

    /// Tries again what was skipped.
    pub fn retry_skipped(&mut self) {
        self.known -= &self.skipped;
        self.skipped.clear();
        self.filling = true;
        self.filled = Place::TOP;
    }
}

#[cfg(test)]
mod tests {
    use backends::{ItemRef, Version};

    use super::*;

    const ME: DeviceId = DeviceId(1);

    fn row(item: u32, time: i64) -> Row {
        Row {
            item: ItemNo(item),
            reference: ItemRef::new("r"),
            version: Version::new("v"),
            time,
            changed: Seq(9),
            changed_by: None,
            removed: false,
        }
    }

    #[test]
    fn every_case_of_the_judgement() {
        let mut cursor = Cursor {
            window: 10,
            ..Cursor::default()
        };
        cursor.take(ItemNo(1));
        cursor.skip(ItemNo(2));
        let by_me = |row: Row| Row {
            changed_by: Some(ME),
            ..row
        };
        let removed = |row: Row| Row {
            removed: true,
            ..row
        };
        for (row, expected, wakes) in [
            (row(1, 10), Judgement::Tell(Action::Change), true),
            (row(1, 9), Judgement::Tell(Action::SoftDelete), true),
            (removed(row(1, 9)), Judgement::Tell(Action::Delete), true),
            (by_me(row(1, 10)), Judgement::Nothing, false),
            (by_me(row(1, 9)), Judgement::Tell(Action::SoftDelete), false),
            (
                by_me(removed(row(1, 10))),
                Judgement::Tell(Action::Delete),
                false,
            ),
            (row(2, 10), Judgement::Tell(Action::Add), true),
            (row(2, 9), Judgement::Forget, false),
            (removed(row(2, 10)), Judgement::Forget, false),
            (row(3, 10), Judgement::Tell(Action::Add), true),
            (by_me(row(3, 10)), Judgement::Tell(Action::Add), false),
            (row(3, 9), Judgement::Nothing, false),
            (removed(row(3, 10)), Judgement::Nothing, false),
        ] {
            assert_eq!(cursor.judge(&row, ME), expected, "{row:?}");
            assert_eq!(cursor.wakes(&row, ME), wakes, "{row:?}");
        }
    }

    #[test]
    fn what_was_skipped_is_lacking_again_on_retry() {
        let mut cursor = Cursor {
            filling: false,
            ..Cursor::default()
        };
        cursor.skip(ItemNo(2));
        assert!(!cursor.lacks(&row(2, 0)));
        cursor.retry_skipped();
        assert!(cursor.lacks(&row(2, 0)) && cursor.filling);
        assert_eq!(cursor.filled, Place::TOP);
    }
}
