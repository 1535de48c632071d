//! The program itself, in a process of its own, so that it can be told to stop or be killed.

use std::fmt::Write;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::media::{self, Disk};
use crate::phone::LIMIT;
use crate::service::Place;

/// The service in a process. Killed when dropped.
pub(crate) struct Binary {
    child: Child,
    pub(crate) eas: SocketAddr,
    pub(crate) admin: SocketAddr,
    /// Reads the log on, since the service would stop when nobody does.
    log: JoinSet<()>,
    /// What it read.
    told: PathBuf,
}

impl Binary {
    /// Starts it; devices are served when this returns. `more`: further sections of the settings.
    pub(crate) fn start(place: &Place, more: &str) -> Self {
        std::fs::write(place.settings(), settings(place, &place.state()) + more).unwrap();
        Self::run(place, Command::new(program()).args(serve(place)))
    }

    /// The same, with the state on a file system of so many bytes that only the service sees.
    pub(crate) fn start_on_small_disk(place: &Place, disk: &Path, bytes: usize) -> (Self, Disk) {
        let state = disk.join("state.db");
        std::fs::write(place.settings(), settings(place, &state)).unwrap();
        Self::start_with_disk(place, disk, &format!("size={bytes}"))
    }

    /// The same, with all mail and contacts on a file system that is mounted with `options`.
    pub(crate) fn start_with_mail_on(place: &Place, options: &str) -> (Self, Disk) {
        let contacts = format!(
            "[contacts]\nvdir = \"{}/%u/cards\"\n",
            place.mail().display()
        );
        let settings = settings(place, &place.state()) + &contacts;
        std::fs::write(place.settings(), settings).unwrap();
        Self::start_with_disk(place, &place.mail(), options)
    }

    fn start_with_disk(place: &Place, disk: &Path, options: &str) -> (Self, Disk) {
        let mount = media::mount(disk, options);
        let binary = Self::run(place, &mut apart(place, &mount));
        let disk = Disk::of(binary.id(), disk);
        (binary, disk)
    }

    /// What it says when it does not start.
    pub(crate) fn refused(place: &Place) -> String {
        std::fs::write(place.settings(), settings(place, &place.state())).unwrap();
        said(Command::new(program()).args(serve(place)))
    }

    /// The same, when the state that is there is on a file system that may not be written.
    pub(crate) fn refused_read_only(place: &Place, disk: &Path) -> String {
        let (from, state) = (place.state(), disk.join("state.db"));
        std::fs::write(place.settings(), settings(place, &state)).unwrap();
        let mount = format!(
            "{mount} && cp {from} {at} && mount -o remount,ro {at}",
            mount = media::mount(disk, "mode=0755"),
            at = disk.display(),
            from = from.display()
        );
        said(&mut apart(place, &mount))
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// All that it has logged so far.
    pub(crate) fn told(&self) -> String {
        std::fs::read_to_string(&self.told).unwrap()
    }

    fn run(place: &Place, command: &mut Command) -> Self {
        let mut child = command
            .env_remove("RUST_LOG")
            // Large blocks go back to the system as soon as they are free: what is resident is in use.
            .env("MALLOC_MMAP_THRESHOLD_", "1048576")
            // The machine may be busy with other tests.
            .env("DIRECTPUSH_LIMITS__OVERLOAD_LAG_MS", "0")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let (eas, admin) = listening(&mut lines);
        let mut log = JoinSet::new();
        let told = place.log();
        let mut kept = std::fs::File::create(&told).unwrap();
        log.spawn_blocking(move || {
            let _ended = std::io::copy(&mut lines, &mut kept);
        });
        Self {
            child,
            eas,
            admin,
            log,
            told,
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

fn serve(place: &Place) -> [String; 3] {
    let settings = place.settings().to_str().unwrap().to_owned();
    ["serve".to_owned(), "--config".to_owned(), settings]
}

/// The program in a mount namespace of its own (`unshare` of util-linux; no rights are needed for it). A limit of the size
/// of files fails writes there, and does not end the process.
fn apart(place: &Place, mount: &str) -> Command {
    let mut command = Command::new("unshare");
    let script = format!("{mount} && trap '' XFSZ && exec \"$0\" \"$@\"");
    command.args(["-r", "-m", "sh", "-c", &script, &program()]);
    command.args(serve(place));
    command
}

fn said(command: &mut Command) -> String {
    let output = command.env_remove("RUST_LOG").output().unwrap();
    assert!(!output.status.success(), "it starts");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn settings(place: &Place, state: &Path) -> String {
    let mut text = String::new();
    write!(
        text,
        "[listen]\neas = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\ncontrol = \"{}\"\n\
         [auth]\nusers_file = \"{}\"\n[mail]\nmaildir = \"{}/%u\"\n[store]\npath = \"{}\"\n",
        place.control().display(),
        place.users().display(),
        place.mail().display(),
        state.display()
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
