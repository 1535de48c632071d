//! The service without its listeners: commands at their seam, and a mailbox whose work can be counted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use backends::local::{LocalOptions, LocalStats, LocalStore};
use backends::{BackendError, Mailbox};
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
use directpush::index::{Index, Patience};
use directpush::metrics::Metrics;
use directpush::push::{Hub, HubConfig, HubParts, LocalChannel};
use directpush::store::Store;
use directpush::tasks::Tasks;
use directpush::watch::{MailboxProvider, Supervisor, SupervisorParts};
use protocol::flow::heartbeat::HeartbeatBounds;
use protocol::query;
use protocol::version::Version;

use crate::hanging::{Hanging, Sticky};
use crate::maildir::Maildir;
use crate::service::Place;

/// The only account.
pub(crate) const ACCOUNT: &str = "anna";

/// What is behind the listeners, for one account.
pub(crate) struct Inside {
    pub(crate) commands: Arc<Commands>,
    pub(crate) maildir: Maildir,
    /// What of the mailbox hangs.
    pub(crate) hanging: Arc<Hanging>,
    pub(crate) place: Place,
    local: LocalStore,
    /// In the order in which they end.
    tasks: [Tasks; 4],
    store: Store,
}

/// Knows one mailbox.
struct OneMailbox(LocalStore, std::path::PathBuf, Arc<Hanging>);

#[async_trait]
impl MailboxProvider for OneMailbox {
    fn introduce(&self, _: AccountId, name: &str) {
        assert_eq!(name, ACCOUNT);
    }

    async fn mailbox(&self, _: AccountId) -> Result<Arc<dyn Mailbox>, BackendError> {
        let mailbox = Arc::new(self.0.mailbox(&self.1));
        Ok(Arc::new(Sticky::new(mailbox, Arc::clone(&self.2))))
    }
}

impl Inside {
    /// Everything at work; the Maildir has these folders.
    pub(crate) async fn start(folders: &[&str]) -> Self {
        Self::granting(folders, grants()).await
    }

    /// The same, with other grants.
    pub(crate) async fn granting(folders: &[&str], grants: Grants) -> Self {
        let hanging = Arc::new(Hanging::default());
        let place = Place::new(&[ACCOUNT]);
        let maildir = place.maildir(ACCOUNT, folders);
        let metrics = Metrics::new().unwrap();
        let store = Store::open(&place.state()).await.unwrap();
        let [requests, watchers, files, push] = std::array::from_fn(|_| Tasks::new());
        let (local, driver) = LocalStore::new(LocalOptions::default());
        files.spawn(driver.run(files.token()));
        // Tries count here, not time.
        let index = Index::new(store.clone()).with_patience(Patience {
            soon: Duration::ZERO,
            late: Duration::ZERO,
        });
        let channel = Arc::new(LocalChannel::default());
        let mailbox = OneMailbox(
            local.clone(),
            place.mail().join(ACCOUNT),
            Arc::clone(&hanging),
        );
        let supervisor = Arc::new(Supervisor::new(SupervisorParts {
            index: index.clone(),
            mailboxes: Arc::new(mailbox),
            channel: channel.clone(),
            metrics: metrics.clone(),
            clock: Clock::system(),
            tasks: watchers.clone(),
        }));
        let hub = Hub::start(HubParts {
            truth: Arc::new(index.clone()),
            channel,
            watching: supervisor.clone(),
            metrics: metrics.clone(),
            tasks: push.clone(),
            config: HubConfig::default(),
            wall: Clock::system(),
        });
        let commands = Commands {
            receipts: Receipts::start(index.clone(), Arc::clone(&hub), &push),
            index,
            hub,
            supervisor,
            outbox: Arc::new(Outbox::to_nobody()),
            grants: Arc::new(grants),
            admission: Admission::new(64, metrics.admission.clone()),
            searches: Arc::default(),
            governors: Arc::new(Governors::new(Duration::ZERO, metrics.push.clone())),
            metrics,
            clock: Clock::system(),
            tasks: requests.clone(),
        };
        Self {
            commands: Arc::new(commands),
            maildir,
            hanging,
            place,
            local,
            tasks: [requests, watchers, files, push],
            store,
        }
    }

    /// What the mailbox did.
    pub(crate) fn stats(&self) -> LocalStats {
        self.local.stats()
    }

    /// Ends everything.
    pub(crate) async fn stop(self) {
        for tasks in self.tasks {
            assert_eq!(tasks.drain(Duration::from_secs(10)).await, 0);
        }
        self.store.close().await;
    }
}

/// Heartbeats of a second are granted, so that a test can wait for the end of one.
pub(crate) fn grants() -> Grants {
    Grants {
        versions: Version::SERVED.to_vec(),
        heartbeat: HeartbeatBounds::new(1, 3_540).unwrap(),
        ping_folders_max: 100,
        sync_collections_max: 100,
        page_bytes: 1 << 20,
        page_time: Duration::from_secs(20),
        contacts_conflict: ConflictPolicy::Device,
    }
}

/// A request of a device, as the listeners hand it over.
pub(crate) fn request(device: &str, command: &str, body: Vec<u8>) -> EasRequest {
    let query = format!("Cmd={command}&User={ACCOUNT}&DeviceId={device}&DeviceType=Faults");
    EasRequest {
        line: query::parse(&query).unwrap(),
        version: Version::V14_1,
        identity: Identity {
            account: AccountName::new(ACCOUNT),
            address: None,
            secret: Secret::from("secret"),
        },
        policy_key: None,
        body: body.into(),
        body_type: BodyType::Wbxml,
        connection: ConnectionInfo {
            id: ConnectionId(1),
            peer: "127.0.0.1:50000".parse().unwrap(),
            route: Route::Direct,
            transport: Transport::Plain,
        },
        proven: Vec::new(),
        user_agent: Arc::from("faults"),
        accept_multipart: false,
        request_id: RequestId(1),
        arrived: Instant::now(),
    }
}

/// The document of an answer.
pub(crate) fn document(answer: &Answer) -> Vec<u8> {
    match &answer.content {
        Content::Wbxml(bytes) => bytes.to_vec(),
        Content::Empty => Vec::new(),
        other => panic!("{other:?}"),
    }
}

/// What serves the commands.
pub(crate) fn seam(inside: &Inside) -> Arc<dyn Dispatch> {
    Arc::clone(&inside.commands) as Arc<dyn Dispatch>
}
