//! Changes all over an account, faster than anybody can follow: when they stop, the phone soon shows what is there.
//!
//! `STORM_S`, `STORM_RATE` and `STORM_SOURCE` make it longer, faster, and say by what changes are learnt of.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use backends::servers::ImapHand;
use protocol::device::Profile;
use tokio::task::JoinSet;
use tokio::time::{sleep_until, timeout};

use crate::house::{House, Plan, Source, asked};
use crate::mail::message;
use crate::phone::{Contents, LIMIT, Phone};
use crate::random::Random;

/// Mail programs at work, and the folders of each.
const HANDS: usize = 4;
const FOLDERS_EACH: usize = 5;

/// Changes a second, of all together.
const RATE: u64 = 70;

/// How long they last.
const LASTS_S: u64 = 4;

/// `imap.sweep_s`: folders that are not listened to are looked at as often.
const SWEEP_S: u64 = 10;

/// `imap.poll_s`.
const POLL_S: u64 = 5;

/// From the last change to the last answer. A program that is not optimized, among others that run, takes longer.
const SOON: Duration = if cfg!(debug_assertions) {
    Duration::from_secs(5)
} else {
    Duration::from_secs(2)
};

#[tokio::test(flavor = "multi_thread")]
async fn by_hook() {
    storm(Source::Hook, LASTS_S).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_idle() {
    storm(Source::Idle, LASTS_S).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_idle_while_sessions_sleep() {
    storm(Source::Hibernating, LASTS_S).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_notify() {
    storm(Source::Notify, LASTS_S).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_looking() {
    storm(Source::Poll, LASTS_S).await;
}

/// A mail program: the messages of its folders by their UIDs.
struct Hand {
    imap: ImapHand,
    folders: Vec<(String, Vec<u32>)>,
    random: Random,
    made: usize,
    number: usize,
}

impl Hand {
    /// Changes something, whatever.
    async fn change(&mut self) {
        let at = usize::try_from(self.random.below(FOLDERS_EACH as u64)).unwrap();
        let (folder, uids) = self.folders[at].clone();
        let dice = self.random.below(100);
        if uids.len() < 3 || dice < 30 {
            self.made += 1;
            let subject = format!("m{}x{}", self.number, self.made);
            let made = self
                .imap
                .append(&folder, "", None, &message(&subject))
                .await;
            return self.folders[at].1.push(made.unwrap().1);
        }
        let uid = *self.random.pick(&uids);
        let set = uid.to_string();
        match dice {
            30..80 => {
                let change = *self.random.pick(&["+FLAGS", "-FLAGS"]);
                let flag = *self.random.pick(&["\\Seen", "\\Flagged"]);
                self.imap.store(&folder, &set, change, flag).await.unwrap();
            }
            80..90 => {
                let to = (at + 1) % FOLDERS_EACH;
                let target = self.folders[to].0.clone();
                let (_, new) = self.imap.move_to(&folder, &set, &target).await.unwrap();
                self.folders[at].1.retain(|one| *one != uid);
                self.folders[to].1.push(new.parse().unwrap());
            }
            _ => {
                self.imap.expunge(&folder, &set).await.unwrap();
                self.folders[at].1.retain(|one| *one != uid);
            }
        }
    }

    /// Changes so many things, evenly over the time.
    async fn work(mut self, changes: u64, time: Duration) {
        let began = Instant::now();
        for number in 0..changes {
            let at = time.mul_f64(number as f64 / changes as f64);
            sleep_until((began + at).into()).await;
            self.change().await;
        }
    }
}

/// Changes things for so many seconds and then waits until the phone shows all of it.
async fn storm(source: Source, lasts_s: u64) {
    let wanted = asked::<String>("STORM_SOURCE");
    if wanted.is_some_and(|wanted| wanted != format!("{source:?}").to_lowercase()) {
        return;
    }
    let time = Duration::from_secs(asked("STORM_S").unwrap_or(lasts_s));
    let rate = asked("STORM_RATE").unwrap_or(RATE);
    let mut plan = Plan::new(source);
    plan.imap = format!("sweep_s = {SWEEP_S}\npoll_s = {POLL_S}\n");
    let house = House::start(plan).await;
    let hands = hands(&house).await;
    let folders: Vec<String> = hands
        .iter()
        .flat_map(|hand| hand.folders.iter())
        .map(|(name, _)| name.clone())
        .collect();
    let mut phone = house.phone(Profile::aosp(), "anna", "STORM");
    phone.settle().await;
    phone.live_until(house.watched(1, 1)).await;

    let began = Instant::now();
    let changes = rate * time.as_secs() / HANDS as u64;
    let mut working = JoinSet::new();
    for hand in hands {
        working.spawn(hand.work(changes, time));
    }
    phone.live_until(working.join_all()).await;
    let took = began.elapsed();
    let heard = house.tap.idling();
    let late = until_equal(&house, &mut phone, &folders).await;

    let bound = |folder: &str| match source {
        Source::Hook => SOON,
        Source::Idle | Source::Hibernating if heard.contains(folder) => SOON,
        Source::Idle | Source::Hibernating => Duration::from_secs(SWEEP_S) + SOON,
        // The last event may be kept back for as long.
        Source::Notify => Duration::from_secs(1) + SOON,
        Source::Poll => Duration::from_secs(POLL_S) + SOON,
    };
    let slow: Vec<_> = late
        .iter()
        .filter(|(folder, late)| **late > bound(folder))
        .collect();
    let last = late.values().max().unwrap();
    let last_heard = late
        .iter()
        .filter(|(folder, _)| heard.contains(*folder))
        .map(|(_, late)| late)
        .max();
    eprintln!(
        "{source:?}: {} changes in {took:?}; shown after {last:?}, where IDLE listens after {last_heard:?}; \
         woken {} times, {} for nothing",
        changes * HANDS as u64,
        phone.seen.announced,
        phone.seen.fruitless
    );
    assert_eq!(slow, [], "{}", phone.diary());
    assert_eq!(phone.seen.wrong, [""; 0], "{}", phone.diary());
}

async fn hands(house: &House) -> Vec<Hand> {
    let seed = asked("STORM_SEED").unwrap_or(1);
    eprintln!("STORM_SEED={seed}");
    let mut random = Random::new(seed);
    let mut hands = Vec::new();
    for number in 0..HANDS {
        let imap = house.dovecot.hand("anna").await.unwrap();
        let mut folders = Vec::new();
        for folder in 0..FOLDERS_EACH {
            let name = match (number, folder) {
                (0, 0) => "INBOX".to_owned(),
                _ => format!("F{number}{folder}"),
            };
            if name != "INBOX" {
                imap.create(&name).await.unwrap();
                imap.subscribe(&name, true).await.unwrap();
            }
            folders.push((name, Vec::new()));
        }
        hands.push(Hand {
            imap,
            folders,
            random: random.fork(),
            made: 0,
            number,
        });
    }
    hands
}

/// Lives on until the phone shows what is there; how long after the last change each folder did.
async fn until_equal(
    house: &House,
    phone: &mut Phone,
    folders: &[String],
) -> BTreeMap<String, Duration> {
    let ended = Instant::now();
    let other = phone.live_until(house.other("anna")).await;
    let mut expected: BTreeMap<&str, Contents> = BTreeMap::new();
    for folder in folders {
        expected.insert(folder, phone.live_until(other.contents(folder)).await);
    }
    let mut equal = BTreeMap::new();
    loop {
        for (folder, there) in &expected {
            let shown = phone.contents(if *folder == "INBOX" { "" } else { folder });
            if shown != *there {
                equal.remove(*folder);
            } else if !equal.contains_key(*folder) {
                equal.insert((*folder).to_owned(), ended.elapsed());
            }
        }
        if equal.len() == folders.len() {
            return equal;
        }
        let missing = folders.iter().find(|folder| !equal.contains_key(*folder));
        assert!(
            ended.elapsed() < LIMIT,
            "{missing:?}: {:?}\n{}",
            missing.map(|folder| &expected[&**folder]),
            phone.diary()
        );
        let _pause = timeout(Duration::from_millis(20), phone.turn()).await;
    }
}
