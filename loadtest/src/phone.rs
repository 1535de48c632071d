//! A phone of the fleet: the state machine on real connections, which reports what it was told.

mod cuts;

use std::time::{Duration, Instant};

use protocol::command::folder_sync::FolderType;
use protocol::command::{CollectionId, ServerId};
use protocol::device::{
    Backoffs, Config, Connection, Device, Event, Failure, ItemCopy, Output, Profile,
};
use tokio::sync::mpsc::Sender;
use tokio::sync::watch;
use tokio::time;

use crate::dice::Dice;
use crate::hand::{FOLDER, Place};
use crate::wire::{Exchange, Lane, Server};
use cuts::Away;

pub(crate) use cuts::Cuts;

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
    Trouble(String),
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
    away: Option<Away>,
    /// Whether it keeps no connection but the one on which it waits.
    hangs_up: bool,
}

/// Many phones lose their connections at once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Storm {
    /// How many there were.
    pub(crate) number: u64,
    /// The share of phones that this one is for.
    pub(crate) fraction: f64,
}

impl Storm {
    /// Whether this phone is among them.
    fn is_for(self, phone: usize) -> bool {
        let mut dice = Dice::new(self.number ^ u64::try_from(phone).unwrap_or(0).rotate_left(32));
        dice.share() < self.fraction
    }
}

/// One family after the other.
pub(crate) fn profile(number: usize) -> Profile {
    match number % 3 {
        0 => Profile::ios(),
        1 => Profile::aosp(),
        _ => Profile::samsung(),
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
        Self::of_family(profile(number), number, user, (run, server)).with_cuts(cuts)
    }

    /// Loses its connections as these say.
    pub(crate) fn with_cuts(mut self, cuts: Cuts) -> Self {
        self.cuts = cuts;
        self
    }

    /// Keeps no connection but the one on which it waits, or keeps both.
    pub(crate) fn hanging_up(mut self, hangs_up: bool) -> Self {
        self.hangs_up = hangs_up;
        self
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

    /// A phone with this number and profile.
    pub(crate) fn of_family(
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
            away: None,
            hangs_up: false,
        }
    }

    /// Lives from `start` on, until nobody wants its reports any more.
    pub(crate) async fn live(
        mut self,
        start: Instant,
        reports: Sender<Report>,
        mut storms: watch::Receiver<Storm>,
    ) {
        time::sleep_until(start.into()).await;
        // A phone that will be out of reach is set up first: otherwise all would wait for it.
        if self.cuts.away().is_none() {
            self.cuts.choose(start);
        }
        loop {
            let (at, by) = tokio::select! {
                turn = self.turn() => turn,
                Ok(()) = storms.changed() => {
                    let storm = *storms.borrow_and_update();
                    if storm.is_for(self.number) {
                        self.cut();
                    }
                    // What breaks is told, too.
                    (Instant::now(), By::Request)
                }
            };
            while let Some(event) = self.device.next_event() {
                if event == Event::SetUp && self.cuts.away().is_some() {
                    self.cuts.choose(at);
                }
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
            if let Some(away) = &self.away {
                time::sleep_until(away.until.into()).await;
                self.come_back();
            }
            let mut until = self.act();
            if self.hangs_up && self.device.is_parked() && !self.main.is_busy() {
                self.main.close();
            }
            if let Some(cut) = self.cuts.next {
                if cut <= Instant::now() {
                    match self.cuts.away() {
                        Some(away) => self.vanish(away),
                        None => self.cut(),
                    }
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

    /// Out of reach: nothing is read any more, and nothing closed.
    fn vanish(&mut self, away: Duration) {
        let (mut broke, mut held) = (Vec::new(), Vec::new());
        for connection in [Connection::Main, Connection::Push] {
            let lane = std::mem::take(self.lane(connection));
            if lane.is_busy() {
                broke.push(connection);
            }
            held.push(lane);
        }
        self.away = Some(Away {
            until: Instant::now() + away,
            broke,
            _held: held,
        });
    }

    /// In reach again, on new connections.
    fn come_back(&mut self) {
        let now = Instant::now();
        for connection in self.away.take().map(|away| away.broke).unwrap_or_default() {
            self.device.failed(connection, Failure::Cut, now);
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
            Event::Trouble { trouble, .. } => Told::Trouble(format!("{trouble:?}")),
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
