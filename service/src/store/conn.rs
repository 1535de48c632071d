//! A connection to one of the two databases.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, Postgres};
use sqlx::sqlite::{Sqlite, SqliteConnection};
use sqlx::{Executor, Transaction};
use tokio::runtime::Handle;
use tokio::time;

use crate::store::StoreError;

/// What statements run on.
pub struct Conn(Kind);

enum Kind {
    /// The one that writes.
    Sqlite(SqliteConnection),
    SqliteReader(PoolConnection<Sqlite>),
    SqliteSnapshot(Transaction<'static, Sqlite>),
    Postgres(Pooled),
}

/// A connection by what it speaks. With PostgreSQL's goes where to note that it is lost.
pub(crate) enum On<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection, &'a mut bool),
}

/// A connection to PostgreSQL out of a pool. When it is dropped, it goes back and what is open on it is undone; one
/// that was lost is closed.
struct Pooled {
    conn: Option<PoolConnection<Postgres>>,
    /// No answer came: which one would come next is not known.
    lost: bool,
    /// A transaction is open, or was being begun or ended.
    open: bool,
}

/// How long undoing may take before the connection is closed, which does the same.
const UNDO: Duration = Duration::from_secs(5);

/// A connection to read from.
#[derive(Debug)]
pub struct Reading(Conn);

impl Conn {
    /// The one that writes to SQLite.
    pub(crate) fn sqlite(conn: SqliteConnection) -> Self {
        Self(Kind::Sqlite(conn))
    }

    /// One to PostgreSQL, with nothing open on it.
    pub(crate) fn postgres(conn: PoolConnection<Postgres>) -> Self {
        Self(Kind::Postgres(Pooled {
            conn: Some(conn),
            lost: false,
            open: false,
        }))
    }

    /// One of those that read from SQLite.
    pub(crate) fn sqlite_reader(conn: PoolConnection<Sqlite>) -> Self {
        Self(Kind::SqliteReader(conn))
    }

    /// The same, with one state to see.
    pub(crate) fn sqlite_snapshot(transaction: Transaction<'static, Sqlite>) -> Self {
        Self(Kind::SqliteSnapshot(transaction))
    }

    pub(crate) fn on(&mut self) -> Result<On<'_>, StoreError> {
        Ok(match &mut self.0 {
            Kind::Sqlite(conn) => On::Sqlite(conn),
            Kind::SqliteReader(conn) => On::Sqlite(conn),
            Kind::SqliteSnapshot(conn) => On::Sqlite(conn),
            Kind::Postgres(Pooled {
                conn: Some(conn),
                lost,
                ..
            }) if !*lost => On::Postgres(conn, lost),
            Kind::Postgres(_) => return Err(StoreError::Commit),
        })
    }

    /// Whether it speaks to PostgreSQL.
    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.0, Kind::Postgres(_))
    }

    /// Begins a transaction on PostgreSQL with these words. It is undone unless it is committed.
    pub(crate) async fn begin(&mut self, text: &'static str) -> Result<(), StoreError> {
        self.set_open(true);
        self.execute(text).await
    }

    /// Commits what was begun on PostgreSQL.
    pub(crate) async fn commit(&mut self) -> Result<(), StoreError> {
        self.execute("COMMIT").await?;
        self.set_open(false);
        Ok(())
    }

    fn set_open(&mut self, open: bool) {
        if let Kind::Postgres(pooled) = &mut self.0 {
            pooled.open = open;
        }
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        let Some(mut conn) = self.conn.take() else {
            return;
        };
        if self.lost {
            drop(conn.detach());
        } else if self.open {
            let Ok(runtime) = Handle::try_current() else {
                drop(conn.detach());
                return;
            };
            // Ends by itself. The pool, too, takes its connections back in a task.
            runtime.spawn(async move {
                let undone = time::timeout(UNDO, conn.execute("ROLLBACK")).await;
                if !matches!(undone, Ok(Ok(_))) {
                    drop(conn.detach());
                }
            });
        }
    }
}

impl Reading {
    pub(crate) fn new(conn: Conn) -> Self {
        Self(conn)
    }
}

impl Deref for Reading {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Reading {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}

impl fmt::Debug for Conn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_postgres() {
            "Postgres"
        } else {
            "Sqlite"
        };
        f.debug_tuple("Conn").field(&kind).finish()
    }
}
