//! Items that a phone cannot digest or a mailbox cannot read: they cost themselves, and nothing else.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use directpush::telemetry::Facts;
use protocol::class::email::Email;
use protocol::command::sync::{CollectionAnswer, ServerCommand, SyncResponse};
use protocol::command::{Body, SyncKeyText};
use protocol::wbxml::{self, Limits};

use crate::inside::{Inside, document, grants, seam};
use crate::polls::Device;

const POISON: &str = "poison";

/// A device at the seam that takes only what it likes.
struct Picky {
    device: Device,
    has: BTreeSet<String>,
    asked: usize,
}

impl Picky {
    async fn new(inside: &Inside) -> Self {
        let mut device = Device::new("PICKY");
        device.begin(inside).await;
        Self {
            device,
            has: BTreeSet::new(),
            asked: 0,
        }
    }

    /// Asks once. `None`: nothing new.
    async fn ask(&mut self, inside: &Inside) -> Option<CollectionAnswer> {
        self.asked += 1;
        let request = self.device.sync_request(Vec::new());
        let answer = seam(inside).dispatch(request, &mut Facts::default()).await;
        let body = document(&answer);
        if body.is_empty() {
            return None;
        }
        let document = wbxml::decode(&body, &Limits::default()).unwrap();
        let Ok(SyncResponse::Collections(mut answers)) = SyncResponse::from_element(&document.root)
        else {
            panic!("a Sync failed");
        };
        answers.pop()
    }

    /// Takes an answer, unless it chokes on it.
    fn take(&mut self, answer: &CollectionAnswer, chokes_on: &str) {
        let subjects: Vec<String> = answer.commands.iter().filter_map(subject).collect();
        if !subjects.iter().any(|subject| subject == chokes_on) {
            self.has.extend(subjects);
            self.device.set_key(answer.sync_key.clone());
        }
    }
}

fn subject(command: &ServerCommand) -> Option<String> {
    match command {
        ServerCommand::Add { data, .. } => Email::from_data(data.element()).unwrap().subject,
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_a_device_rejects_for_ever_is_passed_over() {
    let inside = Inside::start(&[""]).await;
    for number in 0..30 {
        let subject = match number {
            11 => POISON.to_owned(),
            number => format!("m{number}"),
        };
        inside.maildir.deliver("", &subject);
    }
    let mut picky = Picky::new(&inside).await;
    while let Some(answer) = picky.ask(&inside).await {
        picky.take(&answer, POISON);
        assert!(picky.asked < 80, "it never ends; it has {:?}", picky.has);
    }
    assert_eq!(picky.has.len(), 29);
    eprintln!("one in thirty passed over after {} Syncs", picky.asked);
    let account = inside.commands.index.store().accounts().await.unwrap()[0].0;
    let store = inside.commands.index.store();
    let skipped = store.skipped(account).await.unwrap();
    assert_eq!(skipped.len(), 1);
    assert_eq!(skipped[0].reason, "not taken by the device");
    // What comes later is not touched.
    inside.maildir.deliver("", "later");
    while !picky.has.contains("later") {
        if let Some(answer) = picky.ask(&inside).await {
            picky.take(&answer, POISON);
        }
    }
    inside.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_only_looks_again_and_again_loses_nothing() {
    let inside = Inside::start(&[""]).await;
    let mut picky = Picky::new(&inside).await;
    let first = picky.ask(&inside).await;
    first.iter().for_each(|answer| picky.take(answer, POISON));
    for _ in 0..30 {
        assert!(picky.ask(&inside).await.is_none());
    }
    inside.maildir.deliver("", "only");
    let answer = loop {
        if let Some(answer) = picky.ask(&inside).await {
            break answer;
        }
    };
    assert_eq!(answer.commands.len(), 1);
    inside.stop().await;
}

/// Answers take a second at most.
async fn hasty() -> Inside {
    let mut grants = grants();
    grants.page_time = Duration::from_secs(1);
    Inside::granting(&[""], grants).await
}

fn status(answer: &Option<CollectionAnswer>) -> u16 {
    answer.as_ref().map_or(0, |answer| answer.status.code())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_cannot_be_read_in_time_is_tried_and_then_passed_over() {
    let inside = hasty().await;
    for subject in ["a", "sticky", "b", "c"] {
        inside.maildir.deliver("", subject);
    }
    let mut picky = Picky::new(&inside).await;
    let mut refused = 0;
    while picky.has.len() < 3 {
        let began = Instant::now();
        let answer = picky.ask(&inside).await;
        assert!(began.elapsed() < Duration::from_secs(3));
        match status(&answer) {
            1 => picky.take(&answer.unwrap(), POISON),
            5 => refused += 1,
            other => panic!("{other}"),
        }
        assert!(picky.asked < 12, "{:?}", picky.has);
    }
    assert!(refused <= 1, "others could be read meanwhile");
    inside.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_hangs_costs_a_refusal_and_no_message() {
    let inside = hasty().await;
    inside.maildir.deliver("", "a");
    let mut picky = Picky::new(&inside).await;
    inside.hanging.reads.store(true, Ordering::SeqCst);
    for _ in 0..2 {
        let began = Instant::now();
        assert_eq!(status(&picky.ask(&inside).await), 5);
        assert!(began.elapsed() < Duration::from_secs(3));
    }
    inside.hanging.reads.store(false, Ordering::SeqCst);
    let answer = picky.ask(&inside).await.unwrap();
    picky.take(&answer, POISON);
    assert!(picky.has.contains("a"));

    // Neither does a listing that hangs; and a Ping waits for no mailbox at all.
    inside.hanging.listings.store(true, Ordering::SeqCst);
    inside.maildir.deliver("", "b");
    let began = Instant::now();
    let ping = picky.device.ping_request(1);
    let answer = seam(&inside).dispatch(ping, &mut Facts::default()).await;
    assert!(began.elapsed() < Duration::from_secs(3));
    assert!(!document(&answer).is_empty());
    inside.hanging.listings.store(false, Ordering::SeqCst);
    inside.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_key_0_and_two_syncs_at_once_are_served_one_after_the_other() {
    let inside = Inside::start(&[""]).await;
    for number in 0..20 {
        inside.maildir.deliver("", &format!("m{number}"));
    }
    let mut picky = Picky::new(&inside).await;
    let first_key = picky.device.key();
    // While the first fill runs: the same key twice, and a second key 0.
    let (seam, mut facts) = (seam(&inside), [(); 3].map(|()| Facts::default()));
    let same = || picky.device.sync_request(Vec::new());
    let (one, other) = (same(), same());
    let mut again = Device::new("PICKY");
    again.set_key(SyncKeyText::initial());
    let zero = again.sync_request(Vec::new());
    let [a, b, c] = &mut facts;
    let (one, other, zero) = tokio::join!(
        seam.dispatch(one, a),
        seam.dispatch(other, b),
        seam.dispatch(zero, c)
    );
    let keys = [one, other, zero].map(|answer| {
        let document = wbxml::decode(&document(&answer), &Limits::default()).unwrap();
        match SyncResponse::from_element(&document.root) {
            Ok(SyncResponse::Collections(answers)) => {
                assert_eq!(answers[0].status.code(), 1);
                answers[0].sync_key.clone()
            }
            other => panic!("{other:?}"),
        }
    });
    // Each of them may be the one that arrived; the fill goes on with the old lineage.
    picky.device.set_key(keys[0].clone());
    assert!(status(&picky.ask(&inside).await) < 2);
    picky.device.set_key(first_key);
    assert_eq!(status(&picky.ask(&inside).await), 3, "its child was taken");
    picky.device.set_key(keys[2].clone());
    let filled = picky.ask(&inside).await.unwrap();
    assert_eq!((filled.status.code(), filled.commands.len()), (1, 20));
    inside.stop().await;
}
