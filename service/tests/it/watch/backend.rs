//! A mailbox in memory: counts what it is asked, and fails as told.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use backends::{
    BackendError, Capability, Change, Class, Delta, DeltaKind, Folder, FolderRef, Horizon,
    Identity, Item, ItemRef, ItemState, KeywordSupport, Kind, Mailbox, Marks, MarksPatch, NewName,
    Role, Token, Version, Watch, WatchEvent, WatchMode, WatchSource,
};
use tokio::sync::{broadcast, watch};

/// A mailbox in memory.
pub(super) struct Memory {
    state: Mutex<State>,
    events: broadcast::Sender<Event>,
    /// While true, [`Mailbox::changes`] looks, and then waits with its answer.
    gate: watch::Sender<bool>,
    /// Questions asked.
    pub(super) asked: AtomicU64,
    /// Questions for changes that were looked up.
    pub(super) reads: AtomicU64,
    /// What watches were last told that somebody waits for.
    pub(super) focus: watch::Sender<Vec<FolderRef>>,
}

#[derive(Default)]
struct State {
    folders: Vec<Folder>,
    logs: BTreeMap<FolderRef, Vec<ItemState>>,
    down: Option<Kind>,
    unwatchable: bool,
    poll: bool,
    /// Folders of which nothing is told as they change; then neither is anything of the hierarchy.
    untold: Vec<FolderRef>,
    dead: Option<FolderRef>,
}

#[derive(Clone, Debug)]
enum Event {
    Hint(WatchEvent),
    Broke,
}

impl Memory {
    /// A mailbox with an inbox and a folder.
    pub(super) fn new() -> Arc<Self> {
        let memory = Self {
            state: Mutex::new(State::default()),
            events: broadcast::channel(64).0,
            gate: watch::channel(false).0,
            asked: AtomicU64::new(0),
            reads: AtomicU64::new(0),
            focus: watch::channel(Vec::new()).0,
        };
        memory.add_folder("inbox", Role::Inbox);
        memory.add_folder("work", Role::Plain);
        Arc::new(memory)
    }

    /// Makes a folder, without a word.
    pub(super) fn add_folder(&self, name: &str, role: Role) {
        self.state().folders.push(Folder {
            reference: FolderRef::new(name),
            identity: None,
            parent: None,
            name: name.to_owned(),
            class: Class::Email,
            role,
        });
    }

    /// Stores an item, without a word.
    pub(super) fn store(&self, folder: &str) {
        let mut state = self.state();
        let log = state.logs.entry(FolderRef::new(folder)).or_default();
        let number = log.len();
        log.push(ItemState {
            item: ItemRef::new(format!("item{number}")),
            version: Version::new("1"),
            time: 1_000 + i64::try_from(number).unwrap(),
            size: 10,
        });
    }

    /// Stores an item and says so.
    pub(super) fn deliver(&self, folder: &str) {
        self.store(folder);
        self.say(WatchEvent::Changed(FolderRef::new(folder)));
    }

    /// Says something to whoever listens.
    pub(super) fn say(&self, event: WatchEvent) {
        let _nobody_listens = self.events.send(Event::Hint(event));
    }

    /// Ends the watches with an error.
    pub(super) fn break_watches(&self) {
        let _nobody_listens = self.events.send(Event::Broke);
    }

    /// Every question fails, or no longer.
    pub(super) fn fail(&self, kind: Option<Kind>) {
        self.state().down = kind;
    }

    /// Cannot be listened to, or can again.
    pub(super) fn set_unwatchable(&self, unwatchable: bool) {
        self.state().unwatchable = unwatchable;
    }

    /// Has to be looked at now and then.
    pub(super) fn set_poll(&self) {
        self.state().poll = true;
    }

    /// Tells of the other folders only.
    pub(super) fn set_untold(&self, folder: &str) {
        self.state().untold.push(FolderRef::new(folder));
    }

    /// One folder cannot be read.
    pub(super) fn set_dead(&self, folder: Option<&str>) {
        self.state().dead = folder.map(FolderRef::new);
    }

    /// Answers of [`Mailbox::changes`] wait, or go.
    pub(super) fn hold(&self, held: bool) {
        self.gate.send_replace(held);
    }

    /// How many listen.
    pub(super) fn listeners(&self) -> usize {
        self.events.receiver_count()
    }

    /// What changed in a folder.
    pub(super) fn delta(&self, folder: &FolderRef, since: Option<&Token>) -> Delta {
        let log = self.state().logs.get(folder).cloned().unwrap_or_default();
        let token = Token::new(log.len().to_string());
        let kind = match since.and_then(|since| since.as_str().parse::<usize>().ok()) {
            Some(from) => {
                let news = log.into_iter().skip(from).map(Change::Present);
                DeltaKind::Changes(news.collect())
            }
            None => DeltaKind::Listing(log),
        };
        Delta { kind, token }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn ask(&self) -> Result<(), BackendError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match self.state().down {
            Some(kind) => Err(BackendError::new(kind, "ask")),
            None => Ok(()),
        }
    }
}

/// The tests of watching need nothing of this.
fn not_here<T>() -> Result<T, BackendError> {
    Err(BackendError::new(Kind::Refused, "do more than list"))
}

#[async_trait]
impl Mailbox for Memory {
    fn capability(&self) -> Capability {
        Capability {
            keywords: KeywordSupport::Nothing,
            identity: Identity::NameOnly,
        }
    }

    async fn folders(&self) -> Result<Vec<Folder>, BackendError> {
        self.ask()?;
        Ok(self.state().folders.clone())
    }

    async fn changes(
        &self,
        folder: &FolderRef,
        since: Option<&Token>,
        _horizon: Horizon,
    ) -> Result<Delta, BackendError> {
        self.ask()?;
        if self.state().dead.as_ref() == Some(folder) {
            return Err(BackendError::new(Kind::Unavailable, "read folder"));
        }
        let delta = self.delta(folder, since);
        self.reads.fetch_add(1, Ordering::SeqCst);
        let mut gate = self.gate.subscribe();
        gate.wait_for(|held| !held).await.unwrap();
        Ok(delta)
    }

    async fn fetch(&self, _: &FolderRef, _: &ItemRef, _: &Version) -> Result<Item, BackendError> {
        not_here()
    }

    async fn marks(
        &self,
        _: &FolderRef,
        _: &ItemRef,
        _: &Version,
    ) -> Result<(ItemState, Marks), BackendError> {
        not_here()
    }

    async fn mark(
        &self,
        _: &FolderRef,
        _: &ItemRef,
        _: &Version,
        _: &MarksPatch,
    ) -> Result<ItemState, BackendError> {
        not_here()
    }

    async fn delete(&self, _: &FolderRef, _: &ItemRef, _: &Version) -> Result<(), BackendError> {
        not_here()
    }

    async fn relocate(
        &self,
        _: &FolderRef,
        _: &ItemRef,
        _: &Version,
        _: &FolderRef,
    ) -> Result<ItemState, BackendError> {
        not_here()
    }

    async fn create(
        &self,
        _: &FolderRef,
        _: &NewName,
        _: &[u8],
        _: &Marks,
    ) -> Result<ItemState, BackendError> {
        not_here()
    }

    async fn provide(&self, _: Class, _: Role) -> Result<Folder, BackendError> {
        not_here()
    }

    async fn watch(&self) -> Result<Watch, BackendError> {
        self.ask()?;
        let state = self.state();
        if state.unwatchable {
            return Err(BackendError::new(Kind::Unavailable, "listen"));
        }
        let mode = match state.poll {
            true => WatchMode::Poll {
                every: Duration::from_secs(60),
            },
            false => WatchMode::Push,
        };
        Ok(Watch::new(Source {
            events: self.events.subscribe(),
            mode,
            untold: state.untold.clone(),
            focus: self.focus.clone(),
        }))
    }
}

struct Source {
    events: broadcast::Receiver<Event>,
    mode: WatchMode,
    untold: Vec<FolderRef>,
    focus: watch::Sender<Vec<FolderRef>>,
}

#[async_trait]
impl WatchSource for Source {
    async fn next(&mut self) -> Result<WatchEvent, BackendError> {
        match self.events.recv().await {
            Ok(Event::Hint(event)) => Ok(event),
            Err(broadcast::error::RecvError::Lagged(_)) => Ok(WatchEvent::Gap),
            Ok(Event::Broke) | Err(broadcast::error::RecvError::Closed) => {
                Err(BackendError::new(Kind::Unavailable, "listen"))
            }
        }
    }

    fn mode(&self) -> WatchMode {
        self.mode
    }

    fn hears(&self, folder: &FolderRef) -> bool {
        !self.untold.contains(folder)
    }

    fn hears_hierarchy(&self) -> bool {
        self.untold.is_empty()
    }

    fn focus(&mut self, folders: &[FolderRef]) {
        self.focus.send_replace(folders.to_vec());
    }
}
