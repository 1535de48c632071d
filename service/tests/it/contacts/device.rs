//! A device that syncs the address book, and nothing else.

use std::collections::BTreeMap;

use protocol::class::contacts::{Contact, Text};
use protocol::command::folder_sync::{FolderSyncRequest, FolderSyncResponse, FolderType};
use protocol::command::ping::{PingFolder, PingRequest, PingResponse};
use protocol::command::sync::{
    ApplicationData, ClientCommand, CollectionAnswer, Conflict, ItemAnswer, ServerCommand,
    SyncCollection, SyncOptions, SyncRequest, SyncResponse,
};
use protocol::command::{Body, ClientId, CollectionId, ServerId, SyncKeyText};
use protocol::tag::Tag;
use protocol::version::Version;
use protocol::wbxml::{self, Limits};

use super::scene::{Scene, Sender};

pub(super) struct Device {
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    pub(super) version: Version,
    pub(super) conflict: Option<Conflict>,
    pub(super) supported: Option<Vec<Tag>>,
    pub(super) window: Option<u32>,
    pub(super) folder: CollectionId,
    /// All folders, by name.
    pub(super) folders: BTreeMap<String, CollectionId>,
    pub(super) key: SyncKeyText,
    /// What it has, by its id.
    pub(super) held: BTreeMap<ServerId, Contact>,
}

impl Device {
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            kind: "Test",
            version: Version::V14_1,
            conflict: None,
            supported: None,
            window: None,
            folder: CollectionId::from_number(1),
            folders: BTreeMap::new(),
            key: SyncKeyText::initial(),
            held: BTreeMap::new(),
        }
    }

    /// Finds the folder and loads it.
    pub(super) async fn set_up(mut self, scene: &Scene) -> Self {
        let request = FolderSyncRequest {
            sync_key: SyncKeyText::initial(),
        };
        let answer = scene.ask(&self.sender(), "FolderSync", &request).await;
        let folders: FolderSyncResponse = read(&answer);
        let folders = folders.changes.unwrap().adds;
        let named = folders
            .iter()
            .map(|folder| (folder.display_name.clone(), folder.server_id.clone()));
        self.folders = named.collect();
        let mut folders = folders.into_iter();
        let contacts = folders.find(|folder| folder.folder_type == FolderType::Contacts);
        self.folder = contacts.unwrap().server_id;
        self.start_over(scene).await;
        self
    }

    /// Key 0, and everything.
    pub(super) async fn start_over(&mut self, scene: &Scene) {
        self.key = SyncKeyText::initial();
        self.held.clear();
        let first = self.request(Vec::new());
        let answer = self.answer(scene, &first).await.unwrap();
        self.key = answer.sync_key;
        self.rest(scene).await;
    }

    /// Syncs until there is nothing more.
    pub(super) async fn rest(&mut self, scene: &Scene) {
        while let Some(answer) = self.sync(scene, Vec::new()).await {
            if answer.commands.is_empty() && !answer.more_available {
                return;
            }
        }
    }

    /// One Sync. `None`: nothing is new.
    pub(super) async fn sync(
        &mut self,
        scene: &Scene,
        commands: Vec<ClientCommand>,
    ) -> Option<CollectionAnswer> {
        let answer = self.lost_sync(scene, commands).await?;
        self.take(&answer);
        Some(answer)
    }

    /// A Sync whose answer gets lost.
    pub(super) async fn lost_sync(
        &self,
        scene: &Scene,
        commands: Vec<ClientCommand>,
    ) -> Option<CollectionAnswer> {
        let answer = self.answer(scene, &self.request(commands)).await?;
        assert_eq!(answer.status.code(), 1);
        Some(answer)
    }

    async fn answer(&self, scene: &Scene, request: &SyncRequest) -> Option<CollectionAnswer> {
        let bytes = scene.ask(&self.sender(), "Sync", request).await;
        if bytes.is_empty() {
            return None;
        }
        match read(&bytes) {
            SyncResponse::Collections(mut answers) => answers.pop(),
            failed @ SyncResponse::Failed { .. } => panic!("{failed:?}"),
        }
    }

    fn request(&self, commands: Vec<ClientCommand>) -> SyncRequest {
        let mut collection = SyncCollection::new(self.folder.clone(), self.key.clone());
        collection.commands = commands;
        collection.window_size = self.window;
        if self.key.is_initial() {
            collection.supported.clone_from(&self.supported);
        }
        collection.options = vec![SyncOptions {
            conflict: self.conflict,
            ..SyncOptions::default()
        }];
        SyncRequest {
            collections: Some(vec![collection]),
            ..SyncRequest::default()
        }
    }

    /// Takes an answer for what its device has.
    pub(super) fn take(&mut self, answer: &CollectionAnswer) {
        self.key = answer.sync_key.clone();
        for command in &answer.commands {
            match command {
                ServerCommand::Add {
                    server_id, data, ..
                }
                | ServerCommand::Change {
                    server_id, data, ..
                } => {
                    let contact = Contact::from_data(data.element()).unwrap();
                    self.held.insert(server_id.clone(), contact);
                }
                ServerCommand::Delete { server_id, .. }
                | ServerCommand::SoftDelete { server_id } => {
                    assert!(self.held.remove(server_id).is_some(), "{server_id:?}");
                }
            }
        }
    }

    /// Waits for a change of the folder. Whether there was one.
    pub(super) async fn ping(&self, scene: &Scene, heartbeat_s: u32) -> bool {
        let request = PingRequest {
            heartbeat_s: Some(heartbeat_s),
            folders: Some(vec![PingFolder {
                id: self.folder.clone(),
                class: None,
            }]),
        };
        let answer: PingResponse = read(&scene.ask(&self.sender(), "Ping", &request).await);
        match answer.status.code() {
            1 => false,
            2 => true,
            other => panic!("Ping says {other}"),
        }
    }

    pub(super) fn sender(&self) -> Sender<'_> {
        Sender {
            name: self.name,
            kind: self.kind,
            version: self.version,
        }
    }

    /// Its id of a person.
    pub(super) fn id(&self, person: &str) -> ServerId {
        let of = |contact: &&Contact| contact.text(Text::FirstName) == Some(person);
        let mut found = self.held.iter().filter(|(_, contact)| of(contact));
        let (id, _) = found.next().unwrap_or_else(|| panic!("no {person}"));
        assert!(found.next().is_none(), "{person} has a twin");
        id.clone()
    }

    /// What its user does to a person's contact; the device holds that at once.
    pub(super) fn edit(&mut self, person: &str, edit: impl FnOnce(&mut Contact)) -> ClientCommand {
        let id = self.id(person);
        let contact = self.held.get_mut(&id).unwrap();
        edit(contact);
        let mut sent = contact.clone();
        sent.picture = None;
        change(id, &sent, self.version)
    }
}

/// A Change with a whole contact.
pub(super) fn change(id: ServerId, contact: &Contact, version: Version) -> ClientCommand {
    ClientCommand::Change {
        class: None,
        server_id: id,
        instance_id: None,
        data: data(contact, version),
    }
}

/// An Add.
pub(super) fn add(client_id: &str, contact: &Contact) -> ClientCommand {
    ClientCommand::Add {
        class: None,
        client_id: ClientId::parse(client_id).unwrap(),
        data: data(contact, Version::V14_1),
    }
}

/// A Delete.
pub(super) fn delete(id: ServerId) -> ClientCommand {
    ClientCommand::Delete {
        class: None,
        server_id: id,
        instance_id: None,
    }
}

fn data(contact: &Contact, version: Version) -> ApplicationData {
    ApplicationData::from_element(contact.to_data(version)).unwrap()
}

/// A person as a device makes one.
pub(super) fn person(first: &str) -> Contact {
    Contact::default()
        .with_text(Text::FirstName, first)
        .with_text(Text::FileAs, first)
}

/// The ids that an answer gives to new items.
pub(super) fn made(answer: &CollectionAnswer) -> Vec<ServerId> {
    let ids = answer.responses.iter().map(|response| match response {
        ItemAnswer::Add {
            status, server_id, ..
        } => {
            assert_eq!(status.code(), 1);
            server_id.clone().unwrap()
        }
        other => panic!("{other:?}"),
    });
    ids.collect()
}

/// The statuses of failed operations.
pub(super) fn refused(answer: Option<&CollectionAnswer>) -> Vec<(ServerId, u8)> {
    let responses = answer.map_or(&[][..], |answer| &answer.responses);
    let refused = responses.iter().filter_map(|response| match response {
        ItemAnswer::Change {
            server_id, status, ..
        }
        | ItemAnswer::Delete {
            server_id, status, ..
        } => Some((server_id.clone(), status.code().try_into().unwrap())),
        ItemAnswer::Add { .. } | ItemAnswer::Fetch { .. } => None,
    });
    refused.collect()
}

pub(super) fn read<B: Body>(bytes: &[u8]) -> B {
    let document = wbxml::decode(bytes, &Limits::default()).unwrap();
    B::from_element(&document.root).unwrap()
}
