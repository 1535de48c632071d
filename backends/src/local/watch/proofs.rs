//! Proving that events come: a folder that looks different though no event has come is on a file
//! system that reports none.

use std::collections::HashMap;
use std::sync::Arc;

use crate::local::Shared;
use crate::local::account::Account;
use crate::local::token::Stamp;
use crate::name::FolderRef;

/// How many events of each folder were seen, and how it looked after that.
pub(super) type Proofs = HashMap<FolderRef, (u64, Stamp)>;

/// What a sweep sees of one folder.
pub(super) struct Proof {
    events_before: u64,
    stamp: Stamp,
    events_after: u64,
}

impl Proof {
    /// What the next sweep compares with.
    pub(super) fn baseline(&self) -> (u64, Stamp) {
        (self.events_before, self.stamp)
    }

    /// Whether the folder looks different though no event has come since the sweep before.
    pub(super) fn is_deaf(&self, (events, stamp): &(u64, Stamp)) -> bool {
        stamp.inode() == self.stamp.inode() && *stamp != self.stamp && *events == self.events_after
    }
}

/// The numbers of events are taken on both sides of the stamp: an event of which only one of the
/// two knows must not look like one that was missed. Blocks.
pub(super) fn prove(shared: &Shared, account: &Arc<Account>) -> HashMap<FolderRef, Proof> {
    let events = |folder: &FolderRef| account.with(folder, |watched| watched.events);
    shared.hub.drain();
    let mut seen = Vec::new();
    for folder in account.watched() {
        if let Some(before) = events(&folder)
            && let Ok(stamp) = account.layout.stamp(&account.dir(&folder))
        {
            seen.push((folder, before, stamp));
        }
    }
    shared.hub.drain();
    let proofs = seen
        .into_iter()
        .filter_map(|(folder, events_before, stamp)| {
            let events_after = events(&folder)?;
            let proof = Proof {
                events_before,
                stamp,
                events_after,
            };
            Some((folder, proof))
        });
    proofs.collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Proof;
    use crate::local::token::Stamp;

    #[test]
    fn a_change_without_an_event_is_found_out() {
        let dir = tempfile::tempdir().unwrap();
        let before = Stamp::read(dir.path()).unwrap();
        fs::create_dir(dir.path().join("new")).unwrap();
        let after = Stamp::read(dir.path()).unwrap();
        let proof = |stamp, events_after| Proof {
            events_before: 0,
            stamp,
            events_after,
        };
        assert!(proof(after, 3).is_deaf(&(3, before)));
        assert!(!proof(after, 4).is_deaf(&(3, before)));
        assert!(!proof(before, 3).is_deaf(&(3, before)));
    }
}
