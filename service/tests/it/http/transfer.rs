//! What goes over the wire: headers, gzip in both directions, both forms of the request line.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use protocol::query::{Command, RequestLine};
use protocol::version::Version;

use super::support::{Ask, Gateway};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn an_answer_has_the_headers_that_phones_need_and_no_more() {
    let gateway = Gateway::start(|_| {}).await;
    let response = gateway
        .ask(&Ask::command(Command::Sync).body(b"content"))
        .await;
    assert_eq!(
        response.header("content-type"),
        Some("application/vnd.ms-sync.wbxml")
    );
    assert_eq!(response.header("content-length"), Some("7"));
    assert_eq!(response.header("cache-control"), Some("private"));
    assert!(response.header("ms-server-activesync").is_some());
    assert!(response.header("x-request-id").is_some());
    assert_eq!(response.header("set-cookie"), None);
    let empty = gateway.ask(&Ask::command(Command::Sync)).await;
    assert_eq!(
        (empty.status, empty.header("content-length")),
        (200, Some("0"))
    );
    assert_eq!(empty.header("content-type"), None);
    assert_ne!(
        empty.header("x-request-id"),
        response.header("x-request-id")
    );
}

#[tokio::test]
async fn answers_are_compressed_for_who_takes_it() {
    let gateway = Gateway::start(|_| {}).await;
    let ask = Ask::command(Command::GetItemEstimate);
    let plain = gateway.ask(&ask).await;
    assert_eq!(
        (plain.header("content-encoding"), plain.body.len()),
        (None, 100_000)
    );
    let response = gateway
        .ask(&ask.with("Accept-Encoding", "deflate, gzip"))
        .await;
    assert_eq!(response.header("content-encoding"), Some("gzip"));
    assert!(response.body.len() < 10_000);
    let mut unpacked = Vec::new();
    GzDecoder::new(response.body.as_slice())
        .read_to_end(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked, plain.body);
    let short = Ask::command(Command::Sync)
        .body(b"content")
        .with("Accept-Encoding", "gzip");
    assert_eq!(gateway.ask(&short).await.header("content-encoding"), None);
}

#[tokio::test]
async fn bodies_may_come_compressed() {
    let gateway = Gateway::start(|_| {}).await;
    let body = gzip(&b"content ".repeat(5_000));
    let ask = Ask::command(Command::FolderSync)
        .with("Content-Encoding", "gzip")
        .body(&body);
    assert!(gateway.ask(&ask).await.text().contains("body=40000"));
    let bomb = gzip(&vec![0; 60_000_000]);
    let ask = Ask::command(Command::FolderSync)
        .with("Content-Encoding", "gzip")
        .body(&bomb);
    assert_eq!(gateway.ask(&ask).await.status, 413);
    let damaged = Ask::command(Command::FolderSync)
        .with("Content-Encoding", "gzip")
        .body(b"plain");
    assert_eq!(gateway.ask(&damaged).await.status, 400);
    let unknown = Ask::command(Command::FolderSync)
        .with("Content-Encoding", "br")
        .body(b"x");
    assert_eq!(gateway.ask(&unknown).await.status, 415);
}

#[tokio::test]
async fn both_forms_of_the_request_line_say_the_same() {
    let gateway = Gateway::start(|_| {}).await;
    let plain = Ask::command(Command::FolderSync)
        .with("X-MS-PolicyKey", "1307199584")
        .with("User-Agent", "Apple-iPhone11C8/2007.75");
    let plain = gateway.ask(&plain).await.text();
    assert!(
        plain.contains("device=phone version=14.1 policy=Some(1307199584)"),
        "{plain}"
    );
    assert!(plain.ends_with("agent=Apple-iPhone11C8/2007.75"), "{plain}");
    let mut line = RequestLine::new(Command::FolderSync, "phone", "x");
    line.version = Some(Version::V12_1);
    line.policy_key = Some(7);
    let target = format!("/Microsoft-Server-ActiveSync?{}", line.to_base64().unwrap());
    // With this form the query wins over the headers.
    let packed = Ask::post(&target)
        .with("MS-ASProtocolVersion", "14.1")
        .with("X-MS-PolicyKey", "9");
    let packed = gateway.ask(&packed).await.text();
    assert!(
        packed.contains("device=phone version=12.1 policy=Some(7)"),
        "{packed}"
    );
}
