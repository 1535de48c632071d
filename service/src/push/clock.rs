//! Rings the alarms of the park table, and sleeps while none is due.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tokio::sync::Notify;
use tokio::time;
use tokio_util::sync::CancellationToken;

use super::hub::{Hub, now};

/// What the clock is waiting for, so that an earlier alarm can wake it.
#[derive(Debug)]
pub(super) struct Clock {
    origin: Instant,
    /// Nanoseconds from `origin` to when it wakes; [`Self::ANY`] while it makes up its mind.
    wakes: AtomicU64,
    earlier: Notify,
}

impl Clock {
    const ANY: u64 = u64::MAX;

    /// A clock that does not run yet.
    pub(super) fn new(origin: Instant) -> Self {
        Self {
            origin,
            wakes: AtomicU64::new(Self::ANY),
            earlier: Notify::new(),
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
    loop {
        // An alarm that is set between looking and sleeping must wake us: until then, any does.
        clock.wakes.store(Clock::ANY, Ordering::SeqCst);
        let next = hub.next_alarm();
        if let Some(next) = next {
            clock.wakes.store(clock.nanos(next), Ordering::SeqCst);
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = clock.earlier.notified() => {}
            () = sleep_until(next) => {
                hub.ring(now());
            }
        }
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
