//! Before the handshake nobody is believed.

use std::sync::Arc;

use backends::imap::{Connector, Error, ImapServer, Security};
use backends::servers::Certificate;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::imap::password;

fn acceptor(certificate: &Certificate) -> TlsAcceptor {
    let chain = CertificateDer::from_pem_slice(certificate.certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(certificate.key.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![chain], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

async fn line(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut line = String::new();
    // One byte at a time, so that nothing of the handshake is taken.
    let mut stream = BufReader::with_capacity(1, stream);
    stream.read_line(&mut line).await.unwrap();
    line.trim_end().to_owned()
}

#[tokio::test]
async fn what_was_said_before_the_handshake_is_forgotten() {
    let certificate = Certificate::new(&["localhost"]).unwrap();
    let acceptor = acceptor(&certificate);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = ImapServer {
        security: Security::StartTls,
        authorities: Some(certificate.authority.clone().into_bytes()),
        ..ImapServer::new("localhost", listener.local_addr().unwrap().port())
    };
    let talk = async {
        let (mut plain, _) = listener.accept().await.unwrap();
        let greeting = b"* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=LOGIN LOGINDISABLED] x\r\n";
        plain.write_all(greeting).await.unwrap();
        assert_eq!(line(&mut plain).await, "a1 STARTTLS");
        // In one piece with the answer: what an attacker would have us take for the server's.
        let injected = b"a1 OK go\r\n* CAPABILITY IMAP4rev1 X-EVIL\r\na1 OK [CAPABILITY IMAP4rev1 AUTH=LOGIN] x\r\na2 OK x\r\n";
        plain.write_all(injected).await.unwrap();
        let mut safe = acceptor.accept(plain).await.unwrap();
        assert_eq!(line(&mut safe).await, "a1 CAPABILITY");
        safe.write_all(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\na1 OK\r\n")
            .await
            .unwrap();
        assert_eq!(line(&mut safe).await, "a2 AUTHENTICATE PLAIN AGFubmEAcHc=");
        safe.write_all(b"a2 OK [CAPABILITY IMAP4rev1] in\r\n")
            .await
            .unwrap();
        safe
    };
    let connector = Connector::new(server).unwrap();
    let login = password("anna", "pw");
    let (session, _safe) = tokio::join!(connector.open(&login), talk);
    let session = session.unwrap();
    assert!(session.is_usable());
}

#[tokio::test]
async fn without_starttls_nobody_signs_in() {
    let certificate = Certificate::new(&["localhost"]).unwrap();
    for (greeting, answer) in [
        ("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] x\r\n", ""),
        (
            "* OK [CAPABILITY IMAP4rev1 STARTTLS] x\r\n",
            "a1 NO not now\r\n",
        ),
        (
            "* OK [CAPABILITY IMAP4rev1 STARTTLS] x\r\n",
            "a1 OK go\r\nno TLS",
        ),
        ("* PREAUTH [CAPABILITY IMAP4rev1] you are somebody\r\n", ""),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let connector = Connector::new(ImapServer {
            security: Security::StartTls,
            authorities: Some(certificate.authority.clone().into_bytes()),
            ..ImapServer::new("localhost", listener.local_addr().unwrap().port())
        });
        let talk = async {
            let (mut plain, _) = listener.accept().await.unwrap();
            plain.write_all(greeting.as_bytes()).await.unwrap();
            let mut heard = Vec::new();
            if !answer.is_empty() {
                heard.push(line(&mut plain).await);
                plain.write_all(answer.as_bytes()).await.unwrap();
                plain.shutdown().await.unwrap();
            }
            let mut rest = Vec::new();
            let _closed = tokio::io::AsyncReadExt::read_to_end(&mut plain, &mut rest).await;
            heard.push(String::from_utf8_lossy(&rest).into_owned());
            heard.concat()
        };
        let login = password("anna", "pw");
        let connector = connector.unwrap();
        let (session, heard) = tokio::join!(connector.open(&login), talk);
        let error = session.unwrap_err();
        assert!(
            matches!(
                error,
                Error::NoStartTls | Error::Tls(_) | Error::Preauthenticated
            ),
            "{greeting}{answer}: {error:?}"
        );
        assert!(
            !heard.contains("AUTHENTICATE") && !heard.contains("LOGIN"),
            "{heard}"
        );
    }
}
