//! How parked requests end.

use std::num::NonZeroU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use directpush::ids::{FolderNo, Principal};
use directpush::metrics::{ParkEnd, ParkKind};
use directpush::push::{Channel, FolderState, Hint, HubConfig, Outcome, Seen, Topic, Trigger};
use tokio::time::{self, Instant};

use super::scene::{ACCOUNT, INBOX, LONG, PHONE, SENT, Scene, TABLET, pass, poll, still};

const SECOND: Duration = Duration::from_secs(1);

fn changed(folders: &[FolderNo]) -> Option<Outcome> {
    Some(Outcome::Changed(folders.to_vec()))
}

#[tokio::test(start_paused = true)]
async fn a_change_wakes_whoever_watches_its_folder() {
    let scene = Scene::new();
    let mut phone = scene.parked_ping(PHONE, &[INBOX, SENT]).await;
    let mut tablet = scene.parked_ping(TABLET, &[SENT]).await;
    scene.change(INBOX).await;
    assert_eq!(still(&mut phone).await, changed(&[INBOX]));
    assert_eq!(still(&mut tablet).await, None);
    let ends = &scene.metrics.push.ends;
    assert_eq!(ends.of((ParkEnd::Changed, ParkKind::Ping)).get(), 1);
    assert_eq!(scene.metrics.push.parked.of(ParkKind::Ping).get(), 1);
    assert_eq!(scene.metrics.push.latency.get_sample_count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_change_that_is_there_already_is_answered_at_once() {
    let scene = Scene::new();
    scene.ledger.sync(PHONE, INBOX);
    scene.ledger.change(INBOX, None);
    let mut ping = scene.ping(PHONE, &[INBOX], LONG);
    let ended = poll(&mut ping).unwrap();
    assert_eq!(Some(ended.outcome), changed(&[INBOX]));
    assert_eq!(ended.change_age, None);
}

#[tokio::test(start_paused = true)]
async fn a_devices_own_change_wakes_the_others_only() {
    let scene = Scene::new();
    let mut phone = scene.parked_ping(PHONE, &[INBOX]).await;
    let mut tablet = scene.parked_ping(TABLET, &[INBOX]).await;
    let hint = scene.ledger.change(INBOX, Some(PHONE.device));
    scene.channel.publish(hint).await.unwrap();
    assert_eq!(still(&mut phone).await, None);
    assert_eq!(still(&mut tablet).await, changed(&[INBOX]));
}

#[tokio::test(start_paused = true)]
async fn a_hint_that_brings_nothing_new_costs_no_read() {
    let scene = Scene::new();
    let mut ping = scene.parked_ping(PHONE, &[INBOX]).await;
    scene.change(SENT).await;
    let hint = scene.ledger.change(INBOX, Some(PHONE.device));
    scene.channel.publish(hint).await.unwrap();
    pass().await;
    let reads = scene.ledger.reads.load(Ordering::SeqCst);
    assert_eq!(reads, 2);
    // Published once more by a watcher that starts (R6).
    scene.channel.publish(hint).await.unwrap();
    assert_eq!(still(&mut ping).await, None);
    assert_eq!(scene.ledger.reads.load(Ordering::SeqCst), reads);
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_ends_in_time_and_not_before() {
    let scene = Scene::new();
    for millis in [480_000, 480_001, 480_999] {
        let heartbeat = Duration::from_millis(millis);
        let mut ping = scene.ping(PHONE, &[INBOX], heartbeat);
        assert_eq!(still(&mut ping).await, None);
        time::advance(heartbeat - Duration::from_millis(1)).await;
        assert_eq!(still(&mut ping).await, None);
        time::advance(SECOND).await;
        assert_eq!(still(&mut ping).await, Some(Outcome::Expired));
    }
}

#[tokio::test(start_paused = true)]
async fn five_thousand_heartbeats_end_in_the_same_second() {
    let scene = Scene::new();
    let heartbeat = Duration::from_secs(60);
    let start = Instant::now();
    let mut pings = Vec::new();
    for number in 0..5000 {
        let who = Principal {
            account: directpush::ids::AccountId(number / 2),
            device: directpush::ids::DeviceId(number),
        };
        let mut ping = scene.ping(who, &[INBOX], heartbeat);
        assert!(poll(&mut ping).is_none());
        pings.push(ping);
    }
    time::advance(heartbeat - Duration::from_millis(1)).await;
    pass().await;
    assert_eq!(scene.hub.list().len(), 5000);
    let real = std::time::Instant::now();
    let mut late = Vec::new();
    for ping in pings {
        let ended = ping.await;
        assert_eq!(ended.outcome, Outcome::Expired);
        late.push(start.elapsed() - heartbeat);
    }
    assert!(late.iter().all(|late| *late < SECOND));
    assert!(real.elapsed() < SECOND);
    assert_eq!(scene.hub.list().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_change_in_the_second_of_the_deadline_is_announced_now_or_next_time() {
    let scene = Scene::new();
    let mut ping = scene.parked_ping(PHONE, &[INBOX]).await;
    scene.ledger.state().held = true;
    scene.change(INBOX).await;
    time::advance(LONG + SECOND).await;
    assert_eq!(still(&mut ping).await, Some(Outcome::Expired));
    scene.ledger.state().held = false;
    let mut ping = scene.ping(PHONE, &[INBOX], LONG);
    assert_eq!(still(&mut ping).await, changed(&[INBOX]));
}

#[tokio::test(start_paused = true)]
async fn a_ping_supersedes_the_older_ping_of_its_device_only() {
    let scene = Scene::new();
    let mut older = scene.parked_ping(PHONE, &[INBOX]).await;
    let mut other = scene.parked_ping(TABLET, &[INBOX]).await;
    let mut hanging = scene.park(ParkKind::Sync, PHONE, &[INBOX], LONG);
    assert_eq!(still(&mut hanging).await, None);
    let mut newer = scene.parked_ping(PHONE, &[SENT]).await;
    assert_eq!(still(&mut older).await, Some(Outcome::Superseded));
    for parked in [&mut other, &mut hanging, &mut newer] {
        assert_eq!(still(parked).await, None);
    }
}

#[tokio::test(start_paused = true)]
async fn two_clients_under_one_id_are_both_parked() {
    let scene = Scene::new();
    let mut pings = Vec::new();
    for _ in 0..12 {
        pings.push(scene.parked_ping(PHONE, &[INBOX]).await);
    }
    let mut left = 0;
    for ping in &mut pings {
        left += usize::from(still(ping).await.is_none());
    }
    assert_eq!(left, 4);
    scene.change(INBOX).await;
    let mut newest = pings.split_off(8);
    assert_eq!(still(&mut newest[0]).await, changed(&[INBOX]));
    // To the gateway the others are the same device announcing itself again.
    time::advance(SECOND * 2).await;
    assert_eq!(still(&mut newest[1]).await, changed(&[INBOX]));
}

#[tokio::test(start_paused = true)]
async fn whoever_watches_is_told_what_is_waited_for() {
    let scene = Scene::new();
    let phone = scene.parked_ping(PHONE, &[INBOX, SENT]).await;
    let tablet = scene.parked_ping(TABLET, &[INBOX]).await;
    let both = vec![INBOX, SENT];
    assert_eq!(
        scene.interests.waited_for(),
        std::slice::from_ref(&both),
        "no more than once"
    );
    drop(phone);
    assert_eq!(scene.interests.waited_for(), [both, vec![INBOX]]);
    drop(tablet);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_away_frees_its_place_and_its_read() {
    let scene = Scene::new();
    let mut ping = scene.parked_ping(PHONE, &[INBOX]).await;
    assert_eq!(scene.interests.count(), 1);
    assert_eq!(still(&mut ping).await, None);
    scene.ledger.state().held = true;
    scene.change(INBOX).await;
    pass().await;
    assert_eq!(scene.ledger.waiting(), 1);
    drop(ping);
    assert_eq!(scene.hub.list(), []);
    assert_eq!(scene.interests.count(), 0);
    pass().await;
    assert_eq!(scene.ledger.waiting(), 0);
    let ends = &scene.metrics.push.ends;
    assert_eq!(ends.of((ParkEnd::Closed, ParkKind::Ping)).get(), 1);
    assert_eq!(scene.metrics.push.parked.of(ParkKind::Ping).get(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_away_before_the_first_read_is_done_leaves_nothing() {
    let scene = Scene::new();
    scene.ledger.state().held = true;
    let mut ping = scene.ping(PHONE, &[INBOX], LONG);
    assert_eq!(still(&mut ping).await, None);
    drop(ping);
    assert_eq!(scene.ledger.waiting(), 0);
    assert_eq!(scene.hub.list(), []);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_neither_answers_nor_drops() {
    let scene = Scene::new();
    scene.ledger.sync(PHONE, INBOX);
    scene.ledger.state().broken = true;
    let mut ping = scene.parked_ping(PHONE, &[INBOX]).await;
    scene.change(INBOX).await;
    time::advance(Duration::from_secs(100)).await;
    assert_eq!(still(&mut ping).await, None);
    scene.ledger.state().broken = false;
    time::advance(Duration::from_secs(16)).await;
    assert_eq!(still(&mut ping).await, changed(&[INBOX]));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_does_not_hold_up_the_others() {
    let scene = Scene::with(HubConfig {
        verifiers: 1,
        ..HubConfig::default()
    });
    let mut stuck = scene.parked_ping(PHONE, &[INBOX]).await;
    let mut other = scene.parked_ping(TABLET, &[SENT]).await;
    scene.ledger.state().held = true;
    scene.change(INBOX).await;
    pass().await;
    scene.ledger.state().held = false;
    scene.change(SENT).await;
    assert_eq!(still(&mut other).await, None);
    time::advance(Duration::from_secs(11)).await;
    assert_eq!(still(&mut other).await, changed(&[SENT]));
    time::advance(SECOND).await;
    assert_eq!(still(&mut stuck).await, changed(&[INBOX]));
}

#[tokio::test(start_paused = true)]
async fn hints_that_a_cut_lost_are_made_up_for() {
    let scene = Scene::new();
    let mut ping = scene.parked_ping(PHONE, &[INBOX]).await;
    scene.channel.cut();
    let lost = scene.ledger.change(INBOX, None);
    assert!(scene.channel.publish(lost).await.is_err());
    assert_eq!(still(&mut ping).await, None);
    scene.channel.join();
    assert_eq!(still(&mut ping).await, changed(&[INBOX]));
}

#[tokio::test(start_paused = true)]
async fn a_ping_is_parked_while_the_channel_is_away() {
    let scene = Scene::new();
    scene.channel.cut();
    let mut ping = scene.parked_ping(PHONE, &[INBOX]).await;
    scene.ledger.change(INBOX, None);
    scene.channel.join();
    assert_eq!(still(&mut ping).await, changed(&[INBOX]));
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_gone_is_answered_here_and_on_other_nodes() {
    let scene = Scene::new();
    let mut here = scene.parked_ping(PHONE, &[INBOX]).await;
    scene.hub.revoke(ACCOUNT);
    assert_eq!(still(&mut here).await, Some(Outcome::AccountGone));
    let mut there = scene.parked_ping(PHONE, &[INBOX]).await;
    let hint = Hint {
        account: ACCOUNT,
        topic: Topic::Revoked,
        seen: Seen::UNKNOWN,
    };
    scene.channel.publish(hint).await.unwrap();
    assert_eq!(still(&mut there).await, Some(Outcome::AccountGone));
}

#[tokio::test(start_paused = true)]
async fn a_drain_answers_everybody_within_its_time() {
    let scene = Scene::new();
    let mut pings = Vec::new();
    for number in 0..500 {
        let device = directpush::ids::DeviceId(number);
        let who = Principal {
            account: ACCOUNT,
            device,
        };
        let mut ping = scene.ping(who, &[INBOX], LONG);
        assert!(poll(&mut ping).is_none());
        pings.push(ping);
    }
    let start = Instant::now();
    scene.hub.drain(Duration::from_secs(5)).await;
    let took = start.elapsed();
    assert!(took > SECOND && took <= Duration::from_secs(5), "{took:?}");
    for mut ping in pings {
        assert_eq!(still(&mut ping).await, Some(Outcome::Draining));
    }
    let mut late = scene.ping(PHONE, &[INBOX], LONG);
    assert_eq!(still(&mut late).await, Some(Outcome::Draining));
}

#[tokio::test(start_paused = true)]
async fn changes_are_batched_as_the_account_says() {
    let scene = Scene::new();
    let trigger = Trigger {
        after: NonZeroU64::new(3),
        every: Some(Duration::from_secs(300)),
    };
    scene.hub.batch(ACCOUNT, trigger);
    // The first one finds no announcement that it could follow too closely.
    let mut ping = scene.parked_ping(PHONE, &[INBOX]).await;
    scene.change(INBOX).await;
    assert_eq!(still(&mut ping).await, changed(&[INBOX]));
    scene.ledger.sync(PHONE, INBOX);
    scene.hub.moved(PHONE, INBOX);
    // After three.
    let mut ping = scene.parked_ping(PHONE, &[INBOX]).await;
    scene.change(INBOX).await;
    scene.change(INBOX).await;
    assert_eq!(still(&mut ping).await, None);
    scene.change(INBOX).await;
    assert_eq!(still(&mut ping).await, changed(&[INBOX]));
    scene.ledger.sync(PHONE, INBOX);
    scene.hub.moved(PHONE, INBOX);
    // At most every five minutes.
    let mut ping = scene.parked_ping(PHONE, &[INBOX]).await;
    scene.change(INBOX).await;
    time::advance(Duration::from_secs(299)).await;
    assert_eq!(still(&mut ping).await, None);
    time::advance(SECOND * 2).await;
    assert_eq!(still(&mut ping).await, changed(&[INBOX]));
}

#[tokio::test(start_paused = true)]
async fn an_open_batch_is_announced_at_the_end_of_the_heartbeat() {
    let trigger = Trigger {
        after: NonZeroU64::new(9),
        every: None,
    };
    let scene = Scene::with(HubConfig {
        trigger,
        ..HubConfig::default()
    });
    let mut ping = scene.parked_ping(PHONE, &[INBOX]).await;
    scene.change(INBOX).await;
    assert_eq!(still(&mut ping).await, None);
    time::advance(LONG + SECOND).await;
    assert_eq!(still(&mut ping).await, changed(&[INBOX]));
}

#[tokio::test(start_paused = true)]
async fn an_invalid_cursor_is_answered_at_once() {
    let scene = Scene::new();
    let invalid = FolderState::Invalid;
    scene.ledger.state().states.insert(INBOX, invalid);
    let mut ping = scene.ping(PHONE, &[INBOX, SENT], LONG);
    assert_eq!(still(&mut ping).await, changed(&[INBOX]));
}

#[tokio::test(start_paused = true)]
async fn what_is_parked_can_be_listed() {
    let scene = Scene::new();
    let _ping = scene.parked_ping(PHONE, &[SENT, INBOX, SENT]).await;
    time::advance(SECOND).await;
    let rows = scene.hub.list();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].who, PHONE);
    assert_eq!(rows[0].parked, SECOND);
    assert_eq!(rows[0].left, LONG - SECOND);
    let folders: Vec<_> = rows[0].folders.iter().map(|(no, _)| *no).collect();
    assert_eq!(folders, [INBOX, SENT]);
}
