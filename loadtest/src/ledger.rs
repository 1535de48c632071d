//! The ledger: every change must be told to every phone of its account, once.
//!
//! A message has at most one change under way, so that no two can be told as one; only when all phones know of it is
//! it changed again. A server may tell the phones before it tells whoever made the change: what is told meanwhile is
//! measured once it is known when the change was there.

mod pages;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use protocol::device::ItemCopy;

use crate::beside::Comparison;
use crate::hand::{Marks, Place};
use crate::latency::{Latencies, Series};
use crate::phone::{By, Report, Told};
use pages::{Early, Pending, PhonePage, Timing, What};

pub(crate) use pages::{Change, Message};

/// What was changed, and who was told.
#[derive(Debug)]
pub(crate) struct Ledger {
    phones: Vec<PhonePage>,
    /// The phones of each account.
    owners: Vec<Vec<usize>>,
    /// By account, then by number.
    messages: Vec<BTreeMap<u64, Message>>,
    /// Changes under way, by the message's number.
    timings: HashMap<u64, Timing>,
    /// What every subject of this run begins with.
    prefix: String,
    pending: usize,
    set_up: usize,
    figures: Figures,
    /// What other clients were told of the same changes.
    pub(crate) comparison: Comparison,
}

/// What is counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    /// Changes made.
    pub(crate) changes: usize,
    /// Changes to be told, each once for every phone of its account.
    pub(crate) expected: usize,
    /// Changes told as often as they should be.
    pub(crate) told: usize,
    /// Changes told once more.
    pub(crate) doubled: usize,
    /// Told without a change.
    pub(crate) unexpected: usize,
    /// Announcements of our folders when nothing of ours was on the way.
    pub(crate) extra: usize,
    /// Folders that began anew.
    pub(crate) restarts: usize,
    /// Requests that went wrong, and were tried again.
    pub(crate) troubles: usize,
    /// The last of them.
    pub(crate) last_trouble: Option<String>,
    /// Phones that gave up waiting.
    pub(crate) stopped: usize,
    /// From the change to the last byte of the answer that announced it.
    pub(crate) push: Latencies,
    /// The same, from just before whoever made the change gave it out of hand.
    pub(crate) push_before: Latencies,
    /// As `push`, of phones that are slow, or out of reach now and then.
    pub(crate) push_disturbed: Latencies,
    /// From the change to the last byte of the answer that brought it.
    pub(crate) sync: Latencies,
    /// `push` by the time.
    pub(crate) push_series: Option<Series>,
}

impl Ledger {
    /// For phones of these accounts.
    pub(crate) fn new(phones: &[usize], accounts: usize, prefix: &str) -> Self {
        let mut owners = vec![Vec::new(); accounts];
        for (phone, account) in phones.iter().enumerate() {
            if let Some(owned) = owners.get_mut(*account) {
                owned.push(phone);
            }
        }
        Self {
            phones: phones.iter().map(|_| PhonePage::default()).collect(),
            owners,
            messages: vec![BTreeMap::new(); accounts],
            timings: HashMap::new(),
            prefix: prefix.to_owned(),
            pending: 0,
            set_up: 0,
            figures: Figures::default(),
            comparison: Comparison::default(),
        }
    }

    /// A phone is slow, or out of reach now and then.
    pub(crate) fn disturb(&mut self, phone: usize) {
        if let Some(page) = self.phones.get_mut(phone) {
            page.disturbed = true;
        }
    }

    /// Keeps announcements by the time from `began` on.
    pub(crate) fn keep_series(&mut self, began: Instant, slice: Duration) {
        self.figures.push_series = Some(Series::new(began, slice));
    }

    /// The subject of a message.
    pub(crate) fn subject(&self, number: u64) -> String {
        format!("{}{number}", self.prefix)
    }

    /// Messages of an account that have no change under way.
    pub(crate) fn settled(&self, account: usize) -> Vec<(u64, Message)> {
        let messages = self.messages.get(account).into_iter().flatten();
        messages
            .filter(|(number, _)| !self.timings.contains_key(number))
            .map(|(number, message)| (*number, *message))
            .collect()
    }

    /// Something was done to a message of an account.
    pub(crate) fn changed(
        &mut self,
        account: usize,
        number: u64,
        place: Place,
        (change, there): (Change, Instant),
    ) {
        self.begin(account, number, place, (change, there));
        self.done(number, there, there);
    }

    /// Something is about to be done to a message of an account, which is then at `place`; see [`Self::done`].
    pub(crate) fn begin(
        &mut self,
        account: usize,
        number: u64,
        place: Place,
        (change, begun): (Change, Instant),
    ) {
        let phones = self.owners.get(account).map(Vec::as_slice);
        let phones = phones.unwrap_or_default();
        let from = match change {
            Change::Moved => place.other(),
            Change::Delivered | Change::Marked(_) | Change::Removed => place,
        };
        for phone in phones {
            let pending = Pending {
                change,
                places: [place, from],
                begun,
                announced: false,
                halves: [false, false],
            };
            if let Some(page) = self.phones.get_mut(*phone) {
                page.pending.insert(number, pending);
            }
        }
        let timing = Timing {
            account,
            there: None,
            waiting: phones.len(),
            early: Vec::new(),
        };
        self.timings.insert(number, timing);
        self.pending += phones.len();
        self.figures.changes += 1;
        self.figures.expected += phones.len();
        let Some(messages) = self.messages.get_mut(account) else {
            return;
        };
        let was = messages.get(&number).map(|message| message.marks);
        let marks = match change {
            Change::Delivered => Marks::default(),
            Change::Marked(marks) => marks,
            Change::Moved => was.unwrap_or_default(),
            Change::Removed => {
                messages.remove(&number);
                return;
            }
        };
        messages.insert(number, Message { place, marks });
    }

    /// What was begun is done: it was about to be there at `before`, and was there at `there`.
    pub(crate) fn done(&mut self, number: u64, before: Instant, there: Instant) {
        let Some(timing) = self.timings.get_mut(&number) else {
            return;
        };
        timing.there = Some((before, there));
        let early = std::mem::take(&mut timing.early);
        self.comparison.there(number, there);
        for told in early {
            self.measure(number, told);
        }
        self.close(number);
    }

    /// A phone was told something.
    pub(crate) fn take(&mut self, report: Report) {
        let Report {
            phone: which,
            at,
            by,
            told,
        } = report;
        match told {
            Told::SetUp => {
                if let Some(phone) = self.phones.get_mut(which)
                    && !std::mem::replace(&mut phone.set_up, true)
                {
                    self.set_up += 1;
                }
            }
            Told::Announced(places) => self.announced(which, &places, at),
            Told::Added(item, copy) => {
                let Some(number) = number(&self.prefix, &copy) else {
                    return;
                };
                if let Some(phone) = self.phones.get_mut(which) {
                    phone.items.insert(item, number);
                }
                self.settle(which, number, Change::Delivered, (at, by));
            }
            Told::Changed(item, copy) => {
                let Some(number) = self.number_of(which, &item) else {
                    return;
                };
                let marks = Marks {
                    read: copy.read,
                    flagged: copy.flagged,
                };
                self.settle(which, number, Change::Marked(marks), (at, by));
            }
            Told::Gone(item) => {
                let phone = self.phones.get_mut(which);
                if let Some(number) = phone.and_then(|phone| phone.items.remove(&item)) {
                    self.settle(which, number, Change::Removed, (at, by));
                }
            }
            Told::Doubled(item) => {
                self.figures.doubled += usize::from(self.number_of(which, &item).is_some());
            }
            Told::Restarted => self.figures.restarts += 1,
            Told::Trouble(trouble) => {
                self.figures.troubles += 1;
                self.figures.last_trouble = Some(trouble);
            }
            Told::Stopped => self.figures.stopped += 1,
        }
    }

    fn number_of(&self, which: usize, item: &protocol::command::ServerId) -> Option<u64> {
        self.phones.get(which)?.items.get(item).copied()
    }

    /// A Ping named folders.
    fn announced(&mut self, which: usize, places: &[Place], at: Instant) {
        let Some(phone) = self.phones.get_mut(which) else {
            return;
        };
        let ours = phone.pending.iter_mut().filter(|(_, one)| {
            one.begun <= at && one.places.iter().any(|place| places.contains(place))
        });
        let (mut count, mut news) = (0, Vec::new());
        for (number, pending) in ours {
            count += 1;
            if !std::mem::replace(&mut pending.announced, true) {
                news.push(*number);
            }
        }
        self.figures.extra += usize::from(count == 0 && !places.is_empty());
        for number in news {
            self.measure(number, Early::new(which, What::Push, at));
        }
    }

    /// A phone knows of a change now, if it is the one under way.
    fn settle(&mut self, which: usize, number: u64, told: Change, (at, by): (Instant, By)) {
        let Some(phone) = self.phones.get_mut(which) else {
            return;
        };
        let figures = &mut self.figures;
        let Some(pending) = phone.pending.get_mut(&number) else {
            figures.doubled += 1;
            return;
        };
        let Some(whole) = pending.told(told) else {
            figures.unexpected += 1;
            return;
        };
        // An answer that was held back announces and brings at once.
        let pushed = by == By::Push && !std::mem::replace(&mut pending.announced, true);
        if pushed {
            self.measure(number, Early::new(which, What::Push, at));
        }
        if !whole {
            return;
        }
        if let Some(phone) = self.phones.get_mut(which) {
            phone.pending.remove(&number);
        }
        self.figures.told += 1;
        self.pending = self.pending.saturating_sub(1);
        self.measure(number, Early::new(which, What::Sync, at));
        if let Some(timing) = self.timings.get_mut(&number) {
            timing.waiting = timing.waiting.saturating_sub(1);
        }
        self.close(number);
    }

    /// Counts how long something took, now or when it is known since when.
    fn measure(&mut self, number: u64, told: Early) {
        let Some(timing) = self.timings.get_mut(&number) else {
            return;
        };
        let Some((before, there)) = timing.there else {
            timing.early.push(told);
            return;
        };
        let Some(phone) = self.phones.get_mut(told.phone) else {
            return;
        };
        let Early { what, at, .. } = told;
        let took = at.saturating_duration_since(there);
        let figures = &mut self.figures;
        match what {
            // It spoke of an earlier change.
            What::Push if at < before => {
                if let Some(pending) = phone.pending.get_mut(&number) {
                    pending.announced = false;
                }
            }
            What::Push if phone.disturbed => figures.push_disturbed.record(took),
            What::Push => {
                figures.push.record(took);
                figures
                    .push_before
                    .record(at.saturating_duration_since(before));
                if let Some(series) = &mut figures.push_series {
                    series.record(at, took);
                }
                self.comparison.pushed(timing.account, number, at);
            }
            What::Sync if phone.disturbed => {}
            What::Sync => figures.sync.record(took),
        }
    }

    /// Forgets a change that is there, and that everybody was told of.
    fn close(&mut self, number: u64) {
        let over = |timing: &Timing| timing.waiting == 0 && timing.there.is_some();
        if self.timings.get(&number).is_some_and(over) {
            self.timings.remove(&number);
        }
    }

    /// How many phones are filled.
    pub(crate) fn set_up(&self) -> usize {
        self.set_up
    }

    /// Changes that phones are yet to be told.
    pub(crate) fn pending(&self) -> usize {
        self.pending
    }

    pub(crate) fn figures(&self) -> &Figures {
        &self.figures
    }
}

/// The number of a message of this run.
fn number(prefix: &str, copy: &ItemCopy) -> Option<u64> {
    copy.subject.strip_prefix(prefix)?.parse().ok()
}
