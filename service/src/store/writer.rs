//! The one connection that writes.
//!
//! A commit costs a wait for the disk, so transactions that queued meanwhile share one: each works
//! inside a savepoint, and whoever finishes with others waiting hands the open transaction over and
//! waits until the last of them has committed it for all. Alone, a transaction commits at once.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard, oneshot};

use crate::store::{Conn, StoreError};

/// How many transactions share a commit at most.
const BATCH_MAX: usize = 64;

/// How many may wait for their turn. More of them would be answered after phones have given up, so they hear at once
/// that it is too much.
const QUEUE_MAX: usize = 512;

/// How long one that handed over waits before it looks after the commit itself: whoever took over may
/// have been cancelled.
const PATIENCE: Duration = Duration::from_millis(50);

/// The connection and what is open on it.
struct State {
    conn: Conn,
    /// A transaction is open.
    open: bool,
    /// What somebody left behind who was cancelled or failed.
    left: Left,
    /// Those who wait for the commit.
    batch: Vec<oneshot::Sender<Result<(), StoreError>>>,
    failing: Arc<AtomicBool>,
}

/// What was going on when the lock was left. Statements run to their end also when nobody waits for them any
/// more, but whether they succeeded is not known then.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Left {
    /// All is well.
    Nothing,
    /// A savepoint is open, or was being opened or released.
    Work,
    /// The transaction was being begun.
    Begin,
    /// The transaction was being committed.
    Commit,
}

/// The one that writes.
pub(crate) struct Writer {
    state: Mutex<State>,
    waiting: AtomicUsize,
    /// The last attempt to begin or commit failed.
    failing: Arc<AtomicBool>,
}

/// A transaction. Dropped without [`Shared::commit`], it is undone.
pub(crate) struct Shared<'a> {
    writer: &'a Writer,
    state: MutexGuard<'a, State>,
}

/// Counts one who waits for its turn, to write to either database.
pub(super) struct Waiting<'a>(&'a AtomicUsize);

impl Writer {
    pub(crate) fn new(conn: Conn) -> Self {
        let failing = Arc::new(AtomicBool::new(false));
        Self {
            state: Mutex::new(State {
                conn,
                open: false,
                left: Left::Nothing,
                batch: Vec::new(),
                failing: Arc::clone(&failing),
            }),
            waiting: AtomicUsize::new(0),
            failing,
        }
    }

    /// Waits for its turn and begins.
    pub(crate) async fn begin(&self) -> Result<Shared<'_>, StoreError> {
        if self.waiting.load(Ordering::Acquire) >= QUEUE_MAX {
            return Err(StoreError::Busy);
        }
        self.begin_whenever().await
    }

    /// The same, however many wait: for what nobody gives up on.
    pub(crate) async fn begin_whenever(&self) -> Result<Shared<'_>, StoreError> {
        let mut state = {
            let _waiting = Waiting::new(&self.waiting);
            self.state.lock().await
        };
        if let Err(error) = state.begin().await {
            self.failing.store(true, Ordering::Release);
            return Err(error);
        }
        Ok(Shared {
            writer: self,
            state,
        })
    }

    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Acquire)
    }

    /// Whether the last attempt to begin or commit failed.
    pub(crate) fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Acquire)
    }

    /// Commits what is open.
    pub(crate) async fn close(&self) {
        let mut state = self.state.lock().await;
        if let Err(error) = state.flush().await {
            tracing::warn!(%error, "the state store's last commit failed");
        }
    }
}

impl Shared<'_> {
    /// Commits: when this returns, what was written is on the disk.
    ///
    /// # Errors
    /// `Database`, `Commit`: it is not written, or (after a failure of the medium) nobody knows.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        let Shared { writer, mut state } = self;
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
        if let Ok(told) = committed.try_recv() {
            return told;
        }
        let flushed = state.flush().await;
        committed.try_recv().unwrap_or(flushed)
    }
}

impl State {
    async fn begin(&mut self) -> Result<(), StoreError> {
        self.heal().await?;
        if !self.open {
            self.left = Left::Begin;
            self.conn.execute("BEGIN IMMEDIATE").await?;
            self.open = true;
        }
        self.left = Left::Work;
        self.conn.execute("SAVEPOINT work").await?;
        Ok(())
    }

    /// What was done in the savepoint belongs to the transaction now.
    async fn release(&mut self) -> Result<(), StoreError> {
        self.conn.execute("RELEASE work").await?;
        self.left = Left::Nothing;
        Ok(())
    }

    /// Commits for everybody in the batch.
    async fn flush(&mut self) -> Result<(), StoreError> {
        self.heal().await?;
        if !self.open {
            return Ok(());
        }
        self.left = Left::Commit;
        let committed = self.conn.execute("COMMIT").await;
        self.failing.store(committed.is_err(), Ordering::Release);
        if let Err(error) = committed {
            self.lose().await;
            return Err(error);
        }
        self.left = Left::Nothing;
        self.open = false;
        self.tell(|| Ok(()));
        Ok(())
    }

    /// Puts in order what somebody left behind.
    async fn heal(&mut self) -> Result<(), StoreError> {
        let left = self.left;
        match left {
            Left::Nothing => return Ok(()),
            Left::Begin => {
                // Fails if it did not come to begin.
                let _ended = self.conn.execute("ROLLBACK").await;
            }
            Left::Work => {
                let undone = self.conn.execute("ROLLBACK TO work").await;
                let ended = self.conn.execute("RELEASE work").await;
                if (undone.is_err() || ended.is_err()) && !self.still_open().await {
                    // The database undid all of it, as it does when the disk is full.
                    self.tell(|| Err(StoreError::Commit));
                }
            }
            Left::Commit => {
                if self.still_open().await {
                    self.left = Left::Nothing;
                    return Box::pin(self.flush()).await;
                }
                self.tell(|| Ok(()));
            }
        }
        self.left = Left::Nothing;
        Ok(())
    }

    /// Whether the transaction is open: then no other one can be begun in it. If it is not, one is afterwards.
    async fn still_open(&mut self) -> bool {
        let begun = self.conn.execute("BEGIN IMMEDIATE").await;
        self.open = true;
        begun.is_err()
    }

    /// Gives the transaction up.
    async fn lose(&mut self) {
        // Fails if the database did so itself.
        let _ended = self.conn.execute("ROLLBACK").await;
        self.open = false;
        self.left = Left::Nothing;
        self.tell(|| Err(StoreError::Commit));
    }

    fn tell(&mut self, result: impl Fn() -> Result<(), StoreError>) {
        for waiter in self.batch.drain(..) {
            let _gone = waiter.send(result());
        }
    }
}

impl Deref for Shared<'_> {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.state.conn
    }
}

impl DerefMut for Shared<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.state.conn
    }
}

impl<'a> Waiting<'a> {
    pub(super) fn new(count: &'a AtomicUsize) -> Self {
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

impl fmt::Debug for Shared<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use sqlx::{Connection, SqliteConnection};

    use super::*;
    use crate::store::db;

    async fn writer() -> Arc<Writer> {
        let conn = SqliteConnection::connect("sqlite::memory:").await;
        let mut conn = Conn::sqlite(conn.unwrap());
        conn.execute("CREATE TABLE t (n BIGINT)").await.unwrap();
        Arc::new(Writer::new(conn))
    }

    async fn count(writer: &Writer) -> i64 {
        let mut write = writer.begin().await.unwrap();
        db::scalar("SELECT COUNT(*) FROM t")
            .fetch_one(&mut write)
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
        assert!(writer.state.lock().await.batch.is_empty());
    }

    #[tokio::test]
    async fn whoever_is_cancelled_harms_nobody() {
        let writer = writer().await;
        let mut all = tokio::task::JoinSet::new();
        for n in 0..400_u32 {
            let writer = Arc::clone(&writer);
            all.spawn(async move {
                let mut task = Box::pin(insert(writer, true));
                // Polled so many times and then dropped, wherever it is; every fourth may finish.
                for _ in 0..n % 40 {
                    let polled = async {
                        tokio::select! {
                            biased;
                            () = &mut task => true,
                            () = std::future::ready(()) => false,
                        }
                    };
                    if n % 4 != 0 && polled.await {
                        return true;
                    }
                    tokio::task::yield_now().await;
                }
                if n % 4 == 0 {
                    task.await;
                }
                n % 4 == 0
            });
        }
        let finished = all
            .join_all()
            .await
            .into_iter()
            .filter(|done| *done)
            .count();
        let found = usize::try_from(count(&writer).await).unwrap();
        assert!(
            found >= finished,
            "{finished} were told that they are in, {found} are"
        );
    }

    #[tokio::test]
    async fn what_the_database_undid_is_not_said_to_be_written() {
        let writer = writer().await;
        let first = writer.begin().await.unwrap();
        let handed = async {
            let committed = first.commit().await;
            assert!(matches!(committed, Err(StoreError::Commit)));
        };
        let second = async {
            let mut write = writer.begin().await.unwrap();
            write.execute("INSERT INTO t VALUES (1)").await.unwrap();
            write.execute("ROLLBACK").await.unwrap(); // as SQLite does when the disk is full
        };
        tokio::join!(second, handed);
        assert_eq!(count(&writer).await, 0);
    }
}
