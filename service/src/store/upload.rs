//! What devices uploaded: written before the backend is touched, kept for the key and the one before.

use backends::{ItemRef, NewName, Version};

use crate::ids::{DeviceId, ItemNo};
use crate::store::answer::Held;
use crate::store::db::Row;
use crate::store::item::At;
use crate::store::{Conn, StoreError, db, from_db, small, to_db};

/// How far an upload is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum UploadState {
    /// The backend may or may not have been touched.
    Begun,
    /// It was applied.
    Done,
    /// It lost a conflict.
    Lost,
}

/// One upload.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UploadRow {
    /// The device that made it.
    pub device: DeviceId,
    /// What it is called: `a:` and the ClientId of a new item, `c:` or `d:` and the item's number.
    pub ident: String,
    /// Counts the uploads of the collection.
    pub number: u64,
    /// Hash of its content.
    pub hash: Vec<u8>,
    /// How far it is.
    pub state: UploadState,
    /// It came under the key before.
    pub older: bool,
    /// The item, once it is known.
    pub item: Option<ItemNo>,
    /// The device had been told all that was known of the item before.
    pub told_all: bool,
    /// The name that a new item is made under.
    pub name: Option<NewName>,
    /// What a new item will be called.
    pub expected_item: Option<ItemRef>,
    /// The version that will come of it.
    pub expected_version: Option<Version>,
}

/// The upload of that name.
pub(crate) async fn one(
    conn: &mut Conn,
    held: Held,
    ident: &str,
) -> Result<Option<UploadRow>, StoreError> {
    db::query(
        "SELECT device, ident, number, hash, state, older, item, told_all, name, expected_item, expected_version \
         FROM upload WHERE account = $1 AND device = $2 AND folder = $3 AND ident = $4",
    )
    .bind(held.who.account.0)
    .bind(held.who.device.0)
    .bind(i64::from(held.folder.0))
    .bind(ident)
    .fetch_optional(conn)
    .await?
    .as_ref()
    .map(read)
    .transpose()
}

/// The uploads into a folder whose end is not known.
pub(crate) async fn begun(conn: &mut Conn, at: At) -> Result<Vec<UploadRow>, StoreError> {
    let rows =
        db::query(
            "SELECT device, ident, number, hash, state, older, item, told_all, name, expected_item, expected_version \
             FROM upload WHERE account = $1 AND folder = $2 AND state = 'begun'",
        )
            .bind(at.account.0)
            .bind(i64::from(at.folder.0))
            .fetch_all(conn)
            .await?;
    rows.iter().map(read).collect()
}

/// Writes an upload over an older one of its name.
pub(crate) async fn put(conn: &mut Conn, held: Held, row: &UploadRow) -> Result<(), StoreError> {
    db::query(
        "INSERT INTO upload (account, device, folder, ident, number, hash, state, older, item, \
         told_all, expected_item, expected_version, name) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
         ON CONFLICT (account, device, folder, ident) DO UPDATE SET number = excluded.number, \
         hash = excluded.hash, state = excluded.state, older = excluded.older, \
         item = excluded.item, told_all = excluded.told_all, \
         expected_item = excluded.expected_item, expected_version = excluded.expected_version, \
         name = excluded.name",
    )
    .bind(held.who.account.0)
    .bind(row.device.0)
    .bind(i64::from(held.folder.0))
    .bind(&row.ident)
    .bind(to_db(row.number))
    .bind(&row.hash)
    .bind(state_name(row.state))
    .bind(i64::from(row.older))
    .bind(row.item.map(|item| i64::from(item.0)))
    .bind(i64::from(row.told_all))
    .bind(row.expected_item.as_ref().map(|r| r.as_str().to_owned()))
    .bind(row.expected_version.as_ref().map(|v| v.as_str().to_owned()))
    .bind(row.name.as_ref().map(|name| name.as_str().to_owned()))
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets an upload: a repeat tries again.
pub(crate) async fn delete(conn: &mut Conn, held: Held, ident: &str) -> Result<(), StoreError> {
    db::query(
        "DELETE FROM upload WHERE account = $1 AND device = $2 AND folder = $3 AND ident = $4",
    )
    .bind(held.who.account.0)
    .bind(held.who.device.0)
    .bind(i64::from(held.folder.0))
    .bind(ident)
    .execute(conn)
    .await?;
    Ok(())
}

/// A new key was shown: what came under the key before goes, and of the rest what the taken answer
/// answered.
pub(crate) async fn turn(conn: &mut Conn, held: Held, answered: &[u64]) -> Result<(), StoreError> {
    db::query(
        "DELETE FROM upload WHERE account = $1 AND device = $2 AND folder = $3 AND older = 1",
    )
    .bind(held.who.account.0)
    .bind(held.who.device.0)
    .bind(i64::from(held.folder.0))
    .execute(&mut *conn)
    .await?;
    for number in answered {
        db::query(
            "DELETE FROM upload WHERE account = $1 AND device = $2 AND folder = $3 AND number = $4",
        )
        .bind(held.who.account.0)
        .bind(held.who.device.0)
        .bind(i64::from(held.folder.0))
        .bind(to_db(*number))
        .execute(&mut *conn)
        .await?;
    }
    db::query("UPDATE upload SET older = 1 WHERE account = $1 AND device = $2 AND folder = $3")
        .bind(held.who.account.0)
        .bind(held.who.device.0)
        .bind(i64::from(held.folder.0))
        .execute(conn)
        .await?;
    Ok(())
}

fn read(row: &Row) -> Result<UploadRow, StoreError> {
    let item: Option<i64> = row.try_get("item")?;
    let text = |name| -> Result<Option<String>, StoreError> { Ok(row.try_get(name)?) };
    Ok(UploadRow {
        device: DeviceId(row.try_get("device")?),
        ident: row.try_get("ident")?,
        number: from_db(row.try_get("number")?),
        hash: row.try_get("hash")?,
        state: state_from(row.try_get("state")?)?,
        older: row.try_get::<i64, _>("older")? != 0,
        item: item
            .map(|item| small(item, "upload"))
            .transpose()?
            .map(ItemNo),
        told_all: row.try_get::<i64, _>("told_all")? != 0,
        name: text("name")?.as_deref().and_then(NewName::parse),
        expected_item: text("expected_item")?.map(ItemRef::new),
        expected_version: text("expected_version")?.map(Version::new),
    })
}

fn state_name(state: UploadState) -> &'static str {
    match state {
        UploadState::Begun => "begun",
        UploadState::Done => "done",
        UploadState::Lost => "lost",
    }
}

fn state_from(name: &str) -> Result<UploadState, StoreError> {
    match name {
        "begun" => Ok(UploadState::Begun),
        "done" => Ok(UploadState::Done),
        "lost" => Ok(UploadState::Lost),
        _ => Err(StoreError::Damaged { table: "upload" }),
    }
}
