//! Cyrus's notifier.

use std::collections::BTreeSet;
use std::time::Duration;

use backends::servers::{Cyrus, CyrusOptions, HttpSink, Manners, Posted};
use serde_json::Value;
use tokio::time::timeout;

use crate::hooks::hook;
use crate::servers::mail;

/// A Cyrus that tells `url`.
async fn telling(url: String) -> Cyrus {
    let options = CyrusOptions {
        hook: Some(hook(url)),
        ..CyrusOptions::default()
    };
    Cyrus::start(&options).await.unwrap()
}

fn events(posted: &[Posted]) -> Vec<Value> {
    let lines = posted.iter().flat_map(|posted| posted.body.lines());
    let read = lines.map(|line| serde_json::from_str(line).unwrap());
    read.collect()
}

/// What happened, in which folder, to which messages.
fn named(event: &Value) -> String {
    let uri = event["uri"].as_str().unwrap();
    let (_, place) = uri.split_once("/user/").unwrap();
    let place: Vec<_> = place.split([';', '/']).collect();
    let place: Vec<_> = place
        .into_iter()
        .filter(|part| !part.starts_with("UIDVALIDITY") && !part.is_empty())
        .collect();
    let uids = event["uidset"].as_str().unwrap_or_default();
    let kind = event["event"].as_str().unwrap();
    format!("{kind} {} {uids}", place.join("/"))
        .trim()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_change_is_told() {
    let sink = HttpSink::start(Manners::Answer).await.unwrap();
    let cyrus = telling(sink.url("/hooks/cyrus")).await;
    let hand = cyrus.hand("anna").await.unwrap();
    cyrus.deliver("anna", &mail("one")).await.unwrap();
    hand.append("INBOX", "", None, &mail("two")).await.unwrap();
    let later = "\\Seen Later";
    hand.store("INBOX", "1:2", "+FLAGS", later).await.unwrap();
    hand.store("INBOX", "2", "-FLAGS", later).await.unwrap();
    hand.create("Work").await.unwrap();
    hand.rename("Work", "Play").await.unwrap();
    hand.subscribe("Play", true).await.unwrap();
    hand.subscribe("Play", false).await.unwrap();
    hand.append("Junk", "", None, &mail("junk")).await.unwrap();
    hand.move_to("INBOX", "1", "Play").await.unwrap();
    hand.expunge("INBOX", "2").await.unwrap();
    hand.delete("Play").await.unwrap();
    let expected = [
        "MessageNew anna/UID=1",
        "MessageAppend anna/UID=2",
        "MessageRead anna 1:2",
        "FlagsSet anna 1:2",
        "FlagsClear anna 2",
        "MailboxCreate anna/Work",
        "MailboxRename anna/Play",
        "MailboxSubscribe anna/Play",
        "MailboxUnSubscribe anna/Play",
        "MessageAppend anna/Junk/UID=1",
        "vnd.cmu.MessageMove anna/Play 1",
        "MessageExpunge anna 1",
        "MessageExpunge anna 2",
        "MailboxDelete anna/Play",
    ];
    let told = sink.until(|posted| {
        let seen: BTreeSet<_> = events(posted).iter().map(named).collect();
        expected.iter().all(|&event| seen.contains(event))
    });
    for posted in told.await.unwrap() {
        assert_eq!(posted.target, "POST /hooks/cyrus");
        assert_eq!(posted.header("Authorization"), Some("Bearer t0ken"));
        let kind = posted.header("Content-Type");
        assert_eq!(kind, Some("application/x-ndjson"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_hangs_holds_up_neither_mail_nor_what_is_told_next() {
    let sink = HttpSink::start(Manners::Hang).await.unwrap();
    let cyrus = telling(sink.url("/hooks/cyrus")).await;
    // Cyrus waits while the queue is full: a second an event, and there are sixty.
    let delivery = async {
        for _ in 0..30 {
            cyrus.deliver("anna", &mail("one")).await.unwrap();
        }
    };
    timeout(Duration::from_secs(20), delivery).await.unwrap();
    let hand = cyrus.hand("anna").await.unwrap();
    assert_eq!(hand.count("INBOX").await.unwrap(), 30);
    let told = sink.until(|posted| {
        let new = |event: &&Value| event["event"] == "MessageNew";
        events(posted).iter().filter(new).count() == 30
    });
    told.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_away_loses_no_mail() {
    let sink = HttpSink::start(Manners::Answer).await.unwrap();
    let url = sink.url("/hooks/cyrus");
    drop(sink);
    let cyrus = telling(url).await;
    let hand = cyrus.hand("anna").await.unwrap();
    cyrus.deliver("anna", &mail("one")).await.unwrap();
    hand.append("INBOX", "", None, &mail("two")).await.unwrap();
    hand.store("INBOX", "1", "+FLAGS", "\\Seen").await.unwrap();
    let flags = hand.flags("INBOX").await.unwrap();
    assert_eq!(flags, [(1, vec!["\\Seen".to_owned()]), (2, Vec::new())]);
}
