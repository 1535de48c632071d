//! A request that is cut while its answer waits in a group commit.

use std::pin::pin;
use std::task::Poll;

use directpush::ids::AccountId;
use directpush::index::{Action, Opening};
use directpush::store::Store;
use futures_util::poll;

use super::{ALL, House};

/// Whoever has the writer now lets go of it for one who is waiting, who keeps it.
async fn handed_over<T>(
    store: &Store,
    begun: impl Future<Output = T>,
) -> directpush::store::Write<'_> {
    let first = store.write(AccountId(1)).await.unwrap();
    let mut begun = pin!(begun);
    assert!(
        poll!(begun.as_mut()).is_pending(),
        "it waits for the writer"
    );
    let mut last = pin!(store.write(AccountId(1)));
    assert!(poll!(last.as_mut()).is_pending());
    drop(first);
    loop {
        // Not polled any further once it has handed over: it is cut there.
        if let Poll::Ready(last) = poll!(last.as_mut()) {
            return last.unwrap();
        }
        assert!(poll!(begun.as_mut()).is_pending(), "it did not hand over");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_answer_after_one_that_was_cut_in_its_commit_has_a_number_of_its_own() {
    let mut house = House::new().await;
    house.present("m1", "1", 50).await;
    let (first, _) = house.sync(house.a, "0", 10).await;
    let mut cut = house.open(house.a, &first.key).await;
    cut.page(ALL, 100).await.unwrap();
    let store = house.index.store().clone();
    let last = handed_over(&store, cut.commit(1, 10)).await;

    // The answer is in the open transaction, and nobody who reads can see it.
    let opening = house.index.open(house.pair(house.a), &first.key).await;
    let Opening::Open(mut again) = opening.unwrap() else {
        panic!("the key is good");
    };
    let page = again.page(ALL, 100).await.unwrap();
    assert_eq!(page.commands[0].action, Action::Add);
    let committing = async {
        drop(last);
        again.commit(1, 11).await.unwrap()
    };
    let second = committing.await;
    let (_, told) = house.sync(house.a, &second.key, 12).await;
    assert_eq!(told, []);
}
