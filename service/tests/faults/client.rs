//! A client that sends what a test says, for tests that must know every request.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use protocol::class::contacts::{Contact, Text};
use protocol::class::email::{Email, Flag, Flagged};
use protocol::codepages::email;
use protocol::command::folder_create::{FolderCreateRequest, FolderCreateResponse};
use protocol::command::folder_sync::{FolderSyncRequest, FolderSyncResponse, FolderType};
use protocol::command::move_items::{Move, MoveItemsRequest, MoveItemsResponse};
use protocol::command::ping::{PingFolder, PingRequest, PingResponse};
use protocol::command::sync::{
    ApplicationData, ClientCommand, CollectionAnswer, ServerCommand, SyncCollection, SyncRequest,
    SyncResponse,
};
use protocol::command::{Body, CollectionId, ServerId, SyncKeyText};
use protocol::device::{Answer, Connection, Method, Request};
use protocol::element::Element;
use protocol::version::Version;
use protocol::wbxml::{self, Limits};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::phone::LIMIT;
use crate::wire::{Server, read_answer};

/// The version that it speaks.
pub(crate) const VERSION: Version = Version::V14_1;

/// A device.
pub(crate) struct Client {
    server: Server,
    device: String,
    main: Option<TcpStream>,
    hierarchy: SyncKeyText,
    keys: BTreeMap<CollectionId, SyncKeyText>,
    /// Folders by the name that they are shown with.
    folders: BTreeMap<String, CollectionId>,
    /// Items by their subjects.
    pub(crate) items: BTreeMap<String, ServerId>,
    /// Answers that brought an item that was there already.
    pub(crate) doubled: usize,
}

/// A Ping that was sent.
pub(crate) struct Waiting {
    stream: TcpStream,
    /// Just before it was sent.
    pub(crate) sent: Instant,
}

impl Client {
    /// A device that knows of nothing.
    pub(crate) fn new(server: Server, device: &str) -> Self {
        Self {
            server,
            device: device.to_owned(),
            main: None,
            hierarchy: SyncKeyText::initial(),
            keys: BTreeMap::new(),
            folders: BTreeMap::new(),
            items: BTreeMap::new(),
            doubled: 0,
        }
    }

    /// Learns of the folders and fetches what is in some of them.
    pub(crate) async fn set_up(&mut self, folders: &[&str]) {
        self.folder_sync().await;
        for folder in folders {
            self.begin(folder).await;
            self.fetch(folder).await;
        }
    }

    /// Learns what changed of the folders.
    pub(crate) async fn folder_sync(&mut self) -> FolderSyncResponse {
        let request = FolderSyncRequest {
            sync_key: self.hierarchy.clone(),
        };
        let answer: FolderSyncResponse = self.ask("FolderSync", &request).await;
        if let Some(key) = &answer.sync_key {
            self.hierarchy = key.clone();
        }
        for folder in answer.changes.iter().flat_map(|changes| &changes.adds) {
            let id = folder.server_id.clone();
            self.folders.insert(folder.display_name.clone(), id);
        }
        answer
    }

    /// Makes a folder for messages at the top.
    pub(crate) async fn make_folder(&mut self, name: &str) -> FolderCreateResponse {
        let request = FolderCreateRequest {
            sync_key: self.hierarchy.clone(),
            parent_id: None,
            display_name: name.to_owned(),
            folder_type: FolderType::UserMail,
        };
        let answer: FolderCreateResponse = self.ask("FolderCreate", &request).await;
        if let (Some(key), Some(id)) = (&answer.sync_key, &answer.server_id) {
            self.hierarchy = key.clone();
            self.folders.insert(name.to_owned(), id.clone());
        }
        answer
    }

    /// Key 0.
    pub(crate) async fn begin(&mut self, folder: &str) {
        let id = self.folder(folder);
        self.keys.insert(id, SyncKeyText::initial());
        self.sync(folder, Vec::new()).await;
    }

    /// Fetches changes until there are no more.
    pub(crate) async fn fetch(&mut self, folder: &str) {
        while self
            .sync(folder, Vec::new())
            .await
            .is_some_and(|answer| answer.more_available)
        {}
    }

    /// Syncs a folder once; `None`: the answer was empty.
    pub(crate) async fn sync(
        &mut self,
        folder: &str,
        commands: Vec<ClientCommand>,
    ) -> Option<CollectionAnswer> {
        self.exchange(folder, commands, None).await
    }

    /// Deletes an item for good.
    pub(crate) async fn erase(&mut self, folder: &str, item: ServerId) -> Option<CollectionAnswer> {
        self.exchange(folder, vec![delete(item)], Some(false)).await
    }

    async fn exchange(
        &mut self,
        folder: &str,
        commands: Vec<ClientCommand>,
        deletes_as_moves: Option<bool>,
    ) -> Option<CollectionAnswer> {
        let id = self.folder(folder);
        let mut collection = SyncCollection::new(id.clone(), self.keys[&id].clone());
        collection.commands = commands;
        collection.deletes_as_moves = deletes_as_moves;
        let request = SyncRequest {
            collections: Some(vec![collection]),
            ..SyncRequest::default()
        };
        let answer = self.send("Sync", request.to_element(VERSION)).await;
        if answer.body.is_empty() {
            return None;
        }
        let SyncResponse::Collections(mut answers) = read(&answer) else {
            panic!("a Sync failed as a whole");
        };
        let answer = answers.pop().unwrap();
        assert_eq!(answer.collection_id, id);
        if answer.status.code() == 1 {
            self.keys.insert(id, answer.sync_key.clone());
            answer
                .commands
                .iter()
                .for_each(|command| self.take(command));
        }
        Some(answer)
    }

    /// Does what a Sync answer says of a folder: takes the key, or starts over.
    pub(crate) fn follow(&mut self, folder: &str, answer: &Answer) {
        let SyncResponse::Collections(mut answers) = read(answer) else {
            panic!("a Sync failed as a whole");
        };
        let answer = answers.pop().unwrap();
        let key = match answer.status.code() {
            1 => answer.sync_key,
            3 => SyncKeyText::initial(),
            other => panic!("{other}"),
        };
        self.keys.insert(self.folder(folder), key);
    }

    /// Moves an item.
    pub(crate) async fn relocate(
        &mut self,
        subject: &str,
        from: &str,
        to: &str,
    ) -> MoveItemsResponse {
        let request = MoveItemsRequest {
            moves: vec![Move {
                source_item: self.items[subject].clone(),
                source_folder: self.folder(from),
                target_folder: self.folder(to),
            }],
        };
        self.ask("MoveItems", &request).await
    }

    /// Sends a Ping on a connection of its own. No folders: an empty body.
    pub(crate) async fn ping(&self, folders: &[&str], heartbeat_s: u32) -> Waiting {
        let folder = |name: &&str| PingFolder {
            id: self.folder(name),
            class: None,
        };
        let request = PingRequest {
            heartbeat_s: Some(heartbeat_s),
            folders: Some(folders.iter().map(folder).collect()),
        };
        let body = match folders {
            [] => Vec::new(),
            _ => wbxml::encode(&request.to_element(VERSION), VERSION),
        };
        let bytes = self.server.bytes(&self.request("Ping", body));
        let mut stream = self.server.connect().await.unwrap();
        let sent = Instant::now();
        stream.write_all(&bytes).await.unwrap();
        Waiting { stream, sent }
    }

    /// Sends a body and reads another.
    pub(crate) async fn ask<R: Body>(&mut self, command: &str, body: &impl Body) -> R {
        let answer = self.send(command, body.to_element(VERSION)).await;
        read(&answer)
    }

    /// A request as it travels, for who sends it by hand.
    pub(crate) fn bytes(&self, command: &str, body: &impl Body) -> Vec<u8> {
        let body = wbxml::encode(&body.to_element(VERSION), VERSION);
        self.server.bytes(&self.request(command, body))
    }

    /// Sends a document, and gives the whole answer.
    pub(crate) async fn send(&mut self, command: &str, body: Element) -> Answer {
        let answer = self.try_send(command, &body).await;
        assert_eq!(answer.status, 200, "{command}: {:?}", answer.headers);
        answer
    }

    /// The same, whatever the status.
    pub(crate) async fn try_send(&mut self, command: &str, body: &Element) -> Answer {
        let sending = self.send_and_wait(command, body);
        timeout(LIMIT, sending).await.unwrap()
    }

    /// The same, however long it takes.
    pub(crate) async fn send_and_wait(&mut self, command: &str, body: &Element) -> Answer {
        let request = self.request(command, wbxml::encode(body, VERSION));
        let exchange = self.server.clone().exchange(self.main.take(), request);
        let (idle, answer) = exchange.await;
        self.main = idle;
        answer.unwrap()
    }

    /// The folder that is shown with this name; `""` is the INBOX.
    pub(crate) fn folder(&self, name: &str) -> CollectionId {
        let name = if name.is_empty() { "INBOX" } else { name };
        let found = self
            .folders
            .iter()
            .find(|(shown, _)| shown.eq_ignore_ascii_case(name));
        found.unwrap().1.clone()
    }

    /// Closes the connection for everything but Ping.
    pub(crate) fn hang_up(&mut self) {
        self.main = None;
    }

    /// The answer that it holds of a folder.
    pub(crate) fn key(&self, name: &str) -> SyncKeyText {
        self.keys[&self.folder(name)].clone()
    }

    fn request(&self, command: &str, body: Vec<u8>) -> Request {
        let (account, device) = (&self.server.account, &self.device);
        Request {
            connection: Connection::Main,
            method: Method::Post,
            query: format!("Cmd={command}&User={account}&DeviceId={device}&DeviceType=Faults"),
            headers: vec![("MS-ASProtocolVersion", VERSION.as_str().to_owned())],
            body,
            time_limit: LIMIT,
        }
    }

    fn take(&mut self, command: &ServerCommand) {
        match command {
            ServerCommand::Add {
                server_id, data, ..
            } => {
                let subject = subject_of(data);
                self.doubled += usize::from(self.items.get(&subject) == Some(server_id));
                self.items.insert(subject, server_id.clone());
            }
            ServerCommand::Delete { server_id, .. } => {
                self.items.retain(|_, id| id != server_id);
            }
            ServerCommand::Change { .. } | ServerCommand::SoftDelete { .. } => {}
        }
    }
}

impl Waiting {
    /// The answer, when it comes.
    pub(crate) async fn answer(&mut self) -> PingResponse {
        let answer = timeout(LIMIT, read_answer(&mut self.stream)).await;
        let answer = answer.expect("no answer to a Ping").expect("a Ping broke");
        assert_eq!(answer.status, 200);
        read(&answer)
    }

    /// When the answer comes, which stays to be read.
    pub(crate) async fn answering(&self) -> Instant {
        let readable = timeout(LIMIT, self.stream.readable()).await;
        readable.expect("no answer to a Ping").unwrap();
        Instant::now()
    }

    /// Whether it is answered within a time. A part of the answer must not have come then.
    pub(crate) async fn answered_within(&mut self, time: Duration) -> Option<PingResponse> {
        let answer = timeout(time, read_answer(&mut self.stream)).await.ok()?;
        Some(read(&answer.expect("a Ping broke")))
    }

    /// Hangs up.
    pub(crate) fn into_stream(self) -> TcpStream {
        self.stream
    }
}

/// Marks an item read or unread.
pub(crate) fn set_read(item: ServerId, read: bool) -> ClientCommand {
    change(item, Element::number(email::READ, u8::from(read)))
}

/// Flags an item, or takes the flag away.
pub(crate) fn set_flag(item: ServerId, flagged: bool) -> ClientCommand {
    let flag = Flag::from_flagged(if flagged { Flagged::Yes } else { Flagged::No });
    change(item, flag.to_element(VERSION))
}

/// Deletes an item.
pub(crate) fn delete(item: ServerId) -> ClientCommand {
    ClientCommand::Delete {
        class: None,
        server_id: item,
        instance_id: None,
    }
}

fn change(item: ServerId, property: Element) -> ClientCommand {
    ClientCommand::Change {
        class: None,
        server_id: item,
        instance_id: None,
        data: ApplicationData::new([property]),
    }
}

/// A message's subject; the first name of a contact.
fn subject_of(data: &ApplicationData) -> String {
    let email = Email::from_data(data.element()).ok();
    let subject = email.and_then(|email| email.subject);
    let contact = || Contact::from_data(data.element()).ok();
    let name = || contact()?.text(Text::FirstName).map(str::to_owned);
    subject.or_else(name).unwrap()
}

/// The body of an answer.
pub(crate) fn read<R: Body>(answer: &Answer) -> R {
    let document = wbxml::decode(&answer.body, &Limits::default()).unwrap();
    R::from_element(&document.root).unwrap()
}
