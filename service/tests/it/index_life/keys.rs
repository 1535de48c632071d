//! Keys, answers and what a restart leaves of them.

use directpush::ids::{AccountId, ItemNo};
use directpush::index::{Action, Index, Outcome, Verdict};
use directpush::store::{PingCache, SendState, Store, StoreError, db};

use super::{ALL, House, add, go, open_store, state};

#[tokio::test]
async fn a_key_is_good_until_its_answer_or_a_sibling_is_shown() {
    let mut house = House::new().await;
    house.present("m1", "1", 50).await;
    let key = house.fill(house.a).await;
    house.present("m2", "1", 51).await;
    let (lost, _) = house.sync(house.a, &key, 10).await;
    let (late, told) = house.sync(house.a, &key, 10).await;
    assert_eq!(told, [(Action::Add, 2)]);
    let (_, told) = house.sync(house.a, &lost.key, 10).await;
    assert_eq!(told, []);
    assert!(house.unknown(house.a, &late.key).await);
    assert!(house.unknown(house.a, &key).await);
    assert!(
        house.unknown(house.b, &lost.key).await,
        "a key of another device"
    );
    assert!(house.unknown(house.a, "garbage").await);
}

#[tokio::test]
async fn the_old_lineage_lives_until_the_new_one_is_used() {
    let mut house = House::new().await;
    house.present("m1", "1", 50).await;
    house.present("m2", "1", 51).await;
    let (first, _) = house.sync(house.a, "0", 10).await;
    let (fill, _) = house.sync(house.a, &first.key, 10).await;
    // iOS: a second key 0 while the first fill runs.
    let (second, _) = house.sync(house.a, "0", 10).await;
    let (fill, _) = house.sync(house.a, &fill.key, 10).await;
    let (_, told) = house.sync(house.a, &second.key, 10).await;
    assert_eq!(told, [(Action::Add, 2), (Action::Add, 1)]);
    assert!(house.unknown(house.a, &fill.key).await);
}

#[tokio::test]
async fn everything_survives_a_restart() {
    let mut house = House::new().await;
    house.present("m1", "1", 50).await;
    let key = house.fill(house.a).await;
    let hierarchy = house.folder_sync(house.a, "0").await;
    let ping = PingCache {
        heartbeat: Some(480),
        folders: Some(vec![house.inbox]),
    };
    house
        .index
        .store()
        .remember_ping(house.a, &ping)
        .await
        .unwrap();
    house
        .index
        .store()
        .remember_sync(house.a, Some(b"request"))
        .await
        .unwrap();
    let mut session = house.open(house.a, &key).await;
    let ticket = go(&mut session, &add("c1")).await;
    session
        .settle(ticket, &Outcome::Present(state("up", "1", 60)))
        .await
        .unwrap();
    drop(session); // the answer was never made
    house.index.store().close().await;

    house.index = Index::new(open_store(house.directory.path()).await);
    let mut session = house.open(house.a, &key).await;
    let verdict = session.upload(&add("c1")).await.unwrap();
    assert!(matches!(verdict, Verdict::Repeat(ItemNo(2))));
    let page = session.page(ALL, 10).await.unwrap();
    assert_eq!(page.commands, [], "its own item is not told");
    let receipt = session.commit(0, 11).await.unwrap();
    assert_eq!(house.sync(house.a, &receipt.key, 12).await.1, []);
    assert!(house.folder_sync(house.a, &hierarchy.key).await.is_empty());
    let store = house.index.store();
    assert_eq!(store.ping_cache(house.a).await.unwrap(), ping);
    assert_eq!(
        store.sync_cache(house.a).await.unwrap().as_deref(),
        Some(&b"request"[..])
    );
    let heartbeat = PingCache {
        heartbeat: Some(900),
        folders: None,
    };
    store.remember_ping(house.a, &heartbeat).await.unwrap();
    let both = store.ping_cache(house.a).await.unwrap();
    assert_eq!((both.heartbeat, both.folders), (Some(900), ping.folders));
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let store = open_store(directory.path()).await;
    let mut write = store.write(AccountId(0)).await.unwrap();
    db::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (99, 'later', 1, x'00', 0)",
    )
    .execute(&mut write)
    .await
    .unwrap();
    write.commit().await.unwrap();
    store.close().await;
    let reopened = Store::open(&directory.path().join("state.db")).await;
    assert!(matches!(
        reopened.unwrap_err(),
        StoreError::Newer { found: 99, .. }
    ));
}

#[tokio::test]
async fn the_same_key_again_and_again_is_counted() {
    let mut house = House::new().await;
    house.present("m1", "1", 50).await;
    let key = house.fill(house.a).await;
    for asked in 1..4 {
        assert_eq!(house.open(house.a, &key).await.asked(), asked);
    }
    let (next, _) = house.sync(house.a, &key, 10).await;
    assert_eq!(house.open(house.a, &next.key).await.asked(), 1);
}

#[tokio::test]
async fn a_message_is_known_for_a_day() {
    let house = House::new().await;
    let store = house.index.store();
    let ident = [1; 32];
    let begun = store.begin_sending(house.a, &ident, (1, 0)).await.unwrap();
    let done = store.note_sending(house.a, &ident, SendState::Done);
    done.await.unwrap();
    for (now, at) in [(24 * 3600, 1), (1 + 24 * 3600 + 1, 7)] {
        house.index.forget_repeats(now).await.unwrap();
        let again = store.begin_sending(house.a, &ident, (7, 0)).await.unwrap();
        assert_eq!(again.at, at);
    }
    assert_eq!(begun.state, SendState::Begun);
}

#[tokio::test]
async fn a_backup_is_a_store() {
    let mut house = House::new().await;
    house.present("m1", "1", 50).await;
    let key = house.fill(house.a).await;
    let copy = tempfile::tempdir().unwrap();
    let path = copy.path().join("state.db");
    house.index.store().backup(&path).await.unwrap();
    assert!(
        house.index.store().backup(&path).await.is_err(),
        "nothing is overwritten"
    );
    house.index = Index::new(open_store(copy.path()).await);
    assert_eq!(house.sync(house.a, &key, 10).await.1, []);
}
