//! What is special about `IDLE`: one folder a connection, and servers that sleep meanwhile.

use std::time::Duration;

use backends::imap::{Extension, Listening};
use backends::servers::{Dovecot, DovecotOptions};
use backends::{FolderRef, Mailbox, Source, Watch, WatchEvent, WatchMode};
use tokio::time::{Instant, sleep, timeout};

use super::{NEVER, idle_only, inbox, listening};
use crate::mailbox::{Site, plain, without};

const PATIENCE: Duration = Duration::from_secs(20);
const CONTENT: &[u8] = b"Subject: x\r\n\r\ntext\r\n";

async fn heard(watch: &mut Watch, folder: &FolderRef) {
    let heard = async {
        let event = WatchEvent::Changed(folder.clone());
        while watch.next().await.unwrap() != event {}
    };
    timeout(PATIENCE, heard).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_in_the_inbox_brings_a_look_at_the_others() {
    let dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let site = Site::with(plain(dovecot.imap_port()), idle_only());
    let mut watch = site.mailbox("anna").watch().await.unwrap();
    assert_eq!(
        (watch.mode(), watch.source()),
        (WatchMode::Push, Source::Idle)
    );
    let sent = FolderRef::new("Sent");
    assert!(watch.hears(&inbox()) && !watch.hears(&sent) && !watch.hears_hierarchy());
    let hand = dovecot.hand("anna").await.unwrap();
    for round in 1..=3 {
        hand.append("Sent", "", None, CONTENT).await.unwrap();
        hand.append("INBOX", "", None, CONTENT).await.unwrap();
        heard(&mut watch, &sent).await;
        let change = if round == 2 { "-FLAGS" } else { "+FLAGS" };
        hand.store("Sent", "1", change, "\\Seen").await.unwrap();
        let keyword = format!("round{round}");
        hand.store("INBOX", "1", "+FLAGS", &keyword).await.unwrap();
        heard(&mut watch, &sent).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_that_somebody_waits_for_are_listened_to() {
    let dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let mut options = idle_only();
    options.watch.idle_more = 1;
    let site = Site::with(plain(dovecot.imap_port()), options);
    let mut watch = site.mailbox("anna").watch().await.unwrap();
    let hand = dovecot.hand("anna").await.unwrap();
    let (sent, junk) = (FolderRef::new("Sent"), FolderRef::new("Junk"));
    watch.focus(&[inbox(), sent.clone()]);
    // Said when it is listened to, since something may have happened before that.
    heard(&mut watch, &sent).await;
    assert!(watch.hears(&sent));
    hand.append("Sent", "", None, CONTENT).await.unwrap();
    heard(&mut watch, &sent).await;
    // There is one place; who has it keeps it as long as it is waited for.
    watch.focus(&[inbox(), junk.clone(), sent.clone()]);
    assert!(watch.hears(&sent) && !watch.hears(&junk));
    watch.focus(std::slice::from_ref(&junk));
    assert!(!watch.hears(&sent) && watch.hears(&inbox()));
    heard(&mut watch, &junk).await;
    hand.append("Junk", "", None, CONTENT).await.unwrap();
    heard(&mut watch, &junk).await;
    // One that is not there is left alone.
    watch.focus(&[FolderRef::new("nothing")]);
    hand.append("INBOX", "", None, CONTENT).await.unwrap();
    heard(&mut watch, &inbox()).await;
    assert!(!watch.hears(&junk));
}

/// Counters show no swap of marks where there are no modification sequences.
#[tokio::test(flavor = "multi_thread")]
async fn a_swap_of_marks_that_leaves_no_trace_is_found_where_somebody_waits() {
    let dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let hand = dovecot.hand("anna").await.unwrap();
    for folder in ["Sent", "Junk", "INBOX"] {
        hand.append(folder, "\\Seen", None, CONTENT).await.unwrap();
        hand.append(folder, "", None, CONTENT).await.unwrap();
    }
    let mut options = listening(Some(Listening::Idle));
    options.watch.idle_more = 0;
    let server = without(dovecot.imap_port(), &[Extension::CondStore]);
    let site = Site::with(server, options);
    let mut watch = site.mailbox("anna").watch().await.unwrap();
    let sent = FolderRef::new("Sent");
    watch.focus(&[inbox(), sent.clone()]);
    hand.within("Sent", "UID STORE 1 -FLAGS.SILENT (\\Seen)")
        .await
        .unwrap();
    hand.within("Sent", "UID STORE 2 +FLAGS.SILENT (\\Seen)")
        .await
        .unwrap();
    heard(&mut watch, &sent).await;
    // Nothing else is suspected all the time.
    let mut told = Vec::new();
    let _ended = timeout(Duration::from_secs(3), async {
        loop {
            told.push(watch.next().await.unwrap());
        }
    })
    .await;
    told.retain(|event| *event != WatchEvent::HierarchyChanged);
    assert!(told.len() > 1, "{told:?}");
    assert!(
        told.iter()
            .all(|event| *event == WatchEvent::Changed(sent.clone())),
        "{told:?}"
    );
}

/// How many processes serve sessions, and how many sleeping sessions there are.
fn awake(dovecot: &Dovecot) -> usize {
    let status = dovecot.doveadm(&["process", "status", "imap"]).unwrap();
    status
        .lines()
        .filter(|line| line.starts_with("imap "))
        .count()
}

async fn asleep(dovecot: &Dovecot) {
    let until = Instant::now() + PATIENCE;
    while awake(dovecot) > 0 {
        assert!(
            Instant::now() < until,
            "it does not sleep: {}",
            dovecot.log()
        );
        sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_may_sleep_while_nothing_happens() {
    let dovecot = Dovecot::start(&DovecotOptions {
        hibernate: Some(Duration::from_secs(1)),
        ..DovecotOptions::default()
    })
    .await
    .unwrap();
    let mut options = idle_only();
    options.idle = Duration::from_millis(100);
    options.watch.idle_proof = NEVER;
    let site = Site::with(plain(dovecot.imap_port()), options);
    let mut watch = site.mailbox("anna").watch().await.unwrap();
    for _ in 0..3 {
        {
            let waiting = async {
                loop {
                    watch.next().await.unwrap();
                }
            };
            tokio::select! {
                () = waiting => {}
                () = asleep(&dovecot) => {}
            }
        }
        assert_eq!(
            dovecot
                .doveadm(&["who", "-1"])
                .unwrap()
                .matches("anna")
                .count(),
            1
        );
        dovecot.deliver("anna", CONTENT).await.unwrap();
        heard(&mut watch, &inbox()).await;
    }
}

/// A server that sleeps is woken by the proof, gives it, and sleeps again.
#[tokio::test(flavor = "multi_thread")]
async fn a_proof_wakes_a_server_that_sleeps() {
    let dovecot = Dovecot::start(&DovecotOptions {
        hibernate: Some(Duration::from_secs(1)),
        ..DovecotOptions::default()
    })
    .await
    .unwrap();
    let mut options = idle_only();
    options.idle = Duration::from_millis(100);
    options.watch.idle_proof = Duration::from_secs(3);
    let site = Site::with(plain(dovecot.imap_port()), options);
    let mut watch = site.mailbox("anna").watch().await.unwrap();
    let waiting = async {
        loop {
            watch.next().await.unwrap();
        }
    };
    let naps = async {
        for _ in 0..2 {
            asleep(&dovecot).await;
            let until = Instant::now() + PATIENCE;
            while awake(&dovecot) == 0 {
                assert!(Instant::now() < until, "no proof was asked for");
                sleep(Duration::from_millis(20)).await;
            }
        }
    };
    tokio::select! {
        () = waiting => {}
        () = naps => {}
    }
    dovecot.deliver("anna", CONTENT).await.unwrap();
    heard(&mut watch, &inbox()).await;
}
