//! TLS in front of the same service.

mod openssl;

use std::sync::Arc;
use std::time::Duration;

use directpush::config::TlsFiles;
use protocol::query::Command;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::support::{Ask, Client, Gateway, noticed};

/// A gateway with a certificate of its own, and who trusts it.
struct Secure {
    gateway: Gateway,
    roots: RootCertStore,
    files: TlsFiles,
    _folder: tempfile::TempDir,
}

async fn start() -> Secure {
    start_with(true).await
}

async fn start_with(shed: bool) -> Secure {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["mail.example".to_owned()]).unwrap();
    let files = TlsFiles {
        cert: folder.path().join("cert.pem"),
        key: folder.path().join("key.pem"),
    };
    std::fs::write(&files.cert, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let gateway = Gateway::start(|config| {
        config.listen.tls = Some(files.clone());
        config.limits.handshake_timeout = Duration::from_millis(300);
        config.push.shed = shed;
    })
    .await;
    Secure {
        gateway,
        roots,
        files,
        _folder: folder,
    }
}

impl Secure {
    async fn connect(&self, protocols: &[&[u8]]) -> std::io::Result<TlsStream<TcpStream>> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(self.roots.clone())
            .with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        let stream = TcpStream::connect(self.gateway.front.eas()).await.unwrap();
        let name = ServerName::try_from("mail.example").unwrap();
        TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
    }
}

#[tokio::test]
async fn requests_come_over_tls() {
    let secure = start().await;
    let mut client = Client::over(secure.connect(&[]).await.unwrap());
    for _ in 0..3 {
        assert_eq!(
            client.ask(&Ask::command(Command::FolderSync)).await.status,
            200
        );
    }
    client
        .ask(&Ask::command(Command::Sync).body(b"content"))
        .await;
    client.ask(&Ask::command(Command::FolderSync)).await;
    let proven = secure
        .gateway
        .commands
        .proven
        .lock()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(proven, [0]);
}

#[tokio::test]
async fn http_1_1_is_all_that_is_offered() {
    let secure = start().await;
    let stream = secure.connect(&[b"h2", b"http/1.1"]).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    assert!(secure.connect(&[b"h2"]).await.is_err());
}

#[tokio::test]
async fn a_client_that_leaves_is_noticed_under_tls() {
    for shed in [true, false] {
        let secure = start_with(shed).await;
        let mut client = Client::over(secure.connect(&[]).await.unwrap());
        client.send(&Ask::command(Command::Ping).bytes()).await;
        noticed(&secure.gateway.commands.parked).await;
        drop(client);
        noticed(&secure.gateway.commands.left).await;
        // One that says goodbye, and does not close.
        let mut client = Client::over(secure.connect(&[]).await.unwrap());
        client.send(&Ask::command(Command::Ping).bytes()).await;
        noticed(&secure.gateway.commands.parked).await;
        let (socket, tls) = client.stream.get_mut();
        tls.send_close_notify();
        let mut bytes = Vec::new();
        tls.write_tls(&mut bytes).unwrap();
        socket.write_all(&bytes).await.unwrap();
        noticed(&secure.gateway.commands.left).await;
    }
}

#[tokio::test]
async fn keys_are_renewed_while_a_request_is_parked() {
    for shed in [true, false] {
        let secure = start_with(shed).await;
        let mut client = Client::over(secure.connect(&[]).await.unwrap());
        for _ in 0..2 {
            client.send(&Ask::command(Command::Ping).bytes()).await;
            noticed(&secure.gateway.commands.parked).await;
            // Asks for new keys of ours as well (RFC 8446 4.6.3).
            client.stream.get_mut().1.refresh_traffic_keys().unwrap();
            client.stream.flush().await.unwrap();
            let ahead = Ask::command(Command::FolderSync).body(b"four").bytes();
            client.send(&ahead).await;
            secure.gateway.commands.release.notify_waiters();
            assert_eq!(client.response().await.text(), "woken");
            assert!(client.response().await.text().contains("body=4"));
        }
    }
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_given_up() {
    let secure = start().await;
    let mut silent = Client::over(
        TcpStream::connect(secure.gateway.front.eas())
            .await
            .unwrap(),
    );
    assert!(silent.closed().await);
    let counted = secure
        .gateway
        .metric("directpush_connection_problems_total{cause=\"handshake_timeout\"}");
    assert!((counted - 1.0).abs() < f64::EPSILON);
}

#[tokio::test]
async fn a_new_certificate_is_shown_to_new_connections() {
    let mut secure = start().await;
    let mut waiting = Client::over(secure.connect(&[]).await.unwrap());
    waiting.send(&Ask::command(Command::Ping).bytes()).await;
    noticed(&secure.gateway.commands.parked).await;
    let made = rcgen::generate_simple_self_signed(["mail.example".to_owned()]).unwrap();
    std::fs::write(&secure.files.cert, made.cert.pem()).unwrap();
    secure.gateway.front.reload().await;
    // The key does not belong to it yet: what was there stays.
    assert!(secure.connect(&[]).await.is_ok());
    std::fs::write(&secure.files.key, made.signing_key.serialize_pem()).unwrap();
    secure.gateway.front.reload().await;
    assert!(secure.connect(&[]).await.is_err());
    secure.roots.add(made.cert.der().clone()).unwrap();
    assert!(secure.connect(&[]).await.is_ok());
    // Who waits is not disturbed.
    secure.gateway.commands.release.notify_one();
    assert_eq!(waiting.response().await.status, 200);
}
