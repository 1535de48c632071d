//! Submission, against a peer that does what it is told: what it took, what it refused, what is not known.

mod peer;

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use backends::smtp::{Refused, Relay, RelaySettings, Security, Submission, SubmitError};

use peer::{Peer, Script};

const MESSAGE: &[u8] = b"Subject: x\r\n\r\n.dot\r\n..two\r\nend\r\n";

fn relay(peer: &Peer) -> Relay {
    Relay::new(RelaySettings {
        host: "127.0.0.1".to_owned(),
        port: peer.port(),
        security: Security::Plain,
        hello: "gateway.example.org".to_owned(),
        login: None,
        authorities: None,
        timeout: Duration::from_secs(5),
    })
    .unwrap()
}

fn at_once() -> Ready<Result<(), Infallible>> {
    ready(Ok(()))
}

async fn send(relay: &Relay, recipients: &[&str]) -> Result<Vec<Refused>, SubmitError> {
    let recipients: Vec<String> = recipients.iter().map(|text| (*text).to_owned()).collect();
    let mail = Submission {
        sender: "anna@example.org",
        recipients: &recipients,
        message: MESSAGE,
    };
    Ok(relay.submit(mail, at_once()).await?.refused)
}

#[tokio::test]
async fn a_message_arrives_byte_for_byte_and_the_connection_is_used_again() {
    let peer = Peer::start(Script::default()).await;
    let relay = relay(&peer);
    for _ in 0..2 {
        assert_eq!(send(&relay, &["bo@example.net"]).await.unwrap(), []);
    }
    let taken = peer.taken();
    assert_eq!(taken.len(), 2);
    for mail in &taken {
        assert_eq!(mail.message, MESSAGE);
        assert_eq!(mail.envelope, ["<anna@example.org>", "<bo@example.net>"]);
    }
    assert_eq!(peer.connections(), 1);
}

#[tokio::test]
async fn the_dot_waits_until_it_is_written_down() {
    let peer = Peer::start(Script::default()).await;
    let relay = relay(&peer);
    let recipients = ["bo@example.net".to_owned()];
    let mail = Submission {
        sender: "anna@example.org",
        recipients: &recipients,
        message: MESSAGE,
    };
    let written = Arc::new(AtomicBool::new(false));
    let (note, watched) = (Arc::clone(&written), &peer);
    let commit = async move {
        // All lines are there but the last, whose end comes with the dot: it is no message yet.
        watched.until_line("..two").await;
        assert_eq!(watched.taken().len(), 0);
        note.store(true, Ordering::SeqCst);
        Ok::<(), Infallible>(())
    };
    relay.submit(mail, commit).await.unwrap();
    assert!(written.load(Ordering::SeqCst));
    assert_eq!(peer.taken().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_written_down_does_not_go() {
    let peer = Peer::start(Script::default()).await;
    let relay = relay(&peer);
    let recipients = ["bo@example.net".to_owned()];
    let mail = Submission {
        sender: "anna@example.org",
        recipients: &recipients,
        message: MESSAGE,
    };
    let commit = ready(Err(std::io::Error::other("disk full")));
    let ended = relay.submit(mail, commit).await;
    assert!(matches!(ended, Err(SubmitError::Held(_))), "{ended:?}");
    peer.until_closed().await;
    assert_eq!(peer.taken().len(), 0);
}

#[tokio::test]
async fn refused_recipients_are_named_and_the_others_get_it() {
    let script = Script {
        recipient: |address| match address {
            "<gone@example.net>" => "550 no such user",
            "<later@example.net>" => "451 come back",
            _ => "250 ok",
        },
        ..Script::default()
    };
    let peer = Peer::start(script).await;
    let relay = relay(&peer);
    let refused = |recipient: &str, code| Refused {
        recipient: recipient.to_owned(),
        code,
    };
    let some = ["gone@example.net", "bo@example.net", "later@example.net"];
    assert_eq!(
        send(&relay, &some).await.unwrap(),
        [
            refused("gone@example.net", 550),
            refused("later@example.net", 451)
        ]
    );
    let Err(SubmitError::Refused(all)) = send(&relay, &["gone@example.net", "nobody"]).await else {
        panic!("somebody was taken")
    };
    assert_eq!(
        all,
        [refused("gone@example.net", 550), refused("nobody", 553)]
    );
    assert_eq!(peer.taken().len(), 1);
}

#[tokio::test]
async fn what_went_wrong_says_what_it_means_for_the_message() {
    let script = Script::default();
    let message = |message| Script { message, ..script };
    let greeting = "421 too busy";
    let sender = "550 not you";
    let data = "451 disk";
    for (script, told) in [
        (Script { greeting, ..script }, "connection: not now (421)"),
        (
            Script { sender, ..script },
            "sender: refused for good (550)",
        ),
        (Script { data, ..script }, "message: not now (451)"),
        (
            message(Some("552 too large")),
            "message: refused for good (552)",
        ),
        (message(Some("451 later")), "message: not now (451)"),
        (message(None), "the relay's last answer was lost"),
    ] {
        let peer = Peer::start(script).await;
        let error = send(&relay(&peer), &["bo@example.net"]).await.unwrap_err();
        assert_eq!(error.to_string(), told, "{error:?}");
        assert_eq!(peer.taken().len(), 0);
    }
    let nobody = Peer::start(script).await;
    let relay = relay(&nobody);
    drop(nobody);
    let error = send(&relay, &["bo@example.net"]).await.unwrap_err();
    assert_eq!(error.to_string(), "connection: not now", "{error:?}");
}

#[tokio::test]
async fn without_starttls_nothing_is_said() {
    let peer = Peer::start(Script::default()).await;
    let settings = RelaySettings {
        host: "localhost".to_owned(),
        port: peer.port(),
        security: Security::StartTls,
        hello: "gateway.example.org".to_owned(),
        login: None,
        authorities: None,
        timeout: Duration::from_secs(5),
    };
    let error = send(&Relay::new(settings).unwrap(), &["bo@example.net"]).await;
    assert!(error.is_err());
    assert_eq!(peer.taken().len(), 0);
}

#[tokio::test]
async fn international_addresses_need_a_relay_that_takes_them() {
    let plain = Peer::start(Script::default()).await;
    let able = Peer::start(Script {
        extensions: &["8BITMIME", "SMTPUTF8"],
        ..Script::default()
    })
    .await;
    let recipients = ["jörg@bücher.example"];
    assert!(send(&relay(&plain), &recipients).await.is_err());
    send(&relay(&able), &recipients).await.unwrap();
    assert_eq!(able.taken()[0].envelope[1], "<jörg@xn--bcher-kva.example>");
}
