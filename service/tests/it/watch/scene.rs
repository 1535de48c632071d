//! A supervisor over a real index, and a channel that writes down what is published.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use async_trait::async_trait;
use backends::{BackendError, FolderRef, Mailbox};
use directpush::clock::Clock;
use directpush::ids::{AccountId, FolderNo, Seq};
use directpush::index::Index;
use directpush::metrics::Metrics;
use directpush::push::{Channel, ChannelError, Epoch, Hint, HintSink, Topic};
use directpush::store::Store;
use directpush::tasks::Tasks;
use directpush::watch::{MailboxProvider, Supervisor, SupervisorParts};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::time;

use super::backend::Memory;

/// Long enough for everything that a test waits for.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a test holds.
pub(super) struct Scene {
    pub(super) backend: Arc<Memory>,
    pub(super) index: Index,
    pub(super) account: AccountId,
    pub(super) channel: Arc<Record>,
    pub(super) supervisor: Supervisor,
    pub(super) metrics: Metrics,
    pub(super) tasks: Tasks,
    _folder: TempDir,
}

impl Scene {
    /// Nobody watches yet; a device wants everything in the folders that are there.
    pub(super) async fn new() -> Self {
        let scene = Self::empty().await;
        scene
            .supervisor
            .refresh_hierarchy(scene.account)
            .await
            .unwrap();
        scene.want("inbox").await;
        scene.want("work").await;
        scene.channel.forget();
        scene
    }

    /// A device wants everything in a folder.
    pub(super) async fn want(&self, name: &str) {
        let folder = self.no(name).await;
        let widened = self.index.widen(self.account, folder, i64::MIN).await;
        assert!(widened.unwrap());
    }

    async fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("state.sqlite"))
            .await
            .unwrap();
        let account = store.account("somebody", 0).await.unwrap();
        let index = Index::new(store);
        let backend = Memory::new();
        let channel = Arc::new(Record::new());
        let metrics = Metrics::new().unwrap();
        let tasks = Tasks::new();
        let supervisor = Supervisor::new(SupervisorParts {
            index: index.clone(),
            mailboxes: Arc::new(One(Arc::<Memory>::clone(&backend) as _)),
            channel: Arc::<Record>::clone(&channel),
            metrics: metrics.clone(),
            clock: Clock::system(),
            tasks: tasks.clone(),
        });
        Self {
            backend,
            index,
            account,
            channel,
            supervisor,
            metrics,
            tasks,
            _folder: folder,
        }
    }

    /// The number of a folder by its name.
    pub(super) async fn no(&self, name: &str) -> FolderNo {
        let folders = self.index.folders(self.account).await.unwrap();
        let wanted = FolderRef::new(name);
        let found = folders
            .iter()
            .find(|folder| folder.reference.as_ref() == Some(&wanted));
        found.unwrap().no
    }

    /// Waits for a hint of that folder that is at `seq` at least. Answers the index's number at that time.
    pub(super) async fn hinted(&self, name: &str, seq: Seq) -> Seq {
        loop {
            let hint = self.channel.next().await;
            let Topic::Folder(folder, number) = hint.topic else {
                continue;
            };
            if folder == self.no(name).await && number >= seq {
                return self.index.seq(self.account, folder).await.unwrap();
            }
        }
    }

    /// Waits until a watcher is proven live.
    pub(super) async fn live(&self) {
        let inbox = self.no("inbox").await;
        let wait = async {
            loop {
                let before = self.backend.asked.load(Ordering::SeqCst);
                self.supervisor.fresh(self.account, inbox).await.unwrap();
                self.supervisor.fresh_hierarchy(self.account).await.unwrap();
                if self.backend.asked.load(Ordering::SeqCst) == before {
                    return;
                }
            }
        };
        time::timeout(PATIENCE, wait).await.unwrap();
        self.channel.forget();
    }
}

/// Gives everybody the same mailbox.
pub(super) struct One(pub(super) Arc<dyn Mailbox>);

#[async_trait]
impl MailboxProvider for One {
    fn introduce(&self, _account: AccountId, _name: &str) {}

    async fn mailbox(&self, _account: AccountId) -> Result<Arc<dyn Mailbox>, BackendError> {
        Ok(Arc::clone(&self.0))
    }
}

/// Writes down what is published.
pub(super) struct Record {
    hints: mpsc::Sender<Hint>,
    published: tokio::sync::Mutex<mpsc::Receiver<Hint>>,
    sink: Mutex<Option<Weak<dyn HintSink>>>,
    refusals: AtomicU32,
}

impl Record {
    fn new() -> Self {
        let (hints, published) = mpsc::channel(1024);
        Self {
            hints,
            published: tokio::sync::Mutex::new(published),
            sink: Mutex::new(None),
            refusals: AtomicU32::new(0),
        }
    }

    /// Waits for the next hint.
    pub(super) async fn next(&self) -> Hint {
        let mut published = self.published.lock().await;
        let hint = time::timeout(PATIENCE, published.recv()).await;
        hint.expect("a hint is missing").unwrap()
    }

    /// Forgets what was published.
    pub(super) fn forget(&self) {
        let mut published = self.published.try_lock().unwrap();
        while published.try_recv().is_ok() {}
    }

    /// The next hints are refused.
    pub(super) fn refuse(&self, hints: u32) {
        self.refusals.store(hints, Ordering::SeqCst);
    }
}

#[async_trait]
impl Channel for Record {
    async fn publish(&self, hint: Hint) -> Result<(), ChannelError> {
        let less = |left: u32| left.checked_sub(1);
        if self
            .refusals
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, less)
            .is_ok()
        {
            return Err(ChannelError::Refused);
        }
        self.hints.try_send(hint).unwrap();
        let sink = self.sink.lock().unwrap().as_ref().and_then(Weak::upgrade);
        if let Some(sink) = sink {
            sink.hint(&hint);
        }
        Ok(())
    }

    fn epoch(&self) -> Epoch {
        Epoch::Live(0)
    }

    fn attach(&self, sink: Weak<dyn HintSink>) {
        *self.sink.lock().unwrap() = Some(sink);
    }
}
