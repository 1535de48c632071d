//! One account: how it signs in, and its share of the sessions.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::{
    Mutex as AsyncMutex, MutexGuard as AsyncMutexGuard, OwnedSemaphorePermit, Semaphore,
};
use tokio::time::{Instant, timeout};

use super::pool::{Lease, Open};
use super::{Secrets, Shared, locked};
use crate::error::{BackendError, Kind};
use crate::imap::error::Error;
use crate::imap::login::Login;
use crate::imap::relocate::Copied;
use crate::imap::session::Session;
use crate::imap::stream::Stream;
use crate::imap::wire::Code;

/// How many items are made at once; those of one name one after the other.
const MAKERS: usize = 8;

/// How long a hook that was found not to call is not relied on.
const DISTRUST: Duration = Duration::from_secs(3600);

/// Copies that are remembered because it is not known how they went.
const COPIES_MAX: usize = 64;

/// See the module.
pub(crate) struct Account {
    pub(crate) shared: Arc<Shared>,
    number: u64,
    secrets: Mutex<Arc<dyn Secrets>>,
    turns: Arc<Semaphore>,
    /// Those of `turns` that slow readers may have: one is left for everything else.
    downloads: Arc<Semaphore>,
    /// Held while somebody signs in; what was refused last.
    signing_in: AsyncMutex<Option<Refused>>,
    makers: [AsyncMutex<()>; MAKERS],
    copies: Mutex<VecDeque<Copied>>,
    /// Whether all folders had lasting identities when they were listed last.
    lasting: AtomicBool,
    /// Until when the hook is not relied on.
    hook_distrusted: Mutex<Option<Instant>>,
}

/// Credentials that the server did not want.
struct Refused {
    login: Login,
    kind: Kind,
    at: Instant,
}

impl Account {
    pub(crate) fn new(shared: Arc<Shared>, number: u64, secrets: Arc<dyn Secrets>) -> Self {
        let sessions = shared.options.sessions_per_account;
        let (turns, downloads) = (sessions, sessions.saturating_sub(1).max(1));
        Self {
            shared,
            number,
            secrets: Mutex::new(secrets),
            turns: Arc::new(Semaphore::new(turns)),
            downloads: Arc::new(Semaphore::new(downloads)),
            signing_in: AsyncMutex::default(),
            makers: std::array::from_fn(|_| AsyncMutex::default()),
            copies: Mutex::default(),
            lasting: AtomicBool::new(false),
            hook_distrusted: Mutex::default(),
        }
    }

    /// Signs in with these from now on.
    pub(crate) fn renew(&self, secrets: Arc<dyn Secrets>) {
        *locked(&self.secrets) = secrets;
    }

    /// A session, if it can be one that was used before.
    ///
    /// # Errors
    /// There is none in time, or it cannot be opened.
    pub(crate) async fn lease(self: &Arc<Self>, way: Way) -> Result<Lease, Error> {
        let turns = Arc::clone(&self.turns);
        let turn = timeout(self.shared.options.wait, turns.acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            return Err(self.shared.crowded());
        };
        let lease = |open, reused| Lease::new(Arc::clone(self), open, reused, turn);
        if let Some(open) = self.kept(way) {
            return Ok(lease(open, true));
        }
        let mut refused = self.one_by_one().await?;
        // Somebody may have done with one meanwhile.
        if let Some(open) = self.kept(way) {
            return Ok(lease(open, true));
        }
        Ok(lease(self.open(&mut refused, Use::Questions).await?, false))
    }

    /// A place for somebody who reads slowly.
    ///
    /// # Errors
    /// There is none in time.
    pub(crate) async fn download_place(&self) -> Result<OwnedSemaphorePermit, Error> {
        let downloads = Arc::clone(&self.downloads);
        let place = timeout(self.shared.options.wait, downloads.acquire_owned()).await;
        match place {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(self.shared.crowded()),
        }
    }

    /// Whom the account signs in as.
    ///
    /// # Errors
    /// There are no credentials.
    pub(crate) async fn user(&self) -> Result<String, Error> {
        let secrets = Arc::clone(&locked(&self.secrets));
        let login = secrets.login().await.map_err(Error::NoCredentials)?;
        Ok(login.user)
    }

    /// The server does not call for this account as it should.
    pub(crate) fn distrust_hook(&self) {
        *locked(&self.hook_distrusted) = Some(Instant::now() + DISTRUST);
    }

    /// Whether the hook can be relied on.
    pub(crate) fn trusts_hook(&self) -> bool {
        locked(&self.hook_distrusted).is_none_or(|until| until <= Instant::now())
    }

    fn kept(&self, way: Way) -> Option<Open> {
        let idle = self.shared.options.idle;
        let any = way == Way::Any;
        any.then(|| self.shared.pool.take(self.number, idle))?
    }

    /// Keeps a session for the next question.
    pub(crate) fn keep(&self, open: Open) {
        self.shared.pool.keep(self.number, open);
    }

    /// A session of its own, for a watch. It takes no place that a question could have.
    ///
    /// # Errors
    /// It cannot be opened; [`Error::Crowded`] when there are too many.
    pub(crate) async fn dial(&self) -> Result<Open, Error> {
        let mut refused = self.one_by_one().await?;
        self.open(&mut refused, Use::Watching).await
    }

    /// Of those who wait with credentials that are not good one is to find out.
    async fn one_by_one(&self) -> Result<AsyncMutexGuard<'_, Option<Refused>>, Error> {
        let turn = timeout(self.shared.options.wait, self.signing_in.lock()).await;
        turn.map_err(|_elapsed| self.shared.crowded())
    }

    async fn open(&self, refused: &mut Option<Refused>, used: Use) -> Result<Open, Error> {
        let secrets = Arc::clone(&locked(&self.secrets));
        let login = secrets.login().await.map_err(Error::NoCredentials)?;
        let now = Instant::now();
        let before = refused.as_ref().filter(|before| {
            let recent = now.saturating_duration_since(before.at) < self.shared.options.refused;
            // Wherever the user is by now.
            recent && (&before.login.user, &before.login.secret) == (&login.user, &login.secret)
        });
        if let Some(before) = before {
            return Err(Error::RefusedBefore(before.kind));
        }
        let pool = &self.shared.pool;
        let place = match used {
            Use::Questions => pool.place(self.shared.options.wait).await,
            Use::Watching => pool.watch_place(),
        };
        let place = place.ok_or_else(|| self.shared.crowded())?;
        let mut session = self.shared.connect().await?;
        let server = self.shared.connector.server();
        match session.login(server, &login).await {
            Ok(()) => {
                *refused = None;
                self.shared.count(|counters| counters.opened += 1);
                Ok(Open {
                    session: Box::new(session),
                    _place: place,
                })
            }
            Err(error) => {
                let kind = error.kind();
                if matches!(error, Error::SignIn(_) | Error::MasterSignIn(_)) {
                    self.shared.count(|counters| counters.refused += 1);
                }
                if error.code() == Some(&Code::Limit) {
                    tracing::warn!(
                        %error,
                        "the server allows this user no more connections (Dovecot: mail_max_userip_connections)"
                    );
                }
                let master = matches!(error, Error::MasterSignIn(_));
                if master {
                    // The operator's to mend: no user is asked for a password because of it.
                    tracing::error!(
                        host = %server.host,
                        %error,
                        "the server does not let the master user in (master_user, master_password_file)"
                    );
                }
                if master || matches!(kind, Kind::Unauthorized | Kind::Forbidden) {
                    *refused = Some(Refused {
                        login,
                        kind,
                        at: Instant::now(),
                    });
                }
                Err(error)
            }
        }
    }

    /// Runs work in a session. What was used before may have died unnoticed: then the work is done again in a new one.
    ///
    /// # Errors
    /// Those of the work; there is no session.
    pub(crate) async fn run<'w, T>(
        self: &Arc<Self>,
        op: &'static str,
        work: impl Fn(Lease) -> BoxFuture<'w, Result<T, Error>> + Send,
    ) -> Result<T, BackendError> {
        self.attempt(work).await.map_err(|error| error.during(op))
    }

    async fn attempt<'w, T>(
        self: &Arc<Self>,
        work: impl Fn(Lease) -> BoxFuture<'w, Result<T, Error>> + Send,
    ) -> Result<T, Error> {
        let lease = self.lease(Way::Any).await?;
        let reused = lease.is_reused();
        match work(lease).await {
            Err(Error::Io(_) | Error::Closed | Error::Bye { .. }) if reused => {
                work(self.lease(Way::New).await?).await
            }
            done => done,
        }
    }

    /// Held while an item of that name is made, so that a repeat at the same time finds the first.
    pub(crate) fn maker(&self, name: &str) -> &AsyncMutex<()> {
        let sum = name.bytes().fold(0_usize, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(byte.into())
        });
        let [first, ..] = &self.makers;
        self.makers.get(sum % MAKERS).unwrap_or(first)
    }

    /// Whether all folders had lasting identities when they were listed last.
    pub(crate) fn has_identities(&self) -> bool {
        self.lasting.load(Ordering::Relaxed)
    }

    /// All folders have lasting identities, or not.
    pub(crate) fn note_identities(&self, lasting: bool) {
        self.lasting.store(lasting, Ordering::Relaxed);
    }

    /// Remembers a copy that was begun.
    pub(crate) fn note_copy(&self, copied: Copied) {
        let mut copies = locked(&self.copies);
        copies.retain(|other| !other.is_of(&copied));
        if copies.len() >= COPIES_MAX {
            copies.pop_front();
        }
        copies.push_back(copied);
    }

    /// Takes the note of a copy that was begun.
    pub(crate) fn take_copy(&self, same: impl Fn(&Copied) -> bool) -> Option<Copied> {
        let mut copies = locked(&self.copies);
        let at = copies.iter().position(same)?;
        copies.remove(at)
    }
}

/// What a session is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Use {
    /// Questions, one after the other.
    Questions,
    /// Waiting for the server to tell of changes.
    Watching,
}

/// Which session it may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Way {
    /// Any.
    Any,
    /// A new one.
    New,
}

impl Shared {
    fn crowded(&self) -> Error {
        self.count(|counters| counters.crowded += 1);
        Error::Crowded
    }

    /// A connection to the server, if it is worth trying.
    async fn connect(&self) -> Result<Session<Stream>, Error> {
        if !locked(&self.gate).enter(Instant::now()) {
            return Err(Error::Down);
        }
        let mut attempt = Attempt {
            shared: self,
            reached: None,
        };
        let opened = self.connector.connect().await;
        attempt.reached = Some(opened.is_ok());
        opened
    }
}

/// An attempt to connect.
struct Attempt<'s> {
    shared: &'s Shared,
    /// `None`: nobody waited for it.
    reached: Option<bool>,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let mut gate = locked(&self.shared.gate);
        match self.reached {
            Some(true) => {
                let was_open = gate.is_open();
                gate.reached();
                drop(gate);
                if !was_open {
                    self.shared.reached.notify_waiters();
                }
            }
            Some(false) => {
                gate.failed(Instant::now());
                drop(gate);
                self.shared.count(|counters| counters.unreachable += 1);
            }
            None => gate.abandoned(Instant::now()),
        }
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.shared.pool.forget(self.number);
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Account")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}
