//! What devices cause outside of their Sync: copies, moves, removals.

use backends::{ItemRef, ItemState};

use crate::ids::{DeviceId, FolderNo, ItemNo, Principal, ServerId};
use crate::index::cursor::Row;
use crate::index::items::{IndexedItem, live_folder, numbers, put_head};
use crate::index::{Index, IndexError, delta};
use crate::store::item::{self, At};
use crate::store::{Write, moved};

impl Index {
    /// Writes down an item that a device caused outside of its Sync (the copy in Sent, the draft that
    /// went to Trash): it is told to that device like to all others, but does not wake it.
    ///
    /// # Errors
    /// `NoFolder`; the store's.
    pub async fn adopt(
        &self,
        who: Principal,
        folder: FolderNo,
        state: &ItemState,
    ) -> Result<ItemNo, IndexError> {
        let account = who.account;
        let mut write = self.store.write(account).await?;
        let item = adopt(
            &mut write,
            At { account, folder },
            (Some(who.device), None),
            state,
        )
        .await?;
        write.commit().await?;
        Ok(item)
    }

    /// Writes down a mark that a device caused outside of its Sync (an answered message) on a row as it was before: told
    /// to that device like to all others, but does not wake it, unless the row has a change that it was not told yet.
    ///
    /// # Errors
    /// `NoFolder`; the store's.
    pub async fn adopt_change(
        &self,
        who: Principal,
        id: ServerId,
        (before, state): (&IndexedItem, &ItemState),
    ) -> Result<(), IndexError> {
        let told = self.verify(who, &[id.folder]).await?;
        let told = told.first().map(|standing| standing.told);
        let at = At {
            account: who.account,
            folder: id.folder,
        };
        let mut write = self.store.write(who.account).await?;
        let mut head = live_folder(&mut write, at).await?.head;
        let mut numbers = numbers(&head);
        let row = item::one(&mut write, at, id.item).await?;
        let same = |row: &Row| !row.removed && row.version == before.version;
        if let Some(row) = row.filter(same)
            && row.version != state.version
        {
            let known = Some(row.changed) <= told || row.changed_by == Some(who.device);
            let row = Row {
                version: state.version.clone(),
                changed: numbers.next_seq(),
                changed_by: known.then_some(who.device),
                ..row
            };
            item::update(&mut write, at, &row).await?;
            put_head(&mut write, at, &mut head, numbers).await?;
            write.commit().await?;
        }
        Ok(())
    }

    /// Writes down that a device removed an item outside of its Sync: told like any removal, but does
    /// not wake it.
    ///
    /// # Errors
    /// `NoFolder`; the store's.
    pub async fn disown(&self, who: Principal, id: ServerId) -> Result<(), IndexError> {
        let mut write = self.store.write(who.account).await?;
        disown(&mut write, who, id).await?;
        write.commit().await?;
        Ok(())
    }

    /// The same for many items of a folder, by their names; those that are not known are passed over.
    ///
    /// # Errors
    /// `NoFolder`; the store's.
    pub async fn disown_all(
        &self,
        who: Principal,
        folder: FolderNo,
        items: &[ItemRef],
    ) -> Result<(), IndexError> {
        let at = At {
            account: who.account,
            folder,
        };
        let mut write = self.store.write(who.account).await?;
        let mut head = live_folder(&mut write, at).await?.head;
        let mut numbers = numbers(&head);
        for reference in items {
            if let Some(row) = item::by_reference(&mut write, at, reference).await? {
                let tombstone = delta::bury(&row, Some(who.device), &mut numbers);
                item::update(&mut write, at, &tombstone).await?;
            }
        }
        put_head(&mut write, at, &mut head, numbers).await?;
        write.commit().await?;
        Ok(())
    }

    /// Where a device moved an item, so that a repeated MoveItems has the same answer.
    ///
    /// # Errors
    /// The store's.
    pub async fn moved(
        &self,
        who: Principal,
        from: ServerId,
    ) -> Result<Option<ServerId>, IndexError> {
        Ok(moved::find(&mut *self.store.read().await?, who, from).await?)
    }

    /// Writes down a move that the backend has done: gone from one folder, there in the other, one
    /// transaction. Neither wakes the device that moved it.
    ///
    /// # Errors
    /// `NoFolder`; the store's.
    #[expect(
        clippy::too_many_arguments,
        reason = "who, what, where to, as what, when"
    )]
    pub async fn record_move(
        &self,
        who: Principal,
        from: ServerId,
        to: FolderNo,
        state: &ItemState,
        now: i64,
    ) -> Result<ServerId, IndexError> {
        let account = who.account;
        let mut write = self.store.write(account).await?;
        disown(&mut write, who, from).await?;
        let at = At {
            account,
            folder: to,
        };
        let item = adopt(&mut write, at, (Some(who.device), None), state).await?;
        let id = ServerId { folder: to, item };
        moved::put(&mut write, who, from, id, now).await?;
        write.commit().await?;
        Ok(id)
    }
}

/// Writes an item that was made, by whom. If the watch was faster, it is attributed now.
///
/// `stamp`: what was written to the folder before the item was made. If a refresh was written since, it may have
/// seen already that the item is gone again, or changed back: then the token is given up, so that the next
/// refresh lists the folder.
pub(crate) async fn adopt(
    write: &mut Write<'_>,
    at: At,
    (by, stamp): (Option<DeviceId>, Option<u64>),
    state: &ItemState,
) -> Result<ItemNo, IndexError> {
    let mut head = live_folder(write, at).await?.head;
    let mut numbers = numbers(&head);
    let found = item::by_reference(write, at, &state.item).await?;
    let item = if let Some(row) = found {
        // Only what nobody changed since: its version is still the one that was made.
        if row.version == state.version && row.changed_by.is_none() {
            let row = Row {
                changed_by: by,
                ..row.clone()
            };
            item::update(write, at, &row).await?;
        }
        row.item
    } else {
        if stamp.is_some_and(|stamp| stamp != head.stamp) {
            head.token = None;
        }
        let row = Row {
            item: numbers.next_item(),
            reference: state.item.clone(),
            version: state.version.clone(),
            time: state.time,
            changed: numbers.next_seq(),
            changed_by: by,
            removed: false,
        };
        item::insert(write, at, std::slice::from_ref(&row)).await?;
        row.item
    };
    put_head(write, at, &mut head, numbers).await?;
    Ok(item)
}

/// Buries an item that a device removed.
pub(crate) async fn disown(
    write: &mut Write<'_>,
    who: Principal,
    id: ServerId,
) -> Result<(), IndexError> {
    let at = At {
        account: who.account,
        folder: id.folder,
    };
    let mut head = live_folder(write, at).await?.head;
    let mut numbers = numbers(&head);
    if let Some(row) = item::one(write, at, id.item)
        .await?
        .filter(|row| !row.removed)
    {
        let tombstone = delta::bury(&row, Some(who.device), &mut numbers);
        item::update(write, at, &tombstone).await?;
    }
    put_head(write, at, &mut head, numbers).await?;
    Ok(())
}
