//! The process is killed while a message is on its way: it is sent once, and kept once.

use crate::house::House;
use crate::peer::{Peer, Script};
use crate::phone::{Phone, Told};

const MAIL: &str = "To: out@example.net, bo@example.org\r\nSubject: once\r\n\r\nWords.\r\n";

fn went(told: &Told) -> bool {
    *told == Told::Sent || *told == Told::Status("118".to_owned())
}

#[tokio::test]
async fn killed_between_the_dot_and_the_answer_it_counts_as_sent() {
    let peer = Peer::start(Script {
        mute: true,
        ..Script::default()
    })
    .await;
    let mut house = House::with_relay(peer.port());
    let phone = Phone::new(&house, "anna", "phone");
    let request = phone.begin("1", MAIL).await;
    peer.until_taken(1).await;
    house.kill();
    drop(request);
    assert_eq!(
        house.mails("anna", ".Sent"),
        [],
        "it was killed before the copy"
    );
    house.open();
    let phone = Phone::new(&house, "anna", "phone");
    assert_eq!(phone.send("1", MAIL).await, Told::Sent);
    assert_eq!(phone.send("1", MAIL).await, Told::Status("118".to_owned()));
    assert_eq!(peer.taken().len(), 1, "no second mail");
    assert_eq!(house.mails("bo", "").len(), 1);
    assert_eq!(house.mails("anna", ".Sent").len(), 1);
    assert_eq!(house.metric("directpush_sends_in_doubt_total").await, 1);
    let log = crate::house::read(&house.path("log"));
    assert!(log.contains("in doubt"), "{log}");
}

#[tokio::test]
async fn killed_before_the_dot_it_is_sent_by_the_repeat() {
    // The last line of the message has no end yet: the peer never sees one.
    let slow = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut house = House::with_relay(slow.local_addr().unwrap().port());
    let phone = Phone::new(&house, "anna", "phone");
    let request = phone.begin("1", MAIL).await;
    let (silent, _) = slow.accept().await.unwrap();
    house.kill();
    drop((request, silent, slow));
    let peer = Peer::start(Script::default()).await;
    house.move_relay(peer.port());
    house.open();
    let phone = Phone::new(&house, "anna", "phone");
    assert_eq!(phone.send("1", MAIL).await, Told::Sent);
    assert_eq!((peer.taken().len(), house.mails("bo", "").len()), (1, 1));
    assert_eq!(house.metric("directpush_sends_in_doubt_total").await, 0);
}

/// At any moment after the relay has it: before its answer is read, between that and the mailboxes, before the copy,
/// after all of it.
#[tokio::test]
async fn killed_at_any_moment_it_is_sent_once_and_kept_once() {
    for turns in [0, 1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000] {
        let peer = Peer::start(Script::default()).await;
        let mut house = House::with_relay(peer.port());
        let phone = Phone::new(&house, "anna", "phone");
        let request = phone.begin("1", MAIL).await;
        peer.until_taken(1).await;
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
        house.kill();
        drop(request);
        house.open();
        let phone = Phone::new(&house, "anna", "phone");
        let told = phone.send("1", MAIL).await;
        assert!(went(&told), "{turns}: {told:?}");
        assert_eq!(peer.taken().len(), 1, "{turns}: mails at the relay");
        assert_eq!(house.mails("bo", "").len(), 1, "{turns}: mails here");
        assert_eq!(house.mails("anna", ".Sent").len(), 1, "{turns}: copies");
    }
}
