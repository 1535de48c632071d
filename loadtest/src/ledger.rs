//! The ledger: every change must be told to every phone of its account, once.
//!
//! A message has at most one change under way, so that no two can be told as one; only when all phones know of it is
//! it changed again.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use protocol::command::ServerId;
use protocol::device::{ItemCopy, Trouble};

use crate::hand::{Marks, Place};
use crate::phone::{By, Report, Told};

/// What was changed, and who was told.
#[derive(Debug)]
pub(crate) struct Ledger {
    phones: Vec<PhonePage>,
    /// By account, then by number.
    messages: Vec<BTreeMap<u64, Message>>,
    /// What every subject of this run begins with.
    prefix: String,
    figures: Figures,
}

/// What one phone knows, and what it is yet to be told.
#[derive(Debug, Default)]
struct PhonePage {
    account: usize,
    set_up: bool,
    items: HashMap<ServerId, u64>,
    pending: BTreeMap<u64, Pending>,
}

#[derive(Clone, Copy, Debug)]
struct Pending {
    change: Change,
    place: Place,
    there: Instant,
    announced: bool,
}

/// What happened to a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Change {
    /// It was delivered.
    Delivered,
    /// It has these marks now.
    Marked(Marks),
    /// It was removed.
    Removed,
}

/// A message as the Maildir has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message {
    /// Where it is.
    pub(crate) place: Place,
    /// Its marks.
    pub(crate) marks: Marks,
    /// So many phones are yet to be told of its last change.
    waiting: usize,
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
    pub(crate) last_trouble: Option<Trouble>,
    /// Phones that gave up waiting.
    pub(crate) stopped: usize,
    /// From the change to the last byte of the answer that announced it.
    pub(crate) push: Vec<Duration>,
    /// From the change to the last byte of the answer that brought it.
    pub(crate) sync: Vec<Duration>,
}

impl Ledger {
    /// For phones of these accounts.
    pub(crate) fn new(phones: &[usize], accounts: usize, prefix: &str) -> Self {
        let page = |account: &usize| PhonePage {
            account: *account,
            ..PhonePage::default()
        };
        Self {
            phones: phones.iter().map(page).collect(),
            messages: vec![BTreeMap::new(); accounts],
            prefix: prefix.to_owned(),
            figures: Figures::default(),
        }
    }

    /// The subject of a message.
    pub(crate) fn subject(&self, number: u64) -> String {
        format!("{}{number}", self.prefix)
    }

    /// Messages of an account of whose last change every phone was told.
    pub(crate) fn settled(&self, account: usize) -> Vec<(u64, Message)> {
        let messages = self.messages.get(account).into_iter().flatten();
        messages
            .filter(|(_, message)| message.waiting == 0)
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
        let mut waiting = 0;
        for phone in self.phones.iter_mut().filter(|one| one.account == account) {
            waiting += 1;
            let pending = Pending {
                change,
                place,
                there,
                announced: false,
            };
            phone.pending.insert(number, pending);
        }
        self.figures.changes += 1;
        self.figures.expected += waiting;
        let Some(messages) = self.messages.get_mut(account) else {
            return;
        };
        let marks = match change {
            Change::Delivered => Marks::default(),
            Change::Marked(marks) => marks,
            Change::Removed => {
                messages.remove(&number);
                return;
            }
        };
        let message = Message {
            place,
            marks,
            waiting,
        };
        messages.insert(number, message);
    }

    /// A phone was told something.
    pub(crate) fn take(&mut self, report: Report) {
        let Report {
            phone: which,
            at,
            by,
            told,
        } = report;
        let Some(phone) = self.phones.get_mut(which) else {
            return;
        };
        match told {
            Told::SetUp => phone.set_up = true,
            Told::Announced(places) => {
                announced(phone, &places, at, &mut self.figures);
            }
            Told::Added(item, copy) => {
                let Some(number) = number(&self.prefix, &copy) else {
                    return;
                };
                phone.items.insert(item, number);
                self.settle(which, number, &[Change::Delivered], (at, by));
            }
            Told::Changed(item, copy) => {
                let Some(number) = phone.items.get(&item).copied() else {
                    return;
                };
                let marks = Marks {
                    read: copy.read,
                    flagged: copy.flagged,
                };
                self.settle(which, number, &[Change::Marked(marks)], (at, by));
            }
            Told::Gone(item) => {
                if let Some(number) = phone.items.remove(&item) {
                    self.settle(which, number, &[Change::Removed], (at, by));
                }
            }
            Told::Doubled(item) => {
                self.figures.doubled += usize::from(phone.items.contains_key(&item));
            }
            Told::Restarted => self.figures.restarts += 1,
            Told::Trouble(trouble) => {
                self.figures.troubles += 1;
                self.figures.last_trouble = Some(trouble);
            }
            Told::Stopped => self.figures.stopped += 1,
        }
    }

    /// A phone knows of a change now, if it is the one under way.
    fn settle(&mut self, which: usize, number: u64, told: &[Change], (at, by): (Instant, By)) {
        let Some(phone) = self.phones.get_mut(which) else {
            return;
        };
        let figures = &mut self.figures;
        let Some(pending) = phone.pending.get(&number).copied() else {
            figures.doubled += 1;
            return;
        };
        if !told.contains(&pending.change) {
            figures.unexpected += 1;
            return;
        }
        phone.pending.remove(&number);
        let took = at.saturating_duration_since(pending.there);
        figures.told += 1;
        figures.sync.push(took);
        // An answer that was held back announces and brings at once.
        if by == By::Push && !pending.announced {
            figures.push.push(took);
        }
        let messages = self.messages.get_mut(phone.account);
        if let Some(message) = messages.and_then(|messages| messages.get_mut(&number)) {
            message.waiting = message.waiting.saturating_sub(1);
        }
    }

    /// Whether every phone is filled.
    pub(crate) fn set_up(&self) -> usize {
        self.phones.iter().filter(|phone| phone.set_up).count()
    }

    /// Changes that phones are yet to be told.
    pub(crate) fn pending(&self) -> usize {
        self.phones.iter().map(|phone| phone.pending.len()).sum()
    }

    pub(crate) fn figures(&self) -> &Figures {
        &self.figures
    }
}

fn announced(phone: &mut PhonePage, places: &[Place], at: Instant, figures: &mut Figures) {
    let mut ours = 0;
    let pending = phone.pending.values_mut();
    for pending in pending.filter(|one| places.contains(&one.place) && one.there <= at) {
        ours += 1;
        if !pending.announced {
            pending.announced = true;
            let took = at.saturating_duration_since(pending.there);
            figures.push.push(took);
        }
    }
    figures.extra += usize::from(ours == 0 && !places.is_empty());
}

/// The number of a message of this run.
fn number(prefix: &str, copy: &ItemCopy) -> Option<u64> {
    copy.subject.strip_prefix(prefix)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    struct Book {
        ledger: Ledger,
        start: Instant,
    }

    impl Book {
        /// Two phones of one account, one message delivered.
        fn new() -> Self {
            let mut book = Self {
                ledger: Ledger::new(&[0, 0], 1, "load x "),
                start: Instant::now(),
            };
            book.change(Change::Delivered);
            book
        }

        fn change(&mut self, change: Change) {
            self.ledger
                .changed(0, 7, Place::Inbox, (change, self.start));
        }

        fn tell(&mut self, phone: usize, by: By, told: Told) {
            let at = self.start + 3 * MS;
            self.ledger.take(Report {
                phone,
                at,
                by,
                told,
            });
        }

        fn added(&mut self, phone: usize, by: By) {
            let copy = ItemCopy {
                subject: self.ledger.subject(7),
                ..ItemCopy::default()
            };
            self.tell(phone, by, Told::Added(item(), copy));
        }
    }

    fn item() -> ServerId {
        ServerId::from_numbers(5, 1)
    }

    #[test]
    fn a_change_settles_when_every_phone_was_told_once() {
        let mut book = Book::new();
        book.tell(0, By::Push, Told::Announced(vec![Place::Inbox]));
        book.added(0, By::Request);
        assert_eq!(book.ledger.pending(), 1);
        assert!(book.ledger.settled(0).is_empty());
        book.added(1, By::Push);
        assert_eq!(book.ledger.pending(), 0);
        assert_eq!(book.ledger.settled(0).len(), 1);
        let figures = book.ledger.figures();
        assert_eq!((figures.expected, figures.told, figures.doubled), (2, 2, 0));
        assert_eq!((figures.push.len(), figures.sync.len()), (2, 2));
    }

    #[test]
    fn what_is_told_again_or_wrongly_is_counted() {
        let mut book = Book::new();
        book.added(0, By::Request);
        book.added(0, By::Request);
        book.tell(0, By::Request, Told::Doubled(item()));
        book.added(1, By::Request);
        let marks = Marks {
            read: true,
            flagged: false,
        };
        book.change(Change::Marked(marks));
        book.tell(0, By::Request, Told::Changed(item(), ItemCopy::default()));
        book.tell(0, By::Push, Told::Announced(vec![Place::Folder]));
        let figures = book.ledger.figures();
        assert_eq!((figures.doubled, figures.unexpected), (2, 1));
        assert_eq!(figures.extra, 1);
        assert_eq!(book.ledger.pending(), 2);
    }

    #[test]
    fn removed_messages_are_changed_no_more() {
        let mut book = Book::new();
        book.added(0, By::Push);
        book.added(1, By::Push);
        book.change(Change::Removed);
        assert!(book.ledger.settled(0).is_empty());
        book.tell(0, By::Push, Told::Gone(item()));
        book.tell(1, By::Push, Told::Gone(item()));
        assert_eq!(book.ledger.pending(), 0);
        assert_eq!(book.ledger.figures().told, 4);
    }

    #[test]
    fn mail_of_others_is_not_ours() {
        let mut book = Book::new();
        let copy = ItemCopy {
            subject: "Lunch".to_owned(),
            ..ItemCopy::default()
        };
        book.tell(0, By::Request, Told::Added(item(), copy));
        book.tell(0, By::Request, Told::Gone(item()));
        let figures = book.ledger.figures();
        assert_eq!((figures.doubled, figures.unexpected), (0, 0));
    }
}
