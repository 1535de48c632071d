//! Disks that are full when a message is sent: no success for one that did not go, and no second one.

use protocol::command::SyncKeyText;
use protocol::command::folder_sync::FolderType;

use crate::house::House;
use crate::peer::{Peer, Script};
use crate::phone::{Phone, Told};
use crate::replies::{ORIGINAL, reply};

/// Both users' mail is on a small disk of its own.
fn house(port: Option<u16>) -> House {
    let relay = port.map_or(String::new(), crate::house::relay_at);
    let house = House::start_with_disks(&relay, &["anna", "bo"]);
    house.make_mailbox("anna");
    house.make_mailbox("bo");
    house
}

fn fill(house: &House, user: &str) {
    let disk = house.disk(user);
    disk.fill();
    disk.crowd();
}

fn failed() -> Told {
    Told::Status("120".to_owned())
}

fn repeat() -> Told {
    Told::Status("118".to_owned())
}

const MAIL: &str = "To: bo@example.org\r\nSubject: Q\r\n\r\nWords.\r\n";

#[tokio::test]
async fn a_mailbox_without_room_gets_the_message_once_there_is_room() {
    let house = house(None);
    let phone = Phone::new(&house, "anna", "phone");
    // Room for a name, but for no content; then for nothing.
    house.disk("bo").fill();
    assert_eq!(phone.send("1", MAIL).await, failed());
    house.disk("bo").crowd();
    assert_eq!(phone.send("1", MAIL).await, failed());
    assert_eq!(house.mails("bo", ""), []);
    assert_eq!(house.mails("anna", ".Sent"), [], "it did not go");
    let log = crate::house::read(&house.path("log"));
    assert!(log.contains("message not delivered here"), "{log}");
    assert!(log.contains("No space left on device"), "{log}");
    house.disk("bo").clear();
    assert_eq!(phone.send("1", MAIL).await, Told::Sent);
    assert_eq!(phone.send("1", MAIL).await, repeat());
    assert_eq!(house.mails("bo", "").len(), 1);
    assert_eq!(house.mails("anna", ".Sent").len(), 1);
}

#[tokio::test]
async fn a_reply_that_nobody_got_is_no_success_when_its_original_goes() {
    let house = house(None);
    house.deliver("1700000000.one", ORIGINAL);
    let phone = Phone::new(&house, "anna", "phone");
    let inbox = phone.folder(FolderType::Inbox).await;
    let (_, items) = phone.sync(&inbox, SyncKeyText::initial()).await;
    fill(&house, "bo");
    let request = reply(&inbox, &items[0], "1", false);
    assert_eq!(phone.compose("SmartReply", &request).await, failed());
    std::fs::remove_file(house.disk("anna").path().join("new/1700000000.one")).unwrap();
    house.disk("bo").clear();
    let gone = Told::Status("150".to_owned());
    assert_eq!(phone.compose("SmartReply", &request).await, gone);
    assert_eq!(house.mails("bo", ""), []);
}

#[tokio::test]
async fn a_mailbox_that_is_read_only_gets_the_message_later() {
    let house = house(None);
    let phone = Phone::new(&house, "anna", "phone");
    house.disk("bo").remount("ro");
    assert_eq!(phone.send("1", MAIL).await, failed());
    house.disk("bo").remount("rw");
    assert_eq!(phone.send("1", MAIL).await, Told::Sent);
    assert_eq!(house.mails("bo", "").len(), 1);
}

#[tokio::test]
async fn without_room_for_the_copy_the_message_goes_and_goes_once() {
    let peer = Peer::start(Script::default()).await;
    let house = house(Some(peer.port()));
    let phone = Phone::new(&house, "anna", "phone");
    fill(&house, "anna");
    let mime = "To: bo@example.org, out@example.net\r\nSubject: Q\r\n\r\nWords.\r\n";
    assert_eq!(phone.send("1", mime).await, Told::Sent);
    assert_eq!((house.mails("bo", "").len(), peer.taken().len()), (1, 1));
    assert_eq!(house.mails("anna", ".Sent"), []);
    let series = "directpush_sent_copies_failed_total";
    assert_eq!(house.metric(series).await, 1);
    // Bo has filed it by the time that the phone, which did not get the answer, asks again.
    let (name, _) = house.mails("bo", "").remove(0);
    let inbox = house.disk("bo").path();
    std::fs::rename(inbox.join("cur").join(&name), inbox.join(&name)).unwrap();
    assert_eq!(phone.send("1", mime).await, Told::Sent);
    assert_eq!((house.mails("bo", "").len(), peer.taken().len()), (0, 1));
    house.disk("anna").clear();
    // The repeat brings the copy.
    assert_eq!(phone.send("1", mime).await, Told::Sent);
    assert_eq!(house.mails("anna", ".Sent").len(), 1);
    assert_eq!(phone.send("1", mime).await, repeat());
    assert_eq!((house.mails("bo", "").len(), peer.taken().len()), (0, 1));
}
