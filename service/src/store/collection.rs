//! What a device syncs: counters and what its requests said for good. And how its folders stand.

use backends::Class;

use crate::ids::{FolderNo, Principal, Seq};
use crate::store::answer::{Held, Proof, proof_from};
use crate::store::db::Row;
use crate::store::folder::class_from;
use crate::store::{Conn, StoreError, db, from_db, small, to_db};

/// What is kept for one device and one folder.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Collection {
    /// Counts its answers.
    pub made: u64,
    /// The newest answer that the device may have: what a Ping compares with.
    pub newest: u64,
    /// Counts its uploads.
    pub uploads: u64,
    /// The sticky Options, as the caller wrote them.
    pub options: Option<String>,
    /// The Supported list, as the caller wrote it.
    pub supported: Option<String>,
    /// The properties that the device ever sent or was sent, as the caller wrote them.
    pub properties: Option<String>,
}

/// How a folder stands for a device.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stand {
    pub folder: FolderNo,
    pub class: Class,
    pub seq: Seq,
    /// The device syncs it.
    pub synced: bool,
    /// The newest answer to the device.
    pub newest: Option<Newest>,
}

/// The newest answer of a collection, as far as a Ping asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Newest {
    pub number: u64,
    pub seen: Seq,
    pub filling: bool,
    pub proof: Proof,
    /// UTC epoch seconds.
    pub written: i64,
}

/// One collection, if the device syncs it.
pub(crate) async fn one(conn: &mut Conn, held: Held) -> Result<Option<Collection>, StoreError> {
    let row = db::query(
        "SELECT made, newest, uploads, options, supported, properties FROM collection \
         WHERE account = $1 AND device = $2 AND folder = $3",
    )
    .bind(held.who.account.0)
    .bind(held.who.device.0)
    .bind(i64::from(held.folder.0))
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    Ok(Some(Collection {
        made: from_db(row.try_get(0)?),
        newest: from_db(row.try_get(1)?),
        uploads: from_db(row.try_get(2)?),
        options: row.try_get(3)?,
        supported: row.try_get(4)?,
        properties: row.try_get(5)?,
    }))
}

/// Writes a collection.
pub(crate) async fn put(
    conn: &mut Conn,
    held: Held,
    collection: &Collection,
) -> Result<(), StoreError> {
    db::query(
        "INSERT INTO collection (account, device, folder, made, newest, uploads, options, supported, \
         properties) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (account, device, folder) DO UPDATE SET \
         made = CASE WHEN collection.made > excluded.made THEN collection.made ELSE excluded.made END, \
         newest = excluded.newest, \
         uploads = CASE WHEN collection.uploads > excluded.uploads THEN collection.uploads ELSE excluded.uploads END, \
         options = excluded.options, supported = excluded.supported, properties = excluded.properties",
    )
    .bind(held.who.account.0)
    .bind(held.who.device.0)
    .bind(i64::from(held.folder.0))
    .bind(to_db(collection.made))
    .bind(to_db(collection.newest))
    .bind(to_db(collection.uploads))
    .bind(&collection.options)
    .bind(&collection.supported)
    .bind(&collection.properties)
    .execute(conn)
    .await?;
    Ok(())
}

/// How the account's folders that are there stand for a device.
pub(crate) async fn stands(conn: &mut Conn, who: Principal) -> Result<Vec<Stand>, StoreError> {
    let rows = db::query(
        "SELECT f.no, f.seq, c.made, a.number, a.seen, a.filling, a.proof, a.written, f.class \
         FROM folder f \
         LEFT JOIN collection c ON c.account = f.account AND c.device = $2 AND c.folder = f.no \
         LEFT JOIN answer a ON a.account = f.account AND a.device = $2 AND a.folder = f.no \
         AND a.number = c.newest \
         WHERE f.account = $1 AND f.removed = 0",
    )
    .bind(who.account.0)
    .bind(who.device.0)
    .fetch_all(conn)
    .await?;
    rows.iter().map(stand).collect()
}

fn stand(row: &Row) -> Result<Stand, StoreError> {
    let number: Option<i64> = row.try_get(3)?;
    let newest = match number {
        None => None,
        Some(number) => Some(Newest {
            number: from_db(number),
            seen: Seq(from_db(row.try_get(4)?)),
            filling: row.try_get::<i64, _>(5)? != 0,
            proof: proof_from(row.try_get(6)?)?,
            written: row.try_get(7)?,
        }),
    };
    Ok(Stand {
        folder: FolderNo(small(row.try_get(0)?, "folder")?),
        class: class_from(row.try_get(8)?)?,
        seq: Seq(from_db(row.try_get(1)?)),
        synced: row.try_get::<Option<i64>, _>(2)?.is_some(),
        newest,
    })
}
