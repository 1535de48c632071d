//! Mailboxes on IMAP servers keep the contract, whatever the server can do.

use std::time::Duration;

use backends::contract::{Bench, Case, cases};
use backends::imap::Extension;
use backends::servers::{Cyrus, CyrusOptions, Dovecot, DovecotOptions, Failure, ImapHand, Login};
use tokio::time::timeout;

use super::{Site, without};

async fn run(name: &str, case: Case, bench: Bench) {
    let done = timeout(Duration::from_secs(120), case(bench)).await;
    done.unwrap_or_else(|_| panic!("{name}: hangs"))
        .unwrap_or_else(|error| panic!("{name}: {error:?}"));
}

fn user(number: usize) -> String {
    format!("user{number}")
}

/// One for each case.
fn users() -> Vec<Login> {
    let numbers = 0..cases().len();
    let users = numbers.map(|number| Login::new(&user(number), "secret"));
    users.collect()
}

/// Every case, each on an account of its own.
async fn all(site: &Site, hand: impl AsyncFn(String) -> Result<ImapHand, Failure>) {
    for (number, (name, case)) in cases().into_iter().enumerate() {
        let user = user(number);
        let hand = hand(user.clone()).await.unwrap();
        run(name, case, site.bench(&user, hand)).await;
    }
}

async fn dovecot(disabled: &[Extension]) {
    let options = DovecotOptions {
        users: users(),
        ..DovecotOptions::default()
    };
    let dovecot = Dovecot::start(&options).await.unwrap();
    let site = Site::new(without(dovecot.imap_port(), disabled));
    all(&site, async |user| dovecot.hand(&user).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dovecot_keeps_it() {
    dovecot(&[]).await;
}

#[tokio::test]
async fn it_is_kept_on_one_thread() {
    dovecot(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_kept_where_vanished_messages_are_not_told() {
    dovecot(&[Extension::Qresync]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_kept_where_there_are_no_modification_sequences() {
    dovecot(&[Extension::CondStore]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_kept_where_new_names_are_not_told() {
    dovecot(&[Extension::UidPlus]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_kept_where_messages_are_copied() {
    dovecot(&[Extension::Move]).await;
}

/// As on servers of the first hour.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_kept_with_the_bare_protocol() {
    dovecot(&[
        Extension::Binary,
        Extension::CondStore,
        Extension::CreateSpecialUse,
        Extension::Enable,
        Extension::Esearch,
        Extension::Id,
        Extension::ListExtended,
        Extension::ListStatus,
        Extension::LiteralMinus,
        Extension::LiteralPlus,
        Extension::Move,
        Extension::Namespace,
        Extension::Qresync,
        Extension::SaslInitial,
        Extension::SpecialUse,
        Extension::UidPlus,
        Extension::Unselect,
    ])
    .await;
}

async fn cyrus(options: CyrusOptions) {
    let options = CyrusOptions {
        users: users(),
        ..options
    };
    let cyrus = Cyrus::start(&options).await.unwrap();
    let site = Site::new(without(cyrus.imap_port(), &[]));
    all(&site, async |user| cyrus.hand(&user).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cyrus_keeps_it() {
    cyrus(CyrusOptions::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cyrus_keeps_it_with_all_names_below_inbox() {
    let options = CyrusOptions {
        classic_names: true,
        ..CyrusOptions::default()
    };
    cyrus(options).await;
}
