//! A watch over one account: events while the kernel grants watches, polling while it does not.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use crate::error::{BackendError, Kind};
use crate::local::Shared;
use crate::local::account::{Account, Heard, Listener};
use crate::local::changes;
use crate::local::hub::{Started, count};
use crate::local::token::Stamp;
use crate::name::FolderRef;
use crate::watch::{WatchEvent, WatchMode, WatchSource};

const OP: &str = "watch mailbox";

/// How a folder looked; without a stamp it is reported at the next look, whatever happens.
type Looks = HashMap<FolderRef, (u64, Option<Stamp>)>;
/// How many events of a folder were seen, and how it looked after that.
type Proofs = HashMap<FolderRef, (u64, Stamp)>;

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
        let State::Push { sweep_at, proofs } = &mut self.state else {
            return Ok(());
        };
        let deaf = new.iter().any(|(folder, proof)| {
            proofs
                .get(folder)
                .is_some_and(|before| proof.is_deaf(before))
        });
        *proofs = new
            .into_iter()
            .map(|(folder, proof)| (folder, (proof.events_before, proof.stamp)))
            .collect();
        *sweep_at = Instant::now() + self.shared.options.sweep_every;
        if deaf {
            tracing::warn!("mailbox changes without events: its file system does not report them");
            count(&self.shared.hub.counters.deaf);
            self.account.set_deaf();
            let (shared, account) = (Arc::clone(&self.shared), Arc::clone(&self.account));
            self.shared
                .blocking(OP, move || {
                    shared.hub.lose(&account);
                    Ok(())
                })
                .await?;
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

/// Blocks.
fn look(account: &Account) -> Result<Looks, BackendError> {
    let stamps = changes::stamps(&account.root)?;
    Ok(stamps
        .into_iter()
        .map(|(folder, inode, stamp)| (folder, (inode, stamp)))
        .collect())
}

fn differences(old: &Looks, new: &Looks) -> Vec<WatchEvent> {
    let inode = |looks: &Looks, folder| looks.get(folder).map(|(inode, _)| *inode);
    let mut events = Vec::new();
    let same_folders = old.len() == new.len()
        && old
            .iter()
            .all(|(folder, (number, _))| inode(new, folder) == Some(*number));
    if !same_folders {
        events.push(WatchEvent::HierarchyChanged);
    }
    for (folder, (_, stamp)) in new {
        let before = old.get(folder).and_then(|(_, stamp)| *stamp);
        if before.is_none() || before != *stamp {
            events.push(WatchEvent::Changed(folder.clone()));
        }
    }
    events
}

/// What a sweep sees of one folder.
struct Proof {
    events_before: u64,
    stamp: Stamp,
    events_after: u64,
}

impl Proof {
    /// Whether the folder looks different though no event has come since the sweep before.
    fn is_deaf(&self, (events, stamp): &(u64, Stamp)) -> bool {
        stamp.inode() == self.stamp.inode() && *stamp != self.stamp && *events == self.events_after
    }
}

/// The numbers of events are taken on both sides of the stamp: an event of which only one of the
/// two knows must not look like one that was missed. Blocks.
fn prove(shared: &Shared, account: &Arc<Account>) -> HashMap<FolderRef, Proof> {
    let events = |folder: &FolderRef| account.with(folder, |watched| watched.events);
    shared.hub.drain();
    let mut seen = Vec::new();
    for folder in account.watched() {
        if let Some(before) = events(&folder)
            && let Ok(stamp) = Stamp::read(&account.dir(&folder))
        {
            seen.push((folder, before, stamp));
        }
    }
    shared.hub.drain();
    let proofs = seen
        .into_iter()
        .filter_map(|(folder, events_before, stamp)| {
            let events_after = events(&folder)?;
            let proof = Proof {
                events_before,
                stamp,
                events_after,
            };
            Some((folder, proof))
        });
    proofs.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::fs;

    use super::{Looks, Proof, differences};
    use crate::local::token::Stamp;
    use crate::name::FolderRef;
    use crate::watch::WatchEvent;

    #[test]
    fn a_change_without_an_event_is_found_out() {
        let dir = tempfile::tempdir().unwrap();
        let before = Stamp::read(dir.path()).unwrap();
        fs::create_dir(dir.path().join("new")).unwrap();
        let after = Stamp::read(dir.path()).unwrap();
        let proof = |stamp, events_after| Proof {
            events_before: 0,
            stamp,
            events_after,
        };
        assert!(proof(after, 3).is_deaf(&(3, before)));
        assert!(!proof(after, 4).is_deaf(&(3, before)));
        assert!(!proof(before, 3).is_deaf(&(3, before)));
    }

    #[test]
    fn polling_reports_what_looks_different_or_proves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let stamp = Stamp::read(dir.path()).unwrap();
        let looks = |list: &[(&str, u64, Option<Stamp>)]| -> Looks {
            let look =
                |(name, inode, stamp): &(&str, u64, _)| (FolderRef::new(*name), (*inode, *stamp));
            list.iter().map(look).collect()
        };
        let changed = || WatchEvent::Changed(FolderRef::new(""));
        let hierarchy = WatchEvent::HierarchyChanged;
        for (old, new, events) in [
            (
                looks(&[("", 1, Some(stamp))]),
                looks(&[("", 1, Some(stamp))]),
                vec![],
            ),
            (
                looks(&[("", 1, None)]),
                looks(&[("", 1, Some(stamp))]),
                vec![changed()],
            ),
            (
                looks(&[("", 1, Some(stamp))]),
                looks(&[("", 1, None)]),
                vec![changed()],
            ),
            (
                looks(&[("", 1, None)]),
                looks(&[("", 1, None)]),
                vec![changed()],
            ),
            (
                looks(&[]),
                looks(&[("", 1, None)]),
                vec![hierarchy.clone(), changed()],
            ),
            (
                looks(&[("", 1, Some(stamp))]),
                looks(&[("", 2, Some(stamp))]),
                vec![hierarchy.clone()],
            ),
            (looks(&[("", 1, None)]), looks(&[]), vec![hierarchy]),
        ] {
            assert_eq!(VecDeque::from(differences(&old, &new)), events);
        }
    }
}
