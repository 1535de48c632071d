//! Waiting: for as long as it takes, and not a moment for a server that hangs.

use std::time::Duration;

use backends::Kind;
use backends::imap::Error;
use backends::imap::wire::{Command, Untagged};
use tokio::time;

use crate::imap::peer::{Peer, server};

#[tokio::test(start_paused = true)]
async fn silence_is_allowed_only_while_nothing_is_owed() {
    let own = server();
    let (mut session, mut peer) = Peer::greets(&own, "IMAP4rev1 IDLE").await;
    session.idle().unwrap();
    let hours = Duration::from_secs(86_400);
    // A server that does not agree owes us that.
    let agreed = time::timeout(hours, session.idle_event()).await.unwrap();
    assert!(matches!(agreed, Err(Error::Silent)), "{agreed:?}");
    assert_eq!(peer.hears().await, "a1 IDLE");

    let (mut session, mut peer) = Peer::greets(&own, "IMAP4rev1 IDLE").await;
    session.idle().unwrap();
    peer.says("+ idling\r\n").await;
    assert!(time::timeout(hours, session.idle_event()).await.is_err());
    session.idle_end().unwrap();
    let ended = time::timeout(hours, session.idle_event()).await.unwrap();
    assert!(matches!(ended, Err(Error::Silent)), "{ended:?}");
    assert!(!session.is_usable());
    // A session that only listens, as it does after NOTIFY, may wait as well.
    let (mut session, _peer) = Peer::greets(&own, "IMAP4rev1").await;
    assert!(time::timeout(hours, session.event()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_lost_however_often_the_waiting_is_dropped() {
    let (mut session, mut peer) = Peer::greets(&server(), "IMAP4rev1 IDLE").await;
    session.idle().unwrap();
    let said = "* 1 EXISTS\r\n+ idling\r\n* 2 EXISTS\r\n* 3 EXISTS\r\n* X-NEW\r\n* 4 EXISTS\r\n";
    let mut told = Vec::new();
    for byte in said.bytes() {
        peer.says(&char::from(byte).to_string()).await;
        let waiting = time::timeout(Duration::from_millis(1), session.idle_event());
        if let Ok(event) = waiting.await {
            told.push(event.unwrap().unwrap());
        }
    }
    assert_eq!(told, [1, 2, 3, 4].map(Untagged::Exists));
    assert_eq!(session.malformed(), 1);
    session.idle_end().unwrap();
    session.idle_end().unwrap();
    peer.says("* 5 EXISTS\r\na1 OK done\r\n").await;
    assert_eq!(
        session.idle_event().await.unwrap(),
        Some(Untagged::Exists(5))
    );
    assert_eq!(session.idle_event().await.unwrap(), None);
    assert_eq!(session.idle_event().await.unwrap(), None);
    assert_eq!(
        (peer.hears().await, peer.hears().await),
        ("a1 IDLE".into(), "DONE".into())
    );
    peer.says("a2 OK\r\n").await;
    let _reply = session.noop().await.unwrap();
}

#[tokio::test]
async fn whoever_ends_it_the_session_goes_on() {
    let (mut session, mut peer) = Peer::greets(&server(), "IMAP4rev1 IDLE").await;
    // The server, by itself.
    session.idle().unwrap();
    peer.says("+\r\na1 OK timeout\r\n").await;
    assert_eq!(session.idle_event().await.unwrap(), None);
    // The server, at once.
    session.idle().unwrap();
    peer.says("a2 NO [UNAVAILABLE] not now\r\n").await;
    let refused = session.idle_event().await.unwrap_err();
    assert_eq!(
        (refused.kind(), session.is_usable()),
        (Kind::Unavailable, true)
    );
    // We, before it has begun.
    session.idle().unwrap();
    session.idle_end().unwrap();
    assert!(session.idle_end().is_ok() && session.idle().is_err());
    let talk = async {
        assert_eq!(
            (peer.hears().await, peer.hears().await),
            ("a1 IDLE".into(), "a2 IDLE".into())
        );
        peer.answers("a3 IDLE", "+ go\r\n").await;
        peer.answers("DONE", "a3 OK\r\n").await;
    };
    let (ended, ()) = tokio::join!(session.idle_event(), talk);
    assert_eq!(ended.unwrap(), None);
    assert!(session.idle_end().is_err());
    peer.says("* BYE [UNAVAILABLE] shutting down\r\n").await;
    drop(peer);
    let bye = session.run(Command::new("NOOP")).await.unwrap_err();
    assert_eq!(
        (bye.kind(), bye.to_string().as_str()),
        (Kind::Unavailable, "server hung up [UNAVAILABLE]")
    );
}
