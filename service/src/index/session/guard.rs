//! A device that cannot digest one item asks for its page again and again: the item is looked for and passed over.
//!
//! The third time that the same key is to be answered with content the page is halved, and so on down to one item.
//! That costs nobody anything. To pass an item over costs a message if it was the network, so it takes both enough
//! tries of that item alone and enough time since the first of them:
//!
//! - [`HAD`] tries that the device had whole, as its next request on the same connection proves, and [`SOON`]; or
//! - [`TRIES`] tries in all, those that broke counting next to nothing, and [`LATE`]. That nothing was seen to break
//!   says little: a proxy may have taken an answer that its device never got.
//!
//! An item that is passed over counts as told, and is listed as skipped until it changes or is tried again. A key that
//! moves ends all of it, so that one answer that gets through a dead zone is enough.

use std::time::Duration;

use tokio::time::Instant;

use crate::ids::ItemNo;
use crate::index::{IndexError, Page, Session};
use crate::store::answer::Proof;

/// Answers to one key that are whole.
const WHOLE: u32 = 2;

/// So many tries that the device had are enough.
const HAD: u32 = 6;

/// So many of any kind are.
const TRIES: u32 = 24;

/// So many that broke count as one.
const BROKEN_FOR_ONE: u32 = 16;

/// Answers that pass an item over; if no more is taken then, it was not the item.
const PASSED: u32 = 2;

/// After so long tries that the device had are enough.
const SOON: Duration = Duration::from_secs(60);

/// After so long others are.
const LATE: Duration = Duration::from_secs(3600);

/// For how long an item is tried before it is passed over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Patience {
    /// If the device had it each time.
    pub soon: Duration,
    /// If nothing proves that.
    pub late: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            soon: SOON,
            late: LATE,
        }
    }
}

/// What is remembered of a key while it is shown.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Trials {
    /// Answers with content to this key.
    told: u32,
    suspect: Option<Suspect>,
    /// The item that took too long to read, and how often.
    slow: Option<(ItemNo, u32)>,
}

/// An item that was sent alone, and not taken.
#[derive(Clone, Copy, Debug)]
struct Suspect {
    item: ItemNo,
    since: Instant,
    /// The newest answer is a try of which it is not known yet what became.
    pending: bool,
    had: u32,
    silent: u32,
    broken: u32,
    passed: u32,
}

/// How much of a page is sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Portion {
    Whole,
    Part(usize),
    /// Nothing; the first item counts as told.
    PassOver(ItemNo),
}

impl Suspect {
    fn new(item: ItemNo, since: Instant) -> Self {
        Self {
            item,
            since,
            pending: false,
            had: 0,
            silent: 0,
            broken: 0,
            passed: 0,
        }
    }

    /// Whether it is tried no more.
    fn convicted(&self, patience: Patience, now: Instant) -> bool {
        let age = now.saturating_duration_since(self.since);
        let tries = self.had + self.silent + self.broken / BROKEN_FOR_ONE;
        (self.had >= HAD && age >= patience.soon) || (tries >= TRIES && age >= patience.late)
    }
}

impl Trials {
    /// The key is shown once more: the newest answer to it came to this.
    pub(crate) fn shown_again(&mut self, proof: Option<Proof>) {
        let Some(suspect) = self.suspect.as_mut().filter(|suspect| suspect.pending) else {
            return;
        };
        suspect.pending = false;
        let count = match proof {
            Some(Proof::Proved) => &mut suspect.had,
            Some(Proof::Broken) => &mut suspect.broken,
            _ => &mut suspect.silent,
        };
        *count = count.saturating_add(1);
    }

    /// An answer is stored: one with content, or one that passes over.
    fn answered(&mut self, content: bool, alone: Option<ItemNo>, now: Instant) {
        self.told = self.told.saturating_add(u32::from(content));
        let Some(item) = alone else {
            return;
        };
        let of_it = self.suspect.filter(|suspect| suspect.item == item);
        let mut suspect = of_it.unwrap_or_else(|| Suspect::new(item, now));
        suspect.pending = content;
        suspect.passed += u32::from(!content);
        self.suspect = Some(suspect);
    }

    /// Of a page of `whole` items, the first of which is `first`.
    fn portion(&self, whole: usize, first: ItemNo, patience: Patience, now: Instant) -> Portion {
        if self.told < WHOLE {
            return Portion::Whole;
        }
        let part = whole.checked_shr(self.told - WHOLE + 1).unwrap_or(0);
        if part > 1 {
            return Portion::Part(part);
        }
        let suspect = self.suspect.filter(|suspect| suspect.item == first);
        match suspect.filter(|suspect| suspect.convicted(patience, now)) {
            None => Portion::Part(1),
            Some(suspect) if suspect.passed < PASSED => Portion::PassOver(first),
            Some(_) => Portion::Whole,
        }
    }
}

impl Session {
    /// As [`Self::page`], or as much of it as a device gets that does not take its pages.
    ///
    /// # Errors
    /// The store's.
    pub async fn guarded_page(&mut self, window: i64, size: usize) -> Result<Page, IndexError> {
        self.alone = None;
        let page = self.page(window, size).await?;
        let Some(first) = page.commands.first().map(|command| command.item) else {
            return Ok(page);
        };
        let (trials, patience) = (&self.slot.trials, self.index.patience);
        match trials.portion(page.commands.len(), first, patience, Instant::now()) {
            Portion::Whole => Ok(page),
            Portion::Part(size) => {
                self.alone = (size == 1).then_some(first);
                self.page(window, size).await
            }
            Portion::PassOver(item) => {
                self.alone = Some(item);
                let page = self.page(window, 1).await?;
                self.again_told = 0;
                Ok(Page {
                    passed_over: true,
                    again: Vec::new(),
                    ..page
                })
            }
        }
    }

    /// An answer is stored.
    pub(super) fn tried(&mut self, content: bool) {
        let alone = self.alone;
        self.slot.trials.answered(content, alone, Instant::now());
    }

    /// An item took longer to read than an answer may. Says how often in a row.
    pub fn too_slow(&mut self, item: ItemNo) -> u32 {
        let slow = &mut self.slot.trials.slow;
        let before = slow.filter(|(slow, _)| *slow == item);
        let times = before.map_or(0, |(_, times)| times) + 1;
        *slow = Some((item, times));
        times
    }
}

#[cfg(test)]
mod tests;
