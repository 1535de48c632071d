//! Ways in which mail programs put messages into a Maildir, mark and move them, and how soon and
//! how cheaply that is seen.

use std::fs::{self, File};
use std::io::Write;
use std::time::Instant;

use backends::contract::{Hand, Replica};
use backends::{FolderRef, Horizon, ItemRef, Mailbox, Marks, WatchEvent};

use crate::hand::{Home, inbox, make_maildir, write_message};

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_reported_at_once_and_told_without_a_listing() {
    let home = Home::new();
    let mut watch = home.mailbox().watch().await.unwrap();
    let mut replica = Replica::default();
    replica.refresh(&home.mailbox(), &inbox()).await.unwrap();
    let listings = home.store.stats().listings;
    let mut delays = Vec::new();
    for number in 1..=200 {
        let draft = home.root.join("tmp/x");
        write_message(&draft, 1_700_000_000, b"text");
        let begun = Instant::now();
        fs::rename(&draft, home.root.join(format!("new/{number}"))).unwrap();
        let event = Home::next(&mut watch).await;
        delays.push(begun.elapsed());
        assert_eq!(event, WatchEvent::Changed(inbox()));
        replica.refresh(&home.mailbox(), &inbox()).await.unwrap();
        assert_eq!(replica.items.len(), number);
    }
    assert_eq!(home.store.stats().listings, listings);
    delays.sort_unstable();
    // Half of them, because the machine may be busy with something else now and then.
    assert!(delays[100].as_millis() < 5, "{:?}", delays[100]);
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_moves_and_removals_are_told_without_a_listing() {
    let home = Home::new();
    let other = home.create_folder("Other").await.unwrap();
    let kept = home.deliver(&inbox(), 1, b"kept").await.unwrap();
    let _watch = home.mailbox().watch().await.unwrap();
    let mut replica = Replica::default();
    replica.refresh(&home.mailbox(), &inbox()).await.unwrap();
    let before = home.store.stats();
    let item = home.deliver(&inbox(), 2, b"one").await.unwrap();
    home.set_marks(&inbox(), &item, &Marks::default())
        .await
        .unwrap();
    home.relocate(&inbox(), &item, &other).await.unwrap();
    home.remove(&inbox(), &kept).await.unwrap();
    replica.refresh(&home.mailbox(), &inbox()).await.unwrap();
    assert!(replica.items.is_empty());
    let after = home.store.stats();
    assert_eq!(after.listings, before.listings);
    assert_eq!(after.journal_answers, before.journal_answers + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_linked_into_new_is_seen() {
    let home = Home::new();
    let mut watch = home.mailbox().watch().await.unwrap();
    let mut replica = Replica::default();
    replica.refresh(&home.mailbox(), &inbox()).await.unwrap();
    for number in 1..=20 {
        let draft = home.root.join("tmp/x");
        write_message(&draft, 1, b"text");
        fs::hard_link(&draft, home.root.join(format!("new/{number}"))).unwrap();
        fs::remove_file(&draft).unwrap();
        home.follow(&mut watch, &mut replica, |replica| {
            replica.items.len() == number
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_written_in_place_is_told_when_it_is_complete() {
    let home = Home::new();
    let mut watch = home.mailbox().watch().await.unwrap();
    let mut replica = Replica::default();
    replica.refresh(&home.mailbox(), &inbox()).await.unwrap();
    for number in 1..=20 {
        let mut file = File::create(home.root.join(format!("new/{number}"))).unwrap();
        replica.refresh(&home.mailbox(), &inbox()).await.unwrap();
        assert_eq!(replica.items.len(), number - 1, "told while it is empty");
        file.write_all(b"whole text").unwrap();
        drop(file);
        home.follow(&mut watch, &mut replica, |replica| {
            replica.items.len() == number
        })
        .await;
    }
    assert!(replica.items.values().all(|state| state.size == 10));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_with_two_files_is_one_item() {
    let home = Home::new();
    write_message(&home.root.join("new/twin"), 1, b"text");
    fs::hard_link(home.root.join("new/twin"), home.root.join("cur/twin:2,S")).unwrap();
    let _watch = home.mailbox().watch().await.unwrap();
    let mut replica = Replica::default();
    replica.refresh(&home.mailbox(), &inbox()).await.unwrap();
    let state = replica.items.values().next().unwrap().clone();
    assert_eq!((replica.items.len(), state.version.as_str()), (1, "S"));
    fs::remove_file(home.root.join("cur/twin:2,S")).unwrap();
    replica.refresh(&home.mailbox(), &inbox()).await.unwrap();
    assert_eq!(replica.items.len(), 1, "the other file is still there");
    replica.check(&home.mailbox(), &inbox()).await.unwrap();
    fs::hard_link(home.root.join("new/twin"), home.root.join("cur/twin:2,S")).unwrap();
    let item = ItemRef::new("twin");
    home.mailbox()
        .delete(&inbox(), &item, &state.version)
        .await
        .unwrap();
    replica.refresh(&home.mailbox(), &inbox()).await.unwrap();
    assert!(replica.items.is_empty(), "both files are removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn moving_from_new_to_cur_is_no_change() {
    let home = Home::new();
    let mut replica = Replica::default();
    let item = home.deliver(&inbox(), 1, b"text").await.unwrap();
    replica.refresh(&home.mailbox(), &inbox()).await.unwrap();
    let before = replica.items.clone();
    home.set_marks(&inbox(), &item, &Marks::default())
        .await
        .unwrap();
    replica.refresh(&home.mailbox(), &inbox()).await.unwrap();
    assert_eq!(replica.items, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_folder_is_not_listed_again() {
    let home = Home::new();
    home.deliver(&inbox(), 1, b"text").await.unwrap();
    let mailbox = home.mailbox();
    let folder = inbox();
    let listed = |before: u64| home.store.stats().listings - before;
    let mut token = None;
    for round in 0..3 {
        let before = home.store.stats().listings;
        let delta = mailbox.changes(&folder, token.as_ref(), Horizon::Everything);
        token = Some(delta.await.unwrap().token);
        assert_eq!(listed(before), u64::from(round == 0), "round {round}");
    }
    // Neither when the watch begins: the stamps vouch for the time before.
    let before = home.store.stats().listings;
    let _watch = mailbox.watch().await.unwrap();
    let delta = mailbox.changes(&folder, token.as_ref(), Horizon::Everything);
    delta.await.unwrap();
    assert_eq!(listed(before), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_directories_are_made_by_the_first_write_only() {
    let home = Home::new();
    let bare = FolderRef::new(".Bare");
    fs::create_dir_all(home.dir(&bare).join("cur")).unwrap();
    let mailbox = home.mailbox();
    let mut replica = Replica::default();
    replica.refresh(&mailbox, &bare).await.unwrap();
    assert!(!home.dir(&bare).join("tmp").exists());
    let item = home.deliver(&inbox(), 1, b"text").await.unwrap();
    let hint = backends::Version::new("");
    mailbox
        .relocate(&inbox(), &item, &hint, &bare)
        .await
        .unwrap();
    assert!(home.dir(&bare).join("tmp").exists());
    make_maildir(&home.dir(&bare)).unwrap();
    replica.refresh(&mailbox, &bare).await.unwrap();
    assert_eq!(replica.items.len(), 1);
}
