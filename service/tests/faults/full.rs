//! The disk that mail and contacts are on is full: what needs room is refused so that devices ask again, all else goes on.

use std::path::Path;

use protocol::class::contacts::{Contact, Text};
use protocol::command::sync::{ApplicationData, ClientCommand, ItemAnswer};
use protocol::command::{ClientId, ServerId};

use crate::binary::Binary;
use crate::client::{Client, VERSION, Waiting, delete, set_flag};
use crate::maildir::Maildir;
use crate::media::Disk;
use crate::service::Place;
use crate::wire::Server;

/// The address book, as devices are shown it.
pub(crate) const CARDS: &str = "Contacts";
/// The folders that are there from the beginning.
pub(crate) const FOLDERS: [&str; 3] = ["", "Work", CARDS];

/// An account whose mail and contacts are on a small disk.
pub(crate) struct Scene {
    pub(crate) binary: Binary,
    pub(crate) disk: Disk,
    pub(crate) maildir: Maildir,
    pub(crate) client: Client,
    _place: Place,
}

impl Scene {
    /// One message in the INBOX, another one to be moved, a third one to be deleted; one contact, Ann.
    pub(crate) async fn start() -> Self {
        let place = Place::new(&["anna"]);
        let (binary, disk) = Binary::start_with_mail_on(&place, "size=1m,nr_inodes=300");
        let maildir = Maildir::make(&disk.path().join("anna"), &["", ".Work"]);
        for subject in ["letter", "note", "spam"] {
            maildir.deliver("", subject);
        }
        let mut client = Client::new(server(&binary), "ONE");
        client.set_up(&FOLDERS).await;
        let mut scene = Self {
            binary,
            disk,
            maildir,
            client,
            _place: place,
        };
        let ann = scene.upload(CARDS, add("1", "Ann")).await;
        scene.client.items.insert("Ann".to_owned(), made(&ann));
        scene
    }

    /// A Sync with one command that is answered for itself.
    pub(crate) async fn upload(&mut self, folder: &str, command: ClientCommand) -> Vec<ItemAnswer> {
        let answer = self.client.sync(folder, vec![command]).await.unwrap();
        assert_eq!(answer.status.code(), 1);
        answer.responses
    }

    /// A Sync of a folder that cannot be served: what is uploaded waits for another time, and the key stays.
    pub(crate) async fn upload_in_vain(&mut self, folder: &str, command: ClientCommand) {
        let key = self.client.key(folder);
        let answer = self.client.sync(folder, vec![command]).await.unwrap();
        // 5, and nothing of the item: it is not the item's fault.
        assert_eq!((answer.status.code(), answer.responses.len()), (5, 0));
        assert_eq!(self.client.key(folder), key);
    }

    /// The contacts that are there, and anything else beside the folder's own name: file names and content.
    pub(crate) fn cards(&self) -> Vec<(String, String)> {
        let mut cards = Vec::new();
        files(&self.disk.path().join("anna/cards"), &mut cards);
        cards.retain(|(name, _)| name != "displayname");
        cards
    }

    /// Another program delivers; the Ping says so, and nothing else.
    pub(crate) async fn rings(&self, mut ping: Waiting, subject: &str) {
        self.maildir.deliver(".Work", subject);
        let told = ping.answer().await;
        assert_eq!(told.folders, [self.client.folder("Work")], "{subject}");
    }
}

pub(crate) fn server(binary: &Binary) -> Server {
    Server {
        address: binary.eas,
        account: "anna".to_owned(),
    }
}

fn files(at: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            found.push((name, std::fs::read_to_string(path).unwrap()));
        }
    }
    found.sort();
}

/// A new contact.
pub(crate) fn add(client_id: &str, first: &str) -> ClientCommand {
    ClientCommand::Add {
        class: None,
        client_id: ClientId::parse(client_id).unwrap(),
        data: person(first, "Lee"),
    }
}

/// A contact's other last name.
pub(crate) fn rename(item: ServerId, first: &str, last: &str) -> ClientCommand {
    ClientCommand::Change {
        class: None,
        server_id: item,
        instance_id: None,
        data: person(first, last),
    }
}

fn person(first: &str, last: &str) -> ApplicationData {
    let contact = Contact::default()
        .with_text(Text::FirstName, first)
        .with_text(Text::LastName, last)
        .with_text(Text::FileAs, first);
    ApplicationData::from_element(contact.to_data(VERSION)).unwrap()
}

/// The id of the one item that was made.
pub(crate) fn made(answers: &[ItemAnswer]) -> ServerId {
    match answers {
        [
            ItemAnswer::Add {
                server_id, status, ..
            },
        ] if status.code() == 1 => server_id.clone().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_wait_for_room_and_are_made_once() {
    let mut scene = Scene::start().await;
    let before = scene.cards();
    let ann = scene.client.items["Ann"].clone();
    let ping = scene.client.ping(&FOLDERS, 480).await;
    // First there is room for names but for no content, then for nothing.
    for fill in [Disk::fill, Disk::crowd] {
        fill(&scene.disk);
        for _ in 0..2 {
            scene.upload_in_vain(CARDS, add("2", "Bea")).await;
            let change = rename(ann.clone(), "Ann", "Low");
            scene.upload_in_vain(CARDS, change).await;
            assert_eq!(scene.cards(), before, "something is left behind, or lost");
        }
    }
    assert!(scene.binary.told().contains("No space left on device"));
    scene.disk.clear();
    let bea = made(&scene.upload(CARDS, add("2", "Bea")).await);
    let change = rename(ann, "Ann", "Low");
    assert_eq!(scene.upload(CARDS, change).await, []);
    // A device that has to learn of everything sees each once, as it was meant.
    let mut other = Client::new(server(&scene.binary), "OTHER");
    other.set_up(&FOLDERS).await;
    assert_eq!(other.items["Bea"], bea);
    let cards = scene.cards();
    assert_eq!(cards.len(), 2, "{cards:?}");
    assert!(cards.iter().any(|(_, card)| card.contains("N:Low;Ann")));
    assert!(cards.iter().any(|(_, card)| card.contains("N:Lee;Bea")));
    scene.rings(ping, "bell").await;
    assert_eq!(scene.client.doubled, 0);
    scene.binary.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_no_room_is_done_and_what_does_waits() {
    let mut scene = Scene::start().await;
    let ping = scene.client.ping(&FOLDERS, 480).await;
    scene.disk.fill();
    scene.disk.crowd();
    // A folder for what is deleted is to be made first.
    let spam = delete(scene.client.items["spam"].clone());
    for _ in 0..2 {
        scene.upload_in_vain("", spam.clone()).await;
        let made = scene.client.make_folder("Travel").await;
        assert_eq!((made.status.code(), made.server_id), (6, None));
    }
    let flag = set_flag(scene.client.items["letter"].clone(), true);
    assert_eq!(scene.upload("", flag).await, []);
    let moved = scene.client.relocate("note", "", "Work").await;
    assert_eq!(moved.answers[0].status.code(), 3);
    let inbox = scene.maildir.contents("");
    assert_eq!(inbox["letter"], (false, true));
    assert_eq!(inbox.keys().collect::<Vec<_>>(), ["letter", "spam"]);
    assert_eq!(scene.maildir.contents(".Work").len(), 1);
    for folder in FOLDERS {
        scene.client.fetch(folder).await;
    }
    // Whoever comes new reads all of it.
    let mut other = Client::new(server(&scene.binary), "OTHER");
    other.set_up(&FOLDERS).await;
    assert_eq!(other.items.len(), 4, "{:?}", other.items);
    scene.disk.clear();
    assert_eq!(scene.upload("", spam).await, []);
    assert_eq!(scene.maildir.contents(".Trash").len(), 1);
    let made = scene.client.make_folder("Travel").await;
    assert_eq!(made.status.code(), 1);
    scene.client.begin("Travel").await;
    let folders = scene.client.folder_sync().await;
    let adds = folders.changes.map_or(0, |changes| changes.adds.len());
    assert_eq!(adds, 0, "the device's own folder, or one that was there");
    scene.rings(ping, "bell").await;
    scene.binary.kill().await;
}
