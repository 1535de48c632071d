//! Searches in a mailbox that hangs or is away: they end in time, one a device, and are never an error of HTTP.

use std::fs;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use directpush::commands::Grants;
use directpush::telemetry::Facts;
use protocol::command::find::{FindCriterion, FindQuery, FindRequest};
use protocol::command::search::{
    MailboxQuery, SearchOptions, SearchRequest, SearchResponse, SearchResults, SearchStore,
};
use protocol::command::{Body, ResultRange};
use protocol::version::Version;
use protocol::wbxml::{self, Limits};
use tokio::time::{sleep, timeout};

use crate::inside::{Inside, document, grants, request, seam};
use crate::phone::LIMIT;
use crate::polls::Device;

const DEVICE: &str = "SEEKER";

/// A device that knows the folders, and two messages; answers have so long.
async fn scene(page_time: Duration) -> Inside {
    let grants = Grants {
        page_time,
        ..grants()
    };
    let inside = Inside::granting(&[""], grants).await;
    for name in ["hay", "straw"] {
        inside.maildir.deliver("", name);
    }
    Device::new(DEVICE).begin(&inside).await;
    inside
}

/// Searches; the status of the store, and how many results there are.
async fn search(inside: &Inside, text: &str, first: u32) -> (u16, usize) {
    let query = MailboxQuery {
        free_text: vec![text.to_owned()],
        ..MailboxQuery::default()
    };
    let body = SearchRequest {
        store: SearchStore::Mailbox(query),
        options: SearchOptions {
            range: ResultRange::new(first, 9),
            ..SearchOptions::default()
        },
    };
    let body = wbxml::encode(&body.to_element(Version::V14_1), Version::V14_1);
    let request = request(DEVICE, "Search", body);
    let (seam, mut facts) = (seam(inside), Facts::default());
    let answer = seam.dispatch(request, &mut facts);
    let answer = timeout(LIMIT, answer).await.unwrap();
    let document = wbxml::decode(&document(&answer), &Limits::default()).unwrap();
    let response = SearchResponse::from_element(&document.root).unwrap();
    let store = response.store.unwrap();
    let count = match &store.results {
        SearchResults::Mailbox(results) => results.len(),
        SearchResults::Gal(_) => 0,
    };
    (store.status.code(), count)
}

/// The status of a Find.
async fn find(inside: &Inside) -> String {
    let body = FindRequest {
        search_id: "1".to_owned(),
        criterion: FindCriterion::Mailbox {
            query: FindQuery {
                free_text: "hay".to_owned(),
                ..FindQuery::default()
            },
            deep_traversal: false,
        },
        range: None,
    };
    let mut request = request(DEVICE, "Find", Vec::new());
    request.version = Version::V16_1;
    request.body = wbxml::encode(&body.to_element(Version::V16_1), Version::V16_1).into();
    let (seam, mut facts) = (seam(inside), Facts::default());
    let answer = seam.dispatch(request, &mut facts);
    let answer = timeout(LIMIT, answer).await.unwrap();
    let document = wbxml::decode(&document(&answer), &Limits::default()).unwrap();
    let status = document.root.elements().next().unwrap();
    status.value().into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_hangs_ends_in_time() {
    let inside = scene(Duration::from_millis(300)).await;
    assert_eq!(search(&inside, "hay", 0).await, (1, 1));
    inside.hanging.searches.store(true, Ordering::SeqCst);
    let began = Instant::now();
    assert_eq!(search(&inside, "hay", 0).await, (10, 0));
    assert_eq!(find(&inside).await, "111");
    assert!(began.elapsed() < LIMIT / 2);
    inside.hanging.searches.store(false, Ordering::SeqCst);
    assert_eq!(find(&inside).await, "1");
    // The messages that were found cannot be read.
    inside.hanging.reads.store(true, Ordering::SeqCst);
    assert_eq!(search(&inside, "hay", 0).await, (10, 0));
    inside.hanging.reads.store(false, Ordering::SeqCst);
    inside.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_search_takes_the_place_of_the_older() {
    let inside = scene(LIMIT).await;
    inside.hanging.searches.store(true, Ordering::SeqCst);
    let older = async {
        let told = search(&inside, "nothing", 0).await;
        inside.hanging.searches.store(false, Ordering::SeqCst);
        told
    };
    let newer = async {
        while inside.hanging.searched.load(Ordering::SeqCst) == 0 {
            sleep(Duration::from_millis(5)).await;
        }
        search(&inside, "straw", 0).await
    };
    // The newer one can only end after the older has.
    let (older, newer) = tokio::join!(older, newer);
    assert_eq!((older, newer), ((10, 0), (1, 1)));
    // Further pages are those of what was found.
    let searched = || inside.hanging.searched.load(Ordering::SeqCst);
    let before = searched();
    assert_eq!(search(&inside, "straw", 1).await, (1, 0));
    assert_eq!(searched(), before);
    assert_eq!(search(&inside, "straw", 0).await, (1, 1));
    assert_eq!(searched(), before + 1);
    inside.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_is_away_is_a_reason_to_ask_later() {
    let inside = scene(LIMIT).await;
    let mail = inside.place.mail();
    let aside = mail.with_extension("aside");
    fs::rename(&mail, &aside).unwrap();
    assert_eq!(search(&inside, "hay", 0).await, (10, 0));
    assert_eq!(find(&inside).await, "111");
    fs::rename(&aside, &mail).unwrap();
    assert_eq!(search(&inside, "hay", 0).await, (1, 1));
    inside.stop().await;
}
