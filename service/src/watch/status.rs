//! How well an account is watched.

use std::collections::BTreeSet;
use std::time::Instant;

use crate::ids::FolderNo;
use crate::metrics::{WatchMode, WatchSource};

/// How an account is watched at present.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// Not at all: no device of it waits.
    Idle,
    /// By a watcher.
    Watched(WatchMode),
}

/// How an account is watched, for the administrator.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AccountStatus {
    /// How.
    pub mode: Mode,
    /// What tells of changes in the mail, unless it is down.
    pub source: Option<WatchSource>,
    /// Since when; `None` when it is not watched.
    pub since: Option<Instant>,
    /// Folders that could not be read when that was last tried.
    pub failing: usize,
    /// Whether everything that the watcher was told of is in the index.
    pub current: bool,
}

impl AccountStatus {
    /// Of an account that is not watched.
    pub(super) const IDLE: Self = Self {
        mode: Mode::Idle,
        source: None,
        since: None,
        failing: 0,
        current: false,
    };
}

/// What a watcher has proved.
#[derive(Debug)]
pub(super) struct Proof {
    mode: WatchMode,
    source: Option<WatchSource>,
    since: Instant,
    /// Everything was compared since the watcher began to listen.
    compared: bool,
    /// Folders that are not up to date all the same.
    stale: BTreeSet<FolderNo>,
    /// Folders of which the backend does not tell as they change.
    unheard: BTreeSet<FolderNo>,
    failing: usize,
}

impl Proof {
    /// Nothing is proved yet.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            mode: WatchMode::Down,
            source: None,
            since: now,
            compared: false,
            stale: BTreeSet::new(),
            unheard: BTreeSet::new(),
            failing: 0,
        }
    }

    /// Whether the index is known to hold a folder as the backend does.
    pub(super) fn covers(&self, folder: FolderNo) -> bool {
        // A backend that is asked now and then may have changed since.
        self.compared
            && self.mode == WatchMode::Push
            && !self.stale.contains(&folder)
            && !self.unheard.contains(&folder)
    }

    /// Notes which folders the backend does not tell of as they change.
    pub(super) fn note_unheard(&mut self, unheard: BTreeSet<FolderNo>) {
        self.unheard = unheard;
    }

    /// Notes what is not up to date.
    pub(super) fn note(&mut self, stale: BTreeSet<FolderNo>, failing: usize) {
        // A comparison is over when the folders are known, and nothing but those that cannot be read is left.
        self.compared |= !stale.contains(&FolderNo::ROOT) && stale.len() <= failing;
        self.stale = stale;
        self.failing = failing;
    }

    /// Whether everything was compared since events may last have been lost.
    pub(super) fn is_compared(&self) -> bool {
        self.compared
    }

    /// Events may have been lost.
    pub(super) fn void(&mut self) {
        self.compared = false;
    }

    /// Changes the mode; answers the former one.
    pub(super) fn set_mode(&mut self, mode: WatchMode, now: Instant) -> WatchMode {
        if mode != self.mode {
            self.since = now;
        }
        if mode == WatchMode::Down {
            self.void();
        }
        std::mem::replace(&mut self.mode, mode)
    }

    /// The mode.
    pub(super) fn mode(&self) -> WatchMode {
        self.mode
    }

    /// Changes what tells of changes; answers what did until now.
    pub(super) fn set_source(&mut self, source: Option<WatchSource>) -> Option<WatchSource> {
        std::mem::replace(&mut self.source, source)
    }

    /// For the administrator.
    pub(super) fn status(&self) -> AccountStatus {
        AccountStatus {
            mode: Mode::Watched(self.mode),
            source: self.source,
            since: Some(self.since),
            failing: self.failing,
            current: self.compared && self.stale.is_empty(),
        }
    }
}
