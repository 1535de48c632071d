//! A hub, and a channel that can be cut.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use directpush::clock::Clock;
use directpush::ids::{AccountId, DeviceId, FolderNo, Principal};
use directpush::index::Notes;
use directpush::metrics::{Metrics, ParkKind};
use directpush::push::{
    Channel, ChannelError, Ended, Epoch, Hint, HintSink, Hub, HubConfig, HubParts, Interest,
    Interested, Outcome, Parking, Watching,
};
use directpush::tasks::Tasks;
use tokio::time::Instant;

use super::ledger::Ledger;

/// The account of most tests.
pub(super) const ACCOUNT: AccountId = AccountId(7);
/// A device of it.
pub(super) const PHONE: Principal = Principal {
    account: ACCOUNT,
    device: DeviceId(1),
};
/// Another device of it.
pub(super) const TABLET: Principal = Principal {
    account: ACCOUNT,
    device: DeviceId(2),
};
/// A folder.
pub(super) const INBOX: FolderNo = FolderNo(1);
/// Another folder.
pub(super) const SENT: FolderNo = FolderNo(2);

/// Longer than any test.
pub(super) const LONG: Duration = Duration::from_secs(3540);

/// A request in its place, polled by hand.
pub(super) type Parked = Pin<Box<dyn Future<Output = Ended> + Send>>;

/// Everything that a test holds.
pub(super) struct Scene {
    pub(super) ledger: Arc<Ledger>,
    pub(super) channel: Arc<Wire>,
    pub(super) interests: Arc<Interests>,
    pub(super) metrics: Metrics,
    pub(super) hub: Arc<Hub>,
    _tasks: Tasks,
}

impl Scene {
    /// A hub with nothing parked.
    pub(super) fn new() -> Self {
        Self::with(HubConfig::default())
    }

    /// The same with settings.
    pub(super) fn with(config: HubConfig) -> Self {
        let ledger = Arc::new(Ledger::default());
        let channel = Arc::new(Wire::default());
        let interests = Arc::new(Interests::default());
        let metrics = Metrics::new().unwrap();
        let tasks = Tasks::new();
        let hub = Hub::start(HubParts {
            truth: Arc::<Ledger>::clone(&ledger),
            channel: Arc::<Wire>::clone(&channel),
            watching: Arc::<Interests>::clone(&interests),
            metrics: metrics.clone(),
            tasks: tasks.clone(),
            config,
            wall: Clock::system(),
        });
        Self {
            ledger,
            channel,
            interests,
            metrics,
            hub,
            _tasks: tasks,
        }
    }

    /// A Ping that has not been polled yet.
    pub(super) fn ping(&self, who: Principal, folders: &[FolderNo], heartbeat: Duration) -> Parked {
        self.park(ParkKind::Ping, who, folders, heartbeat)
    }

    /// A request that has not been polled yet.
    pub(super) fn park(
        &self,
        kind: ParkKind,
        who: Principal,
        folders: &[FolderNo],
        heartbeat: Duration,
    ) -> Parked {
        Box::pin(self.hub.park(Parking {
            who,
            kind,
            folders: folders.to_vec(),
            notes: Notes::Shown,
            deadline: Instant::now() + heartbeat,
        }))
    }

    /// A Ping that is parked: nothing was there for it.
    pub(super) async fn parked_ping(&self, who: Principal, folders: &[FolderNo]) -> Parked {
        let mut ping = self.ping(who, folders, LONG);
        assert_eq!(still(&mut ping).await, None);
        ping
    }

    /// A change is written down and hinted at.
    pub(super) async fn change(&self, folder: FolderNo) {
        let hint = self.ledger.change(folder, None);
        self.channel.publish(hint).await.unwrap();
    }
}

/// Lets everything go on that can without time passing, then says how the request has ended, if it has.
pub(super) async fn still(parked: &mut Parked) -> Option<Outcome> {
    for _ in 0..4 {
        if let Some(ended) = poll(parked) {
            return Some(ended.outcome);
        }
        pass().await;
    }
    None
}

/// Polls once.
pub(super) fn poll(parked: &mut Parked) -> Option<Ended> {
    let mut context = Context::from_waker(Waker::noop());
    match parked.as_mut().poll(&mut context) {
        Poll::Ready(ended) => Some(ended),
        Poll::Pending => None,
    }
}

/// Lets the hub's tasks do what they can without time passing.
pub(super) async fn pass() {
    for _ in 0..8 {
        tokio::task::yield_now().await;
    }
}

/// A channel that can be cut and can refuse.
#[derive(Default)]
pub(super) struct Wire {
    sink: OnceLock<Weak<dyn HintSink>>,
    state: Mutex<WireState>,
}

#[derive(Default)]
struct WireState {
    down: bool,
    refuses: bool,
    connections: u64,
}

impl Wire {
    /// The connection breaks. What was under way is lost.
    pub(super) fn cut(&self) {
        self.state.lock().unwrap().down = true;
        self.tell();
    }

    /// The connection is made anew.
    pub(super) fn join(&self) {
        let mut state = self.state.lock().unwrap();
        state.down = false;
        state.connections += 1;
        drop(state);
        self.tell();
    }

    /// The next hint is refused.
    pub(super) fn refuse(&self) {
        self.state.lock().unwrap().refuses = true;
    }

    /// Whether it is cut.
    pub(super) fn is_down(&self) -> bool {
        self.state.lock().unwrap().down
    }

    fn tell(&self) {
        self.sink().epoch_changed(self.epoch());
    }

    fn sink(&self) -> Arc<dyn HintSink> {
        self.sink.get().and_then(Weak::upgrade).unwrap()
    }
}

#[async_trait]
impl Channel for Wire {
    async fn publish(&self, hint: Hint) -> Result<(), ChannelError> {
        if self.is_down() {
            return Err(ChannelError::Down);
        }
        if std::mem::take(&mut self.state.lock().unwrap().refuses) {
            return Err(ChannelError::Refused);
        }
        self.sink().hint(&hint);
        Ok(())
    }

    fn epoch(&self) -> Epoch {
        let state = self.state.lock().unwrap();
        match state.down {
            true => Epoch::Down(state.connections),
            false => Epoch::Live(state.connections),
        }
    }

    fn attach(&self, sink: Weak<dyn HintSink>) {
        assert!(self.sink.set(sink).is_ok());
    }
}

/// Counts the interest in accounts.
#[derive(Default)]
pub(super) struct Interests {
    held: Arc<AtomicU64>,
    waited_for: Arc<Mutex<Vec<Vec<FolderNo>>>>,
}

impl Interests {
    /// How many accounts are to be watched.
    pub(super) fn count(&self) -> u64 {
        self.held.load(Ordering::SeqCst)
    }
}

impl Interests {
    /// The folders that were said to be waited for, each time that they were others.
    pub(super) fn waited_for(&self) -> Vec<Vec<FolderNo>> {
        self.waited_for.lock().unwrap().clone()
    }
}

impl Watching for Interests {
    fn interest(&self, _account: AccountId) -> Interest {
        self.held.fetch_add(1, Ordering::SeqCst);
        Box::new(Held(Arc::clone(&self.held), Arc::clone(&self.waited_for)))
    }
}

struct Held(Arc<AtomicU64>, Arc<Mutex<Vec<Vec<FolderNo>>>>);

impl Interested for Held {
    fn wait_for(&self, folders: &[FolderNo]) {
        self.1.lock().unwrap().push(folders.to_vec());
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
