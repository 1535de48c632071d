//! Connections that are kept for the next message.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::connection::Connection;

/// How long a connection is kept. Relays close idle ones after minutes; a stale one costs a question.
const KEPT: Duration = Duration::from_secs(30);

/// The open connections of one relay.
#[derive(Debug)]
pub(super) struct Pool {
    places: Semaphore,
    kept: Mutex<Vec<(Connection, Instant)>>,
}

impl Pool {
    /// For so many messages at once.
    pub(super) fn new(places: usize) -> Self {
        Self {
            places: Semaphore::new(places),
            kept: Mutex::default(),
        }
    }

    /// A place among those who submit. Without one nobody waits: the semaphore is never closed.
    pub(super) async fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.places.acquire().await.ok()
    }

    /// The connection that was used last.
    pub(super) fn take(&self) -> Option<Connection> {
        let mut kept = self.kept();
        let now = Instant::now();
        kept.retain(|(_, since)| now.saturating_duration_since(*since) < KEPT);
        kept.pop().map(|(connection, _)| connection)
    }

    /// Keeps a connection for the next message.
    pub(super) fn keep(&self, connection: Connection) {
        self.kept().push((connection, Instant::now()));
    }

    fn kept(&self) -> MutexGuard<'_, Vec<(Connection, Instant)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
