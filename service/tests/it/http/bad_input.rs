//! What a client gets for what it should not have sent. `docs/architecture.md`, "Bad input", has the table.

use std::sync::atomic::Ordering;
use std::time::Duration;

use protocol::query::Command;
use tokio::io::AsyncWriteExt;

use super::support::{Ask, Gateway, noticed, target};

#[track_caller]
fn assert_told(found: &str, expected: &str, what: &str) {
    assert_eq!(found, expected, "{what}");
}

#[tokio::test]
async fn request_lines_are_answered_by_version() {
    let gateway = Gateway::start(|_| {}).await;
    let eas = "/Microsoft-Server-ActiveSync";
    for (query, version, expected) in [
        ("Cmd=FolderSync&DeviceType=x", "14.1", "FolderSync 108"),
        ("Cmd=FolderSync&DeviceType=x", "12.1", "400"),
        (
            "Cmd=FolderSync&DeviceId=a,b&DeviceType=x",
            "14.1",
            "FolderSync 108",
        ),
        ("Cmd=FolderSync&DeviceId=phone", "14.1", "FolderSync 109"),
        ("Cmd=Dance&DeviceId=phone&DeviceType=x", "14.1", "501"),
        ("Cmd=Dance&DeviceId=phone&DeviceType=x", "12.1", "501"),
        (
            "Cmd=Search&DeviceId=phone&DeviceType=x",
            "14.1",
            "Search 137",
        ),
        ("Cmd=Search&DeviceId=phone&DeviceType=x", "12.1", "501"),
        (
            "Cmd=GetAttachment&DeviceId=phone&DeviceType=x",
            "12.1",
            "501",
        ),
        ("Cmd=Ping&DeviceId=phone&DeviceType=x", "16.1", "Ping 138"),
        ("Cmd=Ping&DeviceId=phone&DeviceType=x", "99.0", "Ping 138"),
        ("Cmd=Ping&DeviceId=phone&DeviceType=x", "2.5", "400"),
        ("Cmd=Ping&DeviceId=phone&DeviceType=x", "1.0", "505"),
        ("Cmd=Ping&DeviceId=phone&DeviceType=x", "new", "400"),
        ("DeviceId=phone&DeviceType=x", "14.1", "400"),
        ("not*base64", "14.1", "400"),
        ("jAAJ", "14.1", "400"),
    ] {
        let target = format!("{eas}?{query}");
        let ask = Ask::post(&target).with("MS-ASProtocolVersion", version);
        let response = gateway.ask(&ask).await;
        assert_told(&response.told(), expected, &format!("{query} {version}"));
    }
    let response = gateway.ask(&Ask::post(target(Command::Ping))).await;
    assert_told(&response.told(), "400", "no version");
    let response = gateway.ask(&Ask::post(eas)).await;
    assert_told(&response.told(), "400", "no query");
    assert_eq!(gateway.commands.calls.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn paths_and_methods() {
    let gateway = Gateway::start(|_| {}).await;
    let ask = Ask::command(Command::FolderSync);
    for (method, path, expected) in [
        ("POST", "/microsoft-server-activesync", 200),
        ("POST", "/MICROSOFT-SERVER-ACTIVESYNC/", 200),
        ("POST", "/", 404),
        ("POST", "/Microsoft-Server-ActiveSync/more", 404),
        ("GET", "/Microsoft-Server-ActiveSync", 501),
        ("PUT", "/Microsoft-Server-ActiveSync", 501),
        ("DELETE", "/Microsoft-Server-ActiveSync", 501),
        ("DANCE", "/Microsoft-Server-ActiveSync", 501),
    ] {
        let target = format!("{path}?Cmd=FolderSync&DeviceId=phone&DeviceType=x");
        let response = gateway
            .ask(
                &Ask {
                    target: &target,
                    ..ask.clone()
                }
                .method(method),
            )
            .await;
        assert_eq!(response.status, expected, "{method} {path}");
        if expected == 501 {
            assert_eq!(response.header("allow"), Some("OPTIONS,POST"));
        }
        assert_eq!(response.header("cache-control"), Some("private"));
        assert!(response.header("x-request-id").is_some());
    }
}

#[tokio::test]
async fn what_is_not_http_is_400_and_closed() {
    let gateway = Gateway::start(|_| {}).await;
    for bytes in [
        &b"hello\r\n\r\n"[..],
        b"\x16\x03\x01\x02\x00\x01\x00\x01",
        b"POST / HTTP/1.1\r\nbad header\r\n\r\n",
    ] {
        let mut client = gateway.connect().await;
        client.send(bytes).await;
        assert_eq!(client.response().await.status, 400, "{bytes:?}");
        assert!(client.closed().await);
    }
}

#[tokio::test]
async fn a_head_that_is_too_large_is_431() {
    let gateway = Gateway::start(|_| {}).await;
    let mut client = gateway.connect().await;
    let large = "x".repeat(40_000);
    let ask = Ask::command(Command::FolderSync).with("X-Large", &large);
    // The server may close while this is still being written.
    let _ = client.stream.write_all(&ask.bytes()).await;
    assert_eq!(client.response().await.status, 431);
}

#[tokio::test]
async fn a_body_of_100_mb_is_refused_without_being_read() {
    let gateway = Gateway::start(|_| {}).await;
    let mut client = gateway.connect().await;
    let ask = Ask::command(Command::FolderSync).with("Content-Length", "104857600");
    client.send(&ask.bytes()).await;
    let response = client.response().await;
    assert_eq!(response.status, 413);
    assert_eq!(response.header("connection"), Some("close"));
    // A client that sends first and reads later sees the answer as well.
    let mut client = gateway.connect().await;
    client.send(&ask.bytes()).await;
    let chunk = vec![0; 1024 * 1024];
    for _ in 0..100 {
        client.send(&chunk).await;
    }
    assert_eq!(client.response().await.status, 413);
    assert_eq!(gateway.commands.calls.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_chunked_body_is_bounded_as_well() {
    let gateway = Gateway::start(|config| config.limits.body_bytes_max = 65_536).await;
    let mut client = gateway.connect().await;
    let ask = Ask::command(Command::FolderSync).with("Transfer-Encoding", "chunked");
    client.send(&ask.bytes()).await;
    let chunk = [b"8000\r\n".as_slice(), &[0; 0x8000], b"\r\n"].concat();
    for _ in 0..3 {
        client.send(&chunk).await;
    }
    assert_eq!(client.response().await.status, 413);
    let small = Ask::command(Command::FolderSync)
        .with("Transfer-Encoding", "chunked")
        .body(b"5\r\nhello\r\n0\r\n\r\n");
    assert!(gateway.ask(&small).await.text().contains("body=5"));
}

#[tokio::test]
async fn a_short_body_executes_nothing() {
    let gateway = Gateway::start(|_| {}).await;
    let mut client = gateway.connect().await;
    let ask = Ask::command(Command::FolderSync)
        .with("Content-Length", "100")
        .body(b"half of it");
    client.send(&ask.bytes()).await;
    client.stream.shutdown().await.unwrap();
    assert!(client.closed().await || client.response().await.status == 400);
    assert_eq!(gateway.commands.calls.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_body_that_pauses_too_long_is_408() {
    let gateway =
        Gateway::start(|config| config.limits.body_pause = Duration::from_millis(100)).await;
    let mut client = gateway.connect().await;
    let ask = Ask::command(Command::FolderSync)
        .with("Content-Length", "100")
        .body(b"half of it");
    client.send(&ask.bytes()).await;
    assert_eq!(client.response().await.status, 408);
    assert_eq!(gateway.commands.calls.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_panic_is_503_and_counted() {
    let gateway = Gateway::start(|_| {}).await;
    let mut client = gateway.connect().await;
    let response = client.ask(&Ask::command(Command::Settings)).await;
    assert_eq!(response.status, 503);
    let seconds: u32 = response.header("retry-after").unwrap().parse().unwrap();
    assert!((30..=300).contains(&seconds));
    assert!((gateway.metric("directpush_panics_total") - 1.0).abs() < f64::EPSILON);
    assert_eq!(
        gateway.ask(&Ask::command(Command::FolderSync)).await.status,
        200
    );
}

#[tokio::test]
async fn a_device_has_so_many_requests_at_once() {
    let gateway = Gateway::start(|config| config.limits.requests_per_device = 2).await;
    let mut parked = Vec::new();
    for _ in 0..2 {
        let mut client = gateway.connect().await;
        client.send(&Ask::command(Command::Ping).bytes()).await;
        noticed(&gateway.commands.parked).await;
        parked.push(client);
    }
    let response = gateway.ask(&Ask::command(Command::FolderSync)).await;
    assert_eq!(response.status, 503);
    assert!(response.header("retry-after").is_some());
    assert!(response.header("x-ms-asthrottle").is_some());
    let other = "/Microsoft-Server-ActiveSync?Cmd=FolderSync&DeviceId=tablet&DeviceType=x";
    let response = gateway
        .ask(&Ask::post(other).with("MS-ASProtocolVersion", "14.1"))
        .await;
    assert_eq!(response.status, 200);
    gateway.commands.release.notify_waiters();
    for mut client in parked {
        assert_eq!(client.response().await.text(), "woken");
    }
    assert_eq!(
        gateway.ask(&Ask::command(Command::FolderSync)).await.status,
        200
    );
}
