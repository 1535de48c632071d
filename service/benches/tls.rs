//! What a TLS connection costs: memory while it rests, processor time of a handshake, and of 50 MB.
//!
//!     cargo bench -p directpush --bench tls
//!
//! Ours beside tokio-rustls; client and server are processes of their own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "it says what it measures, and fails by panicking"
)]

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use directpush::http::tls::Acceptor;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Connections before the first look, and those that are measured.
const FIRST: usize = 200;
const MEASURED: usize = 2_000;
const LARGE: usize = 50_000_000;
/// What a Ping asks, and its answer.
const REQUEST: usize = 700;
const ANSWER: usize = 200;

trait Stream: AsyncRead + AsyncWrite + Unpin {}
impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let words: Vec<&str> = arguments.iter().skip(1).map(String::as_str).collect();
    match words.as_slice() {
        ["client", address, certificate] => client(address, certificate).await,
        ["server", kind] => server(kind).await,
        _ => {
            let load = std::fs::read_to_string("/proc/loadavg").unwrap();
            println!("load before: {}", load.trim());
            for kind in ["plain", "tokio-rustls", "ours"] {
                assert!(again(&["server", kind]).wait().unwrap().success());
            }
        }
    }
}

/// This program in another part.
fn again(arguments: &[&str]) -> Child {
    let program = std::env::current_exe().unwrap();
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped());
    command.spawn().unwrap()
}

async fn client(address: &str, certificate: &str) {
    let mut connector = None;
    if let Ok(certificate) = CertificateDer::from_pem_file(certificate) {
        let mut roots = RootCertStore::empty();
        roots.add(certificate).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        connector = Some(TlsConnector::from(Arc::new(config)));
    }
    let mut held = Vec::new();
    for _ in 0..FIRST + MEASURED {
        let stream = TcpStream::connect(address).await.unwrap();
        let mut stream: Box<dyn Stream> = match &connector {
            None => Box::new(stream),
            Some(connector) => {
                let name = ServerName::try_from("mail.example").unwrap();
                Box::new(connector.connect(name, stream).await.unwrap())
            }
        };
        stream.write_all(&[b'q'; REQUEST]).await.unwrap();
        stream.flush().await.unwrap();
        stream.read_exact(&mut [0; ANSWER]).await.unwrap();
        held.push(stream);
    }
    let last = held.last_mut().unwrap();
    let mut room = vec![0; 64 * 1024];
    let mut left = LARGE;
    while left > 0 {
        left -= last.read(&mut room).await.unwrap();
    }
    last.write_all(b"!").await.unwrap();
    last.flush().await.unwrap();
    // The server ends us.
    std::future::pending::<()>().await;
}

async fn server(kind: &str) {
    let folder = tempfile::tempdir().unwrap();
    let certificate = folder.path().join("cert.pem");
    let made = rcgen::generate_simple_self_signed(["mail.example".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    if kind != "plain" {
        std::fs::write(&certificate, made.cert.pem()).unwrap();
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut client = again(&["client", &address, certificate.to_str().unwrap()]);
    let mut held: Vec<Box<dyn Stream>> = Vec::with_capacity(FIRST + MEASURED);
    let (mut memory, mut time) = (0, 0);
    let theirs = TlsAcceptor::from(Arc::clone(&config));
    let ours = Acceptor::new(config);
    for count in 0..FIRST + MEASURED {
        if count == FIRST {
            (memory, time) = (pss(), ticks());
        }
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream: Box<dyn Stream> = match kind {
            "plain" => Box::new(stream),
            "ours" => Box::new(ours.accept(stream).await.unwrap()),
            _ => Box::new(theirs.accept(stream).await.unwrap()),
        };
        stream.read_exact(&mut [0; REQUEST]).await.unwrap();
        stream.write_all(&[b'a'; ANSWER]).await.unwrap();
        stream.flush().await.unwrap();
        held.push(stream);
    }
    // A tick is 10 ms.
    let micros = (ticks() - time) * 10_000 / u64::try_from(MEASURED).unwrap();
    let bytes = (pss() - memory) / MEASURED;
    let last = held.last_mut().unwrap();
    let (began, time) = (Instant::now(), ticks());
    let piece = vec![b'x'; 100_000];
    for _ in 0..LARGE / piece.len() {
        last.write_all(&piece).await.unwrap();
    }
    last.flush().await.unwrap();
    last.read_u8().await.unwrap();
    let (took, busy) = (began.elapsed(), (ticks() - time) * 10);
    println!(
        "{kind:>12}: {bytes} bytes a connection, {micros} us of processor time to make one; 50 MB in {} ms, {busy} ms of \
         processor time here",
        took.as_millis()
    );
    client.kill().unwrap();
    client.wait().unwrap();
}

/// Memory of this process, in bytes.
fn pss() -> usize {
    let text = std::fs::read_to_string("/proc/self/smaps_rollup").unwrap();
    let line = text.lines().find(|line| line.starts_with("Pss:")).unwrap();
    let kib: usize = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib * 1024
}

/// Processor time of this process, in ticks.
fn ticks() -> u64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = text
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let of = |place: usize| fields[place].parse::<u64>().unwrap();
    of(11) + of(12)
}
