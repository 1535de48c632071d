//! Wrong passwords that come again and again are answered later.
//!
//! A forgotten phone with an old password asks without end, and does not care for 503. What is known to be wrong costs
//! a look-up only; held, it is also rare. Only refusals are held, so that the owner's other devices are not touched,
//! and only so many at once, so that nobody can fill the house with them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use protocol::flow::bucket::{Bucket, Rate};
use protocol::flow::governor::HOLD_MAX;
use tokio::sync::Semaphore;
use tokio::time::{self, Instant};
use tokio_util::sync::CancellationToken;

use crate::config::Network;
use crate::http::request::AccountName;

/// Refusals of one account to one network: ten, then six a minute.
const RATE: Rate = Rate {
    burst: 10,
    pause: Duration::from_secs(10),
};

/// How many are remembered.
const BUCKETS_MAX: usize = 50_000;

/// How many refusals are held at once.
const HELD_MAX: usize = 2_000;

/// Holds refusals.
#[derive(Debug)]
pub(super) struct Slow {
    buckets: Mutex<HashMap<(AccountName, Network), Bucket>>,
    places: Semaphore,
    hold_max: Duration,
    released: CancellationToken,
}

impl Slow {
    /// Holds each for `hold_max` at most.
    pub(super) fn new(hold_max: Duration) -> Self {
        Self {
            buckets: Mutex::default(),
            places: Semaphore::new(HELD_MAX),
            hold_max: hold_max.min(HOLD_MAX),
            released: CancellationToken::new(),
        }
    }

    /// Ends all holding, because the service is shutting down.
    pub(super) fn release(&self) {
        self.released.cancel();
    }

    /// Holds a refusal to somebody who was refused often. Says whether it did.
    pub(super) async fn hold(&self, name: AccountName, client: IpAddr) -> bool {
        let wait = self.wait((name, Network::of_client(client)), Instant::now());
        let wait = wait.min(self.hold_max);
        if wait.is_zero() {
            return false;
        }
        let Ok(_place) = self.places.try_acquire() else {
            return false;
        };
        self.released
            .run_until_cancelled(time::sleep(wait))
            .await
            .is_some()
    }

    fn wait(&self, who: (AccountName, Network), now: Instant) -> Duration {
        let now = now.into_std();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS_MAX {
            buckets.retain(|_, bucket| !bucket.is_full(now));
        }
        if buckets.len() >= BUCKETS_MAX {
            buckets.clear();
        }
        let bucket = buckets.entry(who).or_insert_with(|| Bucket::new(now));
        let wait = bucket.wait(RATE, now);
        // Several at once wait for their turns as far as anybody waits at all.
        if wait <= HOLD_MAX {
            bucket.take(RATE, now);
        }
        wait
    }
}
