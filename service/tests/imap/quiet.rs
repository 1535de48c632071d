//! A phone that waits and comes back after each heartbeat asks nothing of the mail server.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::client::Client;
use crate::house::{House, Plan, Source};
use crate::phone::LIMIT;
use crate::tap::Asked;

/// Folders that the phone waits for.
const FOLDERS: [&str; 3] = ["", "Work", "Sent"];

/// Heartbeats of a second.
const HEARTBEATS: u32 = 6;

/// Nothing was asked for so long: what had begun is over. Looks are two seconds apart.
const QUIET: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread")]
async fn a_heartbeat_asks_nothing_of_the_server() {
    // At once, since they do nothing but wait.
    let (hook, idle, hibernating, notify) = tokio::join!(
        heartbeats(Source::Hook),
        heartbeats(Source::Idle),
        heartbeats(Source::Hibernating),
        heartbeats(Source::Notify),
    );
    assert_eq!((hook, idle, hibernating), (vec![], vec![], vec![]));
    // The connection is asked every twenty seconds, whoever waits.
    assert!(notify.len() <= 1, "{notify:?}");
    let is_noop = |one: &Asked| one.command == "NOOP";
    assert!(notify.iter().all(is_noop), "{notify:?}");
}

/// What is asked of the server while heartbeats end one after the other. Looks are an hour apart.
async fn heartbeats(source: Source) -> Vec<Asked> {
    let mut plan = Plan::new(source);
    plan.imap = "sweep_s = 3600\nidle_connections_max = 8\n".to_owned();
    plan.more = "[push]\nheartbeat_min_s = 1\n".to_owned();
    let house = House::start(plan).await;
    house.other("anna").await.make("Work").await;
    house.deliver("anna", "first").await;
    let mut client = house.client("anna", "QUIET");
    client.set_up(&FOLDERS).await;
    let first = client.ping(&FOLDERS, 480).await;
    house.watched(1, 1).await;
    house.listened_to(&FOLDERS).await;
    until_quiet(&house).await;
    drop(first);
    house.tap.forget();
    for _ in 0..HEARTBEATS {
        heartbeat(&client).await;
    }
    let asked = house.tap.asked();
    // It would have been told of something.
    let mut last = client.ping(&FOLDERS, 480).await;
    house.deliver("anna", "second").await;
    assert_eq!(last.answer().await.folders, [client.folder("")]);
    client.fetch("").await;
    assert!(client.items.contains_key("second"));
    asked
}

async fn heartbeat(client: &Client) {
    let told = client.ping(&FOLDERS, 1).await.answer().await;
    assert_eq!((told.status.code(), told.folders.len()), (1, 0));
}

/// Waits until nothing has been asked for a while.
async fn until_quiet(house: &House) {
    let began = Instant::now();
    loop {
        let before = house.tap.asked().len();
        sleep(QUIET).await;
        if house.tap.asked().len() == before {
            return;
        }
        assert!(began.elapsed() < LIMIT, "{:?}", house.tap.asked());
    }
}
