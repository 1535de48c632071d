//! Refreshes for those who read.

use std::sync::atomic::Ordering;

use backends::{FolderRef, Kind};
use directpush::ids::Seq;
use directpush::index::Applied;
use directpush::watch::RefreshError;

use super::scene::Scene;

#[tokio::test]
async fn what_was_done_before_a_refresh_is_in_the_index_after_it() {
    let scene = Scene::new().await;
    let inbox = scene.no("inbox").await;
    scene.backend.store("inbox");
    let seq = scene
        .supervisor
        .refresh(scene.account, inbox)
        .await
        .unwrap();
    assert!(seq > Seq(0));
    assert_eq!(scene.index.seq(scene.account, inbox).await.unwrap(), seq);
    // R7: the number is published again although nothing is new.
    scene.channel.forget();
    let again = scene
        .supervisor
        .refresh(scene.account, inbox)
        .await
        .unwrap();
    assert_eq!(again, seq);
    assert_eq!(scene.hinted("inbox", seq).await, seq);
}

/// The index gives the token up when an upload may have been written over what a refresh saw: no event comes of that.
#[tokio::test]
async fn a_folder_without_a_token_is_listed_when_an_upload_is_announced() {
    let scene = Scene::new().await;
    let inbox = scene.no("inbox").await;
    scene.backend.store("inbox");
    scene.supervisor.announce_upload(scene.account, inbox).await;
    let seq = scene.index.seq(scene.account, inbox).await.unwrap();
    assert!(seq > Seq(0), "nothing was listed");
    assert_eq!(scene.hinted("inbox", seq).await, seq);
    // With a token, events tell of changes; announcing asks nothing.
    let asked = scene.backend.asked.load(Ordering::SeqCst);
    scene.supervisor.announce_upload(scene.account, inbox).await;
    assert_eq!(scene.backend.asked.load(Ordering::SeqCst), asked);
    assert_eq!(scene.hinted("inbox", seq).await, seq);
}

#[tokio::test]
async fn without_a_watcher_every_reader_refreshes() {
    let scene = Scene::new().await;
    let inbox = scene.no("inbox").await;
    for _ in 0..2 {
        scene.backend.store("inbox");
        let before = scene.index.seq(scene.account, inbox).await.unwrap();
        scene.supervisor.fresh(scene.account, inbox).await.unwrap();
        let after = scene.index.seq(scene.account, inbox).await.unwrap();
        assert!(after > before);
    }
}

#[tokio::test]
async fn with_a_live_watcher_a_reader_asks_nothing() {
    let scene = Scene::new().await;
    let _interest = scene.supervisor.interest(scene.account);
    scene.live().await;
    let asked = scene.backend.asked.load(Ordering::SeqCst);
    for name in ["inbox", "work"] {
        let folder = scene.no(name).await;
        scene.supervisor.fresh(scene.account, folder).await.unwrap();
    }
    scene
        .supervisor
        .fresh_hierarchy(scene.account)
        .await
        .unwrap();
    assert_eq!(scene.backend.asked.load(Ordering::SeqCst), asked);
}

#[tokio::test]
async fn a_backend_that_is_polled_is_refreshed_by_readers() {
    let scene = Scene::new().await;
    scene.backend.set_poll();
    let _interest = scene.supervisor.interest(scene.account);
    let inbox = scene.no("inbox").await;
    scene.hinted("inbox", Seq(0)).await;
    // However long it has watched.
    for items in 1..50 {
        scene.backend.store("inbox");
        scene.supervisor.fresh(scene.account, inbox).await.unwrap();
        let seq = scene.index.seq(scene.account, inbox).await.unwrap();
        assert_eq!(seq, Seq(items));
    }
}

#[tokio::test]
async fn what_the_backend_does_not_tell_of_is_refreshed_by_readers() {
    let scene = Scene::new().await;
    scene.backend.set_untold("work");
    let _interest = scene.supervisor.interest(scene.account);
    let (inbox, work) = (scene.no("inbox").await, scene.no("work").await);
    let asked = || scene.backend.asked.load(Ordering::SeqCst);
    let fresh = async |folder| {
        let before = asked();
        scene.supervisor.fresh(scene.account, folder).await.unwrap();
        asked() == before
    };
    // The watcher has compared all: of what it is told of it asks no more.
    while !fresh(inbox).await {
        tokio::task::yield_now().await;
    }
    for items in 1..10 {
        scene.backend.store("work");
        assert!(!fresh(work).await);
        let seq = scene.index.seq(scene.account, work).await.unwrap();
        assert_eq!(seq, Seq(items));
    }
    assert!(fresh(inbox).await);
    let before = asked();
    let hierarchy = scene.supervisor.fresh_hierarchy(scene.account).await;
    hierarchy.unwrap();
    assert!(asked() > before);
}

#[tokio::test]
async fn readers_at_the_same_time_share_a_look_that_began_after_they_asked() {
    let scene = Scene::new().await;
    let inbox = scene.no("inbox").await;
    scene.backend.hold(true);
    let look = || scene.supervisor.refresh(scene.account, inbox);
    let mut first = Box::pin(look());
    let asked = scene.backend.asked.load(Ordering::SeqCst);
    while scene.backend.asked.load(Ordering::SeqCst) == asked {
        assert!(futures_util::poll!(&mut first).is_pending());
        tokio::task::yield_now().await;
    }
    // The first look has seen the folder without this item.
    scene.backend.store("inbox");
    let rest = futures_util::future::join_all((0..8).map(|_| look()));
    let mut rest = Box::pin(rest);
    assert!(futures_util::poll!(&mut rest).is_pending());
    scene.backend.hold(false);
    let old = first.await.unwrap();
    let asked = scene.backend.asked.load(Ordering::SeqCst);
    for new in rest.await {
        assert!(new.unwrap() > old);
    }
    assert!(scene.backend.asked.load(Ordering::SeqCst) <= asked + 2);
}

#[tokio::test]
async fn a_refresh_goes_on_when_its_reader_has_gone() {
    let scene = Scene::new().await;
    let inbox = scene.no("inbox").await;
    scene.channel.forget();
    scene.backend.store("inbox");
    scene.backend.hold(true);
    let mut reader = Box::pin(scene.supervisor.refresh(scene.account, inbox));
    assert!(futures_util::poll!(&mut reader).is_pending());
    drop(reader);
    scene.backend.hold(false);
    // R7: whoever begins, publishes.
    assert!(scene.hinted("inbox", Seq(1)).await >= Seq(1));
}

#[tokio::test]
async fn a_backend_that_is_down_is_said_to_be() {
    let scene = Scene::new().await;
    let inbox = scene.no("inbox").await;
    scene.backend.fail(Some(Kind::Unavailable));
    let error = scene
        .supervisor
        .fresh(scene.account, inbox)
        .await
        .unwrap_err();
    let RefreshError::Backend(error) = error else {
        panic!("{error:?}");
    };
    assert_eq!(error.kind(), Kind::Unavailable);
    assert_eq!(scene.metrics.watch.refresh_failures.get(), 1);
}

/// R11: what was read before somebody else wrote is older than what is written, and is read again.
#[tokio::test]
async fn who_loses_the_race_reads_again() {
    let scene = Scene::new().await;
    let inbox = scene.no("inbox").await;
    scene.backend.hold(true);
    let mut reader = Box::pin(scene.supervisor.refresh(scene.account, inbox));
    let asked = scene.backend.asked.load(Ordering::SeqCst);
    while scene.backend.asked.load(Ordering::SeqCst) == asked {
        assert!(futures_util::poll!(&mut reader).is_pending());
        tokio::task::yield_now().await;
    }
    scene.backend.store("inbox");
    let from = scene
        .index
        .read_from(scene.account, inbox)
        .await
        .unwrap()
        .unwrap();
    let delta = scene
        .backend
        .delta(&FolderRef::new("inbox"), from.token.as_ref());
    let written = scene.index.apply(scene.account, inbox, &from, &delta).await;
    assert!(matches!(written, Ok(Applied::Wrote { changed: true, .. })));
    scene.backend.store("inbox");
    scene.backend.hold(false);
    assert_eq!(reader.await.unwrap(), Seq(2));
}
