//! Who may begin: the rule, without I/O.
//!
//! A place belongs to a device, for as long as any folder of it is being filled: it syncs one folder after the other,
//! and one that has begun is to come to its end. The place is kept between two requests, for a while; whoever stays
//! away longer loses it, is remembered, and goes first when it comes back. An account has a share of the places, and
//! of those who wait the one whose account has the fewest goes next.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use crate::ids::{AccountId, FolderNo, Principal};

/// Fills that are remembered without a place; of more, the oldest is forgotten.
const LAPSED_MAX: usize = 10_000;

/// How much there is of everything.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// Places. At least 1.
    pub(super) most: usize,
    /// Requests that may wait.
    pub(super) waiting_max: usize,
    /// Requests of one account that may wait.
    pub(super) waiting_share: usize,
    /// How long a place is kept between two requests.
    pub(super) lapse: Duration,
}

impl Rules {
    /// Places that one account may have.
    pub(super) fn share(&self) -> usize {
        self.most.div_ceil(4)
    }
}

/// What a request is about to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::commands) struct Ask {
    /// Whose it is.
    pub(in crate::commands) who: Principal,
    /// The folders that it begins.
    pub(in crate::commands) begins: BTreeSet<FolderNo>,
    /// The folders that it goes on with, whether they are being filled or not.
    pub(in crate::commands) goes_on: BTreeSet<FolderNo>,
    /// Whether it begins with the hierarchy.
    pub(in crate::commands) hierarchy: bool,
}

impl Ask {
    /// FolderSync with key 0.
    pub(in crate::commands) fn hierarchy(who: Principal) -> Self {
        Self {
            who,
            begins: BTreeSet::new(),
            goes_on: BTreeSet::new(),
            hierarchy: true,
        }
    }
}

/// One who waits.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct Ticket(u64);

/// What becomes of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub(super) enum Entry {
    /// It needs no place.
    Free,
    /// It has one, until [`Places::leave`].
    In,
    /// It waits to be called, or gives up.
    Wait(Ticket),
    /// Too many wait.
    Full,
}

/// What happened to others meanwhile.
#[derive(Debug, Default)]
pub(super) struct News {
    /// These are in now.
    pub(super) called: Vec<Ticket>,
    /// So many places lapsed.
    pub(super) lapsed: u64,
}

/// What is being filled for a device.
#[derive(Debug)]
struct Fill {
    folders: BTreeSet<FolderNo>,
    /// Requests that are being served.
    working: usize,
    /// When the last one of them ended.
    since: Instant,
    placed: bool,
}

#[derive(Debug)]
struct Waiter {
    ask: Ask,
    /// It had a place and lost it.
    resumes: bool,
}

/// The places, and who waits for one.
#[derive(Debug)]
pub(super) struct Places {
    rules: Rules,
    fills: HashMap<Principal, Fill>,
    /// Places by account.
    held: HashMap<AccountId, usize>,
    taken: usize,
    waiting: BTreeMap<Ticket, Waiter>,
    last: u64,
    /// No place lapses before.
    check_at: Option<Instant>,
    news: News,
}

impl Places {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            fills: HashMap::new(),
            held: HashMap::new(),
            taken: 0,
            waiting: BTreeMap::new(),
            last: 0,
            check_at: None,
            news: News::default(),
        }
    }

    /// Places that are taken.
    pub(super) fn taken(&self) -> usize {
        self.taken
    }

    /// Requests that wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// When to look again, if anybody waits.
    pub(super) fn check_at(&self) -> Option<Instant> {
        self.check_at
    }

    /// What happened to others since this was last asked.
    pub(super) fn news(&mut self) -> News {
        std::mem::take(&mut self.news)
    }

    /// A request comes.
    pub(super) fn enter(&mut self, ask: Ask, now: Instant) -> Entry {
        self.pass(now);
        let fill = self.fills.get(&ask.who);
        let resumes = fill.is_some_and(|fill| !fill.folders.is_disjoint(&ask.goes_on));
        if !resumes && !ask.hierarchy && ask.begins.is_empty() {
            return Entry::Free;
        }
        if fill.is_some_and(|fill| fill.placed) || self.has_room(ask.who.account) {
            self.admit(ask, now);
            return Entry::In;
        }
        let account = ask.who.account;
        let others = self.waiting.values();
        let of_account = others.filter(|other| other.ask.who.account == account);
        if self.waiting.len() >= self.rules.waiting_max
            || of_account.count() >= self.rules.waiting_share
        {
            return Entry::Full;
        }
        self.last += 1;
        let ticket = Ticket(self.last);
        self.waiting.insert(ticket, Waiter { ask, resumes });
        Entry::Wait(ticket)
    }

    /// A request that was let in ends. `done`: folders that are not being filled any more.
    pub(super) fn leave(&mut self, who: Principal, done: &BTreeSet<FolderNo>, now: Instant) {
        if let Some(fill) = self.fills.get_mut(&who) {
            fill.working = fill.working.saturating_sub(1);
            fill.folders.retain(|folder| !done.contains(folder));
            fill.since = now;
            if fill.working == 0 && fill.folders.is_empty() {
                let placed = fill.placed;
                self.fills.remove(&who);
                if placed {
                    self.give_back(who.account);
                }
            } else {
                let lapses = now + self.rules.lapse;
                self.check_at = Some(self.check_at.map_or(lapses, |at| at.min(lapses)));
            }
        }
        self.pass(now);
    }

    /// One who waits does not want to any more. `false`: it is in, and is to leave.
    #[must_use]
    pub(super) fn give_up(&mut self, ticket: Ticket) -> bool {
        self.waiting.remove(&ticket).is_some()
    }

    /// Time passes.
    pub(super) fn pass(&mut self, now: Instant) {
        if self.check_at.is_some_and(|at| at <= now) {
            self.lapse(now);
        }
        self.call(now);
    }

    fn lapse(&mut self, now: Instant) {
        let mut next: Option<Instant> = None;
        let mut lost = Vec::new();
        for (who, fill) in &mut self.fills {
            if !fill.placed || fill.working > 0 {
                continue;
            }
            let at = fill.since + self.rules.lapse;
            if at <= now {
                fill.placed = false;
                lost.push(who.account);
            } else {
                next = Some(next.map_or(at, |next| next.min(at)));
            }
        }
        self.check_at = next;
        for account in lost {
            self.news.lapsed += 1;
            self.give_back(account);
        }
        self.forget();
    }

    /// Bounds what is remembered.
    fn forget(&mut self) {
        let lapsed = self.fills.iter().filter(|(_, fill)| !fill.placed);
        let mut lapsed: Vec<_> = lapsed.map(|(who, fill)| (fill.since, *who)).collect();
        let surplus = lapsed.len().saturating_sub(LAPSED_MAX);
        lapsed.sort_unstable();
        for (_, who) in lapsed.into_iter().take(surplus) {
            self.fills.remove(&who);
        }
    }

    /// Calls those who are next.
    fn call(&mut self, now: Instant) {
        while self.taken < self.rules.most {
            let waiting = self.waiting.iter();
            let may = waiting.filter(|(_, waiter)| self.has_room(waiter.ask.who.account));
            let next = may.min_by_key(|(ticket, waiter)| {
                let held = self.held_by(waiter.ask.who.account);
                (!waiter.resumes, held, **ticket)
            });
            let Some(who) = next.map(|(_, waiter)| waiter.ask.who) else {
                return;
            };
            // All that the device waits with go in together: it is one place.
            let with: Vec<Ticket> = self
                .waiting
                .iter()
                .filter(|(_, waiter)| waiter.ask.who == who)
                .map(|(ticket, _)| *ticket)
                .collect();
            for ticket in with {
                if let Some(waiter) = self.waiting.remove(&ticket) {
                    self.admit(waiter.ask, now);
                    self.news.called.push(ticket);
                }
            }
        }
    }

    fn admit(&mut self, ask: Ask, now: Instant) {
        let fill = self.fills.entry(ask.who).or_insert_with(|| Fill {
            folders: BTreeSet::new(),
            working: 0,
            since: now,
            placed: false,
        });
        fill.folders.extend(ask.begins);
        fill.working += 1;
        if !fill.placed {
            fill.placed = true;
            self.taken += 1;
            *self.held.entry(ask.who.account).or_default() += 1;
        }
    }

    fn give_back(&mut self, account: AccountId) {
        self.taken = self.taken.saturating_sub(1);
        if let Some(held) = self.held.get_mut(&account) {
            *held = held.saturating_sub(1);
            if *held == 0 {
                self.held.remove(&account);
            }
        }
    }

    fn held_by(&self, account: AccountId) -> usize {
        self.held.get(&account).copied().unwrap_or(0)
    }

    fn has_room(&self, account: AccountId) -> bool {
        self.taken < self.rules.most && self.held_by(account) < self.rules.share()
    }
}

#[cfg(test)]
mod tests;
