//! What the process knows of one account: who listens, and what its watch has seen.
//!
//! Lock order: the hub's reader, then the state here. Nothing here does I/O.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::Notify;

use crate::local::journal::{Fate, Journal};
use crate::local::layout::Layout;
use crate::local::token::Position;
use crate::name::FolderRef;
use crate::watch::WatchEvent;

/// One account of the store; all mailboxes that are open on one root share it.
#[derive(Debug)]
pub(crate) struct Account {
    /// The Maildir++ root, or the root of a vdir.
    pub(crate) root: PathBuf,
    /// Which of the two.
    pub(crate) layout: Layout,
    /// Held while watches are set up, so that it is done once.
    pub(crate) starting: Mutex<()>,
    /// Held while an item is made, so that a repeat at the same time finds the first; in a vdir
    /// during every change.
    pub(crate) creating: Mutex<()>,
    /// Held while folders are made, renamed or removed.
    pub(crate) reshaping: Mutex<()>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    listeners: Vec<Weak<Listener>>,
    /// The folders that are watched; `None` while the account is not.
    run: Option<HashMap<FolderRef, Watched>>,
    /// Whether changes were seen that no event had told of.
    deaf: bool,
}

impl State {
    fn end(&mut self) -> Vec<i32> {
        let folders = self.run.take().unwrap_or_default();
        folders
            .into_values()
            .flat_map(|watched| watched.descriptors)
            .collect()
    }
}

/// One watched folder.
#[derive(Debug)]
pub(crate) struct Watched {
    /// What happened in it.
    pub(crate) journal: Journal,
    /// How many events there were, of any kind.
    pub(crate) events: u64,
    /// Its watch descriptors.
    pub(crate) descriptors: Vec<i32>,
}

impl Account {
    pub(crate) fn new(root: &Path, layout: Layout) -> Self {
        Self {
            root: root.to_owned(),
            layout,
            starting: Mutex::new(()),
            creating: Mutex::new(()),
            reshaping: Mutex::new(()),
            state: Mutex::default(),
        }
    }

    /// The directory of a folder, as its reference says; not checked.
    pub(crate) fn dir(&self, folder: &FolderRef) -> PathBuf {
        if folder.as_str().is_empty() {
            self.root.clone()
        } else {
            self.root.join(folder.as_str())
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }

    /// Adds somebody who wants to hear of changes.
    pub(crate) fn listen(&self) -> Arc<Listener> {
        let listener = Arc::new(Listener::default());
        self.state().listeners.push(Arc::downgrade(&listener));
        listener
    }

    /// Whether anybody listens.
    pub(crate) fn has_listeners(&self) -> bool {
        let mut state = self.state();
        state
            .listeners
            .retain(|listener| listener.strong_count() > 0);
        !state.listeners.is_empty()
    }

    /// Tells everybody.
    pub(crate) fn tell(&self, event: &WatchEvent) {
        for listener in self.state().listeners.iter().filter_map(Weak::upgrade) {
            listener.push(event);
        }
    }

    /// Begins a run without folders.
    pub(crate) fn begin(&self) {
        self.state().run = Some(HashMap::new());
    }

    /// Ends the run: what it had seen is forgotten. Gives the watch descriptors to release.
    #[must_use]
    pub(crate) fn end(&self) -> Vec<i32> {
        self.state().end()
    }

    /// Ends a run that cannot be trusted any more, and tells everybody. Gives the watch
    /// descriptors to release.
    #[must_use]
    pub(crate) fn lose(&self) -> Vec<i32> {
        let mut state = self.state();
        for listener in state.listeners.iter().filter_map(Weak::upgrade) {
            listener.lose();
        }
        state.end()
    }

    /// Whether the account is watched.
    pub(crate) fn is_watched(&self) -> bool {
        self.state().run.is_some()
    }

    /// Says that events cannot be relied on here.
    pub(crate) fn set_deaf(&self) {
        self.state().deaf = true;
    }

    /// Whether events cannot be relied on here.
    pub(crate) fn is_deaf(&self) -> bool {
        self.state().deaf
    }

    /// Adds a folder to the run, with an empty journal. `false` when it is there already or
    /// nothing is watched.
    pub(crate) fn add(&self, folder: &FolderRef, records_max: usize) -> bool {
        let mut state = self.state();
        let Some(run) = state.run.as_mut() else {
            return false;
        };
        if run.contains_key(folder) {
            return false;
        }
        let watched = Watched {
            journal: Journal::new(records_max),
            events: 0,
            descriptors: Vec::new(),
        };
        run.insert(folder.clone(), watched);
        true
    }

    /// Removes a folder from the run. Gives the watch descriptors to release.
    #[must_use]
    pub(crate) fn remove(&self, folder: &FolderRef) -> Vec<i32> {
        let mut state = self.state();
        let watched = state.run.as_mut().and_then(|run| run.remove(folder));
        watched.map_or_else(Vec::new, |watched| watched.descriptors)
    }

    /// Whether a folder is in the run.
    pub(crate) fn has(&self, folder: &FolderRef) -> bool {
        let state = self.state();
        state
            .run
            .as_ref()
            .is_some_and(|run| run.contains_key(folder))
    }

    /// The folders of the run.
    pub(crate) fn watched(&self) -> Vec<FolderRef> {
        let state = self.state();
        state.run.iter().flat_map(HashMap::keys).cloned().collect()
    }

    /// Works on one watched folder; `None` when it is not watched.
    pub(crate) fn with<T>(
        &self,
        folder: &FolderRef,
        work: impl FnOnce(&mut Watched) -> T,
    ) -> Option<T> {
        let mut state = self.state();
        state.run.as_mut()?.get_mut(folder).map(work)
    }

    /// Where a folder's journal is now; `None` when it is not watched.
    pub(crate) fn position(&self, folder: &FolderRef) -> Option<Position> {
        self.with(folder, |watched| watched.journal.position())
    }

    /// What a folder's journal says of the time since `position`.
    pub(crate) fn since(
        &self,
        folder: &FolderRef,
        position: Position,
    ) -> Option<Vec<(Box<str>, Fate)>> {
        self.with(folder, |watched| watched.journal.since(position))?
    }
}

/// One who waits for events. What nobody took yet is kept once, so it is bounded by the number of
/// folders.
#[derive(Debug, Default)]
pub(crate) struct Listener {
    pending: Mutex<Pending>,
    /// Woken whenever something is pending.
    pub(crate) wake: Notify,
}

#[derive(Debug, Default)]
struct Pending {
    lost: bool,
    gap: bool,
    hierarchy: bool,
    changed: BTreeSet<FolderRef>,
}

/// What a listener finds.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Heard {
    /// Something to report.
    Event(WatchEvent),
    /// The run is over: it must be begun anew, then everything compared.
    Lost,
}

impl Listener {
    /// Adds an event.
    pub(crate) fn push(&self, event: &WatchEvent) {
        let mut pending = locked(&self.pending);
        match event {
            WatchEvent::Changed(folder) => {
                pending.changed.insert(folder.clone());
            }
            WatchEvent::HierarchyChanged => pending.hierarchy = true,
            WatchEvent::Gap => pending.gap = true,
        }
        drop(pending);
        self.wake.notify_one();
    }

    fn lose(&self) {
        locked(&self.pending).lost = true;
        self.wake.notify_one();
    }

    /// Takes what is pending, the most far-reaching first: a gap makes all else void.
    pub(crate) fn take(&self) -> Option<Heard> {
        let mut pending = locked(&self.pending);
        if pending.lost {
            *pending = Pending::default();
            return Some(Heard::Lost);
        }
        if pending.gap {
            *pending = Pending::default();
            return Some(Heard::Event(WatchEvent::Gap));
        }
        if pending.hierarchy {
            pending.hierarchy = false;
            return Some(Heard::Event(WatchEvent::HierarchyChanged));
        }
        let folder = pending.changed.pop_first()?;
        Some(Heard::Event(WatchEvent::Changed(folder)))
    }
}

/// Locks; what a thread that panicked left behind is whole, for nothing here is changed in steps.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{Heard, Listener};
    use crate::name::FolderRef;
    use crate::watch::WatchEvent;

    #[test]
    fn hints_are_merged_and_a_gap_makes_them_void() {
        let listener = Listener::default();
        let changed = |name: &str| WatchEvent::Changed(FolderRef::new(name));
        for event in [
            changed(".B"),
            changed(""),
            changed(".B"),
            WatchEvent::HierarchyChanged,
        ] {
            listener.push(&event);
        }
        for event in [WatchEvent::HierarchyChanged, changed(""), changed(".B")] {
            assert_eq!(listener.take(), Some(Heard::Event(event)));
        }
        assert_eq!(listener.take(), None);
        listener.push(&changed(""));
        listener.push(&WatchEvent::Gap);
        assert_eq!(listener.take(), Some(Heard::Event(WatchEvent::Gap)));
        assert_eq!(listener.take(), None);
        listener.push(&WatchEvent::Gap);
        listener.lose();
        assert_eq!(listener.take(), Some(Heard::Lost));
        assert_eq!(listener.take(), None);
    }
}
