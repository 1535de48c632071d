//! A whole week, and what must hold of it.

use std::collections::BTreeMap;
use std::time::Instant;

use directpush::config::Config;
use protocol::device::LocalChange;

use crate::compare::{Extent, folder};
use crate::mail::FOLDERS;
use crate::phone::{Phone, families};
use crate::week::Week;

/// So often a folder is announced that a device pings and never syncs.
const ANNOUNCED_UNASKED: usize = 5;

/// A week, and what must hold of it.
async fn live(seed: u64) {
    let mut week = Week::new(seed).await;
    week.live(seed).await;
    for number in 0..week.phones.len() {
        week.compare(number, Extent::Window);
        for name in FOLDERS {
            let folder = folder(&week.phones[number], name)
                .unwrap()
                .folder
                .server_id
                .clone();
            week.phones[number].change(LocalChange::Refresh(folder));
        }
    }
    week.settle().await;
    for number in 0..week.phones.len() {
        week.compare(number, Extent::Exact);
    }
    report(&week, seed);
    week.core.as_ref().unwrap().tidy().await;
    let rows = week.core.as_ref().unwrap().rows().await;
    eprintln!("rows: {rows:?}");
    stays_small(&week, &rows);
    for phone in &week.phones {
        verdict(phone, week.restarts);
    }
    week.core.take().unwrap().stop().await;
}

/// What is kept for devices is bounded by what there is, not by how long it has gone on.
fn stays_small(week: &Week, rows: &BTreeMap<String, i64>) {
    let count = |table: &str| usize::try_from(rows[table]).unwrap();
    let phones = week.phones.len();
    let collections = phones * 5;
    assert_eq!(count("device"), phones);
    assert!(count("collection") <= collections, "{rows:?}");
    assert!(count("answer") <= 3 * collections, "{rows:?}");
    assert!(count("upload") <= 2 * collections, "{rows:?}");
    assert!(count("remembered") <= phones, "{rows:?}");
    let messages: usize = week.mail.iter().map(|mail| mail.messages().len()).sum();
    assert!(count("item") <= messages, "{rows:?}");
    assert!(count("gone") + count("skipped") <= phones, "{rows:?}");
    // Kept for some days: a device may ask again where it moved something.
    let own: usize = week.phones.iter().map(|phone| phone.taken.len()).sum();
    assert!(count("moved") <= own, "{rows:?}");
}

fn verdict(phone: &Phone, restarts: usize) {
    let judge = &phone.judge;
    assert!(
        judge.set_up && judge.wrong.is_empty(),
        "{}",
        judge.wrong.join("\n")
    );
    let twice: Vec<_> = judge
        .added
        .iter()
        .filter(|(_, count)| **count > 1)
        .collect();
    assert!(twice.is_empty(), "added twice: {twice:?}");
    let changes = judge.told + judge.own;
    let most = judge.heartbeats + 3 * changes + 2 * (judge.cut + restarts);
    assert!(
        judge.requests() <= most,
        "phone {}: {judge:?}",
        phone.number
    );
    let starts = 1 + restarts + judge.forgotten;
    assert!(judge.unasked <= ANNOUNCED_UNASKED * starts, "{judge:?}");
    assert!(
        judge.fruitless.len() <= judge.excused,
        "phone {}: woken for nothing\n{}",
        phone.number,
        judge.fruitless.join("\n\n")
    );
}

fn report(week: &Week, seed: u64) {
    eprintln!(
        "seed {seed}: {} messages, {} restarts, {} comparisons",
        week.messages, week.restarts, week.compared
    );
    eprintln!(
        "phone       requests heartbeats wakes told own cut unreachable excused fruitless unasked"
    );
    for phone in &week.phones {
        let judge = &phone.judge;
        let name = families().into_keys().nth(phone.number % 3).unwrap();
        eprintln!(
            "{:<11} {:>8} {:>10} {:>5} {:>4} {:>3} {:>3} {:>11} {:>7} {:>9} {:>7}  {:?}",
            format!("{} {name}", phone.account),
            judge.requests(),
            judge.heartbeats,
            judge.wakes,
            judge.told,
            judge.own,
            judge.cut,
            judge.unreachable,
            judge.excused,
            judge.fruitless.len(),
            judge.unasked,
            judge.requests,
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_week_in_the_pocket() {
    let began = Instant::now();
    log();
    live(seed().unwrap_or(1)).await;
    eprintln!("took {:?}", began.elapsed());
}

/// Has the service tell what `DAYS_LOG` asks for.
#[expect(
    clippy::disallowed_methods,
    reason = "it is no setting of the service's"
)]
fn log() {
    if let Ok(level) = std::env::var("DAYS_LOG") {
        let mut config = Config::from_parts("", BTreeMap::new()).unwrap();
        config.log.level = level;
        directpush::telemetry::start(&config.log);
    }
}

/// The one seed that `DAYS_SEED` asks for.
#[expect(
    clippy::disallowed_methods,
    reason = "it is no setting of the service's"
)]
fn seed() -> Option<u64> {
    let seed = std::env::var("DAYS_SEED").ok()?;
    Some(seed.parse().unwrap())
}
