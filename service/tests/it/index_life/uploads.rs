//! What devices upload, and whose change it is.

use backends::{Delta, DeltaKind, Role, Token, Version};
use directpush::ids::{ItemNo, ServerId};
use directpush::index::{Action, Applied, Begun, Conflict, Outcome, Upload, Verdict, Wake};

use super::{ALL, House, add, change, go, state};

#[tokio::test]
async fn who_loses_the_race_reads_again() {
    let mut house = House::new().await;
    let (account, inbox) = (house.account, house.inbox);
    let from = house
        .index
        .read_from(account, inbox)
        .await
        .unwrap()
        .unwrap();
    house.present("m1", "1", 50).await;
    let delta = Delta {
        kind: DeltaKind::Listing(Vec::new()),
        token: Token::new("stale"),
    };
    let applied = house
        .index
        .apply(account, inbox, &from, &delta)
        .await
        .unwrap();
    assert_eq!(applied, Applied::LostRace);
    // An upload between reading and writing voids what was read, too: a listing would remove its item.
    let from = house
        .index
        .read_from(account, inbox)
        .await
        .unwrap()
        .unwrap();
    house
        .index
        .adopt(house.a, inbox, &state("sent", "1", 60))
        .await
        .unwrap();
    let applied = house
        .index
        .apply(account, inbox, &from, &delta)
        .await
        .unwrap();
    assert_eq!(applied, Applied::LostRace);
}

#[tokio::test]
async fn an_own_change_is_recognised_though_the_event_overtakes_the_answer() {
    let mut house = House::new().await;
    house.present("m1", "1", 50).await;
    let (key_a, key_b) = (house.fill(house.a).await, house.fill(house.b).await);
    for (foreseen, version) in [(true, "2"), (false, "3")] {
        let mut session = house.open(house.a, &key_a).await;
        let upload = Upload {
            expected_version: foreseen.then(|| Version::new(version)),
            ..change(1, if foreseen { 1 } else { 2 })
        };
        let ticket = go(&mut session, &upload).await;
        house.present("m1", version, 50).await; // the watch
        if foreseen {
            assert_eq!(house.wake(house.a).await, Wake::Quiet);
        }
        assert_eq!(house.wake(house.b).await, Wake::Changed);
        session
            .settle(ticket, &Outcome::Present(state("m1", version, 50)))
            .await
            .unwrap();
        assert_eq!(session.page(ALL, 10).await.unwrap().commands, []);
        drop(session);
        assert_eq!(house.wake(house.a).await, Wake::Quiet);
    }
    assert_eq!(
        house.sync(house.b, &key_b, 10).await.1,
        [(Action::Change, 1)]
    );
}

#[tokio::test]
async fn what_else_is_in_a_state_is_not_hidden_by_an_own_change() {
    let mut house = House::new().await;
    house.present("m1", "seen", 50).await;
    let key = house.fill(house.a).await;
    let mut session = house.open(house.a, &key).await;
    let upload = Upload {
        expected_version: Some(Version::new("seen answered")),
        ..change(1, 1)
    };
    let ticket = go(&mut session, &upload).await;
    // Somebody flagged it just before: the store merges marks.
    let made = state("m1", "seen flagged answered", 50);
    session
        .settle(ticket, &Outcome::Present(made))
        .await
        .unwrap();
    let page = session.page(ALL, 10).await.unwrap();
    assert_eq!(page.commands[0].action, Action::Change);
}

#[tokio::test]
async fn a_lost_conflict_sends_the_servers_state_back() {
    let mut house = House::new().await;
    house.present("m1", "1", 50).await;
    let key = house.fill(house.a).await;
    house.present("m1", "2", 50).await;
    let mut session = house.open(house.a, &key).await;
    assert!(matches!(
        session.upload(&change(1, 1)).await.unwrap(),
        Verdict::Lost
    ));
    let page = session.page(ALL, 10).await.unwrap();
    assert_eq!(
        page.commands[0].row.as_ref().unwrap().version,
        Version::new("2")
    );
    drop(session);
    let mut session = house.open(house.a, &key).await;
    let wins = Upload {
        conflict: Conflict::ClientWins,
        ..change(1, 2)
    };
    let ticket = go(&mut session, &wins).await;
    session
        .settle(ticket, &Outcome::Present(state("m1", "3", 50)))
        .await
        .unwrap();
    let page = session.page(ALL, 10).await.unwrap();
    assert_eq!(
        page.commands[0].row.as_ref().unwrap().version,
        Version::new("3")
    );
}

#[tokio::test]
async fn an_upload_that_was_answered_may_come_again_as_a_new_one() {
    let mut house = House::new().await;
    house.present("m1", "1", 50).await;
    let mut key = house.fill(house.a).await;
    for version in ["2", "3"] {
        let mut session = house.open(house.a, &key).await;
        let ticket = go(&mut session, &change(1, 1)).await; // read, and after a while read again
        session
            .settle(ticket, &Outcome::Present(state("m1", version, 50)))
            .await
            .unwrap();
        session.page(ALL, 10).await.unwrap();
        let lost = session.commit(0, 10).await.unwrap();
        drop(lost);
        let mut session = house.open(house.a, &key).await;
        let verdict = session.upload(&change(1, 1)).await.unwrap();
        assert!(matches!(verdict, Verdict::Repeat(ItemNo(1))), "a retry");
        let page = session.page(ALL, 10).await.unwrap();
        assert_eq!(page.again.len(), 1, "its present state goes back");
        key = session.commit(0, 10).await.unwrap().key;
        house.present("m1", &format!("{version}x"), 50).await;
        key = house.sync(house.a, &key, 10).await.0.key;
    }
}

#[tokio::test]
async fn an_upload_begun_before_a_crash_is_done_again_and_then_told() {
    let mut house = House::new().await;
    house.present("m1", "1", 50).await;
    let key = house.fill(house.a).await;
    let mut session = house.open(house.a, &key).await;
    let _ticket = go(&mut session, &add("c1")).await;
    drop(session); // the backend stored it, we died
    house.present("up", "1", 60).await;
    let mut session = house.open(house.a, &key).await;
    let ticket = go(&mut session, &add("c1")).await;
    assert_eq!(ticket.begun, Begun::Before);
    let item = session
        .settle(ticket, &Outcome::Present(state("up", "1", 60)))
        .await
        .unwrap();
    assert_eq!(item, Some(ItemNo(2)), "no twin");
    let page = session.page(ALL, 10).await.unwrap();
    assert_eq!(
        page.commands[0].action,
        Action::Change,
        "it may have been changed since"
    );
}

#[tokio::test]
async fn what_a_device_causes_elsewhere_is_told_but_does_not_wake_it() {
    let mut house = House::new().await;
    house.present("m1", "1", 50).await;
    let (key_a, _) = (house.fill(house.a).await, house.fill(house.b).await);
    let (a, inbox) = (house.a, house.inbox);
    house
        .index
        .adopt(a, inbox, &state("copy", "1", 60))
        .await
        .unwrap();
    let from = ServerId {
        folder: inbox,
        item: ItemNo(1),
    };
    let folders = house.index.folders(house.account).await.unwrap();
    let sent = folders
        .iter()
        .find(|folder| folder.role == Role::Sent)
        .unwrap()
        .no;
    let moved = house
        .index
        .record_move(a, from, sent, &state("m1", "1", 50), 9)
        .await
        .unwrap();
    assert_eq!(house.index.moved(a, from).await.unwrap(), Some(moved));
    assert_eq!(house.index.item(house.account, from).await.unwrap(), None);
    assert_eq!(house.wake(a).await, Wake::Quiet);
    assert_eq!(house.wake(house.b).await, Wake::Changed);
    let told = house.sync(a, &key_a, 10).await.1;
    assert_eq!(told, [(Action::Add, 2), (Action::Delete, 1)]);
}

#[tokio::test]
async fn an_item_that_is_gone_when_it_is_to_be_changed_is_told_to_be_gone() {
    let mut house = House::new().await;
    house.present("m1", "1", 50).await;
    let key = house.fill(house.a).await;
    let mut session = house.open(house.a, &key).await;
    let ticket = go(&mut session, &change(1, 1)).await;
    session.settle(ticket, &Outcome::Removed).await.unwrap();
    let page = session.page(ALL, 10).await.unwrap();
    assert_eq!(page.commands[0].action, Action::Delete);
}

#[tokio::test]
async fn a_conflict_that_was_lost_stays_lost_under_the_next_key() {
    let mut house = House::new().await;
    house.present("m1", "1", 50).await;
    let key = house.fill(house.a).await;
    house.present("m1", "2", 50).await;
    let (late, _) = house.sync(house.a, &key, 10).await;
    // The retry carries a change that was made before the device saw the server's.
    let mut session = house.open(house.a, &key).await;
    let verdict = session.upload(&change(1, 1)).await.unwrap();
    assert!(matches!(verdict, Verdict::Lost));
    session.page(ALL, 10).await.unwrap();
    session.commit(1, 10).await.unwrap();
    // The first answer arrives after all, and knows nothing of the upload.
    let mut session = house.open(house.a, &late.key).await;
    let verdict = session.upload(&change(1, 1)).await.unwrap();
    assert!(matches!(verdict, Verdict::Lost));
    let page = session.page(ALL, 10).await.unwrap();
    assert_eq!((page.commands.len(), page.again.len()), (0, 1));
}
