//! What the ledger writes down of one phone and of one message.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use protocol::command::ServerId;

use crate::hand::{Marks, Place};

/// What one phone knows, and what it is yet to be told.
#[derive(Debug, Default)]
pub(super) struct PhonePage {
    pub(super) set_up: bool,
    /// Whether it is slow or out of reach now and then: what it is told late says nothing of the server.
    pub(super) disturbed: bool,
    pub(super) items: HashMap<ServerId, u64>,
    pub(super) pending: BTreeMap<u64, Pending>,
}

/// A change that a phone is yet to be told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    pub(super) change: Change,
    /// Where the message is, and where it was before it was moved.
    pub(super) places: [Place; 2],
    pub(super) begun: Instant,
    pub(super) announced: bool,
    /// Of a move two things are told: that it is gone from there, and that it is here.
    pub(super) halves: [bool; 2],
}

impl Pending {
    /// What a phone was told of the message; whether that is all that it must be told, `None` if it does not fit.
    pub(super) fn told(&mut self, told: Change) -> Option<bool> {
        let half = match (self.change, told) {
            (Change::Moved, Change::Delivered) => 0,
            (Change::Moved, Change::Removed) => 1,
            (change, told) => return (change == told).then_some(true),
        };
        let half = self.halves.get_mut(half)?;
        if std::mem::replace(half, true) {
            return None;
        }
        Some(self.halves == [true, true])
    }
}

/// What happened to a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Change {
    /// It was delivered.
    Delivered,
    /// It has these marks now.
    Marked(Marks),
    /// It was moved from the other place.
    Moved,
    /// It was removed.
    Removed,
}

/// A message as the server has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message {
    /// Where it is.
    pub(crate) place: Place,
    /// Its marks.
    pub(crate) marks: Marks,
}

/// A change under way.
#[derive(Debug)]
pub(super) struct Timing {
    pub(super) account: usize,
    /// When it was about to be there, and when it was, as soon as that is known.
    pub(super) there: Option<(Instant, Instant)>,
    /// So many phones are yet to be told.
    pub(super) waiting: usize,
    /// What was told before it was known when it was there.
    pub(super) early: Vec<Early>,
}

/// Something that cannot be measured yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Early {
    pub(super) phone: usize,
    pub(super) what: What,
    pub(super) at: Instant,
}

/// What is measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum What {
    /// The announcement.
    Push,
    /// The message on the phone.
    Sync,
}

impl Early {
    pub(super) fn new(phone: usize, what: What, at: Instant) -> Self {
        Self { phone, what, at }
    }
}
