//! Accounts and their local mailboxes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use backends::local::{LocalMailbox, LocalStore};
use backends::{BackendError, Kind, Mailbox};

use crate::config::MaildirTemplate;
use crate::http::request::AccountName;
use crate::ids::AccountId;
use crate::watch::MailboxProvider;

/// Opens the Maildirs of accounts that have signed in.
pub(crate) struct Accounts {
    store: LocalStore,
    template: MaildirTemplate,
    known: Mutex<HashMap<AccountId, Known>>,
}

struct Known {
    name: AccountName,
    mailbox: Arc<LocalMailbox>,
}

impl Accounts {
    /// Nobody has signed in yet.
    pub(crate) fn new(store: LocalStore, template: MaildirTemplate) -> Self {
        Self {
            store,
            template,
            known: Mutex::default(),
        }
    }

    /// Forgets an account whose access ended, until it signs in again.
    pub(crate) fn forget(&self, name: &AccountName) -> Option<AccountId> {
        let mut known = self.known();
        let account = known
            .iter()
            .find(|(_, known)| known.name == *name)
            .map(|(account, _)| *account)?;
        known.remove(&account);
        Some(account)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<AccountId, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl MailboxProvider for Accounts {
    fn introduce(&self, account: AccountId, name: &str) {
        let mut known = self.known();
        known.entry(account).or_insert_with(|| Known {
            name: AccountName::new(name),
            mailbox: Arc::new(self.store.mailbox(&self.template.path(name))),
        });
    }

    async fn mailbox(&self, account: AccountId) -> Result<Arc<dyn Mailbox>, BackendError> {
        match self.known().get(&account) {
            Some(known) => Ok(Arc::clone(&known.mailbox) as Arc<dyn Mailbox>),
            None => Err(BackendError::new(Kind::Unauthorized, "open mailbox")),
        }
    }
}
