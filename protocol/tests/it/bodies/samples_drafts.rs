//! Drafts of 16.x as we write them. The order to send has no vector, since the reference schema of requests lacks it.

use protocol::airsyncbase::{
    Attachment, AttachmentAdd, AttachmentMethod, Attachments, Body as MailBody, BodyType,
};
use protocol::class::email::{
    DraftContent, DraftParts, DraftUpload, Email, EmailUpload, Flag, Importance,
};
use protocol::command::sync::{
    ApplicationData, ClientCommand, CollectionAnswer, ItemAnswer, SyncCollection, SyncRequest,
    SyncResponse,
};
use protocol::command::{ClientId, StatusCode};
use protocol::version::Version;

use super::samples::{OK, Sample, folder, item, key, sample};

fn data(email: &Email) -> ApplicationData {
    ApplicationData::from_element(email.to_data(Version::V16_1)).unwrap()
}

fn written() -> DraftParts {
    DraftParts {
        to: Some("\"Ann Example\" <ann@example.org>".to_owned()),
        cc: Some("carl@example.org".to_owned()),
        bcc: Some("hidden@example.org".to_owned()),
        reply_to: Some("replies@example.org".to_owned()),
        subject: Some("Not yet".to_owned()),
        importance: Some(Importance::High),
        body: Some(MailBody::text(BodyType::Html, "<p>Grüße</p>")),
        added: vec![AttachmentAdd {
            client_id: "att-1".to_owned(),
            method: AttachmentMethod::Normal,
            content_type: Some("image/png".to_owned()),
            content: vec![0x89, b'P', b'N', b'G'],
            display_name: "logo.png".to_owned(),
            content_id: Some("logo@example.org".to_owned()),
            content_location: None,
            is_inline: true,
        }],
        removed: Vec::new(),
    }
}

fn uploads() -> Vec<ClientCommand> {
    let draft = |content| DraftUpload {
        content,
        marks: EmailUpload::default(),
        send: false,
    };
    let added = draft(DraftContent::Parts(Box::new(written())));
    let changed = DraftUpload {
        content: DraftContent::Parts(Box::new(DraftParts {
            cc: Some(String::new()),
            removed: vec!["5:1:2.1".to_owned()],
            ..DraftParts::default()
        })),
        marks: EmailUpload {
            read: Some(true),
            flag: Some(Flag::Cleared),
            categories: Some(Vec::new()),
        },
        send: false,
    };
    let mime = draft(DraftContent::Mime(b"Subject: x\r\n\r\ny".to_vec()));
    let change = |number, draft: &DraftUpload| ClientCommand::Change {
        class: None,
        server_id: item(number),
        instance_id: None,
        data: data(&draft.to_email()),
    };
    let add = ClientCommand::Add {
        class: None,
        client_id: ClientId::parse("draft-1").unwrap(),
        data: data(&added.to_email()),
    };
    vec![add, change(1, &changed), change(2, &mime)]
}

pub(super) fn drafts() -> Vec<Sample> {
    let collection = SyncCollection {
        commands: uploads(),
        ..SyncCollection::new(folder(5), key("a.1"))
    };
    let request = SyncRequest {
        collections: Some(vec![collection]),
        ..SyncRequest::default()
    };
    let mut answer = CollectionAnswer::new(folder(5), key("a.2"), OK);
    answer.responses = answers();
    let response = SyncResponse::Collections(vec![answer]);
    vec![
        sample("Sync.request.16.1-drafts", Version::V16_1, &request),
        sample("Sync.response.16.1-drafts", Version::V16_1, &response),
    ]
}

/// The new draft's id and its attachment's reference, and recipients that cannot be sent to.
fn answers() -> Vec<ItemAnswer> {
    let attachment = Attachment {
        display_name: Some("logo.png".to_owned()),
        file_reference: "5:3:2".to_owned(),
        client_id: Some("att-1".to_owned()),
        method: AttachmentMethod::Normal,
        estimated_data_size: Some(4),
        content_id: Some("logo@example.org".to_owned()),
        content_location: None,
        is_inline: true,
        voice: None,
    };
    let assigned = Email {
        attachments: Attachments {
            listed: vec![attachment],
            ..Attachments::default()
        },
        ..Email::default()
    };
    vec![
        ItemAnswer::Add {
            class: None,
            client_id: ClientId::parse("draft-1").unwrap(),
            server_id: Some(item(3)),
            status: OK,
            data: Some(data(&assigned)),
        },
        ItemAnswer::Change {
            class: None,
            server_id: item(1),
            instance_id: None,
            status: StatusCode::new(183),
            data: None,
        },
    ]
}
