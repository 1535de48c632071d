//! The channel through Redis: hints reach every node.
//!
//! Nothing is kept in Redis: hints are published, not stored, and a connection that was lost and is back says so by a
//! new epoch. A hint is delivered on its own node at once, whatever Redis does, and reaches the others through one of
//! 256 channels, all of which every node listens to.

mod link;
mod message;
mod owed;
mod place;
mod server;
mod shared;

use std::sync::{Arc, Weak};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use self::link::{Link, LinkError};
use self::message::Sender;
use self::shared::Shared;
use super::channel::{Channel, ChannelError, Epoch, Hint, HintSink};
use crate::metrics::ChannelMetrics;
use crate::tasks::Tasks;

pub use self::server::{RedisKind, RedisSettings};

/// The first pause after a connection that was lost; doubled up to [`PAUSE_MAX`].
const PAUSE_MIN: Duration = Duration::from_millis(50);

/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// A [`Channel`] for the nodes of a cluster.
pub struct RedisChannel {
    shared: Arc<Shared>,
}

impl std::fmt::Debug for RedisChannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisChannel")
            .field("epoch", &self.shared.epoch())
            .finish_non_exhaustive()
    }
}

impl RedisChannel {
    /// A channel that connects, and connects again whenever it must, until `tasks` end. It begins as down.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn start(
        settings: RedisSettings,
        metrics: ChannelMetrics,
        tasks: &Tasks,
    ) -> std::io::Result<Arc<Self>> {
        let mut sender = [0; 8];
        getrandom::fill(&mut sender)?;
        let sender = Sender(u64::from_ne_bytes(sender));
        let shared = Arc::new(Shared::new(settings, sender, metrics));
        let (keeping, stop) = (Arc::clone(&shared), tasks.token());
        tasks.spawn(async move { keep(keeping, stop).await });
        Ok(Arc::new(Self { shared }))
    }
}

#[async_trait]
impl Channel for RedisChannel {
    async fn publish(&self, hint: Hint) -> Result<(), ChannelError> {
        self.shared.publish(hint).await
    }

    fn epoch(&self) -> Epoch {
        self.shared.epoch()
    }

    fn attach(&self, sink: Weak<dyn HintSink>) {
        self.shared.attach(sink);
    }
}

/// Keeps a link up until told to stop.
async fn keep(shared: Arc<Shared>, stop: CancellationToken) {
    let mut failures = 0;
    for number in 1.. {
        let over = stop
            .run_until_cancelled(connection(&shared, number, &mut failures))
            .await;
        shared.down(number);
        let Some(error) = over else {
            return;
        };
        if failures == 1 {
            warn!(%error, "Redis cannot be used at present");
        }
        if stop
            .run_until_cancelled(time::sleep(pause(failures)))
            .await
            .is_none()
        {
            return;
        }
    }
}

/// One connection, from its beginning to its end.
async fn connection(shared: &Arc<Shared>, number: u64, failures: &mut u32) -> LinkError {
    *failures = failures.saturating_add(1);
    let link = match Link::open(shared, number).await {
        Ok(link) => Arc::new(link),
        Err(error) => return error,
    };
    if *failures > 1 {
        info!(attempts = *failures, "Redis can be used again");
    }
    *failures = 0;
    shared.up(&link);
    shared.pay(&link).await;
    link.live(shared).await
}

/// Grows with the failures, and is spread so that the nodes do not come back in the same moment.
fn pause(failures: u32) -> Duration {
    let doubled = PAUSE_MIN.saturating_mul(2_u32.saturating_pow(failures.min(8)));
    let mut byte = [128];
    let _kept_without_randomness = getrandom::fill(&mut byte);
    let percent = byte
        .iter()
        .fold(50, |sum, byte| sum + u32::from(*byte) * 100 / 255);
    doubled.min(PAUSE_MAX).saturating_mul(percent) / 100
}
