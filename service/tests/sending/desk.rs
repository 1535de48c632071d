//! A phone at its drafts.

use protocol::airsyncbase::{
    AttachmentAdd, AttachmentMethod, Body as Text, BodyContent, BodyPreference, BodyType,
};
use protocol::class::email::{DraftContent, DraftParts, DraftUpload, Email, EmailUpload};
use protocol::command::folder_sync::FolderType;
use protocol::command::sync::{
    ApplicationData, ClientCommand, CollectionAnswer, ItemAnswer, ServerCommand, SyncCollection,
    SyncOptions, SyncRequest, SyncResponse,
};
use protocol::command::{Body, ClientId, CollectionId, ServerId, SyncKeyText};
use protocol::version::Version;
use protocol::wbxml::{self, Limits};

use crate::house::House;
use crate::phone::Phone;

/// A phone at its drafts.
pub(crate) struct Desk {
    pub(crate) phone: Phone,
    folder: CollectionId,
    pub(crate) key: SyncKeyText,
    /// What it deletes is gone for good.
    pub(crate) deletes_for_good: bool,
}

impl Desk {
    pub(crate) async fn new(house: &House, device: &str) -> Self {
        let mut phone = Phone::new(house, "anna", device);
        phone.version = Version::V16_1;
        let folder = phone.folder(FolderType::Drafts).await;
        let mut desk = Self {
            phone,
            folder,
            key: SyncKeyText::initial(),
            deletes_for_good: false,
        };
        desk.sync(Vec::new()).await;
        desk
    }

    /// The service was started again.
    pub(crate) fn move_to(&mut self, house: &House) {
        self.phone = self.phone.moved_to(house);
    }

    /// `None`: nothing to say.
    pub(crate) async fn sync(&mut self, commands: Vec<ClientCommand>) -> Option<CollectionAnswer> {
        let answer = self.attempt(commands).await?;
        assert_eq!(answer.status.code(), 1);
        self.key = answer.sync_key.clone();
        Some(answer)
    }

    /// The same; the folder may have a status that is no success, and the key stays.
    pub(crate) async fn attempt(
        &mut self,
        commands: Vec<ClientCommand>,
    ) -> Option<CollectionAnswer> {
        let initial = self.key.is_initial();
        let mut collection = SyncCollection::new(self.folder.clone(), self.key.clone());
        collection.get_changes = (!initial).then_some(true);
        collection.commands = commands;
        collection.deletes_as_moves = self.deletes_for_good.then_some(false);
        collection.options = vec![SyncOptions {
            body_preferences: vec![BodyPreference::whole(BodyType::Plain)],
            ..SyncOptions::default()
        }];
        let request = SyncRequest {
            collections: Some(vec![collection]),
            ..SyncRequest::default()
        };
        let version = self.phone.version;
        let body = wbxml::encode(&request.to_element(version), version);
        let (status, body) = self.phone.post(&self.phone.query("Sync"), &body).await;
        assert_eq!(status, 200);
        if body.is_empty() {
            return None;
        }
        let document = wbxml::decode(&body, &Limits::default()).unwrap();
        let SyncResponse::Collections(mut answers) =
            SyncResponse::from_element(&document.root).unwrap()
        else {
            panic!("a Sync failed as a whole");
        };
        answers.pop()
    }

    /// Makes a draft; answers its name and what the device is told of it.
    pub(crate) async fn add(
        &mut self,
        client_id: &str,
        parts: DraftParts,
    ) -> (u16, Option<ServerId>, Email) {
        let command = add(client_id, &upload(parts, false));
        let answer = self.sync(vec![command]).await.unwrap();
        assert_eq!(answer.commands, [], "the phone is told what it did itself");
        match answer.responses.as_slice() {
            [
                ItemAnswer::Add {
                    server_id,
                    status,
                    data,
                    ..
                },
            ] => (status.code(), server_id.clone(), email(data.as_ref())),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn change(
        &mut self,
        id: &ServerId,
        upload: &DraftUpload,
    ) -> Option<CollectionAnswer> {
        self.sync(vec![change(id, upload)]).await
    }
}

pub(crate) fn upload(parts: DraftParts, send: bool) -> DraftUpload {
    DraftUpload {
        content: DraftContent::Parts(Box::new(parts)),
        marks: EmailUpload::default(),
        send,
    }
}

pub(crate) fn data(upload: &DraftUpload) -> ApplicationData {
    ApplicationData::from_element(upload.to_email().to_data(Version::V16_1)).unwrap()
}

pub(crate) fn add(client_id: &str, upload: &DraftUpload) -> ClientCommand {
    ClientCommand::Add {
        class: None,
        client_id: ClientId::parse(client_id).unwrap(),
        data: data(upload),
    }
}

pub(crate) fn change(id: &ServerId, upload: &DraftUpload) -> ClientCommand {
    ClientCommand::Change {
        class: None,
        server_id: id.clone(),
        instance_id: None,
        data: data(upload),
    }
}

pub(crate) fn email(data: Option<&ApplicationData>) -> Email {
    data.map_or_else(Email::default, |data| {
        Email::from_data(data.element()).unwrap()
    })
}

pub(crate) fn body(email: &Email) -> &str {
    match &email.body.as_ref().unwrap().data {
        Some(BodyContent::Text(text)) => text.trim_end(),
        other => panic!("no text: {other:?}"),
    }
}

pub(crate) fn file(id: &str, content: &[u8]) -> AttachmentAdd {
    AttachmentAdd {
        client_id: id.to_owned(),
        method: AttachmentMethod::Normal,
        content_type: Some("application/pdf".to_owned()),
        content: content.to_vec(),
        display_name: format!("{id}.pdf"),
        content_id: None,
        content_location: None,
        is_inline: false,
    }
}

pub(crate) fn written(text: &str) -> DraftParts {
    DraftParts {
        to: Some("bo@example.org".to_owned()),
        subject: Some("Plans".to_owned()),
        body: Some(Text::text(BodyType::Plain, text)),
        ..DraftParts::default()
    }
}

pub(crate) fn only_subject(subject: &str) -> DraftParts {
    DraftParts {
        subject: Some(subject.to_owned()),
        ..DraftParts::default()
    }
}

/// The one change that an answer tells.
pub(crate) fn told(answer: &CollectionAnswer) -> (&ServerId, Email) {
    match answer.commands.as_slice() {
        [
            ServerCommand::Add {
                server_id, data, ..
            },
        ]
        | [
            ServerCommand::Change {
                server_id, data, ..
            },
        ] => (server_id, email(Some(data))),
        other => panic!("{other:?}"),
    }
}
