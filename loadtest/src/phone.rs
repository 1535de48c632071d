//! A phone of the fleet: the state machine on real connections, which reports what it was told.

use std::time::{Duration, Instant};

use protocol::command::folder_sync::FolderType;
use protocol::command::{CollectionId, ServerId};
use protocol::device::{
    Backoffs, Config, Connection, Device, Event, Failure, ItemCopy, Output, Profile, Trouble,
};
use tokio::sync::mpsc::Sender;
use tokio::time;

use crate::dice::Dice;
use crate::hand::{FOLDER, Place};
use crate::wire::{Exchange, Lane, Server};

/// What a phone was told, and when.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    /// Which phone, counted from 0.
    pub(crate) phone: usize,
    /// When the last byte of the answer was there.
    pub(crate) at: Instant,
    /// How it came.
    pub(crate) by: By,
    /// What.
    pub(crate) told: Told,
}

/// How news came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum By {
    /// By an answer for which the phone had been waiting.
    Push,
    /// By an answer that it had asked for.
    Request,
}

/// What a phone was told.
#[derive(Clone, Debug)]
pub(crate) enum Told {
    /// All folders are filled.
    SetUp,
    /// A Ping named folders.
    Announced(Vec<Place>),
    /// A new item.
    Added(ServerId, ItemCopy),
    /// A changed item.
    Changed(ServerId, ItemCopy),
    /// An item is gone.
    Gone(ServerId),
    /// An item that the phone had, sent as new.
    Doubled(ServerId),
    /// A folder that begins anew.
    Restarted,
    /// Something went wrong; the phone tries again.
    Trouble(Trouble),
    /// The phone gave up waiting.
    Stopped,
}

/// A phone and the connections that it asks for.
pub(crate) struct Phone {
    number: usize,
    pub(crate) device: Device,
    server: Server,
    main: Lane,
    push: Lane,
    cuts: Cuts,
}

/// One family after the other.
fn profile(number: usize) -> Profile {
    match number % 3 {
        0 => Profile::ios(),
        1 => Profile::aosp(),
        _ => Profile::samsung(),
    }
}

/// When a phone loses its connections: in a lift, a tunnel, between two networks.
pub(crate) struct Cuts {
    every: Duration,
    dice: Dice,
    next: Option<Instant>,
}

impl Cuts {
    /// About every so many seconds; 0: never.
    pub(crate) fn new(every_s: u64, seed: u64) -> Self {
        Self {
            every: Duration::from_secs(every_s),
            dice: Dice::new(seed),
            next: None,
        }
    }

    /// Chooses when the next one is: after half to one and a half times the interval.
    fn choose(&mut self, now: Instant) {
        let (least, spread) = (self.every / 2, self.every.as_millis());
        let spread = self.dice.below(usize::try_from(spread).unwrap_or(0));
        let more = Duration::from_millis(u64::try_from(spread).unwrap_or(0));
        self.next = (!self.every.is_zero()).then(|| now + least + more);
    }
}

impl Phone {
    /// The phone with this number, of one family after the other.
    pub(crate) fn new(
        number: usize,
        user: &str,
        (run, server): (&str, Server),
        cuts: Cuts,
    ) -> Self {
        let mut phone = Self::of_family(profile(number), number, user, (run, server));
        phone.cuts = cuts;
        phone
    }

    /// A phone that tries again much sooner than its family does, for services that come back at once.
    pub(crate) fn impatient(number: usize, user: &str, (run, server): (&str, Server)) -> Self {
        let mut profile = profile(number);
        profile.backoffs = Backoffs {
            first: Duration::from_millis(100),
            max: Duration::from_secs(1),
        };
        Self::of_family(profile, number, user, (run, server))
    }

    fn of_family(
        profile: Profile,
        number: usize,
        user: &str,
        (run, server): (&str, Server),
    ) -> Self {
        let id = format!("LOAD{run}{number:05}");
        Self {
            number,
            device: Device::new(Config::new(profile, user, id)),
            server,
            main: Lane::default(),
            push: Lane::default(),
            cuts: Cuts::new(0, 0),
        }
    }

    /// Lives from `start` on, until nobody wants its reports any more.
    pub(crate) async fn live(mut self, start: Instant, reports: Sender<Report>) {
        time::sleep_until(start.into()).await;
        self.cuts.choose(start);
        loop {
            let (at, by) = self.turn().await;
            while let Some(event) = self.device.next_event() {
                let Some(told) = self.told(event) else {
                    continue;
                };
                let report = Report {
                    phone: self.number,
                    at,
                    by,
                    told,
                };
                if reports.send(report).await.is_err() {
                    return;
                }
            }
        }
    }

    /// Does what is to be done until a request is over. Cancel-safe.
    pub(crate) async fn turn(&mut self) -> (Instant, By) {
        loop {
            let mut until = self.act();
            if let Some(cut) = self.cuts.next {
                if cut <= Instant::now() {
                    self.cut();
                    continue;
                }
                until = Some(until.map_or(cut, |until| until.min(cut)));
            }
            let pause = async {
                match until {
                    Some(until) => time::sleep_until(until.into()).await,
                    None => std::future::pending().await,
                }
            };
            let (connection, exchange) = tokio::select! {
                exchange = self.push.finished() => (Connection::Push, exchange),
                exchange = self.main.finished() => (Connection::Main, exchange),
                () = pause => continue,
            };
            return self.take(connection, &exchange);
        }
    }

    fn act(&mut self) -> Option<Instant> {
        loop {
            match self.device.poll(Instant::now()) {
                Output::Send(request) => {
                    let server = self.server.clone();
                    self.lane(request.connection).start(&server, request);
                }
                Output::Close(connection) => self.lane(connection).close(),
                Output::Wait { until } => return until,
            }
        }
    }

    /// The network is gone for a moment, and with it what was under way.
    fn cut(&mut self) {
        let now = Instant::now();
        for connection in [Connection::Main, Connection::Push] {
            let lane = self.lane(connection);
            let broke = lane.is_busy();
            lane.close();
            if broke {
                self.device.failed(connection, Failure::Cut, now);
            }
        }
        self.cuts.choose(now);
    }

    fn take(&mut self, connection: Connection, exchange: &Exchange) -> (Instant, By) {
        match &exchange.outcome {
            Ok(answer) => self.device.answered(connection, answer, exchange.ended),
            Err(failure) => self.device.failed(connection, *failure, exchange.ended),
        }
        let by = match connection {
            Connection::Push => By::Push,
            Connection::Main => By::Request,
        };
        (exchange.ended, by)
    }

    fn lane(&mut self, connection: Connection) -> &mut Lane {
        match connection {
            Connection::Main => &mut self.main,
            Connection::Push => &mut self.push,
        }
    }

    fn told(&self, event: Event) -> Option<Told> {
        Some(match event {
            Event::SetUp => Told::SetUp,
            Event::Announced(folders) => {
                Told::Announced(folders.iter().filter_map(|id| self.place(id)).collect())
            }
            Event::ItemAdded { item, copy, .. } => Told::Added(item, copy),
            Event::ItemChanged { item, copy, .. } => Told::Changed(item, copy),
            Event::ItemDeleted { item, .. } | Event::ItemHidden { item, .. } => Told::Gone(item),
            Event::Doubled { item, .. } => Told::Doubled(item),
            Event::FolderRestarted(_) => Told::Restarted,
            Event::Trouble { trouble, .. } => Told::Trouble(trouble),
            Event::PushStopped(_) => Told::Stopped,
            _ => return None,
        })
    }

    /// The folder, if it is one into which the fleet's mail is put.
    fn place(&self, id: &CollectionId) -> Option<Place> {
        let folder = &self.device.replica().folders.get(id)?.folder;
        match folder.folder_type {
            FolderType::Inbox => Some(Place::Inbox),
            _ if folder.display_name == FOLDER => Some(Place::Folder),
            _ => None,
        }
    }
}
