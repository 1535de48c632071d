//! Parked requests: both ways to keep one look the same from outside, whatever HTTP/1 a client speaks.

use std::sync::atomic::Ordering;
use std::time::Duration;

use protocol::query::Command;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::support::{Ask, Client, Gateway, Response, noticed};

/// What a client sees: status and headers but those that differ each time, the body, and whether the connection goes on.
async fn seen(gateway: &Gateway, bytes: &[u8]) -> (Vec<String>, String, bool) {
    let mut client = gateway.connect().await;
    client.send(bytes).await;
    noticed(&gateway.commands.parked).await;
    gateway.commands.release.notify_waiters();
    let first = client.response().await;
    let (told, text) = (words(&first), first.text());
    // A second one, if the connection is still there.
    let next = Ask::command(Command::FolderSync).body(b"next").bytes();
    let sent = client.stream.write_all(&next).await;
    let goes_on = sent.is_ok() && client.try_response().await.is_some();
    (told, text, goes_on)
}

fn words(response: &Response) -> Vec<String> {
    let differs = |name: &str| matches!(name, "date" | "x-request-id");
    let headers = response.headers.iter();
    let mut words: Vec<String> = headers
        .map(|(name, value)| match differs(name) {
            true => name.clone(),
            false => format!("{name}: {value}"),
        })
        .collect();
    words.sort();
    words.push(response.version.clone());
    words
}

fn with(version: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let ask = Ask::command(Command::Ping).bytes();
    let head = String::from_utf8(ask).unwrap();
    let head = head.replacen("HTTP/1.1", version, 1);
    let head = head.replacen("Content-Length: 0\r\n", headers, 1);
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn both_ways_look_the_same() {
    let [shed, held] = Gateway::both().await;
    let length = "Content-Length: 3\r\n";
    for (version, headers, body, goes_on) in [
        ("HTTP/1.1", length.to_owned(), &b"abc"[..], true),
        ("HTTP/1.1", "Content-Length: 0\r\n".to_owned(), b"", true),
        (
            "HTTP/1.1",
            format!("Connection: keep-alive\r\n{length}"),
            b"abc",
            true,
        ),
        (
            "HTTP/1.1",
            format!("Connection: te, Close\r\n{length}"),
            b"abc",
            false,
        ),
        ("HTTP/1.0", length.to_owned(), b"abc", false),
        (
            "HTTP/1.0",
            format!("Connection: Keep-Alive\r\n{length}"),
            b"abc",
            true,
        ),
        (
            "HTTP/1.1",
            "Transfer-Encoding: chunked\r\n".to_owned(),
            b"2\r\nab\r\n1;x=y\r\nc\r\n0\r\nTrailer: z\r\n\r\n",
            true,
        ),
    ] {
        let bytes = with(version, &headers, body);
        let by_both = (seen(&shed, &bytes).await, seen(&held, &bytes).await);
        assert_eq!(by_both.0, by_both.1, "{version} {headers}");
        assert_eq!(
            (by_both.0.1.as_str(), by_both.0.2),
            ("woken", goes_on),
            "{version} {headers}"
        );
    }
}

#[tokio::test]
async fn what_is_sent_ahead_of_an_answer_is_served_after_it_however_much_it_is() {
    for gateway in Gateway::both().await {
        let mut client = gateway.connect().await;
        let further = Ask::command(Command::FolderSync).body(&[7; 3_000]).bytes();
        let all = [Ask::command(Command::Ping).bytes(), further.repeat(20)].concat();
        client.send(&all).await;
        noticed(&gateway.commands.parked).await;
        gateway.commands.release.notify_waiters();
        assert_eq!(client.response().await.text(), "woken");
        for _ in 0..20 {
            assert!(client.response().await.text().contains("body=3000"));
        }
    }
}

#[tokio::test]
async fn a_connection_parks_again_and_again_and_each_request_is_counted_once() {
    for gateway in Gateway::both().await {
        let mut client = gateway.connect().await;
        for _ in 0..20 {
            client.send(&Ask::command(Command::Ping).bytes()).await;
            noticed(&gateway.commands.parked).await;
            gateway.commands.release.notify_waiters();
            assert_eq!(client.response().await.text(), "woken");
        }
        let told = "directpush_http_status_total{code=\"200\",command=\"Ping\"}";
        assert_eq!(gateway.metric(told), 20.0);
        assert_eq!(gateway.metric("directpush_requests_in_flight"), 0.0);
        assert_eq!(gateway.metric("directpush_connections_accepted_total"), 1.0);
    }
}

#[tokio::test]
async fn a_parked_request_has_its_place_among_those_of_its_device() {
    for shed in [true, false] {
        let gateway = Gateway::start(|config| {
            config.push.shed = shed;
            config.limits.requests_per_device = 1;
        })
        .await;
        let mut parked = gateway.connect().await;
        parked.send(&Ask::command(Command::Ping).bytes()).await;
        noticed(&gateway.commands.parked).await;
        let ask = Ask::command(Command::FolderSync);
        assert_eq!(gateway.ask(&ask).await.status, 503);
        gateway.commands.release.notify_waiters();
        assert_eq!(parked.response().await.text(), "woken");
        assert_eq!(gateway.ask(&ask).await.status, 200);
        // So has one whose client leaves.
        parked.send(&Ask::command(Command::Ping).bytes()).await;
        noticed(&gateway.commands.parked).await;
        drop(parked);
        noticed(&gateway.commands.left).await;
        noticed(&gateway.commands.left).await;
        assert_eq!(gateway.ask(&ask).await.status, 200);
    }
}

#[tokio::test]
async fn half_a_further_request_waits_for_its_other_half() {
    for gateway in Gateway::both().await {
        let mut client: Client<_> = gateway.connect().await;
        client.send(&Ask::command(Command::Ping).bytes()).await;
        noticed(&gateway.commands.parked).await;
        let further = Ask::command(Command::FolderSync).body(b"four").bytes();
        let (half, rest) = further.split_at(further.len() / 2);
        client.send(half).await;
        gateway.commands.release.notify_waiters();
        assert_eq!(client.response().await.text(), "woken");
        client.send(rest).await;
        assert!(client.response().await.text().contains("body=4"));
    }
}

#[tokio::test]
async fn the_answer_to_a_heartbeat_that_is_over_is_short() {
    for gateway in Gateway::both().await {
        gateway.commands.expires.store(true, Ordering::SeqCst);
        let mut client = gateway.connect().await;
        client.send(&Ask::command(Command::Ping).bytes()).await;
        noticed(&gateway.commands.parked).await;
        gateway.commands.release.notify_waiters();
        let mut bytes = [0; 1_000];
        let read = client.stream.read(&mut bytes).await.unwrap();
        let text = String::from_utf8_lossy(&bytes[..read]);
        assert!(read <= 160, "{read}: {text}");
        assert!(text.contains("application/vnd.ms-sync.wbxml"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_further_request_that_comes_with_a_body_waits_for_its_other_half() {
    for gateway in Gateway::both().await {
        for first in [Command::Ping, Command::FolderSync] {
            let mut client = gateway.connect().await;
            let further = Ask::command(Command::FolderSync).body(b"four").bytes();
            let (half, rest) = further.split_at(further.len() / 2);
            let together = [&Ask::command(first).body(b"abc").bytes(), half].concat();
            client.send(&together).await;
            if first == Command::Ping {
                noticed(&gateway.commands.parked).await;
                gateway.commands.release.notify_waiters();
            }
            assert_eq!(client.response().await.status, 200);
            client.send(rest).await;
            assert!(client.response().await.text().contains("body=4"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_head_that_comes_with_a_body_is_not_waited_for_without_end() {
    for shed in [true, false] {
        let gateway = Gateway::start(|config| {
            config.push.shed = shed;
            config.limits.header_timeout = Duration::from_millis(300);
        })
        .await;
        let mut client = gateway.connect().await;
        let whole = Ask::command(Command::FolderSync).body(b"abc").bytes();
        client.send(&[&whole[..], b"POST /Micro"].concat()).await;
        assert_eq!(client.response().await.status, 200);
        assert!(client.closed().await);
    }
}
