//! The service without its listeners, at a time that is turned by hand.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use backends::local::{LocalOptions, LocalStore};
use backends::{BackendError, Mailbox, Watch, WatchEvent};
use directpush::clock::Clock;
use directpush::commands::{Admission, Commands, Governors, Grants, Outbox, Receipts};
use directpush::config::ConflictPolicy;
use directpush::ids::AccountId;
use directpush::index::Index;
use directpush::metrics::Metrics;
use directpush::push::{Hub, HubConfig, HubParts, LocalChannel};
use directpush::store::{Durability, Store, db};
use directpush::tasks::Tasks;
use directpush::watch::{MailboxProvider, Mode, Supervisor, SupervisorParts};
use protocol::flow::heartbeat::HeartbeatBounds;
use protocol::version::Version;

use crate::mail::Maildir;

/// How long a device that runs in circles is held.
const HOLD_MAX: Duration = Duration::from_secs(10);
/// How long tasks may take to end, by the clock that is turned by hand: it stands meanwhile.
const GRACE: Duration = Duration::from_secs(10);

/// What is behind the listeners.
pub(crate) struct Core {
    pub(crate) commands: Arc<Commands>,
    requests: Tasks,
    watchers: Tasks,
    files: Tasks,
    push: Tasks,
    store: Store,
    known: Known,
    fence: Fence,
}

/// Opens the Maildirs of accounts by their names.
struct Mailboxes {
    local: LocalStore,
    mail: PathBuf,
    known: Known,
}

type Known = Arc<Mutex<HashMap<AccountId, Arc<dyn Mailbox>>>>;

#[async_trait]
impl MailboxProvider for Mailboxes {
    fn introduce(&self, account: AccountId, name: &str) {
        let open = || Arc::new(self.local.mailbox(&self.mail.join(name))) as Arc<dyn Mailbox>;
        let mut known = self.known.lock().unwrap();
        known.entry(account).or_insert_with(open);
    }

    async fn mailbox(&self, account: AccountId) -> Result<Arc<dyn Mailbox>, BackendError> {
        Ok(Arc::clone(&self.known.lock().unwrap()[&account]))
    }
}

/// Tells when the kernel's events of everything that was done so far have been read: they come in order, so that
/// when the fence has heard of its own file, everybody has heard of theirs.
struct Fence {
    maildir: Maildir,
    watch: Watch,
}

impl Core {
    /// Everything at work, with state and mail in this place.
    pub(crate) async fn start(place: &Path, clock: &Clock) -> Self {
        let metrics = Metrics::new().unwrap();
        // What a disk needs to write is no matter of days.
        let state = place.join("state.db");
        let store = Store::open_with(&state, Durability::None);
        let store = store.await.unwrap();
        let [requests, watchers, files, push] = std::array::from_fn(|_| Tasks::new());
        let (local, driver) = LocalStore::new(LocalOptions::default());
        files.spawn(driver.run(files.token()));
        let fence = Fence::new(&local, &place.join("fence")).await;
        let index = Index::new(store.clone());
        let known = Known::default();
        let channel = Arc::new(LocalChannel::default());
        let supervisor = Arc::new(Supervisor::new(SupervisorParts {
            index: index.clone(),
            mailboxes: Arc::new(Mailboxes {
                local,
                mail: place.join("mail"),
                known: Arc::clone(&known),
            }),
            channel: channel.clone(),
            metrics: metrics.clone(),
            clock: clock.clone(),
            tasks: watchers.clone(),
        }));
        let hub = Hub::start(HubParts {
            truth: Arc::new(index.clone()),
            channel,
            watching: supervisor.clone(),
            metrics: metrics.clone(),
            tasks: push.clone(),
            config: HubConfig::default(),
            wall: clock.clone(),
        });
        let commands = Commands {
            receipts: Receipts::start(index.clone(), Arc::clone(&hub), &push),
            index,
            hub,
            supervisor,
            grants: Arc::new(grants()),
            outbox: Arc::new(Outbox::to_nobody()),
            // Healthy phones never meet it: the test would see them held.
            admission: Admission::new(64, metrics.admission.clone()),
            searches: Arc::default(),
            governors: Arc::new(Governors::new(HOLD_MAX, metrics.push.clone())),
            metrics,
            clock: clock.clone(),
            tasks: requests.clone(),
        };
        Self {
            commands: Arc::new(commands),
            requests,
            watchers,
            files,
            push,
            store,
            known,
            fence,
        }
    }

    /// Waits until the events of what was done to files have been read.
    pub(crate) async fn heard(&mut self) {
        self.fence.pass().await;
    }

    /// Whether nothing is going on, when so many requests have no answer yet.
    pub(crate) fn rests(&self, unanswered: usize) -> bool {
        let rows = self.commands.hub.list();
        let parked = rows.len() == unanswered && rows.iter().all(|row| row.compared);
        if !parked || !self.requests.is_empty() {
            return false;
        }
        let mut watched = 0;
        for account in self.known.lock().unwrap().keys() {
            let status = self.commands.supervisor.status(*account);
            watched += usize::from(status.mode != Mode::Idle);
            if status.mode != Mode::Idle && !status.current {
                return false;
            }
        }
        // One task for each account that is watched, and one for each look at a folder.
        self.watchers.len() == watched
    }

    /// What is going on, in words.
    pub(crate) fn unrest(&self) -> String {
        let known = self.known.lock().unwrap();
        let watched = known
            .keys()
            .map(|account| self.commands.supervisor.status(*account));
        format!(
            "parked: {:?}\nwatched: {:?}\ntasks of requests: {}, of watchers: {}",
            self.commands.hub.list(),
            watched.collect::<Vec<_>>(),
            self.requests.len(),
            self.watchers.len(),
        )
    }

    /// What the service does now and then.
    pub(crate) async fn tidy(&self) {
        let index = &self.commands.index;
        let now = self.commands.clock.seconds();
        index.forget_repeats(now).await.unwrap();
        for (account, _) in self.store.accounts().await.unwrap() {
            index.tidy(account).await.unwrap();
        }
    }

    /// Rows of every table.
    pub(crate) async fn rows(&self) -> BTreeMap<String, i64> {
        let mut conn = self.store.read().await.unwrap();
        let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'";
        let tables: Vec<String> = db::scalar(tables).fetch_all(&mut conn).await.unwrap();
        let mut rows = BTreeMap::new();
        for table in tables {
            let count = db::composed(format!("SELECT COUNT(*) FROM {table}"));
            let count = count.fetch_one(&mut conn).await.unwrap();
            rows.insert(table, count.try_get(0).unwrap());
        }
        rows
    }

    /// Ends everything.
    pub(crate) async fn stop(self) {
        drop(self.fence);
        for tasks in [self.requests, self.watchers, self.files, self.push] {
            assert_eq!(tasks.drain(GRACE).await, 0);
        }
        self.store.close().await;
    }
}

impl Fence {
    async fn new(local: &LocalStore, root: &Path) -> Self {
        let maildir = Maildir::make(root);
        let watch = local.mailbox(root).watch().await.unwrap();
        Self { maildir, watch }
    }

    async fn pass(&mut self) {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        self.maildir.deliver("", &format!("fence{number}"), 1);
        while !matches!(self.watch.next().await.unwrap(), WatchEvent::Changed(_)) {}
    }
}

fn grants() -> Grants {
    Grants {
        versions: Version::SERVED
            .into_iter()
            .filter(|version| *version <= Version::V14_1)
            .collect(),
        heartbeat: HeartbeatBounds::default(),
        ping_folders_max: 100,
        sync_collections_max: 100,
        page_bytes: 1 << 20,
        page_time: Duration::from_secs(20),
        contacts_conflict: ConflictPolicy::Device,
    }
}
