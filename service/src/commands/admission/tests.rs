//! Places over time.

use super::*;
use crate::ids::{AccountId, DeviceId};
use crate::metrics::Metrics;

fn begins(account: i64) -> Ask {
    Ask {
        who: Principal {
            account: AccountId(account),
            device: DeviceId(account),
        },
        begins: BTreeSet::from([FolderNo(1)]),
        goes_on: BTreeSet::new(),
        hierarchy: false,
    }
}

fn next_page(account: i64) -> Ask {
    let Ask { begins, .. } = begins(account);
    Ask {
        begins: BTreeSet::new(),
        goes_on: begins,
        ..self::begins(account)
    }
}

fn admission(most: usize) -> (Arc<Admission>, AdmissionMetrics) {
    let metrics = Metrics::new().unwrap().admission;
    (Admission::new(most, metrics.clone()), metrics)
}

async fn enter(admission: &Arc<Admission>, ask: Ask) -> Result<Option<Stay>, Fault> {
    admission.enter(ask, &mut Facts::default()).await
}

#[tokio::test(start_paused = true)]
async fn who_finds_no_place_in_time_is_refused_and_leaves_nothing() {
    let (admission, metrics) = admission(1);
    let stay = enter(&admission, begins(1)).await.unwrap();
    let (began, mut facts) = (Instant::now(), Facts::default());
    let refused = admission.enter(begins(2), &mut facts).await;
    assert!(matches!(refused, Err(Fault::Crowded)));
    assert_eq!(facts.note, Some("too many begin at once"));
    assert!(facts.held >= WAIT_MAX && began.elapsed() < WAIT_MAX * 2);
    assert_eq!((metrics.filling.get(), metrics.waiting.get()), (1, 0));
    assert_eq!(metrics.first_syncs.of(FirstSync::Refused).get(), 1);
    drop(stay);
    assert!(enter(&admission, begins(2)).await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_called_when_a_place_is_free() {
    let (admission, metrics) = admission(1);
    let stay = enter(&admission, begins(1)).await.unwrap();
    let leave = async {
        time::sleep(WAIT_MAX / 2).await;
        assert_eq!(metrics.waiting.get(), 1);
        drop(stay);
    };
    let (entered, ()) = tokio::join!(enter(&admission, begins(2)), leave);
    assert!(entered.unwrap().is_some());
    assert_eq!(metrics.first_syncs.of(FirstSync::Waited).get(), 1);
    assert!(admission.queue().calls.is_empty());
}

#[tokio::test(start_paused = true)]
async fn who_hangs_up_while_it_waits_is_forgotten() {
    let (admission, metrics) = admission(1);
    let stay = enter(&admission, begins(1)).await.unwrap();
    let left = time::timeout(WAIT_MAX / 2, enter(&admission, begins(2))).await;
    assert!(left.is_err());
    assert_eq!(metrics.waiting.get(), 0);
    assert!(admission.queue().calls.is_empty());
    drop(stay);
    assert_eq!(metrics.filling.get(), 0);
}

#[tokio::test(start_paused = true)]
async fn who_hangs_up_when_it_was_called_gives_the_place_back() {
    let (admission, metrics) = admission(1);
    let stay = enter(&admission, begins(1)).await.unwrap();
    {
        let mut waits = std::pin::pin!(enter(&admission, begins(2)));
        assert!(futures_util::poll!(waits.as_mut()).is_pending());
        // It is called now, and never looks.
        drop(stay);
        assert_eq!(metrics.filling.get(), 1);
    }
    assert_eq!(metrics.filling.get(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_place_that_lapses_is_given_to_who_waits() {
    let (admission, metrics) = admission(1);
    let stay = enter(&admission, begins(1)).await.unwrap().unwrap();
    // It has its key, and never comes for its items.
    stay.settle(BTreeSet::new());
    time::advance(LAPSE - WAIT_MAX / 2).await;
    let began = Instant::now();
    assert!(enter(&admission, begins(2)).await.unwrap().is_some());
    assert!(began.elapsed() < WAIT_MAX);
    assert_eq!(metrics.first_syncs.of(FirstSync::Lapsed).get(), 1);
}

#[tokio::test(start_paused = true)]
async fn folders_that_are_filled_never_wait() {
    let (admission, _) = admission(1);
    let _stay = enter(&admission, begins(1)).await.unwrap().unwrap();
    let began = Instant::now();
    assert!(enter(&admission, next_page(2)).await.unwrap().is_none());
    assert!(enter(&admission, next_page(1)).await.unwrap().is_some());
    assert_eq!(began.elapsed(), Duration::ZERO);
}
