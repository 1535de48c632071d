//! A relay that refuses, fails, or goes away.

use crate::house::House;
use crate::peer::{Peer, Script};
use crate::phone::{Phone, Told};

const MAIL: &str = "To: out@example.net\r\nSubject: Q1\r\n\r\nWords.\r\n";

fn status(code: &str) -> Told {
    Told::Status(code.to_owned())
}

fn header(text: &str, name: &str) -> String {
    let line = text.lines().find(|line| line.starts_with(name));
    line.unwrap_or_else(|| panic!("no {name} in:\n{text}"))
        .to_owned()
}

#[tokio::test]
async fn a_message_for_others_goes_to_the_relay_once() {
    let peer = Peer::start(Script::default()).await;
    let house = House::with_relay(peer.port());
    let phone = Phone::new(&house, "anna", "phone");
    let mime = "To: out@example.net\r\nCc: bo@example.org, list@example.org\r\nBcc: hidden@example.net\r\n\r\n.dot\r\n";
    assert_eq!(phone.send("1", mime).await, Told::Sent);
    assert_eq!(phone.send("1", mime).await, status("118"));
    let taken = peer.taken();
    assert_eq!(taken.len(), 1);
    // An address of ours that is nobody's is the relay's to know.
    let envelope = [
        "<anna@example.org>",
        "<out@example.net>",
        "<list@example.org>",
        "<hidden@example.net>",
    ];
    assert_eq!(taken[0].envelope, envelope);
    let text = String::from_utf8(taken[0].message.clone()).unwrap();
    assert!(text.ends_with("\r\n\r\n.dot\r\n"), "{text}");
    assert!(!text.contains("hidden"));
    assert_eq!(house.mails("bo", "").len(), 1);
    assert_eq!(house.mails("anna", ".Sent").len(), 1);
    assert_eq!(
        house
            .metric("directpush_sends_total{result=\"sent\",route=\"both\"}")
            .await,
        1
    );
}

#[tokio::test]
async fn who_is_refused_is_named_to_the_author() {
    let peer = Peer::start(Script {
        recipient: |address| match address {
            "<gone@example.net>" => "550 no such user",
            _ => "250 ok",
        },
        ..Script::default()
    })
    .await;
    let house = House::with_relay(peer.port());
    let phone = Phone::new(&house, "anna", "phone");
    let some = "To: gone@example.net, out@example.net\r\nSubject: Q2\r\n\r\nx\r\n";
    assert_eq!(phone.send("1", some).await, Told::Sent);
    let notes = house.mails("anna", "");
    assert_eq!(notes.len(), 1);
    for words in [
        "gone@example.net: not accepted (550)",
        "Action: failed",
        "report-type=",
        "Subject: Not delivered: Q2",
    ] {
        assert!(
            notes[0].1.contains(words),
            "{words} is not in:\n{}",
            notes[0].1
        );
    }
    assert!(!notes[0].1.contains("out@example.net: "));
    // Nobody else gets it: then it is no success, and there is no note.
    let none = "To: gone@example.net\r\n\r\nx\r\n";
    assert_eq!(phone.send("2", none).await, status("116"));
    // People here are not to miss it.
    let here = "To: gone@example.net, bo@example.org\r\n\r\nx\r\n";
    assert_eq!(phone.send("3", here).await, Told::Sent);
    assert_eq!(house.mails("bo", "").len(), 1);
    assert_eq!(house.mails("anna", "").len(), 2);
    assert_eq!(peer.taken().len(), 1);
}

#[tokio::test]
async fn what_the_relay_does_not_take_reaches_nobody_and_may_be_sent_again() {
    let script = Script::default();
    for script in [
        Script {
            greeting: "421 busy",
            ..script
        },
        Script {
            sender: "451 later",
            ..script
        },
        Script {
            recipient: |_| "451 later",
            ..script
        },
        Script {
            message: Some("451 later"),
            ..script
        },
        Script {
            message: Some("554 spam"),
            ..script
        },
        Script {
            message: None,
            ..script
        },
    ] {
        let peer = Peer::start(script).await;
        let house = House::with_relay(peer.port());
        let phone = Phone::new(&house, "anna", "phone");
        let mime = "To: out@example.net, bo@example.org\r\n\r\nx\r\n";
        for _ in 0..2 {
            // Never a success, and never a repeat: it did not go.
            assert_eq!(phone.send("1", mime).await, status("120"), "{script:?}");
        }
        assert_eq!(house.mails("bo", ""), []);
        assert_eq!(house.mails("anna", ".Sent"), []);
        assert_eq!(peer.taken().len(), 0);
    }
}

#[tokio::test]
async fn an_answer_that_was_lost_is_no_success_and_the_repeat_is_recognisable() {
    let lost = Peer::start(Script {
        message: None,
        ..Script::default()
    })
    .await;
    let mut house = House::with_relay(lost.port());
    let phone = Phone::new(&house, "anna", "phone");
    assert_eq!(phone.send("1", MAIL).await, status("120"));
    let first = lost.received();
    assert_eq!(phone.send("1", MAIL).await, status("120"));
    let both = lost.received();
    assert_eq!((first.len(), both.len()), (1, 2), "it is sent again");
    let text = |message: &[u8]| String::from_utf8(message.to_vec()).unwrap();
    let ids: Vec<String> = both
        .iter()
        .map(|one| header(&text(one), "Message-ID:"))
        .collect();
    assert_eq!(ids[0], ids[1], "readers can tell that it is the same");
    assert_eq!(house.mails("anna", ".Sent"), []);
    house.kill();
}
