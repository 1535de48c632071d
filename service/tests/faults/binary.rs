//! The program itself, in a process of its own, so that it can be told to stop or be killed.

use std::fmt::Write;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::phone::LIMIT;
use crate::service::Place;

/// The service in a process. Killed when dropped.
pub(crate) struct Binary {
    child: Child,
    pub(crate) eas: SocketAddr,
    pub(crate) admin: SocketAddr,
    /// Reads the log on, since the service would stop when nobody does.
    log: JoinSet<()>,
}

impl Binary {
    /// Starts it; devices are served when this returns. `more`: further sections of the settings.
    pub(crate) fn start(place: &Place, more: &str) -> Self {
        let path = place.settings();
        std::fs::write(&path, settings(place) + more).unwrap();
        let mut child = Command::new(program())
            .args(["serve", "--config", path.to_str().unwrap()])
            .env_remove("RUST_LOG")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let (eas, admin) = listening(&mut lines);
        let mut log = JoinSet::new();
        log.spawn_blocking(move || {
            let _ended = std::io::copy(&mut lines, &mut std::io::sink());
        });
        Self {
            child,
            eas,
            admin,
            log,
        }
    }

    /// Kills it without a word.
    pub(crate) async fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.log.join_next().await;
    }

    /// Asks it to stop.
    pub(crate) fn terminate(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.unwrap().success());
    }

    /// How it ended.
    pub(crate) async fn ended(mut self) -> ExitStatus {
        let ended = timeout(LIMIT, self.log.join_next()).await;
        assert!(ended.is_ok(), "it never ends");
        self.child.wait().unwrap()
    }

    /// What operators see at a path: status and text. `None`: nobody answers any more.
    pub(crate) async fn look(&self, path: &str) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(self.admin).await.ok()?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: faults\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        let reading = stream.read_to_string(&mut answer);
        timeout(LIMIT, reading).await.unwrap().ok()?;
        let status = answer.split(' ').nth(1)?.parse().unwrap();
        Some((status, answer))
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _ended_already = self.child.wait();
    }
}

/// The program under test, or the one that `FAULTS_PROGRAM` names: an optimized build, for its figures.
#[expect(
    clippy::disallowed_methods,
    reason = "it is no setting of the service's"
)]
fn program() -> String {
    let built = env!("CARGO_BIN_EXE_directpush");
    std::env::var("FAULTS_PROGRAM").unwrap_or_else(|_| built.to_owned())
}

fn settings(place: &Place) -> String {
    let mut text = String::new();
    write!(
        text,
        "[listen]\neas = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\ncontrol = \"{}\"\n\
         [auth]\nusers_file = \"{}\"\n[mail]\nmaildir = \"{}/%u\"\n[store]\npath = \"{}\"\n",
        place.control().display(),
        place.users().display(),
        place.mail().display(),
        place.state().display()
    )
    .unwrap();
    text
}

/// The addresses, as the log says them.
fn listening(log: &mut BufReader<ChildStderr>) -> (SocketAddr, SocketAddr) {
    let mut told = String::new();
    loop {
        let mut line = String::new();
        let read = log.read_line(&mut line).unwrap();
        told += &line;
        assert!(read > 0, "it does not start:\n{told}");
        let value = |name: &str| -> Option<SocketAddr> {
            let (_, rest) = line.split_once(&format!("{name}="))?;
            rest.split_whitespace().next()?.parse().ok()
        };
        if let (Some(eas), Some(admin)) = (value("eas"), value("admin")) {
            return (eas, admin);
        }
    }
}
