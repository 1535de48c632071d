//! A phone without I/O: it says what to send and when, and is told what came back.
//!
//! Sets an account up (OPTIONS, Provision if asked, Settings, FolderSync, Sync of every folder until nothing is left),
//! then waits by Ping or a held Sync and fetches what is announced, for ever. It keeps a [`Replica`] of what it was
//! told and reports [`Event`]s, so that a caller can compare both with what it did to the folders. How the families
//! of phones differ is in [`Profile`].
//!
//! The driver's loop: [`Device::poll`] until it says [`Output::Wait`]; then wait for an answer, a failure, a local
//! change or the time said, hand it in, and poll again. At most one request is under way on each [`Connection`].

mod backoff;
mod event;
mod job;
mod local;
mod plan;
mod policy;
mod profile;
mod push;
mod react;
mod replica;
mod request;
mod wire;

use std::collections::VecDeque;
use std::time::Instant;

pub use event::{Event, Parking, Trouble};
pub use local::LocalChange;
pub use profile::{Backoffs, Heartbeats, LocalWork, Profile, PushStyle, QueryForm};
pub use replica::{AttachmentCopy, FolderCopy, ItemCopy, Replica};
pub use wire::{Answer, Connection, Failure, Method, Output, Request};

use crate::command::SyncKeyText;
use crate::command::folder_sync::FolderType;
use crate::command::sync::FilterType;
use crate::version::Version;

use backoff::Backoff;
use job::{Job, UnderWay};
use local::Outbox;
use policy::Policy;
use push::Push;

/// Whose phone it is, and what it is like.
#[derive(Clone, Debug)]
pub struct Config {
    /// The family of phones.
    pub profile: Profile,
    /// The user as the query says it; credentials are the driver's.
    pub user: String,
    /// The phone's id: letters and digits.
    pub device_id: String,
    /// The highest version to speak, if the server has it.
    pub version_max: Version,
    /// How far back folders are synchronized.
    pub filter: FilterType,
    /// The types of folders to synchronize.
    pub folder_types: Vec<FolderType>,
}

impl Config {
    /// A phone that synchronizes all of the mail, whatever its age, but for drafts and the outbox.
    #[must_use]
    pub fn new(profile: Profile, user: impl Into<String>, device_id: impl Into<String>) -> Self {
        Self {
            version_max: profile.version_max,
            profile,
            user: user.into(),
            device_id: device_id.into(),
            filter: FilterType::All,
            folder_types: vec![
                FolderType::Inbox,
                FolderType::DeletedItems,
                FolderType::SentItems,
                FolderType::UserMail,
            ],
        }
    }
}

/// A phone.
#[derive(Debug)]
pub struct Device {
    config: Config,
    version: Option<Version>,
    policy: Policy,
    settings_due: bool,
    hierarchy_key: SyncKeyText,
    hierarchy_due: bool,
    replica: Replica,
    outbox: Outbox,
    push: Push,
    /// For everything but push.
    backoff: Backoff,
    /// For single folders.
    folder_backoff: Backoff,
    main: Option<UnderWay>,
    parked: Option<UnderWay>,
    /// All folders were filled once.
    set_up: bool,
    outputs: VecDeque<Output>,
    events: VecDeque<Event>,
}

impl Device {
    /// A phone on which the account was just entered.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            version: None,
            policy: Policy::default(),
            settings_due: true,
            hierarchy_key: SyncKeyText::initial(),
            hierarchy_due: true,
            replica: Replica::default(),
            outbox: Outbox::default(),
            push: Push::new(&config.profile),
            backoff: Backoff::new(config.profile.backoffs),
            folder_backoff: Backoff::new(config.profile.backoffs),
            main: None,
            parked: None,
            set_up: false,
            outputs: VecDeque::new(),
            events: VecDeque::new(),
            config,
        }
    }

    /// What to do next. Ask again after doing it, until it is [`Output::Wait`].
    pub fn poll(&mut self, now: Instant) -> Output {
        self.expire(now);
        if let Some(output) = self.outputs.pop_front() {
            return output;
        }
        self.advance(now)
    }

    /// Hands in the answer to the request under way on `connection`. One that nothing waits for is ignored.
    pub fn answered(&mut self, connection: Connection, answer: &Answer, now: Instant) {
        if let Some(under_way) = self.slot(connection).take() {
            self.react(under_way.job, answer, now);
        }
    }

    /// Hands in that the request under way on `connection` got no answer, or not the whole of one.
    pub fn failed(&mut self, connection: Connection, failure: Failure, now: Instant) {
        if let Some(under_way) = self.slot(connection).take() {
            self.react_to_failure(under_way.job, failure, now);
        }
    }

    /// Hands in what the user did.
    pub fn change(&mut self, change: LocalChange) {
        self.outbox.add(change, &mut self.replica);
    }

    /// What happened, oldest first; `None` when all was told.
    pub fn next_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// What the phone was told.
    #[must_use]
    pub fn replica(&self) -> &Replica {
        &self.replica
    }

    /// The version spoken, once it is chosen.
    #[must_use]
    pub fn version(&self) -> Option<Version> {
        self.version
    }

    /// Whether every folder was filled.
    #[must_use]
    pub fn is_set_up(&self) -> bool {
        self.set_up
    }

    /// Whether it waits for changes and has nothing else to do.
    #[must_use]
    pub fn is_parked(&self) -> bool {
        self.parked.is_some() && self.main.is_none()
    }

    fn slot(&mut self, connection: Connection) -> &mut Option<UnderWay> {
        match connection {
            Connection::Main => &mut self.main,
            Connection::Push => &mut self.parked,
        }
    }

    /// Gives up requests whose time is over, in case the driver does not.
    fn expire(&mut self, now: Instant) {
        for connection in [Connection::Main, Connection::Push] {
            let late = self.slot(connection).take_if(|one| one.limit <= now);
            if let Some(under_way) = late {
                self.outputs.push_back(Output::Close(connection));
                self.react_to_failure(under_way.job, Failure::TimedOut, now);
            }
        }
    }

    fn start(&mut self, connection: Connection, job: Job, now: Instant) -> Output {
        let request = request::write(self, connection, &job);
        let limit = wire::after(now, request.time_limit);
        self.report_parking(&job);
        *self.slot(connection) = Some(UnderWay { job, limit });
        Output::Send(request)
    }

    fn report(&mut self, event: Event) {
        self.events.push_back(event);
    }
}
