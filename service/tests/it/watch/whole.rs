//! From a change in the backend to the end of a parked request, with everything real in between.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use backends::local::{LocalOptions, LocalStore};
use directpush::clock::Clock;
use directpush::ids::{AccountId, FolderNo, Principal};
use directpush::index::{Delivery, FolderSync, Index, Notes, Opening, Pair};
use directpush::metrics::{GapCause, Metrics, ParkKind};
use directpush::push::{Channel, Ended, Hub, HubConfig, HubParts, LocalChannel, Outcome, Parking};
use directpush::store::{DeviceName, Store};
use directpush::tasks::Tasks;
use directpush::watch::{Mode, Supervisor, SupervisorParts};
use tempfile::TempDir;
use tokio::time;

use super::backend::Memory;
use super::scene::One;

const PATIENCE: Duration = Duration::from_secs(20);

/// A phone that has synced its inbox, and everything that serves it.
struct Whole {
    index: Index,
    supervisor: Arc<Supervisor>,
    hub: Arc<Hub>,
    metrics: Metrics,
    who: Principal,
    inbox: FolderNo,
    key: String,
    tasks: Tasks,
    _state: TempDir,
}

impl Whole {
    async fn new(mailboxes: One) -> Self {
        let state = tempfile::tempdir().unwrap();
        let path = state.path().join("state.sqlite");
        let store = Store::open(&path).await.unwrap();
        let account = store.account("somebody", 0).await.unwrap();
        let name = DeviceName {
            id: "phone",
            kind: "test",
        };
        let device = store.device(account, name, 0).await.unwrap().id;
        let index = Index::new(store);
        let channel: Arc<dyn Channel> = Arc::new(LocalChannel::default());
        let metrics = Metrics::new().unwrap();
        let tasks = Tasks::new();
        let supervisor = Arc::new(Supervisor::new(SupervisorParts {
            index: index.clone(),
            mailboxes: Arc::new(mailboxes),
            channel: Arc::clone(&channel),
            metrics: metrics.clone(),
            clock: Clock::system(),
            tasks: tasks.clone(),
        }));
        let hub = Hub::start(HubParts {
            truth: Arc::new(index.clone()),
            channel,
            watching: Arc::<Supervisor>::clone(&supervisor),
            metrics: metrics.clone(),
            tasks: tasks.clone(),
            config: HubConfig::default(),
            wall: Clock::system(),
        });
        let mut whole = Self {
            index,
            supervisor,
            hub,
            metrics,
            who: Principal { account, device },
            inbox: FolderNo::ROOT,
            key: "0".to_owned(),
            tasks,
            _state: state,
        };
        whole.set_up(account).await;
        whole
    }

    /// FolderSync, then Sync until nothing is left.
    async fn set_up(&mut self, account: AccountId) {
        self.supervisor.refresh_hierarchy(account).await.unwrap();
        let mut key = "0".to_owned();
        for _ in 0..2 {
            let synced = self.index.folder_sync(self.who, &key, Notes::Shown, 0);
            let FolderSync::Page(page) = synced.await.unwrap() else {
                panic!("the key is good");
            };
            let mut adds = page.adds.iter();
            if let Some(inbox) = adds.find(|folder| folder.role == backends::Role::Inbox) {
                self.inbox = inbox.no;
            }
            key = page.key;
        }
        self.sync().await;
        let widened = self.index.widen(account, self.inbox, i64::MIN).await;
        assert!(widened.unwrap());
        self.supervisor.refresh(account, self.inbox).await.unwrap();
        self.sync().await;
        self.sync().await;
    }

    /// A Sync whose answer arrives. How many items it brings.
    async fn sync(&mut self) -> usize {
        let pair = Pair {
            who: self.who,
            folder: self.inbox,
        };
        let Opening::Open(mut session) = self.index.open(pair, &self.key).await.unwrap() else {
            panic!("the key is good");
        };
        let mut told = 0;
        if !session.initial() {
            let page = session.page(i64::MIN, 512).await.unwrap();
            told = page.commands.len();
        }
        let receipt = session.commit(told, 0).await.unwrap();
        self.key = receipt.key;
        let proved = [receipt.answer];
        let delivered = self.index.delivered(self.who, &proved, Delivery::Proved);
        delivered.await.unwrap();
        self.hub.moved(self.who, self.inbox);
        told
    }

    fn ping(&self) -> impl Future<Output = Ended> + use<> {
        self.hub.park(Parking {
            who: self.who,
            kind: ParkKind::Ping,
            folders: vec![self.inbox],
            notes: Notes::Shown,
            deadline: time::Instant::now() + Duration::from_secs(3540),
        })
    }

    /// Waits until the Ping is parked for good and its watcher compares nothing any more.
    async fn at_rest(&self, seq: u64) {
        let account = self.who.account;
        let starts = self.metrics.watch.gaps.of(GapCause::Start);
        let parked = || {
            let rows = self.hub.list();
            let mut folders = rows.iter().flat_map(|row| &row.folders);
            folders.all(|(_, checked)| checked.0 >= seq) && rows.len() == 1
        };
        let rest = async {
            loop {
                let looks = starts.get();
                self.supervisor.fresh(account, self.inbox).await.unwrap();
                let watched = matches!(self.supervisor.status(account).mode, Mode::Watched(_));
                if watched && looks > 1 && looks == starts.get() && parked() {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        time::timeout(PATIENCE, rest).await.unwrap();
    }
}

/// A change in the truth after the k-th poll of the request, for every k: before it is registered, while its
/// first read is under way, and when it is parked.
#[tokio::test]
async fn a_change_after_any_poll_is_reported() {
    let backend = Memory::new();
    let mut whole = Whole::new(One(Arc::<Memory>::clone(&backend) as _)).await;
    for polls in 0..120 {
        let mut ping = pin!(whole.ping());
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..polls {
            assert_eq!(ping.as_mut().poll(&mut context), Poll::Pending);
            // Lets the store's threads and the hub's tasks go on by a little.
            tokio::task::yield_now().await;
            std::thread::yield_now();
        }
        backend.store("inbox");
        let refreshed = whole.supervisor.refresh(whole.who.account, whole.inbox);
        refreshed.await.unwrap();
        let ended = time::timeout(PATIENCE, ping).await;
        let ended = ended.unwrap_or_else(|_| panic!("lost after {polls} polls"));
        assert_eq!(
            ended.outcome,
            Outcome::Changed(vec![whole.inbox]),
            "after {polls} polls"
        );
        assert_eq!(whole.sync().await, 1);
    }
    whole.tasks.drain(PATIENCE).await;
}

/// Nothing but the watcher's own events: a delivery into a Maildir ends the Ping, within milliseconds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_ends_a_ping_in_milliseconds() {
    let maildir = tempfile::tempdir().unwrap();
    for folder in ["cur", "new", "tmp"] {
        std::fs::create_dir(maildir.path().join(folder)).unwrap();
    }
    let (store, driver) = LocalStore::new(LocalOptions::default());
    let mailbox = Arc::new(store.mailbox(maildir.path()));
    let mut whole = Whole::new(One(mailbox)).await;
    whole.tasks.spawn(driver.run(whole.tasks.token()));
    let mut took = Vec::new();
    for number in 0..50 {
        // In a task of its own, as a connection would have it.
        let ping = whole.tasks.spawn(whole.ping());
        whole.at_rest(number).await;
        assert!(!ping.is_finished());
        let message = maildir.path().join("tmp").join(format!("{number}.test"));
        std::fs::write(&message, "Subject: test\n\ntest\n").unwrap();
        let to = maildir.path().join("new").join(format!("{number}.test"));
        let start = Instant::now();
        std::fs::rename(&message, &to).unwrap();
        let ended = time::timeout(PATIENCE, ping).await.expect("lost").unwrap();
        took.push(start.elapsed());
        assert_eq!(ended.outcome, Outcome::Changed(vec![whole.inbox]));
        assert!(ended.change_age.is_some());
        assert_eq!(whole.sync().await, 1);
    }
    took.sort_unstable();
    println!(
        "median {:?}, slowest {:?}",
        took[took.len() / 2],
        took[took.len() - 1]
    );
    // Generous, for machines that are busy with other things; alone it takes one or two milliseconds.
    assert!(took[took.len() / 2] < Duration::from_millis(50));
    whole.tasks.drain(PATIENCE).await;
}
