//! Watching an account: listening by what site and server offer, and looking at all folders now and then.
//!
//! The [`core`] decides; here it meets connections and the clock. What listens has a connection of its own, or none
//! where the server calls; looks are taken in the account's sessions. Whatever breaks ends the watch: who watches starts
//! over and compares.

mod agenda;
mod core;
mod ear;
mod hook;
mod idle;
mod kick;
mod notify;
mod options;
mod pending;

use std::collections::BTreeSet;
use std::error::Error as _;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use async_trait::async_trait;
use tokio::time::Instant;

use self::agenda::Timing;
use self::core::{Core, Heard, Range, Step};
use self::ear::{Ear, until};
use self::hook::{Hook, Trust};
use self::idle::Ears;
use self::notify::Notify;
pub use self::options::{Listening, WatchOptions};
use super::error::Error;
use super::extension::Extension;
use super::folders::survey;
use super::store::{Account, Errand};
use super::survey::{Detail, Survey};
use crate::error::{BackendError, Kind};
use crate::name::FolderRef;
use crate::watch::{Source, Watch, WatchEvent, WatchMode, WatchSource};

const OP: &str = "watch mailbox";

/// A look at all folders.
type Looking = Errand<Result<Survey, BackendError>>;

/// Begins to listen, then looks at all folders for the first time (rule R5).
pub(super) async fn start(account: &Arc<Account>) -> Result<Watch, BackendError> {
    let listener = listen(account).await.map_err(|error| error.during(OP))?;
    let first = look(Arc::clone(account)).await?;
    let scope = account.shared.options.scope;
    let timing = listener.timing(account);
    let seed = RandomState::new().hash_one(0_u8);
    let core = Core::new(&first, scope, timing, seed, Instant::now());
    Ok(Watch::new(ImapWatch {
        account: Arc::clone(account),
        core,
        listener,
        looking: None,
    }))
}

async fn look(account: Arc<Account>) -> Result<Survey, BackendError> {
    survey(&account, OP, Detail::Counters).await
}

/// The best that site and server offer.
async fn listen(account: &Arc<Account>) -> Result<Listener, Error> {
    let options = &account.shared.options.watch;
    let mut kept = None;
    for way in &options.listen {
        let extension = match way {
            Listening::Hook => {
                if let Some(feed) = &account.shared.options.hooks
                    && account.trusts_hook()
                {
                    let user = account.user().await?;
                    return Ok(Listener::Hook(Hook::listen(feed, &user, options)));
                }
                continue;
            }
            Listening::Idle => Extension::Idle,
            Listening::Notify => Extension::Notify,
        };
        let dialled = match kept.take() {
            Some(open) => open,
            None => match account.dial().await {
                Err(Error::Crowded) => {
                    tracing::warn!("too many accounts are watched: this one is looked at");
                    break;
                }
                dialled => dialled?,
            },
        };
        if !dialled.session.has(extension) {
            kept = Some(dialled);
            continue;
        }
        if *way == Listening::Idle {
            let inbox = FolderRef::new(INBOX);
            let ear = Ear::listen(dialled, inbox, options.idle_proof).await?;
            return Ok(Listener::Idle(Ears::new(account, ear)));
        }
        match Notify::listen(dialled, options).await {
            Ok(notify) => return Ok(Listener::Notify(Box::new(notify))),
            Err(Error::Refused(refusal)) => {
                tracing::info!(%refusal, "NOTIFY is offered but no use")
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Listener::Nobody)
}

/// The reference of the inbox.
const INBOX: &str = "INBOX";

/// Who listens.
#[derive(Debug)]
enum Listener {
    Nobody,
    Hook(Hook),
    Idle(Ears),
    Notify(Box<Notify>),
}

impl Listener {
    fn timing(&self, account: &Account) -> Timing {
        let options = &account.shared.options;
        Timing {
            every: match self {
                Self::Nobody => options.poll_every,
                Self::Hook(hook) => hook.every(),
                Self::Idle(_) => options.watch.sweep_every,
                Self::Notify(_) => options.watch.proof_every,
            },
            gap: options.watch.sweep_gap,
        }
    }

    fn range(&self) -> Range<'_> {
        const NONE: &BTreeSet<FolderRef> = &BTreeSet::new();
        match self {
            Self::Nobody => Range::Only(NONE),
            Self::Idle(ears) => Range::Only(ears.range()),
            Self::Hook(_) | Self::Notify(_) => Range::All,
        }
    }

    /// Cancel-safe.
    async fn hear(&mut self) -> Result<Heard, Error> {
        match self {
            Self::Nobody => std::future::pending().await,
            Self::Hook(hook) => Ok(hook.hear().await),
            Self::Idle(ears) => ears.hear().await,
            Self::Notify(notify) => notify.hear().await,
        }
    }

    /// These folders changed, and nothing was heard of it.
    fn prove(&mut self, folders: &[FolderRef]) -> Trust {
        match self {
            Self::Hook(hook) if !folders.is_empty() => hook.doubt(),
            Self::Idle(ears) => {
                ears.prove(folders);
                Trust::Kept
            }
            Self::Nobody | Self::Hook(_) | Self::Notify(_) => Trust::Kept,
        }
    }
}

struct ImapWatch {
    account: Arc<Account>,
    core: Core,
    listener: Listener,
    looking: Option<Looking>,
}

impl ImapWatch {
    fn pace(&mut self) {
        let timing = self.listener.timing(&self.account);
        self.core.pace(timing.every, Instant::now());
    }

    fn looked(&mut self, looked: Result<Survey, BackendError>) -> Result<(), BackendError> {
        let now = Instant::now();
        match looked {
            Ok(survey) => {
                let unheard = self.core.looked(&survey, self.listener.range(), now);
                if self.listener.prove(&unheard) == Trust::Lost {
                    tracing::warn!("the mail server does not call for all changes of this account");
                    self.account.distrust_hook();
                    return Err(BackendError::new(Kind::Unavailable, OP).caused_by("deaf hook"));
                }
                self.pace();
                Ok(())
            }
            Err(error) if is_crowded(&error) && self.core.failed(now) => {
                tracing::debug!(%error, "all sessions of the account are busy");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

/// Whether it was only that all sessions were busy.
fn is_crowded(error: &BackendError) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref());
    matches!(cause, Some(Error::Crowded))
}

#[async_trait]
impl WatchSource for ImapWatch {
    async fn next(&mut self) -> Result<WatchEvent, BackendError> {
        loop {
            let alarm = match self.core.step(Instant::now()) {
                Step::Tell(event) => return Ok(event),
                Step::Look => {
                    let look = look(Arc::clone(&self.account));
                    self.looking = Some(self.account.shared.errands.order(look));
                    continue;
                }
                Step::Wait(alarm) => alarm,
            };
            tokio::select! {
                biased;
                heard = self.listener.hear() => {
                    let heard = heard.map_err(|error| error.during(OP))?;
                    self.core.hear(heard, self.listener.range(), Instant::now());
                    self.pace();
                }
                looked = finished(&mut self.looking) => self.looked(looked)?,
                () = until(alarm) => {}
            }
        }
    }

    fn mode(&self) -> WatchMode {
        match &self.listener {
            Listener::Nobody => WatchMode::Poll {
                every: self.account.shared.options.poll_every,
            },
            Listener::Hook(_) | Listener::Idle(_) | Listener::Notify(_) => WatchMode::Push,
        }
    }

    fn source(&self) -> Source {
        match &self.listener {
            Listener::Nobody => Source::Poll,
            Listener::Hook(_) => Source::Hook,
            Listener::Idle(_) => Source::Idle,
            Listener::Notify(_) => Source::Notify,
        }
    }

    fn hears(&self, folder: &FolderRef) -> bool {
        self.listener.range().has(folder)
    }

    fn hears_hierarchy(&self) -> bool {
        self.listener.range() == Range::All
    }

    fn focus(&mut self, folders: &[FolderRef]) {
        let folders: BTreeSet<FolderRef> = folders.iter().cloned().collect();
        if let Listener::Idle(ears) = &mut self.listener {
            ears.focus(&folders);
        }
        self.core.focus(folders);
    }
}

async fn finished(looking: &mut Option<Looking>) -> Result<Survey, BackendError> {
    let Some(look) = looking else {
        return std::future::pending().await;
    };
    let looked = look.done().await;
    *looking = None;
    looked.unwrap_or_else(|| Err(BackendError::new(Kind::Unavailable, OP)))
}

impl fmt::Debug for ImapWatch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ImapWatch")
            .field("listener", &self.listener)
            .field("core", &self.core)
            .finish_non_exhaustive()
    }
}
