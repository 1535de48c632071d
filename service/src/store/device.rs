//! Devices: who they are, and what they said of themselves.

use crate::ids::{AccountId, DeviceId};
use crate::store::{Store, StoreError};

/// How a device names itself in every request.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct DeviceName<'a> {
    /// DeviceId.
    pub id: &'a str,
    /// DeviceType.
    pub kind: &'a str,
}

/// A device of an account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Device {
    /// Its row.
    pub id: DeviceId,
    /// Its account.
    pub account: AccountId,
    /// DeviceId, as it names itself.
    pub name: String,
    /// DeviceType, as it names itself.
    pub kind: String,
    /// The User-Agent it last showed.
    pub user_agent: Option<String>,
    /// The protocol version it last spoke, `14.1`.
    pub protocol: Option<String>,
    /// The policy key it was given, once it acknowledged the policy.
    pub policy_key: Option<u32>,
    /// The policy key it was given and has not acknowledged yet.
    pub offered_key: Option<u32>,
    /// DeviceInformation, as JSON.
    pub info: Option<String>,
    /// `allowed`, `blocked`, …: for `devices`.
    pub access: String,
    /// State of a remote wipe: for `devices`.
    pub wipe: Option<String>,
    /// When it first came, in UTC epoch seconds.
    pub first_seen: i64,
    /// When it last came, in UTC epoch seconds; at most an hour behind.
    pub last_seen: i64,
    /// How long a written answer is given to be proved received, in seconds (R12).
    pub grace: i64,
    /// Doubts that proved founded.
    pub doubts_founded: u64,
    /// Doubts that did not.
    pub doubts_unfounded: u64,
}

/// What is to be written of a device; `None` leaves a field as it is.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DeviceChange {
    /// See [`Device::user_agent`].
    pub user_agent: Option<String>,
    /// See [`Device::protocol`].
    pub protocol: Option<String>,
    /// See [`Device::policy_key`]; `Some(None)` takes it away.
    pub policy_key: Option<Option<u32>>,
    /// See [`Device::offered_key`]; `Some(None)` takes it away.
    pub offered_key: Option<Option<u32>>,
    /// See [`Device::info`].
    pub info: Option<String>,
    /// See [`Device::access`].
    pub access: Option<String>,
    /// See [`Device::wipe`]; `Some(None)` takes it away.
    pub wipe: Option<Option<String>>,
    /// See [`Device::last_seen`].
    pub last_seen: Option<i64>,
}

impl Store {
    /// The device of that name; made if it is not there. Writes nothing for a known one.
    ///
    /// # Errors
    /// `Database`.
    pub async fn device(
        &self,
        account: AccountId,
        name: DeviceName<'_>,
        now: i64,
    ) -> Result<Device, StoreError> {
        let _ = (account, name, now);
        Err(StoreError::Database(sqlx::Error::RowNotFound))
    }

    /// All devices of an account, or of all accounts.
    ///
    /// # Errors
    /// `Database`.
    pub async fn devices(&self, account: Option<AccountId>) -> Result<Vec<Device>, StoreError> {
        let _ = account;
        Err(StoreError::Database(sqlx::Error::RowNotFound))
    }

    /// Writes what changed of a device; an empty change writes nothing.
    ///
    /// # Errors
    /// `Database`.
    pub async fn update_device(
        &self,
        device: DeviceId,
        change: &DeviceChange,
    ) -> Result<(), StoreError> {
        let _ = (device, change);
        Err(StoreError::Database(sqlx::Error::RowNotFound))
    }

    /// Forgets a device and all that it was told.
    ///
    /// # Errors
    /// `Database`.
    pub async fn forget_device(&self, device: DeviceId) -> Result<(), StoreError> {
        let _ = device;
        Err(StoreError::Database(sqlx::Error::RowNotFound))
    }
}
