//! Signing in with the password of a mail server: a Dovecot.

use backends::servers::{Dovecot, DovecotOptions, Login};
use directpush::config::Config;
use protocol::query::Command;

use super::support::{Ask, Gateway};

/// A Dovecot that believes us whom we speak for.
async fn dovecot() -> Dovecot {
    let options = DovecotOptions {
        users: vec![Login::new("anna", "there"), Login::new("bo", "grün")],
        trusted_networks: Some("127.0.0.0/8"),
        extra: "auth_verbose = yes\n".to_owned(),
        ..DovecotOptions::default()
    };
    Dovecot::start(&options).await.unwrap()
}

async fn gateway(port: u16) -> Gateway {
    let text = format!(
        "[auth]\ndomains = [\"example.org\"]\n[proxy]\ntrusted = [\"127.0.0.1\"]\n\
         [imap]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"plain\"\nlogin = \"%n\"\nconnect_timeout_s = 2\n"
    );
    let site = Config::from_parts(&text, std::collections::BTreeMap::new()).unwrap();
    Gateway::start(|config| {
        config.auth = site.auth;
        config.proxy = site.proxy;
        config.servers = site.servers;
        config.routes = site.routes;
    })
    .await
}

async fn status(gateway: &Gateway, credentials: &[u8]) -> u16 {
    let ask = Ask::command(Command::FolderSync).by(credentials);
    gateway.ask(&ask).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn dovecot_says_who_may() {
    let mut dovecot = dovecot().await;
    let gateway = gateway(dovecot.imap_port()).await;
    for (credentials, expected) in [
        (&b"anna:there"[..], 200),
        (b"EXAMPLE\\Anna:there", 200),
        (b"anna@example.org:there", 200),
        ("bo:grün".as_bytes(), 200),
        // Some devices send Latin-1.
        (b"bo:gr\xFCn", 200),
        (b"anna:here", 401),
        (b"nobody:there", 401),
        (b"anna@elsewhere.example:there", 401),
        (b"anna:", 401),
    ] {
        let told = status(&gateway, credentials).await;
        assert_eq!(told, expected, "{}", String::from_utf8_lossy(credentials));
    }
    dovecot.kill();
    // Nobody can say, so nobody is told that it is wrong; what is known is known.
    assert_eq!(status(&gateway, b"bo:another").await, 503);
    assert_eq!(status(&gateway, b"anna:there").await, 200);
    dovecot.restart().await.unwrap();
    assert_eq!(status(&gateway, b"bo:another").await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn dovecot_hears_the_address_of_the_device() {
    let dovecot = dovecot().await;
    let gateway = gateway(dovecot.imap_port()).await;
    let ask = Ask::command(Command::FolderSync)
        .by(b"anna:wrong")
        .with("X-Forwarded-For", "203.0.113.77");
    assert_eq!(gateway.ask(&ask).await.status, 401);
    let log = dovecot.log();
    assert!(log.contains("anna,203.0.113.77"), "{log}");
}
