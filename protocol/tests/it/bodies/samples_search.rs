//! Searches as we write them.

use protocol::airsyncbase::{BodyPreference, BodyType};
use protocol::class::email::{Email, Importance};
use protocol::codepages::search;
use protocol::command::find::{
    FindCriterion, FindQuery, FindRequest, FindResponse, FindResults, FoundMail, MailMatch,
};
use protocol::command::search::{
    MailResult, MailboxQuery, SearchOptions, SearchRequest, SearchResponse, SearchResults,
    SearchStore, StoreAnswer,
};
use protocol::command::sync::MimeSupport;
use protocol::command::{
    BodyError, BodyErrorKind, GalEntry, GalPicture, ItemClass, PictureOptions, ResultRange,
    StatusCode,
};
use protocol::status::{FindResponseStatus, SearchStoreStatus};
use protocol::version::Version;

use super::samples::{OK, Sample, folder, item, sample};

const NOON: i64 = 1_740_830_400;

fn message() -> Email {
    Email {
        subject: Some("Grüße".to_owned()),
        from: Some("\"Bob\" <bob@example.net>".to_owned()),
        date_received: Some(NOON),
        read: Some(true),
        ..Email::default()
    }
}

fn ann() -> GalEntry {
    GalEntry {
        display_name: Some("Ann Example".to_owned()),
        phone: Some("+49 30 1".to_owned()),
        office: Some("B 12".to_owned()),
        title: Some("Engineer".to_owned()),
        company: Some("Example".to_owned()),
        alias: Some("ann".to_owned()),
        first_name: Some("Ann".to_owned()),
        last_name: Some("Example".to_owned()),
        home_phone: Some("+49 30 2".to_owned()),
        mobile_phone: Some("+49 170 3".to_owned()),
        email_address: Some("ann@example.org".to_owned()),
        picture: Some(GalPicture {
            status: OK,
            data: Some(vec![0xFF, 0xD8, 0xFF, 0xD9]),
        }),
    }
}

fn bob() -> GalEntry {
    GalEntry {
        display_name: Some("Bob".to_owned()),
        email_address: Some("bob@example.net".to_owned()),
        picture: Some(GalPicture {
            status: StatusCode::new(173),
            data: None,
        }),
        ..GalEntry::default()
    }
}

fn mailbox(options: SearchOptions, conversation_id: Option<Vec<u8>>) -> SearchRequest {
    SearchRequest {
        store: SearchStore::Mailbox(MailboxQuery {
            classes: vec![ItemClass::Email],
            collections: vec![folder(5), folder(6)],
            free_text: vec!["Grüße aus".to_owned()],
            conversation_id,
            received_after: Some(NOON),
            received_before: Some(NOON + 86_400),
        }),
        options,
    }
}

pub(super) fn searches() -> Vec<Sample> {
    let some = SearchOptions {
        range: ResultRange::new(0, 24),
        deep_traversal: true,
        rebuild_results: true,
        ..SearchOptions::default()
    };
    let all = SearchOptions {
        mime_support: Some(MimeSupport::SmimeOnly),
        body_preferences: vec![BodyPreference {
            truncation_size: Some(512),
            ..BodyPreference::whole(BodyType::Plain)
        }],
        ..some.clone()
    };
    let photos = SearchRequest {
        store: SearchStore::Gal("exa".to_owned()),
        options: SearchOptions {
            range: ResultRange::new(0, 9),
            picture: Some(PictureOptions {
                max_size: Some(10_240),
                max_pictures: Some(5),
            }),
            ..SearchOptions::default()
        },
    };
    let library = SearchRequest {
        store: SearchStore::DocumentLibrary("\\\\server\\share".to_owned()),
        options: SearchOptions::default(),
    };
    let conversation = Some((0..16).collect());
    vec![
        sample(
            "Search.request.12.1-mailbox",
            Version::V12_1,
            &mailbox(some, None),
        ),
        sample(
            "Search.request.14.1-mailbox",
            Version::V14_1,
            &mailbox(all, conversation),
        ),
        sample("Search.request.14.1-photos", Version::V14_1, &photos),
        sample("Search.request.14.0-library", Version::V14_0, &library),
    ]
    .into_iter()
    .chain(search_answers())
    .collect()
}

fn search_answers() -> Vec<Sample> {
    let found = |version| {
        let properties = message().to_data_as(search::PROPERTIES, version);
        let result = |number| MailResult {
            class: Some(ItemClass::Email),
            long_id: format!("5:{number}"),
            collection_id: Some(folder(5)),
            properties: properties.elements().cloned().collect(),
        };
        let results = SearchResults::Mailbox(vec![result(1), result(2)]);
        SearchResponse::of(StoreAnswer::found(results, 25, 27))
    };
    let nothing = StoreAnswer::found(SearchResults::Mailbox(Vec::new()), 0, 0);
    let people = StoreAnswer::found(SearchResults::Gal(vec![ann(), bob()]), 0, 2);
    let nobody = StoreAnswer::found(SearchResults::Gal(Vec::new()), 0, 0);
    let complex = BodyError::new(search::OR, BodyErrorKind::TooComplex);
    let complex = SearchResponse::malformed(&complex).expect("it is a search");
    let library = SearchResponse::refused(SearchStoreStatus::AccessDenied);
    let nothing = SearchResponse::of(nothing);
    let people = SearchResponse::of(people);
    let nobody = SearchResponse::of(nobody);
    vec![
        sample(
            "Search.response.12.1-mailbox",
            Version::V12_1,
            &found(Version::V12_1),
        ),
        sample(
            "Search.response.16.1-mailbox",
            Version::V16_1,
            &found(Version::V16_1),
        ),
        sample("Search.response.14.1-nothing", Version::V14_1, &nothing),
        sample("Search.response.14.1-people", Version::V14_1, &people),
        sample("Search.response.12.1-people", Version::V12_1, &people),
        sample("Search.response.14.1-nobody", Version::V14_1, &nobody),
        sample("Search.response.14.1-complex", Version::V14_1, &complex),
        sample("Search.response.14.1-library", Version::V14_1, &library),
    ]
}

pub(super) fn finds() -> Vec<Sample> {
    let request = |criterion| FindRequest {
        search_id: "9F0E6A3C-0B7B-4B7C-8A55-3E7C1C1B7E2D".to_owned(),
        criterion,
        range: ResultRange::new(0, 24),
    };
    let mailbox = request(FindCriterion::Mailbox {
        query: FindQuery {
            class: Some(ItemClass::Email),
            collection_id: None,
            free_text: "from:bob Grüße".to_owned(),
        },
        deep_traversal: true,
    });
    let gal = request(FindCriterion::Gal {
        query: "exa".to_owned(),
        picture: Some(PictureOptions {
            max_size: None,
            max_pictures: Some(5),
        }),
    });
    let found = FoundMail {
        subject: Some("Grüße".to_owned()),
        date_received: Some(NOON),
        display_to: Some("Ann Example".to_owned()),
        display_cc: Some("Carl".to_owned()),
        display_bcc: Some("Dora".to_owned()),
        importance: Some(Importance::High),
        read: Some(false),
        is_draft: Some(false),
        preview: Some("aus der Ferne".to_owned()),
        has_attachments: Some(true),
        from: Some("\"Bob\" <bob@example.net>".to_owned()),
    };
    let results = FindResults::Mailbox(vec![MailMatch {
        class: Some(ItemClass::Email),
        server_id: item(1),
        collection_id: folder(5),
        mail: found,
    }]);
    let found = FindResponse::found(results, 0, 1);
    let people = FindResponse::found(FindResults::Gal(vec![ann(), bob()]), 0, 2);
    let nothing = FindResponse::found(FindResults::Mailbox(Vec::new()), 0, 0);
    let range = FindResponse::refused(FindResponseStatus::InvalidRange);
    let version = Version::V16_1;
    vec![
        sample("Find.request.16.1-mailbox", version, &mailbox),
        sample("Find.request.16.1-people", version, &gal),
        sample("Find.response.16.1-mailbox", version, &found),
        sample("Find.response.16.1-people", version, &people),
        sample("Find.response.16.1-nothing", version, &nothing),
        sample("Find.response.16.1-range", version, &range),
    ]
}
