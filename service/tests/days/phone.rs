//! A phone of the week: the state machine, its two connections, and what it met with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use directpush::http::Dispatch;
use directpush::http::answer::{Answer as Served, Content};
use directpush::http::receipt::{Fate, ReceiptId, ReceiptSink};
use directpush::http::request::{
    AccountName, BodyType, ConnectionId, ConnectionInfo, EasRequest, Identity, RequestId, Route,
    Secret, Transport,
};
use directpush::telemetry::Facts;
use protocol::device::{
    Answer, Config, Connection, Device, Event, Failure, LocalChange, Method, Output, Profile,
    Request,
};
use protocol::header;
use protocol::query::{self, Command};
use protocol::version::Version;
use tokio::task::{AbortHandle, JoinSet};

use crate::core::Core;
use crate::judge::Judge;

/// Requests under way, of all phones.
pub(crate) type Flights = JoinSet<Landed>;

/// A request that was answered: whose, which, and how.
pub(crate) struct Landed {
    pub(crate) phone: usize,
    connection: Connection,
    number: u64,
    answer: Served,
}

/// A phone.
pub(crate) struct Phone {
    pub(crate) number: usize,
    /// The account's name.
    pub(crate) account: &'static str,
    pub(crate) device: Device,
    pub(crate) judge: Judge,
    /// Away until then, by the clock that passes evenly.
    pub(crate) away_until: Option<Instant>,
    /// Subjects of what its user deleted or moved.
    pub(crate) taken: BTreeSet<String>,
    /// The next answer that tells of something gets lost.
    pub(crate) loses_next: bool,
    /// When the device wants to be asked again.
    pub(crate) until: Option<Instant>,
    /// Connections that are open and idle: the one that was used last is used next, as phones do it.
    idle: Vec<Link>,
    main: Option<UnderWay>,
    push: Option<UnderWay>,
    sent: u64,
}

/// An open connection.
struct Link {
    id: u64,
    /// Answers that went out on it, which its next request proves received.
    receipts: Vec<ReceiptId>,
}

struct UnderWay {
    link: Link,
    number: u64,
    command: Option<Command>,
    task: AbortHandle,
}

impl Phone {
    /// A phone on which the account was just entered.
    pub(crate) fn new(number: usize, account: &'static str, config: Config) -> Self {
        Self {
            number,
            account,
            device: Device::new(config),
            judge: Judge::default(),
            away_until: None,
            taken: BTreeSet::new(),
            loses_next: false,
            until: None,
            idle: Vec::new(),
            main: None,
            push: None,
            sent: 0,
        }
    }

    /// Requests without an answer.
    pub(crate) fn unanswered(&self) -> usize {
        self.main.iter().chain(&self.push).count()
    }

    /// Its user does something.
    pub(crate) fn change(&mut self, change: LocalChange) {
        self.judge.changed(&change);
        self.device.change(change);
    }

    /// Does what the device wants. Whether it wanted anything.
    pub(crate) fn act(&mut self, core: Option<&Core>, flights: &mut Flights, now: Instant) -> bool {
        let mut acted = false;
        loop {
            match self.device.poll(now) {
                Output::Send(request) => match core.filter(|_| self.away_until.is_none()) {
                    Some(core) => self.send(core, flights, &request),
                    None => {
                        self.judge.unreachable += 1;
                        self.device
                            .failed(request.connection, Failure::Unreachable, now);
                    }
                },
                Output::Close(connection) => self.close(connection),
                Output::Wait { until } => {
                    self.until = until;
                    self.listen(now);
                    return acted;
                }
            }
            acted = true;
        }
    }

    /// The network goes: what is under way gets no answer.
    pub(crate) fn cut(&mut self, core: Option<&Core>, now: Instant) {
        let mut links = std::mem::take(&mut self.idle);
        for connection in [Connection::Main, Connection::Push] {
            if let Some(under_way) = self.slot(connection).take() {
                under_way.task.abort();
                links.push(under_way.link);
                self.judge.cut += 1;
                self.device.failed(connection, Failure::Cut, now);
            }
        }
        for receipt in links.into_iter().flat_map(|link| link.receipts) {
            // They arrived, and now nothing will ever prove it.
            self.judge.excused += 1;
            if let Some(core) = core.filter(|_| self.sent.is_multiple_of(2)) {
                core.commands.receipts.told(receipt, Fate::Broken);
            }
        }
        self.listen(now);
    }

    /// An answer came back.
    pub(crate) fn landed(&mut self, core: &Core, landed: Landed, now: Instant) {
        let connection = landed.connection;
        let under_way = self.slot(connection);
        let Some(under_way) = under_way.take_if(|one| one.number == landed.number) else {
            return;
        };
        let mut link = under_way.link;
        let receipt = landed.answer.receipt.as_ref().map(|receipt| receipt.id());
        if let Some(receipt) = receipt.filter(|_| std::mem::take(&mut self.loses_next)) {
            // Every second time the service notices that nobody took it.
            if self.sent.is_multiple_of(2) {
                core.commands.receipts.told(receipt, Fate::Broken);
            }
            self.judge.cut += 1;
            self.device.failed(connection, Failure::Cut, now);
            return self.listen(now);
        }
        // While it waits on one connection, nothing comes on the other that could prove this one received.
        let other = self.unanswered() > 0;
        self.judge.excused += usize::from(other && receipt.is_some());
        link.receipts.extend(receipt);
        self.idle.push(link);
        let answer = as_device(landed.answer);
        self.judge.answered(connection, under_way.command, &answer);
        self.device.answered(connection, &answer, now);
        self.listen(now);
        self.judge.end_of_answer();
    }

    fn listen(&mut self, now: Instant) {
        while let Some(event) = self.device.next_event() {
            let replica = self.device.replica();
            let never_synced = |id| replica.folders[id].key.is_initial();
            let unasked = matches!(&event, Event::Announced(all) if all.iter().all(never_synced));
            self.judge.take(event, unasked, now);
        }
    }

    fn send(&mut self, core: &Core, flights: &mut Flights, request: &Request) {
        self.sent += 1;
        let (number, phone, connection) = (self.sent, self.number, request.connection);
        let whose = u64::try_from(phone).unwrap() << 32;
        let mut link = self.idle.pop().unwrap_or_else(|| Link {
            id: whose + number,
            receipts: Vec::new(),
        });
        let (id, proven) = (link.id, std::mem::take(&mut link.receipts));
        let commands = Arc::clone(&core.commands);
        let line = query::parse(&request.query).ok();
        let command = line.as_ref().map(|line| line.command);
        self.judge.sent(command, request);
        let request = line.map(|line| self.request(line, request, (id, proven)));
        let flight = async move {
            let answer = match request {
                Some(request) => commands.dispatch(request, &mut Facts::default()).await,
                None => versions(commands.versions()),
            };
            Landed {
                phone,
                connection,
                number,
                answer,
            }
        };
        let task = flights.spawn(flight);
        *self.slot(connection) = Some(UnderWay {
            link,
            number,
            command,
            task,
        });
    }

    fn request(
        &self,
        line: query::RequestLine,
        request: &Request,
        (id, proven): (u64, Vec<ReceiptId>),
    ) -> EasRequest {
        assert_eq!(request.method, Method::Post);
        let header = |name: &str| {
            let mut headers = request.headers.iter();
            let found = headers.find(|(one, _)| one.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.clone())
        };
        let said = header(header::PROTOCOL_VERSION);
        let said = said.and_then(|said| header::parse_protocol_versions(&said).pop());
        EasRequest {
            version: line.version.or(said).unwrap_or(Version::V14_1),
            policy_key: line.policy_key,
            line,
            identity: Identity {
                account: AccountName::new(self.account),
                address: None,
                secret: Secret::from("secret"),
            },
            body: request.body.clone().into(),
            body_type: BodyType::Wbxml,
            connection: ConnectionInfo {
                id: ConnectionId(id),
                peer: "127.0.0.1:50000".parse().unwrap(),
                route: Route::Direct,
                transport: Transport::Plain,
            },
            proven,
            user_agent: Arc::from(header(header::USER_AGENT).unwrap_or_default()),
            accept_multipart: false,
            request_id: RequestId(self.sent),
            arrived: tokio::time::Instant::now().into_std(),
        }
    }

    fn close(&mut self, connection: Connection) {
        if let Some(under_way) = self.slot(connection).take() {
            under_way.task.abort();
            self.judge.excused += under_way.link.receipts.len();
        }
    }

    fn slot(&mut self, connection: Connection) -> &mut Option<UnderWay> {
        match connection {
            Connection::Main => &mut self.main,
            Connection::Push => &mut self.push,
        }
    }
}

/// The three families.
pub(crate) fn families() -> BTreeMap<&'static str, Profile> {
    BTreeMap::from([
        ("AOSP", Profile::aosp()),
        ("iOS", Profile::ios()),
        ("Samsung", Profile::samsung()),
    ])
}

/// What the listener says to OPTIONS.
fn versions(served: &[Version]) -> Served {
    let served: Vec<&str> = served.iter().map(|version| version.as_str()).collect();
    let name = http::HeaderName::from_bytes(header::PROTOCOL_VERSIONS.as_bytes()).unwrap();
    Served::empty().with_header(name, served.join(",").parse().unwrap())
}

/// An answer as it would come out of the listener.
fn as_device(served: Served) -> Answer {
    let (status, body, more) = match served.content {
        Content::Wbxml(bytes) => (200, bytes.to_vec(), Vec::new()),
        Content::Empty => (200, Vec::new(), Vec::new()),
        Content::Http(refusal) => (refusal.status.as_u16(), Vec::new(), refusal.headers),
        other => panic!("nobody asks for {other:?}"),
    };
    let headers = served.headers.into_iter().chain(more);
    Answer {
        status,
        headers: headers
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect(),
        body,
    }
}
