//! The store's disk is full, or may not be written, or its file is no store: said clearly, nothing is lost, and it
//! heals by itself.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use protocol::command::Body;
use protocol::command::sync::{SyncCollection, SyncRequest};
use protocol::device::Answer;
use tokio::time::sleep;

use crate::binary::Binary;
use crate::client::{Client, VERSION, set_flag};
use crate::media::Disk;
use crate::phone::LIMIT;
use crate::service::Place;
use crate::wire::Server;

/// Where the small file system is, as the service sees it.
fn disk(place: &Place) -> PathBuf {
    place.mail().with_file_name("disk")
}

async fn scene() -> (Place, Binary, Disk, Client) {
    let place = Place::new(&["anna"]);
    place.maildir("anna", &[""]).deliver("", "letter");
    let (binary, disk) = Binary::start_on_small_disk(&place, &disk(&place), 3 << 20);
    let mut client = Client::new(
        Server {
            address: binary.eas,
            account: "anna".to_owned(),
        },
        "ONE",
    );
    client.set_up(&[""]).await;
    (place, binary, disk, client)
}

/// Waits until operators see the status.
pub(crate) async fn until_ready_is(binary: &Binary, expected: u16) {
    let began = Instant::now();
    while binary.look("/readyz").await.unwrap().0 != expected {
        assert!(began.elapsed() < LIMIT, "/readyz is never {expected}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// Sends an upload; whatever comes of it.
pub(crate) async fn upload(client: &mut Client, flagged: bool) -> Answer {
    let item = client.items["letter"].clone();
    let mut collection = SyncCollection::new(client.folder(""), client.key(""));
    collection.commands = vec![set_flag(item, flagged)];
    let request = SyncRequest {
        collections: Some(vec![collection]),
        ..SyncRequest::default()
    };
    let body = request.to_element(VERSION);
    client.try_send("Sync", &body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_sends_phones_away_and_heals_by_itself() {
    let (place, binary, disk, mut client) = scene().await;
    disk.fill();
    // There may be room in the log still; each upload takes some of it.
    let began = Instant::now();
    let mut flagged = false;
    loop {
        flagged = !flagged;
        match upload(&mut client, flagged).await.status {
            200 => assert!(began.elapsed() < LIMIT, "the disk is never full"),
            503 => break,
            other => panic!("{other}"),
        }
    }
    until_ready_is(&binary, 503).await;
    disk.clear();
    until_ready_is(&binary, 200).await;
    // No key was lost: what was asked in vain is done now.
    client
        .sync("", vec![set_flag(client.items["letter"].clone(), true)])
        .await;
    place.maildir("anna", &[""]).deliver("", "later");
    while !client.items.contains_key("later") {
        assert!(began.elapsed() < LIMIT * 2);
        client.fetch("").await;
    }
    let contents = place.maildir("anna", &[""]).contents("");
    assert_eq!(contents["letter"], (false, true));
    assert_eq!(client.doubled, 0);
    binary.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_may_not_be_written_is_refused_in_clear_words() {
    let place = Place::new(&["anna"]);
    let binary = Binary::start(&place, "");
    binary.terminate();
    assert!(binary.ended().await.success());
    let said = Binary::refused_read_only(&place, &disk(&place));
    assert!(said.contains("may not be written"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_store_is_refused_in_clear_words() {
    let place = Place::new(&["anna"]);
    std::fs::write(place.state(), "This is a letter to my aunt. ".repeat(400)).unwrap();
    let said = Binary::refused(&place);
    assert!(said.contains("no state store"), "{said}");
    assert!(said.contains("state.db"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_in_use_is_refused_in_clear_words() {
    let place = Place::new(&["anna"]);
    let binary = Binary::start(&place, "");
    let said = Binary::refused(&place);
    assert!(said.contains("in use by another directpush"), "{said}");
    binary.kill().await;
    let again = Binary::start(&place, "");
    again.kill().await;
}
