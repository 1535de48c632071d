//! Mail between people here, and what becomes of a message on its way.

use std::time::Duration;

use protocol::command::SyncKeyText;
use protocol::command::folder_sync::FolderType;
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use crate::house::House;
use crate::peer::{Peer, Script};
use crate::phone::{Phone, Told, woken};

fn mail(to: &str, subject: &str) -> String {
    format!("From: anna@example.org\nTo: {to}\nSubject: {subject}\n\nWords.\n")
}

fn status(code: &str) -> Told {
    Told::Status(code.to_owned())
}

#[tokio::test]
async fn mail_to_a_neighbour_wakes_them_and_the_authors_other_devices() {
    let house = House::start("");
    let (phone, tablet) = (
        Phone::new(&house, "anna", "phone"),
        Phone::new(&house, "anna", "tablet"),
    );
    let bo = Phone::new(&house, "bo", "phone");
    // The first message makes what is missing.
    assert_eq!(
        phone.send("0", &mail("bo@example.org", "zero")).await,
        Told::Sent
    );
    let inbox = bo.folder(FolderType::Inbox).await;
    let (_, there) = bo.sync(&inbox, SyncKeyText::initial()).await;
    assert_eq!(there.len(), 1);
    let sent = phone.folder(FolderType::SentItems).await;
    assert_eq!(tablet.folder(FolderType::SentItems).await, sent);
    let (key, _) = phone.sync(&sent, SyncKeyText::initial()).await;
    tablet.sync(&sent, SyncKeyText::initial()).await;
    let waiting = bo.park(&inbox).await;
    let (mut own, other) = (phone.park(&sent).await, tablet.park(&sent).await);

    assert_eq!(
        phone.send("1", &mail("bo@example.org", "one")).await,
        Told::Sent
    );
    assert_eq!(woken(waiting).await, std::slice::from_ref(&inbox));
    assert_eq!(woken(other).await, std::slice::from_ref(&sent));
    let mut byte = [0];
    let silence = timeout(Duration::from_millis(700), own.read(&mut byte)).await;
    assert!(silence.is_err(), "the device was woken by its own copy");
    drop(own);
    let (_, copies) = phone.sync(&sent, key).await;
    assert_eq!(copies.len(), 1, "and it is told of it");
    assert_eq!(
        phone.send("1", &mail("bo@example.org", "one")).await,
        status("118")
    );
    assert_eq!(house.mails("bo", "").len(), 2);
    let copies = house.mails("anna", ".Sent");
    assert_eq!(copies.len(), 2);
    assert!(copies.iter().all(|(name, _)| name.ends_with(":2,S")));
    assert_eq!(
        house
            .metric("directpush_sends_total{result=\"sent\",route=\"local\"}")
            .await,
        2
    );
    assert_eq!(
        house
            .metric("directpush_sends_total{result=\"duplicate\",route=\"none\"}")
            .await,
        1
    );
    house.keeps_nothing_of(&["bo@example.org", "Words", "anna@example.org"]);
}

#[tokio::test]
async fn a_message_is_its_authors_whatever_it_says() {
    let house = House::start("");
    let phone = Phone::new(&house, "anna", "phone");
    let mime = "From: \"Ann \u{e4}\" <boss@example.com>\r\nSender: eve@example.com\r\nReturn-Path: <x@y>\r\n\
                To: =?utf-8?q?B=C3=B6?= <Bo@Example.ORG>, group: bo@example.org;\r\nBcc: anna@example.org\r\n\
                X-Own: stays\r\n as it is\r\nSubject: s\r\n\r\nline\nline\rline\r\n.\r\n";
    assert_eq!(phone.send("a", mime).await, Told::Sent);
    let theirs = house.mails("bo", "");
    assert_eq!(theirs.len(), 1, "two addresses of one mailbox");
    let text = &theirs[0].1;
    for line in [
        "Return-Path: <anna@example.org>\r\n",
        "Delivered-To: Bo@Example.ORG\r\n",
        "Received: by example.org (directpush) with HTTP; ",
        "From: \"Ann =?",
        "X-Own: stays\r\n as it is\r\n",
        "\r\nMessage-ID: <",
        "\r\nDate: ",
        "\r\n\r\nline\r\nline\r\nline\r\n.\r\n",
    ] {
        let encoded = line.replace("\"Ann =?", "");
        assert!(text.contains(&encoded), "{line:?} is not in:\n{text}");
    }
    for word in ["boss@", "eve@", "x@y", "Bcc"] {
        assert!(!text.contains(word), "{word} is in:\n{text}");
    }
    assert!(text.contains("<anna@example.org>\r\n"), "{text}");
    // Hidden from all but the author.
    let copy = &house.mails("anna", ".Sent")[0].1;
    assert!(copy.contains("\r\nBcc: anna@example.org\r\n"), "{copy}");
    assert!(!house.mails("anna", "")[0].1.contains("Bcc"));
    // Another address of theirs is theirs.
    let mime = "From: Anna <Anna.Arendt@example.org>\r\nTo: bo@example.org\r\n\r\nalias\r\n";
    assert_eq!(phone.send("b", mime).await, Told::Sent);
    let theirs = house.mails("bo", "");
    let alias = theirs
        .iter()
        .find(|(_, text)| text.contains("alias"))
        .unwrap();
    assert!(
        alias
            .1
            .contains("\r\nFrom: Anna <Anna.Arendt@example.org>\r\n"),
        "{}",
        alias.1
    );
    assert!(
        alias
            .1
            .starts_with("Return-Path: <Anna.Arendt@example.org>\r\n")
    );
}

#[tokio::test]
async fn what_cannot_be_sent_is_told_and_reaches_nobody() {
    let house = House::start("recipients_max = 2\nmessage_bytes_max = 65536\n");
    let phone = Phone::new(&house, "anna", "phone");
    let long = format!("{}{}", mail("bo@example.org", "long"), "x".repeat(70_000));
    for (number, (mime, code)) in [
        ("", "107"),
        ("just words", "107"),
        ("From: anna@example.org\r\n\r\nto nobody", "119"),
        (&mail("undisclosed-recipients:;", "x"), "119"),
        (&mail("bo", "x"), "116"),
        (&mail("bo@example.org, x@example.net", "x"), "116"),
        (&mail("bo@example.org, nobody@example.org", "x"), "116"),
        (
            &mail("bo@example.org, a@example.org, b@example.org", "x"),
            "115",
        ),
        (&long, "122"),
    ]
    .into_iter()
    .enumerate()
    {
        let told = phone.send(&number.to_string(), mime).await;
        assert_eq!(told, status(code), "{}", mime.get(..80).unwrap_or(mime));
    }
    assert_eq!(house.mails("bo", ""), []);
    assert_eq!(house.mails("anna", ".Sent"), []);
    // What was not sent is not taken for a repeat.
    assert_eq!(
        phone.send("3", &mail("bo@example.org", "x")).await,
        Told::Sent
    );
}

#[tokio::test]
async fn a_client_that_hangs_up_has_sent_and_one_that_asks_meanwhile_waits() {
    let peer = Peer::start(Script {
        mute: true,
        ..Script::default()
    })
    .await;
    let house = House::with_relay(peer.port());
    let phone = Phone::new(&house, "anna", "phone");
    let message = mail("out@example.net, bo@example.org", "one");
    let begun = phone.begin("1", &message).await;
    peer.until_taken(1).await;
    drop(begun);
    let (told, ()) = tokio::join!(phone.send("1", &message), async {
        // The relay answers while the second request waits for the first.
        tokio::time::sleep(Duration::from_millis(300)).await;
        peer.release();
    });
    assert_eq!(told, Told::Sent);
    assert_eq!(peer.taken().len(), 1);
    assert_eq!(house.mails("bo", "").len(), 1);
    assert_eq!(house.mails("anna", ".Sent").len(), 1);
}
