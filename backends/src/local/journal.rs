//! What happened in one folder since a watch on it began: which messages were touched, in which
//! order, and where each was last seen. Pure: fed with events, asked for what came after a number.
//!
//! Bounded: when too many messages were touched, the oldest records go, and who asks from before
//! them is told that the journal does not know.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use crate::local::token::Position;
use crate::local::tree::Part;

/// Where a message's file is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Place {
    /// In which directory.
    pub(crate) part: Part,
    /// Under which full name.
    pub(crate) name: Box<str>,
}

/// What the last event about a message said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Fate {
    /// It is there.
    At(Place),
    /// It left that place. Whether for another name, of which the event is still to come, or for
    /// good is not known: look.
    Left,
    /// It is not in the folder any more.
    Gone,
}

/// The journal of one folder.
#[derive(Debug)]
pub(crate) struct Journal {
    nonce: u64,
    /// Number of the last record.
    seq: u64,
    /// Records up to this number may have been forgotten.
    forgotten: u64,
    records_max: usize,
    numbers: HashMap<Box<str>, u64>,
    records: BTreeMap<u64, (Box<str>, Fate)>,
    /// Messages that had two files at a time, so that the end of one is not the end of the other.
    twins: HashSet<Box<str>>,
    /// Whether `twins` is complete, because the folder was listed since the journal began.
    twins_known: bool,
}

impl Journal {
    /// An empty journal that keeps `records_max` records.
    pub(crate) fn new(records_max: usize) -> Self {
        Self {
            nonce: RandomState::new().hash_one(0_u8),
            seq: 0,
            forgotten: 0,
            records_max,
            numbers: HashMap::new(),
            records: BTreeMap::new(),
            twins: HashSet::new(),
            twins_known: false,
        }
    }

    /// Forgets everything: no earlier position means anything any more.
    pub(crate) fn reset(&mut self) {
        *self = Self::new(self.records_max);
    }

    /// A file of the message appeared at `place`.
    pub(crate) fn arrived(&mut self, unique: &str, place: Place) {
        if matches!(self.fate(unique), Some(Fate::At(other)) if *other != place) {
            self.twins.insert(unique.into());
        }
        self.record(unique, Fate::At(place));
    }

    /// The file of the message at `place` was renamed to where we do not see it, or not yet.
    pub(crate) fn left(&mut self, unique: &str, place: &Place) {
        if self.is_current(unique, place) {
            self.record(unique, Fate::Left);
        }
    }

    /// The file of the message at `place` was removed, or renamed into another folder.
    pub(crate) fn gone(&mut self, unique: &str, place: &Place) {
        if self.is_current(unique, place) {
            let certain = self.twins_known && !self.twins.contains(unique);
            self.record(unique, if certain { Fate::Gone } else { Fate::Left });
        }
    }

    /// What was renamed away was seen to arrive elsewhere.
    pub(crate) fn went_elsewhere(&mut self, unique: &str) {
        if self.fate(unique) == Some(&Fate::Left)
            && self.twins_known
            && !self.twins.contains(unique)
        {
            self.record(unique, Fate::Gone);
        }
    }

    /// Something happened to the item: look.
    pub(crate) fn touched(&mut self, name: &str) {
        self.record(name, Fate::Left);
    }

    /// An event about an older file of a message that was seen elsewhere since says nothing.
    fn is_current(&self, unique: &str, place: &Place) -> bool {
        match self.fate(unique) {
            Some(Fate::At(current)) => current == place,
            Some(Fate::Left | Fate::Gone) | None => true,
        }
    }

    fn record(&mut self, unique: &str, fate: Fate) {
        self.seq += 1;
        if let Some(old) = self.numbers.insert(unique.into(), self.seq) {
            self.records.remove(&old);
        }
        self.records.insert(self.seq, (unique.into(), fate));
        while self.records.len() > self.records_max {
            if let Some((number, (unique, _))) = self.records.pop_first() {
                self.forgotten = number;
                self.numbers.remove(&unique);
                // Without its record a twin cannot be told from a single.
                if self.twins.remove(&unique) {
                    self.twins_known = false;
                }
            }
        }
    }

    /// A listing of the whole folder was made at `position`, and found these messages twice.
    pub(crate) fn listed(&mut self, position: Position, twins: HashSet<Box<str>>) {
        if position.nonce == self.nonce {
            self.twins.extend(twins);
            self.twins_known = true;
        }
    }

    /// Where the journal is now.
    pub(crate) fn position(&self) -> Position {
        Position {
            nonce: self.nonce,
            seq: self.seq,
        }
    }

    /// The messages touched after `position`, each with its last fate, oldest first; `None` when
    /// the journal cannot say.
    pub(crate) fn since(&self, position: Position) -> Option<Vec<(Box<str>, Fate)>> {
        let known =
            position.nonce == self.nonce && (self.forgotten..=self.seq).contains(&position.seq);
        known.then(|| {
            let later = self.records.range(position.seq.saturating_add(1)..);
            later.map(|(_, record)| record.clone()).collect()
        })
    }

    /// The last fate of a message, if it was touched.
    pub(crate) fn fate(&self, unique: &str) -> Option<&Fate> {
        let (_, fate) = self.records.get(self.numbers.get(unique)?)?;
        Some(fate)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Fate, Journal, Place};
    use crate::local::token::Position;
    use crate::local::tree::Part;

    fn place(part: Part, name: &str) -> Place {
        Place {
            part,
            name: name.into(),
        }
    }

    fn listed(records_max: usize) -> Journal {
        let mut journal = Journal::new(records_max);
        journal.listed(journal.position(), HashSet::new());
        journal
    }

    #[test]
    fn a_message_is_told_once_with_its_last_fate() {
        let mut journal = listed(10);
        let start = journal.position();
        journal.arrived("a", place(Part::New, "a"));
        journal.arrived("b", place(Part::New, "b"));
        journal.left("a", &place(Part::New, "a"));
        journal.arrived("a", place(Part::Cur, "a:2,S"));
        journal.gone("b", &place(Part::New, "b"));
        let fates = journal.since(start).unwrap();
        let cur = Fate::At(place(Part::Cur, "a:2,S"));
        assert_eq!(fates, [("a".into(), cur), ("b".into(), Fate::Gone)]);
        assert_eq!(journal.since(journal.position()).unwrap(), []);
    }

    #[test]
    fn the_end_of_an_older_file_is_not_the_end_of_the_message() {
        // A mail program links into cur, then removes from new.
        let mut journal = listed(10);
        journal.arrived("a", place(Part::Cur, "a:2,"));
        journal.gone("a", &place(Part::New, "a"));
        assert!(matches!(journal.fate("a"), Some(Fate::At(_))));
    }

    #[test]
    fn with_a_twin_or_without_a_listing_an_end_must_be_verified() {
        let mut journal = Journal::new(10);
        journal.gone("a", &place(Part::New, "a"));
        assert_eq!(journal.fate("a"), Some(&Fate::Left));
        let mut journal = Journal::new(10);
        journal.listed(journal.position(), HashSet::from(["a".into()]));
        journal.gone("a", &place(Part::New, "a"));
        journal.gone("b", &place(Part::New, "b"));
        assert_eq!(journal.fate("a"), Some(&Fate::Left));
        assert_eq!(journal.fate("b"), Some(&Fate::Gone));
        journal.arrived("c", place(Part::New, "c"));
        journal.arrived("c", place(Part::Cur, "c:2,"));
        journal.gone("c", &place(Part::Cur, "c:2,"));
        assert_eq!(journal.fate("c"), Some(&Fate::Left));
    }

    #[test]
    fn a_move_that_arrived_elsewhere_needs_no_look() {
        let mut journal = listed(10);
        journal.left("a", &place(Part::Cur, "a:2,"));
        assert_eq!(journal.fate("a"), Some(&Fate::Left));
        journal.went_elsewhere("a");
        assert_eq!(journal.fate("a"), Some(&Fate::Gone));
    }

    #[test]
    fn what_was_forgotten_is_not_made_up() {
        let mut journal = listed(2);
        let start = journal.position();
        for name in ["a", "b", "c"] {
            journal.arrived(name, place(Part::New, name));
        }
        assert_eq!(journal.since(start), None);
        let after_a = Position { seq: 1, ..start };
        assert_eq!(journal.since(after_a).unwrap().len(), 2);
        let before = journal.position();
        journal.reset();
        assert_eq!(journal.since(before), None);
        let future = Position {
            seq: 9,
            ..journal.position()
        };
        assert_eq!(journal.since(future), None);
    }
}
