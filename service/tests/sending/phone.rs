//! A device that sends what a test says.

use std::net::SocketAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use protocol::command::compose_mail::{ComposeOptions, SendMailRequest};
use protocol::command::folder_sync::{FolderSyncRequest, FolderSyncResponse, FolderType};
use protocol::command::ping::{PingFolder, PingRequest, PingResponse};
use protocol::command::sync::{ServerCommand, SyncCollection, SyncRequest, SyncResponse};
use protocol::command::{Body, ClientId, CollectionId, ServerId, SyncKeyText};
use protocol::version::Version;
use protocol::wbxml::{self, Limits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::house::{House, LIMIT, PASSWORD};

/// What a request to send had for an answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Told {
    /// It went.
    Sent,
    /// It did not: the status in the body.
    Status(String),
    /// It did not: the HTTP status.
    Http(u16),
}

/// A device of a user.
#[derive(Clone)]
pub(crate) struct Phone {
    eas: SocketAddr,
    user: String,
    device: String,
    pub(crate) password: String,
    /// Where a proxy says that it is.
    pub(crate) origin: Option<&'static str>,
    pub(crate) version: Version,
}

impl Phone {
    pub(crate) fn new(house: &House, user: &str, device: &str) -> Self {
        Self {
            eas: house.eas(),
            user: user.to_owned(),
            device: device.to_owned(),
            password: PASSWORD.to_owned(),
            origin: None,
            version: Version::V14_1,
        }
    }

    /// The same device; the service was started again.
    pub(crate) fn moved_to(&self, house: &House) -> Self {
        Self {
            eas: house.eas(),
            ..self.clone()
        }
    }

    /// SendMail, with a copy in Sent.
    pub(crate) async fn send(&self, client_id: &str, mime: &str) -> Told {
        let request = SendMailRequest {
            client_id: ClientId::parse(client_id).unwrap(),
            options: ComposeOptions {
                save_in_sent: true,
                ..ComposeOptions::default()
            },
            mime: mime.as_bytes().to_vec(),
        };
        self.compose("SendMail", &request).await
    }

    /// Any of the three commands.
    pub(crate) async fn compose<B: Body>(&self, command: &str, request: &B) -> Told {
        let body = wbxml::encode(&request.to_element(self.version), self.version);
        told(self.post(&self.query(command), &body).await)
    }

    /// The command without waiting for its answer: the connection, which a test may drop.
    pub(crate) async fn begin(&self, client_id: &str, mime: &str) -> TcpStream {
        let request = SendMailRequest {
            client_id: ClientId::parse(client_id).unwrap(),
            options: ComposeOptions {
                save_in_sent: true,
                ..ComposeOptions::default()
            },
            mime: mime.as_bytes().to_vec(),
        };
        let body = wbxml::encode(&request.to_element(self.version), self.version);
        self.open(&self.query("SendMail"), &body).await
    }

    pub(crate) fn query(&self, command: &str) -> String {
        format!(
            "Cmd={command}&User={}&DeviceId={}&DeviceType=Sender",
            self.user, self.device
        )
    }

    /// All folders by their kind, and the state that the device then has.
    pub(crate) async fn folder(&self, kind: FolderType) -> CollectionId {
        let request = FolderSyncRequest {
            sync_key: SyncKeyText::initial(),
        };
        let answer: FolderSyncResponse = self.ask("FolderSync", &request).await;
        let adds = answer.changes.unwrap().adds;
        let found = adds.into_iter().find(|folder| folder.folder_type == kind);
        found.unwrap().server_id
    }

    /// Syncs a folder until there is nothing more; answers the new key and the items that came.
    pub(crate) async fn sync(
        &self,
        folder: &CollectionId,
        mut key: SyncKeyText,
    ) -> (SyncKeyText, Vec<ServerId>) {
        let mut items = Vec::new();
        loop {
            let initial = key.is_initial();
            let mut collection = SyncCollection::new(folder.clone(), key.clone());
            collection.get_changes = (!initial).then_some(true);
            let request = SyncRequest {
                collections: Some(vec![collection]),
                ..SyncRequest::default()
            };
            let body = wbxml::encode(&request.to_element(self.version), self.version);
            let (status, body) = self.post(&self.query("Sync"), &body).await;
            assert_eq!(status, 200);
            if body.is_empty() {
                return (key, items);
            }
            let SyncResponse::Collections(mut answers) = read(&body) else {
                panic!("a Sync failed as a whole");
            };
            let collection = answers.pop().unwrap();
            assert_eq!(collection.status.code(), 1);
            key = collection.sync_key;
            items.extend(
                collection
                    .commands
                    .iter()
                    .filter_map(|command| match command {
                        ServerCommand::Add { server_id, .. } => Some(server_id.clone()),
                        _ => None,
                    }),
            );
            if !initial && !collection.more_available {
                return (key, items);
            }
        }
    }

    /// Parks a Ping over a folder; it is parked when this returns.
    pub(crate) async fn park(&self, folder: &CollectionId) -> TcpStream {
        let request = PingRequest {
            heartbeat_s: Some(480),
            folders: Some(vec![PingFolder {
                id: folder.clone(),
                class: None,
            }]),
        };
        let body = wbxml::encode(&request.to_element(self.version), self.version);
        self.open(&self.query("Ping"), &body).await
    }

    async fn ask<A: Body>(&self, command: &str, request: &impl Body) -> A {
        let body = wbxml::encode(&request.to_element(self.version), self.version);
        let (status, body) = self.post(&self.query(command), &body).await;
        assert_eq!(status, 200);
        read(&body)
    }

    /// A POST with whatever body; the answer's status and body.
    pub(crate) async fn post(&self, query: &str, body: &[u8]) -> (u16, Vec<u8>) {
        answer(self.open(query, body).await).await
    }

    async fn open(&self, query: &str, body: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.eas).await.unwrap();
        let token = STANDARD.encode(format!("{}:{}", self.user, self.password));
        let kind = if self.version < Version::V14_0 && !query.contains("Sync") {
            "message/rfc822"
        } else {
            "application/vnd.ms-sync.wbxml"
        };
        let origin = self
            .origin
            .map(|origin| format!("X-Forwarded-For: {origin}\r\n"));
        let head = format!(
            "POST /Microsoft-Server-ActiveSync?{query} HTTP/1.1\r\nHost: sending\r\n\
             Authorization: Basic {token}\r\nMS-ASProtocolVersion: {}\r\nContent-Type: {kind}\r\n\
             Content-Length: {}\r\n{}Connection: close\r\n\r\n",
            self.version.as_str(),
            body.len(),
            origin.unwrap_or_default()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        stream
    }
}

/// The folders that a parked Ping was answered with.
pub(crate) async fn woken(stream: TcpStream) -> Vec<CollectionId> {
    let (status, body) = answer(stream).await;
    assert_eq!(status, 200);
    read::<PingResponse>(&body).folders
}

pub(crate) fn told((status, body): (u16, Vec<u8>)) -> Told {
    match (status, body.as_slice()) {
        (200, []) => Told::Sent,
        (200, body) => {
            let document = wbxml::decode(body, &Limits::default()).unwrap();
            let status = document.root.elements().next().unwrap().value();
            Told::Status(status.into_owned())
        }
        (status, _) => Told::Http(status),
    }
}

/// What operators see.
pub(crate) async fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: sending\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let (status, body) = answer(stream).await;
    assert_eq!(status, 200);
    String::from_utf8(body).unwrap()
}

async fn answer(mut stream: TcpStream) -> (u16, Vec<u8>) {
    let mut bytes = Vec::new();
    let reading = stream.read_to_end(&mut bytes);
    timeout(LIMIT, reading).await.unwrap().unwrap();
    let head = bytes
        .windows(4)
        .position(|found| found == b"\r\n\r\n")
        .unwrap();
    let status = std::str::from_utf8(&bytes[9..12]).unwrap().parse().unwrap();
    (status, bytes.split_off(head + 4))
}

fn read<B: Body>(body: &[u8]) -> B {
    let document = wbxml::decode(body, &Limits::default()).unwrap();
    B::from_element(&document.root).unwrap()
}
