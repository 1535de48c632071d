//! The kernel's limits on watching, for the check at start.

use std::fs;

/// What `/proc/sys/fs/inotify` says; `None` where it cannot be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WatchBudget {
    /// Directories that one user of the system may watch: three for each folder of each account
    /// with a parked device.
    pub max_user_watches: Option<u64>,
    /// Instances that one user of the system may have; this process needs one.
    pub max_user_instances: Option<u64>,
    /// Events that wait at most; when more come at once, everything is compared anew.
    pub max_queued_events: Option<u64>,
}

impl WatchBudget {
    /// How many directories one folder takes.
    pub const WATCHES_PER_FOLDER: u64 = 3;

    /// Whether `folders` folders can be watched, as far as the limits tell.
    #[must_use]
    pub fn suffices_for(&self, folders: u64) -> bool {
        let needed = folders.saturating_mul(Self::WATCHES_PER_FOLDER);
        self.max_user_watches.is_none_or(|limit| needed <= limit)
    }
}

/// Reads the limits. Blocks, but not on a disk.
#[must_use]
pub fn watch_budget() -> WatchBudget {
    let read = |name: &str| {
        let text = fs::read_to_string(format!("/proc/sys/fs/inotify/{name}")).ok()?;
        text.trim().parse().ok()
    };
    WatchBudget {
        max_user_watches: read("max_user_watches"),
        max_user_instances: read("max_user_instances"),
        max_queued_events: read("max_queued_events"),
    }
}

#[cfg(test)]
mod tests {
    use super::{WatchBudget, watch_budget};

    #[test]
    fn the_limits_are_read() {
        let budget = watch_budget();
        assert!(budget.max_user_watches.is_some_and(|limit| limit > 0));
        let small = WatchBudget {
            max_user_watches: Some(9),
            ..budget
        };
        assert!(small.suffices_for(3) && !small.suffices_for(4));
    }
}
