//! Polling: how folders look, and which of them look different.

use std::collections::HashMap;

use crate::error::BackendError;
use crate::local::account::Account;
use crate::local::changes;
use crate::local::token::Stamp;
use crate::name::FolderRef;
use crate::watch::WatchEvent;

/// How each folder looked; one without a stamp is reported at the next look, whatever happens.
pub(super) type Looks = HashMap<FolderRef, (u64, Option<Stamp>)>;

/// How all folders look now. Blocks.
pub(super) fn look(account: &Account) -> Result<Looks, BackendError> {
    let stamps = changes::stamps(&account.root)?;
    Ok(stamps
        .into_iter()
        .map(|(folder, inode, stamp)| (folder, (inode, stamp)))
        .collect())
}

/// What to report when folders that looked like `old` look like `new`.
pub(super) fn differences(old: &Looks, new: &Looks) -> Vec<WatchEvent> {
    let inode = |looks: &Looks, folder| looks.get(folder).map(|(inode, _)| *inode);
    let mut events = Vec::new();
    let same_folders = old.len() == new.len()
        && old
            .iter()
            .all(|(folder, (number, _))| inode(new, folder) == Some(*number));
    if !same_folders {
        events.push(WatchEvent::HierarchyChanged);
    }
    for (folder, (_, stamp)) in new {
        let before = old.get(folder).and_then(|(_, stamp)| *stamp);
        if before.is_none() || before != *stamp {
            events.push(WatchEvent::Changed(folder.clone()));
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::{Looks, differences};
    use crate::local::token::Stamp;
    use crate::name::FolderRef;
    use crate::watch::WatchEvent;

    #[test]
    fn polling_reports_what_looks_different_or_proves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let stamp = Stamp::read(dir.path()).unwrap();
        let looks = |list: &[(&str, u64, Option<Stamp>)]| -> Looks {
            let look =
                |(name, inode, stamp): &(&str, u64, _)| (FolderRef::new(*name), (*inode, *stamp));
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
