//! Items that a store keeps under another name once they are changed: drafts.

use backends::{Change, ItemRef};
use directpush::index::{Action, Begun, Outcome, Upload, Wake};

use super::{House, change, go, state};

#[tokio::test]
async fn an_item_that_is_written_anew_stays_the_same() {
    let mut house = House::new().await;
    house.present("m1", "1", 50).await;
    let (key_a, key_b) = (house.fill(house.a).await, house.fill(house.b).await);
    let mut session = house.open(house.a, &key_a).await;
    let ticket = go(&mut session, &change(1, 1)).await;
    // Of the same version and time as the one before.
    session
        .settle(ticket, &Outcome::Present(state("m2", "1", 50)))
        .await
        .unwrap();
    drop(session);
    assert_eq!(house.wake(house.a).await, Wake::Quiet);
    assert_eq!(house.wake(house.b).await, Wake::Changed);
    // The watch comes late.
    let gone = Change::Gone(ItemRef::new("m1"));
    house
        .refresh(vec![Change::Present(state("m2", "1", 50)), gone])
        .await;
    assert_eq!(house.wake(house.a).await, Wake::Quiet);
    let told = house.sync(house.b, &key_b, 10).await.1;
    assert_eq!(told, [(Action::Change, 1)]);
}

#[tokio::test]
async fn one_that_was_written_before_a_crash_has_no_twin() {
    let mut house = House::new().await;
    house.present("m1", "1", 50).await;
    let (key_a, key_b) = (house.fill(house.a).await, house.fill(house.b).await);
    let upload = Upload {
        expected_item: Some(ItemRef::new("m2")),
        ..change(1, 1)
    };
    let mut session = house.open(house.a, &key_a).await;
    let _ticket = go(&mut session, &upload).await;
    drop(session); // the store has both, we died
    house.present("m2", "1", 60).await;
    let mut session = house.open(house.a, &key_a).await;
    let ticket = go(&mut session, &upload).await;
    assert_eq!(ticket.begun, Begun::Before);
    session
        .settle(ticket, &Outcome::Present(state("m2", "1", 60)))
        .await
        .unwrap();
    drop(session);
    let gone = Change::Gone(ItemRef::new("m1"));
    house.refresh(vec![gone]).await;
    let told = house.sync(house.b, &key_b, 10).await.1;
    assert_eq!(told, [(Action::Change, 1)]);
}
