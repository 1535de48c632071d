//! Servers that say too much, too little, or something else; and callers that do not wait.

use std::time::Duration;

use backends::Kind;
use backends::imap::wire::{Command, MailboxName, Untagged};
use backends::imap::{Access, Body, Error, ImapServer, Opened, Session};
use tokio::io::AsyncReadExt;
use tokio::time;

use crate::imap::password;
use crate::imap::peer::{Peer, server};

const FETCH: &str = "UID FETCH";

#[tokio::test]
async fn a_command_that_nobody_waited_for_poisons_the_session() {
    let (mut session, mut peer) = Peer::greets(&server(), "IMAP4rev1").await;
    {
        let mut first = std::pin::pin!(session.run(Command::new("FIRST")));
        assert!(futures_util::poll!(&mut first).is_pending());
    }
    assert_eq!(peer.hears().await, "a1 FIRST");
    peer.says("* 5 EXISTS\r\na1 OK\r\na2 OK\r\n").await;
    assert!(!session.is_usable());
    for _ in 0..2 {
        let next = session.run(Command::new("NEXT")).await;
        assert!(matches!(next, Err(Error::Poisoned)), "{next:?}");
        assert_eq!(next.unwrap_err().kind(), Kind::Unavailable);
    }
}

#[tokio::test]
async fn what_is_said_unasked_comes_with_the_next_answer() {
    let (mut session, mut peer) = Peer::greets(&server(), "IMAP4rev1").await;
    peer.says("* 5 EXISTS\r\na1 OK one\r\n* 2 EXPUNGE\r\n* X-NEW (\r\n* WHAT\r\n")
        .await;
    let reply = session.noop().await.unwrap();
    assert_eq!(reply.untagged, [Untagged::Exists(5)]);
    peer.says("* 9 EXISTS\r\na2 BAD two\r\n").await;
    let reply = session.run(Command::new("FOO")).await.unwrap();
    assert_eq!(reply.untagged, [Untagged::Expunge(2), Untagged::Exists(9)]);
    assert_eq!((reply.malformed, session.malformed()), (2, 2));
    assert!(matches!(reply.ok(), Err(Error::Refused(refusal)) if refusal.command == "FOO"));
    assert!(session.is_usable());
}

#[tokio::test]
async fn commands_in_a_row_never_block_each_other() {
    let (ours, mut peer) = Peer::new(16);
    peer.says("* OK x\r\n").await;
    let mut session = Session::greeted(ours, &server()).await.unwrap();
    let commands = vec![Command::new("NOOP").text(&"x".repeat(100)); 50];
    // It says more than the pipe holds before it hears anything.
    let talk = async {
        for tag in 1..=50 {
            peer.says(&format!("* {tag} EXISTS\r\n").repeat(5)).await;
            assert!(peer.hears().await.starts_with(&format!("a{tag} NOOP ")));
            peer.says(&format!("a{tag} OK\r\n")).await;
        }
    };
    let (replies, ()) = tokio::join!(session.run_all(&commands), talk);
    let replies = replies.unwrap();
    assert_eq!(replies.len(), 50);
    for (reply, tag) in replies.iter().zip(1..) {
        assert_eq!(reply.untagged, vec![Untagged::Exists(tag); 5]);
    }
}

#[tokio::test(start_paused = true)]
async fn silence_in_the_middle_of_a_command_ends_the_session_and_slowness_does_not() {
    let own = server();
    let (mut session, mut peer) = Peer::greets(&own, "IMAP4rev1").await;
    let patience = own.timeouts.command;
    let slow = async {
        for part in ["* 1 ", "EXISTS\r\n", "a1", " OK\r\n"] {
            time::advance(patience - Duration::from_secs(1)).await;
            peer.says(part).await;
            tokio::task::yield_now().await;
        }
    };
    let (reply, ()) = tokio::join!(session.noop(), slow);
    assert_eq!(reply.unwrap().untagged, [Untagged::Exists(1)]);
    let silent = session.noop().await.unwrap_err();
    assert!(matches!(silent, Error::Silent), "{silent:?}");
    assert_eq!(silent.kind(), Kind::Unavailable);
    assert!(!session.is_usable());
    // One that does not even take what we write.
    let (ours, mut peer) = Peer::new(16);
    peer.says("* OK x\r\n").await;
    let mut session = Session::greeted(ours, &own).await.unwrap();
    let stuck = session
        .run(Command::new("NOOP").text(&"x".repeat(100)))
        .await;
    assert!(matches!(stuck, Err(Error::Silent)), "{stuck:?}");
}

#[tokio::test]
async fn too_much_ends_the_session() {
    let own = ImapServer {
        responses: 3,
        limits: backends::imap::wire::Limits {
            line: 100,
            ..Default::default()
        },
        ..server()
    };
    let flood = "* 1 EXISTS\r\n".repeat(4);
    let long = "* OK ".to_owned() + &"x".repeat(200);
    for (said, kind) in [(flood, Kind::Unexpected), (long, Kind::Unexpected)] {
        let (mut session, mut peer) = Peer::greets(&own, "IMAP4rev1").await;
        peer.says(&said).await;
        let error = session.noop().await.unwrap_err();
        assert!(matches!(error, Error::Flood | Error::Frame(_)), "{error:?}");
        assert_eq!((error.kind(), session.is_usable()), (kind, false));
    }
    let (mut session, mut peer) = Peer::greets(&own, "IMAP4rev1").await;
    peer.says(&("* 1 EXISTS\r\n".repeat(50) + "a1 OK\r\n"))
        .await;
    let mut count = 0;
    let each = session.run_each(Command::new("NOOP"), |_data| {
        count += 1;
        Ok(())
    });
    assert!(each.await.unwrap().untagged.is_empty());
    assert_eq!(count, 50);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_goes_on_for_ever_is_given_up() {
    let own = server();
    let patience = own.timeouts.command;
    let goes_on = |mut peer: Peer| async move {
        loop {
            peer.says("* OK still here\r\n").await;
            time::sleep(patience / 2).await;
        }
    };
    let (mut session, peer) = Peer::greets(&own, "IMAP4rev1").await;
    let began = time::Instant::now();
    let error = tokio::select! {
        ended = session.noop() => ended.unwrap_err(),
        () = goes_on(peer) => unreachable!(),
    };
    assert!(matches!(error, Error::Silent), "{error:?}");
    assert!(!session.is_usable() && began.elapsed() <= patience * 21);
    // Who waits to be let in waits less.
    let (mut session, peer) = Peer::greets(&own, "IMAP4rev1").await;
    let began = time::Instant::now();
    let login = password("anna", "pw");
    let error = tokio::select! {
        ended = session.login(&own, &login) => ended.unwrap_err(),
        () = goes_on(peer) => unreachable!(),
    };
    assert!(matches!(error, Error::Silent), "{error:?}");
    assert!(began.elapsed() <= patience * 2);
}

#[tokio::test]
async fn no_more_is_held_than_two_responses_may_have() {
    let own = ImapServer {
        limits: backends::imap::wire::Limits {
            response: 10_000,
            ..Default::default()
        },
        ..server()
    };
    let (mut session, mut peer) = Peer::greets(&own, "IMAP4rev1").await;
    let line = format!("* OK {}\r\n", "x".repeat(4_000));
    peer.says(&line.repeat(10)).await;
    let error = session.noop().await.unwrap_err();
    assert!(matches!(error, Error::Flood), "{error:?}");
}

#[tokio::test]
async fn the_open_mailbox_is_kept_account_of() {
    let (mut session, mut peer) = Peer::greets(&server(), "IMAP4rev1 CONDSTORE").await;
    let inbox = MailboxName::inbox();
    let talk = async {
        let said = "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [HIGHESTMODSEQ 9] x\r\na1 OK [READ-WRITE] x\r\n";
        peer.answers("a1 SELECT \"INBOX\" (CONDSTORE)", said).await;
        let said = "* 9 EXISTS\r\n* 2 EXPUNGE\r\n* VANISHED 5,6\r\n* OK [UIDNEXT 12] x\r\na2 OK [HIGHESTMODSEQ 11] x\r\n";
        peer.answers("a2 NOOP", said).await;
        // Until CLOSED it is the old one's.
        let said = "* 5 EXPUNGE\r\n* OK [CLOSED] x\r\n* 1 EXISTS\r\na3 OK [READ-ONLY] x\r\n";
        peer.answers("a3 SELECT \"Other\" (CONDSTORE)", said).await;
        peer.answers(
            "a4 EXAMINE \"None\" (CONDSTORE)",
            "a4 NO [NONEXISTENT] x\r\n",
        )
        .await;
    };
    let listen = async {
        let _reply = session.select(&inbox, Access::Write, None).await.unwrap();
        let open = session.selected().unwrap();
        assert_eq!(
            (open.exists, open.uid_validity, open.highest_mod_seq),
            (3, Some(7), Some(9))
        );
        let _reply = session.noop().await.unwrap();
        let open = session.selected().unwrap();
        assert_eq!(
            (open.exists, open.uid_next, open.highest_mod_seq),
            (6, Some(12), Some(11))
        );
        let other = MailboxName::new("Other");
        let reply = session.select(&other, Access::Write, None).await.unwrap();
        assert_eq!(reply.untagged.len(), 3);
        let open = session.selected().unwrap();
        assert_eq!(
            (open.exists, open.uid_validity, open.read_only),
            (1, None, true)
        );
        let none = session
            .select(&MailboxName::new("None"), Access::Read, None)
            .await;
        assert_eq!(none.unwrap_err().kind(), Kind::NotFound);
        assert_eq!(session.selected(), None);
    };
    tokio::join!(talk, listen);
}

#[tokio::test]
async fn no_more_of_a_text_is_read_than_is_asked_for() {
    let (ours, mut peer) = Peer::new(1000);
    peer.says("* OK x\r\n").await;
    let mut session = Session::greeted(ours, &server()).await.unwrap();
    let size = 1_000_000;
    let text = "x".repeat(size);
    let mut talk = std::pin::pin!(async {
        peer.says(&format!(
            "* 2 EXISTS\r\n* 1 FETCH (UID 7 BODY[] {{{size}}}\r\n{text})\r\na1 OK\r\n"
        ))
        .await;
    });
    let opened = async { Body::open(&mut session, Command::new(FETCH)).await.unwrap() };
    let opened = tokio::select! {
        opened = opened => opened,
        () = &mut talk => panic!("a megabyte went into a pipe of a thousand bytes"),
    };
    let Opened::Text(mut body) = opened else {
        panic!("no text")
    };
    assert_eq!(body.take_untagged(), [Untagged::Exists(2)]);
    // The server can go no further while nobody reads.
    for _ in 0..100 {
        assert!(futures_util::poll!(&mut talk).is_pending());
    }
    let mut read = String::new();
    let (count, ()) = tokio::join!(body.read_to_string(&mut read), talk);
    assert_eq!((count.unwrap(), read == text), (size, true));
    drop(body);
    assert!(session.is_usable());
}

#[tokio::test]
async fn texts_in_quotes_no_texts_and_texts_that_are_taken_back() {
    let (mut session, mut peer) = Peer::greets(&server(), "IMAP4rev1").await;
    peer.says("* 1 FETCH (UID 7 BODY[] \"short\")\r\na1 OK\r\n")
        .await;
    let Opened::Text(mut body) = Body::open(&mut session, Command::new(FETCH)).await.unwrap()
    else {
        panic!("no text")
    };
    assert_eq!(
        (body.size(), body.piece().await.unwrap()),
        (5, Some("short".into()))
    );
    assert_eq!(body.piece().await.unwrap(), None);
    drop(body);
    for said in ["a2 OK\r\n", "* 1 FETCH (UID 7 BODY[] NIL)\r\na3 OK\r\n"] {
        peer.says(said).await;
        let opened = Body::open(&mut session, Command::new(FETCH)).await.unwrap();
        assert!(matches!(opened, Opened::Nothing(..)), "{said}");
    }
    peer.says("a4 NO [NONEXISTENT] gone\r\n").await;
    let refused = Body::open(&mut session, Command::new(FETCH))
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), Kind::NotFound);
    peer.says("* 1 FETCH (BODY[] {3}\r\nabc)\r\na5 NO [SERVERBUG] sorry\r\n")
        .await;
    let Opened::Text(mut body) = Body::open(&mut session, Command::new(FETCH)).await.unwrap()
    else {
        panic!("no text")
    };
    let mut read = Vec::new();
    assert!(body.read_to_end(&mut read).await.is_err());
    drop(body);
    assert!(session.is_usable());
    peer.says("* 1 FETCH (BODY[] {9}\r\nabc").await;
    let Opened::Text(mut body) = Body::open(&mut session, Command::new(FETCH)).await.unwrap()
    else {
        panic!("no text")
    };
    drop(peer);
    assert!(body.read_to_end(&mut read).await.is_err());
}
