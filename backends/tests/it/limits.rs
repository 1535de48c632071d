//! When the kernel grants no more watches, or loses events.

use std::fs;
use std::time::Duration;

use backends::contract::{Hand, Replica};
use backends::local::{LocalOptions, LocalStore};
use backends::{Kind, Mailbox, WatchEvent, WatchMode};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::hand::{Home, inbox, make_maildir, write_message};

const EVERY: Duration = Duration::from_millis(20);

fn tight(watches_max: usize) -> LocalOptions {
    LocalOptions {
        poll_every: EVERY,
        watches_max,
        ..LocalOptions::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_watches_a_mailbox_is_polled_and_watched_again_when_there_are_some() {
    let home = Home::with(tight(3));
    let second = home.root.with_file_name("second");
    make_maildir(&second).unwrap();
    let first = home.mailbox().watch().await.unwrap();
    assert_eq!(first.mode(), WatchMode::Push);
    let mut watch = home.store.mailbox(&second).watch().await.unwrap();
    assert_eq!(watch.mode(), WatchMode::Poll { every: EVERY });
    let stats = home.store.stats();
    assert_eq!((stats.pushing, stats.polling), (1, 1));
    assert!(stats.limits > 0);
    write_message(&second.join("new/one"), 1, b"text");
    while Home::next(&mut watch).await != WatchEvent::Changed(inbox()) {}
    drop(first);
    // Looks at a folder that changed a moment ago are repeated; the gap comes with the watches.
    while Home::next(&mut watch).await != WatchEvent::Gap {}
    assert_eq!(watch.mode(), WatchMode::Push);
    let stats = home.store.stats();
    assert_eq!((stats.pushing, stats.polling, stats.watches), (1, 0, 3));
    write_message(&second.join("new/two"), 1, b"text");
    assert_eq!(Home::next(&mut watch).await, WatchEvent::Changed(inbox()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_folder_beyond_the_limit_turns_watching_into_polling() {
    let home = Home::with(tight(4));
    let mut watch = home.mailbox().watch().await.unwrap();
    assert_eq!(watch.mode(), WatchMode::Push);
    home.create_folder("Many").await.unwrap();
    while Home::next(&mut watch).await != WatchEvent::Gap {}
    assert_eq!(watch.mode(), WatchMode::Poll { every: EVERY });
    let mut replica = Replica::default();
    replica.refresh(&home.mailbox(), &inbox()).await.unwrap();
    home.deliver(&inbox(), 1, b"text").await.unwrap();
    home.follow(&mut watch, &mut replica, |replica| replica.items.len() == 1)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overflow_of_events_is_a_gap_and_makes_tokens_void() {
    const FILES: usize = 10_000;
    let home = Home::new();
    // A store whose driver does not run yet reads no events, so the kernel's queue fills up.
    let (store, driver) = LocalStore::new(LocalOptions::default());
    let mailbox = store.mailbox(&home.root);
    let mut watch = mailbox.watch().await.unwrap();
    let mut replica = Replica::default();
    replica.refresh(&mailbox, &inbox()).await.unwrap();
    write_message(&home.root.join("tmp/x"), 1, b"text");
    for number in 0..FILES {
        let new = home.root.join(format!("new/{number}"));
        fs::hard_link(home.root.join("tmp/x"), &new).unwrap();
        fs::rename(new, home.root.join(format!("cur/{number}:2,S"))).unwrap();
    }
    home.create_folder("Unseen").await.unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(driver.run(CancellationToken::new()));
    while Home::next(&mut watch).await != WatchEvent::Gap {}
    assert_eq!(store.stats().overflows, 1);
    assert_eq!(watch.mode(), WatchMode::Push);
    replica.refresh(&mailbox, &inbox()).await.unwrap();
    assert_eq!(replica.items.len(), FILES);
    // Folders whose making was lost are watched too.
    let unseen = backends::FolderRef::new(".Unseen");
    home.deliver(&unseen, 1, b"text").await.unwrap();
    while Home::next(&mut watch).await != WatchEvent::Changed(unseen.clone()) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_that_nobody_holds_costs_nothing() {
    let home = Home::new();
    home.create_folder("Other").await.unwrap();
    let one = home.mailbox().watch().await.unwrap();
    let two = home.mailbox().watch().await.unwrap();
    assert_eq!(home.store.stats().watches, 6);
    drop(one);
    let mut replica = Replica::default();
    replica.refresh(&home.mailbox(), &inbox()).await.unwrap();
    assert_eq!(home.store.stats().watches, 6);
    drop(two);
    // A question gives back what is not needed any more, if the driver has not yet done it.
    replica.refresh(&home.mailbox(), &inbox()).await.unwrap();
    while home.store.stats().watches > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(home.store.stats().pushing, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_driver_ends_the_watches_end() {
    let home = Home::new();
    let (store, driver) = LocalStore::new(LocalOptions::default());
    let stop = CancellationToken::new();
    let mut tasks = JoinSet::new();
    tasks.spawn(driver.run(stop.clone()));
    let mut watch = store.mailbox(&home.root).watch().await.unwrap();
    stop.cancel();
    tasks.join_all().await;
    assert_eq!(watch.next().await.unwrap_err().kind(), Kind::Unavailable);
}
