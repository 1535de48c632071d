//! The one connection that writes.
//!
//! A commit costs a wait for the disk, so transactions that queued meanwhile share one: each works
//! inside a savepoint, and whoever finishes with others waiting hands the open transaction over and
//! waits until the last of them has committed it for all. Alone, a transaction commits at once.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::Executor;
use tokio::sync::{Mutex, MutexGuard, oneshot};

use crate::store::{Conn, StoreError};

/// How many transactions share a commit at most.
const BATCH_MAX: usize = 64;

/// How long one that handed over waits before it looks after the commit itself: whoever took over may
/// have been cancelled.
const PATIENCE: Duration = Duration::from_millis(50);

/// The connection and what is open on it.
struct State {
    conn: Conn,
    /// A transaction is open.
    open: bool,
    /// A savepoint is open; if nobody holds the lock, nobody works in it any more.
    dirty: bool,
    /// A statement that begins or ends a transaction was cancelled or failed: nobody knows where it stands.
    unsure: bool,
    /// Those who wait for the commit.
    batch: Vec<oneshot::Sender<Result<(), StoreError>>>,
}

/// The one that writes.
pub(crate) struct Writer {
    state: Mutex<State>,
    waiting: AtomicUsize,
}

/// A transaction. Dropped without [`Write::commit`], it is undone.
pub struct Write<'a> {
    writer: &'a Writer,
    state: MutexGuard<'a, State>,
}

/// Counts one who waits for its turn.
struct Waiting<'a>(&'a AtomicUsize);

impl Writer {
    pub(crate) fn new(conn: Conn) -> Self {
        Self {
            state: Mutex::new(State {
                conn,
                open: false,
                dirty: false,
                unsure: false,
                batch: Vec::new(),
            }),
            waiting: AtomicUsize::new(0),
        }
    }

    /// Waits for its turn and begins.
    pub(crate) async fn begin(&self) -> Result<Write<'_>, StoreError> {
        let mut state = {
            let _waiting = Waiting::new(&self.waiting);
            self.state.lock().await
        };
        state.begin().await?;
        Ok(Write {
            writer: self,
            state,
        })
    }

    /// Commits what is open.
    pub(crate) async fn close(&self) {
        let mut state = self.state.lock().await;
        if let Err(error) = state.flush().await {
            tracing::warn!(%error, "the state store's last commit failed");
        }
    }
}

impl Write<'_> {
    /// Commits: when this returns, what was written is on the disk.
    ///
    /// # Errors
    /// `Database`, `Commit`: it is not written, or (after a failure of the medium) nobody knows.
    pub async fn commit(self) -> Result<(), StoreError> {
        let Write { writer, mut state } = self;
        state.release().await?;
        if writer.waiting.load(Ordering::Acquire) == 0 || state.batch.len() >= BATCH_MAX {
            return state.flush().await;
        }
        let (done, mut committed) = oneshot::channel();
        state.batch.push(done);
        drop(state);
        if let Ok(told) = tokio::time::timeout(PATIENCE, &mut committed).await {
            return told.unwrap_or(Err(StoreError::Commit));
        }
        let mut state = writer.state.lock().await;
        match committed.try_recv() {
            Ok(result) => result,
            Err(oneshot::error::TryRecvError::Empty) => state.flush().await,
            Err(oneshot::error::TryRecvError::Closed) => Err(StoreError::Commit),
        }
    }
}

impl State {
    async fn begin(&mut self) -> Result<(), StoreError> {
        self.heal().await?;
        self.unsure = true;
        if !self.open {
            self.conn.execute("BEGIN IMMEDIATE").await?;
            self.open = true;
        }
        self.conn.execute("SAVEPOINT work").await?;
        self.dirty = true;
        self.unsure = false;
        Ok(())
    }

    async fn release(&mut self) -> Result<(), StoreError> {
        self.unsure = true;
        self.conn.execute("RELEASE work").await?;
        self.dirty = false;
        self.unsure = false;
        Ok(())
    }

    /// Undoes what a dropped transaction left behind.
    async fn heal(&mut self) -> Result<(), StoreError> {
        if self.unsure {
            // Fails if nothing is open, which is what it is for.
            let undone = self.conn.execute("ROLLBACK").await;
            tracing::warn!(
                open = undone.is_ok(),
                "a transaction of the state store was abandoned"
            );
            self.open = false;
            self.dirty = false;
            self.unsure = false;
            self.batch.drain(..).for_each(|waiter| {
                let _gone = waiter.send(Err(StoreError::Commit));
            });
        } else if self.dirty {
            self.unsure = true;
            self.conn.execute("ROLLBACK TO work").await?;
            self.conn.execute("RELEASE work").await?;
            self.dirty = false;
            self.unsure = false;
        }
        Ok(())
    }

    /// Commits for everybody in the batch.
    async fn flush(&mut self) -> Result<(), StoreError> {
        self.heal().await?;
        if !self.open {
            return Ok(());
        }
        self.unsure = true;
        self.conn.execute("COMMIT").await?;
        self.unsure = false;
        self.open = false;
        self.batch.drain(..).for_each(|waiter| {
            let _gone = waiter.send(Ok(()));
        });
        Ok(())
    }
}

impl Deref for Write<'_> {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.state.conn
    }
}

impl DerefMut for Write<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.state.conn
    }
}

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

impl fmt::Debug for Write<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Write").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use sqlx::Connection;

    use super::*;

    async fn writer() -> Arc<Writer> {
        let mut conn = Conn::connect("sqlite::memory:").await.unwrap();
        conn.execute("CREATE TABLE t (n BIGINT)").await.unwrap();
        Arc::new(Writer::new(conn))
    }

    async fn count(writer: &Writer) -> i64 {
        let mut write = writer.begin().await.unwrap();
        sqlx::query_scalar("SELECT COUNT(*) FROM t")
            .fetch_one(&mut *write)
            .await
            .unwrap()
    }

    async fn insert(writer: Arc<Writer>, keep: bool) {
        let mut write = writer.begin().await.unwrap();
        write.execute("INSERT INTO t VALUES (1)").await.unwrap();
        if keep {
            write.commit().await.unwrap();
        }
    }

    #[tokio::test]
    async fn what_is_dropped_is_undone_and_the_rest_of_the_batch_stays() {
        let writer = writer().await;
        let mut all = tokio::task::JoinSet::new();
        for n in 0..200 {
            all.spawn(insert(Arc::clone(&writer), n % 3 != 0));
        }
        all.join_all().await;
        assert_eq!(count(&writer).await, 133);
    }

    #[tokio::test]
    async fn one_who_handed_over_to_nobody_commits_after_a_while() {
        let writer = writer().await;
        let held = writer.begin().await.unwrap();
        let first = insert(Arc::clone(&writer), true);
        let second = insert(Arc::clone(&writer), false);
        // The first hands over to the second, which is undone and never commits.
        let release = async { drop(held) };
        tokio::join!(first, second, release);
        assert_eq!(count(&writer).await, 1);
        assert!(!writer.state.lock().await.open || writer.state.lock().await.batch.is_empty());
    }
}
