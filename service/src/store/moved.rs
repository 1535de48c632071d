//! Where devices moved items.

use crate::ids::{FolderNo, ItemNo, Principal, ServerId};
use crate::store::{Conn, StoreError, db, small};

/// Where a device moved an item.
pub(crate) async fn find(
    conn: &mut Conn,
    who: Principal,
    from: ServerId,
) -> Result<Option<ServerId>, StoreError> {
    let row = db::query(
        "SELECT to_folder, to_item FROM moved \
         WHERE account = $1 AND device = $2 AND folder = $3 AND item = $4",
    )
    .bind(who.account.0)
    .bind(who.device.0)
    .bind(i64::from(from.folder.0))
    .bind(i64::from(from.item.0))
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(ServerId {
            folder: FolderNo(small(row.try_get(0)?, "moved")?),
            item: ItemNo(small(row.try_get(1)?, "moved")?),
        })
    })
    .transpose()
}

/// Writes down a move.
pub(crate) async fn put(
    conn: &mut Conn,
    who: Principal,
    from: ServerId,
    to: ServerId,
    now: i64,
) -> Result<(), StoreError> {
    db::query(
        "INSERT INTO moved (account, device, folder, item, to_folder, to_item, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (account, device, folder, item) DO UPDATE SET \
         to_folder = excluded.to_folder, to_item = excluded.to_item, at = excluded.at",
    )
    .bind(who.account.0)
    .bind(who.device.0)
    .bind(i64::from(from.folder.0))
    .bind(i64::from(from.item.0))
    .bind(i64::from(to.folder.0))
    .bind(i64::from(to.item.0))
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets moves made before `limit`.
pub(crate) async fn forget(conn: &mut Conn, limit: i64) -> Result<(), StoreError> {
    db::query("DELETE FROM moved WHERE at < $1")
        .bind(limit)
        .execute(conn)
        .await?;
    Ok(())
}
