//! What is remembered of a device's requests: the last Ping, the last full Sync, what it sent.

use crate::ids::{FolderNo, Principal};
use crate::store::{Store, StoreError};

/// The parameters of the last Ping; both are remembered separately.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PingCache {
    /// The heartbeat, in seconds.
    pub heartbeat: Option<u32>,
    /// The folders.
    pub folders: Option<Vec<FolderNo>>,
}

/// Whether a message with that ClientId was sent before.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Sent {
    /// It was not: it is now written down as begun.
    New,
    /// It was begun, and the end is not known.
    Unfinished,
    /// It was sent.
    Done,
}

impl Store {
    /// The parameters of the device's last Ping.
    ///
    /// # Errors
    /// `Database`.
    pub async fn ping_cache(&self, who: Principal) -> Result<PingCache, StoreError> {
        let _ = who;
        Err(StoreError::Database(sqlx::Error::RowNotFound))
    }

    /// Remembers what a Ping carried: `None` leaves a parameter as it was. Writes nothing when nothing
    /// changed.
    ///
    /// # Errors
    /// `Database`.
    pub async fn remember_ping(&self, who: Principal, ping: &PingCache) -> Result<(), StoreError> {
        let _ = (who, ping);
        Err(StoreError::Database(sqlx::Error::RowNotFound))
    }

    /// The device's last Sync request with a body.
    ///
    /// # Errors
    /// `Database`.
    pub async fn sync_cache(&self, who: Principal) -> Result<Option<Vec<u8>>, StoreError> {
        let _ = who;
        Err(StoreError::Database(sqlx::Error::RowNotFound))
    }

    /// Remembers a Sync request, or with `None` forgets it. Writes nothing when nothing changed.
    ///
    /// # Errors
    /// `Database`.
    pub async fn remember_sync(
        &self,
        who: Principal,
        request: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        let _ = (who, request);
        Err(StoreError::Database(sqlx::Error::RowNotFound))
    }

    /// Before a message is sent: whether it was before.
    ///
    /// # Errors
    /// `Database`.
    pub async fn begin_sending(
        &self,
        who: Principal,
        client_id: &str,
        now: i64,
    ) -> Result<Sent, StoreError> {
        let _ = (who, client_id, now);
        Err(StoreError::Database(sqlx::Error::RowNotFound))
    }

    /// After sending: done, so that a repeat is not sent again; or failed, so that it is.
    ///
    /// # Errors
    /// `Database`.
    pub async fn end_sending(
        &self,
        who: Principal,
        client_id: &str,
        state: Sent,
    ) -> Result<(), StoreError> {
        let _ = (who, client_id, state);
        Err(StoreError::Database(sqlx::Error::RowNotFound))
    }
}
