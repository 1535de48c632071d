//! A phone in a test's hands: what it sends is read, what it gets is written, and time passes when the test says so.

use std::time::{Duration, Instant};

use protocol::class::email::Email;
use protocol::command::folder_sync::{Folder, FolderChanges, FolderSyncResponse, FolderType};
use protocol::command::ping::{PingRequest, PingResponse};
use protocol::command::provision::ProvisionRequest;
use protocol::command::settings::SettingsResponse;
use protocol::command::sync::{
    ApplicationData, CollectionAnswer, ServerCommand, SyncCollection, SyncRequest, SyncResponse,
};
use protocol::command::{Body, CollectionId, ServerId, StatusCode, SyncKeyText};
use protocol::device::{
    Answer, Config, Connection, Device, Event, Failure, Method, Output, Profile, Request,
};
use protocol::element::Element;
use protocol::header;
use protocol::query::{self, Command, RequestLine};
use protocol::version::Version;
use protocol::wbxml::{self, Limits};

pub(crate) const INBOX: u32 = 5;
pub(crate) const SENT: u32 = 6;

pub(crate) struct Phone {
    pub(crate) device: Device,
    pub(crate) now: Instant,
}

impl Phone {
    pub(crate) fn new(profile: Profile) -> Self {
        let config = Config::new(profile, "ann", "DEVICE1");
        Self {
            device: Device::new(config),
            now: Instant::now(),
        }
    }

    /// It synchronizes these folders too.
    pub(crate) fn also(&mut self, folder_type: FolderType) {
        let mut config = Config::new(Profile::aosp(), "ann", "DEVICE1");
        config.folder_types.push(folder_type);
        self.device = Device::new(config);
    }

    /// A phone that was set up with two empty folders and is about to wait.
    pub(crate) fn set_up(profile: Profile) -> Self {
        let mut phone = Self::new(profile);
        phone.options("2.5,12.0,12.1,14.0,14.1");
        phone.settings();
        phone.hierarchy(&[(INBOX, FolderType::Inbox), (SENT, FolderType::SentItems)]);
        phone.fill();
        phone.events();
        phone
    }

    /// Answers Syncs of every folder, each with the first keys and nothing else, until none is left.
    pub(crate) fn fill(&mut self) {
        while !self.device.is_set_up() {
            let Output::Send(request) = self.device.poll(self.now) else {
                panic!("should send something");
            };
            match self.line(&request).command {
                Command::GetItemEstimate => self.estimate(1),
                _ => self.answer_sync(&request),
            }
        }
    }

    fn answer_sync(&mut self, request: &Request) {
        let sync: SyncRequest = body(request);
        let answers = sync.collections.into_iter().flatten().map(|asked| {
            let key = if asked.sync_key.is_initial() {
                "k1"
            } else {
                "k2"
            };
            answer(&asked, key)
        });
        let answers = SyncResponse::Collections(answers.collect());
        self.answer(Connection::Main, &answers);
    }

    pub(crate) fn estimate(&mut self, estimate: u32) {
        use protocol::command::get_item_estimate::{EstimateAnswer, GetItemEstimateResponse};
        let answers = [INBOX, SENT].map(|id| EstimateAnswer {
            status: StatusCode::SUCCESS,
            class: None,
            collection_id: Some(CollectionId::from_number(id)),
            estimate: Some(estimate),
        });
        let answers = GetItemEstimateResponse::Answers(answers.to_vec());
        self.answer(Connection::Main, &answers);
    }

    pub(crate) fn options(&mut self, versions: &str) {
        let Output::Send(request) = self.device.poll(self.now) else {
            panic!("should send OPTIONS");
        };
        assert_eq!(request.method, Method::Options);
        let answer = Answer {
            status: 200,
            headers: vec![(
                header::PROTOCOL_VERSIONS.to_lowercase(),
                versions.to_owned(),
            )],
            body: Vec::new(),
        };
        self.device.answered(request.connection, &answer, self.now);
    }

    pub(crate) fn settings(&mut self) {
        self.expect(Command::Settings);
        let answer = SettingsResponse {
            status: StatusCode::SUCCESS,
            answers: Vec::new(),
        };
        self.answer(Connection::Main, &answer);
    }

    pub(crate) fn hierarchy(&mut self, folders: &[(u32, FolderType)]) {
        self.expect(Command::FolderSync);
        let adds = folders.iter().map(|(id, folder_type)| Folder {
            server_id: CollectionId::from_number(*id),
            parent_id: None,
            display_name: format!("{folder_type:?}"),
            folder_type: *folder_type,
        });
        let answer = FolderSyncResponse {
            status: StatusCode::SUCCESS,
            sync_key: Some(SyncKeyText::parse("h1").unwrap()),
            changes: Some(FolderChanges {
                adds: adds.collect(),
                ..FolderChanges::default()
            }),
        };
        self.answer(Connection::Main, &answer);
    }

    /// The next request, which must be this command.
    #[track_caller]
    pub(crate) fn expect(&mut self, command: Command) -> Request {
        match self.device.poll(self.now) {
            Output::Send(request) => {
                assert_eq!(self.line(&request).command, command);
                request
            }
            other => panic!("should send {command:?}, not {other:?}"),
        }
    }

    #[track_caller]
    pub(crate) fn expect_sync(&mut self) -> SyncRequest {
        let request = self.expect(Command::Sync);
        body(&request)
    }

    #[track_caller]
    pub(crate) fn expect_ping(&mut self) -> PingRequest {
        let request = self.expect(Command::Ping);
        assert_eq!(request.connection, Connection::Push);
        body(&request)
    }

    #[track_caller]
    pub(crate) fn expect_provision(&mut self) -> ProvisionRequest {
        let request = self.expect(Command::Provision);
        body(&request)
    }

    /// It has nothing to do until then.
    #[track_caller]
    pub(crate) fn expect_wait(&mut self) -> Option<Duration> {
        match self.device.poll(self.now) {
            Output::Wait { until } => until.map(|until| until - self.now),
            other => panic!("should wait, not {other:?}"),
        }
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        self.now += time;
    }

    pub(crate) fn line(&self, request: &Request) -> RequestLine {
        query::parse(&request.query).unwrap()
    }

    pub(crate) fn answer(&mut self, connection: Connection, answer: &impl Body) {
        let root = answer.to_element(Version::V14_1);
        self.answer_element(connection, &root);
    }

    pub(crate) fn answer_element(&mut self, connection: Connection, root: &Element) {
        let body = wbxml::encode(root, Version::V14_1);
        self.answer_bytes(connection, body);
    }

    pub(crate) fn answer_bytes(&mut self, connection: Connection, body: Vec<u8>) {
        let answer = Answer {
            status: 200,
            headers: Vec::new(),
            body,
        };
        self.device.answered(connection, &answer, self.now);
    }

    pub(crate) fn answer_http(&mut self, connection: Connection, status: u16) {
        let answer = Answer {
            status,
            ..Answer::default()
        };
        self.device.answered(connection, &answer, self.now);
    }

    pub(crate) fn answer_ping(&mut self, answer: &PingResponse) {
        self.answer(Connection::Push, answer);
    }

    pub(crate) fn fail(&mut self, connection: Connection, failure: Failure) {
        self.device.failed(connection, failure, self.now);
    }

    pub(crate) fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.device.next_event()).collect()
    }
}

pub(crate) fn body<T: Body>(request: &Request) -> T {
    let document = wbxml::decode(&request.body, &Limits::default()).unwrap();
    assert_eq!(document.skipped, []);
    T::from_element(&document.root).unwrap()
}

pub(crate) fn answer(asked: &SyncCollection, key: &str) -> CollectionAnswer {
    let key = SyncKeyText::parse(key).unwrap();
    CollectionAnswer::new(asked.collection_id.clone(), key, StatusCode::SUCCESS)
}

pub(crate) fn add(item: u32, subject: &str) -> ServerCommand {
    let email = Email {
        subject: Some(subject.to_owned()),
        read: Some(false),
        ..Email::default()
    };
    ServerCommand::Add {
        class: None,
        server_id: ServerId::from_numbers(INBOX, item),
        data: ApplicationData::from_element(email.to_data(Version::V14_1)).unwrap(),
    }
}

pub(crate) fn inbox() -> CollectionId {
    CollectionId::from_number(INBOX)
}
