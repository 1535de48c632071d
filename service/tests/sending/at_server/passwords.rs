//! Passwords that are guessed, and passwords that are changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use backends::servers::{Dovecot, DovecotOptions, Login};
use protocol::command::SyncKeyText;
use protocol::command::folder_sync::FolderType;
use tokio::io::AsyncReadExt;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::{at, begins, logs};
use crate::house::{House, LIMIT, until};
use crate::phone::Phone;

/// Wrong passwords for one account, and by how many at once.
const GUESSES: usize = 1_000;
const AT_ONCE: usize = 20;

/// How long an answer is waited for by who guesses.
const IMPATIENCE: Duration = Duration::from_secs(2);

/// Between two guesses of one of them.
const PAUSE: Duration = Duration::from_millis(100);

/// Requests of the account beside it.
const REQUESTS: usize = 100;

fn percentiles(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 99 / 100])
}

async fn requests(phone: &Phone) -> Vec<Duration> {
    let mut times = Vec::new();
    for _ in 0..REQUESTS {
        let began = Instant::now();
        assert_eq!(begins(phone).await, 200);
        times.push(began.elapsed());
    }
    times
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_one_password_holds_up_nobody_else() {
    let user = |name: &str| Login::new(name, "secret");
    let options = DovecotOptions {
        users: vec![user("anna"), user("bert"), user("carol")],
        failure_delay: Duration::from_secs(1),
        ..DovecotOptions::default()
    };
    let dovecot = Dovecot::start(&options).await.unwrap();
    let house = House::at_server(&at(dovecot.imap_port(), "", ""), "");
    let anna = Phone::new(&house, "anna", "phone");
    let (before, before_most) = percentiles(requests(&anna).await);
    let guesses = Arc::new(AtomicUsize::new(0));
    let checked = Arc::new(AtomicUsize::new(0));
    let enough = Arc::new(AtomicBool::new(false));
    let mut guessing = JoinSet::new();
    for _ in 0..AT_ONCE {
        let mut bert = Phone::new(&house, "bert", "guesser");
        let (guesses, checked) = (Arc::clone(&guesses), Arc::clone(&checked));
        let enough = Arc::clone(&enough);
        guessing.spawn(async move {
            loop {
                let number = guesses.fetch_add(1, Ordering::SeqCst);
                if number >= GUESSES && enough.load(Ordering::SeqCst) {
                    return;
                }
                // What is measured is not how busy they keep the machine.
                sleep(PAUSE).await;
                bert.password = format!("guess {number}");
                match timeout(IMPATIENCE, begins(&bert)).await {
                    Ok(401) => checked.fetch_add(1, Ordering::SeqCst),
                    Ok(503) | Err(_) => 0,
                    Ok(other) => panic!("{other}"),
                };
            }
        });
    }
    while guesses.load(Ordering::SeqCst) < AT_ONCE {
        tokio::task::yield_now().await;
    }
    // Not one of anna's is refused; and whom the service does not know yet is let in by the server.
    let (during, during_most) = percentiles(requests(&anna).await);
    let carol = Phone::new(&house, "carol", "phone");
    assert_eq!(begins(&carol).await, 200);
    enough.store(true, Ordering::SeqCst);
    let all = async {
        while let Some(ended) = guessing.join_next().await {
            ended.unwrap();
        }
    };
    timeout(3 * LIMIT, all).await.unwrap();
    let (guesses, checked) = (
        guesses.load(Ordering::SeqCst),
        checked.load(Ordering::SeqCst),
    );
    // The server was asked about a few, since one account has one place.
    assert!(
        guesses >= GUESSES && checked * 10 < guesses,
        "{checked} of {guesses}"
    );
    eprintln!(
        "p50 {before:?} p99 {before_most:?} before; p50 {during:?} p99 {during_most:?} beside {guesses} guesses by \
         {AT_ONCE} at once, of which {checked} were checked"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_ends_what_waits_and_a_server_that_is_down_does_not() {
    let mut dovecot = Dovecot::start(&DovecotOptions::default()).await.unwrap();
    let sections = at(dovecot.imap_port(), "recheck_s = 1\n", "");
    let house = House::at_server(&sections, "");
    let mut phone = Phone::new(&house, "anna", "phone");
    let inbox = phone.folder(FolderType::Inbox).await;
    phone.sync(&inbox, SyncKeyText::initial()).await;
    let mut parked = phone.park(&inbox).await;
    let gauge = "directpush_parked{kind=\"ping\"} ";
    while house.metric(gauge).await != 1 {
        tokio::task::yield_now().await;
    }
    dovecot.kill();
    logs(&house, "a password could not be checked").await;
    assert_eq!(house.metric(gauge).await, 1, "the Ping is parked");
    dovecot.restart().await.unwrap();
    dovecot.set_user(&Login::new("anna", "new")).await.unwrap();
    let mut said = Vec::new();
    // A look that failed is repeated after half a minute.
    let ended = timeout(3 * LIMIT, parked.read_to_end(&mut said));
    ended.await.unwrap().unwrap();
    logs(&house, "a password no longer holds").await;
    assert_eq!(begins(&phone).await, 401);
    phone.password = "new".to_owned();
    assert_eq!(begins(&phone).await, 200);
    house.keeps_nothing_of(&["secret"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_hears_where_a_password_comes_from() {
    let options = DovecotOptions {
        trusted_networks: Some("127.0.0.0/8"),
        ..DovecotOptions::default()
    };
    let dovecot = Dovecot::start(&options).await.unwrap();
    let proxy = "[proxy]\ntrusted = [\"127.0.0.1\"]\n";
    let house = House::at_server(&(at(dovecot.imap_port(), "", "") + proxy), "");
    let mut phone = Phone::new(&house, "anna", "phone");
    phone.origin = Some("192.0.2.77");
    phone.password = "wrong".to_owned();
    assert_eq!(begins(&phone).await, 401);
    let refused = |line: &str| line.contains("auth failed") && line.contains("rip=192.0.2.77");
    until("the refusal", || dovecot.log().lines().any(refused)).await;
    phone.password = "secret".to_owned();
    phone.origin = Some("192.0.2.78");
    assert_eq!(begins(&phone).await, 200);
    // Once for the check and once for the mailbox: a password that goes bad is not held against everybody.
    let logins = |address: &str| {
        let log = dovecot.log();
        let line = |line: &&str| line.contains("Login: ") && line.contains(address);
        log.lines().filter(line).count()
    };
    until("two sign-ins", || logins("rip=192.0.2.78") == 2).await;
    assert_eq!(logins("rip=127.0.0.1"), 0);
}
