//! Many who begin at once: few are let in at a time, all are served in the end.

use std::time::Duration;

use protocol::command::Body;
use protocol::command::SyncKeyText;
use protocol::command::folder_sync::FolderSyncRequest;
use protocol::device::Profile;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::client::{Client, VERSION};
use crate::phone::Phone;
use crate::service::{Place, Service, metric};
use crate::wire::Server;

const REFUSED: &str = "directpush_first_syncs_total{outcome=\"refused\"}";

fn server(service: &Service, account: &str) -> Server {
    Server {
        address: service.app.eas_address(),
        account: account.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_begins_waits_for_who_has_begun_and_nobody_else_does() {
    let service = Service::start(Place::new(&["anna", "bert", "carl"]), |config| {
        config.limits.first_syncs_max = 1;
    })
    .await;
    for account in ["anna", "bert", "carl"] {
        service.place.maildir(account, &[""]).deliver("", "letter");
    }
    let mut carl = Client::new(server(&service, "carl"), "ONE");
    carl.set_up(&[""]).await;
    let mut anna = Client::new(server(&service, "anna"), "ONE");
    anna.folder_sync().await;
    anna.begin("").await;
    assert_eq!(metric(service.app.metrics(), "directpush_first_syncs"), 1.0);

    // She has her key and not her items yet.
    let mut bert = Client::new(server(&service, "bert"), "ONE");
    let first = FolderSyncRequest {
        sync_key: SyncKeyText::initial(),
    };
    let refused = bert
        .try_send("FolderSync", &first.to_element(VERSION))
        .await;
    assert_eq!(refused.status, 503);
    let seconds: u32 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((30..=300).contains(&seconds), "{seconds}");
    assert!(metric(service.app.metrics(), REFUSED) >= 1.0);

    // Who is past that does not notice, and waits for nothing.
    let mut ping = carl.ping(&[""], 480).await;
    service.place.maildir("carl", &[""]).deliver("", "news");
    assert_eq!(ping.answer().await.status.code(), 2);
    carl.fetch("").await;
    assert!(carl.items.contains_key("news"));

    anna.fetch("").await;
    assert!(anna.items.contains_key("letter"));
    // Her place is free with her last page, and the same request is good now.
    bert.set_up(&[""]).await;
    assert!(bert.items.contains_key("letter"));
    assert_eq!(metric(service.app.metrics(), "directpush_first_syncs"), 0.0);
    service.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_that_begins_at_once_comes_in_one_after_the_other() {
    const PHONES: usize = 8;
    const PLACES: usize = 2;
    let accounts: Vec<String> = (0..PHONES).map(|number| format!("user{number}")).collect();
    let names: Vec<&str> = accounts.iter().map(String::as_str).collect();
    let service = Service::start(Place::new(&names), |config| {
        config.limits.first_syncs_max = PLACES;
    })
    .await;
    let mut phones = JoinSet::new();
    for account in &accounts {
        let maildir = service.place.maildir(account, &["", ".Work"]);
        for number in 0..40 {
            maildir.deliver("", &format!("letter {number}"));
        }
        let mut phone = Phone::new(Profile::aosp(), server(&service, account), "ONE");
        phones.spawn(async move {
            phone.settle().await;
            (phone.contents("").len(), phone.seen.wrong)
        });
    }
    let mut most: f64 = 0.0;
    loop {
        most = most.max(metric(service.app.metrics(), "directpush_first_syncs"));
        while let Some(settled) = phones.try_join_next() {
            assert_eq!(settled.unwrap(), (40, Vec::new()));
        }
        if phones.is_empty() {
            break;
        }
        sleep(Duration::from_millis(2)).await;
    }
    assert!(most > 0.0 && most <= PLACES as f64, "{most} at once");
    let waited = metric(
        service.app.metrics(),
        "directpush_first_syncs_total{outcome=\"waited\"}",
    );
    assert!(waited > 0.0, "nobody had to wait");
    service.app.shutdown().await;
}
