//! A front to talk to, and commands that do what a test wants.

mod client;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_trait::async_trait;
use directpush::app::Front;
use directpush::config::Config;
use directpush::http::Dispatch;
use directpush::http::answer::{Answer, Content};
use directpush::http::parked::{Finish, Served, Waiting};
use directpush::http::receipt::{Fate, Receipt, ReceiptId, ReceiptSink};
use directpush::http::request::{AccountName, EasRequest};
use directpush::http::users::{Cost, line};
use directpush::metrics::{Metrics, ParkEnd};
use directpush::telemetry::Facts;
use protocol::command::ping::PingResponse;
use protocol::query::Command;
use protocol::version::Version;
use protocol::{command::Body, wbxml};
use tokio::net::TcpStream;
use tokio::sync::futures::OwnedNotified;
use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;

pub(super) use client::{Ask, Client, Response, target};

/// Longer than anything here takes on a busy machine.
pub(super) const LIMIT: Duration = Duration::from_secs(30);

/// A front, and what its commands saw.
pub(super) struct Gateway {
    pub(super) front: Front,
    pub(super) commands: Arc<Commands>,
    pub(super) metrics: Metrics,
    pub(super) users: std::path::PathBuf,
    _folder: tempfile::TempDir,
}

impl Gateway {
    /// Starts one; `adjust` changes its settings.
    pub(super) async fn start(adjust: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let users = folder.path().join("users");
        let anna = line("anna", b"secret", Cost::Token).unwrap();
        let bert = line("bert", "grün".as_bytes(), Cost::Token).unwrap();
        std::fs::write(&users, format!("{anna}:anna@example.org\n{bert}\n")).unwrap();
        let mut config = Config::from_parts("", BTreeMap::new()).unwrap();
        config.listen.eas = "127.0.0.1:0".parse().unwrap();
        config.listen.admin = "127.0.0.1:0".parse().unwrap();
        config.listen.control = None;
        config.auth.users_file.clone_from(&users);
        // The machine may be busy with other tests.
        config.limits.overload_lag = Duration::ZERO;
        adjust(&mut config);
        let metrics = Metrics::new().unwrap();
        let commands = Arc::new(Commands::default());
        let dispatch = Arc::clone(&commands) as Arc<dyn Dispatch>;
        let front = Front::start(&config, dispatch, &metrics).await.unwrap();
        Self {
            front,
            commands,
            metrics,
            users,
            _folder: folder,
        }
    }

    /// One that lets go of what HTTP holds for a parked request, and one that keeps it.
    pub(super) async fn both() -> [Self; 2] {
        [
            Self::start(|config| config.push.shed = true).await,
            Self::start(|config| config.push.shed = false).await,
        ]
    }

    /// A connection to it.
    pub(super) async fn connect(&self) -> Client<TcpStream> {
        Client::over(TcpStream::connect(self.front.eas()).await.unwrap())
    }

    /// One request on a connection of its own.
    pub(super) async fn ask(&self, request: &Ask<'_>) -> Response {
        let mut client = self.connect().await;
        client.send(&request.bytes()).await;
        client.response().await
    }

    /// The value of a series, as `/metrics` has it.
    pub(super) fn metric(&self, series: &str) -> f64 {
        let text = String::from_utf8(self.metrics.text().unwrap()).unwrap();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{series} ")));
        line.map_or(0.0, |value| value.parse().unwrap())
    }
}

/// Commands that do what a test wants, by command:
/// - `FolderSync`: tells what was asked, as text
/// - `Ping`: waits to be released
/// - `Sync`: answers with a receipt
/// - `FolderCreate`: is announced as work and works until it is let go
/// - `GetItemEstimate`: sends 100,000 bytes
/// - `Settings`: panics
/// - `ItemOperations`: is announced and waits for ever, before the body is looked at
#[derive(Default)]
pub(super) struct Commands {
    pub(super) calls: AtomicUsize,
    pub(super) parked: Notify,
    pub(super) left: Arc<Notify>,
    pub(super) release: Arc<Notify>,
    pub(super) expires: AtomicBool,
    pub(super) working: Notify,
    pub(super) let_go: Notify,
    pub(super) receipts: Receipts,
    pub(super) proven: Mutex<Vec<Vec<u64>>>,
    pub(super) revoked: Mutex<Vec<String>>,
    next: AtomicUsize,
}

/// What was told of receipts.
pub(super) struct Receipts {
    told: mpsc::Sender<(u64, Fate)>,
    heard: tokio::sync::Mutex<mpsc::Receiver<(u64, Fate)>>,
}

impl Default for Receipts {
    fn default() -> Self {
        let (told, heard) = mpsc::channel(1_000);
        Self {
            told,
            heard: tokio::sync::Mutex::new(heard),
        }
    }
}

impl Receipts {
    /// The next news.
    pub(super) async fn next(&self) -> (u64, Fate) {
        timeout(LIMIT, async { self.heard.lock().await.recv().await })
            .await
            .unwrap()
            .unwrap()
    }

    /// Whether there is no news.
    pub(super) async fn silent(&self) -> bool {
        self.heard.lock().await.try_recv().is_err()
    }
}

struct Told(mpsc::Sender<(u64, Fate)>);

impl ReceiptSink for Told {
    fn told(&self, receipt: ReceiptId, fate: Fate) {
        self.0.try_send((receipt.0, fate)).unwrap();
    }
}

/// Tells that a parked request was dropped.
struct Parked(Arc<Notify>);

impl Drop for Parked {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

fn encoded(answer: &PingResponse) -> Vec<u8> {
    wbxml::encode(&answer.to_element(Version::V14_1), Version::V14_1)
}

/// What is left of a parked request.
struct Left {
    released: Pin<Box<OwnedNotified>>,
    end: ParkEnd,
    _parked: Parked,
}

impl std::fmt::Debug for Left {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Left")
    }
}

impl Waiting for Left {
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<Finish> {
        ready!(self.released.as_mut().poll(cx));
        let end = self.end;
        Poll::Ready(Box::new(move |facts| {
            facts.unpark(std::time::Instant::now(), end);
            Answer::wbxml(match end {
                ParkEnd::Expired => encoded(&PingResponse::expired()),
                _ => b"woken".to_vec(),
            })
        }))
    }
}

impl Commands {
    fn note(&self, request: &EasRequest) {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let proven = request.proven.iter().map(|receipt| receipt.0).collect();
        self.proven.lock().unwrap().push(proven);
    }

    fn park(&self, facts: &mut Facts) -> Left {
        facts.park(std::time::Instant::now());
        let mut released = Box::pin(Arc::clone(&self.release).notified_owned());
        released.as_mut().enable();
        let end = match self.expires.load(Ordering::SeqCst) {
            true => ParkEnd::Expired,
            false => ParkEnd::Changed,
        };
        let left = Left {
            released,
            end,
            _parked: Parked(Arc::clone(&self.left)),
        };
        self.parked.notify_one();
        left
    }
}

#[async_trait]
impl Dispatch for Commands {
    async fn dispatch(&self, request: EasRequest, facts: &mut Facts) -> Answer {
        self.note(&request);
        match request.line.command {
            Command::Ping | Command::ItemOperations => {
                let left = self.park(facts);
                Served::Parked(Box::new(left)).answer(facts).await
            }
            Command::Sync => {
                let id =
                    ReceiptId(u64::try_from(self.next.fetch_add(1, Ordering::SeqCst)).unwrap());
                let receipt = Receipt::new(id, Arc::new(Told(self.receipts.told.clone())));
                let answer = if request.body.is_empty() {
                    Answer::empty()
                } else {
                    Answer::wbxml(request.body)
                };
                answer.with_receipt(receipt)
            }
            Command::FolderCreate => {
                self.working.notify_one();
                self.let_go.notified().await;
                Answer::wbxml(b"made".to_vec())
            }
            Command::GetItemEstimate => Answer::wbxml(b"0123456789".repeat(10_000)),
            Command::Settings => panic!("a test wants this"),
            _ => Content::Raw {
                content_type: "text/plain".parse().unwrap(),
                bytes: seen(&request).into(),
            }
            .into(),
        }
    }

    async fn begin(&self, request: EasRequest, facts: &mut Facts) -> Served {
        if request.line.command != Command::Ping {
            return Served::Answered(self.dispatch(request, facts).await);
        }
        self.note(&request);
        Served::Parked(Box::new(self.park(facts)))
    }

    fn commands(&self) -> &[Command] {
        &[
            Command::Sync,
            Command::FolderSync,
            Command::FolderCreate,
            Command::GetItemEstimate,
            Command::Settings,
            Command::Ping,
            Command::ItemOperations,
        ]
    }

    fn versions(&self) -> &[Version] {
        &[Version::V12_1, Version::V14_0, Version::V14_1]
    }

    fn revoked(&self, account: &AccountName) {
        self.revoked
            .lock()
            .unwrap()
            .push(account.as_str().to_owned());
        self.release.notify_waiters();
    }
}

/// A request in words.
fn seen(request: &EasRequest) -> String {
    format!(
        "account={} device={} version={} policy={:?} peer={} body={} agent={}",
        request.identity.account.as_str(),
        request.line.device_id,
        request.version.as_str(),
        request.policy_key,
        request.connection.peer,
        request.body.len(),
        request.user_agent,
    )
}

/// Waits for a notification, with a limit.
pub(super) async fn noticed(notify: &Notify) {
    timeout(LIMIT, notify.notified())
        .await
        .expect("it happens in time");
}
