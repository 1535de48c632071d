//! Hints that were not published because the channel was away.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::ids::AccountId;

/// Accounts that are remembered.
const MAX: usize = 65_536;

/// Accounts of which the other nodes have to be told when the channel is back (R9).
#[derive(Debug, Default)]
pub(super) struct Owed(Mutex<BTreeSet<AccountId>>);

impl Owed {
    /// Remembers an account; `false`: there is no room.
    pub(super) fn add(&self, account: AccountId) -> bool {
        let mut accounts = self.lock();
        if accounts.len() < MAX {
            accounts.insert(account);
        }
        accounts.contains(&account)
    }

    /// Takes an account out; put it back with [`Self::add`] when it could not be told either.
    pub(super) fn take(&self) -> Option<AccountId> {
        self.lock().pop_first()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<AccountId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_owed_is_bounded_and_counted_once() {
        let owed = Owed::default();
        let most = i64::try_from(MAX).unwrap();
        assert!((0..most).all(|account| owed.add(AccountId(account))));
        assert!(owed.add(AccountId(1)));
        assert!(!owed.add(AccountId(most)));
        assert_eq!(owed.take(), Some(AccountId(0)));
        assert!(owed.add(AccountId(most)));
    }
}
