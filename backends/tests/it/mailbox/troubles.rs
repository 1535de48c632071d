//! Accounts and servers that are not as they should be: what the error says, and how often the server is asked.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use backends::imap::{ImapOptions, ImapServer, Security, Timeouts};
use backends::servers::{Certificate, Dovecot, DovecotOptions, Login};
use backends::{
    BackendError, FolderRef, Horizon, Kind, Mailbox, Marks, MarksPatch, NewName, Version,
};
use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::tap::Tap;
use super::{Site, password, plain};
use crate::servers::mail;

fn kind<T>(result: Result<T, BackendError>) -> Option<Kind> {
    result.err().map(|error| error.kind())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_tried_once_for_everybody() {
    let mut dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let tap = Tap::new(dovecot.imap_port()).await;
    let site = Site::new(plain(tap.port()));
    let wrong = site
        .store
        .mailbox("anna", Arc::new(password("anna", "wrong")));
    for _ in 0..2 {
        let all = join_all((0..6).map(|_| wrong.folders())).await;
        assert!(
            all.into_iter()
                .all(|one| kind(one) == Some(Kind::Unauthorized))
        );
    }
    assert_eq!((tap.connections(), site.store.counters().refused), (1, 1));
    // Another password is another question.
    let right = site.mailbox("anna");
    right.folders().await.unwrap();
    // The account is disabled: its sessions end, and no new one begins.
    dovecot.remove_user("anna").await.unwrap();
    dovecot.kick("anna").unwrap();
    // A session that was asked before it was kicked still answers.
    let refused = async {
        while right.folders().await.is_ok() {}
        kind(right.folders().await)
    };
    let refused = tokio::time::timeout(Duration::from_secs(30), refused).await;
    assert_eq!(refused.unwrap(), Some(Kind::Unauthorized));
    assert_eq!(kind(right.watch().await), Some(Kind::Unauthorized));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_account_stores_nothing_and_loses_nothing() {
    let options = DovecotOptions {
        quota_kib: Some(64),
        ..DovecotOptions::default()
    };
    let dovecot = Dovecot::start(&options).await.unwrap();
    let mailbox = Site::new(plain(dovecot.imap_port())).mailbox("anna");
    let (inbox, name) = (FolderRef::new("INBOX"), NewName::parse("large").unwrap());
    let mut large = mail("large");
    large.extend(b"0123456789\r\n".repeat(10_000));
    let none = Marks::default();
    let stored = mailbox.create(&inbox, &name, &large, &none).await;
    assert_eq!(kind(stored), Some(Kind::Full));
    let hand = dovecot.hand("anna").await.unwrap();
    assert_eq!(hand.count("INBOX").await.unwrap(), 0);
    let small = mailbox.create(&inbox, &name, &mail("small"), &none).await;
    small.unwrap();
    assert_eq!(hand.count("INBOX").await.unwrap(), 1);
}

/// Phones on bad networks take what they download in minutes.
#[tokio::test(flavor = "multi_thread")]
async fn slow_downloads_leave_room_for_everything_else() {
    let dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let options = ImapOptions {
        sessions_per_account: 4,
        wait: Duration::from_secs(1),
        ..ImapOptions::default()
    };
    let mailbox = Site::with(plain(dovecot.imap_port()), options).mailbox("anna");
    let (inbox, name) = (FolderRef::new("INBOX"), NewName::parse("large").unwrap());
    let mut large = mail("large");
    large.extend(b"0123456789\r\n".repeat(1_000_000));
    let none = Marks::default();
    let state = mailbox.create(&inbox, &name, &large, &none).await.unwrap();
    let begin = || mailbox.download(&inbox, &state.item, &state.version, 0..u64::MAX);
    let mut slow = Vec::new();
    for _ in 0..3 {
        slow.push(begin().await.unwrap());
    }
    assert_eq!(kind(begin().await), Some(Kind::Unavailable));
    mailbox
        .changes(&inbox, None, Horizon::Everything)
        .await
        .unwrap();
    mailbox.folders().await.unwrap();
    // One who has done makes room for the next, whose content is whole.
    slow.pop();
    let mut next = begin().await.unwrap();
    let mut content = Vec::new();
    next.reader.read_to_end(&mut content).await.unwrap();
    assert!(content == large, "{} bytes", content.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_is_not_asked_by_everybody() {
    let mut dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let site = Site::new(plain(dovecot.imap_port()));
    let mailbox = site.mailbox("anna");
    mailbox.folders().await.unwrap();
    dovecot.kill();
    let all = join_all((0..50).map(|_| mailbox.folders())).await;
    assert!(
        all.into_iter()
            .all(|one| kind(one) == Some(Kind::Unavailable))
    );
    let counters = site.store.counters();
    assert!(
        !counters.reachable && counters.unreachable < 10,
        "{counters:?}"
    );
    dovecot.restart().await.unwrap();
    while mailbox.folders().await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(site.store.counters().reachable);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_somebody_else_is_no_server() {
    let options = DovecotOptions {
        certificate: Some(Certificate::new(&["localhost"]).unwrap()),
        ..DovecotOptions::default()
    };
    let dovecot = Dovecot::start(&options).await.unwrap();
    let other = Certificate::new(&["localhost"]).unwrap();
    let server = |authority: &Certificate| ImapServer {
        authorities: Some(authority.authority.clone().into_bytes()),
        ..ImapServer::new("localhost", dovecot.imaps_port())
    };
    let refused = Site::new(server(&other)).mailbox("anna").folders().await;
    assert_eq!(kind(refused), Some(Kind::Unavailable));
    let own = options.certificate.as_ref().unwrap();
    Site::new(server(own))
        .mailbox("anna")
        .folders()
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_is_given_up_and_taken_up_again() {
    let dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let short = Duration::from_millis(500);
    let site = Site::new(ImapServer {
        timeouts: Timeouts {
            connect: short,
            greeting: short,
            command: short,
        },
        ..plain(dovecot.imap_port())
    });
    let mailbox = site.mailbox("anna");
    let inbox = FolderRef::new("INBOX");
    mailbox.folders().await.unwrap();
    dovecot.pause().unwrap();
    // In a session that was there, and where there is to be a new one.
    for _ in 0..2 {
        let all = Horizon::Everything;
        assert_eq!(
            kind(mailbox.changes(&inbox, None, all).await),
            Some(Kind::Unavailable)
        );
    }
    dovecot.resume().unwrap();
    while mailbox.folders().await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A peer that says the same to everybody: first these bytes, then these to each thing that is said.
async fn peer(greeting: &'static [u8], answer: &'static [u8]) -> (u16, JoinSet<()>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut buffer = [0; 1024];
            let mut said = greeting;
            while client.write_all(said).await.is_ok() {
                if client.read(&mut buffer).await.unwrap_or(0) == 0 {
                    break;
                }
                said = answer;
            }
        }
    });
    (port, tasks)
}

#[tokio::test(flavor = "multi_thread")]
async fn rubbish_is_an_error_and_never_a_listing() {
    const HELLO: &[u8] = b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hello\r\n";
    for (greeting, answer) in [
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], &b""[..]),
        (b"\x16\x03\x01\x00\x00\r\n", b""),
        (HELLO, b"* 1 EXISTS\r\n* LIST (\r\n\x00\xFF\r\n"),
        (b"* BYE go away\r\n", b""),
    ] {
        let (port, _tasks) = peer(greeting, answer).await;
        let short = Duration::from_millis(300);
        let site = Site::new(ImapServer {
            security: Security::Plain,
            timeouts: Timeouts {
                connect: short,
                greeting: short,
                command: short,
            },
            ..ImapServer::new("localhost", port)
        });
        let failed = site.mailbox("anna").folders().await.unwrap_err();
        let expected = [Kind::Unavailable, Kind::Unexpected];
        assert!(expected.contains(&failed.kind()), "{failed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_bounded_shared_and_let_go() {
    let options = DovecotOptions {
        users: vec![Login::new("anna", "secret"), Login::new("berta", "secret")],
        ..DovecotOptions::default()
    };
    let dovecot = Dovecot::start(&options).await.unwrap();
    let hand = dovecot.hand("anna").await.unwrap();
    let mut large = mail("large");
    large.extend(b"0123456789\r\n".repeat(1 << 20));
    let (validity, uid) = hand.append("INBOX", "", None, &large).await.unwrap();
    let item = backends::ItemRef::new(format!("{validity}.{uid}"));
    let limits = ImapOptions {
        sessions_per_account: 1,
        sessions_max: 1,
        idle: Duration::from_millis(200),
        wait: Duration::from_millis(200),
        ..ImapOptions::default()
    };
    let site = Site::with(plain(dovecot.imap_port()), limits);
    let (anna, berta) = (site.mailbox("anna"), site.mailbox("berta"));
    let (inbox, hint) = (FolderRef::new("INBOX"), Version::new(""));
    let stream = anna.open(&inbox, &item, &hint).await.unwrap();
    assert_eq!(kind(anna.folders().await), Some(Kind::Unavailable));
    assert_eq!(kind(berta.folders().await), Some(Kind::Unavailable));
    assert_eq!(site.store.counters().crowded, 2);
    // A stream that nobody reads to its end ends its session.
    drop(stream);
    anna.folders().await.unwrap();
    // What is kept makes room.
    berta.folders().await.unwrap();
    assert_eq!(site.store.counters().open, 1);
    while site.store.counters().open > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let patch = MarksPatch::new();
    anna.mark(&inbox, &item, &hint, &patch).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_server_hears_that_it_is_back() {
    let mut dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let site = Site::new(plain(dovecot.imap_port()));
    let (one, other) = (site.mailbox("anna"), site.mailbox("bert"));
    one.folders().await.unwrap();
    let polled = futures_util::poll!(std::pin::pin!(other.recovered()));
    assert!(polled.is_pending(), "it was never away");
    dovecot.kill();
    while one.folders().await.is_ok() {}
    let mut waiting = std::pin::pin!(other.recovered());
    assert!(futures_util::poll!(waiting.as_mut()).is_pending());
    dovecot.restart().await.unwrap();
    // Whoever reaches it says so to all.
    while one.folders().await.is_err() {
        tokio::task::yield_now().await;
    }
    let heard = tokio::time::timeout(Duration::from_secs(30), waiting);
    heard.await.expect("it is told");
}
