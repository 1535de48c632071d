//! Waits that the network cuts again and again are answered before it does.

use std::time::Duration;

use directpush::metrics::ParkEnd;
use directpush::push::Outcome;
use tokio::time;

use super::scene::{INBOX, PHONE, Scene, TABLET, still};

const HALF_AN_HOUR: Duration = Duration::from_secs(1_680);
const NETWORK: Duration = Duration::from_secs(300);

#[tokio::test(start_paused = true)]
async fn waits_end_below_the_age_at_which_they_are_cut_and_that_device_s_only() {
    let scene = Scene::new();
    for _ in 0..3 {
        let mut ping = scene.ping(PHONE, &[INBOX], HALF_AN_HOUR);
        assert_eq!(still(&mut ping).await, None);
        time::advance(NETWORK).await;
        assert_eq!(still(&mut ping).await, None);
        drop(ping);
    }
    let mut other = scene.ping(TABLET, &[INBOX], HALF_AN_HOUR);
    let mut ping = scene.ping(PHONE, &[INBOX], HALF_AN_HOUR);
    assert_eq!(still(&mut other).await, None);
    assert_eq!(still(&mut ping).await, None);
    time::advance(NETWORK * 4 / 5 + Duration::from_secs(1)).await;
    assert_eq!(still(&mut ping).await, Some(Outcome::Shortened));
    assert_eq!(Outcome::Shortened.reason(), ParkEnd::Shortened);
    assert_eq!(still(&mut other).await, None);
    // A change is told at once, as ever.
    let mut ping = scene.ping(PHONE, &[INBOX], HALF_AN_HOUR);
    assert_eq!(still(&mut ping).await, None);
    scene.change(INBOX).await;
    assert_eq!(still(&mut ping).await, Some(Outcome::Changed(vec![INBOX])));
}
