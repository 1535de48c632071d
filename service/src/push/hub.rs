//! Where requests are parked, and what ends them.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use protocol::flow::parked::Input;
use tokio::sync::oneshot;
use tokio::time;

use super::channel::{Channel, HintSink};
use super::clock::{self, Clock};
use super::memory::Takeover;
use super::parking::{Ended, FolderSyncAdvice, FolderSyncFound, ParkedRow, Parking, PastPark};
use super::table::{Key, Shard};
use super::trigger::Trigger;
use super::truth::Truth;
use super::undelivered;
use super::unsure;
use super::verify::{self, Queue};
use super::watching::Watching;
use crate::ids::{AccountId, FolderNo, Principal};
use crate::metrics::Metrics;
use crate::tasks::Tasks;

/// Shards of the park table: accounts in different shards never wait for each other.
const SHARDS: usize = 16;

/// Requests of one kind that a device id shared by several clients may have parked.
const SHARED_MAX: usize = 4;

/// After a Sync, what it left behind is looked at with this delay: a device that was told that more is
/// available is about to ask for it, and need not be woken.
const AFTER_SYNC: Duration = Duration::from_secs(5);

/// Between the groups of requests that a drain answers.
const DRAIN_STEP: Duration = Duration::from_millis(20);

/// What a hub is made of.
pub struct HubParts {
    /// The index.
    pub truth: Arc<dyn Truth>,
    /// How hints arrive.
    pub channel: Arc<dyn Channel>,
    /// Who watches accounts.
    pub watching: Arc<dyn Watching>,
    /// What is counted.
    pub metrics: Metrics,
    /// Who owns the hub's tasks. Stopped after [`Hub::drain`].
    pub tasks: Tasks,
    /// Settings.
    pub config: HubConfig,
    /// What time it is in the world.
    pub wall: crate::clock::Clock,
}

/// Settings of a hub.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HubConfig {
    /// How many reads of the truth that hints ask for are made at the same time.
    pub verifiers: usize,
    /// How changes are batched, for accounts that have no setting of their own.
    pub trigger: Trigger,
    /// The longest time for which a request is parked, whatever heartbeat was granted: sites whose proxies cut
    /// connections early have devices answered before that.
    pub park_max: Duration,
}

impl Default for HubConfig {
    fn default() -> Self {
        Self {
            verifiers: 8,
            trigger: Trigger::default(),
            park_max: Duration::from_secs(3540),
        }
    }
}

/// The park table and what moves it.
///
/// Invariant: whatever may concern an entry reaches `Hub::feed` for it under its shard's lock, so that the
/// state machine inside sees inputs in one order, and a read that a hint has overtaken is repeated.
pub struct Hub {
    pub(super) shards: [Mutex<Shard>; SHARDS],
    pub(super) truth: Arc<dyn Truth>,
    pub(super) channel: Arc<dyn Channel>,
    pub(super) metrics: Metrics,
    pub(super) queue: Queue,
    pub(super) clock: Clock,
    pub(super) wall: crate::clock::Clock,
    watching: Arc<dyn Watching>,
    trigger: Trigger,
    park_max: Duration,
    draining: AtomicBool,
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub").finish_non_exhaustive()
    }
}

impl Hub {
    /// A hub at work: attached to its channel, its tasks started.
    pub fn start(parts: HubParts) -> Arc<Self> {
        let origin = now();
        let hub = Arc::new(Self {
            shards: std::array::from_fn(|_| Mutex::new(Shard::new(origin))),
            truth: parts.truth,
            channel: parts.channel,
            watching: parts.watching,
            metrics: parts.metrics,
            trigger: parts.config.trigger,
            park_max: parts.config.park_max,
            queue: Queue::default(),
            clock: Clock::new(origin),
            wall: parts.wall,
            draining: AtomicBool::new(false),
        });
        let sink: Weak<dyn HintSink> = Arc::<Self>::downgrade(&hub);
        hub.channel.attach(sink);
        for _ in 0..parts.config.verifiers.max(1) {
            let (hub, stop) = (Arc::clone(&hub), parts.tasks.token());
            parts
                .tasks
                .spawn(async move { verify::work(&hub, stop).await });
        }
        let (ringing, stop) = (Arc::clone(&hub), parts.tasks.token());
        parts
            .tasks
            .spawn(async move { clock::run(&ringing, stop).await });
        let (unsure, stop) = (Arc::clone(&hub), parts.tasks.token());
        parts
            .tasks
            .spawn(async move { unsure::run(&unsure, stop).await });
        let (looking, stop) = (Arc::clone(&hub), parts.tasks.token());
        parts
            .tasks
            .spawn(async move { undelivered::run(&looking, stop).await });
        hub
    }

    /// Parks a request until something ends it. The place is taken with the first poll; dropping the future
    /// frees it at once and ends the work done for it.
    pub fn park(self: &Arc<Self>, parking: Parking) -> impl Future<Output = Ended> + Send + use<> {
        let hub = Arc::clone(self);
        async move {
            match hub.enter(parking).await {
                Ok(wait) => wait.await,
                Err(ended) => ended,
            }
        }
    }

    /// Parks a request, and says how it ends if that is so already; else it gives what waits for its end.
    ///
    /// # Errors
    /// How it ended.
    pub(crate) fn enter(
        self: &Arc<Self>,
        mut parking: Parking,
    ) -> impl Future<Output = Result<Wait, Ended>> + Send + use<> {
        let hub = Arc::clone(self);
        async move {
            let latest = time::Instant::now() + hub.park_max;
            parking.deadline = parking.deadline.min(latest);
            let mut wait = hub.register(&parking)?;
            drop(parking);
            let key = wait.place.key;
            tokio::select! {
                biased;
                ended = &mut wait => return Err(ended),
                () = hub.settle(key) => {}
            }
            Ok(wait)
        }
    }

    /// A Sync has answered this folder to the device: whatever it has parked goes on from there.
    ///
    /// To be called after the answer's cursor is committed, also when the answer held nothing.
    pub fn moved(&self, who: Principal, folder: FolderNo) {
        let mut shard = self.shard_of(who.account);
        if let Some(memory) = shard.memory_if_any(who.device) {
            memory.synced(folder);
            memory.touch(now());
        }
        let at = now() + AFTER_SYNC;
        for key in shard.of_device(who, None) {
            let watches = shard
                .get_mut(key)
                .is_some_and(|entry| entry.watches(folder));
            if watches {
                self.move_on(&mut shard, key, Input::Later(at));
            }
        }
    }

    /// A FolderSync is about to be answered. Says whether it should start over instead.
    pub fn folder_synced(&self, who: Principal, found: FolderSyncFound) -> FolderSyncAdvice {
        let mut shard = self.shard_of(who.account);
        let memory = shard.memory_if_any(who.device);
        memory.map_or(FolderSyncAdvice::Proceed, |memory| {
            memory.folder_synced(found)
        })
    }

    /// Something about this device that no hint tells has changed (an answer broke off, its window moved):
    /// what it has parked is compared again at once.
    pub fn recheck(&self, who: Principal) {
        let mut shard = self.shard_of(who.account);
        for key in shard.of_device(who, None) {
            self.read_soon(&mut shard, key, Input::Lost);
        }
    }

    /// Ends what is parked for an account that may no longer be served.
    pub fn revoke(&self, account: AccountId) {
        let mut shard = self.shard_of(account);
        for key in shard.of_account(account) {
            self.move_on(&mut shard, key, Input::Revoked);
        }
    }

    /// Says how changes of one account are batched.
    pub fn batch(&self, account: AccountId, trigger: Trigger) {
        self.shard_of(account).set_trigger(account, trigger);
    }

    /// Answers everything that is parked, spread over a time; what comes from now on is answered at once.
    pub async fn drain(&self, over: Duration) {
        self.draining.store(true, Ordering::SeqCst);
        let mut keys = Vec::new();
        for shard in &self.shards {
            keys.extend(lock(shard).keys());
        }
        let steps = over.as_nanos().div_ceil(DRAIN_STEP.as_nanos()).max(1);
        let group = keys.len().div_ceil(usize::try_from(steps).unwrap_or(1));
        for (step, group) in keys.chunks(group.max(1)).enumerate() {
            if step > 0 {
                time::sleep(DRAIN_STEP).await;
            }
            for key in group {
                self.feed(*key, Input::Draining);
                self.metrics.push.drained.inc();
            }
        }
    }

    /// What is parked now.
    #[must_use]
    pub fn list(&self) -> Vec<ParkedRow> {
        let now = now();
        let mut rows = Vec::new();
        for shard in &self.shards {
            let shard = lock(shard);
            rows.extend(shard.entries().map(|entry| entry.row(now)));
        }
        rows
    }

    /// How a device's last parked requests ended, the newest first; none after a restart.
    #[must_use]
    pub fn past(&self, who: Principal) -> Vec<PastPark> {
        let now = now();
        let mut shard = self.shard_of(who.account);
        let memory = shard.memory_if_any(who.device);
        memory.map_or_else(Vec::new, |memory| memory.past(now))
    }

    /// Registers a request, or says how it ends at once.
    fn register(self: &Arc<Self>, parking: &Parking) -> Result<Wait, Ended> {
        let now = now();
        let who = parking.who;
        let (sender, receiver) = oneshot::channel();
        let mut shard = self.shard_of(who.account);
        // Checked under the lock: a drain that has begun either sees this request, or is seen by it.
        if self.draining.load(Ordering::SeqCst) {
            return Err(Ended::drained());
        }
        let older = shard.of_device(who, Some(parking.kind));
        let memory = shard.memory(who.device, now);
        let superseded = match older.len() {
            0 => 0,
            count if memory.takeover(now) == Takeover::Supersede => count,
            count => (count + 1).saturating_sub(SHARED_MAX),
        };
        let granted = parking.deadline;
        let mut parking = parking.clone();
        if let Some(limit) = memory.limit() {
            parking.deadline = granted.min(time::Instant::from_std(now) + limit);
        }
        let interest = || self.watching.interest(who.account);
        let key = shard.insert(&parking, now, sender, interest);
        if let Some(entry) = shard.get_mut(key) {
            entry.granted = granted.into_std();
        }
        self.clock.set(parking.deadline.into_std());
        self.metrics.push.parked.of(parking.kind).inc();
        for key in older.into_iter().take(superseded) {
            self.move_on(&mut shard, key, Input::Superseded);
        }
        drop(shard);
        let place = Place {
            hub: Arc::clone(self),
            key,
        };
        Ok(Wait {
            answer: receiver,
            place,
        })
    }

    /// The shard of an account.
    pub(super) fn shard_of(&self, account: AccountId) -> MutexGuard<'_, Shard> {
        let count = i64::try_from(SHARDS).unwrap_or(1);
        let number = usize::try_from(account.0.rem_euclid(count)).unwrap_or(0);
        #[expect(clippy::indexing_slicing, reason = "a remainder is below the divisor")]
        lock(&self.shards[number])
    }

    /// How changes of an account are batched.
    pub(super) fn trigger(&self, shard: &Shard, account: AccountId) -> Trigger {
        shard.trigger(account).unwrap_or(self.trigger)
    }
}

/// Ready with how a parked request ended. Dropped before, it frees the place at once and ends the work done for it.
#[derive(Debug)]
pub(crate) struct Wait {
    answer: oneshot::Receiver<Ended>,
    place: Place,
}

impl Future for Wait {
    type Output = Ended;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Ended> {
        let ended = ready!(Pin::new(&mut self.answer).poll(cx));
        Poll::Ready(ended.unwrap_or_else(|_| Ended::drained()))
    }
}

/// A place in the table, given back when the future that holds it is dropped.
#[derive(Debug)]
struct Place {
    hub: Arc<Hub>,
    key: Key,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.hub.leave(self.key);
    }
}

pub(super) fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The time, by the clock that tests can hold.
pub(super) fn now() -> Instant {
    time::Instant::now().into_std()
}
