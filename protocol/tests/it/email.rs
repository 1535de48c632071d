//! Mail as data: vectors written from values, and read back from them.

use protocol::airsyncbase::{
    Attachment, AttachmentMethod, Attachments, Body, BodyContent, BodyPart, BodyType,
    VoiceAttachment,
};
use protocol::class::email::{
    ActiveFlag, CompleteFlag, Email, Flag, FlagDates, Importance, LastVerb, MessageClass,
};
use protocol::codepages::{airsync, item_operations};
use protocol::element::Element;
use protocol::tag::Tag;
use protocol::version::Version;
use protocol::wbxml::encode;
use protocol::xml::to_xml;

use crate::meeting;
use crate::support::goldens;

const NOON: i64 = 1_740_830_400;

/// A Sync with one Add (from a server) or Change (from a device).
fn sync(command: Tag, data: Element) -> Element {
    let command = Element::new(command)
        .with(Element::text(airsync::SERVER_ID, "3:17"))
        .with(data);
    let collection = Element::new(airsync::COLLECTION)
        .with(Element::text(airsync::SYNC_KEY, "k2"))
        .with(Element::text(airsync::COLLECTION_ID, "3"));
    let status = Element::number(airsync::STATUS, 1);
    let collection = if command.tag == airsync::ADD {
        collection.with(status)
    } else {
        collection
    };
    let collection = collection.with(Element::new(airsync::COMMANDS).with(command));
    Element::new(airsync::SYNC).with(Element::new(airsync::COLLECTIONS).with(collection))
}

fn everything() -> Email {
    let attachment = Attachment {
        display_name: Some("logo.png".to_owned()),
        file_reference: "3:17:2.1".to_owned(),
        client_id: None,
        method: AttachmentMethod::Normal,
        estimated_data_size: Some(2_048),
        content_id: Some("logo@example.org".to_owned()),
        content_location: Some("logo.png".to_owned()),
        is_inline: true,
        voice: None,
    };
    let body = Body {
        kind: BodyType::Html,
        estimated_data_size: Some(5_000),
        truncated: true,
        data: Some(BodyContent::Text("<p>Grüße</p>\r\n".to_owned())),
        preview: Some("Grüße".to_owned()),
    };
    Email {
        to: Some("\"Ann Example\" <ann@example.org>".to_owned()),
        cc: Some("carl@example.org".to_owned()),
        from: Some("\"Bob\" <bob@example.net>".to_owned()),
        subject: Some("Re: Grüße".to_owned()),
        reply_to: Some("a@example.net;b@example.net".to_owned()),
        date_received: Some(NOON),
        display_to: Some("Ann Example".to_owned()),
        thread_topic: Some("Grüße".to_owned()),
        importance: Some(Importance::High),
        read: Some(false),
        attachments: Attachments {
            listed: vec![attachment],
            ..Attachments::default()
        },
        body: Some(body),
        body_part: Some(BodyPart::Found(Body::text(BodyType::Plain, "Grüße"))),
        message_class: Some("IPM.Note".to_owned()),
        internet_cpid: Some(65_001),
        flag: Some(Flag::Cleared),
        content_class: Some("urn:content-classes:message".to_owned()),
        native_body_type: Some(BodyType::Html),
        conversation_id: Some((0..16).collect()),
        conversation_index: Some(vec![1, 0xDB, 0x8A, 0, 7]),
        last_verb_executed: Some(LastVerb::ReplyToAll),
        last_verb_execution_time: Some(NOON),
        sender: Some("list@example.net".to_owned()),
        received_as_bcc: Some(true),
        categories: Some(vec!["Red".to_owned(), "Work".to_owned()]),
        ..Email::default()
    }
}

fn active() -> Flag {
    let dates = FlagDates {
        start: NOON,
        due: NOON + 86_400,
        utc_start: NOON,
        utc_due: NOON + 86_400,
    };
    Flag::Active(ActiveFlag {
        subject: Some("Call back".to_owned()),
        flag_type: Some("for Follow Up".to_owned()),
        dates: Some(dates),
        reminder: Some(NOON + 3_600),
        ..ActiveFlag::default()
    })
}

fn voice() -> Email {
    Email {
        message_class: Some(MessageClass::Voicemail.as_str().to_owned()),
        voice_caller: Some("+49 30 1".to_owned()),
        voice_notes: Some("call back".to_owned()),
        account_id: Some("1".to_owned()),
        attachments: Attachments {
            listed: vec![Attachment {
                voice: Some(VoiceAttachment {
                    duration_s: 61,
                    order: 1,
                }),
                ..everything().attachments.listed.remove(0)
            }],
            ..Attachments::default()
        },
        ..Email::default()
    }
}

/// What a server says of messages of certain kinds.
fn kinds() -> [(&'static str, Tag, Email); 4] {
    let meeting = |name| (name, airsync::ADD, meeting::mail());
    [
        ("Sync.response.14.1-email-voice", airsync::ADD, voice()),
        meeting("Sync.response.12.1-email-meeting"),
        meeting("Sync.response.14.1-email-meeting"),
        meeting("Sync.response.16.1-email-meeting"),
    ]
}

fn vectors() -> Vec<(&'static str, Tag, Email)> {
    let complete = CompleteFlag {
        flag_type: Some("for Follow Up".to_owned()),
        complete_time: Some(NOON),
        date_completed: Some(NOON),
        ..CompleteFlag::default()
    };
    let draft = Email {
        bcc: Some("hidden@example.org".to_owned()),
        is_draft: Some(true),
        subject: Some("Not yet".to_owned()),
        body: Some(Body::text(BodyType::Plain, "to be continued")),
        ..Email::default()
    };
    let marks = Email {
        read: Some(true),
        flag: Some(active()),
        categories: Some(Vec::new()),
        ..Email::default()
    };
    let mime = Email {
        body: Some(Body::text(BodyType::Mime, "Subject: x\r\n\r\ny")),
        ..Email::default()
    };
    vec![
        (
            "Sync.response.14.1-email-everything",
            airsync::ADD,
            everything(),
        ),
        (
            "Sync.response.12.1-email-everything",
            airsync::ADD,
            everything(),
        ),
        (
            "Sync.response.14.0-email-active-flag",
            airsync::ADD,
            Email {
                flag: Some(active()),
                ..Email::default()
            },
        ),
        (
            "Sync.response.14.1-email-complete-flag",
            airsync::ADD,
            Email {
                flag: Some(Flag::Complete(complete)),
                ..Email::default()
            },
        ),
        ("Sync.response.14.1-email-mime", airsync::ADD, mime),
        ("Sync.response.16.1-email-draft", airsync::ADD, draft),
        ("Sync.request.14.1-email-marks", airsync::CHANGE, marks),
    ]
}

#[test]
fn values_become_the_vectors() {
    let goldens = goldens();
    for (name, command, email) in vectors().into_iter().chain(kinds()) {
        let version = name.split('.').skip(2).collect::<Vec<_>>().join(".");
        let version = Version::parse(version.split('-').next().unwrap()).unwrap();
        let root = sync(command, email.to_data(version));
        let bytes = encode(&root, version);
        let Some(golden) = goldens.iter().find(|golden| golden.name == name) else {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            panic!("no vector {name}; hex:\n{hex}\nxml:\n{}", to_xml(&root));
        };
        assert_eq!(to_xml(&root), golden.xml, "{name}");
        assert_eq!(bytes, golden.bytes, "{name}");
    }
}

#[test]
fn a_device_reads_what_a_server_wrote() {
    let data = everything().to_data_as(item_operations::PROPERTIES, Version::V16_1);
    assert_eq!(data.tag, item_operations::PROPERTIES);
    assert_eq!(Email::from_data(&data), Ok(everything()));
    let old = Email::from_data(&everything().to_data(Version::V12_1)).unwrap();
    let expected = Email {
        body_part: None,
        body: everything().body.map(|body| Body {
            preview: None,
            ..body
        }),
        conversation_id: None,
        conversation_index: None,
        last_verb_executed: None,
        last_verb_execution_time: None,
        sender: None,
        received_as_bcc: None,
        categories: None,
        ..everything()
    };
    assert_eq!(old, expected);
}
