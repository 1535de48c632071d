//! The one inotify instance of the process: which directories it watches for whom, and the reading
//! of its events.
//!
//! Whoever wants to know what happened *drains*: reads all events that the kernel has queued and
//! writes them into the journals of their accounts. The kernel queues an event before the call that
//! caused it returns, so after a drain the journals hold everything that was done before it. The
//! driver drains whenever there is something to read; questions drain too, and need not wait for
//! the driver.
//!
//! All but the driver is blocking and runs on threads for blocking work. Lock order: an account's
//! `starting`, the reader, an account's state.

mod collections;
mod events;
mod held;
mod reader;
mod start;

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::local::account::{Account, locked};
use crate::local::hub::reader::Reader;

pub(crate) use crate::local::hub::start::Started;

/// See the module.
#[derive(Debug)]
pub(crate) struct Hub {
    /// `None` while the kernel grants no instance.
    reader: Mutex<Option<Reader>>,
    /// When the next held file is to be looked at. Apart, so that the driver never waits for the
    /// reader.
    held_until: Mutex<Option<Instant>>,
    /// Accounts that may have lost their last listener.
    retired: Mutex<Vec<Arc<Account>>>,
    /// Wakes the driver for another reason than events.
    kick: Notify,
    /// Cancelled when the driver has ended.
    pub(crate) closed: CancellationToken,
    /// How many records a journal keeps.
    journal_max: usize,
    /// How many directories are watched at most.
    watches_max: usize,
    /// For the metrics.
    pub(crate) counters: Counters,
}

/// What happened so far, or is now.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) watches: AtomicU64,
    pub(crate) pushing: AtomicU64,
    pub(crate) polling: AtomicU64,
    pub(crate) overflows: AtomicU64,
    pub(crate) limits: AtomicU64,
    pub(crate) listings: AtomicU64,
    pub(crate) journal_answers: AtomicU64,
    pub(crate) deaf: AtomicU64,
}

/// What [`Hub::drain`] leaves behind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Drained {
    /// Nothing.
    All,
    /// Events that came while it read.
    More,
    /// There is no instance to read from.
    Nothing,
}

/// Adds one.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Hub {
    /// Opens the instance, if the kernel grants one.
    pub(crate) fn new(journal_max: usize, watches_max: usize) -> Self {
        Self {
            reader: Mutex::new(Reader::open(watches_max).ok()),
            held_until: Mutex::default(),
            retired: Mutex::default(),
            kick: Notify::new(),
            closed: CancellationToken::new(),
            journal_max,
            watches_max,
            counters: Counters::default(),
        }
    }

    /// Reads all events that are queued. Blocks. `Drained::More`: others have come meanwhile.
    pub(crate) fn drain(&self) -> Drained {
        let retired = std::mem::take(&mut *locked(&self.retired));
        let mut place = locked(&self.reader);
        let Some(reader) = place.as_mut() else {
            return Drained::Nothing;
        };
        for account in retired {
            if !account.has_listeners() {
                reader.release(&account, &account.end());
            }
        }
        let drained = match self.read_all(reader) {
            Ok(drained) => drained,
            Err(error) => {
                // Never seen; without an instance everybody polls, and asks for a new one.
                tracing::error!(%error, "inotify instance fails");
                reader.lose_all();
                *place = None;
                Drained::Nothing
            }
        };
        let watches = place.as_ref().map_or(0, Reader::watches);
        *locked(&self.held_until) = place.as_ref().and_then(Reader::held_until);
        self.counters.watches.store(watches, Ordering::Relaxed);
        drained
    }

    /// Stops when everything was read that can have been queued at the beginning: events may come
    /// faster than they are read, and others wait for the lock.
    fn read_all(&self, reader: &mut Reader) -> io::Result<Drained> {
        let mut left = reader.backlog_max;
        let drained = loop {
            let signals = reader.read()?;
            if signals.is_empty() {
                break Drained::All;
            }
            left = left.saturating_sub(signals.len());
            for signal in signals {
                self.dispatch(reader, &signal);
            }
            if left == 0 {
                break Drained::More;
            }
        };
        self.settle(reader, Instant::now());
        Ok(drained)
    }

    /// An account lost a listener; if it was the last, its watches end soon.
    pub(crate) fn retire(&self, account: &Arc<Account>) {
        locked(&self.retired).push(Arc::clone(account));
        self.kick.notify_one();
    }

    /// Ends an account's run because it cannot be trusted.
    pub(crate) fn lose(&self, account: &Arc<Account>) {
        let descriptors = account.lose();
        if let Some(reader) = locked(&self.reader).as_mut() {
            reader.release(account, &descriptors);
        }
    }

    /// Whether there is an instance to read from.
    pub(crate) fn has_instance(&self) -> bool {
        locked(&self.reader).is_some()
    }

    fn descriptor(&self) -> Option<OwnedFd> {
        let reader = locked(&self.reader);
        reader.as_ref()?.inotify.as_fd().try_clone_to_owned().ok()
    }
}

/// Reads events as they come. Owned and run by whoever started the store.
#[derive(Debug)]
#[must_use = "nothing is watched unless the driver runs"]
pub struct LocalDriver {
    pub(crate) hub: Arc<Hub>,
}

impl LocalDriver {
    /// Between two looks whether there is an instance to read from.
    const PAUSE: Duration = Duration::from_secs(1);

    /// Runs until `stop` is cancelled; then all watches end with an error. Needs the I/O driver
    /// and the time driver of the runtime.
    pub async fn run(self, stop: CancellationToken) {
        let _closed = self.hub.closed.clone().drop_guard();
        while !stop.is_cancelled() {
            let Some(descriptor) = self.hub.descriptor() else {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = self.hub.kick.notified() => {}
                    // There may be one, but no descriptor left to await it with.
                    () = tokio::time::sleep(Self::PAUSE) => {}
                }
                continue;
            };
            match awaitable(descriptor) {
                Ok(events) => self.serve(&events, &stop).await,
                Err(error) => {
                    tracing::error!(%error, "inotify events cannot be awaited");
                    return;
                }
            }
        }
    }

    /// Returns when stopped, or when the instance is gone.
    async fn serve(&self, events: &AsyncFd<OwnedFd>, stop: &CancellationToken) {
        loop {
            let held = *locked(&self.hub.held_until);
            let drained = tokio::select! {
                () = stop.cancelled() => return,
                ready = events.readable() => {
                    let Ok(mut ready) = ready else { return };
                    let drained = self.drain().await;
                    // Only clears what was reported before the drain: an event that came after it
                    // is reported again.
                    if drained == Drained::All {
                        ready.clear_ready();
                    }
                    drained
                }
                () = self.hub.kick.notified() => self.drain().await,
                () = until(held) => self.drain().await,
            };
            if drained == Drained::Nothing {
                return;
            }
        }
    }

    async fn drain(&self) -> Drained {
        let hub = Arc::clone(&self.hub);
        let drained = tokio::task::spawn_blocking(move || hub.drain()).await;
        drained.unwrap_or_else(|error| {
            tracing::error!(%error, "reading inotify events panicked");
            Drained::All
        })
    }
}

#[expect(
    deprecated,
    reason = "its successor is unsafe for types that may close what they lend; OwnedFd does not"
)]
fn awaitable(descriptor: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::with_interest(descriptor, Interest::READABLE)
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time.into()).await,
        None => std::future::pending().await,
    }
}
