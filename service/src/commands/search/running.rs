//! Searches that are going on, one a device, and what the last one of each device found.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use backends::{Findings, Question};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;

use crate::ids::DeviceId;

/// Searches at once, of all devices: a store without an index reads every message.
const AT_ONCE: usize = 16;

/// Messages that are remembered as found, of all devices.
const KEPT_MAX: usize = 50_000;

/// How long pages of a search can be asked for.
const KEPT_FOR: Duration = Duration::from_secs(600);

/// All searches. A device has one at a time: a new one takes the place of the older.
#[derive(Debug)]
pub struct Searches {
    running: Mutex<Running>,
    kept: Mutex<HashMap<DeviceId, Kept>>,
    places: Semaphore,
}

#[derive(Debug, Default)]
struct Running {
    begun: u64,
    devices: HashMap<DeviceId, (u64, CancellationToken)>,
}

/// What is searched for; pages of the same are pages of the same results.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::commands) struct Subject {
    /// The phone's name of the search, if it has one.
    pub(in crate::commands) name: Option<String>,
    /// The question.
    pub(in crate::commands) question: Question,
    /// Only this conversation.
    pub(in crate::commands) conversation: Option<Vec<u8>>,
}

#[derive(Debug)]
struct Kept {
    subject: Subject,
    found: Arc<Findings>,
    at: Instant,
}

/// The search of a device that is going on.
pub(in crate::commands) struct Turn<'s> {
    searches: &'s Searches,
    device: DeviceId,
    number: u64,
    replaced: CancellationToken,
}

impl Default for Searches {
    fn default() -> Self {
        Self {
            running: Mutex::default(),
            kept: Mutex::default(),
            places: Semaphore::new(AT_ONCE),
        }
    }
}

impl Searches {
    /// Begins a search, and ends the device's older one.
    pub(in crate::commands) fn begin(&self, device: DeviceId) -> Turn<'_> {
        let mut running = locked(&self.running);
        running.begun += 1;
        let (number, replaced) = (running.begun, CancellationToken::new());
        let mine = (number, replaced.clone());
        if let Some((_, older)) = running.devices.insert(device, mine) {
            older.cancel();
        }
        Turn {
            searches: self,
            device,
            number,
            replaced,
        }
    }

    /// What the device's last search found, if it was for the same.
    pub(in crate::commands) fn kept(
        &self,
        device: DeviceId,
        subject: &Subject,
    ) -> Option<Arc<Findings>> {
        let kept = locked(&self.kept);
        let last = kept.get(&device)?;
        let same = last.subject == *subject && last.at.elapsed() < KEPT_FOR;
        same.then(|| Arc::clone(&last.found))
    }

    /// Keeps what the device's search found, for further pages.
    pub(in crate::commands) fn keep(
        &self,
        device: DeviceId,
        subject: Subject,
        found: &Arc<Findings>,
    ) {
        let mut kept = locked(&self.kept);
        let last = Kept {
            subject,
            found: Arc::clone(found),
            at: Instant::now(),
        };
        kept.insert(device, last);
        kept.retain(|_, last| last.at.elapsed() < KEPT_FOR);
        // What a search without results costs, too.
        let cost = |last: &Kept| last.found.hits.len() + last.subject.question.folders.len() + 1;
        while kept.values().map(cost).sum::<usize>() > KEPT_MAX {
            let oldest = kept.iter().min_by_key(|(_, last)| last.at);
            let Some(oldest) = oldest.map(|(device, _)| *device) else {
                break;
            };
            kept.remove(&oldest);
        }
    }
}

impl Turn<'_> {
    /// Waits until the device begins another search.
    pub(in crate::commands) async fn replaced(&self) {
        self.replaced.cancelled().await;
    }

    /// Waits for one of the places that all devices share.
    pub(in crate::commands) async fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.searches.places.acquire().await.ok()
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut running = locked(&self.searches.running);
        let mine = running.devices.get(&self.device);
        if mine.is_some_and(|(number, _)| *number == self.number) {
            running.devices.remove(&self.device);
        }
    }
}

/// Locks; what a thread that panicked left behind is whole, for nothing here is changed in steps.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use backends::{Findings, FolderRef, Hit, ItemRef, ItemState, Question, Version};
    use futures_util::FutureExt;

    use super::{KEPT_MAX, Searches, Subject, locked};
    use crate::ids::DeviceId;

    fn subject(name: &str) -> Subject {
        Subject {
            name: Some(name.to_owned()),
            question: Question::default(),
            conversation: None,
        }
    }

    fn found(count: usize) -> Arc<Findings> {
        let hit = Hit {
            folder: FolderRef::new(""),
            state: ItemState {
                item: ItemRef::new("a"),
                version: Version::new(""),
                time: 0,
                size: 0,
            },
        };
        Arc::new(Findings {
            hits: vec![hit; count],
            complete: true,
        })
    }

    #[test]
    fn a_new_search_ends_the_older_of_its_device() {
        let searches = Searches::default();
        let (one, other) = (searches.begin(DeviceId(1)), searches.begin(DeviceId(2)));
        let next = searches.begin(DeviceId(1));
        assert!(one.replaced().now_or_never().is_some());
        drop(one);
        assert_eq!(locked(&searches.running).devices.len(), 2);
        for running in [&other, &next] {
            assert!(running.replaced().now_or_never().is_none());
        }
        drop((other, next));
        assert!(locked(&searches.running).devices.is_empty());
    }

    #[test]
    fn what_was_found_is_kept_for_the_same_search_and_bounded() {
        let searches = Searches::default();
        searches.keep(DeviceId(1), subject("a"), &found(3));
        assert!(searches.kept(DeviceId(1), &subject("a")).is_some());
        assert!(searches.kept(DeviceId(1), &subject("b")).is_none());
        assert!(searches.kept(DeviceId(2), &subject("a")).is_none());
        for device in 2..5 {
            searches.keep(DeviceId(device), subject("a"), &found(KEPT_MAX / 2 - 1));
        }
        let kept: Vec<bool> = (1..5)
            .map(|device| searches.kept(DeviceId(device), &subject("a")).is_some())
            .collect();
        assert_eq!(kept, [false, false, true, true]);
    }
}
