//! What is known of answers after they left (rule R12).

use std::time::Duration;

use directpush::http::receipt::Fate;
use protocol::query::Command;
use socket2::SockRef;

use super::support::{Ask, Gateway};

fn proven(gateway: &Gateway) -> Vec<u64> {
    gateway
        .commands
        .proven
        .lock()
        .unwrap()
        .last()
        .unwrap()
        .clone()
}

#[tokio::test]
async fn the_next_request_on_the_connection_proves_the_answer() {
    let gateway = Gateway::start(|_| {}).await;
    for body in [&b"content"[..], b""] {
        let mut client = gateway.connect().await;
        client.ask(&Ask::command(Command::Sync).body(body)).await;
        let (id, fate) = gateway.commands.receipts.next().await;
        assert_eq!(fate, Fate::Written, "{body:?}");
        client.ask(&Ask::command(Command::FolderSync)).await;
        assert_eq!(proven(&gateway), [id]);
        client.ask(&Ask::command(Command::FolderSync)).await;
        assert!(proven(&gateway).is_empty());
    }
}

#[tokio::test]
async fn a_body_that_comes_after_its_head_is_not_taken_for_a_request_sent_ahead() {
    let gateway =
        Gateway::start(|config| config.limits.header_timeout = Duration::from_millis(300)).await;
    let mut client = gateway.connect().await;
    let sync = Ask::command(Command::Sync)
        .with("Expect", "100-continue")
        .body(b"content");
    let bytes = sync.bytes();
    let (head, body) = bytes.split_at(bytes.len() - sync.body.len());
    client.send(head).await;
    client.interim().await;
    client.send(body).await;
    assert_eq!(client.response().await.text(), "content");
    // Idle, not slow: the time for heads does not run.
    tokio::time::sleep(Duration::from_millis(600)).await;
    client.ask(&Ask::command(Command::FolderSync)).await;
    assert_eq!(proven(&gateway), [0]);
}

#[tokio::test]
async fn another_device_or_another_connection_proves_nothing() {
    let gateway = Gateway::start(|_| {}).await;
    let mut client = gateway.connect().await;
    client
        .ask(&Ask::command(Command::Sync).body(b"content"))
        .await;
    gateway.ask(&Ask::command(Command::FolderSync)).await;
    assert!(proven(&gateway).is_empty());
    let tablet = "/Microsoft-Server-ActiveSync?Cmd=FolderSync&DeviceId=tablet&DeviceType=x";
    client
        .ask(&Ask::post(tablet).with("MS-ASProtocolVersion", "14.1"))
        .await;
    assert!(proven(&gateway).is_empty());
    client.ask(&Ask::command(Command::FolderSync)).await;
    assert_eq!(proven(&gateway), [0]);
}

#[tokio::test]
async fn a_request_sent_ahead_proves_nothing() {
    let gateway = Gateway::start(|_| {}).await;
    let mut client = gateway.connect().await;
    let mut both = Ask::command(Command::Sync).body(b"content").bytes();
    both.extend(Ask::command(Command::FolderSync).bytes());
    client.send(&both).await;
    client.response().await;
    client.response().await;
    assert!(proven(&gateway).is_empty());
}

#[tokio::test]
async fn a_reset_after_the_answer_breaks_it_at_once() {
    let gateway = Gateway::start(|_| {}).await;
    let mut client = gateway.connect().await;
    client
        .ask(&Ask::command(Command::Sync).body(b"content"))
        .await;
    assert_eq!(gateway.commands.receipts.next().await, (0, Fate::Written));
    SockRef::from(&client.stream)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(client);
    assert_eq!(gateway.commands.receipts.next().await, (0, Fate::Broken));
}

#[tokio::test]
async fn a_goodbye_after_the_answer_leaves_it_in_doubt() {
    let gateway = Gateway::start(|_| {}).await;
    let mut client = gateway.connect().await;
    client
        .ask(&Ask::command(Command::Sync).body(b"content"))
        .await;
    assert_eq!(gateway.commands.receipts.next().await, (0, Fate::Written));
    drop(client);
    while gateway.metric("directpush_connections") > 0.0 {
        tokio::task::yield_now().await;
    }
    assert!(gateway.commands.receipts.silent().await);
}

#[tokio::test]
async fn an_answer_that_cannot_be_written_is_broken() {
    let gateway = Gateway::start(|config| {
        config.limits.write_pause = Duration::from_millis(200);
        config.limits.body_bytes_max = 50_000_000;
    })
    .await;
    let mut client = gateway.connect().await;
    // Sent back as it came, and not taken: more than the buffers of both sides hold.
    let body = vec![b'x'; 20_000_000];
    client
        .send(&Ask::command(Command::Sync).body(&body).bytes())
        .await;
    assert_eq!(gateway.commands.receipts.next().await, (0, Fate::Broken));
}
