//! Announcing again: paced folders, doubts, folders that a device does not know.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use directpush::ids::FolderNo;
use directpush::push::{
    Channel, FolderState, FolderSyncAdvice, FolderSyncFound, Hint, Outcome, Seen, Topic,
};
use tokio::time::{self, Instant};

use super::scene::{ACCOUNT, INBOX, LONG, PHONE, Parked, SENT, Scene, pass, still};

const HEARTBEAT: Duration = Duration::from_secs(480);

fn changed(folders: &[FolderNo]) -> Option<Outcome> {
    Some(Outcome::Changed(folders.to_vec()))
}

/// How long a Ping takes to be answered, in seconds, and with what.
async fn timed(scene: &Scene, folders: &[FolderNo]) -> (u64, Outcome) {
    let start = Instant::now();
    let ended = scene.ping(PHONE, folders, HEARTBEAT).await;
    (start.elapsed().as_secs(), ended.outcome)
}

fn utc_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_is_not_synced_is_announced_more_and_more_rarely() {
    let scene = Scene::new();
    scene.ledger.sync(PHONE, INBOX);
    scene.ledger.change(INBOX, None);
    let mut waits = Vec::new();
    for _ in 0..7 {
        let (wait_s, outcome) = timed(&scene, &[INBOX]).await;
        assert_eq!(Some(outcome), changed(&[INBOX]));
        waits.push(wait_s);
    }
    assert_eq!(waits, [0, 1, 5, 15, 60, 60, 60]);
}

#[tokio::test(start_paused = true)]
async fn a_sync_ends_the_pacing() {
    let scene = Scene::new();
    scene.ledger.sync(PHONE, INBOX);
    for _ in 0..20 {
        scene.ledger.change(INBOX, None);
        assert_eq!(timed(&scene, &[INBOX]).await.0, 0);
        scene.ledger.sync(PHONE, INBOX);
        scene.hub.moved(PHONE, INBOX);
    }
}

#[tokio::test(start_paused = true)]
async fn a_paced_folder_does_not_hold_up_another() {
    let scene = Scene::new();
    scene.ledger.sync(PHONE, INBOX);
    scene.ledger.sync(PHONE, SENT);
    scene.ledger.change(INBOX, None);
    for _ in 0..4 {
        let _ = timed(&scene, &[INBOX, SENT]).await;
    }
    let mut ping = scene.ping(PHONE, &[INBOX, SENT], HEARTBEAT);
    assert_eq!(still(&mut ping).await, None);
    scene.change(SENT).await;
    // The phone is awake, so what is paced goes along.
    assert_eq!(still(&mut ping).await, changed(&[INBOX, SENT]));
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_was_never_synced_is_announced_five_times_until_it_changes() {
    let scene = Scene::new();
    let absent = FolderState::Absent;
    scene.ledger.state().states.insert(INBOX, absent);
    let mut waits = Vec::new();
    for _ in 0..5 {
        let (wait_s, outcome) = timed(&scene, &[INBOX]).await;
        assert_eq!(Some(outcome), changed(&[INBOX]));
        waits.push(wait_s);
    }
    assert_eq!(waits, [0, 1, 5, 15, 60]);
    let (wait_s, outcome) = timed(&scene, &[INBOX]).await;
    assert_eq!((wait_s, outcome), (480, Outcome::Expired));
    let mut ping = scene.ping(PHONE, &[INBOX], HEARTBEAT);
    assert_eq!(still(&mut ping).await, None);
    time::advance(Duration::from_secs(61)).await;
    assert_eq!(still(&mut ping).await, None);
    scene.change(INBOX).await;
    assert_eq!(still(&mut ping).await, changed(&[INBOX]));
}

#[tokio::test(start_paused = true)]
async fn a_doubt_is_announced_when_it_is_due() {
    let scene = Scene::new();
    let place = (PHONE.device, INBOX);
    let due = utc_now() + 60;
    scene.ledger.state().doubts.insert(place, due);
    let mut ping = scene.parked_ping(PHONE, &[INBOX, SENT]).await;
    time::advance(Duration::from_secs(58)).await;
    assert_eq!(still(&mut ping).await, None);
    // The wall clock does not move with the one that the test holds, so the grace is said to be over.
    scene.ledger.state().doubts.insert(place, utc_now());
    assert_eq!(still(&mut ping).await, None);
    time::advance(Duration::from_secs(3)).await;
    assert_eq!(still(&mut ping).await, changed(&[INBOX]));
    // The Sync that follows settles it.
    scene.ledger.sync(PHONE, INBOX);
    scene.hub.moved(PHONE, INBOX);
    let (wait_s, outcome) = timed(&scene, &[INBOX, SENT]).await;
    assert_eq!((wait_s, outcome), (480, Outcome::Expired));
}

#[tokio::test(start_paused = true)]
async fn a_doubt_whose_announcement_may_be_lost_is_announced_until_a_sync() {
    let scene = Scene::new();
    let place = (PHONE.device, INBOX);
    scene.ledger.state().doubts.insert(place, i64::MIN);
    let mut waits = Vec::new();
    for _ in 0..5 {
        let (wait_s, outcome) = timed(&scene, &[INBOX]).await;
        assert_eq!(Some(outcome), changed(&[INBOX]));
        // Once per answer, as far as the index is concerned.
        assert!(scene.ledger.state().doubts.is_empty());
        waits.push(wait_s);
    }
    assert_eq!(waits, [0, 1, 5, 15, 60]);
    scene.hub.moved(PHONE, INBOX);
    let (wait_s, outcome) = timed(&scene, &[INBOX]).await;
    assert_eq!((wait_s, outcome), (480, Outcome::Expired));
}

#[tokio::test(start_paused = true)]
async fn a_doubt_is_not_forgotten_with_the_client_that_was_to_hear_of_it() {
    let scene = Scene::new();
    let place = (PHONE.device, INBOX);
    scene.ledger.state().doubts.insert(place, i64::MIN);
    let mut ping = scene.ping(PHONE, &[INBOX], LONG);
    assert_eq!(still(&mut ping).await, changed(&[INBOX]));
    drop(ping);
    let (wait_s, outcome) = timed(&scene, &[INBOX]).await;
    assert_eq!((wait_s, Some(outcome)), (1, changed(&[INBOX])));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_broke_off_is_announced_at_once_each_time() {
    let scene = Scene::new();
    let place = (PHONE.device, INBOX);
    for _ in 0..3 {
        scene.change(INBOX).await;
        let mut ping = scene.ping(PHONE, &[INBOX], LONG);
        let _ = still(&mut ping).await;
        scene.ledger.sync(PHONE, INBOX);
        scene.hub.moved(PHONE, INBOX);
        let broken = i64::MIN;
        scene.ledger.state().doubts.insert(place, broken);
        assert_eq!(timed(&scene, &[INBOX]).await.0, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_doubt_that_arises_while_a_ping_is_parked_reaches_it() {
    let scene = Scene::new();
    let mut ping = scene.parked_ping(PHONE, &[INBOX]).await;
    let place = (PHONE.device, INBOX);
    // A Sync beside the Ping, unproved: its grace is noticed and its end kept.
    let due = utc_now() + 60;
    scene.ledger.state().doubts.insert(place, due);
    scene.hub.moved(PHONE, INBOX);
    time::advance(Duration::from_secs(6)).await;
    assert_eq!(still(&mut ping).await, None);
    scene.ledger.state().doubts.insert(place, utc_now());
    time::advance(Duration::from_secs(61)).await;
    assert_eq!(still(&mut ping).await, changed(&[INBOX]));
    // And one whose connection broke.
    scene.ledger.sync(PHONE, INBOX);
    scene.hub.moved(PHONE, INBOX);
    let mut ping = scene.parked_ping(PHONE, &[INBOX]).await;
    let broken = i64::MIN;
    scene.ledger.state().doubts.insert(place, broken);
    scene.hub.recheck(PHONE);
    assert_eq!(still(&mut ping).await, changed(&[INBOX]));
}

#[tokio::test(start_paused = true)]
async fn a_hierarchy_that_moved_sends_to_folder_sync() {
    let scene = Scene::new();
    let mut ping = scene.parked_ping(PHONE, &[INBOX]).await;
    let hint = Hint {
        account: ACCOUNT,
        topic: Topic::Hierarchy,
        seen: Seen::UNKNOWN,
    };
    scene.channel.publish(hint).await.unwrap();
    assert_eq!(still(&mut ping).await, None);
    let device = PHONE.device;
    scene.ledger.state().behind.insert(device);
    scene.channel.publish(hint).await.unwrap();
    assert_eq!(still(&mut ping).await, Some(Outcome::Hierarchy));
    // A phone that does not go there is not answered in a circle.
    let mut waits = Vec::new();
    for _ in 0..4 {
        let (wait_s, outcome) = timed(&scene, &[INBOX]).await;
        assert_eq!(outcome, Outcome::Hierarchy);
        waits.push(wait_s);
    }
    assert_eq!(waits, [1, 5, 15, 60]);
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_is_unknown_leads_to_one_start_over() {
    let scene = Scene::new();
    let unknown = FolderState::Unknown;
    scene.ledger.state().states.insert(SENT, unknown);
    let nothing = || scene.hub.folder_synced(PHONE, FolderSyncFound::Nothing);
    let immediately = |outcome| (0, outcome);
    assert_eq!(
        timed(&scene, &[INBOX, SENT]).await,
        immediately(Outcome::Hierarchy)
    );
    assert_eq!(nothing(), FolderSyncAdvice::Proceed);
    assert_eq!(
        timed(&scene, &[INBOX, SENT]).await,
        immediately(Outcome::Hierarchy)
    );
    assert_eq!(nothing(), FolderSyncAdvice::StartOver);
    let changes = FolderSyncFound::Changes;
    assert_eq!(
        scene.hub.folder_synced(PHONE, changes),
        FolderSyncAdvice::Proceed
    );
    // From now on the id is ignored, and what is known is still watched.
    let mut ping: Parked = scene.ping(PHONE, &[INBOX, SENT], HEARTBEAT);
    assert_eq!(still(&mut ping).await, None);
    scene.change(INBOX).await;
    pass().await;
    assert_eq!(still(&mut ping).await, changed(&[INBOX]));
}
