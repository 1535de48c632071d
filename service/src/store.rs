//! The state store: all SQL of the gateway, one file per table.
//!
//! It holds ids, versions, sequence numbers and device records; never content, never a password. SQLite in WAL
//! mode with `synchronous=FULL`, because a key that is rolled back costs a phone a full resync. Statements are
//! written so that PostgreSQL reads them too.
//!
//! Functions on [`Store`] are whole operations. The functions of the tables take a connection, so that
//! the index can put several of them into one transaction.

pub mod account;
pub mod answer;
mod backup;
pub mod collection;
pub mod device;
mod error;
pub mod folder;
pub mod gone;
pub mod item;
pub mod moved;
pub mod overview;
pub mod remember;
pub mod sent;
pub mod skipped;
pub mod told;
pub mod upload;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Sqlite, SqliteConnection};

pub use self::account::Counts;
pub use self::backup::Checked;
pub use self::device::{Device, DeviceChange, DeviceName};
pub use self::error::StoreError;
pub use self::overview::{Synced, SyncedTo, Tally};
pub use self::remember::PingCache;
pub use self::sent::{SendIdent, SendState, Sending};
pub use self::skipped::Skipped;
pub use self::writer::Write;

use self::writer::Writer;

/// The kind of connection that statements run on.
pub type Conn = SqliteConnection;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Connections for reading beside the one that writes.
const READERS: u32 = 4;

/// What the connection that writes keeps of the database, in KiB.
const WRITER_CACHE_KIB: u32 = 2048;

/// The same for each that reads. All of them would keep the same pages; what one lacks comes out of the system's cache
/// within microseconds.
const READER_CACHE_KIB: u32 = 512;

/// How long a request waits for a connection to read: longer means that the store does not keep up.
const ACQUIRE: Duration = Duration::from_secs(10);

/// How long a statement waits for a lock that another process holds (a backup, a migration).
const BUSY: Duration = Duration::from_secs(10);

/// Whether a commit waits for the disk.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Durability {
    /// It does: what was answered survives a power cut.
    Full,
    /// It does not. For tests.
    None,
}

/// A handle to the store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    writer: Arc<Writer>,
    readers: SqlitePool,
}

impl Store {
    /// Opens the store in a SQLite file, makes it if it is not there, brings its schema up to date.
    ///
    /// # Errors
    /// `Newer`, `Migrate`, `Database`.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(path, Durability::Full).await
    }

    /// As [`Self::open`], with a choice.
    ///
    /// # Errors
    /// `Newer`, `Migrate`, `Database`.
    pub async fn open_with(path: &Path, durability: Durability) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(match durability {
                Durability::Full => SqliteSynchronous::Full,
                Durability::None => SqliteSynchronous::Off,
            })
            .foreign_keys(false)
            .busy_timeout(BUSY)
            .disable_statement_logging();
        let caching = |kib| options.clone().pragma("cache_size", format!("-{kib}"));
        let mut conn = SqliteConnection::connect_with(&caching(WRITER_CACHE_KIB)).await?;
        migrate(&mut conn).await?;
        // Otherwise a store that cannot be written is found out by the first device.
        touch(&mut conn).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(ACQUIRE)
            // Each is a thread with memory and files of its own: what came and went would leave pieces behind.
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(caching(READER_CACHE_KIB));
        Ok(Self {
            writer: Arc::new(Writer::new(conn)),
            readers,
        })
    }

    /// Opens a store that is there for looking at it, also while the service uses it. Nothing is made and nothing
    /// is brought up to date.
    ///
    /// # Errors
    /// `Missing`, `Newer`, `Older`, `Database`.
    pub async fn open_to_read(path: &Path) -> Result<Self, StoreError> {
        if !path.is_file() {
            return Err(StoreError::Missing(path.to_owned()));
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            .foreign_keys(false)
            .busy_timeout(BUSY)
            .disable_statement_logging();
        let mut conn = SqliteConnection::connect_with(&options).await?;
        match schema(&mut conn).await? {
            (found, known) if found > known => return Err(StoreError::Newer { found, known }),
            (found, known) if found < known => return Err(StoreError::Older { found, known }),
            _ => {}
        }
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(ACQUIRE)
            .connect_lazy_with(options);
        Ok(Self {
            writer: Arc::new(Writer::new(conn)),
            readers,
        })
    }

    /// Closes the connections, once what is being written is written.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// Begins to write. What was written is undone unless [`Write::commit`] is called.
    ///
    /// # Errors
    /// `Database`.
    pub async fn write(&self) -> Result<Write<'_>, StoreError> {
        self.writer.begin().await
    }

    /// As [`Self::write`], however many wait for their turn. A request that is going to be parked anyway has the time: a
    /// device has one of them, and when many come at once their rows share a few commits.
    ///
    /// # Errors
    /// `Database`.
    pub(crate) async fn write_whenever(&self) -> Result<Write<'_>, StoreError> {
        self.writer.begin_whenever().await
    }

    /// Whether the last attempt to write failed because of the medium: a full disk, one that may not be written.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        self.writer.is_failing()
    }

    /// Tries whether the store can be written.
    ///
    /// # Errors
    /// Why not.
    pub async fn probe(&self) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        touch(&mut write).await?;
        write.commit().await
    }

    /// A connection for single reads.
    ///
    /// # Errors
    /// `Database`.
    pub async fn read(&self) -> Result<PoolConnection<Sqlite>, StoreError> {
        Ok(self.readers.acquire().await?)
    }

    /// A transaction for reads that must see one state.
    ///
    /// # Errors
    /// `Database`.
    pub async fn snapshot(&self) -> Result<sqlx::Transaction<'static, Sqlite>, StoreError> {
        Ok(self.readers.begin().await?)
    }
}

async fn migrate(conn: &mut Conn) -> Result<(), StoreError> {
    let (found, known) = schema(conn).await?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    MIGRATIONS.run(conn).await.map_err(StoreError::from)
}

/// The version of the schema, and the newest that this program knows.
async fn schema(conn: &mut Conn) -> Result<(i64, i64), StoreError> {
    let known = MIGRATIONS.iter().map(|m| m.version).max().unwrap_or(0);
    let table: Option<i64> =
        sqlx::query_scalar("SELECT 1 FROM sqlite_master WHERE name = '_sqlx_migrations'")
            .fetch_optional(&mut *conn)
            .await?;
    if table.is_none() {
        return Ok((0, known));
    }
    let found: Option<i64> = sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations")
        .fetch_one(conn)
        .await?;
    Ok((found.unwrap_or(0), known))
}

/// Writes, without changing anything.
async fn touch(conn: &mut Conn) -> Result<(), StoreError> {
    let version: i64 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(&mut *conn)
        .await?;
    let same = format!("PRAGMA user_version = {version}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(same))
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Numbers are stored as 64 bits with sign; ids and sequence numbers never come near the end of them.
pub(crate) fn to_db(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The other way.
pub(crate) fn from_db(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A 32-bit number of the store.
pub(crate) fn small(number: i64, table: &'static str) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|_| StoreError::Damaged { table })
}
