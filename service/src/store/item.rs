//! Items and their tombstones.

use backends::{ItemRef, Version};

use crate::ids::{AccountId, DeviceId, FolderNo, ItemNo, Seq};
use crate::store::{Conn, StoreError, db, from_db, small, to_db};

/// One row of the index: an item, or the tombstone of one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Row {
    /// Its id, handed out in arrival order.
    pub item: ItemNo,
    /// The backend's name of it.
    pub reference: ItemRef,
    /// The backend's word for its state.
    pub version: Version,
    /// What filters look at, in UTC epoch seconds.
    pub time: i64,
    /// The folder's number when it last changed. Unique in the folder.
    pub changed: Seq,
    /// The device that made the last change, if it had been told all before it.
    pub changed_by: Option<DeviceId>,
    /// A tombstone: may go at any time.
    pub removed: bool,
}

/// A place in a folder ordered by time, then id.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Place {
    /// UTC epoch seconds.
    pub time: i64,
    /// The item; 0 stands before all items of that time.
    pub item: u32,
}

impl Place {
    /// Above all items.
    pub const TOP: Self = Self {
        time: i64::MAX,
        item: u32::MAX,
    };

    /// Right below all items of a window.
    #[must_use]
    pub fn floor(window: i64) -> Self {
        Self {
            time: window,
            item: 0,
        }
    }
}

/// Rows that the picking of a page wants to see.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Want {
    /// Live rows after `after` whose time is before `window`, in ascending order of place.
    Slid {
        /// Exclusive.
        after: Place,
        /// Exclusive.
        window: i64,
    },
    /// Rows and tombstones whose number is above `after` and not above `to`, in ascending order of it.
    Changed {
        /// Exclusive.
        after: Seq,
        /// Inclusive.
        to: Seq,
    },
    /// Live rows below `below` whose time is not before `window`, in descending order of place.
    Unfilled {
        /// Exclusive.
        below: Place,
        /// Inclusive.
        window: i64,
    },
}

/// How many rows one statement inserts.
const INSERTED_AT_ONCE: usize = 100;

/// A folder of an account, as statements name it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    /// The account.
    pub account: AccountId,
    /// The folder.
    pub folder: FolderNo,
}

const COLUMNS: &str = "item, reference, version, time, changed, changed_by, removed";

/// The first `limit` rows of what a page wants to see.
pub(crate) async fn wanted(
    conn: &mut Conn,
    at: At,
    want: Want,
    limit: usize,
) -> Result<Vec<Row>, StoreError> {
    let query = match want {
        Want::Slid { after, window } => db::query(
            "SELECT item, reference, version, time, changed, changed_by, removed FROM item \
             WHERE account = $1 AND folder = $2 AND removed = 0 AND (time, item) > ($4, $5) \
             AND time < $6 ORDER BY time, item LIMIT $3",
        )
        .bind(at.account.0)
        .bind(i64::from(at.folder.0))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .bind(after.time)
        .bind(i64::from(after.item))
        .bind(window),
        Want::Changed { after, to } => db::query(
            "SELECT item, reference, version, time, changed, changed_by, removed FROM item \
             WHERE account = $1 AND folder = $2 AND changed > $4 AND changed <= $5 \
             ORDER BY changed LIMIT $3",
        )
        .bind(at.account.0)
        .bind(i64::from(at.folder.0))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .bind(to_db(after.0))
        .bind(to_db(to.0)),
        Want::Unfilled { below, window } => db::query(
            "SELECT item, reference, version, time, changed, changed_by, removed FROM item \
             WHERE account = $1 AND folder = $2 AND removed = 0 AND (time, item) < ($4, $5) \
             AND time >= $6 ORDER BY time DESC, item DESC LIMIT $3",
        )
        .bind(at.account.0)
        .bind(i64::from(at.folder.0))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .bind(below.time)
        .bind(i64::from(below.item))
        .bind(window),
    };
    let rows = query.fetch_all(conn).await?;
    rows.iter().map(read).collect()
}

/// One item or tombstone.
pub(crate) async fn one(conn: &mut Conn, at: At, item: ItemNo) -> Result<Option<Row>, StoreError> {
    db::query("SELECT item, reference, version, time, changed, changed_by, removed FROM item WHERE account = $1 AND folder = $2 AND item = $3")
        .bind(at.account.0)
        .bind(i64::from(at.folder.0))
        .bind(i64::from(item.0))
        .fetch_optional(conn)
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// The item of that name, if it is there.
pub(crate) async fn by_reference(
    conn: &mut Conn,
    at: At,
    reference: &ItemRef,
) -> Result<Option<Row>, StoreError> {
    db::query(
        "SELECT item, reference, version, time, changed, changed_by, removed FROM item WHERE account = $1 AND folder = $2 AND reference = $3 AND removed = 0",
    )
    .bind(at.account.0)
    .bind(i64::from(at.folder.0))
    .bind(reference.as_str())
    .fetch_optional(conn)
    .await?
    .as_ref()
    .map(read)
    .transpose()
}

/// All items that are there.
pub(crate) async fn live(conn: &mut Conn, at: At) -> Result<Vec<Row>, StoreError> {
    let rows = db::query("SELECT item, reference, version, time, changed, changed_by, removed FROM item WHERE account = $1 AND folder = $2 AND removed = 0")
        .bind(at.account.0)
        .bind(i64::from(at.folder.0))
        .fetch_all(conn)
        .await?;
    rows.iter().map(read).collect()
}

/// Adds new rows.
pub(crate) async fn insert(conn: &mut Conn, at: At, rows: &[Row]) -> Result<(), StoreError> {
    for chunk in rows.chunks(INSERTED_AT_ONCE) {
        let mut text = format!("INSERT INTO item (account, folder, {COLUMNS}) VALUES ");
        for place in 0..chunk.len() {
            let before = if place == 0 { "" } else { ", " };
            let numbers = (1..=9).map(|column| format!("${}", place * 9 + column));
            let numbers = numbers.collect::<Vec<_>>().join(", ");
            text.push_str(&format!("{before}({numbers})"));
        }
        let mut query = db::composed(text);
        for row in chunk {
            query = query
                .bind(at.account.0)
                .bind(i64::from(at.folder.0))
                .bind(i64::from(row.item.0))
                .bind(row.reference.as_str())
                .bind(row.version.as_str())
                .bind(row.time)
                .bind(to_db(row.changed.0))
                .bind(row.changed_by.map(|device| device.0))
                .bind(i64::from(row.removed));
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Writes a row that is there.
pub(crate) async fn update(conn: &mut Conn, at: At, row: &Row) -> Result<(), StoreError> {
    db::query(
        "UPDATE item SET reference = $4, version = $5, time = $6, changed = $7, changed_by = $8, \
         removed = $9 WHERE account = $1 AND folder = $2 AND item = $3",
    )
    .bind(at.account.0)
    .bind(i64::from(at.folder.0))
    .bind(i64::from(row.item.0))
    .bind(row.reference.as_str())
    .bind(row.version.as_str())
    .bind(row.time)
    .bind(to_db(row.changed.0))
    .bind(row.changed_by.map(|device| device.0))
    .bind(i64::from(row.removed))
    .execute(conn)
    .await?;
    Ok(())
}

/// The ids of a folder's tombstones, or of its items.
pub(crate) async fn ids(conn: &mut Conn, at: At, removed: Removed) -> Result<Vec<u32>, StoreError> {
    let ids: Vec<i64> = db::scalar(
        "SELECT item FROM item WHERE account = $1 AND folder = $2 AND removed = $3 ORDER BY item",
    )
    .bind(at.account.0)
    .bind(i64::from(at.folder.0))
    .bind(i64::from(removed == Removed::Yes))
    .fetch_all(conn)
    .await?;
    ids.into_iter().map(|id| small(id, "item")).collect()
}

/// Which rows are meant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Removed {
    /// Tombstones.
    Yes,
    /// Items.
    No,
}

/// Removes a folder's tombstones.
pub(crate) async fn delete_tombstones(conn: &mut Conn, at: At) -> Result<(), StoreError> {
    db::query("DELETE FROM item WHERE account = $1 AND folder = $2 AND removed = 1")
        .bind(at.account.0)
        .bind(i64::from(at.folder.0))
        .execute(conn)
        .await?;
    Ok(())
}

/// The ids of items older than `limit`.
pub(crate) async fn below(conn: &mut Conn, at: At, limit: i64) -> Result<Vec<u32>, StoreError> {
    let ids: Vec<i64> = db::scalar(
        "SELECT item FROM item WHERE account = $1 AND folder = $2 AND removed = 0 AND time < $3",
    )
    .bind(at.account.0)
    .bind(i64::from(at.folder.0))
    .bind(limit)
    .fetch_all(conn)
    .await?;
    ids.into_iter().map(|id| small(id, "item")).collect()
}

/// Removes a row without a trace.
pub(crate) async fn delete(conn: &mut Conn, at: At, item: u32) -> Result<(), StoreError> {
    db::query("DELETE FROM item WHERE account = $1 AND folder = $2 AND item = $3")
        .bind(at.account.0)
        .bind(i64::from(at.folder.0))
        .bind(i64::from(item))
        .execute(conn)
        .await?;
    Ok(())
}

/// Removes all rows about a folder that is gone.
pub(crate) async fn delete_all(conn: &mut Conn, at: At) -> Result<(), StoreError> {
    for statement in [
        "DELETE FROM item WHERE account = $1 AND folder = $2",
        "DELETE FROM gone WHERE account = $1 AND folder = $2",
        "DELETE FROM answer WHERE account = $1 AND folder = $2",
        "DELETE FROM collection WHERE account = $1 AND folder = $2",
        "DELETE FROM upload WHERE account = $1 AND folder = $2",
        "DELETE FROM skipped WHERE account = $1 AND folder = $2",
        "DELETE FROM told WHERE account = $1 AND folder = $2",
    ] {
        db::query(statement)
            .bind(at.account.0)
            .bind(i64::from(at.folder.0))
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

fn read(row: &db::Row) -> Result<Row, StoreError> {
    Ok(Row {
        item: ItemNo(small(row.try_get("item")?, "item")?),
        reference: ItemRef::new(row.try_get::<String, _>("reference")?),
        version: Version::new(row.try_get::<String, _>("version")?),
        time: row.try_get("time")?,
        changed: Seq(from_db(row.try_get("changed")?)),
        changed_by: row.try_get::<Option<i64>, _>("changed_by")?.map(DeviceId),
        removed: row.try_get::<i64, _>("removed")? != 0,
    })
}
