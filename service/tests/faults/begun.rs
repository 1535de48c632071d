//! What a client began before it hung up is finished.

use std::time::{Duration, Instant};

use directpush::ids::AccountId;
use directpush::telemetry::Facts;
use tokio::time::{sleep, timeout};

use crate::client::set_flag;
use crate::inside::{Inside, seam};
use crate::phone::LIMIT;
use crate::polls::Device;

/// Long enough for a request to come as far as the store.
const A_WHILE: Duration = Duration::from_millis(500);

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_whose_client_hangs_up_in_the_store_is_done() {
    let inside = Inside::start(&[""]).await;
    inside.maildir.deliver("", "letter");
    let mut device = Device::new("ONE");
    device.set_up(&inside).await;
    let upload = device.sync_request(vec![set_flag(device.last_item(), true)]);
    let store = inside.commands.index.store().clone();
    let held = store.write(AccountId(1)).await.unwrap();
    let (seam, mut facts) = (seam(&inside), Facts::default());
    // The handler is dropped with its connection.
    let cut = timeout(A_WHILE, seam.dispatch(upload, &mut facts)).await;
    assert!(cut.is_err(), "it does not wait for the writer");
    assert_eq!(inside.maildir.contents("")["letter"], (false, false));
    drop(held);
    let began = Instant::now();
    while inside.maildir.contents("")["letter"] != (false, true) {
        assert!(began.elapsed() < LIMIT, "what was begun is not finished");
        sleep(Duration::from_millis(5)).await;
    }
    // The same again is a repeat, and the key still good: nothing is lost by the hanging up.
    device.fetch(&inside, Vec::new()).await;
    inside.stop().await;
}
