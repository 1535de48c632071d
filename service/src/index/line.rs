//! The answers of one collection in the store: which one was taken, and the next.

use std::collections::BTreeMap;

use crate::ids::{ItemNo, Principal};
use crate::index::IndexError;
use crate::index::cursor::Cursor;
use crate::index::lineage::{self, Answer, Lesson, Proof, Taken};
use crate::store::answer::{self, Held, NewAnswer};
use crate::store::collection::{self, Collection};
use crate::store::{Conn, Write, device, skipped, told, upload};

/// The key that starts over.
pub(crate) const KEY_ZERO: &str = "0";

/// A collection, opened with a key.
#[derive(Debug)]
pub(crate) struct Line {
    pub held: Held,
    pub collection: Collection,
    answers: Vec<Answer>,
    /// `None` for key 0.
    taken: Option<Taken>,
    /// Whether `taken` is written down.
    turned: bool,
}

/// The next answer.
#[derive(Debug)]
pub(crate) struct Next<'a> {
    pub cursor: &'a Cursor,
    pub proof: Proof,
    pub uploads: Vec<u64>,
    /// Items that could not be sent, and why.
    pub skipped: Vec<(ItemNo, &'a str)>,
    /// What the device is told of items, for those who merge.
    pub told: Telling,
    /// UTC epoch seconds.
    pub now: i64,
}

/// What is kept of what an answer tells.
#[derive(Debug)]
pub(crate) enum Telling {
    /// Nothing, and what was kept before is void: it would be older than what the device holds.
    Nothing,
    /// Fingerprints of items.
    Prints(BTreeMap<ItemNo, Vec<u8>>),
}

impl Default for Telling {
    fn default() -> Self {
        Self::Prints(BTreeMap::new())
    }
}

impl Line {
    /// Judges the key that was shown; `None`: it is not known. Gives what the device holds by it.
    pub(crate) async fn open(
        conn: &mut Conn,
        held: Held,
        key: &str,
    ) -> Result<Option<(Self, Cursor)>, IndexError> {
        let answers = answer::heads(conn, held).await?;
        let (taken, cursor) = if key == KEY_ZERO {
            (None, Cursor::default())
        } else {
            let Some(taken) = lineage::show(&answers, key) else {
                return Ok(None);
            };
            let Some(cursor) = answer::cursor(conn, held, taken.number).await? else {
                return Ok(None);
            };
            (Some(taken), cursor)
        };
        let line = Self {
            held,
            collection: collection::one(conn, held).await?.unwrap_or_default(),
            answers,
            taken,
            turned: false,
        };
        Ok(Some((line, cursor)))
    }

    /// Key 0 was shown.
    pub(crate) fn initial(&self) -> bool {
        self.taken.is_none()
    }

    /// The answer that the device took.
    pub(crate) fn step(&self) -> Option<told::Step> {
        self.taken.as_ref().map(|taken| told::Step {
            lineage: taken.lineage,
            number: taken.number,
        })
    }

    /// What the shown key teaches about the answers to the device.
    pub(crate) fn lesson(&self) -> Option<Lesson> {
        self.taken.as_ref()?.lesson
    }

    /// What is known of the newest answer to the shown key, if there was one.
    pub(crate) fn fate(&self) -> Option<Proof> {
        let taken = self.taken.as_ref().filter(|taken| !taken.newly)?;
        let kin =
            |answer: &&Answer| answer.lineage == taken.lineage && answer.number != taken.number;
        let newest = self
            .answers
            .iter()
            .filter(kin)
            .max_by_key(|answer| answer.number);
        newest.map(|answer| answer.proof)
    }

    /// Whether there is anything to write down of the shown key.
    pub(crate) fn to_turn(&self) -> bool {
        let news = |taken: &Taken| taken.newly || taken.lesson.is_some();
        !self.turned && self.taken.as_ref().is_some_and(news)
    }

    /// Whether the shown key is that of the newest answer: nothing that a Ping compares with is newer.
    pub(crate) fn newest(&self) -> bool {
        self.taken
            .as_ref()
            .is_some_and(|taken| taken.newest == taken.number)
    }

    /// The answer whose key was shown, if it is the newest one and nothing had proved it received (R12).
    pub(crate) fn proved_by_key(&self) -> Option<u64> {
        let taken = self.taken.as_ref().filter(|_| self.newest())?;
        let doubted = |answer: &&Answer| {
            let doubted = [Proof::Unproved, Proof::Broken, Proof::Announced];
            answer.number == taken.number && doubted.contains(&answer.proof)
        };
        self.answers
            .iter()
            .find(doubted)
            .map(|answer| answer.number)
    }

    /// Moves the cursor of the shown key on, without an answer: it holds what the device holds.
    pub(crate) async fn advance(
        &self,
        write: &mut Write<'_>,
        cursor: &Cursor,
    ) -> Result<(), IndexError> {
        match &self.taken {
            Some(taken) => Ok(answer::set_cursor(write, self.held, taken.number, cursor).await?),
            None => Ok(()),
        }
    }

    /// Whether that must not wait.
    pub(crate) fn turns_back(&self) -> bool {
        self.taken.as_ref().is_some_and(Taken::turns_back)
    }

    /// Writes down what showing the key did, once.
    pub(crate) async fn turn(&mut self, write: &mut Write<'_>) -> Result<(), IndexError> {
        let Some(taken) = self.taken.clone().filter(|_| self.to_turn()) else {
            return Ok(());
        };
        self.turned = true;
        if let Some(lesson) = taken.lesson {
            learn(write, self.held.who, lesson).await?;
        }
        if !taken.newly {
            return Ok(());
        }
        let shown = self
            .answers
            .iter()
            .find(|answer| answer.number == taken.number);
        let answered = shown.map_or(&[][..], |answer| &answer.uploads);
        upload::turn(write, self.held, answered).await?;
        for number in &taken.forget {
            answer::delete(write, self.held, *number).await?;
            // The answer that came before this one was taken too: what it told still holds.
            let before = |there: &Answer| there.number == *number && there.taken;
            if !self.answers.iter().any(before) {
                told::delete(write, self.held, *number).await?;
            }
        }
        let step = told::Step {
            lineage: taken.lineage,
            number: taken.number,
        };
        told::turn(write, self.held, step).await?;
        answer::take(write, self.held, taken.number).await?;
        self.answers
            .retain(|answer| !taken.forget.contains(&answer.number));
        for answer in &mut self.answers {
            answer.taken |= answer.number == taken.number;
        }
        self.collection.newest = taken.newest;
        Ok(())
    }

    /// Writes the collection's counters and settings.
    pub(crate) async fn put(&self, write: &mut Write<'_>) -> Result<(), IndexError> {
        Ok(collection::put(write, self.held, &self.collection).await?)
    }

    /// Adds the next answer: its number and key.
    pub(crate) async fn answer(
        &mut self,
        write: &mut Write<'_>,
        next: Next<'_>,
    ) -> Result<(u64, String), IndexError> {
        self.turn(write).await?;
        let crowded = match &self.taken {
            Some(taken) => lineage::crowded_out(&self.answers, taken.lineage)
                .into_iter()
                .collect(),
            None => lineage::abandoned(&self.answers),
        };
        for number in crowded {
            answer::delete(write, self.held, number).await?;
            told::delete(write, self.held, number).await?;
        }
        // Counted inside the transaction: an answer whose client went away during its commit may be there already.
        let made = collection::one(write, self.held)
            .await?
            .map_or(0, |there| there.made);
        let number = self.collection.made.max(made) + 1;
        let head = Answer {
            number,
            lineage: self.taken.as_ref().map_or(number, |taken| taken.lineage),
            key: lineage::new_key(number)?,
            taken: false,
            proof: next.proof,
            uploads: next.uploads,
        };
        let new = NewAnswer {
            head: &head,
            cursor: next.cursor,
            written: next.now,
        };
        answer::insert(write, self.held, &new).await?;
        for (item, reason) in next.skipped {
            skipped::put(write, self.held, item, reason, next.now).await?;
        }
        self.tell(write, head.lineage, (number, next.told)).await?;
        self.collection.made = number;
        self.collection.newest = number;
        self.put(write).await?;
        Ok((number, head.key))
    }

    async fn tell(
        &self,
        write: &mut Write<'_>,
        lineage: u64,
        (number, telling): (u64, Telling),
    ) -> Result<(), IndexError> {
        let prints = match telling {
            Telling::Nothing => return Ok(told::delete_all(write, self.held).await?),
            Telling::Prints(prints) => prints,
        };
        let step = told::Step { lineage, number };
        for (item, print) in &prints {
            told::put(write, self.held, step, (*item, print)).await?;
        }
        Ok(())
    }
}

/// Adapts a device's grace to what was learnt.
pub(crate) async fn learn(
    write: &mut Write<'_>,
    who: Principal,
    lesson: Lesson,
) -> Result<(), IndexError> {
    let before = device::grace(write, who).await?;
    let after = lineage::grace_after(before, lesson);
    let counted = match lesson {
        Lesson::Lost if before == after => return Ok(()),
        Lesson::Lost => (0, 0),
        Lesson::Founded => (1, 0),
        Lesson::Unfounded => (0, 1),
    };
    Ok(device::set_grace(write, who, after, counted).await?)
}
