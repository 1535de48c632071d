//! One watcher for each account that a device waits for, and refreshes for those who read meanwhile.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time;
use tracing::Instrument;

use super::flight::Still;
use super::focus::Focus;
use super::mailboxes::MailboxProvider;
use super::refresh::{RefreshError, Refresher};
use super::status::{AccountStatus, Proof};
use super::task;
use crate::clock::Clock;
use crate::ids::{AccountId, FolderNo, Seq};
use crate::index::Index;
use crate::metrics::Metrics;
use crate::push::{Channel, Hint, Interest, Interested, Topic, Watching};
use crate::tasks::Tasks;

/// How long an account stays watched after nobody waits for it: devices come back after each answer.
const LINGER: Duration = Duration::from_secs(60);

/// What a supervisor is made of.
pub struct SupervisorParts {
    /// What is kept up to date.
    pub index: Index,
    /// Where mailboxes come from.
    pub mailboxes: Arc<dyn MailboxProvider>,
    /// Where hints go.
    pub channel: Arc<dyn Channel>,
    /// What is counted.
    pub metrics: Metrics,
    /// What time it is.
    pub clock: Clock,
    /// Who owns the watchers and the refreshes.
    pub tasks: Tasks,
}

/// Watches accounts and refreshes folders.
pub struct Supervisor {
    shared: Arc<Shared>,
}

/// What watchers and their supervisor share.
pub(super) struct Shared {
    pub(super) refresher: Arc<Refresher>,
    accounts: Mutex<HashMap<AccountId, Arc<Watched>>>,
}

/// An account that has a watcher.
#[derive(Debug)]
pub(super) struct Watched {
    state: Mutex<State>,
    changed: Notify,
    /// Asks the watcher to start over.
    pub(super) start_over: Notify,
    /// Other folders are waited for.
    pub(super) refocused: Notify,
}

#[derive(Debug)]
struct State {
    interested: usize,
    proof: Proof,
    focus: Focus,
}

impl std::fmt::Debug for Supervisor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Supervisor").finish_non_exhaustive()
    }
}

impl Supervisor {
    /// A supervisor that watches nobody yet.
    #[must_use]
    pub fn new(parts: SupervisorParts) -> Self {
        let refresher = Refresher::new(parts);
        Self {
            shared: Arc::new(Shared {
                refresher: Arc::new(refresher),
                accounts: Mutex::new(HashMap::new()),
            }),
        }
    }

    /// Where mailboxes come from.
    #[must_use]
    pub fn provider(&self) -> &dyn MailboxProvider {
        &*self.shared.refresher.mailboxes
    }

    /// Has the account watched until the answer is dropped, and about a minute longer. [`crate::push::Hub`]
    /// does this for what is parked.
    #[must_use]
    pub fn interest(&self, account: AccountId) -> Interest {
        Shared::interest(&self.shared, account)
    }

    /// Brings a folder up to date: what was done in the backend before the call is in the index afterwards.
    /// Answers its sequence number.
    ///
    /// # Errors
    /// `Backend` with `NotFound` or `Index(NoFolder)` when the folder is gone; otherwise trying again later
    /// may help.
    pub async fn refresh(&self, account: AccountId, folder: FolderNo) -> Result<Seq, RefreshError> {
        let refreshed = self
            .shared
            .refresher
            .refresh(account, folder, self.shared.refresher.seen())
            .await;
        match refreshed {
            Err(RefreshError::Channel(_)) => {
                // R9: the index is up to date, which is what the caller needs; a watcher that starts over
                // tells those who wait.
                self.shared.start_over(account);
                Ok(self.shared.refresher.index.seq(account, folder).await?)
            }
            other => other.map(|looked| looked.seq),
        }
    }

    /// Keeps the folder from being looked at until the answer is dropped, so that what a request does to it is
    /// written down as that request's before a watcher finds it.
    pub async fn still(&self, account: AccountId, folder: FolderNo) -> Still<'_> {
        self.shared.refresher.flights.still((account, folder)).await
    }

    /// Brings the account's folders up to date.
    ///
    /// # Errors
    /// When the backend or the store cannot be asked.
    pub async fn refresh_hierarchy(&self, account: AccountId) -> Result<(), RefreshError> {
        let root = FolderNo::ROOT;
        let refresher = &self.shared.refresher;
        match refresher.refresh(account, root, refresher.seen()).await {
            Ok(_) => Ok(()),
            Err(RefreshError::Channel(_)) => {
                self.shared.start_over(account);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Makes sure that the index holds a folder as the backend does: at once while a watcher is proven live,
    /// otherwise by a refresh.
    ///
    /// # Errors
    /// As [`Self::refresh`].
    pub async fn fresh(&self, account: AccountId, folder: FolderNo) -> Result<(), RefreshError> {
        if self.shared.covers(account, folder) {
            return Ok(());
        }
        self.refresh(account, folder).await.map(drop)
    }

    /// Makes sure that the index holds the hierarchy as the backend does.
    ///
    /// # Errors
    /// As [`Self::refresh_hierarchy`].
    pub async fn fresh_hierarchy(&self, account: AccountId) -> Result<(), RefreshError> {
        if self.shared.covers(account, FolderNo::ROOT) {
            return Ok(());
        }
        self.refresh_hierarchy(account).await
    }

    /// Tells those who wait that a folder was written to by a request (an upload, a move): the account's
    /// other devices are woken without waiting for the watcher.
    pub async fn announce(&self, account: AccountId, folder: FolderNo) {
        let refresher = &self.shared.refresher;
        let published = match refresher.index.seq(account, folder).await {
            Ok(seq) => {
                let topic = Topic::Folder(folder, seq);
                let seen = refresher.seen();
                refresher
                    .publish(Hint {
                        account,
                        topic,
                        seen,
                    })
                    .await
                    .is_ok()
            }
            Err(_) => false,
        };
        if !published {
            self.shared.start_over(account);
        }
    }

    /// The same for what a device uploaded. An upload that spanned a refresh may have been written over what that has seen
    /// already, such as its being changed back. The index has given its token up then, and no event would come of it:
    /// the folder is listed.
    pub async fn announce_upload(&self, account: AccountId, folder: FolderNo) {
        let from = self.shared.refresher.index.read_from(account, folder);
        if from
            .await
            .is_ok_and(|from| from.is_some_and(|from| from.token.is_none()))
        {
            match self.refresh(account, folder).await {
                Ok(_) => return,
                Err(_) => self.shared.start_over(account),
            }
        }
        self.announce(account, folder).await;
    }

    /// Tells those who wait that a request changed the account's folders.
    pub async fn announce_hierarchy(&self, account: AccountId) {
        let hint = Hint {
            account,
            topic: Topic::Hierarchy,
            seen: self.shared.refresher.seen(),
        };
        if self.shared.refresher.publish(hint).await.is_err() {
            self.shared.start_over(account);
        }
    }

    /// Has the account's watcher, if there is one, begin anew: what it rides on is no longer good.
    pub fn start_over(&self, account: AccountId) {
        self.shared.start_over(account);
    }

    /// How an account is watched.
    #[must_use]
    pub fn status(&self, account: AccountId) -> AccountStatus {
        let watched = self.shared.watched(account);
        watched.map_or(AccountStatus::IDLE, |watched| {
            watched.proof(|proof| proof.status())
        })
    }
}

impl Watching for Supervisor {
    fn interest(&self, account: AccountId) -> Interest {
        Self::interest(self, account)
    }
}

impl Shared {
    /// R8: whoever parks has the account watched for as long; nobody else can be watching it instead, as there is one node.
    fn interest(shared: &Arc<Self>, account: AccountId) -> Interest {
        let mut accounts = shared.accounts();
        let watched = accounts.get(&account).map(Arc::clone);
        let watched = watched.unwrap_or_else(|| {
            let watched = Arc::new(Watched::new());
            accounts.insert(account, Arc::clone(&watched));
            shared.refresher.mailboxes.watched(account, true);
            let span = tracing::info_span!(parent: None, "watch", %account);
            let watcher = task::run(Arc::clone(shared), account, Arc::clone(&watched));
            shared.refresher.tasks.spawn(watcher.instrument(span));
            watched
        });
        watched.change(1, 0);
        drop(accounts);
        Box::new(Guard { watched })
    }

    /// Ends a watcher, unless somebody has become interested.
    pub(super) fn retire(&self, account: AccountId) -> Retired {
        let mut accounts = self.accounts();
        let wanted = accounts
            .get(&account)
            .is_some_and(|watched| watched.state().interested > 0);
        if wanted {
            return Retired::Wanted;
        }
        accounts.remove(&account);
        self.refresher.mailboxes.watched(account, false);
        Retired::Gone
    }

    fn covers(&self, account: AccountId, folder: FolderNo) -> bool {
        let watched = self.watched(account);
        watched.is_some_and(|watched| watched.proof(|proof| proof.covers(folder)))
    }

    fn start_over(&self, account: AccountId) {
        if let Some(watched) = self.watched(account) {
            watched.start_over.notify_one();
        }
    }

    fn watched(&self, account: AccountId) -> Option<Arc<Watched>> {
        self.accounts().get(&account).map(Arc::clone)
    }

    fn accounts(&self) -> MutexGuard<'_, HashMap<AccountId, Arc<Watched>>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a watcher may end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Retired {
    /// It is forgotten, and ends.
    Gone,
    /// Somebody waits again.
    Wanted,
}

impl Watched {
    fn new() -> Self {
        Self {
            state: Mutex::new(State {
                interested: 0,
                proof: Proof::new(time::Instant::now().into_std()),
                focus: Focus::default(),
            }),
            changed: Notify::new(),
            start_over: Notify::new(),
            refocused: Notify::new(),
        }
    }

    /// Ends when nobody has been interested for a while.
    pub(super) async fn abandoned(&self) {
        loop {
            let changed = self.changed.notified();
            if self.state().interested > 0 {
                changed.await;
            } else if time::timeout(LINGER, changed).await.is_err() {
                return;
            }
        }
    }

    /// Reads or changes what the watcher has proved.
    pub(super) fn proof<T>(&self, with: impl FnOnce(&mut Proof) -> T) -> T {
        with(&mut self.state().proof)
    }

    /// The folders that are waited for, and then those that were a moment ago.
    pub(super) fn focus(&self) -> Vec<FolderNo> {
        let now = time::Instant::now().into_std();
        self.state().focus.folders(now)
    }

    fn wait_for(&self, folders: &[FolderNo]) {
        let now = time::Instant::now().into_std();
        self.state().focus.set(folders, now + LINGER);
        self.refocused.notify_one();
    }

    fn change(&self, more: usize, less: usize) {
        let mut state = self.state();
        state.interested = (state.interested + more).saturating_sub(less);
        drop(state);
        self.changed.notify_one();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody's interest in an account.
struct Guard {
    watched: Arc<Watched>,
}

impl Interested for Guard {
    fn wait_for(&self, folders: &[FolderNo]) {
        self.watched.wait_for(folders);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.watched.change(0, 1);
    }
}
