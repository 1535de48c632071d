//! The rows of a folder's items, and how a backend's delta becomes rows.

use std::collections::HashMap;

use backends::{Change, Delta, DeltaKind, Horizon, ItemRef, Token, Version};

use crate::ids::{AccountId, FolderNo, ItemNo, Principal, Seq, ServerId};
use crate::index::cursor::{NO_CUTOFF, Row};
use crate::index::delta::{self, Before, Numbers, Plan};
use crate::index::{Index, IndexError};
use crate::store::folder::{self, FolderRow, Head};
use crate::store::item::{self, At, Place, Want};
use crate::store::{Conn, Write, upload};

/// An item that is there, as the index knows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IndexedItem {
    /// Its id in the folder.
    pub item: ItemNo,
    /// The backend's name of it.
    pub reference: ItemRef,
    /// The state that the index knows.
    pub version: Version,
    /// What filters look at, in UTC epoch seconds.
    pub time: i64,
}

/// Where a refresh of a folder starts. Taken before the backend is read, shown to
/// [`Index::apply`] afterwards: if another refresh or an upload wrote the folder meanwhile, what was
/// read is void (R11).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReadFrom {
    /// For `Mailbox::changes`.
    pub token: Option<Token>,
    /// For `Mailbox::changes`: the widest window that a device asked for.
    pub horizon: Horizon,
    /// Counts what was written to the folder.
    pub(crate) stamp: u64,
}

/// What became of a delta.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Applied {
    /// It is written down, with its token.
    Wrote {
        /// The folder's number now. To be published in any case (R7).
        seq: Seq,
        /// Whether the delta held anything new.
        changed: bool,
        /// How many items changed; none when the folder was read for the first time.
        items: u64,
    },
    /// The folder was written meanwhile: read again (R11).
    LostRace,
}

/// How many named items are looked up one by one; for more the whole folder is read.
const LOOKED_UP: usize = 200;

impl Index {
    /// Where to read on. `None`: there is nothing to read, because the folder is not there or virtual, or
    /// because no device asked for its items yet (see [`Index::widen`]).
    ///
    /// # Errors
    /// The store's.
    pub async fn read_from(
        &self,
        account: AccountId,
        folder: FolderNo,
    ) -> Result<Option<ReadFrom>, IndexError> {
        let row = folder::one(&mut *self.store.read().await?, account, folder).await?;
        let row = row.filter(|row| row.reference.is_some());
        Ok(row.and_then(|row| {
            Some(ReadFrom {
                horizon: horizon(row.head.wanted?),
                stamp: row.head.stamp,
                token: row.head.token,
            })
        }))
    }

    /// Writes a delta and its token, in one transaction. An unchanged version and time is no
    /// change; what this server's own uploads caused is attributed to their device.
    ///
    /// # Errors
    /// `NoFolder`; the store's.
    pub async fn apply(
        &self,
        account: AccountId,
        folder: FolderNo,
        from: &ReadFrom,
        delta: &Delta,
    ) -> Result<Applied, IndexError> {
        let at = At { account, folder };
        let mut write = self.store.write(account).await?;
        let before = live_folder(&mut write, at).await?.head;
        let mut head = before.clone();
        // R11: the number is taken and the token compared while nobody else can write the folder.
        if head.stamp != from.stamp {
            // Whoever was faster may have left its commit to us; until then a reader sees the folder as it was, and
            // would lose again.
            write.commit().await?;
            return Ok(Applied::LostRace);
        }
        let begun = upload::begun(&mut write, at).await?;
        let known = Before {
            rows: rows_for(&mut write, at, &delta.kind).await?,
            begun: &begun,
            horizon: from.horizon,
        };
        let mut numbers = numbers(&head);
        let plan = delta::plan(known, &delta.kind, &mut numbers);
        let changed = numbers.seq != head.seq;
        head.indexed = reach(&head, from.horizon, &delta.kind);
        head.token = Some(delta.token.clone());
        if !changed && head == before {
            return Ok(Applied::Wrote {
                seq: head.seq,
                changed,
                items: 0,
            });
        }
        for (number, item) in &plan.found {
            note_found(&mut write, at, &begun, (*number, *item)).await?;
        }
        write_plan(&mut write, at, &plan).await?;
        put_head(&mut write, at, &mut head, numbers).await?;
        write.commit().await?;
        Ok(Applied::Wrote {
            seq: numbers.seq,
            changed,
            items: match before.token {
                Some(_) => numbers.seq.0.saturating_sub(before.seq.0),
                None => 0,
            },
        })
    }

    /// The folder's number now.
    ///
    /// # Errors
    /// `NoFolder`; the store's.
    pub async fn seq(&self, account: AccountId, folder: FolderNo) -> Result<Seq, IndexError> {
        let row = folder::one(&mut *self.store.read().await?, account, folder).await?;
        row.map(|row| row.head.seq).ok_or(IndexError::NoFolder)
    }

    /// Notes that a device wants items back to `window` (UTC epoch seconds, `i64::MIN` for all).
    /// True: the index does not reach that far, the folder must be refreshed before a page is picked.
    ///
    /// # Errors
    /// `NoFolder`; the store's.
    pub async fn widen(
        &self,
        account: AccountId,
        folder: FolderNo,
        window: i64,
    ) -> Result<bool, IndexError> {
        let reaches = |head: &Head| head.indexed.is_some_and(|indexed| indexed <= window);
        let row = folder::one(&mut *self.store.read().await?, account, folder).await?;
        let row = row.ok_or(IndexError::NoFolder)?;
        if row.reference.is_none() {
            return Ok(false);
        }
        if row.head.wanted.is_some_and(|wanted| wanted <= window) {
            return Ok(!reaches(&row.head));
        }
        let at = At { account, folder };
        let mut write = self.store.write(account).await?;
        let mut head = live_folder(&mut write, at).await?.head;
        head.wanted = Some(head.wanted.map_or(window, |wanted| wanted.min(window)));
        // A refresh that began with the narrower horizon is void: it would be taken for a wider one.
        let numbers = numbers(&head);
        put_head(&mut write, at, &mut head, numbers).await?;
        write.commit().await?;
        Ok(!reaches(&head))
    }

    /// An item that is there; `None` when it is not or not any more.
    ///
    /// # Errors
    /// The store's.
    pub async fn item(
        &self,
        account: AccountId,
        id: ServerId,
    ) -> Result<Option<IndexedItem>, IndexError> {
        let folder = id.folder;
        let mut conn = self.store.read().await?;
        let row = item::one(&mut conn, At { account, folder }, id.item).await?;
        Ok(row.filter(|row| !row.removed).map(|row| row.indexed()))
    }

    /// The number of the item that its store calls so; `None` when it is not indexed.
    ///
    /// # Errors
    /// The store's.
    pub async fn item_called(
        &self,
        account: AccountId,
        folder: FolderNo,
        reference: &ItemRef,
    ) -> Result<Option<ItemNo>, IndexError> {
        let mut conn = self.store.read().await?;
        let row = item::by_reference(&mut conn, At { account, folder }, reference).await?;
        Ok(row.map(|row| row.item))
    }

    /// The newest items of a folder, as far as it is indexed.
    ///
    /// # Errors
    /// The store's.
    pub async fn newest(
        &self,
        account: AccountId,
        folder: FolderNo,
        limit: usize,
    ) -> Result<Vec<IndexedItem>, IndexError> {
        let mut conn = self.store.read().await?;
        let want = Want::Unfilled {
            below: Place {
                time: i64::MAX,
                item: u32::MAX,
            },
            window: NO_CUTOFF,
        };
        let rows = item::wanted(&mut conn, At { account, folder }, want, limit).await?;
        Ok(rows.iter().map(Row::indexed).collect())
    }
}

fn horizon(wanted: i64) -> Horizon {
    match wanted {
        NO_CUTOFF => Horizon::Everything,
        limit => Horizon::NotBefore(limit),
    }
}

/// How far down the index reaches after a delta. Changes say nothing of what is older than the horizon.
fn reach(head: &Head, horizon: Horizon, kind: &DeltaKind) -> Option<i64> {
    let asked = cutoff(horizon);
    match kind {
        DeltaKind::Listing(_) => Some(asked),
        DeltaKind::Changes(_) => head.indexed.map(|indexed| indexed.max(asked)),
    }
}

fn cutoff(horizon: Horizon) -> i64 {
    match horizon {
        Horizon::Everything => NO_CUTOFF,
        Horizon::NotBefore(limit) => limit,
    }
}

pub(crate) fn numbers(head: &Head) -> Numbers {
    Numbers {
        seq: head.seq,
        last_item: head.last_item,
    }
}

/// A folder that is there, inside a transaction.
pub(crate) async fn live_folder(write: &mut Write<'_>, at: At) -> Result<FolderRow, IndexError> {
    let row = folder::one(write, at.account, at.folder).await?;
    row.ok_or(IndexError::NoFolder)
}

/// Writes the state of a folder's index, with a new stamp: whoever read before reads again.
pub(crate) async fn put_head(
    write: &mut Write<'_>,
    at: At,
    head: &mut Head,
    numbers: Numbers,
) -> Result<(), IndexError> {
    head.seq = numbers.seq;
    head.last_item = numbers.last_item;
    head.stamp += 1;
    Ok(folder::set_head(write, at.account, at.folder, head).await?)
}

async fn rows_for(
    conn: &mut Conn,
    at: At,
    kind: &DeltaKind,
) -> Result<HashMap<ItemRef, Row>, IndexError> {
    let mut rows = HashMap::new();
    let few = match kind {
        DeltaKind::Changes(changes) if changes.len() <= LOOKED_UP => changes,
        DeltaKind::Changes(_) | DeltaKind::Listing(_) => {
            let all = item::live(conn, at).await?;
            return Ok(all
                .into_iter()
                .map(|row| (row.reference.clone(), row))
                .collect());
        }
    };
    for change in few {
        let reference = match change {
            Change::Present(state) => &state.item,
            Change::Gone(reference) => reference,
        };
        if let Some(row) = item::by_reference(conn, at, reference).await? {
            rows.insert(reference.clone(), row);
        }
    }
    Ok(rows)
}

async fn write_plan(write: &mut Write<'_>, at: At, plan: &Plan) -> Result<(), IndexError> {
    // Tombstones first: a name may be taken again by a new item of the same delta.
    for row in &plan.updates {
        item::update(write, at, row).await?;
    }
    item::insert(write, at, &plan.inserts).await?;
    Ok(())
}

/// Notes which item came of an upload whose answer is not there yet.
async fn note_found(
    write: &mut Write<'_>,
    at: At,
    begun: &[upload::UploadRow],
    (number, item): (u64, ItemNo),
) -> Result<(), IndexError> {
    let Some(row) = begun.iter().find(|upload| upload.number == number) else {
        return Ok(());
    };
    let held = crate::store::answer::Held {
        who: Principal {
            account: at.account,
            device: row.device,
        },
        folder: at.folder,
    };
    let found = upload::UploadRow {
        item: Some(item),
        ..row.clone()
    };
    Ok(upload::put(write, held, &found).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_say_nothing_of_what_is_older_than_the_horizon() {
        let head = Head {
            indexed: Some(10),
            ..Head::default()
        };
        let changes = DeltaKind::Changes(Vec::new());
        let listing = DeltaKind::Listing(Vec::new());
        let late = Horizon::NotBefore(30);
        assert_eq!(reach(&head, late, &changes), Some(30));
        assert_eq!(reach(&head, Horizon::Everything, &changes), Some(10));
        assert_eq!(reach(&head, late, &listing), Some(30));
        assert_eq!(reach(&Head::default(), late, &changes), None);
    }
}
