//! Servers that call: nothing but calls tells of changes, and a server that does not call is found out.

use std::time::Duration;

use backends::contract::watch_cases;
use backends::hook::{HookFeed, Mark};
use backends::imap::{ImapOptions, Listening};
use backends::servers::{Dovecot, DovecotOptions, HookOptions, HttpSink, Login, Manners, Posted};
use backends::{FolderRef, Kind, Mailbox, Source, WatchEvent, WatchMode};
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::bustle::follow_the_bustle;
use super::{NEVER, inbox, listening};
use crate::mailbox::{Site, plain};

const PATIENCE: Duration = Duration::from_secs(20);

/// A Dovecot that calls, and whoever hears it.
struct Line {
    feed: HookFeed,
    dovecot: Dovecot,
    site: Site,
    /// Ends with the line.
    _hearing: JoinSet<()>,
}

impl Line {
    async fn open(users: Vec<Login>, options: ImapOptions) -> Self {
        let sink = HttpSink::start(Manners::Answer).await.unwrap();
        let hook = HookOptions {
            url: sink.url("/hooks/dovecot"),
            token: "t0ken".to_owned(),
        };
        let dovecot = Dovecot::start(&DovecotOptions {
            users,
            hook: Some(hook),
            ..DovecotOptions::default()
        })
        .await
        .unwrap();
        let feed = HookFeed::default();
        let options = ImapOptions {
            hooks: Some(feed.clone()),
            ..options
        };
        let mut hearing = JoinSet::new();
        hearing.spawn(hear(sink, feed.clone()));
        Self {
            feed,
            site: Site::with(plain(dovecot.imap_port()), options),
            dovecot,
            _hearing: hearing,
        }
    }
}

/// Notes what the server says.
async fn hear(sink: HttpSink, feed: HookFeed) {
    let mut heard = 0;
    loop {
        let more = sink.until(|posted| posted.len() > heard).await;
        // Nothing for half a minute.
        let Ok(posted) = more else { continue };
        for one in posted.iter().skip(heard) {
            mark(&feed, one);
        }
        heard = posted.len();
    }
}

fn mark(feed: &HookFeed, posted: &Posted) {
    let body: Value = serde_json::from_str(&posted.body).unwrap();
    let user = body["user"].as_str().unwrap();
    for event in body["events"].as_array().unwrap() {
        let mark = match event["event"].as_str().unwrap() {
            kind if kind.starts_with("mailbox") => Mark::Hierarchy,
            _ => Mark::Folder(event["folder"].as_str().unwrap().to_owned()),
        };
        feed.mark(user, &mark);
    }
}

/// No look, unless an event asks for one.
fn calls_only() -> ImapOptions {
    let mut options = listening(Some(Listening::Hook));
    options.watch.sweep_every = NEVER;
    options.watch.proof_every = NEVER;
    options
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_keep_the_contract() {
    let user = |number: usize| format!("user{number}");
    let users = (0..watch_cases().len()).map(|number| Login::new(&user(number), "secret"));
    let line = Line::open(users.collect(), calls_only()).await;
    for (number, (name, case)) in watch_cases().into_iter().enumerate() {
        let user = user(number);
        let watch = line.site.mailbox(&user).watch().await.unwrap();
        assert_eq!(
            (watch.mode(), watch.source()),
            (WatchMode::Push, Source::Hook)
        );
        assert!(watch.hears(&FolderRef::new("anything")) && watch.hears_hierarchy());
        drop(watch);
        let bench = line
            .site
            .bench(&user, line.dovecot.hand(&user).await.unwrap());
        let done = timeout(Duration::from_secs(120), case(bench)).await;
        done.unwrap_or_else(|_| panic!("{name}: hangs"))
            .unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_lose_nothing() {
    let line = Line::open(vec![Login::new("anna", "secret")], calls_only()).await;
    let hands = [
        line.dovecot.hand("anna").await.unwrap(),
        line.dovecot.hand("anna").await.unwrap(),
    ];
    follow_the_bustle(&line.site, hands).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_that_calls_have_proved_holds_no_connection() {
    let mut options = calls_only();
    options.idle = Duration::from_millis(100);
    let line = Line::open(vec![Login::new("anna", "secret")], options).await;
    let mut watch = line.site.mailbox("anna").watch().await.unwrap();
    line.dovecot
        .deliver("anna", b"Subject: x\r\n\r\n")
        .await
        .unwrap();
    let heard = async {
        while watch.next().await.unwrap() != WatchEvent::Changed(inbox()) {}
        while line.site.store.counters().open > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, heard).await.unwrap();
    line.feed.gap();
    let gap = async { while watch.next().await.unwrap() != WatchEvent::Gap {} };
    timeout(PATIENCE, gap).await.unwrap();
}

/// Looks find what was not told, and after two of them others are asked to listen.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_call_is_found_out() {
    let dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let mut options = listening(None);
    options.watch.listen = vec![Listening::Hook, Listening::Idle];
    options.hooks = Some(HookFeed::default());
    let site = Site::with(plain(dovecot.imap_port()), options);
    let mailbox = site.mailbox("anna");
    let mut watch = mailbox.watch().await.unwrap();
    assert_eq!(watch.source(), Source::Hook);
    let found = async {
        loop {
            dovecot
                .deliver("anna", b"Subject: x\r\n\r\n")
                .await
                .unwrap();
            loop {
                match watch.next().await {
                    Ok(WatchEvent::Changed(folder)) if folder == inbox() => break,
                    Ok(_) => {}
                    Err(error) => return error,
                }
            }
        }
    };
    let error = timeout(PATIENCE, found).await.unwrap();
    assert_eq!(error.kind(), Kind::Unavailable);
    assert_eq!(mailbox.watch().await.unwrap().source(), Source::Idle);
}
