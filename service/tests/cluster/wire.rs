//! A channel and what arrives through it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::Duration;

use backends::servers::{Redis, RedisOptions};
use directpush::ids::AccountId;
use directpush::metrics::Metrics;
use directpush::push::{
    Channel, Epoch, Hint, HintSink, RedisChannel, RedisKind, RedisSettings, Seen, Topic,
};
use directpush::tasks::Tasks;
use tokio::sync::watch;
use tokio::time::timeout;

/// Longer than anything should take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// What a node was told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard {
    pub(crate) hints: Vec<Hint>,
    pub(crate) epochs: Vec<Epoch>,
}

/// One node's end of a channel.
pub(crate) struct Node {
    pub(crate) channel: Arc<dyn Channel>,
    pub(crate) metrics: Metrics,
    sink: Arc<Sink>,
    tasks: Tasks,
}

/// Takes what arrives.
struct Sink {
    channel: OnceLock<Weak<dyn Channel>>,
    heard: watch::Sender<Heard>,
    ledger: Arc<Ledger>,
    /// What was last read of the truth.
    read: Mutex<BTreeMap<AccountId, u64>>,
}

/// The truth of all nodes: a number for each account.
#[derive(Default)]
pub(crate) struct Ledger(Mutex<BTreeMap<AccountId, u64>>);

impl Ledger {
    /// Changes something.
    pub(crate) fn change(&self, account: AccountId) {
        *self.0.lock().unwrap().entry(account).or_default() += 1;
    }

    pub(crate) fn all(&self) -> BTreeMap<AccountId, u64> {
        self.0.lock().unwrap().clone()
    }
}

impl Sink {
    /// Reads the truth as the park table does: it counts between two equal epochs.
    fn read(&self, only: Option<AccountId>) {
        let truth = self.ledger.all();
        let mut read = self.read.lock().unwrap();
        for (account, number) in truth {
            if only.is_none_or(|only| only == account) {
                read.insert(account, number);
            }
        }
    }
}

impl HintSink for Sink {
    fn hint(&self, hint: &Hint) {
        self.read(Some(hint.account));
        self.heard.send_modify(|heard| heard.hints.push(*hint));
    }

    fn epoch_changed(&self, epoch: Epoch) {
        if let Some(channel) = self.channel.get().and_then(Weak::upgrade) {
            let shown = channel.epoch();
            assert!(number(shown) >= number(epoch), "{shown:?} after {epoch:?}");
        }
        if matches!(epoch, Epoch::Live(_)) {
            self.read(None);
        }
        self.heard.send_modify(|heard| heard.epochs.push(epoch));
    }
}

fn number(epoch: Epoch) -> u64 {
    match epoch {
        Epoch::Live(number) | Epoch::Down(number) => number,
    }
}

impl Node {
    /// An end of this channel.
    pub(crate) fn on(channel: Arc<dyn Channel>, metrics: Metrics, tasks: Tasks) -> Self {
        Self::reading(channel, (metrics, tasks), Arc::default())
    }

    fn reading(
        channel: Arc<dyn Channel>,
        (metrics, tasks): (Metrics, Tasks),
        ledger: Arc<Ledger>,
    ) -> Self {
        let sink = Arc::new(Sink {
            channel: OnceLock::new(),
            heard: watch::Sender::default(),
            ledger,
            read: Mutex::default(),
        });
        let _once = sink.channel.set(Arc::downgrade(&channel));
        let weak: Weak<dyn HintSink> = Arc::<Sink>::downgrade(&sink);
        channel.attach(weak);
        Self {
            channel,
            metrics,
            sink,
            tasks,
        }
    }

    /// A node that is connected.
    pub(crate) async fn connected(settings: RedisSettings) -> Self {
        Self::sharing(settings, Arc::default()).await
    }

    /// A node that is connected, and reads this.
    pub(crate) async fn sharing(settings: RedisSettings, ledger: Arc<Ledger>) -> Self {
        let (metrics, tasks) = (Metrics::new().unwrap(), Tasks::new());
        let channel = RedisChannel::start(settings, metrics.channel.clone(), &tasks).unwrap();
        let node = Self::reading(channel, (metrics, tasks), ledger);
        node.until("it is up", |_| {
            matches!(node.channel.epoch(), Epoch::Live(_))
        })
        .await;
        node
    }

    /// What was read of the truth when it was last read.
    pub(crate) fn read(&self) -> BTreeMap<AccountId, u64> {
        self.sink.read.lock().unwrap().clone()
    }

    /// Waits until what was heard is right.
    pub(crate) async fn until(&self, what: &str, right: impl Fn(&Heard) -> bool) -> Heard {
        let mut heard = self.sink.heard.subscribe();
        let waiting = heard.wait_for(|heard| right(heard));
        let found = timeout(PATIENCE, waiting)
            .await
            .map(|heard| heard.unwrap().clone());
        found.unwrap_or_else(|_| panic!("not seen: {what}; {:?}", self.sink.heard.borrow()))
    }

    /// Waits until this hint has come.
    pub(crate) async fn hears(&self, hint: Hint) {
        self.until(&format!("{hint:?}"), |heard| heard.hints.contains(&hint))
            .await;
    }

    /// Waits until the channel has been up this many times.
    pub(crate) async fn up(&self, times: u64) {
        self.until("it is up again", |heard| {
            heard.epochs.contains(&Epoch::Live(times))
        })
        .await;
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.tasks.stop();
    }
}

/// Everything of an account may have changed.
pub(crate) fn everything(account: i64) -> Hint {
    hint(account, Topic::Everything)
}

pub(crate) fn hint(account: i64, topic: Topic) -> Hint {
    Hint {
        account: AccountId(account),
        topic,
        seen: Seen::UNKNOWN,
    }
}

pub(crate) async fn redis() -> Redis {
    Redis::start(&RedisOptions::default()).await.unwrap()
}

/// How a server on this machine is reached.
pub(crate) fn at(port: u16) -> RedisSettings {
    RedisSettings {
        addresses: vec![("127.0.0.1".to_owned(), port)],
        kind: RedisKind::Single,
        tls: false,
        authorities: None,
        user: None,
        password: None,
        database: 0,
        prefix: "directpush".to_owned(),
    }
}
