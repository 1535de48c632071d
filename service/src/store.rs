//! The state store: all SQL of the gateway, one file per table.
//!
//! It holds ids, versions, sequence numbers and device records; never content, never a password. Either SQLite in WAL
//! mode with `synchronous=FULL`, because a key that is rolled back costs a phone a full resync; or PostgreSQL, which
//! nodes of a cluster share. Both read the same statements ([`db`]); what differs is how they are opened and how a
//! transaction begins and ends (`writer`, `postgres`).
//!
//! Functions on [`Store`] are whole operations. The functions of the tables take a connection, so that
//! the index can put several of them into one transaction.

pub mod account;
pub mod answer;
mod backup;
pub mod collection;
mod conn;
mod copy;
pub mod db;
pub mod device;
mod error;
pub mod folder;
pub mod gone;
pub mod item;
pub mod moved;
pub mod overview;
mod place;
mod postgres;
pub mod remember;
pub mod sent;
pub mod skipped;
pub mod told;
pub mod upload;
mod write;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

pub use self::account::Counts;
pub use self::backup::Checked;
pub use self::conn::{Conn, Reading};
pub use self::device::{Device, DeviceChange, DeviceName};
pub use self::error::StoreError;
pub use self::overview::{Synced, SyncedTo, Tally};
pub use self::remember::PingCache;
pub use self::sent::{SendIdent, SendState, Sending};
pub use self::skipped::Skipped;
pub use self::write::Write;

use self::conn::On;
use self::postgres::Server;
use self::writer::Writer;
use crate::ids::AccountId;

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
pub struct Store(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Sqlite {
        writer: Arc<Writer>,
        readers: SqlitePool,
    },
    Postgres(Arc<Server>),
}

/// Who writes what belongs to no account, as making one.
pub(crate) const NO_ACCOUNT: AccountId = AccountId(0);

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
        let conn = SqliteConnection::connect_with(&caching(WRITER_CACHE_KIB)).await?;
        let mut conn = Conn::sqlite(conn);
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
        Ok(Self(Kind::Sqlite {
            writer: Arc::new(Writer::new(conn)),
            readers,
        }))
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
        let mut conn = Conn::sqlite(SqliteConnection::connect_with(&options).await?);
        match schema(&mut conn).await? {
            (found, known) if found > known => return Err(StoreError::Newer { found, known }),
            (found, known) if found < known => return Err(StoreError::Older { found, known }),
            _ => {}
        }
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(ACQUIRE)
            .connect_lazy_with(options);
        Ok(Self(Kind::Sqlite {
            writer: Arc::new(Writer::new(conn)),
            readers,
        }))
    }

    /// Opens the store in a PostgreSQL database, which has to be there; makes the tables, or brings them up to date.
    /// Other nodes may do so at the same time, and use it.
    ///
    /// # Errors
    /// `Newer`, `Migrate`, `Away`, `OldServer`, `Database`.
    pub async fn open_postgres(options: &PgConnectOptions) -> Result<Self, StoreError> {
        let server = Server::open(options, true).await?;
        Ok(Self(Kind::Postgres(Arc::new(server))))
    }

    /// As [`Self::open_postgres`], to look at it: nothing is made and nothing is brought up to date.
    ///
    /// # Errors
    /// `Empty`, `Newer`, `Older`, `Away`, `OldServer`, `Database`.
    pub async fn open_postgres_to_read(options: &PgConnectOptions) -> Result<Self, StoreError> {
        let server = Server::open(options, false).await?;
        Ok(Self(Kind::Postgres(Arc::new(server))))
    }

    /// Closes the connections, once what is being written is written.
    pub async fn close(&self) {
        match &self.0 {
            Kind::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Kind::Postgres(server) => server.close().await,
        }
    }

    /// Begins to write rows of an account, which nobody else does meanwhile. What was written is undone unless
    /// [`Write::commit`] is called.
    ///
    /// # Errors
    /// `Busy`, `Away`, `Database`.
    pub async fn write(&self, account: AccountId) -> Result<Write<'_>, StoreError> {
        Ok(match &self.0 {
            Kind::Sqlite { writer, .. } => writer.begin().await?.into(),
            Kind::Postgres(server) => server.write(account, false).await?.into(),
        })
    }

    /// As [`Self::write`], however many wait for their turn. A request that is going to be parked anyway has the time: a
    /// device has one of them, and when many come at once their rows share a few commits.
    ///
    /// # Errors
    /// `Away`, `Database`.
    pub(crate) async fn write_whenever(&self, account: AccountId) -> Result<Write<'_>, StoreError> {
        Ok(match &self.0 {
            Kind::Sqlite { writer, .. } => writer.begin_whenever().await?.into(),
            Kind::Postgres(server) => server.write(account, true).await?.into(),
        })
    }

    /// Whether the last attempt to write failed because of the medium: a full disk, one that may not be written, a
    /// server that is away.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        match &self.0 {
            Kind::Sqlite { writer, .. } => writer.is_failing(),
            Kind::Postgres(server) => server.is_failing(),
        }
    }

    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        match &self.0 {
            Kind::Sqlite { writer, .. } => writer.waiting(),
            Kind::Postgres(_) => 0,
        }
    }

    /// Tries whether the store can be written.
    ///
    /// # Errors
    /// Why not.
    pub async fn probe(&self) -> Result<(), StoreError> {
        let mut write = self.write(NO_ACCOUNT).await?;
        if write.is_postgres() {
            db::query("UPDATE counter SET value = value WHERE name = 'device'")
                .execute(&mut write)
                .await?;
        } else {
            touch(&mut write).await?;
        }
        write.commit().await
    }

    /// A connection for single reads.
    ///
    /// # Errors
    /// `Busy`, `Away`, `Database`.
    pub async fn read(&self) -> Result<Reading, StoreError> {
        match &self.0 {
            Kind::Sqlite { readers, .. } => {
                let conn = readers.acquire().await?;
                Ok(Reading::new(Conn::sqlite_reader(conn)))
            }
            Kind::Postgres(server) => server.read().await,
        }
    }

    /// A transaction for reads that must see one state.
    ///
    /// # Errors
    /// `Busy`, `Away`, `Database`.
    pub async fn snapshot(&self) -> Result<Reading, StoreError> {
        match &self.0 {
            Kind::Sqlite { readers, .. } => {
                let transaction = readers.begin().await?;
                Ok(Reading::new(Conn::sqlite_snapshot(transaction)))
            }
            Kind::Postgres(server) => server.snapshot().await,
        }
    }
}

async fn migrate(conn: &mut Conn) -> Result<(), StoreError> {
    let (found, known) = schema(conn).await?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    match conn.on()? {
        On::Sqlite(conn) => MIGRATIONS.run(conn).await.map_err(StoreError::from),
        On::Postgres(..) => Ok(()),
    }
}

/// The version of the schema, and the newest that this program knows.
async fn schema(conn: &mut Conn) -> Result<(i64, i64), StoreError> {
    let known = MIGRATIONS.iter().map(|m| m.version).max().unwrap_or(0);
    let table = match conn.is_postgres() {
        true => "SELECT COUNT(to_regclass('_sqlx_migrations'))",
        false => "SELECT COUNT(*) FROM sqlite_master WHERE name = '_sqlx_migrations'",
    };
    if db::scalar(table).fetch_one::<i64>(conn).await? == 0 {
        return Ok((0, known));
    }
    let found: Option<i64> = db::scalar("SELECT MAX(version) FROM _sqlx_migrations")
        .fetch_one(conn)
        .await?;
    Ok((found.unwrap_or(0), known))
}

/// Writes to SQLite, without changing anything.
async fn touch(conn: &mut Conn) -> Result<(), StoreError> {
    let version: i64 = db::scalar("PRAGMA user_version").fetch_one(conn).await?;
    db::composed(format!("PRAGMA user_version = {version}"))
        .execute(conn)
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
