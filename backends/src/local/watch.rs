//! A watch over one account: events while the kernel grants watches, polling while it does not.

mod looks;
mod proofs;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use crate::error::{BackendError, Kind};
use crate::local::Shared;
use crate::local::account::{Account, Heard, Listener};
use crate::local::hub::{Started, count};
use crate::local::watch::looks::{Looks, differences, look};
use crate::local::watch::proofs::{Proofs, prove};
use crate::watch::{WatchEvent, WatchMode, WatchSource};

const OP: &str = "watch mailbox";

/// How long an event may take after its change: on a busy machine whoever makes the change is put aside between the two.
const EVENT_LATE_MAX: Duration = Duration::from_secs(1);

/// See the module.
#[derive(Debug)]
pub(crate) struct LocalWatch {
    shared: Arc<Shared>,
    account: Arc<Account>,
    listener: Arc<Listener>,
    state: State,
    /// Found by polling, not yet handed out.
    found: VecDeque<WatchEvent>,
}

#[derive(Debug)]
enum State {
    Push {
        sweep_at: Instant,
        proofs: Proofs,
        /// Since when folders look different without an event.
        suspected: Option<Instant>,
    },
    Poll {
        look_at: Instant,
        looks: Looks,
    },
    /// The run is over and must be begun anew.
    Lost {
        mode: WatchMode,
    },
}

impl LocalWatch {
    /// Begins to listen.
    pub(crate) async fn start(
        shared: Arc<Shared>,
        account: Arc<Account>,
    ) -> Result<Self, BackendError> {
        let listener = account.listen();
        let mut watch = Self {
            shared,
            account,
            listener,
            state: State::Lost {
                mode: WatchMode::Push,
            },
            found: VecDeque::new(),
        };
        watch.begin().await?;
        Ok(watch)
    }

    /// Leaves the state as it is when it fails or is dropped.
    async fn begin(&mut self) -> Result<(), BackendError> {
        let (shared, account) = (Arc::clone(&self.shared), Arc::clone(&self.account));
        let (started, looks) = self
            .shared
            .blocking(OP, move || match shared.hub.start(&account)? {
                Started::Watched => Ok((Started::Watched, Looks::new())),
                Started::Unwatched => Ok((Started::Unwatched, look(&account)?)),
            })
            .await?;
        let state = match started {
            Started::Watched => State::Push {
                sweep_at: Instant::now() + self.shared.options.sweep_every,
                proofs: Proofs::new(),
                suspected: None,
            },
            Started::Unwatched => State::Poll {
                look_at: Instant::now() + self.every(),
                looks,
            },
        };
        self.enter(state);
        Ok(())
    }

    fn enter(&mut self, state: State) {
        let counters = &self.shared.hub.counters;
        for (state, step) in [(&self.state, u64::MAX), (&state, 1)] {
            match state {
                State::Push { .. } => counters.pushing.fetch_add(step, Ordering::Relaxed),
                State::Poll { .. } => counters.polling.fetch_add(step, Ordering::Relaxed),
                State::Lost { .. } => 0,
            };
        }
        if matches!(state, State::Poll { .. }) && !matches!(self.state, State::Poll { .. }) {
            tracing::warn!(
                every_s = self.every().as_secs(),
                "mailbox is polled: raise fs.inotify.max_user_watches or max_user_instances"
            );
        }
        self.state = state;
    }

    fn every(&self) -> Duration {
        self.shared.options.poll_every
    }

    /// Looks whether folders changed, and whether there are watches again.
    async fn poll(&mut self) -> Result<(), BackendError> {
        let (shared, account) = (Arc::clone(&self.shared), Arc::clone(&self.account));
        let (started, new) = self
            .shared
            .blocking(OP, move || {
                Ok((shared.hub.start(&account)?, look(&account)?))
            })
            .await?;
        let State::Poll { look_at, looks } = &mut self.state else {
            return Ok(());
        };
        if started == Started::Watched {
            self.enter(State::Push {
                sweep_at: Instant::now() + self.shared.options.sweep_every,
                proofs: Proofs::new(),
                suspected: None,
            });
            tracing::info!("mailbox is watched again");
            self.found = VecDeque::from([WatchEvent::Gap]);
            return Ok(());
        }
        self.found.extend(differences(looks, &new));
        *looks = new;
        *look_at = Instant::now() + self.shared.options.poll_every;
        Ok(())
    }

    /// Proves that events come (rule R10): a folder that looks different without any event lies on
    /// a file system that has none, or whose events of other machines do not come here.
    async fn sweep(&mut self) -> Result<(), BackendError> {
        let (shared, account) = (Arc::clone(&self.shared), Arc::clone(&self.account));
        let new = self
            .shared
            .blocking(OP, move || Ok(prove(&shared, &account)))
            .await?;
        let State::Push {
            sweep_at,
            proofs,
            suspected,
        } = &mut self.state
        else {
            return Ok(());
        };
        *sweep_at = Instant::now() + self.shared.options.sweep_every;
        let deaf = new.iter().any(|(folder, proof)| {
            proofs
                .get(folder)
                .is_some_and(|before| proof.is_deaf(before))
        });
        let now = Instant::now();
        let since = deaf.then(|| suspected.unwrap_or(now));
        if since.is_some_and(|since| now - since >= EVENT_LATE_MAX) {
            tracing::warn!("mailbox changes without events: its file system does not report them");
            count(&self.shared.hub.counters.deaf);
            self.account.set_deaf();
            let mode = self.mode();
            self.enter(State::Lost { mode });
            return Ok(());
        }
        // An event follows its change, so it may be on its way: the same comparison is made once more.
        *suspected = since;
        if !deaf {
            *proofs = new
                .into_iter()
                .map(|(folder, proof)| (folder, proof.baseline()))
                .collect();
        }
        Ok(())
    }

    async fn wait(&mut self) -> Result<(), BackendError> {
        let closed = self.shared.hub.closed.clone();
        let (time, polls) = match &self.state {
            State::Push { sweep_at, .. } => (*sweep_at, false),
            State::Poll { look_at, .. } => (*look_at, true),
            State::Lost { .. } => return self.begin_again().await,
        };
        tokio::select! {
            biased;
            () = closed.cancelled() => {
                Err(BackendError::new(Kind::Unavailable, OP).caused_by("the store is closed"))
            }
            () = self.listener.wake.notified() => Ok(()),
            () = tokio::time::sleep_until(time) => {
                if polls { self.poll().await } else { self.sweep().await }
            }
        }
    }

    async fn begin_again(&mut self) -> Result<(), BackendError> {
        self.begin().await?;
        self.found = VecDeque::from([WatchEvent::Gap]);
        Ok(())
    }
}

#[async_trait]
impl WatchSource for LocalWatch {
    async fn next(&mut self) -> Result<WatchEvent, BackendError> {
        loop {
            if let Some(event) = self.found.pop_front() {
                return Ok(event);
            }
            match self.listener.take() {
                Some(Heard::Event(event)) => return Ok(event),
                Some(Heard::Lost) => self.enter(State::Lost { mode: self.mode() }),
                None => self.wait().await?,
            }
        }
    }

    fn mode(&self) -> WatchMode {
        match &self.state {
            State::Push { .. } => WatchMode::Push,
            State::Poll { .. } => WatchMode::Poll {
                every: self.every(),
            },
            State::Lost { mode } => *mode,
        }
    }
}

impl Drop for LocalWatch {
    fn drop(&mut self) {
        self.enter(State::Lost { mode: self.mode() });
        // The listener goes first, so that the hub finds it gone.
        self.listener = Arc::default();
        self.shared.hub.retire(&self.account);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{LocalWatch, State};
    use crate::local::{LocalOptions, LocalStore};
    use crate::watch::{WatchEvent, WatchMode, WatchSource};

    #[tokio::test]
    async fn a_mailbox_that_is_not_heard_of_is_polled_by_all() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _driver) = LocalStore::new(LocalOptions::default());
        let mailbox = store.mailbox(dir.path());
        let start = || LocalWatch::start(Arc::clone(&mailbox.shared), Arc::clone(&mailbox.account));
        let (mut one, mut two) = (start().await.unwrap(), start().await.unwrap());
        assert_eq!(one.mode(), WatchMode::Push);
        mailbox.account.set_deaf();
        let mode = one.mode();
        one.enter(State::Lost { mode });
        for watch in [&mut one, &mut two] {
            assert_eq!(watch.next().await.unwrap(), WatchEvent::Gap);
            assert!(matches!(watch.mode(), WatchMode::Poll { .. }));
        }
        assert!(!mailbox.account.is_watched());
        assert_eq!((store.stats().pushing, store.stats().polling), (0, 2));
    }
}
