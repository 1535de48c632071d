//! Maildir++ folders and address books in vdirs on the local file system, watched by inotify.
//!
//! The user's own folders: nothing is kept beside them. Any program may deliver, mark, move and
//! remove at the same time. Not meant for folders that other machines change over a network file
//! system, which reports nothing of it: such a mailbox is found out and polled.
//!
//! A [`LocalStore`] is made once; its [`LocalDriver`] is run by the owner. Mailboxes are opened by
//! their root and cost nothing while they are not watched.

mod account;
mod changes;
mod error;
mod fetch;
mod filename;
mod hub;
mod journal;
mod keywords;
mod layout;
mod limits;
mod mailbox;
mod reshape;
mod scan;
mod search;
mod spelling;
mod subscriptions;
mod token;
mod tree;
mod vdir;
mod version;
mod watch;
mod write;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::error::{BackendError, Kind};
use crate::local::account::{Account, locked};
use crate::local::hub::Hub;
use crate::local::layout::Layout;
use crate::local::vdir::format;
use crate::local::vdir::versions::Versions;

pub use crate::local::hub::LocalDriver;
pub use crate::local::limits::{WatchBudget, watch_budget};
pub use crate::local::mailbox::LocalMailbox;
pub use crate::local::vdir::LocalVdir;

/// Settings of the store.
#[derive(Clone, Debug)]
pub struct LocalOptions {
    /// How often a mailbox is looked at for which the kernel grants no watches.
    pub poll_every: Duration,
    /// How often a watched mailbox is looked at, to prove that its file system reports changes.
    pub sweep_every: Duration,
    /// The largest message that is read, in bytes.
    pub fetch_bytes_max: u64,
    /// The largest contact that is read or written, in bytes.
    pub vdir_bytes_max: u64,
    /// How many files of address books are remembered with the versions that they had, so that a
    /// listing need not read them again. Each takes some 70 bytes.
    pub vdir_files_max: usize,
    /// How many calls of the file system are made at a time.
    pub blocking_max: usize,
    /// How many messages of a folder the journal remembers; when more are touched between two
    /// questions, the folder is listed.
    pub journal_max: usize,
    /// How many directories are watched at most, three for each folder. For who wants to leave
    /// some of the kernel's watches to other programs of the same system user.
    pub watches_max: usize,
}

impl Default for LocalOptions {
    fn default() -> Self {
        Self {
            poll_every: Duration::from_secs(15),
            sweep_every: Duration::from_secs(300),
            fetch_bytes_max: 128 * 1024 * 1024,
            vdir_bytes_max: 8 * 1024 * 1024,
            vdir_files_max: 1_000_000,
            blocking_max: 32,
            // A question follows each event, so that few are between two of them; and a record takes 300 bytes.
            journal_max: 512,
            watches_max: usize::MAX,
        }
    }
}

/// All local mailboxes of the process.
#[derive(Clone, Debug)]
pub struct LocalStore {
    shared: Arc<Shared>,
}

/// What all mailboxes share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) options: LocalOptions,
    pub(crate) hub: Arc<Hub>,
    pub(crate) versions: Versions,
    permits: Arc<Semaphore>,
    accounts: Mutex<HashMap<(PathBuf, Layout), Weak<Account>>>,
}

impl Shared {
    /// Runs work that blocks, on a thread for that. Dropping the future does not stop work that
    /// has begun.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        op: &'static str,
        work: impl FnOnce() -> Result<T, BackendError> + Send + 'static,
    ) -> Result<T, BackendError> {
        let broken = |error| BackendError::new(Kind::Unexpected, op).caused_by(error);
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit =
            permit.map_err(|error| BackendError::new(Kind::Unexpected, op).caused_by(error))?;
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(broken)?
    }
}

impl LocalStore {
    /// Makes a store, and the driver that its owner must run for watches to work.
    #[must_use = "the driver must be run"]
    pub fn new(options: LocalOptions) -> (Self, LocalDriver) {
        let hub = Arc::new(Hub::new(options.journal_max, options.watches_max));
        let driver = LocalDriver {
            hub: Arc::clone(&hub),
        };
        let shared = Arc::new(Shared {
            permits: Arc::new(Semaphore::new(options.blocking_max.max(1))),
            versions: Versions::new(options.vdir_files_max),
            options,
            hub,
            accounts: Mutex::default(),
        });
        (Self { shared }, driver)
    }

    /// Opens the mailbox whose INBOX is the Maildir `root`, which need not be there yet.
    #[must_use]
    pub fn mailbox(&self, root: &Path) -> LocalMailbox {
        LocalMailbox {
            shared: Arc::clone(&self.shared),
            account: self.account(root, Layout::Maildir),
        }
    }

    /// Opens the address books in the vdir `root`, which need not be there yet.
    #[must_use]
    pub fn address_books(&self, root: &Path) -> LocalVdir {
        let format = format::CONTACTS;
        let account = self.account(root, Layout::Vdir(format));
        LocalVdir::new(&self.shared, account, format)
    }

    fn account(&self, root: &Path, layout: Layout) -> Arc<Account> {
        let mut accounts = locked(&self.shared.accounts);
        let key = (root.to_owned(), layout);
        accounts
            .get(&key)
            .and_then(Weak::upgrade)
            .unwrap_or_else(|| {
                accounts.retain(|_, account| account.strong_count() > 0);
                let account = Arc::new(Account::new(root, layout));
                accounts.insert(key, Arc::downgrade(&account));
                account
            })
    }

    /// Whether the kernel has granted what watches need; otherwise every mailbox is polled.
    #[must_use]
    pub fn has_instance(&self) -> bool {
        self.shared.hub.has_instance()
    }

    /// Figures for the metrics.
    #[must_use]
    pub fn stats(&self) -> LocalStats {
        let counters = &self.shared.hub.counters;
        let read = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
        LocalStats {
            watches: read(&counters.watches),
            pushing: read(&counters.pushing),
            polling: read(&counters.polling),
            overflows: read(&counters.overflows),
            limits: read(&counters.limits),
            listings: read(&counters.listings),
            journal_answers: read(&counters.journal_answers),
            deaf: read(&counters.deaf),
        }
    }
}

/// Figures of a [`LocalStore`]. The first three are what is now, the others what happened so far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LocalStats {
    /// Directories that are watched.
    pub watches: u64,
    /// Watches that are told of changes.
    pub pushing: u64,
    /// Watches that have to look.
    pub polling: u64,
    /// How often the kernel's queue of events overflowed.
    pub overflows: u64,
    /// How often the kernel refused a watch because of a limit.
    pub limits: u64,
    /// Questions for changes that were answered by listing a folder.
    pub listings: u64,
    /// Questions for changes that were answered from a journal.
    pub journal_answers: u64,
    /// Mailboxes on file systems that report no changes.
    pub deaf: u64,
}
