//! The ledger on pages of a few lines.

use std::time::{Duration, Instant};

use protocol::command::ServerId;
use protocol::device::ItemCopy;

use super::{Change, Ledger};
use crate::hand::{Marks, Place};
use crate::phone::{By, Report, Told};

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

#[test]
fn what_is_told_before_the_server_has_answered_is_measured_then() {
    let mut book = Book::new();
    book.added(0, By::Push);
    book.added(1, By::Push);
    let (start, at) = (book.start, |ms: u32| book.start + ms * MS);
    let ledger = &mut book.ledger;
    ledger.begin(0, 8, Place::Inbox, (Change::Delivered, start));
    let copy = |number| ItemCopy {
        subject: format!("load x {number}"),
        ..ItemCopy::default()
    };
    let mut tell = |ms, phone, told| {
        ledger.take(Report {
            phone,
            at: at(ms),
            by: By::Push,
            told,
        });
    };
    let pushes = |ledger: &Ledger| ledger.figures().push.len();
    // Phone 0 is told of something older before the message was given away.
    tell(1, 0, Told::Announced(vec![Place::Inbox]));
    tell(4, 1, Told::Announced(vec![Place::Inbox]));
    assert_eq!(pushes(ledger), 2);
    assert!(ledger.settled(0).iter().all(|(number, _)| *number != 8));
    ledger.done(8, at(2), at(5));
    assert_eq!(pushes(ledger), 3, "only phone 1 was told of it");
    for phone in [0, 1] {
        ledger.take(Report {
            phone,
            at: at(6),
            by: By::Request,
            told: Told::Added(ServerId::from_numbers(5, 8), copy(8)),
        });
    }
    assert_eq!((pushes(ledger), ledger.pending()), (3, 0));
    assert_eq!(ledger.settled(0).len(), 2);
}

#[test]
fn a_move_is_told_when_it_is_gone_there_and_here() {
    let mut book = Book::new();
    book.added(0, By::Push);
    book.added(1, By::Push);
    let change = (Change::Moved, book.start);
    book.ledger.changed(0, 7, Place::Folder, change);
    book.tell(0, By::Request, Told::Gone(item()));
    assert_eq!(book.ledger.pending(), 2);
    let copy = ItemCopy {
        subject: book.ledger.subject(7),
        ..ItemCopy::default()
    };
    let moved = ServerId::from_numbers(9, 1);
    book.tell(0, By::Request, Told::Added(moved.clone(), copy.clone()));
    assert_eq!(book.ledger.pending(), 1);
    book.tell(1, By::Request, Told::Added(moved, copy));
    book.tell(1, By::Request, Told::Gone(item()));
    let figures = book.ledger.figures();
    assert_eq!(
        (figures.told, figures.doubled, figures.unexpected),
        (4, 0, 0)
    );
    assert_eq!(book.ledger.settled(0)[0].1.place, Place::Folder);
}
