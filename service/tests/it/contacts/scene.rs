//! The service behind its listeners, for one account with mail in a Maildir and contacts in a vdir.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use backends::composite::Composite;
use backends::local::{LocalOptions, LocalStore};
use backends::{BackendError, Class, Mailbox};
use directpush::clock::Clock;
use directpush::commands::governor::Governors;
use directpush::commands::{Admission, Commands, Grants, Outbox, Receipts};
use directpush::config::ConflictPolicy;
use directpush::http::Dispatch;
use directpush::http::answer::{Answer, Content};
use directpush::http::request::{
    AccountName, BodyType, ConnectionId, ConnectionInfo, EasRequest, Identity, RequestId, Route,
    Secret, Transport,
};
use directpush::ids::AccountId;
use directpush::index::Index;
use directpush::metrics::Metrics;
use directpush::push::{Hub, HubConfig, HubParts, LocalChannel};
use directpush::store::{Durability, Store};
use directpush::tasks::Tasks;
use directpush::telemetry::Facts;
use directpush::watch::{MailboxProvider, Supervisor, SupervisorParts};
use protocol::command::Body;
use protocol::flow::heartbeat::HeartbeatBounds;
use protocol::query;
use protocol::version::Version;
use protocol::wbxml;
use tempfile::TempDir;

use super::meddler::Meddler;

/// The address book.
const BOOK: &str = "contacts/people";

pub(super) struct Scene {
    commands: Arc<Commands>,
    pub(super) meddler: Arc<Meddler>,
    place: Arc<TempDir>,
    policy: ConflictPolicy,
}

struct OneAccount(Arc<dyn Mailbox>);

#[async_trait]
impl MailboxProvider for OneAccount {
    fn introduce(&self, _: AccountId, _: &str) {}

    async fn mailbox(&self, _: AccountId) -> Result<Arc<dyn Mailbox>, BackendError> {
        Ok(Arc::clone(&self.0))
    }
}

impl Scene {
    /// An empty address book.
    pub(super) async fn new(policy: ConflictPolicy) -> Self {
        let scene = Self::bare(policy).await;
        fs::create_dir_all(scene.book()).unwrap();
        scene
    }

    /// No address book.
    pub(super) async fn bare(policy: ConflictPolicy) -> Self {
        let place = tempfile::tempdir().unwrap();
        for part in ["cur", "new", "tmp"] {
            fs::create_dir_all(place.path().join("mail").join(part)).unwrap();
        }
        Self::over(Arc::new(place), policy).await
    }

    /// The service dies and is started anew.
    pub(super) async fn restarted(self) -> Self {
        Self::over(self.place, self.policy).await
    }

    /// The operator changes the policy.
    pub(super) async fn with_policy(self, policy: ConflictPolicy) -> Self {
        Self::over(self.place, policy).await
    }

    async fn over(place: Arc<TempDir>, policy: ConflictPolicy) -> Self {
        let state = place.path().join("state.db");
        let store = Store::open_with(&state, Durability::None).await.unwrap();
        let tasks = Tasks::new();
        let (local, driver) = LocalStore::new(LocalOptions::default());
        tasks.spawn(driver.run(tasks.token()));
        let books = local.address_books(&place.path().join("contacts"));
        let meddler = Arc::new(Meddler::new(books));
        let mail = local.mailbox(&place.path().join("mail"));
        let books: Arc<dyn Mailbox> = meddler.clone();
        let account = Composite::new(Arc::new(mail)).with("contacts", &[Class::Contacts], books);
        let index = Index::new(store);
        let metrics = Metrics::new().unwrap();
        let channel = Arc::new(LocalChannel::default());
        let supervisor = Arc::new(Supervisor::new(SupervisorParts {
            index: index.clone(),
            mailboxes: Arc::new(OneAccount(Arc::new(account))),
            channel: channel.clone(),
            metrics: metrics.clone(),
            clock: Clock::system(),
            tasks: tasks.clone(),
        }));
        let hub = Hub::start(HubParts {
            truth: Arc::new(index.clone()),
            channel,
            watching: supervisor.clone(),
            metrics: metrics.clone(),
            tasks: tasks.clone(),
            config: HubConfig::default(),
            wall: Clock::system(),
        });
        let commands = Commands {
            receipts: Receipts::start(index.clone(), Arc::clone(&hub), &tasks),
            index,
            hub,
            supervisor,
            outbox: Arc::new(Outbox::to_nobody()),
            grants: Arc::new(grants(policy)),
            admission: Admission::new(64, metrics.admission.clone()),
            searches: Arc::default(),
            governors: Arc::new(Governors::new(Duration::ZERO, metrics.push.clone())),
            metrics,
            clock: Clock::system(),
            tasks,
        };
        Self {
            commands: Arc::new(commands),
            meddler,
            place,
            policy,
        }
    }

    /// Where the cards are.
    pub(super) fn book(&self) -> PathBuf {
        self.place.path().join(BOOK)
    }

    /// Another program writes a card, as such programs do.
    pub(super) fn write(&self, name: &str, card: &str) {
        write(&self.book(), name, card);
    }

    /// The cards that are there, by the names of their files.
    pub(super) fn cards(&self) -> BTreeMap<String, String> {
        let files = fs::read_dir(self.book()).unwrap();
        let files = files.map(|file| file.unwrap().path());
        let cards = files.filter(|path| path.extension().is_some_and(|end| end == "vcf"));
        cards
            .map(|path| {
                let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
                (name, fs::read_to_string(path).unwrap())
            })
            .collect()
    }

    /// The card of a person.
    pub(super) fn card_of(&self, person: &str) -> Option<String> {
        let mut cards = self.cards().into_values();
        cards.find(|card| card.contains(&format!("FN:{person}")))
    }

    /// One request.
    pub(super) async fn ask(&self, from: &Sender<'_>, command: &str, body: &impl Body) -> Vec<u8> {
        let request = request(from, command, body);
        let commands = Arc::clone(&self.commands);
        let answer = commands.dispatch(request, &mut Facts::default()).await;
        document(&answer)
    }
}

/// Writes a card beside its place and puts it there.
pub(super) fn write(book: &Path, name: &str, card: &str) {
    let draft = book.join(format!(".{name}.tmp"));
    fs::write(&draft, card).unwrap();
    fs::rename(draft, book.join(format!("{name}.vcf"))).unwrap();
}

/// Who asks.
pub(super) struct Sender<'s> {
    pub(super) name: &'s str,
    pub(super) kind: &'s str,
    pub(super) version: Version,
}

fn grants(policy: ConflictPolicy) -> Grants {
    Grants {
        versions: Version::SERVED.to_vec(),
        heartbeat: HeartbeatBounds::new(1, 3_540).unwrap(),
        ping_folders_max: 100,
        sync_collections_max: 100,
        page_bytes: 64 << 10,
        page_time: Duration::from_secs(20),
        contacts_conflict: policy,
    }
}

fn request(from: &Sender<'_>, command: &str, body: &impl Body) -> EasRequest {
    let (name, kind) = (from.name, from.kind);
    let query = format!("Cmd={command}&User=anna&DeviceId={name}&DeviceType={kind}");
    EasRequest {
        line: query::parse(&query).unwrap(),
        version: from.version,
        identity: Identity {
            account: AccountName::new("anna"),
            address: None,
            secret: Secret::from("secret"),
        },
        policy_key: None,
        body: wbxml::encode(&body.to_element(from.version), from.version).into(),
        body_type: BodyType::Wbxml,
        connection: ConnectionInfo {
            id: ConnectionId(1),
            peer: "127.0.0.1:50000".parse().unwrap(),
            route: Route::Direct,
            transport: Transport::Plain,
        },
        proven: Vec::new(),
        user_agent: Arc::from("contacts"),
        accept_multipart: false,
        request_id: RequestId(1),
        arrived: Instant::now(),
    }
}

fn document(answer: &Answer) -> Vec<u8> {
    match &answer.content {
        Content::Wbxml(bytes) => bytes.to_vec(),
        Content::Empty => Vec::new(),
        other => panic!("{other:?}"),
    }
}
