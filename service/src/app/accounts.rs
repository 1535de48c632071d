//! Accounts that are in use, and what each of them consists of: mail in a Maildir or on a server, contacts in a vdir.
//!
//! Of an account whose mail is on a server one password is kept, while it is watched or was just used: the last one
//! that was right. Passwords are compared with it, and with hashes of others that were right lately, since a server may
//! know several of one user.

mod kept;

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use backends::composite::Composite;
use backends::local::LocalStore;
use backends::{BackendError, Class, Kind, Mailbox};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::app::servers::Servers;
use crate::app::signin::SignIn;
use crate::config::{Config, PathTemplate, Routes};
use crate::http::request::AccountName;
use crate::ids::AccountId;
use crate::secret::Secret;
use crate::watch::MailboxProvider;

pub(crate) use kept::Due;
use kept::{Kept, Shown};

/// What errors say that was being done.
const OPEN: &str = "open mailbox";

/// What references of contact folders are known by; stored with them.
const CONTACTS: &str = "contacts";

/// How long an account that is not watched is known after its last use.
const KNOWN_FOR: Duration = Duration::from_secs(180);

/// Opens the stores of accounts that have signed in.
pub(crate) struct Accounts {
    store: LocalStore,
    servers: Servers,
    routes: Routes,
    sign_in: SignIn,
    maildir: PathTemplate,
    vdir: Option<PathTemplate>,
    recheck: Duration,
    state: Mutex<State>,
    /// A password is to be looked at at once.
    pub(crate) doubted: Notify,
}

#[derive(Default)]
struct State {
    known: HashMap<AccountId, Known>,
    watched: HashSet<AccountId>,
}

struct Known {
    name: AccountName,
    /// Opened when it is first asked for.
    mailbox: Option<Arc<dyn Mailbox>>,
    /// The password of an account on a server.
    kept: Option<Kept>,
    used: Instant,
}

impl Known {
    fn new(name: &str) -> Self {
        Self {
            name: AccountName::new(name),
            mailbox: None,
            kept: None,
            used: Instant::now(),
        }
    }
}

impl Accounts {
    /// Nobody has signed in yet.
    pub(crate) fn new(
        store: LocalStore,
        (servers, sign_in): (Servers, SignIn),
        config: &Config,
    ) -> Self {
        Self {
            store,
            servers,
            routes: config.routes.clone(),
            sign_in,
            maildir: config.mail.maildir.clone(),
            vdir: config.contacts.vdir.clone(),
            recheck: config.auth.recheck,
            state: Mutex::default(),
            doubted: Notify::new(),
        }
    }

    /// Nothing is read from the disk and nobody is connected to for this.
    fn open(
        &self,
        name: &str,
        shown: Option<(&Secret, IpAddr)>,
    ) -> Result<Arc<dyn Mailbox>, BackendError> {
        let unauthorized = || BackendError::new(Kind::Unauthorized, OPEN);
        let route = self.routes.of(name).ok_or_else(unauthorized)?;
        let mail: Arc<dyn Mailbox> = match self.servers.at(route, name) {
            None => Arc::new(self.store.mailbox(&self.maildir.path(name))),
            Some(at) => {
                let shown = shown.filter(|_| !at.mastered);
                if shown.is_none() && !at.mastered {
                    return Err(unauthorized());
                }
                at.server.mailbox(&at.login, shown)?
            }
        };
        let mut account = Composite::new(mail);
        if let Some(vdir) = self.vdir.as_ref().filter(|_| route.contacts) {
            let books = self.store.address_books(&vdir.path(name));
            account = account.with(CONTACTS, &[Class::Contacts], Arc::new(books));
        }
        Ok(Arc::new(account))
    }

    /// Whether the account's own password opens its mailbox.
    fn needs_secret(&self, name: &str) -> bool {
        let at = || self.servers.at(self.routes.of(name)?, name);
        at().is_some_and(|at| !at.mastered)
    }

    /// Forgets an account whose access ended, until it signs in again.
    pub(crate) fn forget(&self, name: &AccountName) -> Option<AccountId> {
        let known = &mut self.state().known;
        let account = known
            .iter()
            .find(|(_, known)| known.name == *name)
            .map(|(account, _)| *account)?;
        known.remove(&account);
        Some(account)
    }

    /// Forgets passwords that were not needed for a while. Answers which are to be looked at now.
    pub(crate) fn due(&self, now: Instant) -> Vec<Due> {
        let mut state = self.state();
        let State { known, watched } = &mut *state;
        known.retain(|account, known| {
            known.kept.is_none()
                || watched.contains(account)
                || now.saturating_duration_since(known.used) < KNOWN_FOR
        });
        let due = known.iter_mut().filter_map(|(account, known)| {
            let kept = known.kept.as_mut()?;
            let due = kept.due(now, watched.contains(account), self.recheck)?;
            let ((secret, from), former) = due;
            Some(Due {
                account: *account,
                name: known.name.clone(),
                secret,
                from,
                former,
            })
        });
        due.collect()
    }

    /// The password that was looked at is right.
    pub(crate) fn proved(&self, due: &Due, now: Instant) {
        if let Some(kept) = self.state().kept(due.account) {
            kept.proved(&due.secret, now, self.recheck);
        }
    }

    /// It was not found out whether the password is right.
    pub(crate) fn unproved(&self, due: &Due, now: Instant) {
        if let Some(kept) = self.state().kept(due.account) {
            kept.postponed(&due.secret, now);
        }
    }

    /// The password that was looked at is wrong. Whoever has one that is right goes on.
    pub(crate) fn disproved(&self, due: &Due) {
        self.sign_in.revoke(&due.name);
        let mut state = self.state();
        if state
            .kept(due.account)
            .is_some_and(|kept| kept.is(&due.secret))
        {
            state.known.remove(&due.account);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn kept(&mut self, account: AccountId) -> Option<&mut Kept> {
        self.known.get_mut(&account)?.kept.as_mut()
    }
}

#[async_trait]
impl MailboxProvider for Accounts {
    fn introduce(&self, account: AccountId, name: &str) {
        let known = &mut self.state().known;
        known.entry(account).or_insert_with(|| Known::new(name));
    }

    fn admit(&self, account: AccountId, name: &str, (secret, from): (&Secret, IpAddr)) {
        if !self.needs_secret(name) {
            return self.introduce(account, name);
        }
        let now = Instant::now();
        let mut state = self.state();
        let known = state.known.entry(account);
        let known = known.or_insert_with(|| Known::new(name));
        known.used = now;
        let shown = match &mut known.kept {
            Some(kept) => kept.show((secret, from), now, self.recheck),
            none => {
                let shown = (secret.clone(), from);
                *none = Some(Kept::new(shown, now, self.recheck));
                Shown::New
            }
        };
        if shown != Shown::Known {
            known.mailbox = None;
        }
        drop(state);
        if shown == Shown::Another {
            self.doubted.notify_one();
        }
    }

    fn watched(&self, account: AccountId, watched: bool) {
        let mut state = self.state();
        match watched {
            true => state.watched.insert(account),
            false => state.watched.remove(&account),
        };
        if let Some(known) = state.known.get_mut(&account) {
            known.used = Instant::now();
        }
    }

    fn doubt(&self, account: AccountId) {
        if let Some(kept) = self.state().kept(account) {
            kept.doubt();
            self.doubted.notify_one();
        }
    }

    fn refused(&self, account: AccountId) {
        let mut state = self.state();
        // Where no password of the account is kept, none of it was refused.
        if state.kept(account).is_some()
            && let Some(known) = state.known.remove(&account)
        {
            drop(state);
            tracing::info!(%account, "a password no longer holds: the server refused it");
            self.sign_in.revoke(&known.name);
        }
    }

    async fn mailbox(&self, account: AccountId) -> Result<Arc<dyn Mailbox>, BackendError> {
        let mut state = self.state();
        let Some(known) = state.known.get_mut(&account) else {
            return Err(BackendError::new(Kind::Unauthorized, OPEN));
        };
        known.used = Instant::now();
        if let Some(mailbox) = &known.mailbox {
            return Ok(Arc::clone(mailbox));
        }
        let shown = known.kept.as_ref().map(Kept::shown);
        let mailbox = self.open(known.name.as_str(), shown)?;
        known.mailbox = Some(Arc::clone(&mailbox));
        Ok(mailbox)
    }
}

#[cfg(test)]
mod tests;
