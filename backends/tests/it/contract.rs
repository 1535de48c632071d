//! Every backend keeps the contract, watched and polled: Maildirs, vdirs, and accounts of both.

use std::sync::Arc;
use std::time::Duration;

use backends::WatchMode;
use backends::contract::{Bench, Case, cases};
use backends::local::LocalOptions;
use tokio::time::timeout;

use crate::hand::Home;
use crate::shelf::{PREFIX, Shelf};

async fn run(name: &str, case: Case, bench: Bench) {
    let done = timeout(Duration::from_secs(120), case(bench)).await;
    done.unwrap_or_else(|_| panic!("{name}: hangs"))
        .unwrap_or_else(|error| panic!("{name}: {error}"));
}

/// Every case on a Maildir and on a vdir with these settings.
async fn both(options: &LocalOptions) {
    for (name, case) in cases() {
        run(name, case, Home::with(options.clone()).bench()).await;
        let shelf = Shelf::with(options.clone(), "");
        run(name, case, shelf.bench()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_local_backends_keep_the_contract() {
    both(&LocalOptions::default()).await;
}

#[tokio::test]
async fn they_keep_it_on_one_thread() {
    both(&LocalOptions::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn they_keep_it_with_a_journal_that_is_too_short() {
    both(&LocalOptions {
        journal_max: 1,
        ..LocalOptions::default()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn they_keep_it_while_no_watch_is_granted() {
    let options = LocalOptions {
        poll_every: Duration::from_millis(20),
        watches_max: 0,
        ..LocalOptions::default()
    };
    let home = Home::with(options.clone());
    let watch = backends::Mailbox::watch(&home.mailbox()).await.unwrap();
    assert!(matches!(watch.mode(), WatchMode::Poll { .. }));
    drop(watch);
    both(&options).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn vdirs_keep_it_while_nothing_is_remembered() {
    for (name, case) in cases() {
        let options = LocalOptions {
            vdir_files_max: 0,
            ..LocalOptions::default()
        };
        run(name, case, Shelf::with(options, "").bench()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_of_parts_keep_it_for_each_part() {
    for (name, case) in cases() {
        let shelf = Shelf::with(LocalOptions::default(), PREFIX);
        run(name, case, shelf.bench()).await;
        let shelf = Shelf::new();
        let mail = Bench {
            mailbox: Arc::new(shelf.composite()),
            ..shelf.home.bench()
        };
        run(name, case, mail).await;
    }
}
