//! Behind proxies: who the client is, and what still proves that an answer arrived.

use directpush::config::{ClientFrom, Config, Network};
use directpush::http::receipt::Fate;
use protocol::query::Command;

use super::support::{Ask, Gateway};

fn behind(client: ClientFrom) -> impl FnOnce(&mut Config) {
    move |config| {
        config.proxy.trusted = vec![Network::parse("127.0.0.0/8").unwrap()];
        config.proxy.client = client;
    }
}

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
async fn the_client_s_address_is_taken_from_a_trusted_proxy_only() {
    let ask = Ask::command(Command::FolderSync).with("X-Forwarded-For", "192.0.2.7");
    let trusting = Gateway::start(behind(ClientFrom::XForwardedFor)).await;
    assert!(trusting.ask(&ask).await.text().contains("peer=192.0.2.7:0"));
    let wary = Gateway::start(|_| {}).await;
    assert!(wary.ask(&ask).await.text().contains("peer=127.0.0.1:"));
}

#[tokio::test]
async fn the_proxy_s_own_connection_proves_nothing() {
    let gateway = Gateway::start(behind(ClientFrom::XForwardedFor)).await;
    let mut proxy = gateway.connect().await;
    let sync = Ask::command(Command::Sync).body(b"content");
    proxy
        .ask(&sync.clone().with("X-Forwarded-For", "192.0.2.7"))
        .await;
    assert_eq!(gateway.commands.receipts.next().await, (0, Fate::Written));
    let next = Ask::command(Command::FolderSync);
    proxy
        .ask(&next.clone().with("X-Forwarded-For", "192.0.2.7"))
        .await;
    assert!(proven(&gateway).is_empty());
}

#[tokio::test]
async fn the_same_address_and_port_prove_on_any_connection_of_the_proxy() {
    let gateway = Gateway::start(behind(ClientFrom::XForwardedFor)).await;
    let (mut one, mut other) = (gateway.connect().await, gateway.connect().await);
    let sync = Ask::command(Command::Sync).body(b"content");
    one.ask(
        &sync
            .with("X-Forwarded-For", "192.0.2.7")
            .with("X-Real-Port", "5000"),
    )
    .await;
    gateway.commands.receipts.next().await;
    let next = Ask::command(Command::FolderSync);
    other
        .ask(&next.clone().with("X-Forwarded-For", "192.0.2.7:5001"))
        .await;
    assert!(proven(&gateway).is_empty());
    other
        .ask(&next.with("X-Forwarded-For", "192.0.2.7:5000"))
        .await;
    assert_eq!(proven(&gateway), [0]);
}

#[tokio::test]
async fn a_proxy_header_names_the_client_of_the_connection() {
    let gateway = Gateway::start(behind(ClientFrom::ProxyProtocol)).await;
    let mut client = gateway.connect().await;
    client
        .send(b"PROXY TCP4 192.0.2.7 10.0.0.1 5000 443\r\n")
        .await;
    client
        .ask(&Ask::command(Command::Sync).body(b"content"))
        .await;
    let response = client.ask(&Ask::command(Command::FolderSync)).await;
    assert!(
        response.text().contains("peer=192.0.2.7:5000"),
        "{response:?}"
    );
    assert_eq!(proven(&gateway), [0]);
    let mut binary = gateway.connect().await;
    let header =
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0C\xC0\x00\x02\x08\x0A\x00\x00\x01\x13\x88\x01\xBB";
    binary.send(header).await;
    let response = binary.ask(&Ask::command(Command::FolderSync)).await;
    assert!(
        response.text().contains("peer=192.0.2.8:5000"),
        "{response:?}"
    );
}

#[tokio::test]
async fn a_missing_proxy_header_closes_the_connection() {
    let gateway = Gateway::start(behind(ClientFrom::ProxyProtocol)).await;
    let mut client = gateway.connect().await;
    client
        .send(&Ask::command(Command::FolderSync).bytes())
        .await;
    assert!(client.closed().await);
}
