//! Devices: who they are, and what they said of themselves.

use crate::ids::{AccountId, DeviceId, Principal};
use crate::store::db::Row;
use crate::store::{Conn, Store, StoreError, db, from_db};

/// How long the answers to a new device are given to be proved received, in seconds.
pub const GRACE: i64 = 60;

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
    /// The newest version that was on offer when it was last told.
    pub offered_version: Option<String>,
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
    /// See [`Device::offered_version`].
    pub offered_version: Option<String>,
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
        if let Some(device) = find(&mut *self.read().await?, account, name).await? {
            return Ok(device);
        }
        let mut write = self.write(account).await?;
        db::query("UPDATE counter SET value = value + 1 WHERE name = 'device'")
            .execute(&mut write)
            .await?;
        db::query(
            "INSERT INTO device (id, account, name, kind, first_seen, last_seen) \
             SELECT value, $1, $2, $3, $4, $4 FROM counter WHERE name = 'device' \
             ON CONFLICT (account, name, kind) DO NOTHING",
        )
        .bind(account.0)
        .bind(name.id)
        .bind(name.kind)
        .bind(now)
        .execute(&mut write)
        .await?;
        let device = find(&mut write, account, name).await?;
        write.commit().await?;
        device.ok_or(StoreError::Damaged { table: "device" })
    }

    /// All devices of an account, or of all accounts.
    ///
    /// # Errors
    /// `Database`.
    pub async fn devices(&self, account: Option<AccountId>) -> Result<Vec<Device>, StoreError> {
        let rows = db::query(
            "SELECT id, account, name, kind, user_agent, protocol, policy_key, offered_key, info, access, wipe, first_seen, \
             last_seen, grace, doubts_founded, doubts_unfounded, offered_version FROM device \
             WHERE $1 IS NULL OR account = $1 ORDER BY account, id",
        )
        .bind(account.map(|account| account.0))
        .fetch_all(&mut *self.read().await?)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Writes what changed of a device; an empty change writes nothing.
    ///
    /// # Errors
    /// `Database`.
    pub async fn update_device(
        &self,
        who: Principal,
        change: &DeviceChange,
    ) -> Result<(), StoreError> {
        if *change == DeviceChange::default() {
            return Ok(());
        }
        let mut write = self.write(who.account).await?;
        db::query(
            "UPDATE device SET user_agent = COALESCE($2, user_agent), \
             protocol = COALESCE($3, protocol), info = COALESCE($4, info), \
             access = COALESCE($5, access), last_seen = COALESCE($6, last_seen), \
             policy_key = CASE WHEN $7 = 1 THEN $8 ELSE policy_key END, \
             offered_key = CASE WHEN $9 = 1 THEN $10 ELSE offered_key END, \
             wipe = CASE WHEN $11 = 1 THEN $12 ELSE wipe END, \
             offered_version = COALESCE($13, offered_version) WHERE account = $14 AND id = $1",
        )
        .bind(who.device.0)
        .bind(&change.user_agent)
        .bind(&change.protocol)
        .bind(&change.info)
        .bind(&change.access)
        .bind(change.last_seen)
        .bind(i64::from(change.policy_key.is_some()))
        .bind(change.policy_key.flatten().map(i64::from))
        .bind(i64::from(change.offered_key.is_some()))
        .bind(change.offered_key.flatten().map(i64::from))
        .bind(i64::from(change.wipe.is_some()))
        .bind(change.wipe.clone().flatten())
        .bind(&change.offered_version)
        .bind(who.account.0)
        .execute(&mut write)
        .await?;
        write.commit().await
    }

    /// Forgets a device and all that it was told.
    ///
    /// # Errors
    /// `Database`.
    pub async fn forget_device(&self, who: Principal) -> Result<(), StoreError> {
        let mut write = self.write(who.account).await?;
        for statement in [
            "DELETE FROM answer WHERE account = $1 AND device = $2",
            "DELETE FROM collection WHERE account = $1 AND device = $2",
            "DELETE FROM upload WHERE account = $1 AND device = $2",
            "DELETE FROM skipped WHERE account = $1 AND device = $2",
            "DELETE FROM told WHERE account = $1 AND device = $2",
            "DELETE FROM moved WHERE account = $1 AND device = $2",
            "DELETE FROM remembered WHERE account = $1 AND device = $2",
            "DELETE FROM sent WHERE account = $1 AND device = $2",
            "DELETE FROM device WHERE account = $1 AND id = $2",
        ] {
            db::query(statement)
                .bind(who.account.0)
                .bind(who.device.0)
                .execute(&mut write)
                .await?;
        }
        write.commit().await
    }
}

async fn find(
    conn: &mut Conn,
    account: AccountId,
    name: DeviceName<'_>,
) -> Result<Option<Device>, StoreError> {
    db::query(
        "SELECT id, account, name, kind, user_agent, protocol, policy_key, offered_key, info, access, wipe, first_seen, \
         last_seen, grace, doubts_founded, doubts_unfounded, offered_version FROM device \
         WHERE account = $1 AND name = $2 AND kind = $3",
    )
        .bind(account.0)
        .bind(name.id)
        .bind(name.kind)
        .fetch_optional(conn)
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// How long a device's answers are given to be proved received, in seconds.
pub(crate) async fn grace(conn: &mut Conn, who: Principal) -> Result<i64, StoreError> {
    let grace = db::scalar("SELECT grace FROM device WHERE account = $1 AND id = $2")
        .bind(who.account.0)
        .bind(who.device.0)
        .fetch_optional(conn)
        .await?;
    Ok(grace.unwrap_or(GRACE))
}

/// Writes what was learnt of a device's answers.
pub(crate) async fn set_grace(
    conn: &mut Conn,
    who: Principal,
    grace: i64,
    counted: (i64, i64),
) -> Result<(), StoreError> {
    db::query(
        "UPDATE device SET grace = $2, doubts_founded = doubts_founded + $3, \
         doubts_unfounded = doubts_unfounded + $4 WHERE account = $5 AND id = $1",
    )
    .bind(who.device.0)
    .bind(grace)
    .bind(counted.0)
    .bind(counted.1)
    .bind(who.account.0)
    .execute(conn)
    .await?;
    Ok(())
}

fn read(row: &Row) -> Result<Device, StoreError> {
    let key = |name| -> Result<Option<u32>, StoreError> {
        let stored: Option<i64> = row.try_get(name)?;
        Ok(stored.and_then(|key| u32::try_from(key).ok()))
    };
    Ok(Device {
        id: DeviceId(row.try_get("id")?),
        account: AccountId(row.try_get("account")?),
        name: row.try_get("name")?,
        kind: row.try_get("kind")?,
        user_agent: row.try_get("user_agent")?,
        protocol: row.try_get("protocol")?,
        offered_version: row.try_get("offered_version")?,
        policy_key: key("policy_key")?,
        offered_key: key("offered_key")?,
        info: row.try_get("info")?,
        access: row.try_get("access")?,
        wipe: row.try_get("wipe")?,
        first_seen: row.try_get("first_seen")?,
        last_seen: row.try_get("last_seen")?,
        grace: row.try_get("grace")?,
        doubts_founded: from_db(row.try_get("doubts_founded")?),
        doubts_unfounded: from_db(row.try_get("doubts_unfounded")?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table that somebody adds with a `device` in it has to be named in `forget_device`.
    #[tokio::test]
    async fn a_device_that_is_forgotten_leaves_no_row_and_no_number() {
        let place = tempfile::tempdir().unwrap();
        let store = Store::open(&place.path().join("state.db")).await.unwrap();
        let account = store.account("anna", 1).await.unwrap();
        let name = DeviceName {
            id: "a",
            kind: "Test",
        };
        let first = store.device(account, name, 1).await.unwrap().id;
        let mut write = store.write(AccountId(1)).await.unwrap();
        let tables: Vec<String> = db::scalar(
            "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             ON c.name = 'device' WHERE m.type = 'table'",
        )
        .fetch_all(&mut write)
        .await
        .unwrap();
        assert!(tables.len() >= 7, "{tables:?}");
        for table in &tables {
            fill(&mut write, table, first).await;
        }
        write.commit().await.unwrap();
        store
            .forget_device(Principal {
                account,
                device: first,
            })
            .await
            .unwrap();
        for table in &tables {
            let statement = format!("SELECT COUNT(*) FROM {table} WHERE device = {first}");
            let left = db::composed(statement)
                .fetch_one(&mut store.read().await.unwrap())
                .await
                .unwrap();
            let left: i64 = left.try_get(0).unwrap();
            assert_eq!(left, 0, "{table} remembers");
        }
        let second = store.device(account, name, 2).await.unwrap().id;
        assert_ne!(first, second);
    }

    /// A row of the device, with something in every column that needs it.
    async fn fill(conn: &mut Conn, table: &str, device: DeviceId) {
        let columns = db::query(
            "SELECT name, type FROM pragma_table_info($1) WHERE \"notnull\" = 1 OR name = 'device'",
        )
        .bind(table)
        .fetch_all(&mut *conn)
        .await
        .unwrap();
        let text = |row: &Row, column: usize| row.try_get::<String, _>(column).unwrap();
        let columns = columns.iter().map(|row| (text(row, 0), text(row, 1)));
        let columns: Vec<(String, String)> = columns.collect();
        let value = |(name, kind): &(String, String)| match (name.as_str(), kind.as_str()) {
            ("device", _) => device.0.to_string(),
            (_, "BLOB") => "x'00'".to_owned(),
            (_, "TEXT") => "'x'".to_owned(),
            (_, _) => "1".to_owned(),
        };
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let values: Vec<String> = columns.iter().map(value).collect();
        let statement = format!(
            "INSERT INTO {table} ({}) VALUES ({})",
            names.join(", "),
            values.join(", ")
        );
        db::composed(statement).execute(conn).await.unwrap();
    }
}
