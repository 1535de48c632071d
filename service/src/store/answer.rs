//! The answers that a device may have taken, each with its cursor.

use roaring::RoaringBitmap;

use crate::ids::{DeviceId, FolderNo, Principal, Seq};
use crate::store::db::Row;
use crate::store::item::Place;
use crate::store::{Conn, StoreError, db, from_db, small, to_db};

/// The cut-off of a filter that hides nothing.
pub const NO_CUTOFF: i64 = i64::MIN;

/// What a device holds of a folder, by one answer.
///
/// Invariant: an item of `known` whose row did not change after `seen` is not older than `window`.
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor {
    /// How far the device has been told.
    pub seen: Seq,
    /// The filter's cut-off, in UTC epoch seconds.
    pub window: i64,
    /// The ids that the device holds. Ids that never will have a row again are "don't care" where no
    /// batch of collected tombstones above `seen` names them.
    pub known: RoaringBitmap,
    /// Those of `known` that the device does not hold really: they could not be sent.
    pub skipped: RoaringBitmap,
    /// Some visible items may not be known yet: first Sync, or a wider window.
    pub filling: bool,
    /// While filling: visible items from this place up are known, or changed after `seen`.
    pub filled: Place,
}

impl Default for Cursor {
    fn default() -> Self {
        Self {
            seen: Seq(0),
            window: NO_CUTOFF,
            known: RoaringBitmap::new(),
            skipped: RoaringBitmap::new(),
            filling: true,
            filled: Place::TOP,
        }
    }
}

/// What is known of an answer's way to the device (R12).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Proof {
    /// It held nothing that could be missed.
    Empty,
    /// It was written, and nothing proves that it arrived.
    Unproved,
    /// It was not written completely, or its connection broke.
    Broken,
    /// It arrived.
    Proved,
    /// A Ping announced it.
    Announced,
}

/// One answer that may be or was taken, without its cursor.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// Counts the answers of the collection.
    pub number: u64,
    /// The number of the first answer of its lineage.
    pub lineage: u64,
    /// Its key.
    pub key: String,
    /// The device showed its key.
    pub taken: bool,
    /// Whether it arrived.
    pub proof: Proof,
    /// The uploads that it answers, by number.
    pub uploads: Vec<u64>,
}

/// A device and a folder, as statements name them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    /// Account and device.
    pub who: Principal,
    /// The folder; [`FolderNo::ROOT`] for the hierarchy.
    pub folder: FolderNo,
}

/// A new answer.
#[derive(Clone, Debug)]
pub(crate) struct NewAnswer<'a> {
    pub head: &'a Answer,
    pub cursor: &'a Cursor,
    /// UTC epoch seconds.
    pub written: i64,
}

/// All answers of a collection, without their cursors.
pub(crate) async fn heads(conn: &mut Conn, held: Held) -> Result<Vec<Answer>, StoreError> {
    let rows = db::query(
        "SELECT number, lineage, key, taken, proof, uploads FROM answer \
         WHERE account = $1 AND device = $2 AND folder = $3 ORDER BY number",
    )
    .bind(held.who.account.0)
    .bind(held.who.device.0)
    .bind(i64::from(held.folder.0))
    .fetch_all(conn)
    .await?;
    rows.iter().map(head).collect()
}

/// The cursor of one answer.
pub(crate) async fn cursor(
    conn: &mut Conn,
    held: Held,
    number: u64,
) -> Result<Option<Cursor>, StoreError> {
    db::query(
        "SELECT seen, cutoff, known, skipped, filling, filled_time, filled_item FROM answer \
         WHERE account = $1 AND device = $2 AND folder = $3 AND number = $4",
    )
    .bind(held.who.account.0)
    .bind(held.who.device.0)
    .bind(i64::from(held.folder.0))
    .bind(to_db(number))
    .fetch_optional(conn)
    .await?
    .as_ref()
    .map(read_cursor)
    .transpose()
}

/// The cursors of all answers about a folder, with their devices and numbers.
pub(crate) async fn of_folder(
    conn: &mut Conn,
    account: crate::ids::AccountId,
    folder: FolderNo,
) -> Result<Vec<(Held, u64, Cursor)>, StoreError> {
    let rows = db::query(
        "SELECT device, number, seen, cutoff, known, skipped, filling, filled_time, filled_item \
         FROM answer WHERE account = $1 AND folder = $2",
    )
    .bind(account.0)
    .bind(i64::from(folder.0))
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            let device = DeviceId(row.try_get("device")?);
            let held = Held {
                who: Principal { account, device },
                folder,
            };
            Ok((held, from_db(row.try_get("number")?), read_cursor(row)?))
        })
        .collect()
}

/// Adds an answer.
pub(crate) async fn insert(
    conn: &mut Conn,
    held: Held,
    new: &NewAnswer<'_>,
) -> Result<(), StoreError> {
    let NewAnswer {
        head,
        cursor,
        written,
    } = new;
    db::query(
        "INSERT INTO answer (account, device, folder, number, lineage, key, taken, proof, written, \
         uploads, seen, cutoff, known, skipped, filling, filled_time, filled_item) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind(held.who.account.0)
    .bind(held.who.device.0)
    .bind(i64::from(held.folder.0))
    .bind(to_db(head.number))
    .bind(to_db(head.lineage))
    .bind(&head.key)
    .bind(i64::from(head.taken))
    .bind(proof_name(head.proof))
    .bind(*written)
    .bind(spell(&head.uploads))
    .bind(to_db(cursor.seen.0))
    .bind(cursor.window)
    .bind(pack(&cursor.known))
    .bind((!cursor.skipped.is_empty()).then(|| pack(&cursor.skipped)))
    .bind(i64::from(cursor.filling))
    .bind(cursor.filled.time)
    .bind(i64::from(cursor.filled.item))
    .execute(conn)
    .await?;
    Ok(())
}

/// Replaces one answer's cursor.
pub(crate) async fn set_cursor(
    conn: &mut Conn,
    held: Held,
    number: u64,
    cursor: &Cursor,
) -> Result<(), StoreError> {
    db::query(
        "UPDATE answer SET known = $5, skipped = $6, filling = $7, filled_time = $8, \
         filled_item = $9, seen = $10, cutoff = $11 WHERE account = $1 AND device = $2 AND folder = $3 AND number = $4",
    )
    .bind(held.who.account.0)
    .bind(held.who.device.0)
    .bind(i64::from(held.folder.0))
    .bind(to_db(number))
    .bind(pack(&cursor.known))
    .bind((!cursor.skipped.is_empty()).then(|| pack(&cursor.skipped)))
    .bind(i64::from(cursor.filling))
    .bind(cursor.filled.time)
    .bind(i64::from(cursor.filled.item))
    .bind(to_db(cursor.seen.0))
    .bind(cursor.window)
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that an answer was taken, and that it arrived.
pub(crate) async fn take(conn: &mut Conn, held: Held, number: u64) -> Result<(), StoreError> {
    db::query(
        "UPDATE answer SET taken = 1, proof = CASE WHEN proof = 'empty' THEN proof ELSE 'proved' END \
         WHERE account = $1 AND device = $2 AND folder = $3 AND number = $4",
    )
    .bind(held.who.account.0)
    .bind(held.who.device.0)
    .bind(i64::from(held.folder.0))
    .bind(to_db(number))
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets an answer.
pub(crate) async fn delete(conn: &mut Conn, held: Held, number: u64) -> Result<(), StoreError> {
    db::query(
        "DELETE FROM answer WHERE account = $1 AND device = $2 AND folder = $3 AND number = $4",
    )
    .bind(held.who.account.0)
    .bind(held.who.device.0)
    .bind(i64::from(held.folder.0))
    .bind(to_db(number))
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets all answers of a collection.
pub(crate) async fn delete_all(conn: &mut Conn, held: Held) -> Result<(), StoreError> {
    for statement in [
        "DELETE FROM answer WHERE account = $1 AND device = $2 AND folder = $3",
        "DELETE FROM upload WHERE account = $1 AND device = $2 AND folder = $3",
        "DELETE FROM told WHERE account = $1 AND device = $2 AND folder = $3",
    ] {
        db::query(statement)
            .bind(held.who.account.0)
            .bind(held.who.device.0)
            .bind(i64::from(held.folder.0))
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// Sets an answer's proof if it is one of `from` now. True: it was.
pub(crate) async fn prove(
    conn: &mut Conn,
    held: Held,
    number: u64,
    from: &[Proof],
    to: Proof,
) -> Result<bool, StoreError> {
    let now: Option<String> = db::scalar(
        "SELECT proof FROM answer WHERE account = $1 AND device = $2 AND folder = $3 AND number = $4",
    )
    .bind(held.who.account.0)
    .bind(held.who.device.0)
    .bind(i64::from(held.folder.0))
    .bind(to_db(number))
    .fetch_optional(&mut *conn)
    .await?;
    let now = now.as_deref().map(proof_from).transpose()?;
    if !now.is_some_and(|now| from.contains(&now)) {
        return Ok(false);
    }
    db::query(
        "UPDATE answer SET proof = $5 \
         WHERE account = $1 AND device = $2 AND folder = $3 AND number = $4",
    )
    .bind(held.who.account.0)
    .bind(held.who.device.0)
    .bind(i64::from(held.folder.0))
    .bind(to_db(number))
    .bind(proof_name(to))
    .execute(conn)
    .await?;
    Ok(true)
}

fn head(row: &Row) -> Result<Answer, StoreError> {
    let uploads: String = row.try_get("uploads")?;
    Ok(Answer {
        number: from_db(row.try_get("number")?),
        lineage: from_db(row.try_get("lineage")?),
        key: row.try_get("key")?,
        taken: row.try_get::<i64, _>("taken")? != 0,
        proof: proof_from(row.try_get("proof")?)?,
        uploads: uploads
            .split_ascii_whitespace()
            .filter_map(|n| n.parse().ok())
            .collect(),
    })
}

fn read_cursor(row: &Row) -> Result<Cursor, StoreError> {
    let skipped: Option<Vec<u8>> = row.try_get("skipped")?;
    Ok(Cursor {
        seen: Seq(from_db(row.try_get("seen")?)),
        window: row.try_get("cutoff")?,
        known: unpack(row.try_get("known")?)?,
        skipped: skipped
            .as_deref()
            .map(unpack)
            .transpose()?
            .unwrap_or_default(),
        filling: row.try_get::<i64, _>("filling")? != 0,
        filled: Place {
            time: row.try_get("filled_time")?,
            item: small(row.try_get("filled_item")?, "answer")?,
        },
    })
}

/// A set of ids as the store keeps it.
pub(crate) fn pack(ids: &RoaringBitmap) -> Vec<u8> {
    let mut ids = ids.clone();
    ids.optimize();
    let mut bytes = Vec::with_capacity(ids.serialized_size());
    // A `Vec` takes whatever is written to it.
    let _infallible = ids.serialize_into(&mut bytes);
    bytes
}

/// The other way.
pub(crate) fn unpack(bytes: &[u8]) -> Result<RoaringBitmap, StoreError> {
    RoaringBitmap::deserialize_from(bytes).map_err(|_| StoreError::Damaged { table: "answer" })
}

fn spell(numbers: &[u64]) -> String {
    let words: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    words.join(" ")
}

const PROOFS: [(Proof, &str); 5] = [
    (Proof::Empty, "empty"),
    (Proof::Unproved, "unproved"),
    (Proof::Broken, "broken"),
    (Proof::Proved, "proved"),
    (Proof::Announced, "announced"),
];

fn proof_name(proof: Proof) -> &'static str {
    PROOFS
        .iter()
        .find(|(known, _)| *known == proof)
        .map_or("empty", |(_, name)| name)
}

pub(crate) fn proof_from(name: &str) -> Result<Proof, StoreError> {
    PROOFS
        .iter()
        .find(|(_, known)| *known == name)
        .map(|(proof, _)| *proof)
        .ok_or(StoreError::Damaged { table: "answer" })
}
