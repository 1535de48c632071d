//! How a backend's delta becomes rows: decided without I/O.
//!
//! A state that the index has already is no change. Ids are handed out in arrival order and never used
//! again. A listing removes only what it would have named: items that are not older than its horizon. What
//! an upload of this server caused is attributed to the device that made it, if the upload said before what
//! would come of it.

use std::collections::{HashMap, HashSet};

use backends::{Change, DeltaKind, Horizon, ItemRef, ItemState};

use crate::ids::{DeviceId, ItemNo, Seq};
use crate::index::cursor::Row;
use crate::store::upload::UploadRow;

/// What is to be written for a delta.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Plan {
    /// New rows.
    pub inserts: Vec<Row>,
    /// Rows to overwrite.
    pub updates: Vec<Row>,
    /// Uploads whose new item is one of `inserts`, by the upload's number.
    pub found: Vec<(u64, ItemNo)>,
}

/// Hands out the numbers of a folder.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Numbers {
    /// The folder's number.
    pub seq: Seq,
    /// The newest item.
    pub last_item: u32,
}

impl Numbers {
    /// The next sequence number.
    pub fn next_seq(&mut self) -> Seq {
        self.seq = Seq(self.seq.0 + 1);
        self.seq
    }

    /// The next item.
    pub fn next_item(&mut self) -> ItemNo {
        self.last_item += 1;
        ItemNo(self.last_item)
    }
}

/// What is known of a folder before the delta.
#[derive(Debug)]
pub struct Before<'a> {
    /// Its items, by the backend's name: all of them for a listing, those that are named for changes.
    pub rows: HashMap<ItemRef, Row>,
    /// Uploads whose end is not known.
    pub begun: &'a [UploadRow],
    /// How far back the backend was asked.
    pub horizon: Horizon,
}

/// Plans the writing of a delta.
#[must_use]
pub fn plan(before: Before<'_>, kind: &DeltaKind, numbers: &mut Numbers) -> Plan {
    let mut planner = Planner {
        before,
        plan: Plan::default(),
        fresh: Vec::new(),
    };
    match kind {
        DeltaKind::Listing(listed) => {
            planner.remove_unlisted(listed, numbers);
            for state in listed {
                planner.present(state, numbers);
            }
        }
        DeltaKind::Changes(changes) => {
            for change in changes {
                match change {
                    Change::Present(state) => planner.present(state, numbers),
                    Change::Gone(item) => planner.gone(item, numbers),
                }
            }
        }
    }
    planner.insert_fresh(numbers);
    planner.plan
}

struct Planner<'a, 'd> {
    before: Before<'a>,
    plan: Plan,
    fresh: Vec<&'d ItemState>,
}

impl<'d> Planner<'_, 'd> {
    fn present(&mut self, state: &'d ItemState, numbers: &mut Numbers) {
        let Some(row) = self.before.rows.get(&state.item) else {
            if self.before.horizon.admits(state.time) || self.maker(state).is_some() {
                self.fresh.push(state);
            }
            return;
        };
        if (&row.version, row.time) == (&state.version, state.time) {
            return; // the echo of a change that the index has already
        }
        let ident = format!("c:{}", row.item);
        let made = |upload: &&UploadRow| {
            upload.ident == ident
                && upload.told_all
                && upload.expected_version.as_ref() == Some(&state.version)
        };
        let changed_by = self
            .before
            .begun
            .iter()
            .find(made)
            .map(|upload| upload.device);
        self.plan.updates.push(Row {
            version: state.version.clone(),
            time: state.time,
            changed: numbers.next_seq(),
            changed_by,
            ..row.clone()
        });
    }

    fn gone(&mut self, item: &ItemRef, numbers: &mut Numbers) {
        let Some(row) = self.before.rows.get(item) else {
            return;
        };
        let ident = format!("d:{}", row.item);
        let made = |upload: &&UploadRow| upload.ident == ident;
        let changed_by = self
            .before
            .begun
            .iter()
            .find(made)
            .map(|upload| upload.device);
        let tombstone = bury(row, changed_by, numbers);
        self.plan.updates.push(tombstone);
    }

    fn remove_unlisted(&mut self, listed: &[ItemState], numbers: &mut Numbers) {
        let named: HashSet<&ItemRef> = listed.iter().map(|state| &state.item).collect();
        let mut missing: Vec<(ItemNo, ItemRef)> = self
            .before
            .rows
            .values()
            .filter(|row| !named.contains(&row.reference))
            .filter(|row| self.before.horizon.admits(row.time))
            .map(|row| (row.item, row.reference.clone()))
            .collect();
        missing.sort_unstable_by_key(|(item, _)| *item);
        for (_, reference) in missing {
            self.gone(&reference, numbers);
        }
    }

    /// Numbers the new items by time, so that ids tell the order of arrival also after a listing.
    fn insert_fresh(&mut self, numbers: &mut Numbers) {
        self.fresh.sort_by_key(|state| state.time);
        for state in std::mem::take(&mut self.fresh) {
            let item = numbers.next_item();
            let maker = self.maker(state);
            // It may have been changed since it was made, before it was seen here for the first time.
            let own =
                maker.filter(|upload| upload.expected_version.as_ref() == Some(&state.version));
            let changed_by = own.map(|upload| upload.device);
            let found = maker.map(|upload| (upload.number, item));
            self.plan.found.extend(found);
            self.plan.inserts.push(Row {
                item,
                reference: state.item.clone(),
                version: state.version.clone(),
                time: state.time,
                changed: numbers.next_seq(),
                changed_by,
                removed: false,
            });
        }
    }

    /// The upload that said that it would make this item.
    fn maker(&self, state: &ItemState) -> Option<&UploadRow> {
        let made = |upload: &&UploadRow| upload.expected_item.as_ref() == Some(&state.item);
        self.before.begun.iter().find(made)
    }
}

/// The tombstone of an item.
#[must_use]
pub fn bury(row: &Row, changed_by: Option<DeviceId>, numbers: &mut Numbers) -> Row {
    Row {
        changed: numbers.next_seq(),
        changed_by,
        removed: true,
        ..row.clone()
    }
}

#[cfg(test)]
mod tests {
    use backends::Version;

    use super::*;
    use crate::store::upload::UploadState;

    fn state(item: &str, version: &str, time: i64) -> ItemState {
        ItemState {
            item: ItemRef::new(item),
            version: Version::new(version),
            time,
            size: 0,
        }
    }

    fn row(item: u32, reference: &str, version: &str, time: i64) -> Row {
        Row {
            item: ItemNo(item),
            reference: ItemRef::new(reference),
            version: Version::new(version),
            time,
            changed: Seq(u64::from(item)),
            changed_by: None,
            removed: false,
        }
    }

    fn upload(ident: &str) -> UploadRow {
        UploadRow {
            device: DeviceId(7),
            ident: ident.into(),
            number: 3,
            hash: Vec::new(),
            state: UploadState::Begun,
            older: false,
            item: None,
            told_all: true,
            name: None,
            expected_item: None,
            expected_version: None,
        }
    }

    fn run(
        rows: &[Row],
        begun: &[UploadRow],
        horizon: Horizon,
        kind: &DeltaKind,
    ) -> (Plan, Numbers) {
        let mut numbers = Numbers {
            seq: Seq(10),
            last_item: 5,
        };
        let rows = rows.iter().map(|row| (row.reference.clone(), row.clone()));
        let before = Before {
            rows: rows.collect(),
            begun,
            horizon,
        };
        (plan(before, kind, &mut numbers), numbers)
    }

    #[test]
    fn an_echo_is_no_change() {
        let rows = [row(1, "a", "1", 50)];
        let kind = DeltaKind::Changes(vec![
            Change::Present(state("a", "1", 50)),
            Change::Gone(ItemRef::new("unheard")),
        ]);
        let (plan, numbers) = run(&rows, &[], Horizon::Everything, &kind);
        assert_eq!((plan, numbers.seq), (Plan::default(), Seq(10)));
    }

    #[test]
    fn a_listing_removes_only_within_its_horizon() {
        let rows = [
            row(1, "old", "1", 10),
            row(2, "new", "1", 50),
            row(3, "kept", "1", 60),
        ];
        let kind = DeltaKind::Listing(vec![state("kept", "1", 60)]);
        let (plan, _) = run(&rows, &[], Horizon::NotBefore(40), &kind);
        assert_eq!(plan.updates.len(), 1);
        assert_eq!(
            (plan.updates[0].item, plan.updates[0].removed),
            (ItemNo(2), true)
        );
    }

    #[test]
    fn a_renumbered_folder_is_removed_and_added_anew() {
        let rows = [row(1, "1.a", "1", 10), row(2, "1.b", "1", 20)];
        let kind = DeltaKind::Listing(vec![state("2.b", "1", 20), state("2.a", "1", 10)]);
        let (plan, numbers) = run(&rows, &[], Horizon::Everything, &kind);
        assert!(plan.updates.iter().all(|row| row.removed) && plan.updates.len() == 2);
        let added: Vec<_> = plan
            .inserts
            .iter()
            .map(|row| (row.item.0, row.time))
            .collect();
        assert_eq!(added, [(6, 10), (7, 20)]);
        assert_eq!((numbers.seq, numbers.last_item), (Seq(14), 7));
    }

    #[test]
    fn what_is_older_than_every_window_is_not_indexed() {
        let kind = DeltaKind::Changes(vec![Change::Present(state("a", "1", 10))]);
        let (plan, _) = run(&[], &[], Horizon::NotBefore(11), &kind);
        assert_eq!(plan, Plan::default());
    }

    #[test]
    fn an_upload_that_said_what_would_come_of_it_is_recognised() {
        let rows = [row(1, "a", "1", 50), row(2, "b", "1", 50)];
        let begun = [
            UploadRow {
                expected_version: Some(Version::new("2")),
                ..upload("c:1")
            },
            upload("d:2"),
            UploadRow {
                expected_item: Some(ItemRef::new("n")),
                expected_version: Some(Version::new("1")),
                ..upload("a:x")
            },
        ];
        let kind = DeltaKind::Changes(vec![
            Change::Present(state("a", "2", 50)),
            Change::Gone(ItemRef::new("b")),
            Change::Present(state("n", "1", 9)),
        ]);
        let (plan, _) = run(&rows, &begun, Horizon::NotBefore(11), &kind);
        let by: Vec<_> = plan
            .updates
            .iter()
            .chain(&plan.inserts)
            .map(|row| row.changed_by)
            .collect();
        assert_eq!(by, [Some(DeviceId(7)); 3]);
        assert_eq!(plan.found, [(3, ItemNo(6))]);
        let kind = DeltaKind::Changes(vec![Change::Present(state("a", "3", 50))]);
        let (plan, _) = run(&rows, &begun, Horizon::Everything, &kind);
        assert_eq!(plan.updates[0].changed_by, None, "somebody else was faster");
    }
}
