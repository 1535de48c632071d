//! Between the program and a mail server: writes down what is asked, and holds everything up while it is frozen.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A listener in front of a server. Dropping it ends all of its connections.
pub(crate) struct Tap {
    address: SocketAddr,
    shared: Arc<Shared>,
    _accepting: JoinSet<()>,
}

struct Shared {
    server: Mutex<Option<u16>>,
    asked: Mutex<Vec<Asked>>,
    /// What each connection has open, and whether it waits there by IDLE.
    open: Mutex<BTreeMap<usize, (String, bool)>>,
    frozen: watch::Sender<bool>,
    /// Commands with this word do not pass.
    held: watch::Sender<Option<&'static str>>,
}

/// One line that the program said: a command, or what ends IDLE.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Asked {
    /// Counts the connections.
    pub(crate) connection: usize,
    /// Without the tag; never a password.
    pub(crate) command: String,
}

impl Tap {
    /// A tap that leads nowhere yet: who connects is hung up on.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            server: Mutex::default(),
            asked: Mutex::default(),
            open: Mutex::default(),
            frozen: watch::Sender::new(false),
            held: watch::Sender::new(None),
        });
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, Arc::clone(&shared)));
        Self {
            address,
            shared,
            _accepting: accepting,
        }
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// New connections lead to the server at this port.
    pub(crate) fn lead_to(&self, port: u16) {
        *self.shared.server.lock().unwrap() = Some(port);
    }

    /// Nothing passes any more, either way, and nobody is told: until [`Self::thaw`].
    pub(crate) fn freeze(&self) {
        self.shared.frozen.send_replace(true);
    }

    /// What was held up arrives.
    pub(crate) fn thaw(&self) {
        self.shared.frozen.send_replace(false);
    }

    /// Commands with this word, and what follows them on their connection, do not pass until [`Self::release`].
    pub(crate) fn hold(&self, word: &'static str) {
        self.shared.held.send_replace(Some(word));
    }

    /// What was held goes on.
    pub(crate) fn release(&self) {
        self.shared.held.send_replace(None);
    }

    /// The folders that somebody waits in by IDLE.
    pub(crate) fn idling(&self) -> BTreeSet<String> {
        let open = self.shared.open.lock().unwrap();
        let idling = open.values().filter(|(_, idles)| *idles);
        idling.map(|(folder, _)| folder.clone()).collect()
    }

    /// All that was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// Forgets what was asked so far.
    pub(crate) fn forget(&self) {
        self.shared.asked.lock().unwrap().clear();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    let mut number = 0;
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (client, _) = accepted.unwrap();
                number += 1;
                connections.spawn(carry(client, number, Arc::clone(&shared)));
            }
            Some(ended) = connections.join_next() => ended.unwrap(),
        }
    }
}

async fn carry(client: TcpStream, number: usize, shared: Arc<Shared>) {
    shared.pass().await;
    let port = *shared.server.lock().unwrap();
    let Some(port) = port else { return };
    let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else {
        return;
    };
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        () = ask(from_client, to_server, number, &shared) => {}
        () = answer(from_server, to_client, &shared) => {}
    }
    shared.open.lock().unwrap().remove(&number);
}

impl Shared {
    fn note(&self, connection: usize, command: &str) {
        let mut open = self.open.lock().unwrap();
        let (folder, idles) = open.entry(connection).or_default();
        *idles = command == "IDLE";
        if let Some(rest) = command.strip_prefix("EXAMINE ") {
            *folder = rest
                .split(" (")
                .next()
                .unwrap()
                .trim_matches('"')
                .to_owned();
        }
        drop(open);
        self.asked.lock().unwrap().push(Asked {
            connection,
            command: command.to_owned(),
        });
    }

    /// Waits while it is frozen.
    async fn pass(&self) {
        let mut frozen = self.frozen.subscribe();
        let _never_dropped = frozen.wait_for(|frozen| !frozen).await;
    }
}

/// Carries what the program says, literals included: it sends none here that contain ends of lines but messages, which
/// only sending and drafts have.
async fn ask(client: OwnedReadHalf, mut server: OwnedWriteHalf, number: usize, shared: &Shared) {
    let mut client = BufReader::new(client);
    loop {
        let mut line = Vec::new();
        if client.read_until(b'\n', &mut line).await.unwrap_or(0) == 0 {
            return;
        }
        shared.pass().await;
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        let command = match text.split_once(' ') {
            Some((_, command)) if command.starts_with("LOGIN") => "LOGIN",
            Some((_, command)) if command.starts_with("AUTHENTICATE") => "AUTHENTICATE",
            Some((_, command)) => command,
            None => text,
        };
        shared.note(number, command);
        let mut held = shared.held.subscribe();
        let passes = |held: &Option<&str>| held.is_none_or(|word| !command.contains(word));
        let _never_dropped = held.wait_for(passes).await.map(drop);
        if server.write_all(&line).await.is_err() {
            return;
        }
    }
}

async fn answer(mut server: OwnedReadHalf, mut client: OwnedWriteHalf, shared: &Shared) {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let count = server.read(&mut buffer).await.unwrap_or(0);
        if count == 0 {
            // The end is held up like everything else.
            return shared.pass().await;
        }
        shared.pass().await;
        if client.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
