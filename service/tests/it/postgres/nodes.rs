//! Several nodes on one database, and a database that dies.

use backends::servers::Postgres;
use directpush::ids::AccountId;
use directpush::store::{DeviceName, SendState, Store, StoreError, db};

use super::options;

#[tokio::test]
async fn nodes_that_start_at_once_make_one_schema() {
    let server = Postgres::shared().await.unwrap();
    let url = server.database().unwrap();
    let opened = (0..4).map(|_| {
        let options = options(&url);
        async move { Store::open_postgres(&options).await }
    });
    for store in futures_util::future::join_all(opened).await {
        let store = store.unwrap();
        store.account("anna", 1).await.unwrap();
        store.probe().await.unwrap();
    }
}

#[tokio::test]
async fn numbers_are_given_out_once_in_the_whole_cluster() {
    let (server, first) = super::fresh().await;
    let url = server.database().unwrap();
    drop(first);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let store = Store::open_postgres(&options(&url)).await.unwrap();
        tasks.spawn(async move {
            let mut numbers = Vec::new();
            for n in 0..20 {
                let account = store.account(&format!("user{n}"), 1).await.unwrap();
                let name = DeviceName {
                    id: "phone",
                    kind: "Test",
                };
                let device = store.device(account, name, 1).await.unwrap();
                numbers.push((account, device.id));
            }
            numbers
        });
    }
    let mut all = tasks.join_all().await;
    let first = all.pop().unwrap();
    for other in all {
        assert_eq!(other, first, "nodes see the same accounts and devices");
    }
    let mut devices: Vec<_> = first.iter().map(|(_, device)| *device).collect();
    devices.sort_unstable();
    devices.dedup();
    assert_eq!(devices.len(), 20);
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let server = Postgres::shared().await.unwrap();
    let url = server.database().unwrap();
    let there = Store::open_postgres_to_read(&options(&url)).await;
    assert!(matches!(there.unwrap_err(), StoreError::Empty));
    let store = Store::open_postgres(&options(&url)).await.unwrap();
    let mut write = store.write(AccountId(0)).await.unwrap();
    let raised = "INSERT INTO _sqlx_migrations SELECT 9999, description, installed_on, success, checksum, \
                  execution_time FROM _sqlx_migrations LIMIT 1";
    db::query(raised).execute(&mut write).await.unwrap();
    write.commit().await.unwrap();
    let newer = Store::open_postgres(&options(&url)).await.unwrap_err();
    assert!(matches!(newer, StoreError::Newer { found: 9999, .. }));
}

#[tokio::test]
async fn what_was_acknowledged_survives_the_server_s_death() {
    let mut server = Postgres::start().await.unwrap();
    let url = server.database().unwrap();
    let store = Store::open_postgres(&options(&url)).await.unwrap();
    let account = store.account("anna", 1).await.unwrap();
    let name = DeviceName {
        id: "phone",
        kind: "Test",
    };
    let device = store.device(account, name, 1).await.unwrap().id;
    let who = directpush::ids::Principal { account, device };
    let (acknowledged, mut told) = tokio::sync::mpsc::channel(10_000);
    let mut writing = tokio::task::JoinSet::new();
    writing.spawn({
        let store = store.clone();
        async move {
            let mut away = 0;
            for n in 0_u32.. {
                let mut ident = [0; 32];
                ident[..4].copy_from_slice(&n.to_be_bytes());
                match store.begin_sending(who, &ident, (i64::from(n), 0)).await {
                    Ok(_) if away > 0 => return away,
                    Ok(_) => acknowledged.send(ident).await.unwrap(),
                    Err(StoreError::Away(_)) => away += 1,
                    Err(other) => panic!("{other:?}"),
                }
            }
            away
        }
    });
    for _ in 0..20 {
        told.recv().await.unwrap();
    }
    let mut last = told.recv().await.unwrap();
    server.kill();
    while !store.is_failing() {
        tokio::task::yield_now().await;
    }
    server.restart().await.unwrap();
    let away = writing.join_next().await.unwrap().unwrap();
    assert!(away > 0, "it was away for a while");
    while let Some(next) = told.recv().await {
        last = next;
    }
    // Which is what it says of a message that it knows.
    store
        .note_sending(who, &last, SendState::Relayed)
        .await
        .unwrap();
    let mut conn = store.read().await.unwrap();
    let known: i64 = db::scalar("SELECT COUNT(*) FROM sent")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    assert!(known >= 22, "{known}");
}

#[tokio::test]
async fn a_store_is_copied_there_and_back() {
    let place = tempfile::tempdir().unwrap();
    let file = |name: &str| place.path().join(name);
    let first = Store::open(&file("first.db")).await.unwrap();
    for n in 0..600 {
        first.account(&format!("user{n}"), n).await.unwrap();
    }
    let account = first.account("user7", 1).await.unwrap();
    let name = DeviceName {
        id: "phone",
        kind: "Test",
    };
    let device = first.device(account, name, 1).await.unwrap();
    let (_server, there) = super::fresh().await;
    let copied = first.copy_to(&there).await.unwrap();
    assert_eq!(copied.counts, first.counts().await.unwrap());
    let again = first.copy_to(&there).await.unwrap_err();
    assert!(matches!(again, StoreError::NotEmpty));
    let back = Store::open(&file("back.db")).await.unwrap();
    there.copy_to(&back).await.unwrap();
    assert_eq!(back.device(account, name, 9).await.unwrap(), device);
    assert_eq!(
        back.accounts().await.unwrap(),
        first.accounts().await.unwrap()
    );
    let other = DeviceName { id: "new", ..name };
    let other = there.device(account, other, 2).await.unwrap();
    assert_ne!(other.id, device.id, "numbers go on");
}
