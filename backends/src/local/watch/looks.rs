//! Polling: how folders look, and which of them look different.

use std::collections::HashMap;

use crate::error::BackendError;
use crate::local::account::Account;
use crate::local::layout::Look;
use crate::name::FolderRef;
use crate::watch::WatchEvent;

/// How each folder looked; one that proves nothing is reported at the next look, whatever happens.
pub(super) type Looks = HashMap<FolderRef, Look>;

/// How all folders look now. Blocks.
pub(super) fn look(account: &Account) -> Result<Looks, BackendError> {
    account.layout.looks(&account.root)
}

/// What to report when folders that looked like `old` look like `new`.
pub(super) fn differences(old: &Looks, new: &Looks) -> Vec<WatchEvent> {
    let which = |looks: &Looks, folder| looks.get(folder).map(|look| look.folder);
    let mut events = Vec::new();
    let same_folders = old.len() == new.len()
        && old
            .iter()
            .all(|(folder, look)| which(new, folder) == Some(look.folder));
    if !same_folders {
        events.push(WatchEvent::HierarchyChanged);
    }
    for (folder, look) in new {
        let before = old.get(folder).and_then(|look| look.items);
        if before.is_none() || before != look.items {
            events.push(WatchEvent::Changed(folder.clone()));
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::{Look, Looks, differences};
    use crate::local::layout::Items;
    use crate::local::token::Stamp;
    use crate::name::FolderRef;
    use crate::watch::WatchEvent;

    #[test]
    fn polling_reports_what_looks_different_or_proves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let stamp = Stamp::read(dir.path()).unwrap();
        let looks = |list: &[(&str, u64, Option<Stamp>)]| -> Looks {
            let look = |(name, folder, stamp): &(&str, u64, Option<Stamp>)| {
                let look = Look {
                    folder: *folder,
                    items: stamp.map(Items::Stamp),
                };
                (FolderRef::new(*name), look)
            };
            list.iter().map(look).collect()
        };
        let changed = || WatchEvent::Changed(FolderRef::new(""));
        let hierarchy = WatchEvent::HierarchyChanged;
        for (old, new, events) in [
            (
                looks(&[("", 1, Some(stamp))]),
                looks(&[("", 1, Some(stamp))]),
                vec![],
            ),
            (
                looks(&[("", 1, None)]),
                looks(&[("", 1, Some(stamp))]),
                vec![changed()],
            ),
            (
                looks(&[("", 1, Some(stamp))]),
                looks(&[("", 1, None)]),
                vec![changed()],
            ),
            (
                looks(&[("", 1, None)]),
                looks(&[("", 1, None)]),
                vec![changed()],
            ),
            (
                looks(&[]),
                looks(&[("", 1, None)]),
                vec![hierarchy.clone(), changed()],
            ),
            (
                looks(&[("", 1, Some(stamp))]),
                looks(&[("", 2, Some(stamp))]),
                vec![hierarchy.clone()],
            ),
            (looks(&[("", 1, None)]), looks(&[]), vec![hierarchy]),
        ] {
            assert_eq!(VecDeque::from(differences(&old, &new)), events);
        }
    }
}
