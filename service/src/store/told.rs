//! What devices were told of items, as fingerprints: the base that a merge compares with.
//!
//! A row belongs to the answer that told it. It lives as long as that answer is on the way that the device took: the
//! rows of forgotten siblings go with them, those of the answers before stay until a newer row says more.

use crate::ids::ItemNo;
use crate::store::answer::Held;
use crate::store::item::At;
use crate::store::{Conn, StoreError, db, to_db};

/// An answer, as rows name it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Step {
    /// The first answer of its lineage.
    pub lineage: u64,
    /// Its own number.
    pub number: u64,
}

/// The newest fingerprint at or before an answer.
pub(crate) async fn base(
    conn: &mut Conn,
    held: Held,
    step: Step,
    item: ItemNo,
) -> Result<Option<Vec<u8>>, StoreError> {
    db::scalar(
        "SELECT print FROM told WHERE account = $1 AND device = $2 AND folder = $3 AND lineage = $4 \
         AND item = $5 AND number <= $6 ORDER BY number DESC LIMIT 1",
    )
    .bind(held.who.account.0)
    .bind(held.who.device.0)
    .bind(i64::from(held.folder.0))
    .bind(to_db(step.lineage))
    .bind(i64::from(item.0))
    .bind(to_db(step.number))
    .fetch_optional(conn)
    .await
}

/// Adds what an answer tells of an item.
pub(crate) async fn put(
    conn: &mut Conn,
    held: Held,
    step: Step,
    (item, print): (ItemNo, &[u8]),
) -> Result<(), StoreError> {
    db::query(
        "INSERT INTO told (account, device, folder, lineage, item, number, print) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(held.who.account.0)
    .bind(held.who.device.0)
    .bind(i64::from(held.folder.0))
    .bind(to_db(step.lineage))
    .bind(i64::from(item.0))
    .bind(to_db(step.number))
    .bind(print)
    .execute(conn)
    .await?;
    Ok(())
}

/// The device took an answer: older lineages are over, and what it tells replaces what was told before.
pub(crate) async fn turn(conn: &mut Conn, held: Held, step: Step) -> Result<(), StoreError> {
    for statement in [
        "DELETE FROM told WHERE account = $1 AND device = $2 AND folder = $3 AND lineage < $4 AND $5 >= 0",
        "DELETE FROM told WHERE account = $1 AND device = $2 AND folder = $3 AND lineage = $4 AND number < $5 \
         AND item IN (SELECT item FROM told WHERE account = $1 AND device = $2 AND folder = $3 AND lineage = $4 \
         AND number = $5)",
    ] {
        db::query(statement)
            .bind(held.who.account.0)
            .bind(held.who.device.0)
            .bind(i64::from(held.folder.0))
            .bind(to_db(step.lineage))
            .bind(to_db(step.number))
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// Forgets what an answer told that was not taken.
pub(crate) async fn delete(conn: &mut Conn, held: Held, number: u64) -> Result<(), StoreError> {
    db::query(
        "DELETE FROM told WHERE account = $1 AND device = $2 AND folder = $3 AND number = $4",
    )
    .bind(held.who.account.0)
    .bind(held.who.device.0)
    .bind(i64::from(held.folder.0))
    .bind(to_db(number))
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets all that a device was told of a folder.
pub(crate) async fn delete_all(conn: &mut Conn, held: Held) -> Result<(), StoreError> {
    db::query("DELETE FROM told WHERE account = $1 AND device = $2 AND folder = $3")
        .bind(held.who.account.0)
        .bind(held.who.device.0)
        .bind(i64::from(held.folder.0))
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets what was told of items that are not there any more.
pub(crate) async fn collect(conn: &mut Conn, at: At) -> Result<(), StoreError> {
    db::query(
        "DELETE FROM told WHERE account = $1 AND folder = $2 AND item NOT IN \
         (SELECT item FROM item WHERE account = $1 AND folder = $2 AND removed = 0)",
    )
    .bind(at.account.0)
    .bind(i64::from(at.folder.0))
    .execute(conn)
    .await?;
    Ok(())
}
