//! An HTTP server that takes what hooks post, or misbehaves.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::servers::{Failure, PATIENCE};

/// How the sink treats who posts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Manners {
    /// It answers 202 at once.
    Answer,
    /// It reads the request and never answers.
    Hang,
}

/// A request that came.
#[derive(Clone, Debug, Default)]
pub struct Posted {
    /// Method and target: `POST /hooks/dovecot`.
    pub target: String,
    /// Header lines as they came.
    pub headers: Vec<String>,
    /// The body.
    pub body: String,
}

impl Posted {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

type Shared = Arc<(Mutex<Vec<Posted>>, Notify)>;

/// The sink, on a loopback port. Gone when dropped.
#[derive(Debug)]
pub struct HttpSink {
    port: u16,
    seen: Shared,
    _tasks: JoinSet<()>,
}

impl HttpSink {
    /// Listens.
    ///
    /// # Errors
    /// No port can be had.
    pub async fn start(manners: Manners) -> Result<Self, Failure> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let seen = Shared::default();
        let theirs = Arc::clone(&seen);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let seen = Arc::clone(&theirs);
                connections.spawn(async move {
                    // Whoever leaves in the middle has posted nothing.
                    let _left = serve(stream, manners, &seen).await;
                });
            }
        });
        Ok(Self {
            port,
            seen,
            _tasks: tasks,
        })
    }

    /// Where to post to.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// All that came.
    #[must_use]
    pub fn posted(&self) -> Vec<Posted> {
        let posted = self.seen.0.lock().unwrap_or_else(PoisonError::into_inner);
        posted.clone()
    }

    /// Waits until what came fulfils a condition.
    ///
    /// # Errors
    /// It does not within half a minute; says what came.
    pub async fn until(&self, done: impl Fn(&[Posted]) -> bool) -> Result<Vec<Posted>, Failure> {
        let wait = async {
            loop {
                let changed = self.seen.1.notified();
                let posted = self.posted();
                if done(&posted) {
                    return posted;
                }
                changed.await;
            }
        };
        let seen = timeout(PATIENCE, wait).await;
        seen.map_err(|_| format!("the sink waits in vain: {:#?}", self.posted()).into())
    }
}

async fn serve(stream: TcpStream, manners: Manners, seen: &Shared) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(posted) = request(&mut stream).await? {
        let closes = posted.header("Connection") == Some("close");
        note(seen, posted);
        match manners {
            Manners::Answer => {
                let answer = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n";
                let last = if closes { "Connection: close\r\n" } else { "" };
                let answer = format!("{answer}{last}\r\n");
                stream.write_all(answer.as_bytes()).await?;
                if closes {
                    return Ok(());
                }
            }
            Manners::Hang => std::future::pending().await,
        }
    }
    Ok(())
}

fn note(seen: &Shared, posted: Posted) {
    let mut all = seen.0.lock().unwrap_or_else(PoisonError::into_inner);
    all.push(posted);
    // One waits; whoever asks right after finds a permit.
    seen.1.notify_one();
}

async fn request(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Posted>> {
    let mut posted = Posted::default();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if posted.target.is_empty() {
            line.strip_suffix(" HTTP/1.1")
                .unwrap_or(line)
                .clone_into(&mut posted.target);
        } else {
            posted.headers.push(line.to_owned());
        }
    }
    // Dovecot waits for it before it sends a body.
    if posted.header("Expect") == Some("100-continue") {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
    }
    let length = posted
        .header("Content-Length")
        .and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await?;
    posted.body = String::from_utf8_lossy(&body).into_owned();
    Ok(Some(posted))
}
