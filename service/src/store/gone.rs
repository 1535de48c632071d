//! Ids whose tombstones were collected.
//!
//! A cursor that has been told up to `seen` lacks the batches above it, and only those: what a batch names
//! has no row any more, and changed for the last time after the batch before it was made.

use roaring::RoaringBitmap;

use crate::ids::Seq;
use crate::store::answer::{pack, unpack};
use crate::store::item::At;
use crate::store::{Conn, StoreError, db, to_db};

/// The ids of all batches above `seen`.
pub(crate) async fn above(conn: &mut Conn, at: At, seen: Seq) -> Result<RoaringBitmap, StoreError> {
    let batches: Vec<Vec<u8>> =
        db::scalar("SELECT items FROM gone WHERE account = $1 AND folder = $2 AND seq > $3")
            .bind(at.account.0)
            .bind(i64::from(at.folder.0))
            .bind(to_db(seen.0))
            .fetch_all(conn)
            .await?;
    let mut ids = RoaringBitmap::new();
    for batch in batches {
        ids |= unpack(&batch)?;
    }
    Ok(ids)
}

/// Adds a batch, or adds to it.
pub(crate) async fn add(
    conn: &mut Conn,
    at: At,
    seq: Seq,
    ids: &RoaringBitmap,
) -> Result<(), StoreError> {
    let before: Option<Vec<u8>> =
        db::scalar("SELECT items FROM gone WHERE account = $1 AND folder = $2 AND seq = $3")
            .bind(at.account.0)
            .bind(i64::from(at.folder.0))
            .bind(to_db(seq.0))
            .fetch_optional(&mut *conn)
            .await?;
    let mut ids = ids.clone();
    if let Some(before) = before {
        ids |= unpack(&before)?;
    }
    db::query(
        "INSERT INTO gone (account, folder, seq, items) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (account, folder, seq) DO UPDATE SET items = excluded.items",
    )
    .bind(at.account.0)
    .bind(i64::from(at.folder.0))
    .bind(to_db(seq.0))
    .bind(pack(&ids))
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets the batches that every cursor has been told of.
pub(crate) async fn forget(conn: &mut Conn, at: At, told: Seq) -> Result<(), StoreError> {
    db::query("DELETE FROM gone WHERE account = $1 AND folder = $2 AND seq <= $3")
        .bind(at.account.0)
        .bind(i64::from(at.folder.0))
        .bind(to_db(told.0))
        .execute(conn)
        .await?;
    Ok(())
}
