//! Twenty folders that others change without a pause: when they stop, everything is known within the longest time
//! between two looks.

use std::time::Duration;

use backends::FolderRef;
use backends::imap::{Extension, Listening};
use backends::servers::{Cyrus, CyrusOptions, Dovecot, DovecotOptions, ImapHand};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::{Follower, listening};
use crate::mailbox::{Site, without};

const FOLDERS: usize = 20;
/// Between two changes of one of them.
const PAUSE: Duration = Duration::from_millis(14);
/// Longer than any time after which something is to be told.
const QUIET: Duration = Duration::from_secs(4);

/// How long others work.
const TIME: Duration = Duration::from_secs(10);

fn name(number: usize) -> String {
    match number {
        0 => "INBOX".to_owned(),
        number => format!("Folder{number}"),
    }
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit).unwrap()).unwrap()
    }
}

/// Puts messages into folders, marks them, removes them.
async fn work(hand: &ImapHand, until: Instant) -> u32 {
    let mut dice = Dice(0x9E37_79B9);
    let mut uids = vec![Vec::new(); FOLDERS];
    let mut changes = 0;
    while Instant::now() < until {
        let at = dice.below(FOLDERS);
        let folder = name(at);
        let some = dice.below(uids[at].len().max(1));
        match (dice.below(5), uids[at].get(some).copied()) {
            (0 | 1, _) | (_, None) => {
                let content = b"Subject: x\r\n\r\ntext\r\n";
                let (_, uid) = hand.append(&folder, "", None, content).await.unwrap();
                uids[at].push(uid);
            }
            (2, Some(uid)) => {
                hand.expunge(&folder, &uid.to_string()).await.unwrap();
                uids[at].remove(some);
            }
            (sign, Some(uid)) => {
                let change = if sign == 3 { "+FLAGS" } else { "-FLAGS" };
                hand.store(&folder, &uid.to_string(), change, "\\Seen")
                    .await
                    .unwrap();
            }
        }
        changes += 1;
        // It is the rate that is wanted.
        sleep(PAUSE).await;
    }
    changes
}

/// Two hands work while somebody follows.
pub(super) async fn follow_the_bustle(site: &Site, hands: [ImapHand; 2]) {
    for number in 1..FOLDERS {
        hands[0].create(&name(number)).await.unwrap();
    }
    let mut follower = Follower::start(site.mailbox("anna")).await.unwrap();
    let until = Instant::now() + TIME;
    let all: Vec<FolderRef> = follower.folders.keys().cloned().collect();
    follower.watch.focus(&all);
    let stop = CancellationToken::new();
    let working = async {
        let changes = tokio::join!(work(&hands[0], until), work(&hands[1], until));
        stop.cancel();
        changes.0 + changes.1
    };
    let following = async {
        while let Some(event) = stop.run_until_cancelled(follower.watch.next()).await {
            follower.take(event.unwrap()).await.unwrap();
        }
    };
    let (changes, ()) = tokio::join!(working, following);
    // What is to come comes within the longest time between two looks, or after the kick that follows the last event.
    follower.settle(QUIET).await;
    let stale = follower.stale().await;
    assert_eq!(stale, [], "after {changes} changes");
    eprintln!("{changes} changes");
    assert!(changes > 100, "{changes}");
}

async fn dovecot(to: Option<Listening>, disabled: &[Extension]) {
    let dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let site = Site::with(without(dovecot.imap_port(), disabled), listening(to));
    let hands = [
        dovecot.hand("anna").await.unwrap(),
        dovecot.hand("anna").await.unwrap(),
    ];
    follow_the_bustle(&site, hands).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_and_looks_lose_nothing() {
    dovecot(Some(Listening::Idle), &[]).await;
}

/// Without the kicks Dovecot 2.3 keeps events back; no look helps here.
#[tokio::test(flavor = "multi_thread")]
async fn notify_with_kicks_loses_nothing() {
    dovecot(Some(Listening::Notify), &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn looks_alone_lose_nothing() {
    dovecot(None, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn looks_lose_nothing_where_marks_leave_no_trace() {
    dovecot(None, &[Extension::CondStore]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_and_looks_lose_nothing_on_cyrus() {
    let cyrus = Cyrus::start(&CyrusOptions::default()).await.unwrap();
    let site = Site::with(
        without(cyrus.imap_port(), &[]),
        listening(Some(Listening::Idle)),
    );
    let hands = [
        cyrus.hand("anna").await.unwrap(),
        cyrus.hand("anna").await.unwrap(),
    ];
    follow_the_bustle(&site, hands).await;
}
