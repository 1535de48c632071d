//! Items that could not be sent.

use crate::ids::{AccountId, DeviceId, FolderNo, ItemNo, ServerId};
use crate::store::answer::Held;
use crate::store::{Conn, Store, StoreError, db, small};

/// An item that could not be sent to a device.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Skipped {
    /// The device.
    pub device: DeviceId,
    /// The item.
    pub id: ServerId,
    /// Why.
    pub reason: String,
    /// Since when, in UTC epoch seconds.
    pub since: i64,
}

impl Store {
    /// What could not be sent to the devices of an account.
    ///
    /// # Errors
    /// `Database`.
    pub async fn skipped(&self, account: AccountId) -> Result<Vec<Skipped>, StoreError> {
        let rows = db::query(
            "SELECT device, folder, item, reason, since FROM skipped WHERE account = $1 \
             ORDER BY device, folder, item",
        )
        .bind(account.0)
        .fetch_all(&mut *self.read().await?)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Skipped {
                    device: DeviceId(row.try_get(0)?),
                    id: ServerId {
                        folder: FolderNo(small(row.try_get(1)?, "skipped")?),
                        item: ItemNo(small(row.try_get(2)?, "skipped")?),
                    },
                    reason: row.try_get(3)?,
                    since: row.try_get(4)?,
                })
            })
            .collect()
    }
}

/// Lists an item.
pub(crate) async fn put(
    conn: &mut Conn,
    held: Held,
    item: ItemNo,
    reason: &str,
    now: i64,
) -> Result<(), StoreError> {
    db::query(
        "INSERT INTO skipped (account, device, folder, item, reason, since) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (account, device, folder, item) DO UPDATE SET reason = excluded.reason",
    )
    .bind(held.who.account.0)
    .bind(held.who.device.0)
    .bind(i64::from(held.folder.0))
    .bind(i64::from(item.0))
    .bind(reason)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes all items of a collection off the list.
pub(crate) async fn delete_all(conn: &mut Conn, held: Held) -> Result<(), StoreError> {
    db::query("DELETE FROM skipped WHERE account = $1 AND device = $2 AND folder = $3")
        .bind(held.who.account.0)
        .bind(held.who.device.0)
        .bind(i64::from(held.folder.0))
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes an item off the list.
pub(crate) async fn delete(conn: &mut Conn, held: Held, item: ItemNo) -> Result<(), StoreError> {
    db::query(
        "DELETE FROM skipped WHERE account = $1 AND device = $2 AND folder = $3 AND item = $4",
    )
    .bind(held.who.account.0)
    .bind(held.who.device.0)
    .bind(i64::from(held.folder.0))
    .bind(i64::from(item.0))
    .execute(conn)
    .await?;
    Ok(())
}
