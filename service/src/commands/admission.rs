//! Devices that begin: how many may load folders for the first time at once (`places` has the rule).
//!
//! A first fill is the dearest thing that a device can ask for, and after an outage or an upgrade thousands may begin
//! at once. Whoever finds no place waits for a moment and is then sent away with 503, before anything was made: the
//! same request is good later. Nobody else waits: Ping, and Sync of folders that are filled, pass by.

mod places;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{self, Instant};

use crate::commands::admission::places::{Entry, Places, Rules, Ticket};
use crate::error::Fault;
use crate::ids::{FolderNo, Principal};
use crate::metrics::{AdmissionMetrics, FirstSync};
use crate::telemetry::Facts;

pub(super) use crate::commands::admission::places::Ask;

/// How long a request waits for a place: with the twenty seconds of an answer it stays below what phones wait.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// How long a place is kept between two pages. Phones ask for the next one at once; a slow line needs as long for one.
const LAPSE: Duration = Duration::from_secs(10);

/// Requests that may wait, in all and of one account.
const WAITING_MAX: usize = 1_000;
const WAITING_SHARE: usize = 16;

/// The places, and those who wait for one.
#[derive(Debug)]
pub struct Admission {
    queue: Mutex<Queue>,
    metrics: AdmissionMetrics,
}

#[derive(Debug)]
struct Queue {
    places: Places,
    calls: HashMap<Ticket, oneshot::Sender<()>>,
}

/// A request that is let in. Dropped without a word, it leaves nothing begun that was not before.
#[derive(Debug)]
pub(super) struct Stay {
    admission: Arc<Admission>,
    who: Principal,
    /// What is not being filled when it ends.
    done: BTreeSet<FolderNo>,
}

impl Admission {
    /// So many devices at once.
    #[must_use]
    pub fn new(most: usize, metrics: AdmissionMetrics) -> Arc<Self> {
        let places = Places::new(Rules {
            most: most.max(1),
            waiting_max: WAITING_MAX,
            waiting_share: WAITING_SHARE,
            lapse: LAPSE,
        });
        Arc::new(Self {
            queue: Mutex::new(Queue {
                places,
                calls: HashMap::new(),
            }),
            metrics,
        })
    }

    /// Lets a request in, if need be after a wait. `None`: it needs no place.
    ///
    /// # Errors
    /// [`Fault::Crowded`] when there is no place for it in time.
    pub(super) async fn enter(
        self: &Arc<Self>,
        ask: Ask,
        facts: &mut Facts,
    ) -> Result<Option<Stay>, Fault> {
        let arrived = Instant::now();
        let (who, begins) = (ask.who, ask.begins.clone());
        let stay = |admission: &Arc<Self>| Stay {
            admission: Arc::clone(admission),
            who,
            done: begins.clone(),
        };
        let (called, call) = oneshot::channel();
        let ticket = match self.ask(ask, called, arrived) {
            Entry::Free => return Ok(None),
            Entry::In => {
                self.metrics.first_syncs.of(FirstSync::Admitted).inc();
                return Ok(Some(stay(self)));
            }
            Entry::Full => return Err(self.refuse(facts)),
            Entry::Wait(ticket) => ticket,
        };
        facts.note = Some("waited to begin");
        let waiting = Waiting {
            admission: self,
            ticket: Some(ticket),
            who,
            begins: &begins,
        };
        let rest = facts.rest();
        let let_in = waiting.until(call, arrived + WAIT_MAX).await;
        drop(rest);
        facts.held += arrived.elapsed();
        if !let_in {
            return Err(self.refuse(facts));
        }
        self.metrics.first_syncs.of(FirstSync::Waited).inc();
        Ok(Some(stay(self)))
    }

    fn ask(&self, ask: Ask, called: oneshot::Sender<()>, now: Instant) -> Entry {
        self.with(|queue| {
            let entry = queue.places.enter(ask, now.into_std());
            if let Entry::Wait(ticket) = entry {
                queue.calls.insert(ticket, called);
            }
            entry
        })
    }

    fn refuse(&self, facts: &mut Facts) -> Fault {
        self.metrics.first_syncs.of(FirstSync::Refused).inc();
        facts.note = Some("too many begin at once");
        Fault::Crowded
    }

    /// Does something to the places, and calls those who are in by it.
    fn with<T>(&self, deed: impl FnOnce(&mut Queue) -> T) -> T {
        let mut queue = self.queue();
        let done = deed(&mut queue);
        let news = queue.places.news();
        for ticket in news.called {
            // Whoever does not hear it is about to give up, and finds that it is in.
            let _heard = queue.calls.remove(&ticket).map(|call| call.send(()));
        }
        let metrics = &self.metrics;
        metrics
            .first_syncs
            .of(FirstSync::Lapsed)
            .inc_by(news.lapsed);
        set(&metrics.filling, queue.places.taken());
        set(&metrics.waiting, queue.places.waiting());
        done
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn set(gauge: &prometheus::IntGauge, value: usize) {
    gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
}

impl Stay {
    /// Ends with this: these folders are not being filled any more, those that the request began are.
    pub(super) fn settle(mut self, done: BTreeSet<FolderNo>) {
        self.done = done;
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        let now = Instant::now().into_std();
        let leave = |queue: &mut Queue| queue.places.leave(self.who, &self.done, now);
        self.admission.with(leave);
    }
}

/// One who waits. Dropped, it gives up, or its place back if it was called meanwhile.
struct Waiting<'a> {
    admission: &'a Admission,
    ticket: Option<Ticket>,
    who: Principal,
    begins: &'a BTreeSet<FolderNo>,
}

impl Waiting<'_> {
    /// Waits to be called. Says whether it was.
    async fn until(mut self, mut call: oneshot::Receiver<()>, deadline: Instant) -> bool {
        loop {
            let look = self.admission.queue().places.check_at();
            let look = look.map_or(deadline, |at| Instant::from_std(at).min(deadline));
            if time::timeout_at(look, &mut call).await.is_ok() {
                self.ticket = None;
                return true;
            }
            let now = Instant::now();
            if now >= deadline {
                // Called at the last moment, it is in.
                return !self.give_up();
            }
            self.admission
                .with(|queue| queue.places.pass(now.into_std()));
        }
    }

    /// `false`: it was called and is in.
    fn give_up(&mut self) -> bool {
        let Some(ticket) = self.ticket.take() else {
            return true;
        };
        self.admission.with(|queue| {
            queue.calls.remove(&ticket);
            queue.places.give_up(ticket)
        })
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.give_up() {
            return;
        }
        let now = Instant::now().into_std();
        let leave = |queue: &mut Queue| queue.places.leave(self.who, self.begins, now);
        self.admission.with(leave);
    }
}

#[cfg(test)]
mod tests;
