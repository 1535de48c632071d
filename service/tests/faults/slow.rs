//! Clients that take nothing of a large answer, and clients that leave in the middle of one or of a request.

use std::time::Duration;

use directpush::metrics::Metrics;
use protocol::airsyncbase::{BodyPreference, BodyType};
use protocol::command::sync::{MimeSupport, SyncCollection, SyncOptions, SyncRequest};
use protocol::device::Answer;
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::binary::Binary;
use crate::client::{Client, set_read};
use crate::phone::LIMIT;
use crate::service::{Place, Service, metric, value_in};
use crate::wire::{Server, read_answer};

/// A message that no buffer of the system holds.
const LARGE: usize = 8 << 20;

/// The Sync that brings it, as it is.
fn whole(client: &Client) -> SyncRequest {
    let mut collection = SyncCollection::new(client.folder(""), client.key(""));
    collection.options = vec![SyncOptions {
        body_preferences: vec![BodyPreference::whole(BodyType::Mime)],
        mime_support: Some(MimeSupport::Always),
        ..SyncOptions::default()
    }];
    SyncRequest {
        collections: Some(vec![collection]),
        ..SyncRequest::default()
    }
}

/// Sends some bytes on a connection that takes little.
async fn say(server: &Server, bytes: &[u8]) -> TcpStream {
    let mut stream = server.connect().await.ok().unwrap();
    SockRef::from(&stream).set_recv_buffer_size(4_096).unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

/// The answer to the same bytes.
async fn again(server: &Server, bytes: &[u8]) -> Answer {
    let mut stream = server.connect().await.ok().unwrap();
    stream.write_all(bytes).await.unwrap();
    timeout(LIMIT, read_answer(&mut stream))
        .await
        .unwrap()
        .unwrap()
}

async fn until(what: &str, metrics: &Metrics, series: &str, value: f64) {
    let began = Instant::now();
    while (metric(metrics, series) - value).abs() > f64::EPSILON {
        assert!(began.elapsed() < LIMIT, "{what}");
        sleep(Duration::from_millis(5)).await;
    }
}

/// A service whose clients may take nothing for a short time only; a phone that has its first key and a large message
/// before it.
async fn scene() -> (Service, Server, Client) {
    let service = Service::start(Place::new(&["anna"]), |config| {
        config.limits.write_pause = Duration::from_millis(300);
    })
    .await;
    let maildir = service.place.maildir("anna", &[""]);
    maildir.deliver_with("", "large", LARGE);
    let server = Server {
        address: service.app.eas_address(),
        account: "anna".to_owned(),
    };
    let mut client = Client::new(server.clone(), "ONE");
    client.folder_sync().await;
    client.begin("").await;
    client.hang_up();
    let metrics = service.app.metrics();
    until("hung up", metrics, "directpush_connections", 0.0).await;
    (service, server, client)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_nothing_is_given_up_and_its_key_stays_good() {
    let (service, server, mut client) = scene().await;
    let metrics = service.app.metrics();
    let request = client.bytes("Sync", &whole(&client));
    let stream = say(&server, &request).await;
    until("it is served", metrics, "directpush_connections", 1.0).await;
    // The client holds on; the service does not.
    until("given up", metrics, "directpush_connections", 0.0).await;
    until("told", metrics, "directpush_broken_answers_total", 1.0).await;
    assert!(metric(metrics, "directpush_requests_in_flight").abs() < f64::EPSILON);
    drop(stream);
    let answer = again(&server, &request).await;
    assert!(answer.body.len() > LARGE, "{}", answer.body.len());
    client.follow("", &answer);
    client.fetch("").await;
    service.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_in_the_middle_of_an_answer_gets_it_again() {
    let (service, server, mut client) = scene().await;
    let metrics = service.app.metrics();
    let request = client.bytes("Sync", &whole(&client));
    for (round, linger) in [Some(Duration::ZERO), None].into_iter().enumerate() {
        let mut stream = say(&server, &request).await;
        let mut some = vec![0; 100_000];
        stream.read_exact(&mut some).await.unwrap();
        assert!(some.starts_with(b"HTTP/1.1 200"));
        SockRef::from(&stream).set_linger(linger).unwrap();
        drop(stream);
        until("gone", metrics, "directpush_connections", 0.0).await;
        let broken = (round + 1) as f64;
        until("told", metrics, "directpush_broken_answers_total", broken).await;
    }
    let answer = again(&server, &request).await;
    assert!(answer.body.len() > LARGE, "{}", answer.body.len());
    client.follow("", &answer);
    client.fetch("").await;
    service.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_in_the_middle_of_a_request_has_done_nothing() {
    let (service, server, mut client) = scene().await;
    let (metrics, maildir) = (service.app.metrics(), service.place.maildir("anna", &[""]));
    client.fetch("").await;
    client.hang_up();
    until("hung up", metrics, "directpush_connections", 0.0).await;
    let mut collection = SyncCollection::new(client.folder(""), client.key(""));
    collection.commands = vec![set_read(client.items["large"].clone(), true)];
    let request = SyncRequest {
        collections: Some(vec![collection]),
        ..SyncRequest::default()
    };
    let request = client.bytes("Sync", &request);
    for (cut, linger) in [(1, None), (1, Some(Duration::ZERO)), (20, None)] {
        let stream = say(&server, &request[..request.len() - cut]).await;
        until("it is read", metrics, "directpush_requests_in_flight", 1.0).await;
        SockRef::from(&stream).set_linger(linger).unwrap();
        drop(stream);
        until("gone", metrics, "directpush_connections", 0.0).await;
        until("let go", metrics, "directpush_requests_in_flight", 0.0).await;
        assert_eq!(maildir.contents("")["large"], (false, false));
    }
    assert_eq!(again(&server, &request).await.status, 200);
    assert_eq!(maildir.contents("")["large"], (true, false));
    service.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_nobody_takes_do_not_stay_in_memory() {
    const CLIENTS: usize = 4;
    let place = Place::new(&["anna"]);
    place
        .maildir("anna", &[""])
        .deliver_with("", "large", LARGE);
    let program = Binary::start(&place, "[limits]\nwrite_pause_s = 10\n");
    let server = Server {
        address: program.eas,
        account: "anna".to_owned(),
    };
    let mut requests = Vec::new();
    for number in 0..CLIENTS {
        let mut client = Client::new(server.clone(), &format!("D{number}"));
        client.folder_sync().await;
        client.begin("").await;
        requests.push(client.bytes("Sync", &whole(&client)));
    }
    let figure = async |series: &str| {
        let (_, text) = program.look("/metrics").await.unwrap();
        value_in(&text, series)
    };
    let mut after = Vec::new();
    for _ in 0..3 {
        let mut streams = Vec::new();
        for request in &requests {
            streams.push(say(&server, request).await);
        }
        let (began, broken) = (Instant::now(), CLIENTS * (after.len() + 1));
        while figure("directpush_broken_answers_total").await < broken as f64 {
            assert!(began.elapsed() < LIMIT, "never given up");
            sleep(Duration::from_millis(100)).await;
        }
        after.push(figure("process_resident_memory_bytes").await);
    }
    eprintln!("resident after each time: {after:?}");
    // The first time sets the allocator's level; what stayed would come on top each time.
    let grown = after[2] - after[0];
    let one_time = (CLIENTS * LARGE) as f64;
    assert!(grown < one_time, "{grown} bytes stayed");
    let answer = again(&server, &requests[0]).await;
    assert!(answer.body.len() > LARGE, "{}", answer.body.len());
}
