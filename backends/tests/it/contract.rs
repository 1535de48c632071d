//! The local backend keeps the contract, watched and polled.

use std::time::Duration;

use backends::WatchMode;
use backends::contract::{Case, cases};
use backends::local::LocalOptions;
use tokio::time::timeout;

use crate::hand::Home;

async fn run(name: &str, case: Case, home: &std::sync::Arc<Home>) {
    let done = timeout(Duration::from_secs(120), case(home.bench())).await;
    done.unwrap_or_else(|_| panic!("{name}: hangs"))
        .unwrap_or_else(|error| panic!("{name}: {error}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_local_backend_keeps_the_contract() {
    for (name, case) in cases() {
        run(name, case, &Home::new()).await;
    }
}

#[tokio::test]
async fn it_keeps_it_on_one_thread() {
    for (name, case) in cases() {
        run(name, case, &Home::new()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_it_with_a_journal_that_is_too_short() {
    for (name, case) in cases() {
        let options = LocalOptions {
            journal_max: 1,
            ..LocalOptions::default()
        };
        run(name, case, &Home::with(options)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_it_while_no_watch_is_granted() {
    for (name, case) in cases() {
        let options = LocalOptions {
            poll_every: Duration::from_millis(20),
            watches_max: 0,
            ..LocalOptions::default()
        };
        let home = Home::with(options);
        let watch = backends::Mailbox::watch(&home.mailbox()).await.unwrap();
        assert!(matches!(watch.mode(), WatchMode::Poll { .. }));
        drop(watch);
        run(name, case, &home).await;
    }
}
