//! A phone, a server, and a network between them that is good, bad or none; all that the server answers is judged.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use protocol::command::folder_sync::FolderSyncRequest;
use protocol::command::get_item_estimate::{
    EstimateAnswer, GetItemEstimateRequest, GetItemEstimateResponse,
};
use protocol::command::move_items::{MoveAnswer, MoveItemsRequest, MoveItemsResponse};
use protocol::command::ping::PingResponse;
use protocol::command::settings::SettingsResponse;
use protocol::command::sync::{Hold, SyncCollection, SyncResponse};
use protocol::command::{Body, StatusCode};
use protocol::device::{
    Answer, Config, Connection, Device, Failure, Method, Output, Profile, Request,
};
use protocol::flow::cached_sync::EffectiveSync;
use protocol::flow::governor::{Act, Governor, HOLD_MAX, Verdict};
use protocol::query::{self, Command};
use protocol::version::Version;
use protocol::wbxml;

use super::server::{Server, Told};
use crate::device::phone::body;

/// What is between phone and server.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Weather {
    Fine,
    /// So many answers of a hundred are lost.
    Lossy(u64),
    /// No connection.
    None,
}

/// What waits at the server.
enum Parked {
    Ping(Vec<protocol::command::CollectionId>, Instant),
    Sync(EffectiveSync, Instant),
}

pub(crate) struct World {
    pub(crate) device: Device,
    pub(crate) server: Server,
    pub(crate) weather: Weather,
    pub(crate) now: Instant,
    begun: Instant,
    governor: Governor,
    parked: Option<Parked>,
    noise: u64,
    /// What was asked and made to wait.
    pub(crate) paced: Vec<String>,
    pub(crate) requests: usize,
}

impl World {
    pub(crate) fn new(profile: Profile, folders: &[u32], noise: u64) -> Self {
        let mut server = Server::default();
        for total in folders {
            server.make_folder(*total);
        }
        let now = Instant::now();
        Self {
            device: Device::new(Config::new(profile, "ann", "DEVICE1")),
            server,
            weather: Weather::Fine,
            now,
            begun: now,
            governor: Governor::default(),
            parked: None,
            noise: noise | 1,
            paced: Vec::new(),
            requests: 0,
        }
    }

    /// Lets the phone live for a while.
    pub(crate) fn live(&mut self, span: Duration) {
        let end = self.now + span;
        for _ in 0..20_000 {
            match self.device.poll(self.now) {
                Output::Send(request) => self.send(&request),
                Output::Close(Connection::Push) => self.parked = None,
                Output::Close(Connection::Main) => {}
                Output::Wait { until } => {
                    while self.device.next_event().is_some() {}
                    if self.unpark() {
                        continue;
                    }
                    if self.now >= end {
                        return;
                    }
                    let deadline = self.parked.as_ref().map(|parked| match parked {
                        Parked::Ping(_, deadline) | Parked::Sync(_, deadline) => *deadline,
                    });
                    let doubt = self.server.next_doubt(self.now);
                    let next = [until, deadline, doubt].into_iter().flatten().min();
                    self.now = next.map_or(end, |next| next.min(end).max(self.now));
                }
            }
        }
        panic!("the phone never rests: {:?}", self.paced.last());
    }

    /// It is off, or asleep without a network.
    pub(crate) fn sleep(&mut self, span: Duration) {
        self.now += span;
        if self.parked.take().is_some() {
            self.device.failed(Connection::Push, Failure::Cut, self.now);
        }
    }

    pub(crate) fn change_weather(&mut self, weather: Weather) {
        self.weather = weather;
        if matches!(weather, Weather::None) {
            self.sleep(Duration::ZERO);
        }
    }

    fn send(&mut self, request: &Request) {
        self.requests += 1;
        let way = self.random(1_500);
        self.now += Duration::from_millis(30 + way);
        if matches!(self.weather, Weather::None) {
            let failure = Failure::Unreachable;
            return self.device.failed(request.connection, failure, self.now);
        }
        if let Some(answer) = self.serve(request) {
            self.deliver(request.connection, &answer, request.time_limit);
        }
    }

    fn deliver(&mut self, connection: Connection, answer: &Answer, patience: Duration) {
        let lost = match self.weather {
            Weather::Lossy(percent) => self.random(100) < percent,
            Weather::Fine => false,
            Weather::None => true,
        };
        if !lost {
            return self.device.answered(connection, answer, self.now);
        }
        let failure = if self.random(2) == 0 {
            Failure::Cut
        } else {
            self.now += patience.min(Duration::from_secs(240));
            Failure::TimedOut
        };
        self.device.failed(connection, failure, self.now);
    }

    /// Answers what waits, if it is time.
    fn unpark(&mut self) -> bool {
        let (answer, over) = match &self.parked {
            None => return false,
            Some(Parked::Ping(ids, deadline)) => {
                let announced = self.server.announce(ids, self.now);
                let over = *deadline <= self.now;
                let expired = over.then(PingResponse::expired);
                let answer = announced.or(expired).map(|answer| ok(&answer));
                (answer, false)
            }
            Some(Parked::Sync(effective, deadline)) => {
                let stirs = self.server.stirs(&effective.collections);
                (None, stirs || *deadline <= self.now)
            }
        };
        let answer = match self.parked.take() {
            Some(Parked::Sync(effective, _)) if over => Some(self.held(&effective)),
            parked => {
                self.parked = parked;
                answer
            }
        };
        let Some(answer) = answer else { return false };
        self.parked = None;
        self.deliver(Connection::Push, &answer, Duration::ZERO);
        true
    }

    /// The answer; `None` if it is parked.
    fn serve(&mut self, request: &Request) -> Option<Answer> {
        if request.method == Method::Options {
            return Some(Answer {
                status: 200,
                headers: vec![("MS-ASProtocolVersions".to_owned(), "12.1,14.1".to_owned())],
                body: Vec::new(),
            });
        }
        match query::parse(&request.query).unwrap().command {
            Command::Settings => Some(ok(&SettingsResponse {
                status: StatusCode::SUCCESS,
                answers: Vec::new(),
            })),
            Command::FolderSync => {
                let asked: FolderSyncRequest = body(request);
                let (answer, news) = self.server.folder_sync(asked.sync_key.as_str());
                if !news {
                    self.judge(&Act::LearnsNothing);
                }
                Some(ok(&answer))
            }
            Command::GetItemEstimate => Some(self.estimate(&body(request))),
            Command::MoveItems => {
                let asked: MoveItemsRequest = body(request);
                self.judge(&Act::Does(digest(format!("{:?}", asked.moves))));
                let targets = asked.moves.iter().map(|one| &one.target_folder);
                targets.for_each(|target| self.server.come(target));
                let answers = asked.moves.into_iter().map(|one| MoveAnswer {
                    source_item: one.source_item,
                    status: StatusCode::new(3),
                    target_item: None,
                });
                Some(ok(&MoveItemsResponse {
                    status: None,
                    answers: answers.collect(),
                }))
            }
            Command::Ping => self.ping(request),
            Command::Sync => self.sync(request),
            other => panic!("{other:?}"),
        }
    }

    fn estimate(&mut self, asked: &GetItemEstimateRequest) -> Answer {
        let shown = asked.collections.iter().map(|one| {
            let id = one.collection_id.as_str();
            (id.parse().unwrap(), digest(one.sync_key.as_str()))
        });
        self.judge(&Act::Shows(shown.collect()));
        let answers = asked.collections.iter().map(|one| {
            let (status, estimate) = self
                .server
                .estimate(&one.collection_id, one.sync_key.as_str());
            EstimateAnswer {
                status,
                class: None,
                collection_id: Some(one.collection_id.clone()),
                estimate,
            }
        });
        ok(&GetItemEstimateResponse::Answers(answers.collect()))
    }

    fn ping(&mut self, request: &Request) -> Option<Answer> {
        if !request.body.is_empty() {
            self.server.ping = body(request);
        }
        let Some(folders) = self.server.ping.folders.clone() else {
            self.judge(&Act::IsRefused(digest("Ping") as u32));
            return Some(ok(&PingResponse::missing_parameters()));
        };
        let ids: Vec<_> = folders.into_iter().map(|folder| folder.id).collect();
        if let Some(announced) = self.server.announce(&ids, self.now) {
            return Some(ok(&announced));
        }
        let wait = self.server.ping.heartbeat_s.unwrap_or(60);
        let deadline = self.now + Duration::from_secs(wait.into());
        self.parked = Some(Parked::Ping(ids, deadline));
        None
    }

    fn sync(&mut self, request: &Request) -> Option<Answer> {
        let asked = (!request.body.is_empty()).then(|| body(request));
        let effective = match EffectiveSync::complete(self.server.sync.as_ref(), asked, 100) {
            Ok(effective) => effective,
            Err(refusal) => {
                self.judge(&Act::IsRefused(digest("Sync") as u32));
                return Some(ok(&refusal.response()));
            }
        };
        self.before(&effective.collections);
        let wait = match effective.hold {
            Some(Hold::Seconds(seconds)) => seconds,
            Some(Hold::Minutes(minutes)) => minutes * 60,
            None => return Some(self.round(&effective)),
        };
        if self.server.stirs(&effective.collections) {
            return Some(self.held(&effective));
        }
        let deadline = self.now + Duration::from_secs(wait.into());
        self.parked = Some(Parked::Sync(effective, deadline));
        None
    }

    /// What a Sync is answered that was to be held.
    fn held(&mut self, effective: &EffectiveSync) -> Answer {
        if self.server.hierarchy_moved() {
            self.server.sync = Some(effective.remember(BTreeSet::new()));
            return ok(&SyncResponse::Failed {
                status: StatusCode::new(12),
                limit: None,
            });
        }
        self.round(effective)
    }

    /// What a Sync is judged by before it is served.
    fn before(&mut self, collections: &[SyncCollection]) {
        let initial = |one: &&SyncCollection| one.sync_key.is_initial();
        let later = collections.iter().filter(|one| !initial(one));
        let shown: Vec<_> = later.map(shown).collect();
        if !shown.is_empty() && shown.len() == collections.len() {
            self.judge(&Act::Shows(shown));
        }
        for one in collections.iter().filter(initial) {
            self.judge(&Act::StartsOver(scope(one)));
        }
    }

    fn round(&mut self, effective: &EffectiveSync) -> Answer {
        let (mut answers, mut moved, mut refused) = (Vec::new(), BTreeSet::new(), Vec::new());
        for one in &effective.collections {
            match self.server.sync(one, self.now) {
                Told::Nothing => {}
                Told::Moved(answer) => {
                    moved.insert(answer.collection_id.clone());
                    answers.push(answer);
                }
                Told::Refused(answer) => {
                    refused.push((scope(one), answer.status.code()));
                    answers.push(answer);
                }
            }
        }
        for (folder, status) in &refused {
            match status {
                3 => self.judge(&Act::StartsOver(*folder)),
                12 => self.judge(&Act::MissesFolder(*folder)),
                _ => {}
            }
        }
        if refused.first().is_some_and(|(_, status)| *status == 5) {
            let folders = effective.collections.iter().map(scope).collect::<Vec<_>>();
            self.judge(&Act::IsRefused(digest(("Sync", folders)) as u32));
        }
        self.server.sync = Some(effective.remember(moved));
        if answers.is_empty() {
            return Answer {
                status: 200,
                ..Answer::default()
            };
        }
        ok(&SyncResponse::Collections(answers))
    }

    fn judge(&mut self, act: &Act) {
        let wait = match self.governor.judge(act, self.now) {
            Verdict::Go => return,
            Verdict::Hold(_, wait) => wait,
            Verdict::Refuse(_) => HOLD_MAX,
        };
        let age = self.now - self.begun;
        self.paced.push(format!("{act:?} for {wait:?} at {age:?}"));
        self.now += wait;
    }

    pub(crate) fn random(&mut self, below: u64) -> u64 {
        self.noise ^= self.noise << 13;
        self.noise ^= self.noise >> 7;
        self.noise ^= self.noise << 17;
        self.noise % below
    }
}

fn shown(one: &SyncCollection) -> (u32, u64) {
    let key = one.sync_key.as_str();
    let digest = match one.commands.as_slice() {
        [] => digest(key),
        commands => digest((key, format!("{commands:?}"))),
    };
    (scope(one), digest)
}

fn scope(one: &SyncCollection) -> u32 {
    one.collection_id.as_str().parse().unwrap()
}

fn digest(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn ok(answer: &impl Body) -> Answer {
    Answer {
        status: 200,
        headers: Vec::new(),
        body: wbxml::encode(&answer.to_element(Version::V14_1), Version::V14_1),
    }
}
