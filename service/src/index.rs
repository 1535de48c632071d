//! The change index: what changed, and what a device was told of it.
//!
//! The index keeps one row per item of a folder, shared by all devices of the account: ids, versions
//! and sequence numbers, never content. What a device holds of a folder is its cursor: how far it has
//! been told, its filter cut-off, and the ids it holds. A Ping asks [`Index::verify`], a Sync opens a
//! [`Session`]. Both read only what changed since, unless the window moved.
//!
//! The rules are pure functions over rows and a cursor ([`cursor`], [`page`], [`delta`], [`lineage`]); this file
//! and the ones beside it bring them rows and write down what they decide.

mod collect;
pub mod cursor;
pub mod delta;
pub mod hierarchy;
pub mod items;
mod line;
pub mod lineage;
mod locks;
mod named;
mod own;
pub mod page;
pub mod ping;
pub mod session;
pub mod upload;

pub use self::collect::Collected;
pub use self::hierarchy::{
    Deed, FolderSync, HierarchyPage, KnownFolder, Notes, OwnChange, OwnDeed, Refreshed,
};
pub use self::items::{Applied, IndexedItem, ReadFrom};
pub use self::page::{Action, Command, Page};
pub use self::ping::{AnswerId, Delivery, Doubt, Silence, Standing, Wake};
pub use self::session::{Counted, Estimate, Opening, Pair, Patience, Receipt, Session};
pub use self::upload::{Begun, Conflict, Ident, Outcome, Ticket, Told, Upload, Verdict};

use self::locks::Locks;
use crate::store::{Store, StoreError};

/// Why the index could not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such folder, or not any more.
    #[error("no such folder")]
    NoFolder,
    /// The operating system gave no random bytes for a key.
    #[error("no random bytes")]
    NoRandomness,
}

/// The change index over a store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Index {
    store: Store,
    locks: Locks,
    patience: Patience,
}

impl Index {
    /// An index over `store`.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self {
            store,
            locks: Locks::default(),
            patience: Patience::default(),
        }
    }

    /// The same, with another patience before an item is passed over.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// The store below, for what needs no index: devices, remembered requests, ClientIds.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }
}
