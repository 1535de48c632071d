//! A phone over the real wire: the protocol's state machine, with connections.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::future::{self, Future};
use std::path::Path;
use std::pin::Pin;
use std::time::{Duration, Instant};

use protocol::command::folder_sync::FolderType;
use protocol::command::{CollectionId, ServerId};
use protocol::device::{
    Backoffs, Config, Connection, Device, Event, FolderCopy, LocalChange, Output, Profile, Replica,
    Trouble,
};
use protocol::wbxml::Limits;
use protocol::xml::to_xml;
use tokio::net::TcpStream;
use tokio::time;

use crate::wire::{Exchanged, Server};

/// The longest that anything takes that does not wait for something, on a busy machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// What a folder holds, as it can be told apart on a phone: the subject of each message; read or not, flagged or not.
pub(crate) type Contents = BTreeMap<String, (bool, bool)>;

/// How much of its life a phone tells at once.
const LATELY: usize = 20;

/// A phone.
pub(crate) struct Phone {
    device: Device,
    server: Server,
    main: Lane,
    push: Lane,
    diary: Vec<String>,
    born: Instant,
    /// It was announced something and has not met with it yet.
    hunts: bool,
    /// What its user deleted or moved.
    taken: BTreeSet<ServerId>,
    /// What went on so far.
    pub(crate) seen: Seen,
}

/// What a phone met with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Answers that were cut, as the phone saw it.
    pub(crate) cut: usize,
    /// Pings answered with folders.
    pub(crate) announced: usize,
    /// Pings answered with a folder for which Sync then had nothing.
    pub(crate) fruitless: usize,
    /// Things that its user did and that others had made impossible.
    pub(crate) refused: usize,
    /// What must never happen.
    pub(crate) wrong: Vec<String>,
}

/// One of its two connections.
#[derive(Default)]
struct Lane {
    idle: Option<TcpStream>,
    under_way: Option<Pin<Box<dyn Future<Output = Exchanged> + Send>>>,
}

impl Phone {
    /// A phone of a family on which the account was just entered. It retries as its family does, but sooner.
    pub(crate) fn new(mut profile: Profile, server: Server, device_id: &str) -> Self {
        profile.backoffs = Backoffs {
            first: Duration::from_millis(100),
            max: Duration::from_secs(2),
        };
        let config = Config::new(profile, server.account.clone(), device_id);
        Self {
            device: Device::new(config),
            server,
            main: Lane::default(),
            push: Lane::default(),
            diary: Vec::new(),
            born: Instant::now(),
            hunts: false,
            taken: BTreeSet::new(),
            seen: Seen::default(),
        }
    }

    /// What it was told.
    pub(crate) fn replica(&self) -> &Replica {
        self.device.replica()
    }

    /// Whether it waits and has nothing else to do.
    pub(crate) fn is_parked(&self) -> bool {
        self.device.is_parked()
    }

    /// Its user does something.
    pub(crate) fn change(&mut self, change: LocalChange) {
        self.note(&format!("  user: {change:?}"));
        if let LocalChange::Delete { item, .. } | LocalChange::Move { item, .. } = &change {
            self.taken.insert(item.clone());
        }
        self.device.change(change);
    }

    /// The folder of a name; `""` is the INBOX.
    pub(crate) fn folder(&self, name: &str) -> CollectionId {
        self.copy(name).unwrap().folder.server_id.clone()
    }

    fn copy(&self, name: &str) -> Option<&FolderCopy> {
        let mut folders = self.replica().folders.values();
        folders.find(|copy| match name {
            "" => copy.folder.folder_type == FolderType::Inbox,
            name => copy.folder.display_name == name.trim_start_matches('.'),
        })
    }

    /// What it shows of a folder. Two items of one subject are one message that was added twice.
    pub(crate) fn contents(&mut self, folder: &str) -> Contents {
        let mut contents = Contents::new();
        let mut twice = Vec::new();
        if let Some(copy) = self.copy(folder) {
            for item in copy.items.values() {
                let twin = contents.insert(item.subject.clone(), (item.read, item.flagged));
                twice.extend(twin.map(|_| format!("added twice: {}", item.subject)));
            }
        }
        self.seen.wrong.extend(twice);
        contents
    }

    /// Lives on until it waits with nothing else to do.
    pub(crate) async fn settle(&mut self) {
        let settled = time::timeout(LIMIT, async {
            loop {
                self.act();
                if self.is_parked() {
                    return;
                }
                self.turn().await;
            }
        });
        assert!(settled.await.is_ok(), "never settled:\n{}", self.diary());
    }

    /// Lives on for a while.
    pub(crate) async fn live_for(&mut self, duration: Duration) {
        self.live_until(time::sleep(duration)).await;
    }

    /// Lives on until something else is done.
    pub(crate) async fn live_until<T>(&mut self, done: impl Future<Output = T>) -> T {
        let living = async {
            loop {
                self.turn().await;
            }
        };
        tokio::select! {
            done = done => done,
            () = living => unreachable!("it lives on"),
        }
    }

    /// Lives on until something happens, and says what. Cancel-safe.
    pub(crate) async fn turn(&mut self) -> Vec<Event> {
        let until = self.act();
        let pause = async {
            match until {
                Some(until) => time::sleep_until(until.into()).await,
                None => future::pending().await,
            }
        };
        let (connection, exchanged) = tokio::select! {
            exchanged = self.push.finished() => (Connection::Push, exchanged),
            exchanged = self.main.finished() => (Connection::Main, exchanged),
            () = pause => return Vec::new(),
        };
        let (idle, outcome) = exchanged;
        self.lane(connection).idle = idle;
        match outcome {
            Ok(answer) => {
                self.note(&format!("{connection:?} < {}", answer.status));
                self.device.answered(connection, &answer, Instant::now());
            }
            Err(failure) => {
                self.seen.cut += 1;
                self.note(&format!("{connection:?} < {failure:?}"));
                self.device.failed(connection, failure, Instant::now());
            }
        }
        let events: Vec<Event> = std::iter::from_fn(|| self.device.next_event()).collect();
        events.iter().for_each(|event| self.judge(event));
        events
    }

    /// What it went through lately, and where all of it can be read.
    pub(crate) fn diary(&self) -> String {
        let name = format!("{}-{}.diary", self.server.account, std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&path, self.diary.join("\n")).unwrap();
        let lately = &self.diary[self.diary.len().saturating_sub(LATELY)..];
        let lately = lately.join("\n");
        format!("{lately}\n{:?}\nmore in {}", self.seen, path.display())
    }

    /// Does what the phone wants now, and says until when nothing is to be done.
    fn act(&mut self) -> Option<Instant> {
        loop {
            match self.device.poll(Instant::now()) {
                Output::Send(request) => {
                    let line = protocol::query::parse(&request.query);
                    let command = line.map_or("OPTIONS", |line| line.command.as_str());
                    let body = protocol::wbxml::decode(&request.body, &Limits::default());
                    let body = body.map_or(String::new(), |body| to_xml(&body.root));
                    let body: String = body.lines().map(str::trim).collect();
                    self.note(&format!("{:?} > {command} {body}", request.connection));
                    let server = self.server.clone();
                    let lane = self.lane(request.connection);
                    let idle = lane.idle.take();
                    lane.under_way = Some(Box::pin(server.exchange(idle, request)));
                }
                Output::Close(connection) => *self.lane(connection) = Lane::default(),
                Output::Wait { until } => return until,
            }
        }
    }

    fn judge(&mut self, event: &Event) {
        match event {
            Event::Announced(_) => {
                self.seen.announced += 1;
                self.seen.fruitless += usize::from(self.hunts);
                self.hunts = true;
            }
            Event::ItemAdded { .. } | Event::ItemChanged { .. } | Event::ItemDeleted { .. } => {
                self.hunts = false;
            }
            // The user took it away while the answer was on its way.
            Event::UnknownChanged { item, .. } if self.taken.contains(item) => {}
            Event::Doubled { .. }
            | Event::UnknownChanged { .. }
            | Event::Unreadable { .. }
            | Event::FolderRestarted(_)
            | Event::PushStopped(_) => self.seen.wrong.push(format!("{event:?}")),
            // What was estimated may be gone again when it is asked for: others change the folders all the time.
            Event::EstimateBroken(_) => self.seen.fruitless += 1,
            // 7: somebody else changed it too; 8 and 1: it is gone.
            Event::Refused { status, .. } | Event::MoveRefused { status, .. }
                if [1, 7, 8].contains(&status.code()) =>
            {
                self.seen.refused += 1;
            }
            Event::Refused { .. } | Event::MoveRefused { .. } => {
                self.seen.wrong.push(format!("{event:?}"));
            }
            Event::Trouble {
                trouble: Trouble::Http(_) | Trouble::Malformed | Trouble::Status(_),
                ..
            } => self.seen.wrong.push(format!("{event:?}")),
            _ => {}
        }
        self.note(&format!("  {event:?}"));
    }

    fn note(&mut self, line: &str) {
        let at = self.born.elapsed().as_millis();
        self.diary.push(format!("{at:>7} {line}"));
    }

    fn lane(&mut self, connection: Connection) -> &mut Lane {
        match connection {
            Connection::Main => &mut self.main,
            Connection::Push => &mut self.push,
        }
    }
}

impl Lane {
    /// Waits for the answer to what is under way; for ever if nothing is. Cancel-safe.
    async fn finished(&mut self) -> Exchanged {
        let Some(under_way) = &mut self.under_way else {
            return future::pending().await;
        };
        let exchanged = under_way.await;
        self.under_way = None;
        exchanged
    }
}
