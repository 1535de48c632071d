//! Requests and answers of Search and Find.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use protocol::class::email::Importance;
use protocol::codepages::search;
use protocol::command::find::{
    FindAnswer, FindCriterion, FindQuery, FindRequest, FindResponse, FindResults, FoundMail,
    MailMatch,
};
use protocol::command::search::{
    MailResult, MailboxQuery, SearchOptions, SearchRequest, SearchResponse, SearchResults,
    SearchStore, StoreAnswer,
};
use protocol::command::{GalEntry, GalPicture, PictureOptions, ResultRange};
use protocol::datetime;
use protocol::version::Version;

use super::any::{
    body_part, body_preference, class, collection_id, mail, mime_support, server_id, since, status,
    text,
};

fn range() -> impl Strategy<Value = ResultRange> {
    let last = 0..=ResultRange::LAST_MAX;
    (last.clone(), last).prop_map(|(one, two)| {
        ResultRange::new(one.min(two), one.max(two)).expect("the ends are in order")
    })
}

fn date() -> impl Strategy<Value = i64> {
    datetime::EARLIEST..=datetime::LATEST
}

pub(super) fn picture() -> impl Strategy<Value = PictureOptions> {
    let number = || option::of(any::<u32>());
    (number(), number()).prop_map(|(max_size, max_pictures)| PictureOptions {
        max_size,
        max_pictures,
    })
}

fn mailbox_query(version: Version) -> impl Strategy<Value = MailboxQuery> {
    let conversation = since(version, Version::V14_0, vec(any::<u8>(), 0..20));
    (
        vec(class(), 0..3),
        vec(collection_id(), 0..3),
        vec(text(), 0..3),
        conversation,
        option::of(date()),
        option::of(date()),
    )
        .prop_map(|parts| MailboxQuery {
            classes: parts.0,
            collections: parts.1,
            free_text: parts.2,
            conversation_id: parts.3,
            received_after: parts.4,
            received_before: parts.5,
        })
}

pub(super) fn search_request(version: Version) -> impl Strategy<Value = SearchRequest> {
    let store = prop_oneof![
        mailbox_query(version).prop_map(SearchStore::Mailbox),
        text().prop_map(SearchStore::Gal),
        text().prop_map(SearchStore::DocumentLibrary),
    ];
    let options = (
        option::of(range()),
        (any::<bool>(), any::<bool>()),
        option::of(mime_support()),
        vec(body_preference(version), 0..3),
        body_part(version),
        since(version, Version::V14_1, any::<bool>()),
        since(version, Version::V14_1, picture()),
    )
        .prop_map(|parts| SearchOptions {
            range: parts.0,
            deep_traversal: parts.1.0,
            rebuild_results: parts.1.1,
            mime_support: parts.2,
            body_preferences: parts.3,
            body_part_preference: parts.4,
            rights_management: parts.5,
            picture: parts.6,
        });
    (store, options).prop_map(|(store, options)| SearchRequest { store, options })
}

fn entry(version: Version) -> impl Strategy<Value = GalEntry> {
    let some = || option::of(text());
    let picture = (status(), option::of(vec(any::<u8>(), 0..40)));
    let picture = picture.prop_map(|(status, data)| GalPicture { status, data });
    let names = (some(), some(), some(), some(), some(), some());
    let places = (some(), some(), some(), some(), some());
    let picture = since(version, Version::V14_1, picture);
    (names, places, picture).prop_map(|(names, places, picture)| GalEntry {
        display_name: names.0,
        alias: names.1,
        first_name: names.2,
        last_name: names.3,
        email_address: names.4,
        title: names.5,
        phone: places.0,
        office: places.1,
        company: places.2,
        home_phone: places.3,
        mobile_phone: places.4,
        picture,
    })
}

fn mail_result() -> impl Strategy<Value = MailResult> {
    let properties = mail().prop_map(|mail| {
        let element = mail.to_data_as(search::PROPERTIES, Version::V14_1);
        element.elements().cloned().collect()
    });
    let folder = option::of(collection_id());
    (option::of(class()), text(), folder, properties).prop_map(
        |(class, long_id, collection_id, properties)| MailResult {
            class,
            long_id,
            collection_id,
            properties,
        },
    )
}

pub(super) fn search_response(version: Version) -> impl Strategy<Value = SearchResponse> {
    let results = prop_oneof![
        vec(mail_result(), 0..3).prop_map(SearchResults::Mailbox),
        vec(entry(version), 0..3).prop_map(SearchResults::Gal),
    ];
    let range = option::of(range());
    let store = (status(), results, range, option::of(any::<u32>())).prop_map(
        |(status, results, range, total)| StoreAnswer {
            status,
            results,
            range,
            total,
        },
    );
    (status(), option::of(store)).prop_map(|(status, store)| SearchResponse { status, store })
}

fn criterion() -> BoxedStrategy<FindCriterion> {
    let folder = option::of(collection_id().prop_filter("0 is no folder", |id| id.as_str() != "0"));
    let query =
        (option::of(class()), folder, text()).prop_map(|(class, collection_id, free_text)| {
            FindQuery {
                class,
                collection_id,
                free_text,
            }
        });
    let mailbox =
        (query, any::<bool>()).prop_map(|(query, deep_traversal)| FindCriterion::Mailbox {
            query,
            deep_traversal,
        });
    let gal = (text(), option::of(picture()));
    let gal = gal.prop_map(|(query, picture)| FindCriterion::Gal { query, picture });
    prop_oneof![mailbox, gal].boxed()
}

pub(super) fn find_request() -> impl Strategy<Value = FindRequest> {
    (text(), criterion(), option::of(range())).prop_map(|(search_id, criterion, range)| {
        FindRequest {
            search_id,
            criterion,
            range,
        }
    })
}

fn found_mail() -> impl Strategy<Value = FoundMail> {
    let some = || option::of(text());
    let texts = (some(), some(), some(), some(), some(), some());
    let flag = || option::of(any::<bool>());
    let importance = select(vec![Importance::Low, Importance::Normal, Importance::High]);
    let rest = (
        option::of(date()),
        option::of(importance),
        flag(),
        flag(),
        flag(),
    );
    (texts, rest).prop_map(|(texts, rest)| FoundMail {
        subject: texts.0,
        display_to: texts.1,
        display_cc: texts.2,
        display_bcc: texts.3,
        preview: texts.4,
        from: texts.5,
        date_received: rest.0,
        importance: rest.1,
        read: rest.2,
        is_draft: rest.3,
        has_attachments: rest.4,
    })
}

pub(super) fn find_response() -> impl Strategy<Value = FindResponse> {
    let one = (
        option::of(class()),
        server_id(),
        collection_id(),
        found_mail(),
    )
        .prop_map(|(class, server_id, collection_id, mail)| MailMatch {
            class,
            server_id,
            collection_id,
            mail,
        });
    let results = prop_oneof![
        vec(one, 0..3).prop_map(FindResults::Mailbox),
        vec(entry(Version::V16_1), 0..3).prop_map(FindResults::Gal),
        Just(FindResults::Gal(Vec::new())),
    ];
    let range = option::of(range());
    let answer = (status(), results, range, option::of(any::<u32>())).prop_map(
        |(status, results, range, total)| FindAnswer {
            status,
            results,
            range,
            total,
        },
    );
    (status(), option::of(answer)).prop_map(|(status, answer)| FindResponse { status, answer })
}
