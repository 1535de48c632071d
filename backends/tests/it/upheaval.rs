//! Directories that vanish, move and come back under a running watch.

use std::fs;

use backends::contract::{Hand, PATIENCE, Replica};
use backends::{FolderRef, Horizon, Kind, Mailbox, WatchEvent};
use tokio::time::timeout;

use crate::hand::{Home, inbox, make_maildir, write_message};

#[tokio::test(flavor = "multi_thread")]
async fn a_root_that_vanishes_ends_the_watch_and_is_unavailable() {
    let home = Home::new();
    let mut watch = home.mailbox().watch().await.unwrap();
    fs::remove_dir_all(&home.root).unwrap();
    let error = timeout(PATIENCE, async {
        loop {
            if let Err(error) = watch.next().await {
                return error;
            }
        }
    });
    assert_eq!(error.await.unwrap().kind(), Kind::Unavailable);
    let mailbox = home.mailbox();
    let changes = mailbox.changes(&inbox(), None, Horizon::Everything).await;
    assert_eq!(changes.unwrap_err().kind(), Kind::Unavailable);
    assert_eq!(
        mailbox.folders().await.unwrap_err().kind(),
        Kind::Unavailable
    );
    assert_eq!(mailbox.watch().await.unwrap_err().kind(), Kind::Unavailable);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_root_that_is_swapped_is_compared_anew() {
    let home = Home::new();
    let restored = home.root.with_file_name("restored");
    make_maildir(&restored).unwrap();
    write_message(&restored.join("new/one"), 1, b"text");
    home.deliver(&inbox(), 1, b"text").await.unwrap();
    let mut watch = home.mailbox().watch().await.unwrap();
    let mut replica = Replica::default();
    replica.refresh(&home.mailbox(), &inbox()).await.unwrap();
    fs::rename(&home.root, home.root.with_file_name("old")).unwrap();
    fs::rename(&restored, &home.root).unwrap();
    // The watch may look while there is no root, and then ends; its owner begins anew.
    match timeout(PATIENCE, watch.next()).await.unwrap() {
        Ok(event) => assert_eq!(event, WatchEvent::Gap),
        Err(error) => {
            assert_eq!(error.kind(), Kind::Unavailable);
            watch = home.mailbox().watch().await.unwrap();
        }
    }
    replica.refresh(&home.mailbox(), &inbox()).await.unwrap();
    assert_eq!(replica.items.keys().next().unwrap().as_str(), "one");
    write_message(&home.root.join("new/two"), 1, b"text");
    home.follow(&mut watch, &mut replica, |replica| replica.items.len() == 2)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_that_gets_its_directories_late_is_followed() {
    let home = Home::new();
    for part in ["tmp", "new", "cur"] {
        fs::remove_dir(home.root.join(part)).unwrap();
    }
    let mut watch = home.mailbox().watch().await.unwrap();
    let mut replica = Replica::default();
    replica.refresh(&home.mailbox(), &inbox()).await.unwrap();
    assert!(replica.items.is_empty());
    make_maildir(&home.root).unwrap();
    // In a directory that is new, before anybody can have watched it.
    write_message(&home.root.join("cur/one:2,S"), 1, b"text");
    home.follow(&mut watch, &mut replica, |replica| replica.items.len() == 1)
        .await;
    home.deliver(&inbox(), 1, b"text").await.unwrap();
    home.follow(&mut watch, &mut replica, |replica| replica.items.len() == 2)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_is_swapped_is_listed() {
    let home = Home::new();
    home.deliver(&inbox(), 1, b"text").await.unwrap();
    let mut watch = home.mailbox().watch().await.unwrap();
    let mut replica = Replica::default();
    replica.refresh(&home.mailbox(), &inbox()).await.unwrap();
    fs::rename(home.root.join("new"), home.root.join("aside")).unwrap();
    home.follow(&mut watch, &mut replica, |replica| replica.items.is_empty())
        .await;
    fs::rename(home.root.join("aside"), home.root.join("new")).unwrap();
    home.follow(&mut watch, &mut replica, |replica| replica.items.len() == 1)
        .await;
    home.deliver(&inbox(), 1, b"text").await.unwrap();
    home.follow(&mut watch, &mut replica, |replica| replica.items.len() == 2)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_that_swap_their_names_are_not_mixed_up() {
    let home = Home::new();
    let mailbox = home.mailbox();
    let (one, two) = (FolderRef::new(".One"), FolderRef::new(".Two"));
    for (folder, count) in [(&one, 1), (&two, 2)] {
        make_maildir(&home.dir(folder)).unwrap();
        for _ in 0..count {
            home.deliver(folder, 1, b"text").await.unwrap();
        }
    }
    let mut watch = mailbox.watch().await.unwrap();
    let (mut first, mut second) = (Replica::default(), Replica::default());
    first.refresh(&mailbox, &one).await.unwrap();
    second.refresh(&mailbox, &two).await.unwrap();
    let aside = home.root.join(".Aside");
    fs::rename(home.dir(&one), &aside).unwrap();
    fs::rename(home.dir(&two), home.dir(&one)).unwrap();
    fs::rename(&aside, home.dir(&two)).unwrap();
    first.refresh(&mailbox, &one).await.unwrap();
    second.refresh(&mailbox, &two).await.unwrap();
    assert_eq!((first.items.len(), second.items.len()), (2, 1));
    let item = home.deliver(&one, 1, b"text").await.unwrap();
    while !first.items.contains_key(&item) {
        Home::next(&mut watch).await;
        first.refresh(&mailbox, &one).await.unwrap();
    }
    assert_eq!(first.items.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planted_link_is_no_message_and_no_folder() {
    let home = Home::new();
    let secret = home.root.with_file_name("secret");
    make_maildir(&secret).unwrap();
    fs::write(secret.join("cur/one:2,"), "secret").unwrap();
    std::os::unix::fs::symlink(secret.join("cur/one:2,"), home.root.join("cur/link:2,")).unwrap();
    std::os::unix::fs::symlink(&secret, home.root.join(".Link")).unwrap();
    let mailbox = home.mailbox();
    assert_eq!(mailbox.folders().await.unwrap().len(), 1);
    let mut replica = Replica::default();
    replica.refresh(&mailbox, &inbox()).await.unwrap();
    assert!(replica.items.is_empty());
    let item = backends::ItemRef::new("link");
    let hint = backends::Version::new("");
    let read = mailbox.fetch(&inbox(), &item, &hint).await;
    assert_eq!(read.unwrap_err().kind(), Kind::NotFound);
}
