//! Ping's question: does a folder hold what the newest answer to this device did not tell?

use backends::Class;

use crate::ids::{FolderNo, Principal, Seq};
use crate::index::cursor::{Cursor, Place};
use crate::index::line;
use crate::index::lineage::Lesson;
use crate::index::page::Want;
use crate::index::{Index, IndexError};
use crate::store::answer::{self, Held, Proof};
use crate::store::collection::{self, Stand};
use crate::store::item::{self, At};
use crate::store::{Conn, device, gone};

/// Whether a device is to be woken for a folder.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Wake {
    /// Nothing to tell.
    Quiet,
    /// Something to tell.
    Changed,
    /// The device never synced the folder: to be ignored.
    Absent,
    /// The cursor cannot be used any more: answer with the folder at once.
    Invalid,
    /// The account has no such folder, or not any more: see [`Index::hierarchy_behind`].
    NoFolder,
}

/// What became of changes that do not wake a device.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Silence {
    /// There are none.
    Nothing,
    /// The device made all of them itself.
    Own,
    /// Its filter hides all that it did not make itself.
    Hidden,
}

/// When an answer that nothing proves received is announced (R12).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Doubt {
    /// It was not written completely: now.
    Now,
    /// It was written, but nothing proves that it arrived: at this time, in UTC epoch seconds.
    At(i64),
}

/// How a folder stands for a device.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Standing {
    /// The folder.
    pub folder: FolderNo,
    /// What it holds; `None` when it is not there.
    pub class: Option<Class>,
    /// Whether to wake.
    pub wake: Wake,
    /// Why not, when its number has moved and it does not wake.
    pub silence: Silence,
    /// Whether the newest answer is in doubt.
    pub doubt: Option<Doubt>,
    /// How far the newest answer told.
    pub told: Seq,
    /// The folder's number now. A hint with a number that is not above it brings nothing new.
    pub current: Seq,
}

/// One Sync answer of one collection, as the connection that carried it remembers it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AnswerId {
    /// The collection's folder.
    pub folder: FolderNo,
    /// Counts the answers of the collection.
    pub number: u64,
}

/// What is known of an answer's way to the device.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Delivery {
    /// It was not written completely, or the connection broke before anything proved it.
    Broken,
    /// The device received it: its next request on the same connection, or all bytes acknowledged.
    Proved,
}

/// How many rows are looked at at once for one that wakes.
const LOOK: usize = 256;

impl Index {
    /// How each of `folders` stands for the device, in their order. Costs one query while all are
    /// quiet; a folder whose number moved costs a look at the rows that changed since.
    ///
    /// # Errors
    /// The store's.
    pub async fn verify(
        &self,
        who: Principal,
        folders: &[FolderNo],
    ) -> Result<Vec<Standing>, IndexError> {
        let mut conn = self.store.read().await?;
        let stands = collection::stands(&mut conn, who).await?;
        let mut grace = None;
        let mut all = Vec::with_capacity(folders.len());
        for folder in folders {
            let found = stands.iter().find(|stand| stand.folder == *folder);
            let mut standing = standing_of(*folder, found);
            if let Some(stand) = found {
                if standing.wake == Wake::Changed
                    && let Some(silence) = silence(&mut conn, who, stand).await?
                {
                    standing.wake = Wake::Quiet;
                    standing.silence = silence;
                }
                if grace.is_none() && matches!(standing.doubt, Some(Doubt::At(_))) {
                    grace = Some(device::grace(&mut conn, who).await?);
                }
                if let (Some(Doubt::At(written)), Some(grace)) = (standing.doubt, grace) {
                    standing.doubt = Some(Doubt::At(written.saturating_add(grace)));
                }
            }
            all.push(standing);
        }
        Ok(all)
    }

    /// Notes what became of answers. Only answers with content are in doubt; the others cost nothing. Answers how
    /// many of them a Ping had announced although they had arrived, which makes the device's grace longer.
    ///
    /// # Errors
    /// The store's.
    pub async fn delivered(
        &self,
        who: Principal,
        answers: &[AnswerId],
        delivery: Delivery,
    ) -> Result<usize, IndexError> {
        let (from, to): (&[Proof], _) = match delivery {
            Delivery::Broken => (&[Proof::Unproved], Proof::Broken),
            Delivery::Proved => (&[Proof::Unproved, Proof::Broken], Proof::Proved),
        };
        if answers.is_empty() {
            return Ok(0);
        }
        let mut write = self.store.write(who.account).await?;
        let (mut wrote, mut unfounded) = (false, 0);
        for one in answers {
            let folder = one.folder;
            let held = Held { who, folder };
            wrote |= answer::prove(&mut write, held, one.number, from, to).await?;
            let announced = [Proof::Announced];
            if delivery == Delivery::Proved
                && answer::prove(&mut write, held, one.number, &announced, to).await?
            {
                line::learn(&mut write, who, Lesson::Unfounded).await?;
                unfounded += 1;
                wrote = true;
            }
        }
        if wrote {
            write.commit().await?;
        }
        Ok(unfounded)
    }

    /// Notes that a Ping was answered with these folders because their newest answer is in doubt: that
    /// happens once per answer.
    ///
    /// # Errors
    /// The store's.
    pub async fn announced(&self, who: Principal, folders: &[FolderNo]) -> Result<(), IndexError> {
        let from = [Proof::Unproved, Proof::Broken];
        let mut write = self.store.write(who.account).await?;
        let mut wrote = false;
        for folder in folders {
            let held = Held {
                who,
                folder: *folder,
            };
            if let Some(collection) = collection::one(&mut write, held).await? {
                let newest = collection.newest;
                wrote |= answer::prove(&mut write, held, newest, &from, Proof::Announced).await?;
            }
        }
        if wrote {
            write.commit().await?;
        }
        Ok(())
    }
}

/// How a folder stands as far as numbers tell. `Changed`: a look at the rows must confirm it. A doubt's time
/// is that of the answer, without the grace.
fn standing_of(folder: FolderNo, stand: Option<&Stand>) -> Standing {
    let mut standing = Standing {
        folder,
        class: stand.map(|stand| stand.class),
        wake: Wake::NoFolder,
        silence: Silence::Nothing,
        doubt: None,
        told: Seq(0),
        current: Seq(0),
    };
    let Some(stand) = stand else {
        return standing;
    };
    standing.current = stand.seq;
    let Some(newest) = stand.newest else {
        standing.wake = if stand.synced {
            Wake::Invalid
        } else {
            Wake::Absent
        };
        return standing;
    };
    standing.told = newest.seen;
    standing.wake = if stand.seq > newest.seen || newest.filling {
        Wake::Changed
    } else {
        Wake::Quiet
    };
    standing.doubt = match newest.proof {
        Proof::Unproved => Some(Doubt::At(newest.written)),
        Proof::Broken => Some(Doubt::Now),
        Proof::Empty | Proof::Proved | Proof::Announced => None,
    };
    standing
}

/// Whether anything wakes the device: a change that it did not cause and that its filter shows, a
/// deletion that no row tells of, or a part of the window that it does not have. That the window slid is no
/// reason.
/// Then `None`; otherwise why not.
async fn silence(
    conn: &mut Conn,
    who: Principal,
    stand: &Stand,
) -> Result<Option<Silence>, IndexError> {
    let folder = stand.folder;
    let held = Held { who, folder };
    let number = stand.newest.map_or(0, |newest| newest.number);
    let Some(cursor) = answer::cursor(conn, held, number).await? else {
        return Ok(None); // it was taken or replaced meanwhile: better one look too many
    };
    let at = At {
        account: who.account,
        folder,
    };
    let gone = gone::above(conn, at, cursor.seen).await?;
    if !(cursor.vanished(&gone) - &cursor.skipped).is_empty() {
        return Ok(None);
    }
    let silence = changed_silence(conn, at, &cursor, (who, stand.seq)).await?;
    if cursor.filling && lacks_any(conn, at, &cursor).await? {
        return Ok(None);
    }
    Ok(silence)
}

async fn changed_silence(
    conn: &mut Conn,
    at: At,
    cursor: &Cursor,
    (who, to): (Principal, Seq),
) -> Result<Option<Silence>, IndexError> {
    let mut after = cursor.seen;
    let mut silence = Silence::Nothing;
    if cursor.untouched() {
        return Ok(Some(silence));
    }
    loop {
        let rows = item::wanted(conn, at, Want::Changed { after, to }, LOOK).await?;
        if rows.iter().any(|row| cursor.wakes(row, who.device)) {
            return Ok(None);
        }
        for row in &rows {
            silence = match (silence, row.changed_by == Some(who.device)) {
                (Silence::Nothing | Silence::Own, true) => Silence::Own,
                (Silence::Hidden, true) | (_, false) => Silence::Hidden,
            };
        }
        match rows.last() {
            Some(last) if rows.len() == LOOK => after = last.changed,
            _ => return Ok(Some(silence)),
        }
    }
}

async fn lacks_any(conn: &mut Conn, at: At, cursor: &Cursor) -> Result<bool, IndexError> {
    let mut below: Place = cursor.filled;
    let window = cursor.window;
    loop {
        let rows = item::wanted(conn, at, Want::Unfilled { below, window }, LOOK).await?;
        if rows.iter().any(|row| cursor.lacks(row)) {
            return Ok(true);
        }
        match rows.last() {
            Some(last) if rows.len() == LOOK => below = last.place(),
            _ => return Ok(false),
        }
    }
}
