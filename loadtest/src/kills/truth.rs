//! What every message should be in the end.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::dice::Dice;
use crate::hand::{Contents, Marks, Shown};

/// Who changes a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Owner {
    /// The other program.
    Hand,
    /// The phone with this number.
    Phone(usize),
}

/// All messages, by account.
#[derive(Debug)]
pub(super) struct Truth {
    prefix: String,
    pages: Vec<Mutex<Page>>,
}

#[derive(Debug, Default)]
struct Page {
    messages: BTreeMap<u64, Message>,
    changes: BTreeMap<&'static str, usize>,
}

#[derive(Clone, Copy, Debug)]
struct Message {
    owner: Owner,
    shown: Shown,
    marks: Marks,
}

impl Truth {
    pub(super) fn new(run: &str, accounts: usize) -> Self {
        Self {
            prefix: format!("load {run} "),
            pages: (0..accounts).map(|_| Mutex::default()).collect(),
        }
    }

    /// The subject of a message.
    pub(super) fn subject(&self, number: u64) -> String {
        format!("{}{number}", self.prefix)
    }

    /// The number in a subject, if it is one of ours.
    pub(super) fn number(&self, subject: &str) -> Option<u64> {
        subject.strip_prefix(&self.prefix)?.parse().ok()
    }

    /// A message is about to be delivered.
    pub(super) fn delivered(&self, account: usize, number: u64, owner: Owner) {
        let message = Message {
            owner,
            shown: Shown::Inbox,
            marks: Marks::default(),
        };
        self.with(account, |page| {
            page.messages.insert(number, message);
            page.count("delivered");
        });
    }

    /// A message of the other program, and its marks.
    pub(super) fn of_hand(&self, account: usize, dice: &mut Dice) -> Option<(u64, Marks)> {
        self.with(account, |page| {
            let owned = page.messages.iter();
            let owned: Vec<_> = owned.filter(|(_, one)| one.owner == Owner::Hand).collect();
            let (number, message) = owned.get(dice.below(owned.len()))?;
            Some((**number, message.marks))
        })?
    }

    /// Whose a message is, where it should be and how it should be marked.
    pub(super) fn message(&self, account: usize, number: u64) -> Option<(Owner, Shown, Marks)> {
        self.with(account, |page| {
            let message = page.messages.get(&number)?;
            Some((message.owner, message.shown, message.marks))
        })?
    }

    /// The owner marked a message.
    pub(super) fn marked(&self, account: usize, number: u64, marks: Marks, owner: Owner) {
        self.with(account, |page| {
            if let Some(message) = page.messages.get_mut(&number) {
                message.marks = marks;
            }
            page.count(match owner {
                Owner::Hand => "marked in the folder",
                Owner::Phone(_) => "marked on a phone",
            });
        });
    }

    /// The owner, a phone, moved a message.
    pub(super) fn moved(&self, account: usize, number: u64, to: Shown) {
        self.with(account, |page| {
            if let Some(message) = page.messages.get_mut(&number) {
                message.shown = to;
            }
            page.count(match to {
                Shown::Trash => "deleted on a phone",
                Shown::Inbox | Shown::Folder => "moved on a phone",
            });
        });
    }

    /// The other program removed a message.
    pub(super) fn removed(&self, account: usize, number: u64) {
        self.with(account, |page| {
            page.messages.remove(&number);
            page.count("removed in the folder");
        });
    }

    /// What an account should hold.
    pub(super) fn expected(&self, account: usize) -> Contents {
        let contents = self.with(account, |page| {
            let messages = page.messages.iter();
            messages
                .map(|(number, one)| (*number, (one.shown, one.marks)))
                .collect()
        });
        contents.unwrap_or_default()
    }

    /// Whether a phone lacks what it moved or deleted itself, where that went.
    pub(super) fn lacks_own(&self, account: usize, phone: usize, found: &Contents) -> bool {
        let lacks = self.with(account, |page| {
            page.messages.iter().any(|(number, one)| {
                let own = one.owner == Owner::Phone(phone) && one.shown != Shown::Inbox;
                own && !found.contains_key(number)
            })
        });
        lacks.unwrap_or(false)
    }

    /// What was done, and how often.
    pub(super) fn changes(&self) -> BTreeMap<&'static str, usize> {
        let mut all = BTreeMap::new();
        for page in &self.pages {
            for (what, count) in &lock(page).changes {
                *all.entry(*what).or_default() += count;
            }
        }
        all
    }

    fn with<T>(&self, account: usize, look: impl FnOnce(&mut Page) -> T) -> Option<T> {
        let page = self.pages.get(account)?;
        Some(look(&mut lock(page)))
    }
}

impl Page {
    fn count(&mut self, what: &'static str) {
        *self.changes.entry(what).or_default() += 1;
    }
}

fn lock(page: &Mutex<Page>) -> MutexGuard<'_, Page> {
    page.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Marks that are not these.
pub(super) fn other(marks: Marks, dice: &mut Dice) -> Marks {
    match dice.below(2) {
        0 => Marks {
            read: !marks.read,
            ..marks
        },
        _ => Marks {
            flagged: !marks.flagged,
            ..marks
        },
    }
}

/// How what somebody has differs from what it should be: a few lines.
pub(super) fn differences(who: &str, expected: &Contents, found: &Contents) -> Vec<String> {
    const LINES_MAX: usize = 5;
    let mut lines = Vec::new();
    for (number, should) in expected {
        match found.get(number) {
            None => lines.push(format!(
                "{who}: message {number} is lost, should be {should:?}"
            )),
            Some(is) if is != should => {
                lines.push(format!(
                    "{who}: message {number} is {is:?}, should be {should:?}"
                ));
            }
            Some(_) => {}
        }
    }
    let extra = found.keys().filter(|number| !expected.contains_key(number));
    lines.extend(extra.map(|number| format!("{who}: message {number} should be gone")));
    let more = lines.len().saturating_sub(LINES_MAX);
    lines.truncate(LINES_MAX);
    if more > 0 {
        lines.push(format!("{who}: {more} more"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_changed_or_left_over_is_told() {
        let truth = Truth::new("x", 1);
        for number in 1..=3 {
            truth.delivered(0, number, Owner::Hand);
        }
        let expected = truth.expected(0);
        assert!(differences("who", &expected, &expected).is_empty());
        let mut found = expected.clone();
        found.remove(&1);
        found.insert(2, (Shown::Trash, Marks::default()));
        found.insert(9, (Shown::Inbox, Marks::default()));
        let lines = differences("who", &expected, &found);
        assert_eq!(lines.len(), 3, "{lines:?}");
        truth.removed(0, 1);
        truth.moved(0, 2, Shown::Trash);
        assert_eq!(differences("who", &truth.expected(0), &found).len(), 1);
        assert_eq!(truth.number(&truth.subject(7)), Some(7));
    }
}
