//! Connections: who leaves, who is slow, who sends ahead.

use std::time::Duration;

use protocol::query::Command;
use socket2::SockRef;
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, timeout};

use super::support::{Ask, Gateway, LIMIT, noticed};

#[tokio::test]
async fn a_client_that_closes_is_let_go_at_once() {
    for gateway in Gateway::both().await {
        let mut client = gateway.connect().await;
        client.send(&Ask::command(Command::Ping).bytes()).await;
        noticed(&gateway.commands.parked).await;
        let closed = Instant::now();
        drop(client);
        noticed(&gateway.commands.left).await;
        assert!(closed.elapsed() < Duration::from_secs(1));
        // Its log line is written, and with that it is no longer counted.
        assert_eq!(gateway.metric("directpush_requests_in_flight"), 0.0);
    }
}

#[tokio::test]
async fn many_who_begin_and_do_not_go_on_keep_nobody_from_beginning() {
    let gateway = Gateway::start(|_| {}).await;
    let mut slow = Vec::new();
    for _ in 0..200 {
        let mut client = gateway.connect().await;
        client.send(b"POST /Microsoft-Server").await;
        slow.push(client);
    }
    let asked = Ask::command(Command::FolderSync);
    let answer = timeout(LIMIT, gateway.ask(&asked)).await.unwrap();
    assert_eq!(answer.status, 200);
    // And not because they were given up.
    assert!(gateway.metric("directpush_connections") >= 200.0);
    drop(slow);
}

#[tokio::test]
async fn a_client_that_resets_is_let_go_at_once() {
    for gateway in Gateway::both().await {
        let mut client = gateway.connect().await;
        client.send(&Ask::command(Command::Ping).bytes()).await;
        noticed(&gateway.commands.parked).await;
        SockRef::from(&client.stream)
            .set_linger(Some(Duration::ZERO))
            .unwrap();
        drop(client);
        noticed(&gateway.commands.left).await;
    }
}

#[tokio::test]
async fn a_client_that_closes_behind_a_further_request_is_let_go_at_once() {
    for gateway in Gateway::both().await {
        for ahead in [
            &b"POST /Micro"[..],
            &Ask::command(Command::FolderSync).bytes(),
            &[b'x'; 40_000],
        ] {
            let mut client = gateway.connect().await;
            client.send(&Ask::command(Command::Ping).bytes()).await;
            noticed(&gateway.commands.parked).await;
            client.send(ahead).await;
            client.stream.shutdown().await.unwrap();
            noticed(&gateway.commands.left).await;
        }
    }
}

#[tokio::test]
async fn requests_sent_ahead_are_answered_in_order() {
    for gateway in Gateway::both().await {
        let mut client = gateway.connect().await;
        let mut both = Ask::command(Command::Ping).bytes();
        both.extend(Ask::command(Command::FolderSync).body(b"four").bytes());
        client.send(&both).await;
        noticed(&gateway.commands.parked).await;
        gateway.commands.release.notify_waiters();
        assert_eq!(client.response().await.text(), "woken");
        assert!(client.response().await.text().contains("body=4"));
    }
}

#[tokio::test]
async fn a_connection_serves_many_requests() {
    let gateway = Gateway::start(|_| {}).await;
    let mut client = gateway.connect().await;
    for _ in 0..20 {
        assert_eq!(
            client.ask(&Ask::command(Command::FolderSync)).await.status,
            200
        );
    }
    assert!((gateway.metric("directpush_connections_accepted_total") - 1.0).abs() < f64::EPSILON);
}

#[tokio::test]
async fn a_head_that_trickles_is_cut_off() {
    let gateway =
        Gateway::start(|config| config.limits.header_timeout = Duration::from_millis(300)).await;
    let mut client = gateway.connect().await;
    assert_eq!(
        client.ask(&Ask::command(Command::FolderSync)).await.status,
        200
    );
    let begun = Instant::now();
    let head = Ask::command(Command::FolderSync).bytes();
    let trickling = async {
        for byte in &head {
            if client
                .stream
                .write_all(std::slice::from_ref(byte))
                .await
                .is_err()
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(2), trickling).await.ok();
    assert!(client.closed().await);
    assert!(begun.elapsed() < LIMIT);
}

#[tokio::test]
async fn a_connection_without_a_request_is_closed_after_the_header_time() {
    let gateway =
        Gateway::start(|config| config.limits.header_timeout = Duration::from_millis(100)).await;
    assert!(gateway.connect().await.closed().await);
}

#[tokio::test]
async fn an_idle_connection_outlives_the_header_time_but_not_the_idle_time() {
    let gateway = Gateway::start(|config| {
        config.limits.header_timeout = Duration::from_millis(100);
        config.limits.idle_timeout = Duration::from_millis(600);
    })
    .await;
    let mut client = gateway.connect().await;
    client.ask(&Ask::command(Command::FolderSync)).await;
    let begun = Instant::now();
    assert!(client.closed().await);
    assert!(
        begun.elapsed() >= Duration::from_millis(500),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn as_it_comes_an_idle_connection_is_good_for_more_than_ten_minutes() {
    let gateway = Gateway::start(|_| {}).await;
    let mut client = gateway.connect().await;
    let ask = Ask::command(Command::FolderSync);
    assert_eq!(client.ask(&ask).await.status, 200);
    pass(Duration::from_secs(11 * 60)).await;
    assert_eq!(client.ask(&ask).await.status, 200);
    pass(Duration::from_secs(16 * 60)).await;
    assert!(client.closed().await);
}

/// Time passes while nothing happens.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_parked_request_outlives_every_time_limit() {
    let gateway = Gateway::start(|config| {
        config.limits.header_timeout = Duration::from_millis(50);
        config.limits.idle_timeout = Duration::from_millis(50);
        config.limits.write_pause = Duration::from_millis(50);
    })
    .await;
    let mut client = gateway.connect().await;
    client.send(&Ask::command(Command::Ping).bytes()).await;
    noticed(&gateway.commands.parked).await;
    // Long enough for each of them to pass several times.
    tokio::time::sleep(Duration::from_millis(500)).await;
    gateway.commands.release.notify_waiters();
    assert_eq!(client.response().await.text(), "woken");
}

#[tokio::test]
async fn a_full_house_keeps_the_next_one_waiting() {
    let gateway = Gateway::start(|config| config.limits.connections_max = 1).await;
    let mut first = gateway.connect().await;
    assert_eq!(
        first.ask(&Ask::command(Command::FolderSync)).await.status,
        200
    );
    let mut second = gateway.connect().await;
    second
        .send(&Ask::command(Command::FolderSync).bytes())
        .await;
    drop(first);
    assert_eq!(second.response().await.status, 200);
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_given_up() {
    let gateway =
        Gateway::start(|config| config.limits.write_pause = Duration::from_millis(200)).await;
    let client = gateway.connect().await;
    SockRef::from(&client.stream)
        .set_recv_buffer_size(4_096)
        .unwrap();
    let mut client = client;
    // Answers of 100,000 bytes each, asked for ahead and never read: more than the buffers hold.
    let ask = Ask::command(Command::GetItemEstimate).bytes().repeat(200);
    let _ = timeout(Duration::from_secs(5), client.stream.write_all(&ask)).await;
    let given_up = async {
        while gateway.metric("directpush_connections") > 0.0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(LIMIT, given_up).await.unwrap();
}
