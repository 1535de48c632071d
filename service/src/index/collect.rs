//! Tidying: tombstones, rows that nobody holds, windows that nobody asks for any more.

use roaring::RoaringBitmap;

use crate::ids::{AccountId, FolderNo, Principal, Seq};
use crate::index::cursor::{Cursor, NO_CUTOFF};
use crate::index::items::{numbers, put_head};
use crate::index::{Index, IndexError, Pair};
use crate::store::answer::{self, Held};
use crate::store::item::{self, At, Removed};
use crate::store::{NO_ACCOUNT, Write, folder, gone, moved, sent, skipped, told};

/// How long a repeated MoveItems is recognised, in seconds.
const REPEATS_FOR: i64 = 14 * 24 * 3600;

/// How long a repeated SendMail is recognised, in seconds.
const SENT_FOR: i64 = 24 * 3600;

/// What tidying a folder removed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Collected {
    /// Tombstones.
    pub tombstones: usize,
    /// Rows below every window that no cursor knew.
    pub below: usize,
}

impl Index {
    /// Tidies a folder: collects its tombstones (an id that a cursor knows and that a batch of collected ones
    /// names is a deleted one), drops rows that no device can see or holds, moves the horizon up to the
    /// widest window that is left, and compresses cursors. Safe at any time.
    ///
    /// # Errors
    /// The store's.
    pub async fn collect(
        &self,
        account: AccountId,
        folder: FolderNo,
    ) -> Result<Collected, IndexError> {
        let at = At { account, folder };
        let mut write = self.store.write(account).await?;
        let Some(row) = folder::one(&mut write, account, folder).await? else {
            item::delete_all(&mut write, at).await?;
            write.commit().await?;
            return Ok(Collected::default());
        };
        let mut head = row.head;
        let cursors = answer::of_folder(&mut write, account, folder).await?;
        let dead = RoaringBitmap::from_iter(item::ids(&mut write, at, Removed::Yes).await?);
        if !dead.is_empty() {
            gone::add(&mut write, at, head.seq, &dead).await?;
            item::delete_tombstones(&mut write, at).await?;
        }
        // An answer to key 0 says nothing of the window that will be asked for.
        let asked = cursors.iter().filter(|(_, _, cursor)| cursor.seen > Seq(0));
        let widest = asked.map(|(_, _, cursor)| cursor.window).min();
        let mut below = 0;
        if let Some(limit) = widest.filter(|limit| *limit != NO_CUTOFF) {
            below = drop_below(&mut write, at, limit, &cursors).await?;
            head.indexed = head.indexed.map(|indexed| indexed.max(limit));
        }
        let seen = cursors.iter().map(|(_, _, cursor)| cursor.seen).min();
        gone::forget(&mut write, at, seen.unwrap_or(head.seq)).await?;
        told::collect(&mut write, at).await?;
        if !dead.is_empty() || below > 0 {
            compress(&mut write, at, head.last_item, &cursors).await?;
        }
        if head.wanted != widest || below > 0 {
            head.wanted = widest.filter(|_| head.wanted.is_some());
            let numbers = numbers(&head);
            put_head(&mut write, at, &mut head, numbers).await?;
        }
        write.commit().await?;
        Ok(Collected {
            tombstones: usize::try_from(dead.len()).unwrap_or(usize::MAX),
            below,
        })
    }

    /// Tidies all folders of an account, also those that are not there any more.
    ///
    /// # Errors
    /// The store's.
    pub async fn tidy(&self, account: AccountId) -> Result<Collected, IndexError> {
        let rows = folder::all(&mut *self.store.read().await?, account).await?;
        let mut sum = Collected::default();
        for row in rows {
            let collected = self.collect(account, row.no).await?;
            sum.tombstones += collected.tombstones;
            sum.below += collected.below;
        }
        Ok(sum)
    }

    /// Makes a device start over with a folder ([`FolderNo::ROOT`]: with the hierarchy): its next key is not
    /// known, and a Ping over the folder is answered at once.
    ///
    /// # Errors
    /// The store's.
    pub async fn start_over(&self, who: Principal, folder: FolderNo) -> Result<(), IndexError> {
        // A Sync that is being served ends first: what it commits goes, too.
        let _slot = self.locks.lock(Pair { who, folder }).await;
        let mut write = self.store.write(who.account).await?;
        answer::delete_all(&mut write, Held { who, folder }).await?;
        told::delete_all(&mut write, Held { who, folder }).await?;
        // What could not be sent is tried again with the rest.
        skipped::delete_all(&mut write, Held { who, folder }).await?;
        Ok(write.commit().await?)
    }

    /// Forgets repeats that will not come any more. `now` in UTC epoch seconds.
    ///
    /// # Errors
    /// The store's.
    pub async fn forget_repeats(&self, now: i64) -> Result<(), IndexError> {
        let mut write = self.store.write(NO_ACCOUNT).await?;
        moved::forget(&mut write, now - REPEATS_FOR).await?;
        sent::forget(&mut write, now - SENT_FOR).await?;
        Ok(write.commit().await?)
    }

    /// Tries again what could not be sent to a device, at its next Sync of the folder.
    ///
    /// # Errors
    /// The store's.
    pub async fn retry_skipped(
        &self,
        who: Principal,
        folder: FolderNo,
    ) -> Result<usize, IndexError> {
        let mut write = self.store.write(who.account).await?;
        let mut tried = RoaringBitmap::new();
        for (held, number, mut cursor) in answer::of_folder(&mut write, who.account, folder).await?
        {
            if held.who != who || cursor.skipped.is_empty() {
                continue;
            }
            tried |= &cursor.skipped;
            cursor.retry_skipped();
            answer::set_cursor(&mut write, held, number, &cursor).await?;
        }
        for item in &tried {
            skipped::delete(&mut write, Held { who, folder }, crate::ids::ItemNo(item)).await?;
        }
        write.commit().await?;
        Ok(usize::try_from(tried.len()).unwrap_or(usize::MAX))
    }
}

/// Drops rows below every window that no cursor knows. They leave no trace: nobody was told of them.
async fn drop_below(
    write: &mut Write<'_>,
    at: At,
    limit: i64,
    cursors: &[(Held, u64, Cursor)],
) -> Result<usize, IndexError> {
    let old = item::below(write, at, limit).await?;
    let mut known = RoaringBitmap::new();
    if !old.is_empty() {
        cursors
            .iter()
            .for_each(|(_, _, cursor)| known |= &cursor.known);
    }
    let orphans: Vec<u32> = old.into_iter().filter(|id| !known.contains(*id)).collect();
    for id in &orphans {
        item::delete(write, at, *id).await?;
    }
    Ok(orphans.len())
}

/// Takes ids without a row into the cursors, so that runs merge: no row will ever have them again. But for
/// those that the cursor is still to be told of.
async fn compress(
    write: &mut Write<'_>,
    at: At,
    last_item: u32,
    cursors: &[(Held, u64, Cursor)],
) -> Result<(), IndexError> {
    if cursors.is_empty() || last_item == 0 {
        return Ok(());
    }
    let mut free = RoaringBitmap::new();
    free.insert_range(1..=last_item);
    free -= RoaringBitmap::from_iter(item::ids(write, at, Removed::No).await?);
    for (held, number, cursor) in cursors {
        let untold = gone::above(write, at, cursor.seen).await?;
        let known = &cursor.known | (&free - untold);
        if cursor.seen == Seq(0) || known == cursor.known {
            continue;
        }
        let merged = Cursor {
            known,
            ..cursor.clone()
        };
        answer::set_cursor(write, *held, *number, &merged).await?;
    }
    Ok(())
}
