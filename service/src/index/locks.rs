//! One (device, collection) is served at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
use tokio::time;

use crate::index::Pair;
use crate::index::session::Trials;

/// From how many collections on those are forgotten that nobody waits for.
const KEPT: usize = 50_000;

/// How long a request waits for its turn: with what it may take itself, it is answered before phones give up.
const PATIENCE: Duration = Duration::from_secs(8);

/// What is remembered of a collection between its Syncs, in this process.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    key: String,
    asked: u32,
    /// What this key went through.
    pub(crate) trials: Trials,
}

impl Slot {
    /// Notes the key that was shown.
    pub(crate) fn show(&mut self, key: &str) {
        if self.key == key {
            self.asked = self.asked.saturating_add(1);
        } else {
            key.clone_into(&mut self.key);
            self.asked = 1;
            self.trials = Trials::default();
        }
    }

    /// How often in a row.
    pub(crate) fn asked(&self) -> u32 {
        self.asked
    }
}

/// The locks of all collections.
#[derive(Clone, Debug, Default)]
pub(crate) struct Locks {
    slots: Arc<Mutex<HashMap<Pair, Arc<tokio::sync::Mutex<Slot>>>>>,
}

impl Locks {
    /// Waits until nobody else serves the collection, but not for ever. First come, first served.
    pub(crate) async fn lock(&self, pair: Pair) -> Option<OwnedMutexGuard<Slot>> {
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            if slots.len() >= KEPT {
                slots.retain(|_, slot| Arc::strong_count(slot) > 1);
            }
            Arc::clone(slots.entry(pair).or_default())
        };
        time::timeout(PATIENCE, slot.lock_owned()).await.ok()
    }
}
