//! Accounts and what each of them consists of: mail in a Maildir, contacts in a vdir.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use backends::composite::Composite;
use backends::local::LocalStore;
use backends::{BackendError, Class, Kind, Mailbox};

use crate::config::{Config, PathTemplate};
use crate::http::request::AccountName;
use crate::ids::AccountId;
use crate::watch::MailboxProvider;

/// What references of contact folders are known by; stored with them.
const CONTACTS: &str = "contacts";

/// Opens the stores of accounts that have signed in.
pub(crate) struct Accounts {
    store: LocalStore,
    maildir: PathTemplate,
    vdir: Option<PathTemplate>,
    known: Mutex<HashMap<AccountId, Known>>,
}

struct Known {
    name: AccountName,
    mailbox: Arc<dyn Mailbox>,
}

impl Accounts {
    /// Nobody has signed in yet.
    pub(crate) fn new(store: LocalStore, config: &Config) -> Self {
        Self {
            store,
            maildir: config.mail.maildir.clone(),
            vdir: config.contacts.vdir.clone(),
            known: Mutex::default(),
        }
    }

    /// Nothing is read from the disk for this.
    fn open(&self, name: &str) -> Arc<dyn Mailbox> {
        let mail = self.store.mailbox(&self.maildir.path(name));
        let mut account = Composite::new(Arc::new(mail));
        if let Some(vdir) = &self.vdir {
            let books = self.store.address_books(&vdir.path(name));
            account = account.with(CONTACTS, &[Class::Contacts], Arc::new(books));
        }
        Arc::new(account)
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
            mailbox: self.open(name),
        });
    }

    async fn mailbox(&self, account: AccountId) -> Result<Arc<dyn Mailbox>, BackendError> {
        match self.known().get(&account) {
            Some(known) => Ok(Arc::clone(&known.mailbox)),
            None => Err(BackendError::new(Kind::Unauthorized, "open mailbox")),
        }
    }
}
