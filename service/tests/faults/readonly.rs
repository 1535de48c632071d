//! What turns read-only, or takes no more writes, while the service runs: it is said, nothing is lost, and all is well once
//! it can be written again.

use std::process::Command;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::binary::Binary;
use crate::client::{Client, delete, set_flag};
use crate::disk::{until_ready_is, upload};
use crate::full::{CARDS, FOLDERS, Scene, add, made, rename, server};
use crate::media;
use crate::phone::LIMIT;
use crate::service::Place;

/// Has every write of a service into a file fail, whatever the file system. The kernel remounts no file system while
/// files on it are open for writing, as the store's are; one that it gives up after an error fails their writes like this.
fn refuse_writes(service: u32) {
    limit_files(service, "0:unlimited");
}

/// Takes that back.
fn allow_writes(service: u32) {
    limit_files(service, "unlimited:unlimited");
}

fn limit_files(service: u32, limits: &str) {
    let pid = format!("--pid={service}");
    media::run(Command::new("prlimit").args([&pid, &format!("--fsize={limits}")]));
}

/// What a Ping asks for is written down before it is parked.
async fn until_one_is_parked(binary: &Binary) {
    let began = Instant::now();
    loop {
        let (_, text) = binary.look("/metrics").await.unwrap();
        if text.contains("\ndirectpush_parked{kind=\"ping\"} 1\n") {
            return;
        }
        assert!(began.elapsed() < LIMIT, "it is never parked:\n{text}");
        sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_that_turns_read_only_is_read_on_and_written_later() {
    let mut scene = Scene::start().await;
    let ping = scene.client.ping(&FOLDERS, 480).await;
    let (cards, inbox) = (scene.cards(), scene.maildir.contents(""));
    let letter = scene.client.items["letter"].clone();
    let (flag, spam) = (
        set_flag(letter, true),
        delete(scene.client.items["spam"].clone()),
    );
    let change = rename(scene.client.items["Ann"].clone(), "Ann", "Low");
    scene.disk.remount("ro");
    for _ in 0..2 {
        for command in [&flag, &spam] {
            scene.upload_in_vain("", command.clone()).await;
        }
        for command in [&add("2", "Bea"), &change] {
            scene.upload_in_vain(CARDS, command.clone()).await;
        }
        let moved = scene.client.relocate("note", "", "Work").await;
        assert_eq!(moved.answers[0].status.code(), 7, "to be tried again");
        let folder = scene.client.make_folder("Travel").await;
        assert_eq!((folder.status.code(), folder.server_id), (6, None));
    }
    assert_eq!((scene.cards(), scene.maildir.contents("")), (cards, inbox));
    for folder in FOLDERS {
        scene.client.fetch(folder).await;
    }
    let mut other = Client::new(server(&scene.binary), "OTHER");
    other.set_up(&FOLDERS).await;
    assert_eq!(other.items.len(), 4, "{:?}", other.items);
    assert!(scene.binary.told().contains("Read-only file system"));
    assert_eq!(scene.binary.look("/readyz").await.unwrap().0, 200);
    scene.disk.remount("rw");
    for command in [flag, spam] {
        assert_eq!(scene.upload("", command).await, []);
    }
    let bea = made(&scene.upload(CARDS, add("2", "Bea")).await);
    assert_eq!(scene.upload(CARDS, change).await, []);
    let moved = scene.client.relocate("note", "", "Work").await;
    assert_eq!(moved.answers[0].status.code(), 3);
    assert_eq!(scene.client.make_folder("Travel").await.status.code(), 1);
    other.fetch(CARDS).await;
    assert_eq!((other.items["Bea"].clone(), scene.cards().len()), (bea, 2));
    scene.rings(ping, "bell").await;
    assert_eq!((scene.client.doubled, other.doubled), (0, 0));
    scene.binary.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_whose_medium_fails_sends_phones_away_and_heals_by_itself() {
    let place = Place::new(&["anna"]);
    let maildir = place.maildir("anna", &["", ".Work"]);
    maildir.deliver("", "letter");
    let disk = place.mail().with_file_name("disk");
    let (binary, _disk) = Binary::start_on_small_disk(&place, &disk, 8 << 20);
    let mut client = Client::new(server(&binary), "ONE");
    client.set_up(&["", "Work"]).await;
    let mut ping = client.ping(&["", "Work"], 480).await;
    until_one_is_parked(&binary).await;
    let key = client.key("");
    refuse_writes(binary.id());
    for _ in 0..3 {
        let refused = upload(&mut client, true).await;
        assert_eq!(refused.status, 503);
        let wait = refused.header("retry-after").unwrap();
        assert!(wait.parse::<u32>().unwrap() > 0);
    }
    until_ready_is(&binary, 503).await;
    // Nothing is done that cannot be written down.
    assert_eq!(maildir.contents("")["letter"], (false, false));
    maildir.deliver(".Work", "bell");
    allow_writes(binary.id());
    until_ready_is(&binary, 200).await;
    let told = ping.answer().await;
    assert_eq!(told.folders, [client.folder("Work")]);
    assert_eq!(client.key(""), key);
    let flag = set_flag(client.items["letter"].clone(), true);
    let done = client.sync("", vec![flag]).await.unwrap();
    assert_eq!((done.status.code(), done.responses.len()), (1, 0));
    assert_eq!(maildir.contents("")["letter"], (false, true));
    client.fetch("Work").await;
    assert!(client.items.contains_key("bell"));
    assert_eq!(client.doubled, 0);
    let log = binary.told();
    assert!(log.contains("the medium of the state store fails"), "{log}");
    binary.kill().await;
}
