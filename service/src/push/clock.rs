//! Rings the alarms of the park table, and sleeps while none is due.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::time;
use tokio_util::sync::CancellationToken;

use super::channel::Seen;
use super::hub::{Hub, lock, now};

/// How often the age of the oldest change that waits is taken, while one does.
const SAMPLE: Duration = Duration::from_secs(5);

/// What the clock is waiting for, so that an earlier alarm can wake it.
#[derive(Debug)]
pub(super) struct Clock {
    origin: Instant,
    /// Nanoseconds from `origin` to when it wakes; [`Self::ANY`] while it makes up its mind.
    wakes: AtomicU64,
    earlier: Notify,
    /// Whether a change may wait to be announced.
    waits: AtomicBool,
}

impl Clock {
    const ANY: u64 = u64::MAX;

    /// A clock that does not run yet.
    pub(super) fn new(origin: Instant) -> Self {
        Self {
            origin,
            wakes: AtomicU64::new(Self::ANY),
            earlier: Notify::new(),
            waits: AtomicBool::new(false),
        }
    }

    /// A change was hinted at.
    pub(super) fn change_waits(&self) {
        if !self.waits.swap(true, Ordering::SeqCst) {
            self.earlier.notify_one();
        }
    }

    /// An alarm was set.
    pub(super) fn set(&self, at: Instant) {
        if self.nanos(at) < self.wakes.load(Ordering::SeqCst) {
            self.earlier.notify_one();
        }
    }

    fn nanos(&self, at: Instant) -> u64 {
        let nanos = at.saturating_duration_since(self.origin).as_nanos();
        u64::try_from(nanos).unwrap_or(Self::ANY - 1)
    }
}

/// Rings alarms until told to stop.
pub(super) async fn run(hub: &Hub, stop: CancellationToken) {
    let clock = &hub.clock;
    let mut sampled = None;
    loop {
        // An alarm that is set between looking and sleeping must wake us: until then, any does.
        clock.wakes.store(Clock::ANY, Ordering::SeqCst);
        let waits = clock.waits.load(Ordering::SeqCst);
        let sample = waits.then(|| sampled.map_or_else(now, |at| at + SAMPLE));
        let next = hub.next_alarm().into_iter().chain(sample).min();
        if let Some(next) = next {
            clock.wakes.store(clock.nanos(next), Ordering::SeqCst);
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = clock.earlier.notified() => {}
            () = sleep_until(next) => {
                let now = now();
                hub.ring(now);
                if sample.is_some_and(|at| at <= now) {
                    hub.sample();
                    sampled = Some(now);
                }
            }
        }
    }
}

impl Hub {
    /// Takes the age of the oldest change that a parked device was not told of: the lost-change alarm.
    fn sample(&self) {
        // Forgotten first: a change that comes while we look is looked at next time.
        self.clock.waits.store(false, Ordering::SeqCst);
        let mut oldest = Seen::UNKNOWN;
        for shard in &self.shards {
            for entry in lock(shard).entries() {
                oldest = oldest.earlier(entry.seen);
            }
        }
        let age = oldest.age(Seen::now(&self.wall));
        let seconds = age.map_or(0, |age| i64::try_from(age.as_secs()).unwrap_or(i64::MAX));
        self.metrics.changes.oldest_undelivered.set(seconds);
        if age.is_some() {
            self.clock.waits.store(true, Ordering::SeqCst);
        }
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
