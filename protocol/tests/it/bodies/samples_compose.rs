//! Messages to be sent, as we write them.

use protocol::airsyncbase::{Body as MailBody, BodyType};
use protocol::command::compose_mail::{
    ComposeOptions, ForwardContent, Forwardee, Forwardees, MailSource, SendMailFailure,
    SendMailRequest, SmartForwardFailure, SmartForwardRequest, SmartReplyFailure,
    SmartReplyRequest, SourceItem,
};
use protocol::command::{ClientId, StatusCode};
use protocol::version::Version;

use super::samples::{Sample, folder, item, sample};

const MIME: &[u8] = b"To: bo@example.org\r\n\r\nHi.\r\n";

fn client_id() -> ClientId {
    ClientId::parse("c-1").unwrap()
}

fn source(number: u32) -> MailSource {
    MailSource {
        item: SourceItem::Item {
            folder_id: folder(5),
            item_id: item(number),
        },
        instance_id: None,
    }
}

fn saved() -> ComposeOptions {
    ComposeOptions {
        save_in_sent: true,
        ..ComposeOptions::default()
    }
}

pub(super) fn messages() -> Vec<Sample> {
    let mut all = requests();
    all.extend(failures());
    all
}

fn requests() -> Vec<Sample> {
    let send = SendMailRequest {
        client_id: client_id(),
        options: ComposeOptions {
            account_id: Some("2".to_owned()),
            ..saved()
        },
        mime: MIME.to_vec(),
    };
    let reply = SmartReplyRequest {
        client_id: client_id(),
        source: source(7),
        options: saved(),
        replace_mime: true,
        mime: MIME.to_vec(),
    };
    let forward = SmartForwardRequest {
        client_id: client_id(),
        source: MailSource {
            item: SourceItem::LongId("5:7".to_owned()),
            instance_id: Some("2026-02-03T04:05:06.000Z".to_owned()),
        },
        options: ComposeOptions::default(),
        content: ForwardContent::Mime {
            mime: MIME.to_vec(),
            replace: false,
        },
    };
    let meeting = SmartForwardRequest {
        client_id: client_id(),
        source: source(9),
        options: ComposeOptions::default(),
        content: ForwardContent::Forwardees {
            forwardees: Forwardees::new(vec![Forwardee {
                name: Some("Bo".to_owned()),
                email: "bo@example.org".to_owned(),
            }])
            .unwrap(),
            body: Some(MailBody::text(BodyType::Plain, "See you there.")),
        },
    };
    vec![
        sample("SendMail.request.14.1-account", Version::V14_1, &send),
        sample("SmartReply.request.14.0-whole", Version::V14_0, &reply),
        sample(
            "SmartForward.request.14.1-long-id",
            Version::V14_1,
            &forward,
        ),
        sample(
            "SmartForward.request.16.1-meeting",
            Version::V16_1,
            &meeting,
        ),
    ]
}

fn failures() -> Vec<Sample> {
    let status = StatusCode::new(150);
    vec![
        sample(
            "SendMail.response.14.1-duplicate",
            Version::V14_1,
            &SendMailFailure {
                status: StatusCode::new(118),
            },
        ),
        sample(
            "SmartReply.response.14.1-gone",
            Version::V14_1,
            &SmartReplyFailure { status },
        ),
        sample(
            "SmartForward.response.16.1-gone",
            Version::V16_1,
            &SmartForwardFailure { status },
        ),
    ]
}
