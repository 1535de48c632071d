//! Every way to listen keeps the contract of watches.

use std::time::Duration;

use backends::Mailbox;
use backends::Source;
use backends::contract::watch_cases;
use backends::imap::{Extension, Listening};
use backends::servers::{Cyrus, CyrusOptions, Dovecot, DovecotOptions, Login};
use tokio::time::timeout;

use super::listening;
use crate::mailbox::{Site, without};

fn user(number: usize) -> String {
    format!("user{number}")
}

fn users() -> Vec<Login> {
    let numbers = 0..watch_cases().len();
    let users = numbers.map(|number| Login::new(&user(number), "secret"));
    users.collect()
}

async fn dovecot(to: Listening, source: Source, disabled: &[Extension]) {
    let options = DovecotOptions {
        users: users(),
        ..DovecotOptions::default()
    };
    let dovecot = Dovecot::start(&options).await.unwrap();
    let site = Site::with(without(dovecot.imap_port(), disabled), listening(Some(to)));
    for (number, (name, case)) in watch_cases().into_iter().enumerate() {
        let user = user(number);
        let watch = site.mailbox(&user).watch().await.unwrap();
        assert_eq!(watch.source(), source);
        drop(watch);
        let bench = site.bench(&user, dovecot.hand(&user).await.unwrap());
        let done = timeout(Duration::from_secs(120), case(bench)).await;
        done.unwrap_or_else(|_| panic!("{name}: hangs"))
            .unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_keeps_it() {
    dovecot(Listening::Idle, Source::Idle, &[]).await;
}

#[tokio::test]
async fn notify_keeps_it() {
    dovecot(Listening::Notify, Source::Notify, &[]).await;
}

/// Folders are asked for one by one, and marks in INBOX leave no trace but what is heard.
#[tokio::test(flavor = "multi_thread")]
async fn idle_keeps_it_on_servers_of_the_first_hour() {
    let disabled = [
        Extension::CondStore,
        Extension::ListExtended,
        Extension::ListStatus,
    ];
    dovecot(Listening::Idle, Source::Idle, &disabled).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_does_not_offer_is_polled() {
    let disabled = [Extension::Idle, Extension::Notify];
    dovecot(Listening::Idle, Source::Poll, &disabled).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_keeps_it_on_cyrus() {
    let options = CyrusOptions {
        users: users(),
        ..CyrusOptions::default()
    };
    let cyrus = Cyrus::start(&options).await.unwrap();
    let site = Site::with(
        without(cyrus.imap_port(), &[]),
        listening(Some(Listening::Idle)),
    );
    for (number, (name, case)) in watch_cases().into_iter().enumerate() {
        let user = user(number);
        let bench = site.bench(&user, cyrus.hand(&user).await.unwrap());
        let done = timeout(Duration::from_secs(120), case(bench)).await;
        done.unwrap_or_else(|_| panic!("{name}: hangs"))
            .unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
}
