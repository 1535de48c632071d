//! Ping's question, doubt, windows, and what cannot be sent.

use backends::{Change, Delta, DeltaKind, ItemRef, Role, Token};
use directpush::ids::{FolderNo, ItemNo};
use directpush::index::{Action, Delivery, Doubt, Silence, Wake};

use super::{ALL, House, state};

#[tokio::test]
async fn a_ping_wakes_for_what_the_newest_answer_did_not_tell() {
    let mut house = House::new().await;
    assert_eq!(house.wake(house.a).await, Wake::Absent);
    let other = house.index.verify(house.a, &[FolderNo(77)]).await.unwrap();
    assert_eq!(other[0].wake, Wake::NoFolder);
    house.present("m1", "1", 50).await;
    let key = house.fill(house.a).await;
    assert_eq!(house.wake(house.a).await, Wake::Quiet);
    house.present("m2", "1", 51).await;
    assert_eq!(house.wake(house.a).await, Wake::Changed);
    let (receipt, told) = house.sync(house.a, &key, 10).await;
    assert_eq!(told, [(Action::Add, 2)]);
    assert_eq!(house.wake(house.a).await, Wake::Quiet);
    assert!(receipt.key.len() <= 64 && receipt.key != "0");
}

#[tokio::test]
async fn answers_are_doubted_once_and_the_grace_learns() {
    let mut house = House::new().await;
    house.present("m1", "1", 50).await;
    let key = house.fill(house.a).await;
    assert_eq!(
        house.doubt(house.a).await,
        None,
        "an answer without content"
    );
    house.present("m2", "1", 50).await;
    let (answer, _) = house.sync(house.a, &key, 1000).await;
    assert_eq!(house.doubt(house.a).await, Some(Doubt::At(1060)));
    let (a, inbox) = (house.a, house.inbox);
    house.index.announced(a, &[inbox]).await.unwrap();
    assert_eq!(house.doubt(a).await, None, "once");
    // It had arrived: the next doubt takes longer.
    let (key, _) = house.sync(a, &answer.key, 1001).await;
    house.present("m3", "1", 50).await;
    let (answer, _) = house.sync(a, &key.key, 2000).await;
    assert_eq!(house.doubt(a).await, Some(Doubt::At(2120)));
    house
        .index
        .delivered(a, &[answer.answer], Delivery::Broken)
        .await
        .unwrap();
    assert_eq!(house.doubt(a).await, Some(Doubt::Now));
    house.index.announced(a, &[inbox]).await.unwrap();
    // It was lost indeed: the older key comes again.
    let (retry, told) = house.sync(a, &key.key, 3000).await;
    assert_eq!(told, [(Action::Add, 3)]);
    assert_eq!(house.doubt(a).await, Some(Doubt::At(3060)));
    let devices = house
        .index
        .store()
        .devices(Some(house.account))
        .await
        .unwrap();
    assert_eq!(
        (devices[0].doubts_founded, devices[0].doubts_unfounded),
        (1, 1)
    );
    house
        .index
        .delivered(a, &[retry.answer], Delivery::Proved)
        .await
        .unwrap();
    assert_eq!(
        house.doubt(a).await,
        None,
        "the next request came on the same connection"
    );
}

#[tokio::test]
async fn what_cannot_be_sent_is_listed_and_tried_again() {
    let mut house = House::new().await;
    house.present("good", "1", 50).await;
    house.present("bad", "1", 51).await;
    let (first, _) = house.sync(house.a, "0", 10).await;
    let mut session = house.open(house.a, &first.key).await;
    let page = session.page(ALL, 10).await.unwrap();
    session.skip(ItemNo(2), "no such charset");
    let receipt = session.commit(page.commands.len(), 10).await.unwrap();
    let (receipt, told) = house.sync(house.a, &receipt.key, 10).await;
    assert_eq!((told, house.wake(house.a).await), (vec![], Wake::Quiet));
    let listed = house.index.store().skipped(house.account).await.unwrap();
    assert_eq!((listed.len(), listed[0].id.item), (1, ItemNo(2)));
    assert_eq!(
        house
            .index
            .retry_skipped(house.a, house.inbox)
            .await
            .unwrap(),
        1
    );
    assert_eq!(house.wake(house.a).await, Wake::Changed);
    let (_, told) = house.sync(house.a, &receipt.key, 10).await;
    assert_eq!(told, [(Action::Add, 2)]);
    assert_eq!(
        house.index.store().skipped(house.account).await.unwrap(),
        []
    );
}

#[tokio::test]
async fn only_the_widest_window_is_indexed() {
    let mut house = House::new().await;
    let (account, inbox) = (house.account, house.inbox);
    let folders = house.index.folders(account).await.unwrap();
    let sent = folders
        .iter()
        .find(|folder| folder.role == Role::Sent)
        .unwrap()
        .no;
    assert_eq!(
        house.index.read_from(account, sent).await.unwrap(),
        None,
        "nobody asked"
    );
    let outbox = folders
        .iter()
        .find(|folder| folder.role == Role::Outbox)
        .unwrap()
        .no;
    assert!(
        !house.index.widen(account, outbox, 5).await.unwrap(),
        "virtual"
    );
    assert!(house.index.widen(account, sent, 100).await.unwrap());
    let from = house.index.read_from(account, sent).await.unwrap().unwrap();
    assert_eq!(from.horizon, backends::Horizon::NotBefore(100));
    let delta = Delta {
        kind: DeltaKind::Listing(vec![state("new", "1", 150)]),
        token: Token::new("1"),
    };
    house
        .index
        .apply(account, sent, &from, &delta)
        .await
        .unwrap();
    assert!(!house.index.widen(account, sent, 120).await.unwrap());
    assert!(house.index.widen(account, sent, 50).await.unwrap());
    // Rows that no cursor sees or knows are dropped once the widest window is narrower.
    house.present("old", "1", 10).await;
    house.present("young", "1", 90).await;
    let (first, _) = house.sync(house.a, "0", 10).await;
    let mut session = house.open(house.a, &first.key).await;
    assert_eq!(session.page(50, 10).await.unwrap().commands.len(), 1);
    let narrow = session.commit(1, 10).await.unwrap();
    house
        .open(house.a, &narrow.key)
        .await
        .close()
        .await
        .unwrap();
    let collected = house.index.collect(account, inbox).await.unwrap();
    assert_eq!(collected.below, 1);
    let from = house
        .index
        .read_from(account, inbox)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(from.horizon, backends::Horizon::NotBefore(50));
    assert!(house.index.widen(account, inbox, ALL).await.unwrap());
}

#[tokio::test]
async fn a_device_can_be_made_to_start_over() {
    let mut house = House::new().await;
    house.present("m1", "1", 50).await;
    let key = house.fill(house.a).await;
    let (a, inbox) = (house.a, house.inbox);
    house.index.start_over(a, inbox).await.unwrap();
    assert_eq!(house.wake(a).await, Wake::Invalid);
    assert!(house.unknown(a, &key).await);
    house.fill(a).await;
    assert_eq!(house.wake(a).await, Wake::Quiet);
    let counts = house.index.store().counts().await.unwrap();
    assert_eq!(
        (counts.accounts, counts.devices, counts.collections),
        (1, 2, 1)
    );
}

#[tokio::test]
async fn silence_says_whether_the_device_or_its_filter_kept_it() {
    let mut house = House::new().await;
    house.fill(house.b).await;
    let (a, inbox) = (house.a, house.inbox);
    let first = house.sync(a, "0", 10).await.0.key;
    let mut session = house.open(a, &first).await;
    session.page(100, 10).await.unwrap();
    let key = session.commit(0, 10).await.unwrap().key;
    let mut session = house.open(a, &key).await;
    session.page(100, 10).await.unwrap();
    session.commit(0, 10).await.unwrap();
    let silence = async |house: &House| {
        let standing = house.index.verify(a, &[inbox]).await.unwrap()[0];
        assert_eq!(standing.class, Some(backends::Class::Email));
        (standing.wake, standing.silence)
    };
    assert_eq!(silence(&house).await, (Wake::Quiet, Silence::Nothing));
    house
        .index
        .adopt(a, inbox, &state("own", "1", 150))
        .await
        .unwrap();
    assert_eq!(silence(&house).await, (Wake::Quiet, Silence::Own));
    house.present("old", "1", 50).await;
    assert_eq!(silence(&house).await, (Wake::Quiet, Silence::Hidden));
    house.present("new", "1", 150).await;
    assert_eq!(silence(&house).await, (Wake::Changed, Silence::Nothing));
}

#[tokio::test]
async fn tidying_leaves_nothing_of_a_folder_that_is_gone() {
    let mut house = House::new().await;
    house.present("m1", "1", 50).await;
    house.fill(house.a).await;
    house.refresh(vec![Change::Gone(ItemRef::new("m1"))]).await;
    let tidied = house.index.tidy(house.account).await.unwrap();
    assert_eq!(tidied.tombstones, 1);
    assert_eq!(
        house.wake(house.a).await,
        Wake::Changed,
        "an id without a row is a deleted one"
    );
    house
        .index
        .refresh_hierarchy(house.account, &[])
        .await
        .unwrap();
    house.index.tidy(house.account).await.unwrap();
    let counts = house.index.store().counts().await.unwrap();
    assert_eq!(
        (counts.collections, house.wake(house.a).await),
        (0, Wake::NoFolder)
    );
}
