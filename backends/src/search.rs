//! Looking for items by what is in them.

use std::cmp::Reverse;

use crate::item::ItemState;
use crate::name::FolderRef;

/// Where a text is looked for. Classes other than mail have their own idea of the closest to it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Field {
    /// In any of the others.
    Any,
    /// The title: the subject of a message.
    Subject,
    /// Whom it comes from.
    From,
    /// Whom it is for: all sorts of recipients.
    To,
    /// The text itself.
    Body,
}

/// A text that must occur, whatever the case of its letters.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Term {
    /// Where.
    pub field: Field,
    /// What; not empty.
    pub text: String,
}

/// What is looked for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Question {
    /// In these folders. One that is not there, or may not be read, has nothing in it.
    pub folders: Vec<FolderRef>,
    /// All of these occur, each anywhere in its field.
    pub terms: Vec<Term>,
    /// Only items whose time is after this instant, in UTC epoch seconds.
    pub after: Option<i64>,
    /// Only items whose time is before this instant, in UTC epoch seconds.
    pub before: Option<i64>,
    /// So many at most, the newest.
    pub most: usize,
}

impl Question {
    /// Whether an item of that time (UTC epoch seconds) can be an answer.
    #[must_use]
    pub fn admits(&self, time: i64) -> bool {
        self.after.is_none_or(|after| time > after)
            && self.before.is_none_or(|before| time < before)
    }
}

/// An item that was found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hit {
    /// Where it is.
    pub folder: FolderRef,
    /// What it looks like.
    pub state: ItemState,
}

/// What [`Mailbox::search`](crate::Mailbox::search) answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Findings {
    /// Newest first, by the time that filters look at.
    pub hits: Vec<Hit>,
    /// Whether these are all. Otherwise there may be more, older ones.
    pub complete: bool,
}

impl Findings {
    /// Nothing found yet.
    #[must_use]
    pub fn nothing() -> Self {
        Self {
            hits: Vec::new(),
            complete: true,
        }
    }

    /// Takes what another look found, and keeps the newest `most`.
    pub fn merge(&mut self, other: Self, most: usize) {
        self.complete &= other.complete;
        self.hits.extend(other.hits);
        self.hits.sort_by_cached_key(|hit| {
            let state = &hit.state;
            (Reverse(state.time), hit.folder.clone(), state.item.clone())
        });
        if self.hits.len() > most {
            self.hits.truncate(most);
            self.complete = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Findings, Hit, Question};
    use crate::item::ItemState;
    use crate::name::{FolderRef, ItemRef, Version};

    fn found(items: &[(&str, i64)]) -> Findings {
        let hit = |(name, time): &(&str, i64)| Hit {
            folder: FolderRef::new("a"),
            state: ItemState {
                item: ItemRef::new(*name),
                version: Version::new(""),
                time: *time,
                size: 1,
            },
        };
        Findings {
            hits: items.iter().map(hit).collect(),
            complete: true,
        }
    }

    #[test]
    fn the_newest_are_kept_in_their_order() {
        let mut all = Findings::nothing();
        all.merge(found(&[("b", 1), ("a", 5)]), 3);
        all.merge(found(&[("d", 5), ("c", 3)]), 3);
        let names: Vec<_> = all.hits.iter().map(|hit| hit.state.item.as_str()).collect();
        assert_eq!((names, all.complete), (vec!["a", "d", "c"], false));
    }

    #[test]
    fn bounds_are_outside() {
        let question = Question {
            after: Some(2),
            before: Some(5),
            ..Question::default()
        };
        let admitted: Vec<i64> = (0..8).filter(|time| question.admits(*time)).collect();
        assert_eq!(admitted, [3, 4]);
    }
}
