//! What changed in a mailbox: which questions to ask, and what the answers mean. No I/O.
//!
//! Opening a mailbox is one moment: what the server says then of its counters belongs together, and all later answers
//! are at least as new. So a token is made of what was said at the opening, and answers may say more than the token
//! promises, never less. Messages that came after the opening are left to the next question: their going would not
//! be seen where vanished messages are told by counting.
//!
//! With QRESYNC the server says what changed and what vanished. With CONDSTORE alone it says what changed, and counting
//! the messages that were there before shows whether some vanished; then, and where the server keeps no modification
//! sequences, the mailbox is listed.

mod gathered;
#[cfg(test)]
mod tests;

use std::num::{NonZeroU32, NonZeroU64};

use crate::imap::message::Message;
use crate::imap::token::Point;
use crate::imap::wire::{UidSet, Untagged};
use crate::item::{Change, Delta, DeltaKind, Horizon};

use gathered::Gathered;

/// How often a listing is begun when it cannot be completed because messages go meanwhile.
const ATTEMPTS_MAX: u32 = 4;

/// Longest set of messages in one command, in bytes: servers accept lines of 8000 at least.
const SET_MAX: usize = 7000;

/// So many more messages than were counted at the opening a search may find.
const VARIATION: u64 = 10_000;

/// Messages of one folder that are listed at most, whatever the server counts: a few bytes can say billions.
const LISTED_MAX: u64 = 4_000_000;

/// The zones in which servers see dates differ by less.
const DAY: i64 = 86_400;

/// What the session can do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Abilities {
    /// CONDSTORE.
    pub(super) changed: bool,
    /// QRESYNC, enabled.
    pub(super) vanished: bool,
}

/// One question.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Ask {
    /// Open the mailbox, also if it is open. Always the first of its round.
    Open,
    /// State of the messages that changed since.
    Changed {
        /// The modification sequence.
        since: NonZeroU64,
        /// Whether the vanished ones are to be named.
        vanished: bool,
    },
    /// How many messages are below that one.
    CountBelow(NonZeroU32),
    /// State of all messages.
    All,
    /// Messages received on that day (UTC epoch seconds) or later.
    Since(i64),
    /// State of these messages.
    These(UidSet),
    /// Anything new?
    Noop,
}

/// How a question ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    /// It was answered.
    Answered,
    /// It was answered as far as the messages are still there.
    Expunged,
    /// It was refused.
    Refused,
}

/// How the mailbox was when it was opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Opened {
    /// See [`Point::validity`].
    pub(super) validity: u32,
    /// See [`Point::next`].
    pub(super) next: u32,
    /// See [`Point::mod_seq`].
    pub(super) mod_seq: Option<NonZeroU64>,
    /// See [`Point::exists`].
    pub(super) exists: u32,
}

/// What comes next.
#[derive(Debug)]
pub(super) enum Next {
    /// These questions, all at once.
    Ask(Vec<Ask>),
    /// The answer.
    Answer(Delta),
    /// Question of that number in the last round was refused, and there is no other way.
    Refused(usize),
    /// The server does not show all messages that it counts.
    Incomplete,
}

/// One inquiry.
#[derive(Debug)]
pub(super) struct Inquiry {
    horizon: Horizon,
    abilities: Abilities,
    stage: Stage,
    attempts: u32,
    opened: Option<Opened>,
    gathered: Gathered,
    /// What a search found.
    found: Vec<u32>,
    /// What a search found, as ranges.
    ranges: Vec<UidSet>,
    /// How many a search found.
    count: u64,
    /// Messages that are still to be asked for.
    pieces: Vec<UidSet>,
    /// Messages that must be in the listing, in their order; `None`: all.
    wanted: Option<Vec<u32>>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stage {
    Difference(Point, NonZeroU64),
    Listing,
    Searching,
    Fetching,
    Checking,
}

impl Inquiry {
    /// What happened since `point`, or all of it; and the first questions.
    pub(super) fn begin(
        point: Option<Point>,
        horizon: Horizon,
        abilities: Abilities,
    ) -> (Self, Vec<Ask>) {
        let mut inquiry = Self {
            horizon,
            abilities,
            stage: Stage::Listing,
            attempts: 0,
            opened: None,
            gathered: Gathered::default(),
            found: Vec::new(),
            ranges: Vec::new(),
            count: 0,
            pieces: Vec::new(),
            wanted: None,
        };
        let usable = point.filter(|point| abilities.changed && point.horizon.covers(horizon));
        let since = usable.and_then(|point| Some((point, point.mod_seq?)));
        let asks = match since {
            Some((point, since)) => inquiry.difference(point, since),
            None => inquiry.listing(),
        };
        (inquiry, asks)
    }

    /// Takes what came while the question of that number was being answered.
    pub(super) fn data(&mut self, ask: usize, data: &Untagged) {
        // What comes during the opening may be about the mailbox that was open before.
        if ask == 0 && !matches!(self.stage, Stage::Fetching | Stage::Checking) {
            return;
        }
        match data {
            Untagged::Search(search) => {
                self.count += u64::try_from(search.numbers.len()).unwrap_or(u64::MAX);
                if self.stage == Stage::Searching {
                    self.found.extend(&search.numbers);
                }
            }
            Untagged::Esearch(search) => {
                self.count += search.count.map_or(0, u64::from);
                self.ranges.extend(search.all.clone());
            }
            data => self.gathered.take(data),
        }
    }

    /// The mailbox was opened.
    pub(super) fn opened(&mut self, opened: Opened) {
        self.opened = Some(opened);
    }

    /// The round is over. `lost` is how many responses could not be read.
    pub(super) fn next(&mut self, ends: &[End], lost: usize) -> Next {
        let Some(opened) = self.opened else {
            return Next::Refused(0);
        };
        let refused = ends.iter().position(|end| *end == End::Refused);
        if let Stage::Difference(point, since) = self.stage {
            let sound = ends.iter().all(|end| *end == End::Answered) && lost == 0;
            return match sound && self.follows(point, since, opened) {
                true => self.changes(point, opened),
                false => Next::Ask(self.listing()),
            };
        }
        // Some servers refuse to name the messages of an empty mailbox.
        let empty = opened.exists == 0;
        match (refused, self.stage) {
            (Some(at), _) if !empty => return Next::Refused(at),
            (_, Stage::Searching) if !self.searched(opened) => return Next::Incomplete,
            _ => {}
        }
        if let Some(piece) = self.pieces.pop() {
            return Next::Ask(vec![Ask::These(piece)]);
        }
        self.complete(opened)
    }

    fn difference(&mut self, point: Point, since: NonZeroU64) -> Vec<Ask> {
        self.stage = Stage::Difference(point, since);
        let vanished = self.abilities.vanished;
        let mut asks = vec![Ask::Open, Ask::Changed { since, vanished }];
        if let Some(first) = first_new(point).filter(|_| !vanished) {
            asks.push(Ask::CountBelow(first));
        }
        asks
    }

    fn listing(&mut self) -> Vec<Ask> {
        self.attempts += 1;
        self.opened = None;
        self.gathered = Gathered::default();
        self.found = Vec::new();
        self.ranges = Vec::new();
        self.pieces = Vec::new();
        self.wanted = None;
        match self.horizon {
            Horizon::Everything => {
                self.stage = Stage::Listing;
                vec![Ask::Open, Ask::All]
            }
            Horizon::NotBefore(limit) => {
                self.stage = Stage::Searching;
                vec![Ask::Open, Ask::Since(limit.saturating_sub(DAY))]
            }
        }
    }

    /// Whether the search found what can be.
    fn searched(&mut self, opened: Opened) -> bool {
        let mut wanted = std::mem::take(&mut self.found);
        for range in std::mem::take(&mut self.ranges) {
            // Only so many are there; a few may have come meanwhile.
            let most = u64::from(opened.exists) + VARIATION;
            let held = u64::try_from(wanted.len()).unwrap_or(u64::MAX);
            if range.len() > most || held.saturating_add(range.len()) > LISTED_MAX {
                return false;
            }
            wanted.extend(range.iter());
        }
        wanted.retain(|uid| below(*uid, opened.next));
        wanted.sort_unstable();
        wanted.dedup();
        let set: UidSet = wanted.iter().copied().filter_map(NonZeroU32::new).collect();
        self.pieces = set.split(SET_MAX);
        self.pieces.reverse();
        self.wanted = Some(wanted);
        self.stage = Stage::Fetching;
        true
    }

    /// Whether what came is all that is between `point` and now.
    fn follows(&self, point: Point, since: NonZeroU64, opened: Opened) -> bool {
        let forth = opened.mod_seq.is_some_and(|now| now >= since) && opened.next >= point.next;
        let none_vanished = || match first_new(point) {
            Some(_) => self.count == u64::from(point.exists),
            None => point.exists == 0,
        };
        opened.validity == point.validity
            && forth
            && !self.gathered.is_flooded()
            && (self.abilities.vanished || none_vanished())
    }

    fn changes(&mut self, point: Point, opened: Opened) -> Next {
        let mut gathered = std::mem::take(&mut self.gathered);
        gathered.settle();
        let validity = opened.validity;
        let (states, vanished) = gathered.into_states(validity, |uid| below(uid, opened.next));
        let within = states.into_iter();
        let within = within.filter(|state| point.horizon.admits(state.time));
        let mut changes: Vec<Change> = within.map(Change::Present).collect();
        let vanished = vanished.into_iter().filter_map(NonZeroU32::new);
        changes.extend(vanished.map(|uid| Change::Gone(Message { validity, uid }.item())));
        self.answer(DeltaKind::Changes(changes), opened)
    }

    /// The listing, if all that must be in it is.
    fn complete(&mut self, opened: Opened) -> Next {
        self.gathered.settle();
        let there = |uid| below(uid, opened.next);
        let (expected, told) = match &self.wanted {
            Some(wanted) => {
                let told = self
                    .gathered
                    .complete(|uid| wanted.binary_search(&uid).is_ok());
                (u64::try_from(wanted.len()).unwrap_or(u64::MAX), told)
            }
            None => (u64::from(opened.exists), self.gathered.complete(there)),
        };
        if expected.saturating_sub(told) > self.gathered.removed() {
            // Perhaps the server has not had an opportunity yet to say what went.
            if self.stage != Stage::Checking {
                self.stage = Stage::Checking;
                return Next::Ask(vec![Ask::Noop]);
            }
            if self.attempts < ATTEMPTS_MAX {
                return Next::Ask(self.listing());
            }
            return Next::Incomplete;
        }
        let gathered = std::mem::take(&mut self.gathered);
        let (mut states, _vanished) = gathered.into_states(opened.validity, there);
        states.retain(|state| self.horizon.admits(state.time));
        self.answer(DeltaKind::Listing(states), opened)
    }

    fn answer(&self, kind: DeltaKind, opened: Opened) -> Next {
        let point = Point {
            validity: opened.validity,
            next: opened.next,
            mod_seq: opened.mod_seq,
            exists: opened.exists,
            horizon: self.horizon,
        };
        Next::Answer(Delta {
            kind,
            token: point.token(),
        })
    }
}

/// Whether a message was there when the mailbox was opened.
fn below(uid: u32, next: u32) -> bool {
    next == 0 || uid < next
}

/// The first message that was not there at `point`, if there were any before.
fn first_new(point: Point) -> Option<NonZeroU32> {
    NonZeroU32::new(point.next).filter(|next| next.get() > 1)
}
