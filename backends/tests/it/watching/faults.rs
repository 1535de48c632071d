//! Servers that die, hang, hang up and refuse.

use std::time::Duration;

use backends::imap::Listening;
use backends::servers::{Dovecot, DovecotOptions, Login};
use backends::{BackendError, Kind, Mailbox, Watch, WatchEvent};
use tokio::time::timeout;

use super::{Follower, NEVER, idle_only, inbox, listening};
use crate::mailbox::{Site, plain};

const PATIENCE: Duration = Duration::from_secs(20);

/// A Dovecot that is killed and started again while mail is delivered: every message is seen.
async fn killed_again_and_again(to: Listening) {
    let mut dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let mut options = listening(Some(to));
    options.pause_max = Duration::from_millis(500);
    let site = Site::with(plain(dovecot.imap_port()), options);
    let mut follower = Follower::start(site.mailbox("anna")).await.unwrap();
    let mut delivered = 0;
    for round in 0..4 {
        for _ in 0..5 {
            dovecot
                .deliver("anna", b"Subject: x\r\n\r\n")
                .await
                .unwrap();
            delivered += 1;
        }
        if round % 2 == 0 {
            dovecot.kill();
            let ended = async {
                loop {
                    if let Err(error) = follower.follow().await {
                        break error;
                    }
                }
            };
            let error = timeout(PATIENCE, ended).await.unwrap();
            assert_eq!(error.kind(), Kind::Unavailable);
        }
        dovecot.restart().await.unwrap();
        dovecot
            .deliver("anna", b"Subject: y\r\n\r\n")
            .await
            .unwrap();
        delivered += 1;
        let all = async {
            while follower.count(&inbox()) < delivered {
                if follower.follow().await.is_err() {
                    follower.start_over().await;
                }
            }
        };
        timeout(PATIENCE * 2, all).await.unwrap();
        assert_eq!(follower.count(&inbox()), delivered);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_sees_every_message_of_a_server_that_is_killed() {
    killed_again_and_again(Listening::Idle).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notify_sees_every_message_of_a_server_that_is_killed() {
    killed_again_and_again(Listening::Notify).await;
}

async fn end(watch: &mut Watch) -> BackendError {
    loop {
        if let Err(error) = watch.next().await {
            return error;
        }
    }
}

/// The connection stands, but nobody answers: it is found by the proof (rule R10).
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_ends_the_watch() {
    for to in [Listening::Idle, Listening::Notify] {
        let dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
        let mut server = plain(dovecot.imap_port());
        server.timeouts.command = Duration::from_secs(1);
        let mut options = idle_only();
        options.watch.listen = vec![to];
        options.watch.idle_proof = Duration::from_secs(1);
        options.watch.kick_every = Duration::from_secs(1);
        options.watch.proof_every = NEVER;
        let site = Site::with(server, options);
        let mut watch = site.mailbox("anna").watch().await.unwrap();
        // Proofs that are given end nothing.
        let quiet = async {
            loop {
                // What NOTIFY says of all folders when it begins.
                watch.next().await.unwrap();
            }
        };
        let _elapsed = timeout(Duration::from_secs(3), quiet).await;
        dovecot.pause().unwrap();
        let error = timeout(PATIENCE, end(&mut watch)).await.unwrap();
        assert_eq!(error.kind(), Kind::Unavailable, "{to:?}");
        dovecot.resume().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_closed_is_found_at_once() {
    let mut dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let site = Site::with(plain(dovecot.imap_port()), idle_only());
    let mailbox = site.mailbox("anna");
    let mut watch = mailbox.watch().await.unwrap();
    let changed = Login::new("anna", "other");
    dovecot.set_user(&changed).await.unwrap();
    dovecot.kick("anna").unwrap();
    let error = timeout(PATIENCE, end(&mut watch)).await.unwrap();
    assert_eq!(error.kind(), Kind::Unavailable);
    let error = mailbox.watch().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unauthorized, "{error:?}");
}

/// Places for further folders are few: those that get none are looked at.
#[tokio::test(flavor = "multi_thread")]
async fn a_further_connection_that_is_refused_ends_nothing() {
    let options = DovecotOptions {
        connections_per_user: 2,
        ..DovecotOptions::default()
    };
    let dovecot = Dovecot::start(&options).await.unwrap();
    let mut options = listening(Some(Listening::Idle));
    options.sessions_per_account = 1;
    let site = Site::with(plain(dovecot.imap_port()), options);
    let mut watch = site.mailbox("anna").watch().await.unwrap();
    let sent = backends::FolderRef::new("Sent");
    watch.focus(std::slice::from_ref(&sent));
    // The pool's session and that of INBOX are all that there may be: so another client cannot sign in either.
    let content = b"Subject: x\r\n\r\n";
    dovecot.deliver("anna", content).await.unwrap();
    let heard = async { while watch.next().await.unwrap() != WatchEvent::Changed(inbox()) {} };
    timeout(PATIENCE, heard).await.unwrap();
    assert!(watch.hears(&inbox()) && !watch.hears(&sent));
}
