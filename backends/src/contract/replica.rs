//! What a caller knows of a folder from deltas alone.

use std::collections::BTreeMap;

use crate::error::BackendError;
use crate::item::{Change, Delta, DeltaKind, Horizon, ItemState};
use crate::mailbox::Mailbox;
use crate::name::{FolderRef, ItemRef, Token};

/// A folder as it was told, delta by delta.
#[derive(Clone, Debug, Default)]
pub struct Replica {
    /// What is there.
    pub items: BTreeMap<ItemRef, ItemState>,
    /// Where the last delta ended.
    pub token: Option<Token>,
}

impl Replica {
    /// Asks what changed and applies it.
    ///
    /// # Errors
    /// Those of [`Mailbox::changes`].
    pub async fn refresh(
        &mut self,
        mailbox: &dyn Mailbox,
        folder: &FolderRef,
    ) -> Result<(), BackendError> {
        let since = self.token.as_ref();
        let delta = mailbox.changes(folder, since, Horizon::Everything).await?;
        self.apply(delta);
        Ok(())
    }

    /// Applies one delta.
    ///
    /// # Panics
    /// When it names an item twice.
    pub fn apply(&mut self, delta: Delta) {
        let mut named = std::collections::BTreeSet::new();
        let mut once =
            |item: &ItemRef| assert!(named.insert(item.clone()), "{item} is named twice");
        match delta.kind {
            DeltaKind::Listing(states) => {
                self.items.clear();
                for state in states {
                    once(&state.item);
                    self.items.insert(state.item.clone(), state);
                }
            }
            DeltaKind::Changes(changes) => {
                for change in changes {
                    match change {
                        Change::Present(state) => {
                            once(&state.item);
                            self.items.insert(state.item.clone(), state);
                        }
                        Change::Gone(item) => {
                            once(&item);
                            self.items.remove(&item);
                        }
                    }
                }
            }
        }
        self.token = Some(delta.token);
    }

    /// Checks that a complete listing says the same.
    ///
    /// # Errors
    /// Those of [`Mailbox::changes`].
    ///
    /// # Panics
    /// When it says something else.
    pub async fn check(
        &self,
        mailbox: &dyn Mailbox,
        folder: &FolderRef,
    ) -> Result<(), BackendError> {
        let mut fresh = Self::default();
        fresh.refresh(mailbox, folder).await?;
        assert_eq!(self.items, fresh.items, "deltas and listing differ");
        Ok(())
    }
}
