//! Watchers, and what they do when something breaks.
//!
//! The rules were tried by removing them, one at a time:
//!
//! | removed | what fails |
//! |---|---|
//! | R4: a folder is hinted at before it is written down | the hint is ahead of the index |
//! | R5: everything is compared before the watch listens | nobody listens during the comparison |
//! | R5: an event during a look does not repeat it | the second item is never hinted at |
//! | R6, R7: only what is new is published | a number that was written before is not told |
//! | R9: a hint that was refused is forgotten | the item is never hinted at |
//! | R10: a watch that breaks is not made anew | nor is anything else after it |
//! | R11: who loses the race does not read again | the reader is told too low a number |
//! | a gap compares nothing | what changed without an event is not found |
//! | what cannot be watched is not looked at | it is silent until it can be watched |
//! | a look that began before the question answers it | the reader misses what was there |
//! | readers trust a watcher that polls | the reader misses what came since |
//! | a folder that is new is not compared | what it holds is not told |
//! | a folder that cannot be read ends the watcher | the others are never proven |

use std::sync::atomic::Ordering;
use std::time::Duration;

use backends::{FolderRef, Kind, Role, WatchEvent};
use directpush::ids::Seq;
use directpush::metrics::WatchMode;
use directpush::push::Topic;
use directpush::watch::Mode;
use tokio::time;

use super::scene::Scene;

#[tokio::test]
async fn a_watcher_that_starts_publishes_every_number() {
    let scene = Scene::new().await;
    scene.backend.store("inbox");
    let inbox = scene.no("inbox").await;
    let seq = scene
        .supervisor
        .refresh(scene.account, inbox)
        .await
        .unwrap();
    scene.channel.forget();
    // R6: the index knows all of it, and perhaps nobody was told.
    let _interest = scene.supervisor.interest(scene.account);
    scene.hinted("inbox", seq).await;
}

/// R5: what changes while the watcher compares is an event that waits.
#[tokio::test]
async fn a_watcher_listens_before_it_compares() {
    let scene = Scene::new().await;
    scene.backend.hold(true);
    let _interest = scene.supervisor.interest(scene.account);
    let reads = || scene.backend.reads.load(Ordering::SeqCst);
    let before = reads();
    while reads() == before {
        tokio::task::yield_now().await;
    }
    assert_eq!(scene.backend.listeners(), 1);
    scene.backend.deliver("inbox");
    scene.backend.hold(false);
    scene.hinted("inbox", Seq(1)).await;
}

#[tokio::test]
async fn a_change_while_nobody_listened_is_found() {
    let scene = Scene::new().await;
    scene.backend.store("work");
    let _interest = scene.supervisor.interest(scene.account);
    scene.hinted("work", Seq(1)).await;
}

#[tokio::test]
async fn an_event_is_written_down_before_it_is_hinted_at() {
    let scene = Scene::new().await;
    let _interest = scene.supervisor.interest(scene.account);
    scene.live().await;
    for number in 1..20 {
        scene.backend.deliver("inbox");
        assert!(scene.hinted("inbox", Seq(number)).await >= Seq(number));
    }
}

#[tokio::test]
async fn an_event_during_a_look_repeats_it() {
    let scene = Scene::new().await;
    let _interest = scene.supervisor.interest(scene.account);
    scene.live().await;
    scene.backend.hold(true);
    let before = scene.backend.asked.load(Ordering::SeqCst);
    scene.backend.deliver("inbox");
    // The look has begun and does not see what comes now.
    while scene.backend.asked.load(Ordering::SeqCst) == before {
        tokio::task::yield_now().await;
    }
    scene.backend.deliver("inbox");
    scene.backend.hold(false);
    scene.hinted("inbox", Seq(2)).await;
}

#[tokio::test]
async fn a_gap_compares_everything() {
    let scene = Scene::new().await;
    let _interest = scene.supervisor.interest(scene.account);
    scene.live().await;
    scene.backend.store("inbox");
    scene.backend.store("work");
    scene.backend.say(WatchEvent::Gap);
    scene.hinted("inbox", Seq(1)).await;
    scene.backend.store("work");
    scene.backend.say(WatchEvent::Gap);
    scene.hinted("work", Seq(2)).await;
}

#[tokio::test]
async fn a_new_folder_is_announced_and_watched() {
    let scene = Scene::new().await;
    let _interest = scene.supervisor.interest(scene.account);
    scene.live().await;
    scene.backend.add_folder("new", Role::Plain);
    scene.backend.store("new");
    scene.backend.say(WatchEvent::HierarchyChanged);
    scene.hinted("new", Seq(0)).await;
    scene.want("new").await;
    scene.backend.deliver("new");
    scene.hinted("new", Seq(2)).await;
}

#[tokio::test]
async fn a_watch_that_breaks_is_made_anew() {
    let scene = Scene::new().await;
    let _interest = scene.supervisor.interest(scene.account);
    scene.live().await;
    scene.backend.break_watches();
    scene.backend.store("inbox");
    scene.hinted("inbox", Seq(1)).await;
    while scene.backend.listeners() == 0 {
        scene.channel.next().await;
    }
    scene.backend.deliver("inbox");
    scene.hinted("inbox", Seq(2)).await;
    assert!(scene.metrics.watch.restarts.get() >= 1);
}

#[tokio::test]
async fn what_cannot_be_watched_is_looked_at_until_it_can() {
    let scene = Scene::new().await;
    scene.backend.set_unwatchable(true);
    let _interest = scene.supervisor.interest(scene.account);
    scene.backend.store("inbox");
    scene.hinted("inbox", Seq(1)).await;
    let status = scene.supervisor.status(scene.account);
    assert_eq!(status.mode, Mode::Watched(WatchMode::Down));
    scene.backend.store("inbox");
    scene.hinted("inbox", Seq(2)).await;
    scene.backend.set_unwatchable(false);
    while scene.backend.listeners() == 0 {
        scene.channel.next().await;
    }
    scene.live().await;
    let status = scene.supervisor.status(scene.account);
    assert_eq!(status.mode, Mode::Watched(WatchMode::Push));
}

#[tokio::test]
async fn a_backend_that_is_polled_is_said_to_be() {
    let scene = Scene::new().await;
    assert_eq!(scene.supervisor.status(scene.account).mode, Mode::Idle);
    scene.backend.set_poll();
    let _interest = scene.supervisor.interest(scene.account);
    scene.channel.next().await;
    let status = scene.supervisor.status(scene.account);
    assert_eq!(status.mode, Mode::Watched(WatchMode::Poll));
    assert_eq!(scene.metrics.watch.watchers.of(WatchMode::Poll).get(), 1);
    assert_eq!(scene.metrics.watch.watchers.of(WatchMode::Down).get(), 0);
}

#[tokio::test]
async fn the_watch_is_told_which_folders_are_waited_for() {
    let scene = Scene::new().await;
    let mut focus = scene.backend.focus.subscribe();
    let interest = scene.supervisor.interest(scene.account);
    let (inbox, work) = (scene.no("inbox").await, scene.no("work").await);
    let named = |name: &str| FolderRef::new(name);
    let mut until = async |folders: &[FolderRef]| {
        let told = focus.wait_for(|told| told == folders);
        time::timeout(Duration::from_secs(20), told)
            .await
            .map(|told| drop(told.unwrap()))
            .unwrap();
    };
    interest.wait_for(&[inbox]);
    until(&[named("inbox")]).await;
    // A device that comes back in a moment finds it as it was.
    interest.wait_for(&[work]);
    until(&[named("work"), named("inbox")]).await;
    // A watch that starts over is told too.
    scene.backend.focus.send_replace(Vec::new());
    scene.backend.break_watches();
    until(&[named("work"), named("inbox")]).await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_read_does_not_stop_the_others() {
    let scene = Scene::new().await;
    scene.backend.set_dead(Some("work"));
    let _interest = scene.supervisor.interest(scene.account);
    scene.live().await;
    scene.backend.deliver("inbox");
    scene.hinted("inbox", Seq(1)).await;
    assert_eq!(scene.supervisor.status(scene.account).failing, 1);
    scene.backend.store("work");
    scene.backend.set_dead(None);
    scene.hinted("work", Seq(1)).await;
}

#[tokio::test]
async fn a_hint_that_is_refused_is_published_again() {
    let scene = Scene::new().await;
    let _interest = scene.supervisor.interest(scene.account);
    scene.live().await;
    // Refused once, and so often that the watcher starts over (R9).
    for (refusals, seq) in [(1, 1), (3, 2)] {
        scene.channel.refuse(refusals);
        scene.backend.deliver("inbox");
        scene.hinted("inbox", Seq(seq)).await;
    }
    assert!(scene.metrics.watch.restarts.get() >= 1);
}

#[tokio::test]
async fn credentials_that_became_invalid_end_what_waits() {
    let scene = Scene::new().await;
    let _interest = scene.supervisor.interest(scene.account);
    scene.live().await;
    scene.backend.fail(Some(Kind::Unauthorized));
    scene.backend.break_watches();
    while scene.channel.next().await.topic != Topic::Revoked {}
}

#[tokio::test]
async fn a_watcher_outlives_the_interest_for_a_minute() {
    let scene = Scene::new().await;
    let interest = scene.supervisor.interest(scene.account);
    scene.live().await;
    drop(interest);
    time::pause();
    time::advance(Duration::from_secs(59)).await;
    tokio::task::yield_now().await;
    assert_eq!(scene.backend.listeners(), 1);
    // Back in time, and away again.
    drop(scene.supervisor.interest(scene.account));
    tokio::task::yield_now().await;
    time::advance(Duration::from_secs(59)).await;
    tokio::task::yield_now().await;
    assert_eq!(scene.backend.listeners(), 1);
    time::advance(Duration::from_secs(2)).await;
    while scene.backend.listeners() > 0 {
        tokio::task::yield_now().await;
    }
    while scene.supervisor.status(scene.account).mode != Mode::Idle {
        tokio::task::yield_now().await;
    }
    assert_eq!(scene.metrics.watch.watchers.of(WatchMode::Push).get(), 0);
}

#[tokio::test]
async fn watchers_end_with_the_service() {
    let scene = Scene::new().await;
    let _interest = scene.supervisor.interest(scene.account);
    scene.live().await;
    assert_eq!(scene.tasks.drain(Duration::from_secs(5)).await, 0);
    assert_eq!(scene.backend.listeners(), 0);
}
