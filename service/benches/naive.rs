//! What a parked Ping costs a server that is written as one would at first: plain `axum::serve`, a few layers, and a
//! handler that waits. What directpush is compared with, built so that both are measured on one machine in one run.
//!
//!     cargo bench -p directpush --bench naive -- 15000
//!
//! With the path of `directpush-loadtest` behind it, the same number is parked at directpush afterwards.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "it says what it measures, and fails by panicking"
)]

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::StatusCode;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use prometheus::{Histogram, HistogramOpts, IntCounter};
use protocol::command::ping::{PingFolder, PingRequest, PingResponse};
use protocol::command::{Body as _, CollectionId};
use protocol::version::Version;
use protocol::wbxml;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tracing::Instrument;

const FIRST: usize = 200;
const ROUNDS: usize = 3;
const REST: Duration = Duration::from_secs(1);

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|word| word != "--bench");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    match arguments.next().as_deref() {
        Some("serve") => runtime.block_on(serve()),
        Some(count) => {
            let loadtest = arguments.next();
            runtime.block_on(measure(count.parse().unwrap(), loadtest.as_deref()));
        }
        None => runtime.block_on(measure(2000, None)),
    }
}

/// What requests share.
struct Shared {
    next: AtomicU64,
    waits: Mutex<HashMap<u64, oneshot::Sender<()>>>,
    requests: IntCounter,
    times: Histogram,
}

/// What a handler keeps while it waits.
struct Parked {
    _user: String,
    _device: String,
    _folders: Vec<PingFolder>,
}

async fn serve() {
    let shared = Arc::new(Shared {
        next: AtomicU64::new(0),
        waits: Mutex::default(),
        requests: IntCounter::new("requests", "Requests").unwrap(),
        times: Histogram::with_opts(HistogramOpts::new("seconds", "Times")).unwrap(),
    });
    let router = Router::new()
        .route("/Microsoft-Server-ActiveSync", post(ping))
        .layer(from_fn(signed_in))
        .layer(from_fn_with_state(Arc::clone(&shared), counted))
        .layer(from_fn(limited))
        .layer(DefaultBodyLimit::max(1 << 20))
        .layer(from_fn(traced))
        .route("/parked", get(parked))
        .route("/wake", post(wake))
        .with_state(shared);
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(4096).unwrap();
    println!("{}", listener.local_addr().unwrap());
    axum::serve(listener, router).await.unwrap();
}

/// The user that a request signs in as, once it may.
#[derive(Clone)]
struct User(String);

async fn signed_in(mut request: Request, next: Next) -> Result<Response, StatusCode> {
    let header = request.headers().get(AUTHORIZATION);
    let basic = header.and_then(|value| value.to_str().ok()?.strip_prefix("Basic "));
    let decoded = basic.and_then(|text| STANDARD.decode(text).ok());
    let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    let user = text.as_deref().and_then(|text| text.split_once(':'));
    let Some((user, "secret")) = user else {
        return Err(StatusCode::UNAUTHORIZED);
    };
    request.extensions_mut().insert(User(user.to_owned()));
    Ok(next.run(request).await)
}

async fn counted(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let timer = shared.times.start_timer();
    let response = next.run(request).await;
    shared.requests.inc();
    timer.observe_duration();
    response
}

async fn limited(request: Request, next: Next) -> Result<Response, StatusCode> {
    let limit = Duration::from_secs(3600);
    let answer = tokio::time::timeout(limit, next.run(request)).await;
    answer.map_err(|_late| StatusCode::SERVICE_UNAVAILABLE)
}

async fn traced(request: Request, next: Next) -> Response {
    let span = tracing::debug_span!("request", method = %request.method(), uri = %request.uri());
    next.run(request).instrument(span).await
}

async fn ping(
    State(shared): State<Arc<Shared>>,
    axum::Extension(User(user)): axum::Extension<User>,
    uri: http::Uri,
    body: Bytes,
) -> Result<([(http::HeaderName, &'static str); 1], Vec<u8>), StatusCode> {
    let document = wbxml::decode(&body, &wbxml::Limits::default());
    let root = document.map_err(|_| StatusCode::BAD_REQUEST)?.root;
    let asked = PingRequest::from_element(&root).map_err(|_| StatusCode::BAD_REQUEST)?;
    drop((root, body));
    let kept = Parked {
        _user: user,
        _device: uri.query().unwrap_or_default().to_owned(),
        _folders: asked.folders.unwrap_or_default(),
    };
    let number = shared.next.fetch_add(1, Ordering::Relaxed);
    let (waker, woken) = oneshot::channel();
    shared.waits.lock().unwrap().insert(number, waker);
    let heartbeat = Duration::from_secs(u64::from(asked.heartbeat_s.unwrap_or(600)));
    let _whichever = tokio::time::timeout(heartbeat, woken).await;
    drop(kept);
    let answer = PingResponse::expired().to_element(Version::V14_1);
    let answer = wbxml::encode(&answer, Version::V14_1);
    Ok(([(CONTENT_TYPE, "application/vnd.ms-sync.wbxml")], answer))
}

async fn parked(State(shared): State<Arc<Shared>>) -> String {
    shared.waits.lock().unwrap().len().to_string()
}

async fn wake(State(shared): State<Arc<Shared>>) {
    let waits = std::mem::take(&mut *shared.waits.lock().unwrap());
    for (_, waker) in waits {
        let _gone = waker.send(());
    }
}

/// The server in a process of its own. Killed when dropped.
struct Naive {
    child: Child,
    address: String,
}

impl Drop for Naive {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

impl Naive {
    fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg("serve")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        let out = child.stdout.as_mut().unwrap();
        BufReader::new(out).read_line(&mut address).unwrap();
        Self {
            child,
            address: address.trim().to_owned(),
        }
    }

    fn pss_kib(&self) -> f64 {
        let path = format!("/proc/{}/smaps_rollup", self.child.id());
        let text = std::fs::read_to_string(path).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        number.unwrap().parse().unwrap()
    }

    async fn ask(&self, method: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let text = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        );
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
            .split("\r\n\r\n")
            .nth(1)
            .unwrap_or_default()
            .to_owned()
    }

    async fn until_parked(&self, count: usize) {
        while self.ask("GET", "/parked").await.trim() != count.to_string() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn connect(&self, number: usize) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        let source = format!("127.0.0.{}:0", number % 8 + 1);
        socket.bind(source.parse().unwrap()).unwrap();
        socket.connect(self.address.parse().unwrap()).await.unwrap()
    }
}

/// A Ping as a phone sends it, with 8 folders.
fn request(number: usize) -> Vec<u8> {
    let folder = |id: u32| PingFolder {
        id: CollectionId::parse(&id.to_string()).unwrap(),
        class: None,
    };
    let body = PingRequest {
        heartbeat_s: Some(1680),
        folders: Some((1..=8).map(folder).collect()),
    };
    let body = wbxml::encode(&body.to_element(Version::V14_1), Version::V14_1);
    let credentials = STANDARD.encode(format!("user{number:05}:secret"));
    let head = format!(
        "POST /Microsoft-Server-ActiveSync?Cmd=Ping&User=user{number:05}&DeviceId=LOAD{number:05}&DeviceType=Android HTTP/1.1\r\n\
         Host: mail.example.org\r\nAuthorization: Basic {credentials}\r\nUser-Agent: Android/5.0.1-EAS-2.0\r\n\
         Content-Type: application/vnd.ms-sync.wbxml\r\nMS-ASProtocolVersion: 14.1\r\nX-MS-PolicyKey: 1234567890\r\n\
         Accept-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), &body].concat()
}

async fn measure(count: usize, loadtest: Option<&str>) {
    let naive = Naive::start();
    let mut phones = Vec::new();
    park(&naive, &mut phones, FIRST).await;
    let first = naive.pss_kib();
    park(&naive, &mut phones, FIRST + count).await;
    let whole = naive.pss_kib();
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let began = Instant::now();
        naive.ask("POST", "/wake").await;
        for (number, phone) in phones.iter_mut().enumerate() {
            let mut answer = [0; 1024];
            assert!(phone.read(&mut answer).await.unwrap() > 0);
            phone.write_all(&request(number)).await.unwrap();
        }
        naive.until_parked(phones.len()).await;
        times.push(format!("{:.0}", began.elapsed().as_secs_f64() * 1000.0));
        tokio::time::sleep(REST).await;
    }
    let after = naive.pss_kib();
    let each = |pss: f64| (pss - first) / f64::from(u32::try_from(count).unwrap());
    let (before, after) = (each(whole), each(after));
    let load = std::fs::read_to_string("/proc/loadavg").unwrap();
    println!("load: {}", load.trim());
    println!("naive: {before:.2} KiB for each of {count}, {after:.2} after {ROUNDS} rounds");
    println!(
        "naive: all ended and parked again after {} ms",
        times.join(", ")
    );
    drop((phones, naive));
    if let Some(loadtest) = loadtest {
        compare(loadtest, count, after);
    }
}

async fn park(naive: &Naive, phones: &mut Vec<TcpStream>, count: usize) {
    for number in phones.len()..count {
        let mut phone = naive.connect(number).await;
        phone.write_all(&request(number)).await.unwrap();
        phones.push(phone);
    }
    naive.until_parked(count).await;
    tokio::time::sleep(REST).await;
}

fn compare(loadtest: &str, count: usize, naive: f64) {
    let output = Command::new(loadtest)
        .args(["park", "--json", "--accounts", "1000", "--devices"])
        .args([
            &count.to_string(),
            "--directpush",
            env!("CARGO_BIN_EXE_directpush"),
        ])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let object: serde_json::Value =
        serde_json::from_str(text.lines().last().unwrap_or_default()).unwrap();
    let ours = object["pss_kib_per_ping_after"].as_f64().unwrap();
    println!("{object}");
    println!(
        "directpush: {ours:.2} KiB; naive / directpush: {:.1}",
        naive / ours
    );
}
