//! The lost-change alarm, and the counts of changes that wake nobody.

use std::time::Duration;

use directpush::metrics::{ChangeStage, ItemKind};
use tokio::time;

use super::scene::{INBOX, LONG, PHONE, SENT, Scene, pass, still};

/// More than between two looks.
const LOOK: Duration = Duration::from_secs(31);

async fn pass_time(span: Duration) {
    // In steps, so that what is due in between happens in its order.
    let mut left = span;
    while !left.is_zero() {
        let step = left.min(Duration::from_secs(10));
        time::advance(step).await;
        pass().await;
        left -= step;
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_whose_hint_was_lost_rings_the_alarm() {
    let scene = Scene::new();
    let oldest = &scene.metrics.changes.oldest_undelivered;
    let mut ping = scene.parked_ping(PHONE, &[INBOX, SENT]).await;
    pass_time(LOOK).await;
    assert_eq!(oldest.get(), 0);
    // Written down, and nobody is told.
    let _lost = scene.ledger.change(INBOX, None);
    pass_time(LOOK).await;
    pass_time(Duration::from_secs(320)).await;
    assert!(oldest.get() >= 300, "{}", oldest.get());
    assert_eq!(still(&mut ping).await, None);
    scene.ledger.sync(PHONE, INBOX);
    pass_time(LOOK).await;
    assert_eq!(oldest.get(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_device_that_is_away_lets_nothing_grow_old() {
    let scene = Scene::new();
    let oldest = &scene.metrics.changes.oldest_undelivered;
    let mut ping = scene.parked_ping(PHONE, &[INBOX]).await;
    scene.change(INBOX).await;
    assert!(still(&mut ping).await.is_some());
    // It was told, does not come to fetch it, and is in no coverage.
    pass_time(Duration::from_secs(1_000)).await;
    assert_eq!(oldest.get(), 0);
    // It was found to lack something while it waited, and then left.
    let ping = scene.parked_ping(PHONE, &[SENT]).await;
    let _lost = scene.ledger.change(SENT, None);
    pass_time(Duration::from_secs(100)).await;
    assert!(oldest.get() > 0);
    drop(ping);
    pass_time(Duration::from_secs(250)).await;
    assert_eq!(oldest.get(), 0);
    scene.ledger.sync(PHONE, SENT);
    // It is back: what it lacks is announced at once, and it fetches it.
    let mut ping = scene.ping(PHONE, &[INBOX], LONG);
    assert!(still(&mut ping).await.is_some());
    scene.ledger.sync(PHONE, INBOX);
    pass_time(LOOK).await;
    assert_eq!(oldest.get(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_device_that_is_told_and_never_fetches_rings_the_alarm() {
    let scene = Scene::new();
    let oldest = &scene.metrics.changes.oldest_undelivered;
    let _told = scene.ledger.change(INBOX, None);
    scene
        .ledger
        .state()
        .told
        .insert((PHONE.device, INBOX), directpush::ids::Seq(0));
    // Announced, and parked again without a Sync: paced, but not forgotten.
    for _ in 0..16 {
        let mut ping = scene.ping(PHONE, &[INBOX], LONG);
        let _announced_or_paced = still(&mut ping).await;
        pass_time(LOOK).await;
    }
    assert!(oldest.get() >= 300, "{}", oldest.get());
}

#[tokio::test(start_paused = true)]
async fn own_changes_are_counted_as_such() {
    let scene = Scene::new();
    let own = scene
        .metrics
        .changes
        .stage
        .of((ChangeStage::Own, ItemKind::Email));
    let mut ping = scene.parked_ping(PHONE, &[INBOX]).await;
    let hint = scene.ledger.change(INBOX, Some(PHONE.device));
    directpush::push::Channel::publish(&*scene.channel, hint)
        .await
        .unwrap();
    assert_eq!(still(&mut ping).await, None);
    assert_eq!(own.get(), 1);
}
