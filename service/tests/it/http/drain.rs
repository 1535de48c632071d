//! Shutting the front down, and what operators see of it.

use std::time::Duration;

use protocol::query::Command;
use tokio::net::TcpStream;

use super::support::{Ask, Client, Gateway, Response, noticed};

async fn admin(gateway: &Gateway, path: &str) -> Response {
    let mut client = Client::over(TcpStream::connect(gateway.front.admin()).await.unwrap());
    let ask = Ask {
        method: "GET",
        target: path,
        credentials: None,
        headers: Vec::new(),
        body: b"",
    };
    client.ask(&ask).await
}

#[tokio::test]
async fn operators_see_health_readiness_and_metrics() {
    let gateway = Gateway::start(|_| {}).await;
    assert_eq!(admin(&gateway, "/healthz").await.status, 200);
    assert_eq!(admin(&gateway, "/readyz").await.status, 200);
    gateway.ask(&Ask::command(Command::FolderSync)).await;
    let metrics = admin(&gateway, "/metrics").await;
    assert!(
        metrics
            .header("content-type")
            .unwrap()
            .starts_with("text/plain")
    );
    let line = "directpush_http_status_total{code=\"200\",command=\"FolderSync\"} 1";
    assert!(metrics.text().contains(line), "{}", metrics.text());
    assert_eq!(
        admin(&gateway, "/Microsoft-Server-ActiveSync").await.status,
        404
    );
    gateway.front.not_ready();
    assert_eq!(admin(&gateway, "/readyz").await.status, 503);
    assert_eq!(admin(&gateway, "/healthz").await.status, 200);
    assert_eq!(
        gateway.ask(&Ask::command(Command::FolderSync)).await.status,
        200
    );
}

#[tokio::test]
async fn a_drain_closes_the_idle_and_lets_the_busy_finish() {
    for gateway in Gateway::both().await {
        let mut idle = gateway.connect().await;
        idle.ask(&Ask::command(Command::FolderSync)).await;
        let mut parked = gateway.connect().await;
        parked.send(&Ask::command(Command::Ping).bytes()).await;
        noticed(&gateway.commands.parked).await;
        gateway.front.not_ready();
        gateway.front.stop_accepting();
        assert!(idle.closed().await);
        gateway.commands.release.notify_waiters();
        let response = parked.response().await;
        assert_eq!((response.status, response.text().as_str()), (200, "woken"));
        assert_eq!(response.header("connection"), Some("close"));
        assert!(parked.closed().await);
        gateway.front.finish(Duration::from_secs(10)).await;
        assert!(TcpStream::connect(gateway.front.eas()).await.is_err());
        gateway.front.close().await;
        assert!(TcpStream::connect(gateway.front.admin()).await.is_err());
    }
}

#[tokio::test]
async fn who_does_not_finish_in_time_is_cut_off() {
    for gateway in Gateway::both().await {
        let mut parked = gateway.connect().await;
        parked.send(&Ask::command(Command::Ping).bytes()).await;
        noticed(&gateway.commands.parked).await;
        gateway.front.finish(Duration::from_millis(50)).await;
        assert!(parked.closed().await);
        noticed(&gateway.commands.left).await;
    }
}

#[tokio::test]
async fn who_connected_and_said_nothing_does_not_hold_a_drain_up() {
    let gateway = Gateway::start(|_| {}).await;
    let mut silent = gateway.connect().await;
    // Served, so that the other one has been accepted, too.
    gateway.ask(&Ask::command(Command::FolderSync)).await;
    let begun = tokio::time::Instant::now();
    gateway.front.finish(Duration::from_secs(20)).await;
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert!(silent.closed().await);
}
