//! A server that is killed and started again while mail comes in and phones wait and read: every message arrives, once.
//!
//! `RESTARTS`, `RESTARTS_DEVICES` and `RESTARTS_SOURCE` make more of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use backends::servers::deliver;
use protocol::device::{Event, LocalChange, Profile};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::house::{House, Plan, Source, asked};
use crate::mail::message;
use crate::phone::{LIMIT, Phone};

/// How often the server is killed.
const RESTARTS: usize = 3;

/// Phones, so many of one account.
const DEVICES: usize = 6;
const DEVICES_EACH: usize = 3;

/// Between two messages, to whichever account.
const PAUSE: Duration = Duration::from_millis(75);

/// How long the server runs, and is away.
const UP: Duration = Duration::from_millis(1_500);
const AWAY: Duration = Duration::from_millis(700);

/// The longest pause between two attempts of a watch, and what follows it: nobody waits for longer, however often the
/// server was away.
const BACK_WITHIN: Duration = Duration::from_secs(60 + 2);

#[tokio::test(flavor = "multi_thread")]
async fn every_message_arrives_once() {
    tokio::join!(
        restarts(Source::Hook),
        restarts(Source::Idle),
        restarts(Source::Notify),
    );
}

/// What came to the phones, and when: the phone and the subject.
type Arrivals = Arc<Mutex<BTreeMap<(usize, String), Vec<Instant>>>>;

/// Messages that the server has taken, and when.
type Taken = Vec<(String, Instant)>;

async fn restarts(source: Source) {
    let wanted = asked::<String>("RESTARTS_SOURCE");
    if wanted.is_some_and(|wanted| wanted != source.name()) {
        return;
    }
    let count = asked("RESTARTS").unwrap_or(RESTARTS);
    let devices = asked("RESTARTS_DEVICES").unwrap_or(DEVICES);
    let accounts: Vec<String> = (0..devices.div_ceil(DEVICES_EACH))
        .map(|number| format!("user{number}"))
        .collect();
    let mut plan = Plan::new(source);
    plan.users = accounts.clone();
    let mut house = House::start(plan).await;
    let mut phones = settled(&house, &accounts, devices).await;

    let arrivals = Arrivals::default();
    let stop = watch::Sender::new(false);
    let mut living = JoinSet::new();
    for (number, phone) in phones.drain(..).enumerate() {
        living.spawn(live(phone, number, Arc::clone(&arrivals), stop.subscribe()));
    }
    let enough = watch::Sender::new(false);
    let mut delivering = JoinSet::new();
    for account in &accounts {
        let port = house.dovecot.lmtp_port();
        let pause = PAUSE * u32::try_from(accounts.len()).unwrap();
        delivering.spawn(mail_to((port, pause), account.clone(), enough.subscribe()));
    }
    let mut back = vec![Instant::now()];
    for _ in 0..count {
        sleep(UP).await;
        house.dovecot.kill();
        sleep(AWAY).await;
        for account in &accounts {
            unlock(&house.dovecot.home(account));
        }
        house.dovecot.restart().await.unwrap();
        back.push(Instant::now());
    }
    sleep(UP).await;
    enough.send_replace(true);
    let taken: BTreeMap<String, Taken> = delivering.join_all().await.into_iter().collect();
    let missing = all_arrive(&taken, (&accounts, devices), &arrivals).await;
    stop.send_replace(true);
    let mut phones = living.join_all().await;
    phones.sort_by_key(|(number, _)| *number);
    if let Some((number, subject)) = missing.first() {
        let diary = phones[*number].1.diary();
        panic!("{source:?}: phone {number} misses {subject} and others: {missing:?}\n{diary}");
    }
    compare(&house, &accounts, phones).await;

    let delays = delays(&taken, &accounts, &arrivals, &back);
    let last = delays.last().unwrap();
    eprintln!(
        "{source:?}: {count} restarts, {devices} phones: {} arrivals of {} messages, once each; after the server had it or \
         was back: p50 {:?}, p99 {:?}, at most {last:?}",
        delays.len(),
        taken.values().map(Vec::len).sum::<usize>(),
        delays[delays.len() / 2],
        delays[delays.len() * 99 / 100]
    );
    assert!(*last <= BACK_WITHIN, "{last:?}");
}

/// The phones, set up and waiting: of account `n / DEVICES_EACH`.
async fn settled(house: &House, accounts: &[String], devices: usize) -> Vec<Phone> {
    let mut settling = JoinSet::new();
    for number in 0..devices {
        let profile = [Profile::aosp(), Profile::ios(), Profile::samsung()][number % 3].clone();
        let account = &accounts[number / DEVICES_EACH];
        let mut phone = house.phone(profile, account, &format!("RESTART{number}"));
        settling.spawn(async move {
            phone.settle().await;
            (number, phone)
        });
    }
    let mut phones = settling.join_all().await;
    phones.sort_by_key(|(number, _)| *number);
    phones.into_iter().map(|(_, phone)| phone).collect()
}

/// Lives on, notes what arrives, and has one of the account's users' phones read it.
async fn live(
    mut phone: Phone,
    number: usize,
    arrivals: Arrivals,
    mut stop: watch::Receiver<bool>,
) -> (usize, Phone) {
    loop {
        let events = tokio::select! {
            events = phone.turn() => events,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        for event in events {
            let Event::ItemAdded { folder, item, copy } = event else {
                continue;
            };
            let mut arrivals = arrivals.lock().unwrap();
            let came = arrivals.entry((number, copy.subject)).or_default();
            came.push(Instant::now());
            if number.is_multiple_of(DEVICES_EACH) {
                let read = true;
                phone.change(LocalChange::SetRead { folder, item, read });
            }
        }
    }
    (number, phone)
}

/// Mails to an account until it is told to stop. What failed may have arrived all the same: it is not sent again, but
/// another message.
async fn mail_to(
    (port, pause): (u16, Duration),
    account: String,
    mut enough: watch::Receiver<bool>,
) -> (String, Taken) {
    let mut taken = Taken::new();
    for number in 0.. {
        if *enough.borrow_and_update() {
            break;
        }
        let subject = format!("{account}m{number}");
        let delivered = deliver(port, &account, &message(&subject)).await;
        if delivered.is_ok() {
            taken.push((subject, Instant::now()));
        }
        let _enough = tokio::time::timeout(pause, enough.changed()).await;
    }
    (account, taken)
}

/// What a killed Dovecot had locked stays so for two minutes.
fn unlock(home: &Path) {
    let Ok(entries) = std::fs::read_dir(home) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            unlock(&path);
        } else if path.extension().is_some_and(|end| end == "lock") {
            let _left = std::fs::remove_file(path);
        }
    }
}

/// Waits until every phone was told of all that the server has taken. Answers what is missing in the end.
async fn all_arrive(
    taken: &BTreeMap<String, Taken>,
    (accounts, devices): (&[String], usize),
    arrivals: &Arrivals,
) -> Vec<(usize, String)> {
    let began = Instant::now();
    loop {
        let missing: Vec<_> = (0..devices)
            .flat_map(|phone| {
                let messages = &taken[&accounts[phone / DEVICES_EACH]];
                messages
                    .iter()
                    .map(move |(subject, _)| (phone, subject.clone()))
            })
            .filter(|expected| !arrivals.lock().unwrap().contains_key(expected))
            .collect();
        if missing.is_empty() || began.elapsed() > BACK_WITHIN {
            return missing;
        }
        sleep(Duration::from_millis(20)).await;
    }
}

/// Every phone shows what the server has, and met with nothing worse than a server that was away.
async fn compare(house: &House, accounts: &[String], phones: Vec<(usize, Phone)>) {
    let mut comparing = JoinSet::new();
    for (number, mut phone) in phones {
        let other = house.other(&accounts[number / DEVICES_EACH]).await;
        comparing.spawn(async move {
            let began = Instant::now();
            while phone.contents("") != phone.live_until(other.contents("INBOX")).await {
                assert!(began.elapsed() < LIMIT, "{}", phone.diary());
                phone.live_for(Duration::from_millis(100)).await;
            }
            phone.seen.wrong.retain(|wrong| !is_outage(wrong));
            assert_eq!(phone.seen.wrong, [""; 0], "{}", phone.diary());
        });
    }
    comparing.join_all().await;
}

/// What a phone is told while the server is away.
fn is_outage(wrong: &str) -> bool {
    wrong.contains("Http(503)") || wrong.contains("Status(StatusCode(5))")
}

/// How long each arrival took, from when the server had the message, or was back. Sorted.
fn delays(
    taken: &BTreeMap<String, Taken>,
    accounts: &[String],
    arrivals: &Arrivals,
    back: &[Instant],
) -> Vec<Duration> {
    let mut delays = Vec::new();
    for ((phone, subject), came) in &*arrivals.lock().unwrap() {
        assert_eq!(came.len(), 1, "phone {phone} was told of {subject} twice");
        let messages = &taken[&accounts[phone / DEVICES_EACH]];
        let Some((_, had)) = messages.iter().find(|(taken, _)| taken == subject) else {
            continue;
        };
        let came = came[0];
        let up = back.iter().filter(|up| **up <= came).max().unwrap();
        delays.push(came.saturating_duration_since(*had.max(up)));
    }
    delays.sort();
    delays
}
