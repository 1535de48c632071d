//! A device, as far as it reads.

use std::net::SocketAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use protocol::command::folder_sync::{FolderSyncRequest, FolderSyncResponse};
use protocol::command::item_operations::{
    FetchOperation, FetchOptions, FetchTarget, ItemOperation, ItemOperationsRequest, RangeAsked,
};
use protocol::command::sync::{
    CollectionAnswer, ServerCommand, SyncCollection, SyncRequest, SyncResponse,
};
use protocol::command::{Body, CollectionId, SyncKeyText};
use protocol::version::Version;
use protocol::wbxml::{self, Limits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const VERSION: Version = Version::V14_1;

/// A device of anna's.
pub(crate) struct Phone {
    eas: SocketAddr,
}

/// A folder that it syncs.
pub(crate) struct Folder {
    pub(crate) id: CollectionId,
    key: SyncKeyText,
}

impl Phone {
    pub(crate) fn new(eas: SocketAddr) -> Self {
        Self { eas }
    }

    /// A folder by its name, and its first key.
    pub(crate) async fn folder(&self, name: &str) -> Folder {
        let request = FolderSyncRequest {
            sync_key: SyncKeyText::initial(),
        };
        let answer: FolderSyncResponse = self.ask("FolderSync", &request).await;
        let adds = answer.changes.unwrap().adds;
        let found = adds.into_iter().find(|folder| folder.display_name == name);
        let mut folder = Folder {
            id: found.unwrap().server_id,
            key: SyncKeyText::initial(),
        };
        self.page(&mut folder, 1).await;
        folder
    }

    /// One page of a Sync.
    pub(crate) async fn page(&self, folder: &mut Folder, window: u32) -> Page {
        let mut collection = SyncCollection::new(folder.id.clone(), folder.key.clone());
        collection.get_changes = (!folder.key.is_initial()).then_some(true);
        collection.window_size = Some(window);
        let request = SyncRequest {
            collections: Some(vec![collection]),
            ..SyncRequest::default()
        };
        let body = wbxml::encode(&request.to_element(VERSION), VERSION);
        let answer = self.post("Sync", &body).await;
        if answer.is_empty() {
            return Page::default();
        }
        let SyncResponse::Collections(mut answers) = read(&answer) else {
            panic!("a Sync failed as a whole");
        };
        let answer: CollectionAnswer = answers.pop().unwrap();
        assert_eq!(answer.status.code(), 1);
        folder.key = answer.sync_key;
        Page {
            commands: answer.commands,
            more: answer.more_available,
        }
    }

    /// An attachment, or a range of it.
    pub(crate) async fn attachment(&self, reference: &str, range: Option<&str>) -> Vec<u8> {
        let fetch = FetchOperation {
            store: "Mailbox".to_owned(),
            target: FetchTarget::FileReference(reference.to_owned()),
            options: FetchOptions {
                range: range.map(RangeAsked::parse),
                ..FetchOptions::default()
            },
        };
        let request = ItemOperationsRequest {
            operations: vec![ItemOperation::Fetch(fetch)],
        };
        let body = wbxml::encode(&request.to_element(VERSION), VERSION);
        let answer = self.post("ItemOperations", &body).await;
        let number =
            |at: usize| u32::from_le_bytes(answer[at..at + 4].try_into().unwrap()) as usize;
        assert_eq!(number(0), 2, "parts");
        answer[number(12)..][..number(16)].to_vec()
    }

    async fn ask<A: Body>(&self, command: &str, request: &impl Body) -> A {
        let body = wbxml::encode(&request.to_element(VERSION), VERSION);
        read(&self.post(command, &body).await)
    }

    async fn post(&self, command: &str, body: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.eas).await.unwrap();
        let token = STANDARD.encode("anna:secret");
        let head = format!(
            "POST /Microsoft-Server-ActiveSync?Cmd={command}&User=anna&DeviceId=large&DeviceType=x HTTP/1.1\r\n\
             Host: large\r\nAuthorization: Basic {token}\r\nMS-ASProtocolVersion: {}\r\n\
             Content-Type: application/vnd.ms-sync.wbxml\r\nMS-ASAcceptMultiPart: T\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            VERSION.as_str(),
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        let head = bytes.windows(4).position(|found| found == b"\r\n\r\n");
        let answer = bytes.split_off(head.unwrap() + 4);
        assert!(
            bytes.starts_with(b"HTTP/1.1 200"),
            "{}",
            String::from_utf8_lossy(&bytes)
        );
        answer
    }
}

/// What a Sync told.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) commands: Vec<ServerCommand>,
    pub(crate) more: bool,
}

fn read<B: Body>(body: &[u8]) -> B {
    let document = wbxml::decode(body, &Limits::default()).unwrap();
    B::from_element(&document.root).unwrap()
}
