//! A change after the k-th poll of the Ping handler, for every k.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use directpush::http::answer::Answer;
use directpush::http::receipt::ReceiptId;
use directpush::http::request::EasRequest;
use directpush::telemetry::Facts;
use protocol::command::folder_sync::{FolderSyncRequest, FolderSyncResponse};
use protocol::command::ping::{PingFolder, PingRequest, PingResponse};
use protocol::command::sync::{
    ClientCommand, ServerCommand, SyncCollection, SyncRequest, SyncResponse,
};
use protocol::command::{Body, CollectionId, ServerId, SyncKeyText};
use protocol::version::Version;
use protocol::wbxml::{self, Limits};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::client::set_flag;
use crate::inside::{Inside, document, request, seam};
use crate::phone::LIMIT;

/// A handler that is not woken for so long is parked.
const PARKED: Duration = Duration::from_millis(150);

/// A handler is polled more often than this only if something is wrong.
const POLLS_MAX: usize = 200;

/// What happens between two polls.
#[derive(Clone, Copy, Debug)]
enum Change {
    /// A message is delivered.
    Delivery,
    /// Another program deletes one.
    Deletion,
    /// The user's other device flags one.
    OtherDevice,
    /// A folder is made.
    Folder,
}

/// A device at the seam.
pub(crate) struct Device {
    name: &'static str,
    hierarchy: SyncKeyText,
    inbox: CollectionId,
    key: SyncKeyText,
    items: Vec<ServerId>,
    /// How many there were, and are on the way.
    delivered: usize,
    /// Of its last answer.
    receipts: Vec<ReceiptId>,
}

/// Says when the handler wants to be polled.
struct Woken(Notify);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.notify_one();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_after_any_poll_is_reported_while_a_watcher_lingers() {
    let _busy = crate::BUSY.read().await;
    for change in [
        Change::Delivery,
        Change::Deletion,
        Change::OtherDevice,
        Change::Folder,
    ] {
        let inside = Inside::start(&[""]).await;
        let (mut one, mut other) = devices(&inside).await;
        let mut polls = 0;
        while after(&inside, (&mut one, &mut other), change, polls).await == Reached::Before {
            polls += 1;
        }
        eprintln!("{change:?}: after each of {polls} polls, a watcher lingering");
        inside.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_after_any_poll_is_reported_while_the_watcher_starts() {
    let _busy = crate::BUSY.read().await;
    for change in [Change::Delivery, Change::Deletion] {
        for polls in 0.. {
            let inside = Inside::start(&[""]).await;
            let (mut one, mut other) = devices(&inside).await;
            let reached = after(&inside, (&mut one, &mut other), change, polls).await;
            inside.stop().await;
            if reached == Reached::Parked {
                eprintln!("{change:?}: after each of {polls} polls, the watcher starting");
                break;
            }
        }
    }
}

/// How far the handler was when the change came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Reached {
    /// Not yet parked.
    Before,
    /// Parked.
    Parked,
}

/// Two devices that know all there is.
async fn devices(inside: &Inside) -> (Device, Device) {
    for number in 0..3 {
        inside.maildir.deliver("", &format!("old{number}"));
    }
    let (mut one, mut other) = (Device::new("ONE"), Device::new("OTHER"));
    one.set_up(inside).await;
    other.set_up(inside).await;
    (one, other)
}

/// Has a Ping polled so often, makes a change, and expects the Ping to report it.
async fn after(
    inside: &Inside,
    (one, other): (&mut Device, &mut Device),
    change: Change,
    polls: usize,
) -> Reached {
    assert!(polls < POLLS_MAX, "it never parks");
    inside.maildir.deliver("", &format!("before{polls}"));
    for device in [&mut *one, &mut *other] {
        device.delivered += 1;
        device.fetch_all(inside).await;
    }
    let ping = one.ping_request(1_680);
    let (seam, mut facts) = (seam(inside), Facts::default());
    let mut handler = seam.dispatch(ping, &mut facts);
    let woken = Arc::new(Woken(Notify::new()));
    let waker = Waker::from(Arc::clone(&woken));
    let mut reached = Reached::Before;
    for poll in 0..polls {
        if poll > 0 && timeout(PARKED, woken.0.notified()).await.is_err() {
            reached = Reached::Parked;
            break;
        }
        let polled = handler.as_mut().poll(&mut Context::from_waker(&waker));
        assert!(
            polled.is_pending(),
            "{change:?}: answered before the change"
        );
    }
    let rest = timeout(LIMIT, poll_fn(|context| handler.as_mut().poll(context)));
    // Together, since the handler may be in the middle of writing, and then the other device waits for it.
    let (answer, ()) = tokio::join!(rest, make(inside, other, change, polls));
    let answer: PingResponse = match answer {
        Ok(answer) => read(&document(&answer)),
        Err(_) => panic!("{change:?} after {polls} polls is lost"),
    };
    drop(handler);
    match change {
        Change::Folder => {
            assert_eq!(answer.status.code(), 7, "{polls}");
            one.folder_sync(inside).await;
            other.folder_sync(inside).await;
        }
        _ => assert!(answer.folders.contains(&one.inbox), "{change:?}, {polls}"),
    }
    if matches!(change, Change::Delivery) {
        one.delivered += 1;
        other.delivered += 1;
    }
    reached
}

async fn make(inside: &Inside, other: &mut Device, change: Change, polls: usize) {
    match change {
        Change::Delivery => inside.maildir.deliver("", &format!("after{polls}")),
        Change::Deletion => assert!(inside.maildir.delete("", &format!("before{polls}"))),
        Change::OtherDevice => {
            let item = other.items.last().unwrap().clone();
            other.fetch(inside, vec![set_flag(item, true)]).await;
        }
        Change::Folder => {
            inside.place.maildir("anna", &[&format!(".New{polls}")]);
        }
    }
}

impl Device {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            hierarchy: SyncKeyText::initial(),
            inbox: CollectionId::from_number(1),
            key: SyncKeyText::initial(),
            items: Vec::new(),
            delivered: 0,
            receipts: Vec::new(),
        }
    }

    pub(crate) async fn set_up(&mut self, inside: &Inside) {
        self.begin(inside).await;
        self.fetch(inside, Vec::new()).await;
        self.delivered = self.items.len();
    }

    /// FolderSync and key 0.
    pub(crate) async fn begin(&mut self, inside: &Inside) {
        self.folder_sync(inside).await;
        self.fetch(inside, Vec::new()).await;
    }

    /// The answer that it has.
    pub(crate) fn key(&self) -> SyncKeyText {
        self.key.clone()
    }

    /// It takes another one.
    pub(crate) fn set_key(&mut self, key: SyncKeyText) {
        self.key = key;
    }

    async fn folder_sync(&mut self, inside: &Inside) {
        let body = FolderSyncRequest {
            sync_key: self.hierarchy.clone(),
        };
        let answer: FolderSyncResponse = read(&self.ask(inside, "FolderSync", &body).await);
        self.hierarchy = answer.sync_key.unwrap();
    }

    /// Syncs the INBOX once.
    pub(crate) async fn fetch(&mut self, inside: &Inside, commands: Vec<ClientCommand>) {
        let body = self.sync_body(commands);
        let bytes = self.ask(inside, "Sync", &body).await;
        if bytes.is_empty() {
            return;
        }
        let SyncResponse::Collections(answers) = read(&bytes) else {
            panic!("a Sync failed");
        };
        assert_eq!(answers[0].status.code(), 1);
        self.key = answers[0].sync_key.clone();
        for command in &answers[0].commands {
            if let ServerCommand::Add { server_id, .. } = command {
                self.items.push(server_id.clone());
            }
        }
    }

    /// A Sync of the INBOX, to be sent by hand.
    pub(crate) fn sync_request(&self, commands: Vec<ClientCommand>) -> EasRequest {
        request(self.name, "Sync", written(&self.sync_body(commands)))
    }

    /// The newest item that it knows.
    pub(crate) fn last_item(&self) -> ServerId {
        self.items.last().unwrap().clone()
    }

    fn sync_body(&self, commands: Vec<ClientCommand>) -> SyncRequest {
        let mut collection = SyncCollection::new(self.inbox.clone(), self.key.clone());
        collection.commands = commands;
        SyncRequest {
            collections: Some(vec![collection]),
            ..SyncRequest::default()
        }
    }

    /// Syncs until all is there that was delivered: a Sync relies on a watcher that is live, and so may be a moment behind.
    /// One that brings something need not bring the last of it, and then a Ping is answered for the rest.
    async fn fetch_all(&mut self, inside: &Inside) {
        let fetching = async {
            while self.items.len() < self.delivered {
                self.fetch(inside, Vec::new()).await;
            }
        };
        let fetched = timeout(LIMIT, fetching).await;
        assert!(fetched.is_ok(), "Sync never brings what was delivered");
    }

    /// A Ping for the INBOX.
    pub(crate) fn ping_request(&mut self, heartbeat_s: u32) -> EasRequest {
        let body = PingRequest {
            heartbeat_s: Some(heartbeat_s),
            folders: Some(vec![PingFolder {
                id: self.inbox.clone(),
                class: None,
            }]),
        };
        let mut request = request(self.name, "Ping", written(&body));
        request.proven = std::mem::take(&mut self.receipts);
        request
    }

    async fn ask(&mut self, inside: &Inside, command: &str, body: &impl Body) -> Vec<u8> {
        let mut request = request(self.name, command, written(body));
        request.proven = std::mem::take(&mut self.receipts);
        let answer: Answer = seam(inside).dispatch(request, &mut Facts::default()).await;
        self.receipts
            .extend(answer.receipt.as_ref().map(|receipt| receipt.id()));
        document(&answer)
    }
}

fn written(body: &impl Body) -> Vec<u8> {
    wbxml::encode(&body.to_element(Version::V14_1), Version::V14_1)
}

fn read<R: Body>(bytes: &[u8]) -> R {
    R::from_element(&wbxml::decode(bytes, &Limits::default()).unwrap().root).unwrap()
}
