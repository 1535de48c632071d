//! An account of parts, of which some are down.

use std::fs;
use std::sync::Arc;

use backends::composite::Composite;
use backends::contract::{Hand, PATIENCE};
use backends::local::{LocalOptions, LocalStore};
use backends::{
    Class, Field, FolderRef, Kind, Mailbox, Question, Role, Term, Version, Watch, WatchEvent,
    WatchMode,
};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::hand::{inbox, make_maildir};
use crate::shelf::{PREFIX, Shelf};

async fn next(watch: &mut Watch) -> WatchEvent {
    timeout(PATIENCE, watch.next()).await.unwrap().unwrap()
}

async fn until(watch: &mut Watch, wanted: &WatchEvent) {
    while next(watch).await != *wanted {}
}

fn contacts() -> FolderRef {
    FolderRef::new(format!("{PREFIX}contacts"))
}

#[tokio::test]
async fn folders_of_each_part_have_their_own_names() {
    let shelf = Shelf::with(LocalOptions::default(), PREFIX);
    let account = shelf.composite();
    let listed = account.folders().await.unwrap();
    let shown: Vec<_> = listed
        .iter()
        .map(|folder| (folder.reference.as_str(), folder.class, folder.role))
        .collect();
    assert_eq!(
        shown,
        [
            ("", Class::Email, Role::Inbox),
            ("\u{1}contacts/contacts", Class::Contacts, Role::Default),
        ]
    );
    let card = shelf.deliver(&contacts(), 0, b"card").await.unwrap();
    let moved = account
        .relocate(&contacts(), &card, &Version::new(""), &inbox())
        .await;
    assert_eq!(moved.unwrap_err().kind(), Kind::Refused);
    let calendar = account.provide(Class::Calendar, Role::Default).await;
    assert_eq!(calendar.unwrap_err().kind(), Kind::Refused);
    let below = account
        .create_folder(Some(&inbox()), "Work", Class::Contacts)
        .await;
    assert_eq!(below.unwrap_err().kind(), Kind::Refused);
    let made = account.create_folder(None, "Work", Class::Contacts).await;
    assert_eq!(made.unwrap().reference.as_str(), "\u{1}contacts/Work");
}

#[tokio::test]
async fn a_part_that_is_missing_is_said_to_be_and_stops_nobody() {
    let shelf = Shelf::with(LocalOptions::default(), PREFIX);
    let account = shelf.composite();
    fs::remove_dir_all(&shelf.root).unwrap();
    // Address books that nobody has made yet are no fault.
    let survey = account.survey().await.unwrap();
    assert_eq!(survey.missing, [Class::Contacts]);
    assert_eq!(survey.folders.len(), 1);
    assert_eq!(account.folders().await.unwrap(), survey.folders);
    let mut watch = account.watch().await.unwrap();
    assert_eq!(watch.mode(), WatchMode::Push);
    shelf.home.deliver(&inbox(), 0, b"x").await.unwrap();
    until(&mut watch, &WatchEvent::Changed(inbox())).await;
    let made = account.provide(Class::Contacts, Role::Default).await;
    assert_eq!(made.unwrap().reference, contacts());
    until(&mut watch, &WatchEvent::Gap).await;
    // The mail goes, and the address books go on.
    fs::remove_dir_all(&shelf.home.root).unwrap();
    let survey = account.survey().await.unwrap();
    assert_eq!(survey.missing, [Class::Email]);
    assert_eq!(survey.folders.len(), 1);
    let listed = account.folders().await;
    assert_eq!(listed.unwrap_err().kind(), Kind::Unavailable);
    until(&mut watch, &WatchEvent::Gap).await;
    assert!(matches!(watch.mode(), WatchMode::Poll { .. }));
    shelf.deliver(&contacts(), 0, b"card").await.unwrap();
    until(&mut watch, &WatchEvent::Changed(contacts())).await;
    make_maildir(&shelf.home.root).unwrap();
    until(&mut watch, &WatchEvent::Gap).await;
    assert_eq!(watch.mode(), WatchMode::Push);
    shelf.home.deliver(&inbox(), 0, b"x").await.unwrap();
    until(&mut watch, &WatchEvent::Changed(inbox())).await;
}

#[tokio::test]
async fn without_any_part_there_is_an_error() {
    let shelf = Shelf::with(LocalOptions::default(), PREFIX);
    let account = shelf.composite();
    fs::remove_dir_all(&shelf.root).unwrap();
    fs::remove_dir_all(&shelf.home.root).unwrap();
    let survey = account.survey().await;
    assert_eq!(survey.unwrap_err().kind(), Kind::Unavailable);
}

#[tokio::test]
async fn a_watch_that_dies_again_and_again_ends_nobody_elses() {
    let shelf = Shelf::new();
    let (store, driver) = LocalStore::new(LocalOptions::default());
    let stop = CancellationToken::new();
    let mut tasks = JoinSet::new();
    tasks.spawn(driver.run(stop.clone()));
    let books = Arc::new(store.address_books(&shelf.root));
    let mail = Arc::new(shelf.home.mailbox());
    let account = Composite::new(mail).with("contacts", &[Class::Contacts], books);
    let mut watch = account.watch().await.unwrap();
    assert_eq!(watch.mode(), WatchMode::Push);
    stop.cancel();
    until(&mut watch, &WatchEvent::Gap).await;
    assert!(matches!(watch.mode(), WatchMode::Poll { .. }));
    // It is begun again, dies again, and the mail is told of all the while.
    for _ in 0..2 {
        shelf.home.deliver(&inbox(), 0, b"x").await.unwrap();
        until(&mut watch, &WatchEvent::Changed(inbox())).await;
        until(&mut watch, &WatchEvent::Gap).await;
    }
}

#[tokio::test]
async fn what_cannot_be_searched_stops_nobody() {
    let shelf = Shelf::with(LocalOptions::default(), PREFIX);
    let account = shelf.composite();
    shelf
        .home
        .deliver(&inbox(), 0, b"Subject: hay\n\n")
        .await
        .unwrap();
    shelf.deliver(&contacts(), 0, b"hay").await.unwrap();
    let question = |folders: &[FolderRef]| Question {
        folders: folders.to_vec(),
        terms: vec![Term {
            field: Field::Any,
            text: "hay".to_owned(),
        }],
        most: 10,
        ..Question::default()
    };
    let found = account.search(&question(&[contacts(), inbox()])).await;
    let found = found.unwrap();
    let places: Vec<_> = found.hits.iter().map(|hit| &hit.folder).collect();
    assert_eq!((places, found.complete), (vec![&inbox()], true));
    let refused = account.search(&question(&[contacts()])).await;
    assert_eq!(refused.unwrap_err().kind(), Kind::Refused);
}
