//! A device that cannot digest one item asks for its page again and again: the item is looked for and passed over.
//!
//! The third time that the same key is to be answered with content the page is halved, and so on down to one item.
//! When that one was sent alone ten times and the key is shown still, the answer passes it over: it counts as told, and
//! is listed as skipped until it changes or is tried again. A key that moves ends all of it. Answers that broke on the
//! way say next to nothing of the item, so they count for much less; and not every break is seen from here, since a
//! proxy may have taken an answer that its device never got. In a dead zone nothing may be passed over.

use crate::ids::ItemNo;
use crate::index::{IndexError, Page, Session};

/// Answers to one key that are whole.
const WHOLE: u32 = 2;

/// What an item that was sent alone in vain is charged with.
const CHARGE: u32 = 16;

/// What is taken off again when that answer broke on the way.
const BROKE: u32 = 15;

/// From when on it is passed over.
const ENOUGH: u32 = 10 * CHARGE;

/// From when on that is of no use: the device does not take an empty answer either.
const HOPELESS: u32 = 12 * CHARGE;

/// What is remembered of a key while it is shown.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Trials {
    /// Answers with content to this key.
    told: u32,
    /// The item that is suspected, and what it is charged with.
    suspect: Option<(ItemNo, u32)>,
    /// The item that took too long to read, and how often.
    slow: Option<(ItemNo, u32)>,
}

/// How much of a page is sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Portion {
    Whole,
    Part(usize),
    /// Nothing; the first item counts as told.
    PassOver(ItemNo),
}

impl Trials {
    /// The newest answer to the key broke before the device had it.
    pub(crate) fn broke(&mut self) {
        if let Some((_, charge)) = &mut self.suspect {
            *charge = charge.saturating_sub(BROKE);
        }
    }

    /// An answer is stored: one with content, or one that passes over.
    pub(super) fn answered(&mut self, content: bool, portion: Option<ItemNo>) {
        self.told = self.told.saturating_add(u32::from(content));
        if let Some(item) = portion {
            let charge = self.charge(item);
            self.suspect = Some((item, charge.saturating_add(CHARGE)));
        }
    }

    fn charge(&self, item: ItemNo) -> u32 {
        let of_it = self.suspect.filter(|(suspect, _)| *suspect == item);
        of_it.map_or(0, |(_, charge)| charge)
    }

    /// Of a page of `whole` items, the first of which is `first`.
    fn portion(&self, whole: usize, first: ItemNo) -> Portion {
        if self.told < WHOLE {
            return Portion::Whole;
        }
        let part = whole.checked_shr(self.told - WHOLE + 1).unwrap_or(0);
        match self.charge(first) {
            _ if part > 1 => Portion::Part(part),
            0..ENOUGH => Portion::Part(1),
            ENOUGH..HOPELESS => Portion::PassOver(first),
            HOPELESS.. => Portion::Whole,
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
        match self.slot.trials.portion(page.commands.len(), first) {
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
mod tests {
    use super::*;

    const FIRST: ItemNo = ItemNo(7);

    /// The portions of a page of so many items that is never taken.
    fn portions(whole: usize, count: usize, broken: bool) -> Vec<Portion> {
        let mut trials = Trials::default();
        (0..count)
            .map(|_| {
                let portion = trials.portion(whole, FIRST);
                let (content, alone) = match portion {
                    Portion::Part(1) => (true, Some(FIRST)),
                    Portion::Whole | Portion::Part(_) => (true, None),
                    Portion::PassOver(item) => (false, Some(item)),
                };
                trials.answered(content, alone);
                if broken && content {
                    trials.broke();
                }
                portion
            })
            .collect()
    }

    #[test]
    fn the_page_is_halved_down_to_one_item_which_is_passed_over() {
        use Portion::{Part, PassOver, Whole};
        let alone = [Part(1); 10];
        // What it cannot digest in the end is no item.
        let end = [PassOver(FIRST), PassOver(FIRST), Whole, Whole];
        let begin = [Whole, Whole, Part(5), Part(2)];
        assert_eq!(portions(10, 18, false), [&begin[..], &alone, &end].concat());
        assert_eq!(portions(1, 16, false), [&begin[..2], &alone, &end].concat());
    }

    #[test]
    fn answers_that_break_say_little_of_the_item() {
        let portions = portions(1, 165, true);
        let passed = portions
            .iter()
            .position(|portion| *portion == Portion::PassOver(FIRST));
        assert_eq!(passed, Some(162));
    }

    #[test]
    fn a_newer_item_in_front_is_not_charged_with_the_older_one_s_guilt() {
        let mut trials = Trials::default();
        for _ in 0..12 {
            trials.answered(true, Some(FIRST));
        }
        assert_eq!(trials.portion(1, FIRST), Portion::Whole);
        assert_eq!(trials.portion(2, ItemNo(8)), Portion::Part(1));
    }
}
