//! The gate: from an `Authorization` header to an identity, at a bounded cost.
//!
//! In this order: what is remembered is answered at once; who guesses is told to wait; a check waits for its
//! turn, one of an account at a time, a few in all. A check that has begun goes on when its client hangs up,
//! so that the next try finds its result.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use http::HeaderMap;
use tokio::sync::{Mutex as AsyncMutex, Semaphore};

use crate::config;
use crate::http::auth::basic::{Credentials, Unreadable};
use crate::http::auth::lanes::{Lanes, Place};
use crate::http::auth::memory::{Memory, Print};
use crate::http::auth::slow::Slow;
use crate::http::auth::throttle::Throttle;
use crate::http::auth::{Account, Authenticator, Checker, LoginName, Verdict};
use crate::http::request::{AccountName, Identity, Secret};
use crate::metrics::{AuthCause, AuthMetrics};
use crate::tasks::Tasks;

/// How many checks of one account may wait: a person has a few devices.
const WAITING_PER_ACCOUNT: usize = 20;

/// From how many accounts on those are forgotten of whom nothing waits.
const ACCOUNTS_MAX: usize = 4_000;

/// Lets requests with a right password in.
#[derive(Clone)]
pub struct Gate {
    inner: Arc<Inner>,
    slow: Option<Arc<Slow>>,
}

struct Inner {
    authenticator: Arc<dyn Authenticator>,
    memory: Memory,
    throttle: Throttle,
    /// Checks at once; whoever waits is served in order, and no account waits here twice.
    lanes: Lanes,
    accounts: Mutex<HashMap<AccountName, Weak<Turn>>>,
    metrics: AuthMetrics,
    tasks: Tasks,
}

/// The checks of one account: one at a time.
struct Turn {
    lock: Arc<AsyncMutex<()>>,
    waiting: Arc<Semaphore>,
}

/// Why a request is not let in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SignInError {
    /// No credentials, unreadable ones, a wrong name or password: 401.
    Unauthorized,
    /// It was not found out whether the password is right: 503, try again after this time.
    NotNow(Duration),
}

/// One password to be checked.
struct Check {
    account: Option<Account>,
    name: AccountName,
    password: Secret,
    print: Print,
    client: IpAddr,
}

impl Check {
    fn checker(&self) -> Checker {
        let checker = self.account.as_ref().map(|account| account.checker);
        checker.unwrap_or_default()
    }

    fn generation(&self) -> u64 {
        self.account
            .as_ref()
            .map_or(0, |account| account.generation)
    }
}

impl Gate {
    /// A gate in front of `authenticator`.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn new(
        authenticator: Arc<dyn Authenticator>,
        settings: &config::Auth,
        metrics: AuthMetrics,
        tasks: &Tasks,
    ) -> io::Result<Self> {
        let inner = Inner {
            authenticator,
            memory: Memory::new(settings.remember)?,
            throttle: Throttle::default(),
            lanes: Lanes::new(settings),
            accounts: Mutex::default(),
            metrics,
            tasks: tasks.clone(),
        };
        Ok(Self {
            inner: Arc::new(inner),
            slow: None,
        })
    }

    /// Has refusals that come again and again held, for so long at most.
    #[must_use]
    pub fn holding(mut self, hold_max: Duration) -> Self {
        self.slow = Some(Arc::new(Slow::new(hold_max)));
        self
    }

    /// Ends all holding, because the service is shutting down.
    pub fn release(&self) {
        if let Some(slow) = &self.slow {
            slow.release();
        }
    }

    /// Who asks. `client` is the address of the device as far as it is known.
    ///
    /// # Errors
    /// [`SignInError::Unauthorized`] for what is known to be wrong, [`SignInError::NotNow`] for what is not known.
    pub async fn sign_in(
        &self,
        headers: &HeaderMap,
        client: IpAddr,
    ) -> Result<Identity, SignInError> {
        let credentials = Credentials::from_headers(headers).map_err(|unreadable| {
            self.count(match unreadable {
                Unreadable::Missing => AuthCause::Missing,
                Unreadable::Malformed => AuthCause::Malformed,
            });
            SignInError::Unauthorized
        })?;
        let mut result = Err(SignInError::Unauthorized);
        let mut name = None;
        for (login, password) in credentials.readings {
            result = self.sign_in_as(&login, password, client).await;
            name = name.or(Some(login));
            if result != Err(SignInError::Unauthorized) {
                break;
            }
        }
        if let (Err(_), Some(slow), Some(login)) = (&result, &self.slow, name) {
            let account = self.inner.authenticator.resolve(&login);
            if slow.hold(name_of(account.as_ref(), &login), client).await {
                self.inner.metrics.held.inc();
            }
        }
        result
    }

    /// Whose request this says that it is; nothing is checked. For those who look at an account that cannot sign in.
    pub(crate) fn claimed(&self, headers: &HeaderMap) -> Option<AccountName> {
        let credentials = Credentials::from_headers(headers).ok()?;
        let mut logins = credentials.readings.iter().map(|(login, _)| login);
        logins.find_map(|login| Some(self.inner.authenticator.resolve(login)?.name))
    }

    /// A backend does not take what was right here.
    pub(crate) fn backend_refused(&self) {
        self.count(AuthCause::BackendRefused);
    }

    /// The account that a login name leads to.
    pub(crate) fn resolve(&self, login: &str) -> Option<AccountName> {
        let account = self.inner.authenticator.resolve(&LoginName::parse(login))?;
        Some(account.name)
    }

    async fn sign_in_as(
        &self,
        login: &LoginName,
        password: Secret,
        client: IpAddr,
    ) -> Result<Identity, SignInError> {
        let check = self.check(login, password, client);
        if let Some(verdict) = self.inner.recall(&check).await {
            self.count(match verdict {
                Verdict::Right => AuthCause::Remembered,
                Verdict::Wrong if self.inner.was_right(&check).await => AuthCause::Revoked,
                Verdict::Wrong => AuthCause::RememberedWrong,
                Verdict::Unavailable => AuthCause::Unavailable,
            });
            return settle(verdict, check.account, check.password);
        }
        if let Some(wait) = self
            .inner
            .throttle
            .wait(&check.name, client, Instant::now())
        {
            self.count(AuthCause::Throttled);
            return Err(SignInError::NotNow(wait));
        }
        let (account, password) = (check.account.clone(), check.password.clone());
        let verdict = self.queue_up(check).await?;
        settle(verdict, account, password)
    }

    fn check(&self, login: &LoginName, password: Secret, client: IpAddr) -> Check {
        let account = self.inner.authenticator.resolve(login);
        let name = name_of(account.as_ref(), login);
        let print = self.inner.memory.print(name.as_str(), &password);
        Check {
            account,
            name,
            password,
            print,
            client,
        }
    }

    /// Waits for the account's turn and a free place, then checks. What has begun is finished by a task of
    /// its own.
    async fn queue_up(&self, check: Check) -> Result<Verdict, SignInError> {
        let turn = self.turn(&check.name);
        let overloaded = |()| {
            self.count(AuthCause::Overloaded);
            SignInError::NotNow(Duration::from_secs(10))
        };
        let lane = self.inner.lanes.of(check.checker());
        let queued = lane.queue(check.client).ok_or(()).map_err(overloaded)?;
        let waiting = Arc::clone(&turn.waiting)
            .try_acquire_owned()
            .map_err(|_| overloaded(()))?;
        let lock = Arc::clone(&turn.lock).lock_owned().await;
        // Another request of the same phone may have found it out meanwhile.
        if let Some(verdict) = self.inner.recall(&check).await {
            return Ok(verdict);
        }
        let suspect = self.inner.is_suspect(&check);
        self.inner.metrics.waiting.inc();
        let place = lane.place(&queued, suspect).await;
        self.inner.metrics.waiting.dec();
        let Some(place) = place else {
            return Err(SignInError::NotNow(Duration::from_secs(10)));
        };
        let inner = Arc::clone(&self.inner);
        let finishing = self.inner.tasks.spawn(async move {
            let verdict = inner.verify(check, place).await;
            drop((lock, waiting, queued, turn));
            verdict
        });
        Ok(finishing.await.unwrap_or(Verdict::Unavailable))
    }

    /// The turn that the checks of an account take.
    fn turn(&self, name: &AccountName) -> Arc<Turn> {
        let mut accounts = self
            .inner
            .accounts
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = accounts.get(name).and_then(Weak::upgrade) {
            return turn;
        }
        if accounts.len() > ACCOUNTS_MAX {
            accounts.retain(|_, turn| turn.strong_count() > 0);
        }
        let turn = Arc::new(Turn {
            lock: Arc::default(),
            waiting: Arc::new(Semaphore::new(WAITING_PER_ACCOUNT)),
        });
        accounts.insert(name.clone(), Arc::downgrade(&turn));
        turn
    }

    fn count(&self, cause: AuthCause) {
        self.inner.metrics.results.of(cause).inc();
    }
}

impl Inner {
    async fn recall(&self, check: &Check) -> Option<Verdict> {
        self.memory
            .recall(&check.print, check.generation(), check.checker())
            .await
    }

    fn is_suspect(&self, check: &Check) -> bool {
        self.throttle
            .is_suspect(&check.name, check.client, Instant::now())
    }

    /// Whether the password was right before the account changed.
    async fn was_right(&self, check: &Check) -> bool {
        self.memory
            .was_right(&check.print, check.generation())
            .await
    }

    async fn verify(&self, check: Check, place: Place) -> Verdict {
        let begun = Instant::now();
        let verdict = self
            .authenticator
            .check(check.account.as_ref(), &check.password, check.client)
            .await;
        drop(place);
        let now = Instant::now();
        self.metrics.check.observe((now - begun).as_secs_f64());
        let cause = match (verdict, &check.account) {
            (Verdict::Right, _) => AuthCause::Verified,
            (Verdict::Wrong, _) if self.was_right(&check).await => AuthCause::Revoked,
            (Verdict::Wrong, Some(_)) => AuthCause::WrongPassword,
            (Verdict::Wrong, None) => AuthCause::UnknownUser,
            (Verdict::Unavailable, _) => AuthCause::Unavailable,
        };
        self.metrics.results.of(cause).inc();
        match verdict {
            Verdict::Right => self.throttle.succeeded(&check.name, check.client, now),
            Verdict::Wrong => self.throttle.failed(&check.name, check.client, now),
            Verdict::Unavailable => {}
        }
        self.memory
            .keep(check.print, check.generation(), verdict)
            .await;
        verdict
    }
}

/// The account's name, or what it was called by somebody who does not know it.
fn name_of(account: Option<&Account>, login: &LoginName) -> AccountName {
    match (account, &login.domain) {
        (Some(account), _) => account.name.clone(),
        (None, Some(domain)) => AccountName::new(&format!("{}@{domain}", login.local)),
        (None, None) => AccountName::new(&login.local),
    }
}

fn settle(
    verdict: Verdict,
    account: Option<Account>,
    secret: Secret,
) -> Result<Identity, SignInError> {
    match (verdict, account) {
        (Verdict::Right, Some(account)) => Ok(Identity {
            account: account.name,
            address: account.address,
            secret,
        }),
        (Verdict::Right | Verdict::Wrong, _) => Err(SignInError::Unauthorized),
        (Verdict::Unavailable, _) => Err(SignInError::NotNow(Duration::from_secs(30))),
    }
}

#[cfg(test)]
mod tests;
