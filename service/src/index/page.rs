//! What one Sync answer tells: the page.

use crate::ids::ItemNo;
use crate::index::IndexedItem;

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
}
