//! What a device uploads: the rules, decided without I/O.
//!
//! An upload is written down before the backend is touched, and applied once: what came before, under this
//! key or the one before, is recognised by its name and the hash of its content. An upload to an item with
//! a change that the device was not told is a conflict. A row counts as changed by the device only if
//! nothing else can be in its new state.

use backends::{ItemRef, ItemState, NewName, Version};

use crate::ids::{DeviceId, ItemNo, Seq};
use crate::index::IndexedItem;
use crate::index::cursor::{Cursor, Row};
use crate::index::delta::Numbers;
use crate::store::upload::{UploadRow, UploadState};

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
    /// The caller has put both changes together; what came of it is told to all devices.
    Merge,
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
    /// For [`Ident::Add`]: the name to make it under. One that was begun before keeps its name: see
    /// [`Ticket::name`].
    pub name: Option<NewName>,
    /// For [`Ident::Add`]: what the backend will call it, if that can be told before.
    pub expected_item: Option<ItemRef>,
    /// The version it will have, if that can be told before: the device's own change is then
    /// recognised when the watch is faster than the backend's answer.
    pub expected_version: Option<Version>,
}

/// What is to be done with an upload.
#[derive(Debug)]
pub enum Verdict {
    /// Do it, then call [`crate::index::Session::settle`]. It is written down.
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
    /// What was written down.
    pub(super) upload: Box<UploadRow>,
    /// The row's number then.
    pub(super) seen: Option<Seq>,
    /// What was written to the folder then, by count.
    pub(super) stamp: u64,
    /// The row to change; `None` for a new item.
    pub row: Option<IndexedItem>,
    /// When it was begun.
    pub begun: Begun,
}

/// When an upload was begun.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Begun {
    /// By this request.
    Now,
    /// By an earlier one, and its end is not known. Doing it again must do no harm.
    Before,
}

impl Ticket {
    /// The name to make a new item under.
    #[must_use]
    pub fn name(&self) -> Option<&NewName> {
        self.upload.name.as_ref()
    }

    /// Whether it is a deletion.
    #[must_use]
    pub fn deletes(&self) -> bool {
        self.upload.ident.starts_with("d:")
    }

    /// Whether the device knew all that was known of the item.
    #[must_use]
    pub fn told(&self) -> Told {
        if self.upload.told_all {
            Told::All
        } else {
            Told::NotAll
        }
    }
}

/// Whether a device was told all that is known of an item.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Told {
    /// It was, or it made the last change itself.
    All,
    /// There is a change that it does not know: an upload to the item is a conflict.
    NotAll,
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
    /// Nothing was done, nor will it be: the device gets the item again as it is.
    Refused,
}

impl Ident {
    /// How the store calls it.
    #[must_use]
    pub fn spell(&self) -> String {
        match self {
            Self::Add(client) => format!("a:{client}"),
            Self::Change(item) => format!("c:{item}"),
            Self::Delete(item) => format!("d:{item}"),
        }
    }
}

/// What a recognised repeat does to the answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Effect {
    /// The device holds the item.
    Take(ItemNo),
    /// It does not hold it any more.
    Drop(ItemNo),
    /// The item's present state is sent back.
    Again(ItemNo),
}

/// Whether an upload is the repeat of one that was applied or lost, and what that does. One that was only
/// begun is none: it is done again.
#[must_use]
pub fn repeat(before: &UploadRow, new: &Upload) -> Option<(Verdict, Effect)> {
    let same = before.hash == new.hash;
    match (before.state, &new.ident, before.item) {
        (UploadState::Done, Ident::Add(_), Some(item)) => {
            let verdict = if same {
                Verdict::Repeat(item)
            } else {
                Verdict::Differs(item)
            };
            Some((verdict, Effect::Take(item)))
        }
        (UploadState::Done, Ident::Delete(item), _) => {
            Some((Verdict::Repeat(*item), Effect::Drop(*item)))
        }
        (UploadState::Done, Ident::Change(item), _) if same => {
            Some((Verdict::Repeat(*item), Effect::Again(*item)))
        }
        (UploadState::Lost, Ident::Change(item), _) if same => {
            Some((Verdict::Lost, Effect::Again(*item)))
        }
        (UploadState::Begun | UploadState::Done | UploadState::Lost, _, _) => None,
    }
}

/// What the rules say of an upload to an item.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Judged {
    /// The item is gone, or the device does not hold it.
    Gone,
    /// The server's change wins.
    Lost,
    /// Do it.
    Go {
        /// The device had been told all that was known of the item.
        told_all: bool,
    },
}

/// Whether a device knows all that is known of an item: `base` is what it holds.
#[must_use]
pub fn told(row: &Row, base: &Cursor, device: DeviceId) -> Told {
    if row.changed <= base.seen || row.changed_by == Some(device) {
        Told::All
    } else {
        Told::NotAll
    }
}

/// The names of a new item: one that was begun before, and may be there, keeps its own, so that doing it again makes
/// no twin whatever key it comes under.
#[must_use]
pub fn names(begun: Option<&UploadRow>, new: &Upload) -> (Option<NewName>, Option<ItemRef>) {
    match begun {
        Some(begun) if begun.name.is_some() => (begun.name.clone(), begun.expected_item.clone()),
        Some(_) | None => (new.name.clone(), new.expected_item.clone()),
    }
}

/// Judges an upload to an item: `base` is what the device holds by the key that it showed, and by what it uploaded
/// since.
#[must_use]
pub fn judge(row: Option<&Row>, base: &Cursor, device: DeviceId, new: &Upload) -> Judged {
    let held = |row: &&Row| !row.removed && base.known.contains(row.item.0);
    let Some(row) = row.filter(held) else {
        return Judged::Gone;
    };
    let told_all = told(row, base, device) == Told::All;
    // Deleting beats changing (MS-ASCMD 2.2.3.34): only a change can lose.
    let change = matches!(new.ident, Ident::Change(_));
    if change && !told_all && new.conflict == Conflict::ServerWins {
        return Judged::Lost;
    }
    Judged::Go { told_all }
}

/// Who made the state of an item that was uploaded anew: the device, unless it was begun before. Then somebody
/// may have changed it since, and its state is told to the device like to all others.
#[must_use]
pub fn maker(upload: &UploadRow, unfinished: Begun, made: &ItemState) -> Option<DeviceId> {
    let expected = upload.expected_version.as_ref();
    let own = unfinished == Begun::Now && expected.is_none_or(|version| *version == made.version);
    own.then_some(upload.device)
}

/// What the row becomes, after the backend did a change, and whether its state is to be sent back. `seen` is
/// the row's number when the upload was judged: a row that somebody changed meanwhile is left to the next
/// refresh.
#[must_use]
pub fn settled(
    row: &Row,
    upload: &UploadRow,
    seen: Option<Seq>,
    made: &ItemState,
    numbers: &mut Numbers,
) -> (Row, bool) {
    let expected = upload.expected_version.as_ref();
    let own = upload.told_all && expected.is_none_or(|version| *version == made.version);
    let by = own.then_some(upload.device);
    let untouched = Some(row.changed) == seen;
    // A message that is written anew is another one for its store, and may have the version of the first.
    let same = (&row.version, row.time, &row.reference) == (&made.version, made.time, &made.item);
    let mut after = row.clone();
    if same && !untouched && row.changed_by.is_none() {
        after.changed_by = by; // the watch was faster
    } else if !same && untouched {
        after.version = made.version.clone();
        after.time = made.time;
        after.changed = numbers.next_seq();
        after.changed_by = by;
    }
    (after, !same && !untouched)
}
