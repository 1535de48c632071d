//! Between a gateway and a server: writes down what is said, and cuts the line at a word.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// When the line is cut, once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Cut {
    /// The server never hears the command.
    Before(&'static str),
    /// The server has done the command, and nobody hears of it.
    After(&'static str),
}

#[derive(Default)]
struct Shared {
    cut: Mutex<Option<Cut>>,
    said: Mutex<Vec<String>>,
    answered: AtomicU64,
    connections: AtomicU64,
}

impl Shared {
    /// Whether the line is to be cut at this command.
    fn take(&self, command: &str) -> Option<Cut> {
        self.cut.lock().unwrap().take_if(|cut| match cut {
            Cut::Before(word) | Cut::After(word) => command.contains(*word),
        })
    }
}

pub(super) struct Tap {
    port: u16,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

impl Tap {
    /// In front of the server at that port.
    pub(super) async fn new(server: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::<Shared>::default();
        let mut tasks = JoinSet::new();
        let own = Arc::clone(&shared);
        tasks.spawn(async move {
            let mut lines = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                own.connections.fetch_add(1, Ordering::Relaxed);
                lines.spawn(line(client, server, Arc::clone(&own)));
            }
        });
        Self {
            port,
            shared,
            _tasks: tasks,
        }
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn cut(&self, cut: Cut) {
        *self.shared.cut.lock().unwrap() = Some(cut);
    }

    /// Whether the line was cut since.
    pub(super) fn was_cut(&self) -> bool {
        self.shared.cut.lock().unwrap().is_none()
    }

    /// The commands that were said since this was asked last, and how many bytes were answered.
    pub(super) fn take(&self) -> (Vec<String>, u64) {
        let said = std::mem::take(&mut *self.shared.said.lock().unwrap());
        (said, self.shared.answered.swap(0, Ordering::Relaxed))
    }

    /// How many connections there were.
    pub(super) fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::Relaxed)
    }
}

async fn line(client: TcpStream, server: u16, shared: Arc<Shared>) {
    let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await else {
        return;
    };
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // The tag of the command after which the line is cut.
    let (last, until) = watch::channel(None);
    let asking = ask(from_client, to_server, &shared, last);
    let answering = answer(from_server, to_client, &shared, until);
    tokio::select! {
        () = asking => {}
        () = answering => {}
    }
}

/// Ends where the line is cut before a command.
async fn ask(
    client: OwnedReadHalf,
    mut server: OwnedWriteHalf,
    shared: &Shared,
    last: watch::Sender<Option<String>>,
) {
    let mut client = BufReader::new(client);
    loop {
        let mut line = Vec::new();
        if client.read_until(b'\n', &mut line).await.unwrap_or(0) == 0 {
            return;
        }
        let text = String::from_utf8_lossy(&line).into_owned();
        let (tag, command) = text.split_once(' ').unwrap_or(("", &text));
        match shared.take(command) {
            Some(Cut::Before(_)) => return,
            Some(Cut::After(_)) => {
                last.send_replace(Some(format!("{tag} ")));
            }
            None => {}
        }
        shared.said.lock().unwrap().push(command.trim().to_owned());
        if server.write_all(&line).await.is_err() {
            return;
        }
    }
}

/// Ends when the server does, or has done the last command.
async fn answer(
    mut server: OwnedReadHalf,
    mut client: OwnedWriteHalf,
    shared: &Shared,
    until: watch::Receiver<Option<String>>,
) {
    let mut buffer = vec![0; 64 << 10];
    let mut kept = Vec::new();
    loop {
        let count = server.read(&mut buffer).await.unwrap_or(0);
        if count == 0 {
            return;
        }
        let last = until.borrow().clone();
        if let Some(last) = last {
            kept.extend_from_slice(&buffer[..count]);
            let text = String::from_utf8_lossy(&kept);
            if text.lines().any(|line| line.starts_with(&last)) {
                return;
            }
            continue;
        }
        if client.write_all(&buffer[..count]).await.is_err() {
            return;
        }
        let count = u64::try_from(count).unwrap();
        shared.answered.fetch_add(count, Ordering::Relaxed);
    }
}
