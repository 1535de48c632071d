//! Sessions that work, and those that are kept for the next question.
//!
//! A session that is kept belongs to an account: signed in, no command running. None of them is kept alive: after a
//! short time it is closed. When the server's places are taken, the session that was kept longest makes room.

use std::collections::VecDeque;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout};

use super::{Account, locked};
use crate::imap::session::Session;
use crate::imap::stream::Stream;

/// The sessions of all accounts.
#[derive(Debug)]
pub(crate) struct Pool {
    places: Arc<Semaphore>,
    places_max: usize,
    watch_places: Arc<Semaphore>,
    watch_places_max: usize,
    kept: Mutex<VecDeque<Kept>>,
    /// Woken when a session is kept.
    kept_one: Notify,
}

#[derive(Debug)]
struct Kept {
    account: u64,
    open: Open,
    since: Instant,
}

/// A session and its place among those of the server.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) session: Box<Session<Stream>>,
    pub(super) _place: OwnedSemaphorePermit,
}

impl Pool {
    /// For so many connections, and so many of watches.
    pub(crate) fn new(places_max: usize, watch_places_max: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places_max)),
            places_max,
            watch_places: Arc::new(Semaphore::new(watch_places_max)),
            watch_places_max,
            kept: Mutex::default(),
            kept_one: Notify::new(),
        }
    }

    /// How many connections there are.
    pub(crate) fn open(&self) -> u64 {
        let free = self.places.available_permits() + self.watch_places.available_permits();
        let places = self.places_max + self.watch_places_max;
        u64::try_from(places.saturating_sub(free)).unwrap_or(u64::MAX)
    }

    /// A place for a connection of a watch, if there is one. They are kept for long, so nobody waits for one.
    pub(crate) fn watch_place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.watch_places).try_acquire_owned().ok()
    }

    /// A place for a new connection; `None`: there is none for so long.
    pub(crate) async fn place(&self, wait: Duration) -> Option<OwnedSemaphorePermit> {
        let places = Arc::clone(&self.places);
        if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
            return Some(place);
        }
        drop(locked(&self.kept).pop_front());
        timeout(wait, places.acquire_owned()).await.ok()?.ok()
    }

    /// The session of an account that was used last.
    pub(crate) fn take(&self, account: u64, idle: Duration) -> Option<Open> {
        let mut kept = locked(&self.kept);
        let now = Instant::now();
        kept.retain(|kept| now.saturating_duration_since(kept.since) < idle);
        let at = kept.iter().rposition(|kept| kept.account == account)?;
        kept.remove(at).map(|kept| kept.open)
    }

    /// Keeps a session for the account's next question.
    pub(crate) fn keep(&self, account: u64, open: Open) {
        locked(&self.kept).push_back(Kept {
            account,
            open,
            since: Instant::now(),
        });
        self.kept_one.notify_one();
    }

    /// Closes what is kept of an account.
    pub(crate) fn forget(&self, account: u64) {
        locked(&self.kept).retain(|kept| kept.account != account);
    }

    /// Closes sessions that were kept for so long. Never ends.
    pub(crate) async fn close_idle(&self, idle: Duration) {
        loop {
            let oldest = {
                let mut kept = locked(&self.kept);
                let now = Instant::now();
                kept.retain(|kept| now.saturating_duration_since(kept.since) < idle);
                kept.front().map(|kept| kept.since)
            };
            match oldest {
                Some(since) => sleep_until(since + idle).await,
                None => self.kept_one.notified().await,
            }
        }
    }
}

/// A session that somebody works with. When it is dropped, it is kept for the next question if it is in good order,
/// and closed otherwise.
pub(crate) struct Lease {
    open: Option<Open>,
    account: Arc<Account>,
    reused: bool,
    /// One of the account's.
    _turn: OwnedSemaphorePermit,
}

impl Lease {
    pub(super) fn new(
        account: Arc<Account>,
        open: Open,
        reused: bool,
        turn: OwnedSemaphorePermit,
    ) -> Self {
        Self {
            open: Some(open),
            account,
            reused,
            _turn: turn,
        }
    }

    /// Whether it was used before: then it may be dead without anybody's knowing.
    pub(crate) fn is_reused(&self) -> bool {
        self.reused
    }
}

impl Deref for Lease {
    type Target = Session<Stream>;

    #[expect(
        clippy::expect_used,
        reason = "it is taken out by drop, and by nobody else"
    )]
    fn deref(&self) -> &Self::Target {
        &self
            .open
            .as_ref()
            .expect("a session until it is dropped")
            .session
    }
}

impl DerefMut for Lease {
    #[expect(
        clippy::expect_used,
        reason = "it is taken out by drop, and by nobody else"
    )]
    fn deref_mut(&mut self) -> &mut Self::Target {
        let open = self.open.as_mut();
        &mut open.expect("a session until it is dropped").session
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(open) = self.open.take().filter(|open| open.session.is_usable()) {
            self.account.keep(open);
        }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Lease")
            .field("session", &self.open)
            .finish_non_exhaustive()
    }
}
