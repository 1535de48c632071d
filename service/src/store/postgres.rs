//! The store in PostgreSQL, which several nodes share.
//!
//! A transaction that writes begins by taking the account's advisory lock, so that an account is written by one at a
//! time in the whole cluster: each statement sees what the one before committed, which is what the code relies on with
//! SQLite. Within a node the turn is waited for before a connection is taken, so that one busy account holds one of
//! them. Reads take no lock.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection};
use tokio::sync::{Mutex, MutexGuard};

use crate::ids::AccountId;
use crate::store::conn::Reading;
use crate::store::writer::Waiting;
use crate::store::{Conn, StoreError, db};

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("./migrations/postgres");

/// The oldest server that is known to do, as it counts its versions.
const OLDEST: i64 = 150_000;

/// Connections to read with, and the same number to write with.
const CONNECTIONS: u32 = 8;

/// How long a request waits for a connection, including one that has to be made.
const ACQUIRE: Duration = Duration::from_secs(5);

/// Accounts share so many turns within a node.
const TURNS: usize = 256;

/// How many may wait for their turn, and for a connection, to write: see [`crate::store::writer`].
const QUEUE_MAX: usize = 512;

/// Connections to PostgreSQL.
pub(crate) struct Server {
    readers: PgPool,
    writers: PgPool,
    turns: Vec<Mutex<()>>,
    waiting: AtomicUsize,
    /// The last attempt to begin or to commit failed.
    failing: AtomicBool,
}

/// A transaction that writes.
pub(crate) struct Alone<'a> {
    // Before the turn: it is undone, or on its way to be, when the next one begins.
    conn: Conn,
    server: &'a Server,
    _turn: MutexGuard<'a, ()>,
}

impl Server {
    /// Connects. Makes or brings up to date the schema, unless it is only to be looked at.
    ///
    /// # Errors
    /// `Newer`, `Older`, `Missing`, `Away`, `Database`.
    pub(crate) async fn open(options: &PgConnectOptions, make: bool) -> Result<Self, StoreError> {
        let options = options
            .clone()
            .application_name("directpush")
            // Only then is the one partition that a statement means locked and looked at.
            .options([
                ("plan_cache_mode", "force_custom_plan"),
                ("idle_in_transaction_session_timeout", "60s"),
                ("lock_timeout", "10s"),
                ("statement_timeout", "0"),
            ])
            .disable_statement_logging();
        let mut conn = tokio::time::timeout(ACQUIRE, PgConnection::connect_with(&options))
            .await
            .map_err(|_late| StoreError::Away(sqlx::Error::PoolTimedOut))??;
        prepare(&mut conn, make).await?;
        let _closed = conn.close().await;
        let pool = || {
            PgPoolOptions::new()
                .max_connections(CONNECTIONS)
                .acquire_timeout(ACQUIRE)
                .connect_lazy_with(options.clone())
        };
        Ok(Self {
            readers: pool(),
            writers: pool(),
            turns: (0..TURNS).map(|_| Mutex::new(())).collect(),
            waiting: AtomicUsize::new(0),
            failing: AtomicBool::new(false),
        })
    }

    pub(crate) async fn close(&self) {
        self.writers.close().await;
        self.readers.close().await;
    }

    pub(crate) fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Acquire)
    }

    pub(crate) async fn read(&self) -> Result<Reading, StoreError> {
        let conn = self.readers.acquire().await.map_err(away)?;
        Ok(Reading::new(Conn::postgres(conn)))
    }

    pub(crate) async fn snapshot(&self) -> Result<Reading, StoreError> {
        let mut conn = self.read().await?;
        conn.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await?;
        Ok(conn)
    }

    /// Waits for the account's turn and begins.
    pub(crate) async fn write(
        &self,
        account: AccountId,
        patient: bool,
    ) -> Result<Alone<'_>, StoreError> {
        if !patient && self.waiting.load(Ordering::Acquire) >= QUEUE_MAX {
            return Err(StoreError::Busy);
        }
        let begun = {
            let _waiting = Waiting::new(&self.waiting);
            self.begin(account).await
        };
        if let Err(StoreError::Away(_) | StoreError::Full(_) | StoreError::ReadOnly(_)) = &begun {
            self.failing.store(true, Ordering::Release);
        }
        begun
    }

    async fn begin(&self, account: AccountId) -> Result<Alone<'_>, StoreError> {
        let place = usize::try_from(account.0.unsigned_abs()).unwrap_or(0) % TURNS;
        let turn = self.turns.get(place).ok_or(StoreError::Busy)?.lock().await;
        let mut conn = Conn::postgres(self.writers.acquire().await.map_err(away)?);
        conn.begin("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
            .await?;
        db::query("SELECT pg_advisory_xact_lock($1)")
            .bind(account.0)
            .fetch_one(&mut conn)
            .await?;
        Ok(Alone {
            conn,
            server: self,
            _turn: turn,
        })
    }
}

impl Alone<'_> {
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        let committed = self.conn.commit().await;
        self.server
            .failing
            .store(committed.is_err(), Ordering::Release);
        committed
    }
}

/// All connections are in use, or none can be made: to who asks it is the same, that it has to come again.
fn away(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::PoolTimedOut => StoreError::Away(error),
        other => other.into(),
    }
}

/// Looks whether server and schema will do, and makes or brings up to date the schema.
///
/// The migrator holds an advisory lock, so that of several nodes that start at once one does it and the others find it
/// done. Nodes of the version before go on meanwhile: a migration here only adds (tables, columns that may be empty or
/// have a default, indexes), and what nobody uses any more is taken away by the version after the next. No statement
/// says `SELECT *`, which a new column would break on connections that have it prepared.
async fn prepare(conn: &mut PgConnection, make: bool) -> Result<(), StoreError> {
    let version: String = sqlx::query_scalar("SHOW server_version_num")
        .fetch_one(&mut *conn)
        .await?;
    if version.parse::<i64>().is_ok_and(|version| version < OLDEST) {
        return Err(StoreError::OldServer(version));
    }
    let known = MIGRATIONS.iter().map(|m| m.version).max().unwrap_or(0);
    let found = schema(conn).await?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    if make {
        return MIGRATIONS.run(conn).await.map_err(StoreError::from);
    }
    match found {
        0 => Err(StoreError::Empty),
        _ if found < known => Err(StoreError::Older { found, known }),
        _ => Ok(()),
    }
}

/// The version of the schema that is there.
async fn schema(conn: &mut PgConnection) -> Result<i64, StoreError> {
    let table: Option<String> = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations')::text")
        .fetch_one(&mut *conn)
        .await?;
    if table.is_none() {
        return Ok(0);
    }
    let found: Option<i64> = sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations")
        .fetch_one(conn)
        .await?;
    Ok(found.unwrap_or(0))
}

impl Deref for Alone<'_> {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Alone<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}
