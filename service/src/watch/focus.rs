//! Which folders of an account are waited for. Pure.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::ids::FolderNo;

/// Folders that are waited for, and those that were until a moment ago: devices come back after each answer.
#[derive(Debug, Default)]
pub(super) struct Focus {
    waited_for: Vec<FolderNo>,
    /// When they are forgotten.
    left: BTreeMap<FolderNo, Instant>,
}

impl Focus {
    /// Others are waited for; those that no longer are count until then.
    pub(super) fn set(&mut self, folders: &[FolderNo], until: Instant) {
        let before = std::mem::replace(&mut self.waited_for, folders.to_vec());
        self.left.retain(|folder, _| !folders.contains(folder));
        let left = before
            .into_iter()
            .filter(|folder| !folders.contains(folder));
        self.left.extend(left.map(|folder| (folder, until)));
    }

    /// What is waited for at `now`, first what really is.
    pub(super) fn folders(&mut self, now: Instant) -> Vec<FolderNo> {
        self.left.retain(|_, until| *until > now);
        let left = self.left.keys();
        self.waited_for.iter().chain(left).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Focus;
    use crate::ids::FolderNo;

    #[test]
    fn a_device_that_comes_back_changes_nothing() {
        let (one, two, three) = (FolderNo(1), FolderNo(2), FolderNo(3));
        let now = Instant::now();
        let later = now + Duration::from_secs(60);
        let mut focus = Focus::default();
        focus.set(&[one, three], later);
        focus.set(&[two], later);
        assert_eq!(focus.folders(now), [two, one, three]);
        focus.set(&[one, two], later);
        assert_eq!(focus.folders(now), [one, two, three]);
        assert_eq!(focus.folders(later), [one, two]);
    }
}
