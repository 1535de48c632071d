//! Bodies of Sync as we write them.

use protocol::airsyncbase::{BodyPreference, BodyType};
use protocol::class::email::Email;
use protocol::codepages::{calendar, email};
use protocol::command::sync::{
    ApplicationData, ClientCommand, CollectionAnswer, Conflict, FilterType, Hold, ItemAnswer,
    MimeSupport, ServerCommand, SyncCollection, SyncOptions, SyncRequest, SyncResponse,
};
use protocol::command::{ClientId, ItemClass, StatusCode, SyncKeyText};
use protocol::element::Element;
use protocol::version::Version;

use super::samples::{OK, Sample, folder, item, key, sample};

fn mail(subject: &str) -> ApplicationData {
    let mail = Email {
        subject: Some(subject.to_owned()),
        read: Some(false),
        ..Email::default()
    };
    ApplicationData::from_element(mail.to_data(Version::V14_1)).unwrap()
}

fn read() -> ApplicationData {
    ApplicationData::new([Element::number(email::READ, 1)])
}

fn sync(collection: SyncCollection) -> SyncRequest {
    SyncRequest {
        collections: Some(vec![collection]),
        ..SyncRequest::default()
    }
}

pub(super) fn sync_requests() -> Vec<Sample> {
    let options = SyncOptions {
        filter_type: Some(FilterType::OneMonth),
        body_preferences: vec![BodyPreference {
            truncation_size: Some(32_768),
            ..BodyPreference::whole(BodyType::Html)
        }],
        conflict: Some(Conflict::ServerWins),
        mime_support: Some(MimeSupport::SmimeOnly),
        mime_truncation: Some(7),
        ..SyncOptions::default()
    };
    let first = SyncCollection {
        class: Some(ItemClass::Calendar),
        supported: Some(vec![calendar::LOCATION]),
        options: vec![options],
        ..SyncCollection::new(folder(5), SyncKeyText::initial())
    };
    let changes = SyncCollection {
        deletes_as_moves: Some(false),
        get_changes: Some(true),
        window_size: Some(25),
        commands: vec![
            ClientCommand::Add {
                class: None,
                client_id: ClientId::parse("17").unwrap(),
                data: mail("Draft"),
            },
            ClientCommand::Change {
                class: None,
                server_id: item(1),
                instance_id: None,
                data: read(),
            },
            ClientCommand::Delete {
                class: None,
                server_id: item(2),
                instance_id: None,
            },
            ClientCommand::Fetch { server_id: item(3) },
        ],
        ..SyncCollection::new(folder(5), key("a.1"))
    };
    let held = SyncRequest {
        hold: Some(Hold::Seconds(900)),
        window_size: Some(100),
        ..sync(SyncCollection::new(folder(5), key("a.1")))
    };
    let partial = SyncRequest {
        collections: None,
        hold: Some(Hold::Minutes(15)),
        partial: true,
        ..SyncRequest::default()
    };
    vec![
        sample("Sync.request.12.1-first", Version::V12_1, &sync(first)),
        sample("Sync.request.16.1-changes", Version::V16_1, &sync(changes)),
        sample("Sync.request.14.0-held", Version::V14_0, &held),
        sample("Sync.request.12.1-partial", Version::V12_1, &partial),
    ]
}

pub(super) fn sync_answers() -> Vec<Sample> {
    let mut page = CollectionAnswer::new(folder(5), key("a.2"), OK);
    page.more_available = true;
    page.commands = vec![
        ServerCommand::Add {
            class: None,
            server_id: item(1),
            data: mail("Hello"),
        },
        ServerCommand::Change {
            class: None,
            server_id: item(2),
            data: read(),
        },
        ServerCommand::Delete {
            class: None,
            server_id: item(3),
        },
        ServerCommand::SoftDelete { server_id: item(4) },
    ];
    let mut results = CollectionAnswer::new(folder(5), key("a.3"), OK);
    results.responses = vec![
        ItemAnswer::Add {
            class: None,
            client_id: ClientId::parse("17").unwrap(),
            server_id: Some(item(9)),
            status: OK,
            data: None,
        },
        ItemAnswer::Change {
            class: None,
            server_id: item(1),
            instance_id: None,
            status: StatusCode::new(7),
            data: None,
        },
        ItemAnswer::Delete {
            server_id: item(2),
            instance_id: None,
            status: StatusCode::new(8),
        },
        ItemAnswer::Fetch {
            server_id: item(3),
            status: OK,
            data: Some(mail("In full")),
        },
    ];
    let refused = CollectionAnswer::new(folder(5), SyncKeyText::initial(), StatusCode::new(3));
    let failed = SyncResponse::Failed {
        status: StatusCode::new(142),
        limit: None,
    };
    let some = |one| SyncResponse::Collections(vec![one]);
    vec![
        sample("Sync.response.12.1-page", Version::V12_1, &some(page)),
        sample("Sync.response.14.1-results", Version::V14_1, &some(results)),
        sample("Sync.response.14.1-refused", Version::V14_1, &some(refused)),
        sample("Sync.response.16.1-failed", Version::V16_1, &failed),
    ]
}
