//! What is to be told and was not taken yet. Pure.

use std::collections::VecDeque;

use crate::watch::WatchEvent;

/// So many hints are kept; more are one gap.
const KEPT_MAX: usize = 4096;

/// Hints in the order in which they came, each once.
#[derive(Debug, Default)]
pub(super) struct Pending {
    queue: VecDeque<WatchEvent>,
}

impl Pending {
    /// Adds a hint. One that waits already is not older for that: it is taken after both changes. What comes while a gap
    /// waits is compared with everything else when it is taken.
    pub(super) fn add(&mut self, event: WatchEvent) {
        let covered = self.queue.front() == Some(&WatchEvent::Gap) || self.queue.contains(&event);
        if covered {
            return;
        }
        if event == WatchEvent::Gap || self.queue.len() >= KEPT_MAX {
            self.queue.clear();
            self.queue.push_back(WatchEvent::Gap);
        } else {
            self.queue.push_back(event);
        }
    }

    /// Takes the next one.
    pub(super) fn take(&mut self) -> Option<WatchEvent> {
        let event = self.queue.pop_front();
        if self.queue.is_empty() {
            // Most watches have nothing to tell most of the time.
            self.queue.shrink_to(4);
        }
        event
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT_MAX, Pending};
    use crate::name::FolderRef;
    use crate::watch::WatchEvent::{self, Changed, Gap, HierarchyChanged};

    fn taken(mut pending: Pending) -> Vec<WatchEvent> {
        std::iter::from_fn(|| pending.take()).collect()
    }

    #[test]
    fn each_is_told_once_in_its_order() {
        let changed = |name: &str| Changed(FolderRef::new(name));
        let mut pending = Pending::default();
        for event in [changed("B"), HierarchyChanged, changed("A"), changed("B")] {
            pending.add(event);
        }
        assert_eq!(
            taken(pending),
            [changed("B"), HierarchyChanged, changed("A")]
        );
        let mut pending = Pending::default();
        for event in [changed("B"), Gap, changed("A")] {
            pending.add(event);
        }
        assert_eq!(taken(pending), [Gap]);
    }

    #[test]
    fn too_many_are_a_gap() {
        let mut pending = Pending::default();
        for number in 0..=KEPT_MAX {
            pending.add(Changed(FolderRef::new(number.to_string())));
        }
        assert_eq!(taken(pending), [Gap]);
    }
}
