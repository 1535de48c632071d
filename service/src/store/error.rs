//! Why the store failed, told by what an operator can do about it.

use sqlx::migrate::MigrateError;
use sqlx::postgres::PgDatabaseError;

/// Why the store failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database did.
    #[error("the state store failed")]
    Database(#[source] sqlx::Error),
    /// There is no room on the disk. It heals by itself once there is.
    #[error("the disk of the state store is full")]
    Full(#[source] sqlx::Error),
    /// The file or its file system may not be written.
    #[error(
        "the state store may not be written: look at its folder, its owner, its mode, and whether the file system is read-only"
    )]
    ReadOnly(#[source] sqlx::Error),
    /// The medium does not take or give what it should: a broken disk, or a file system that the kernel has made
    /// read-only after an error. It heals by itself if that does.
    #[error(
        "the medium of the state store fails: look at the kernel's log, and whether the file system has turned read-only"
    )]
    Medium(#[source] sqlx::Error),
    /// The file is no database, or not any more.
    #[error(
        "the state store is damaged or no state store: restore a backup, or move it away to start anew (phones load everything again)"
    )]
    Unreadable(#[source] sqlx::Error),
    /// Another process holds it.
    #[error("the state store is locked by another process")]
    Locked(#[source] sqlx::Error),
    /// PostgreSQL cannot be reached, or is starting or shutting down. It heals by itself once it is there.
    #[error("the database of the state store is away")]
    Away(#[source] sqlx::Error),
    /// PostgreSQL is too old: its version, as it counts.
    #[error("the state store needs PostgreSQL 15 or newer (this one says {0})")]
    OldServer(String),
    /// A database in which no state store was made yet.
    #[error("there is no state store in the database yet: `directpush store migrate` makes one")]
    Empty,
    /// A store that was to be filled holds something.
    #[error("there is something in the store already, and it is not overwritten")]
    NotEmpty,
    /// A copy does not have as many rows as what was copied.
    #[error("the copy differs in {table}, and was given up")]
    Differs {
        /// The table.
        table: &'static str,
    },
    /// Something that only a store in a file has.
    #[error(
        "the state store is in PostgreSQL, whose own tools make backups (pg_dump, pg_basebackup)"
    )]
    NoFile,
    /// More is to be written than the disk keeps up with.
    #[error("the state store does not keep up")]
    Busy,
    /// The schema could not be brought up to date.
    #[error("the state store's schema cannot be brought up to date")]
    Migrate(#[source] MigrateError),
    /// The schema was written by a newer version of this program.
    #[error(
        "the state store was written by a newer version of directpush (schema {found}, this one knows {known})"
    )]
    Newer {
        /// The schema's version.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// There is no store at that place.
    #[error("there is no state store at {}", .0.display())]
    Missing(std::path::PathBuf),
    /// A file that must not be there is.
    #[error("{} is there already, and is not overwritten", .0.display())]
    Exists(std::path::PathBuf),
    /// A file could not be made or written.
    #[error("cannot write {}", path.display())]
    File {
        /// Which.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A store is not in order.
    #[error("the state store is damaged: {0}")]
    Corrupt(String),
    /// The schema was written by an older version of this program; the service brings it up to date.
    #[error(
        "the state store was written by an older version of directpush (schema {found}, this one needs {known}); start the service once, it brings the store up to date"
    )]
    Older {
        /// The schema's version.
        found: i64,
        /// The one that this program needs.
        known: i64,
    },
    /// A row that no version of this program writes.
    #[error("the state store holds a damaged row in {table}")]
    Damaged {
        /// The table.
        table: &'static str,
    },
    /// A transaction that others were in too could not be committed.
    #[error("the state store could not commit")]
    Commit,
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        // Primary result codes of SQLite: the low byte of the extended ones.
        let code = match &error {
            sqlx::Error::Database(told) => {
                if told.try_downcast_ref::<PgDatabaseError>().is_some() {
                    return postgres(error);
                }
                told.code().and_then(|code| code.parse::<u32>().ok())
            }
            sqlx::Error::PoolTimedOut => return Self::Busy,
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::BeginFailed
            | sqlx::Error::WorkerCrashed => return Self::Away(error),
            _ => None,
        };
        match code.map(|code| code & 0xFF) {
            Some(5 | 6) => Self::Locked(error),
            // 14: on a file system that is read-only it cannot even be opened.
            Some(8 | 14) => Self::ReadOnly(error),
            Some(10) => Self::Medium(error),
            Some(13) => Self::Full(error),
            Some(11 | 26) => Self::Unreadable(error),
            _ => Self::Database(error),
        }
    }
}

/// What a code of PostgreSQL's means for us (its manual, appendix A).
fn postgres(error: sqlx::Error) -> StoreError {
    let code = error.as_database_error().and_then(|told| told.code());
    match code.as_deref().unwrap_or_default() {
        // Serialization, deadlock, a lock that was waited for too long: to be tried again.
        "40001" | "40P01" | "55P03" => StoreError::Busy,
        // Shutting down, crashed, starting, too many connections, ended because nothing was said for too long.
        "57P01" | "57P02" | "57P03" | "57P05" | "53300" | "25P03" => StoreError::Away(error),
        code if code.starts_with("08") => StoreError::Away(error),
        // A node that only follows another.
        "25006" => StoreError::Away(error),
        "53100" => StoreError::Full(error),
        _ => StoreError::Database(error),
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
                Self::from(error)
            }
            other => Self::Migrate(other),
        }
    }
}
