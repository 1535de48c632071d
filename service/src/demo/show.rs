//! The demo as it runs: the phone lives, mail is delivered, and both are told about.

use std::io;
use std::time::{Duration, Instant};

use protocol::command::folder_sync::FolderType;
use protocol::command::{CollectionId, StatusCode};
use protocol::device::{Event, Replica};
use protocol::query::Command;
use tokio::time;
use tokio_util::sync::CancellationToken;

use super::ledger::{Balance, Ledger};
use super::mail;
use super::maildir::Maildir;
use super::phone::{Phone, Turn};
use super::say::{Entry, Printer, Weight, Wire};
use super::tell;
use super::wire::Exchange;

/// Within which time the account is on the phone.
const SET_UP_LIMIT: Duration = Duration::from_secs(30);
/// Within which time a message is on the phone, and the phone waits again.
const PUSH_LIMIT: Duration = Duration::from_secs(15);

/// The demo as it runs.
pub(super) struct Show {
    pub(super) phone: Phone,
    pub(super) printer: Printer,
    maildir: Maildir,
    ledger: Ledger,
    plan: Plan,
    /// So many messages were delivered.
    delivered: u64,
    /// When the next message is due.
    next: Option<Instant>,
    began: Instant,
    /// When the phone was last answered.
    answered: Instant,
    /// Whether it was told that something takes too long.
    late: Late,
    fill: Option<Fill>,
}

/// How much is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    /// After so many pushes it ends; `None` is never.
    pub(super) pushes: Option<u64>,
    /// How long the phone waits until the next message comes.
    pub(super) pause: Duration,
}

/// Whether something takes too long.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Late {
    No,
    Told,
}

/// The set-up, summed up.
#[derive(Default)]
struct Fill {
    requests: usize,
    wire: Wire,
}

/// Why the show is over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ended {
    /// Everything planned was shown.
    Complete,
    /// The user asked for it.
    Asked,
    /// The account did not get onto the phone.
    NotSetUp,
    /// A message did not get onto the phone, or the phone stopped waiting.
    NotPushed,
    /// The phone stopped waiting for ever.
    Stopped(StatusCode),
}

impl Ended {
    /// In a word.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Asked => "interrupted",
            Self::NotSetUp => "not set up",
            Self::NotPushed => "not pushed",
            Self::Stopped(_) => "stopped",
        }
    }
}

/// What comes next.
enum Next {
    Turn(Turn),
    Delivery,
    Overdue,
    Stop,
}

impl Show {
    pub(super) fn new(phone: Phone, maildir: Maildir, printer: Printer, plan: Plan) -> Self {
        Self {
            phone,
            printer,
            maildir,
            ledger: Ledger::default(),
            plan,
            delivered: 0,
            next: None,
            began: Instant::now(),
            answered: Instant::now(),
            late: Late::No,
            fill: Some(Fill::default()),
        }
    }

    pub(super) fn balance(&self) -> Balance {
        self.ledger.balance()
    }

    /// Runs until everything was shown or `stop` is cancelled.
    ///
    /// # Errors
    /// When nobody reads any more, or the message cannot be delivered.
    pub(super) async fn run(&mut self, stop: &CancellationToken) -> io::Result<Ended> {
        loop {
            let asked = stop.is_cancelled();
            if asked && self.ledger.waiting_since().is_none() {
                return Ok(Ended::Asked);
            }
            let overdue = self.overdue();
            let next = tokio::select! {
                biased;
                turn = self.phone.turn() => Next::Turn(turn),
                () = stop.cancelled(), if !asked => Next::Stop,
                () = at(self.next), if !asked => Next::Delivery,
                () = at(overdue) => Next::Overdue,
            };
            match next {
                Next::Turn(turn) => {
                    if let Some(status) = self.take(turn)? {
                        return Ok(Ended::Stopped(status));
                    }
                }
                Next::Delivery => self.deliver()?,
                Next::Overdue if self.fill.is_some() => return Ok(Ended::NotSetUp),
                Next::Overdue if asked || self.plan.pushes.is_some() => {
                    return Ok(Ended::NotPushed);
                }
                // Others may use the service meanwhile, and may keep it busy: it goes on until the user says so.
                Next::Overdue => {
                    self.late = Late::Told;
                    self.note("this takes longer than it should", Instant::now())?;
                }
                // What is on its way may still arrive in time, and not any later.
                Next::Stop => self.late = Late::No,
            }
            if self.is_complete() {
                return Ok(Ended::Complete);
            }
            self.settle();
        }
    }

    /// Tells what the phone did; a status if it waits no more.
    pub(super) fn take(&mut self, turn: Turn) -> io::Result<Option<StatusCode>> {
        let Turn { exchange, events } = turn;
        let now = exchange
            .as_ref()
            .map_or_else(Instant::now, |(_, exchange)| exchange.ended);
        if let Some((command, exchange)) = exchange {
            self.take_exchange(command, &exchange, &events)?;
        }
        let mut stopped = None;
        for event in events {
            match event {
                Event::SetUp => self.set_up(now)?,
                Event::Parked {
                    heartbeat_s,
                    folders,
                    ..
                } => {
                    let entry = Entry::Parked {
                        heartbeat_s,
                        folders,
                    };
                    self.printer.say(&entry, now)?;
                }
                Event::Doubled { .. } => self.ledger.doubled(),
                Event::PushStopped(status) => stopped = Some(status),
                Event::Trouble { trouble, .. } => self.note(&tell::reason(&trouble), now)?,
                _ => {}
            }
        }
        Ok(stopped)
    }

    fn take_exchange(
        &mut self,
        command: Option<Command>,
        exchange: &Exchange,
        events: &[Event],
    ) -> io::Result<()> {
        if exchange.outcome.is_ok() {
            self.answered = exchange.ended;
            self.late = Late::No;
        }
        let wire = Wire {
            took: exchange.ended.saturating_duration_since(exchange.began),
            sent: exchange.sent,
            received: exchange.received,
        };
        if let Some(fill) = &mut self.fill {
            fill.requests += 1;
            fill.wire.took += wire.took;
            fill.wire.sent += wire.sent;
            fill.wire.received += wire.received;
        }
        let mut special = self.announcements(exchange, events, wire);
        special.extend(self.arrivals(exchange, events, wire));
        if special.is_empty() {
            special.push(Entry::Request {
                name: command.map_or("OPTIONS", Command::as_str).to_owned(),
                status: exchange.outcome.as_ref().map_or(0, |answer| answer.status),
                text: tell::outcome(&exchange.outcome, events, self.phone.replica()),
                wire,
            });
        }
        special
            .iter()
            .try_for_each(|entry| self.printer.say(entry, exchange.ended))
    }

    fn announcements(&mut self, exchange: &Exchange, events: &[Event], wire: Wire) -> Vec<Entry> {
        let inbox = inbox(self.phone.replica());
        let mut entries = Vec::new();
        for event in events {
            let Event::Announced(folders) = event else {
                continue;
            };
            let ours = inbox.as_ref().is_some_and(|inbox| folders.contains(inbox));
            let push = ours
                .then(|| self.ledger.announced(exchange.ended))
                .flatten();
            let names = folders
                .iter()
                .map(|folder| tell::folder_name(self.phone.replica(), folder));
            entries.push(Entry::Announced {
                folders: names.collect(),
                push,
                wire,
            });
        }
        entries
    }

    fn arrivals(&mut self, exchange: &Exchange, events: &[Event], wire: Wire) -> Vec<Entry> {
        let mut entries = Vec::new();
        for event in events {
            let Event::ItemAdded { folder, copy, .. } = event else {
                continue;
            };
            let Some(sync) = self.ledger.synced(&copy.subject, exchange.ended) else {
                continue;
            };
            entries.push(Entry::Synced {
                subject: copy.subject.clone(),
                folder: tell::folder_name(self.phone.replica(), folder),
                sync,
                wire,
            });
        }
        entries
    }

    fn set_up(&mut self, now: Instant) -> io::Result<()> {
        let Some(fill) = self.fill.take() else {
            return Ok(());
        };
        let entry = Entry::SetUp {
            requests: fill.requests,
            wire: fill.wire,
        };
        self.printer.say(&entry, now)
    }

    fn note(&self, text: &str, now: Instant) -> io::Result<()> {
        let entry = Entry::Note {
            text: text.to_owned(),
            weight: Weight::Trouble,
        };
        self.printer.say(&entry, now)
    }

    /// Puts the next message into the Maildir: while the phone waits and has nothing else to do.
    fn deliver(&mut self) -> io::Result<()> {
        self.next = None;
        if !self.phone.is_parked() {
            return Ok(());
        }
        self.delivered += 1;
        let new = mail::arrival(self.delivered, std::time::SystemTime::now());
        let there = self.maildir.deliver(&new.raw, self.delivered)?;
        self.ledger.delivered(&new.subject, there);
        let entry = Entry::Delivered {
            subject: new.subject,
        };
        self.printer.say(&entry, there)
    }

    /// Says when the next message is due: some time after everything has become quiet.
    fn settle(&mut self) {
        let waits = self.phone.is_parked() && self.ledger.waiting_since().is_none();
        let more = self
            .plan
            .pushes
            .is_none_or(|pushes| self.delivered < pushes);
        if self.fill.is_none() && waits && more && self.next.is_none() {
            self.next = Some(Instant::now() + self.plan.pause);
        }
    }

    fn is_complete(&self) -> bool {
        let all = self.plan.pushes == Some(self.delivered);
        all && self.ledger.waiting_since().is_none() && self.phone.is_parked()
    }

    /// When the phone must be set up, have the message, or wait again.
    fn overdue(&self) -> Option<Instant> {
        if self.late == Late::Told {
            return None;
        }
        match (&self.fill, self.ledger.waiting_since()) {
            (Some(_), _) => Some(self.began + SET_UP_LIMIT),
            (None, Some(delivered)) => Some(delivered + PUSH_LIMIT),
            (None, None) if self.phone.is_parked() => None,
            (None, None) => Some(self.answered + PUSH_LIMIT),
        }
    }
}

fn inbox(replica: &Replica) -> Option<CollectionId> {
    let mut folders = replica.folders.iter();
    folders
        .find(|(_, copy)| copy.folder.folder_type == FolderType::Inbox)
        .map(|(id, _)| id.clone())
}

/// Until then; for ever if there is no such time.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => time::sleep_until(time.into()).await,
        None => std::future::pending().await,
    }
}
