//! Clients that vanish or come twice: their places are free at once.

use std::time::{Duration, Instant};

use directpush::metrics::Metrics;
use socket2::SockRef;
use tokio::io::AsyncWriteExt;
use tokio::time::sleep;

use crate::client::Client;
use crate::phone::LIMIT;
use crate::service::{Place, Service, metric};
use crate::wire::Server;

/// "At once", on a busy machine.
const AT_ONCE: Duration = Duration::from_secs(2);

/// Waits until so many Pings are parked; answers how long that took.
async fn until_parked(metrics: &Metrics, count: usize) -> Duration {
    let began = Instant::now();
    let count = count as f64;
    while metric(metrics, "directpush_parked{kind=\"ping\"}") != count {
        assert!(began.elapsed() < LIMIT, "never {count} parked");
        sleep(Duration::from_millis(5)).await;
    }
    began.elapsed()
}

async fn scene() -> (Service, Client) {
    let service = Service::start(Place::new(&["anna"]), |_| {}).await;
    service.place.maildir("anna", &[""]);
    let server = Server {
        address: service.app.eas_address(),
        account: "anna".to_owned(),
    };
    let mut client = Client::new(server, "ONE");
    client.set_up(&[""]).await;
    (service, client)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hangs_up_frees_its_place_at_once() {
    let (service, client) = scene().await;
    let metrics = service.app.metrics();
    for round in 0..20 {
        let ping = client.ping(&[""], 480).await;
        until_parked(metrics, 1).await;
        let mut stream = ping.into_stream();
        match round % 3 {
            0 => SockRef::from(&stream)
                .set_linger(Some(Duration::ZERO))
                .unwrap(),
            1 => {}
            // The beginning of a further request does not hide the end.
            _ => stream.write_all(b"POST /Micro").await.unwrap(),
        }
        drop(stream);
        let took = until_parked(metrics, 0).await;
        assert!(took < AT_ONCE, "{round}: {took:?}");
    }
    let closed = metric(
        metrics,
        "directpush_park_ends_total{kind=\"ping\",reason=\"closed\"}",
    );
    assert_eq!(closed, 20.0);
    service.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_ping_takes_the_place_of_the_older() {
    let (service, client) = scene().await;
    let metrics = service.app.metrics();
    let mut older = client.ping(&[""], 480).await;
    until_parked(metrics, 1).await;
    for _ in 0..3 {
        let mut newer = client.ping(&[""], 480).await;
        assert_eq!(older.answer().await.status.code(), 1);
        until_parked(metrics, 1).await;
        assert_eq!(
            newer.answered_within(Duration::from_millis(300)).await,
            None
        );
        older = newer;
    }
    service.place.maildir("anna", &[""]).deliver("", "news");
    assert_eq!(older.answer().await.folders, [client.folder("")]);
    service.app.shutdown().await;
}
