//! What one phone met with, and whether it may.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use protocol::command::folder_sync::FolderSyncRequest;
use protocol::command::sync::SyncRequest;
use protocol::command::{Body, CollectionId, ServerId};
use protocol::device::{Answer, Connection, Event, LocalChange, Request, Trouble};
use protocol::query::Command;
use protocol::wbxml::{self, Limits};

/// How much of its life a phone tells when something is wrong.
const LATELY: usize = 30;

/// The tallies of a phone.
#[derive(Debug, Default)]
pub(crate) struct Judge {
    /// Everything is filled; from now on it counts.
    pub(crate) set_up: bool,
    /// Requests that reached the service, by command.
    pub(crate) requests: BTreeMap<&'static str, usize>,
    /// Waits that ran their time.
    pub(crate) heartbeats: usize,
    /// Pings answered with folders.
    pub(crate) wakes: usize,
    /// Pings answered with nothing but folders that it never synced: iPhones ping all of them.
    pub(crate) unasked: usize,
    /// How often it was away for so long that the service forgot what it had told it.
    pub(crate) forgotten: usize,
    /// Items that it was told of: new, changed or gone.
    pub(crate) told: usize,
    /// What its user did.
    pub(crate) own: usize,
    /// Requests that got no answer.
    pub(crate) cut: usize,
    /// Requests that could not be made.
    pub(crate) unreachable: usize,
    /// Answers that arrived without the service's being able to know: each may be announced once more.
    pub(crate) excused: usize,
    /// Wakes that brought nothing, each with what went before.
    pub(crate) fruitless: Vec<String>,
    /// How often a message was told as new, by folder and subject.
    pub(crate) added: BTreeMap<(CollectionId, String), usize>,
    /// What must not be.
    pub(crate) wrong: Vec<String>,
    /// Woken, and nothing has come of it yet.
    hunts: bool,
    /// The answer to a held Sync that should have brought something.
    held: bool,
    taken: BTreeSet<ServerId>,
    diary: Vec<String>,
    began: Option<Instant>,
}

impl Judge {
    /// A request is sent.
    pub(crate) fn sent(&mut self, command: Option<Command>, request: &Request) {
        let name = command.map_or("OPTIONS", Command::as_str);
        self.note(&format!("> {name} on {:?}", request.connection));
        if !self.set_up {
            return;
        }
        *self.requests.entry(name).or_default() += 1;
        if begins_anew(command, &request.body) {
            self.wrong
                .push(format!("{name} with key 0 after set-up\n{}", self.diary()));
        }
    }

    /// An answer arrived.
    pub(crate) fn answered(
        &mut self,
        connection: Connection,
        command: Option<Command>,
        answer: &Answer,
    ) {
        self.note(&format!("< {} of {command:?}", answer.status));
        let said = !answer.body.is_empty();
        self.held = connection == Connection::Push && command == Some(Command::Sync) && said;
    }

    /// All that an answer told was taken.
    pub(crate) fn end_of_answer(&mut self) {
        if std::mem::take(&mut self.held) {
            self.fruitless();
        }
    }

    /// Its user did something.
    pub(crate) fn changed(&mut self, change: &LocalChange) {
        self.note(&format!("  user: {change:?}"));
        self.own += 1;
        if let LocalChange::Delete { item, .. } | LocalChange::Move { item, .. } = change {
            self.taken.insert(item.clone());
        }
    }

    /// Something happened to the phone.
    pub(crate) fn take(&mut self, event: Event, unasked: bool, now: Instant) {
        let began = *self.began.get_or_insert(now);
        let at = now.duration_since(began).as_secs();
        self.note(&format!("{at:>7} {event:?}"));
        match event {
            Event::SetUp => self.set_up = true,
            Event::Expired => self.heartbeats += usize::from(self.set_up),
            Event::Announced(_) if unasked => self.unasked += 1,
            Event::Announced(_) => {
                self.wakes += 1;
                self.hunts = true;
            }
            Event::Parked { .. } if std::mem::take(&mut self.hunts) => self.fruitless(),
            Event::ItemAdded { folder, copy, .. } => {
                self.tell();
                *self.added.entry((folder, copy.subject)).or_default() += 1;
            }
            Event::ItemChanged { .. } | Event::ItemDeleted { .. } | Event::ItemHidden { .. } => {
                self.tell();
            }
            // The user took it away while nobody was told yet.
            Event::UnknownChanged { item, .. } if self.taken.contains(&item) => self.tell(),
            // 7: somebody else changed it too; 8 and 1: it is gone.
            Event::Refused { status, .. } | Event::MoveRefused { status, .. }
                if [1, 7, 8].contains(&status.code()) => {}
            // What it was woken for may have been on its way.
            Event::Trouble {
                trouble: Trouble::Failure(_),
                ..
            } => self.hunts = false,
            // The service was restarted meanwhile.
            Event::Trouble {
                trouble: Trouble::Http(503),
                ..
            } => self.cut += 1,
            Event::Doubled { .. }
            | Event::UnknownChanged { .. }
            | Event::Unreadable { .. }
            | Event::FolderRestarted(_)
            | Event::PushStopped(_)
            | Event::Refused { .. }
            | Event::MoveRefused { .. }
            | Event::EstimateBroken(_)
            | Event::Trouble { .. } => {
                self.wrong.push(format!("{event:?}\n{}", self.diary()));
            }
            _ => {}
        }
    }

    /// All requests after set-up.
    pub(crate) fn requests(&self) -> usize {
        self.requests.values().sum()
    }

    /// What it went through lately.
    pub(crate) fn diary(&self) -> String {
        self.diary[self.diary.len().saturating_sub(LATELY)..].join("\n")
    }

    fn fruitless(&mut self) {
        self.note("  woken for nothing");
        let before = self.diary.len().saturating_sub(LATELY);
        self.fruitless.push(self.diary[before..].join("\n"));
    }

    fn tell(&mut self) {
        self.told += usize::from(self.set_up);
        self.hunts = false;
        self.held = false;
    }

    fn note(&mut self, line: &str) {
        self.diary.push(line.chars().take(300).collect());
    }
}

/// Whether a request asks for everything again.
fn begins_anew(command: Option<Command>, body: &[u8]) -> bool {
    let Ok(document) = wbxml::decode(body, &Limits::default()) else {
        return false;
    };
    match command {
        Some(Command::Sync) => {
            let request = SyncRequest::from_element(&document.root).unwrap();
            let collections = request.collections.into_iter().flatten();
            collections.into_iter().any(|one| one.sync_key.is_initial())
        }
        Some(Command::FolderSync) => {
            let request = FolderSyncRequest::from_element(&document.root);
            request.unwrap().sync_key.is_initial()
        }
        _ => false,
    }
}
