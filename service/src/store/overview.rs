//! What the store holds of devices, as an administrator wants to see it. Only reads.

use std::collections::HashMap;

use crate::ids::{DeviceId, FolderNo, Principal, Seq};
use crate::store::answer::{Proof, proof_from};
use crate::store::db::Row;
use crate::store::{Store, StoreError, db, from_db, small};

/// How many folders a device syncs, and how many items could not be sent to it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// Folders that it syncs, the hierarchy left out.
    pub folders: u64,
    /// Items that could not be sent.
    pub skipped: u64,
}

/// One folder that a device syncs, or the hierarchy.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Synced {
    /// The folder; [`FolderNo::ROOT`] for the hierarchy.
    pub folder: FolderNo,
    /// Its name; empty for the hierarchy and for a folder that is gone.
    pub name: String,
    /// What it holds, as the store names it.
    pub class: String,
    /// Its sequence number now; of the hierarchy: the account's.
    pub seq: Seq,
    /// Answers that the device may still take.
    pub open: u64,
    /// The newest of them; `None`: the device's key is not known any more.
    pub newest: Option<SyncedTo>,
    /// Uploads that were begun and whose end is not known.
    pub uploads: u64,
}

/// The newest answer to a device about one folder.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SyncedTo {
    /// The sequence number up to which it told.
    pub told: Seq,
    /// The first fill, or that of a wider window, is not complete.
    pub filling: bool,
    /// Whether it arrived.
    pub proof: Proof,
    /// When it was made, in UTC epoch seconds.
    pub at: i64,
}

impl Store {
    /// The tallies of all devices that have any.
    ///
    /// # Errors
    /// `Database`.
    pub async fn tallies(&self) -> Result<HashMap<DeviceId, Tally>, StoreError> {
        let mut tallies: HashMap<DeviceId, Tally> = HashMap::new();
        let mut conn = self.read().await?;
        let folders =
            db::query("SELECT device, COUNT(*) FROM collection WHERE folder > 0 GROUP BY device")
                .fetch_all(&mut conn)
                .await?;
        for row in folders {
            let tally = tallies.entry(DeviceId(row.try_get(0)?)).or_default();
            tally.folders = from_db(row.try_get(1)?);
        }
        let skipped = db::query("SELECT device, COUNT(*) FROM skipped GROUP BY device")
            .fetch_all(&mut conn)
            .await?;
        for row in skipped {
            let tally = tallies.entry(DeviceId(row.try_get(0)?)).or_default();
            tally.skipped = from_db(row.try_get(1)?);
        }
        Ok(tallies)
    }

    /// What a device syncs, the hierarchy first.
    ///
    /// # Errors
    /// `Database`, `Damaged`.
    pub async fn synced(&self, who: Principal) -> Result<Vec<Synced>, StoreError> {
        let rows = db::query(
            "SELECT c.folder, f.name, f.class, \
             CASE WHEN c.folder = 0 THEN acc.hierarchy_seq ELSE f.seq END AS seq, \
             a.seen, a.filling, a.proof, a.written, \
             (SELECT COUNT(*) FROM answer o WHERE o.account = c.account AND o.device = c.device \
              AND o.folder = c.folder) AS open, \
             (SELECT COUNT(*) FROM upload u WHERE u.account = c.account AND u.device = c.device \
              AND u.folder = c.folder AND u.state = 'begun') AS uploads \
             FROM collection c \
             LEFT JOIN account acc ON acc.id = c.account \
             LEFT JOIN folder f ON f.account = c.account AND f.no = c.folder AND f.removed = 0 \
             LEFT JOIN answer a ON a.account = c.account AND a.device = c.device \
             AND a.folder = c.folder AND a.number = c.newest \
             WHERE c.account = $1 AND c.device = $2 ORDER BY c.folder",
        )
        .bind(who.account.0)
        .bind(who.device.0)
        .fetch_all(&mut *self.read().await?)
        .await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<Synced, StoreError> {
    let told: Option<i64> = row.try_get("seen")?;
    let newest = match told {
        None => None,
        Some(told) => Some(SyncedTo {
            told: Seq(from_db(told)),
            filling: row.try_get::<i64, _>("filling")? != 0,
            proof: proof_from(row.try_get("proof")?)?,
            at: row.try_get("written")?,
        }),
    };
    let text = |name| -> Result<String, StoreError> {
        Ok(row.try_get::<Option<String>, _>(name)?.unwrap_or_default())
    };
    let seq: Option<i64> = row.try_get("seq")?;
    Ok(Synced {
        folder: FolderNo(small(row.try_get("folder")?, "collection")?),
        name: text("name")?,
        class: text("class")?,
        seq: Seq(from_db(seq.unwrap_or(0))),
        open: from_db(row.try_get("open")?),
        newest,
        uploads: from_db(row.try_get("uploads")?),
    })
}
