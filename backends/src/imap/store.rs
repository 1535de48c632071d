//! All mailboxes on one server: accounts, the sessions that they share, and what a server that is down costs.

mod account;
mod errands;
mod gate;
mod pool;

use std::collections::HashMap;
use std::fmt;
use std::future::pending;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::connect::{Connector, ServerError};
use super::login::Login;
use super::mailbox::ImapMailbox;
use super::server::ImapServer;
use super::survey::Naming;
use super::watch::WatchOptions;
use crate::error::BackendError;
use crate::hook::HookFeed;

pub(super) use account::Account;
pub(super) use errands::Errand;
use errands::Errands;
use gate::Gate;
use pool::Pool;
pub(super) use pool::{Lease, Open};

/// Over how long those who wait for a server come back to it at least, and how much each account adds to that: a server
/// that has just come back is not to meet thousands in a second.
const SPREAD: Duration = Duration::from_secs(1);
const SPREAD_EACH: Duration = Duration::from_millis(2);

/// Which folders of one's own an account shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scope {
    /// All.
    All,
    /// Those that are subscribed to, and INBOX.
    Subscribed,
}

/// Settings of the store.
#[derive(Clone, Debug)]
pub struct ImapOptions {
    /// Sessions of one account that work at once; further questions wait.
    pub sessions_per_account: usize,
    /// Connections to the server, of all accounts, besides those of watches.
    pub sessions_max: usize,
    /// How long a session is kept for the next question.
    pub idle: Duration,
    /// Longest wait for a session.
    pub wait: Duration,
    /// How long credentials that the server refused are taken for refused without asking it.
    pub refused: Duration,
    /// Longest pause between two attempts to reach a server that is down.
    pub pause_max: Duration,
    /// How often an account is looked at that the server does not tell of changes.
    pub poll_every: Duration,
    /// How accounts are watched.
    pub watch: WatchOptions,
    /// Where the server calls, if it does.
    pub hooks: Option<HookFeed>,
    /// The largest message that is read as a whole, in bytes.
    pub fetch_bytes_max: u64,
    /// Which folders are shown. Of those of others and of all, only the subscribed ones are.
    pub scope: Scope,
}

impl Default for ImapOptions {
    fn default() -> Self {
        Self {
            sessions_per_account: 4,
            sessions_max: 2_000,
            idle: Duration::from_secs(30),
            wait: Duration::from_secs(30),
            refused: Duration::from_secs(60),
            pause_max: Duration::from_secs(30),
            poll_every: Duration::from_secs(60),
            watch: WatchOptions::default(),
            hooks: None,
            fetch_bytes_max: 128 << 20,
            scope: Scope::All,
        }
    }
}

/// What an account signs in with.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// The credentials as they are now. Asked before each sign-in.
    ///
    /// # Errors
    /// `Unauthorized` when there are none.
    async fn login(&self) -> Result<Login, BackendError>;
}

#[async_trait]
impl Secrets for Login {
    async fn login(&self) -> Result<Self, BackendError> {
        Ok(self.clone())
    }
}

/// What the store has done and holds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ImapCounters {
    /// Connections that are open.
    pub open: u64,
    /// Connections that were opened, sign-in included.
    pub opened: u64,
    /// Connections that could not be opened because the server was not there.
    pub unreachable: u64,
    /// Sign-ins that the server refused.
    pub refused: u64,
    /// Questions that found no free session in time.
    pub crowded: u64,
    /// Questions about changes that were answered by a complete listing.
    pub listings: u64,
    /// Questions about changes that were answered by changes.
    pub differences: u64,
    /// Whether the server was there last time.
    pub reachable: bool,
}

/// The accounts of one server. Cheap to clone.
#[derive(Clone)]
pub struct ImapStore {
    shared: Arc<Shared>,
}

/// What all accounts share.
pub(super) struct Shared {
    pub(super) connector: Connector,
    pub(super) options: ImapOptions,
    pub(super) gate: Mutex<Gate>,
    /// The server was reached after it could not be.
    pub(super) reached: Notify,
    pub(super) pool: Pool,
    pub(super) errands: Errands,
    pub(super) counters: Mutex<ImapCounters>,
    /// How the server names identities, once that is known.
    pub(super) naming: Mutex<Option<Naming>>,
    accounts: Mutex<Accounts>,
}

/// Those that somebody uses, and how many there were.
#[derive(Default)]
struct Accounts {
    used: HashMap<String, Weak<Account>>,
    made: u64,
    /// With so many it is worth looking for those that nobody uses.
    many: usize,
}

/// Closes sessions that nobody needs any more, and does what watches order.
#[derive(Debug)]
pub struct ImapDriver {
    shared: Arc<Shared>,
}

impl ImapStore {
    /// A store that has not connected yet, and its driver, which is to be run as long as the store is used.
    ///
    /// # Errors
    /// When the certificates cannot be used, or the host is no name that a certificate can be for.
    pub fn new(
        server: ImapServer,
        options: ImapOptions,
    ) -> Result<(Self, ImapDriver), ServerError> {
        let shared = Arc::new(Shared {
            connector: Connector::new(server)?,
            pool: Pool::new(options.sessions_max, options.watch.connections_max),
            errands: Errands::default(),
            gate: Mutex::new(Gate::new(options.pause_max)),
            reached: Notify::new(),
            options,
            counters: Mutex::new(ImapCounters {
                reachable: true,
                ..ImapCounters::default()
            }),
            naming: Mutex::default(),
            accounts: Mutex::default(),
        });
        let driver = ImapDriver {
            shared: Arc::clone(&shared),
        };
        Ok((Self { shared }, driver))
    }

    /// The mailbox of the account with that key. All mailboxes of one key share their sessions, so whoever has the key
    /// must have shown that the account is theirs. Connects to nobody yet.
    #[must_use]
    pub fn mailbox(&self, key: &str, secrets: Arc<dyn Secrets>) -> ImapMailbox {
        let mut accounts = locked(&self.shared.accounts);
        if let Some(account) = accounts.used.get(key).and_then(Weak::upgrade) {
            account.renew(secrets);
            return ImapMailbox::new(account);
        }
        if accounts.used.len() >= accounts.many {
            accounts
                .used
                .retain(|_, account| account.strong_count() > 0);
            accounts.many = accounts.used.len() * 2 + 64;
        }
        accounts.made += 1;
        let account = Account::new(Arc::clone(&self.shared), accounts.made, secrets);
        let account = Arc::new(account);
        accounts
            .used
            .insert(key.to_owned(), Arc::downgrade(&account));
        ImapMailbox::new(account)
    }

    /// What the store has done and holds.
    #[must_use]
    pub fn counters(&self) -> ImapCounters {
        let mut counters = *locked(&self.shared.counters);
        counters.open = self.shared.pool.open();
        counters.reachable = locked(&self.shared.gate).is_open();
        counters
    }
}

impl Shared {
    /// Adds to the counters.
    pub(super) fn count(&self, add: impl FnOnce(&mut ImapCounters)) {
        add(&mut locked(&self.counters));
    }

    /// See [`Mailbox::recovered`](crate::Mailbox::recovered).
    pub(super) async fn recovered(&self) {
        let mut reached = pin!(self.reached.notified());
        // Before the look: who reaches the server after that is heard.
        reached.as_mut().enable();
        if locked(&self.gate).is_open() {
            return pending().await;
        }
        reached.await;
        tokio::time::sleep(self.spread().mul_f64(gate::random())).await;
    }

    fn spread(&self) -> Duration {
        let accounts = u32::try_from(locked(&self.accounts).used.len()).unwrap_or(u32::MAX);
        let spread = SPREAD_EACH.saturating_mul(accounts).max(SPREAD);
        spread.min(self.options.pause_max.max(SPREAD))
    }
}

impl ImapDriver {
    /// Runs until it is told to stop.
    pub async fn run(self, stop: CancellationToken) {
        let close = self.shared.pool.close_idle(self.shared.options.idle);
        let errands = self.shared.errands.run();
        let both = futures_util::future::join(close, errands);
        stop.run_until_cancelled(both).await;
    }
}

impl fmt::Debug for ImapStore {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.fmt(out)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ImapStore")
            .field("connector", &self.connector)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// Locks; what a thread that panicked left behind is whole, for nothing here is changed in steps.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
