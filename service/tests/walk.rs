//! The service as a client sees it that shares no code with it: the Python programs in `walk/` against the real binary.
//!
//! Every body that is sent on the way is recorded, read again by libwbxml and, where the folder `shared` lies beside
//! the workspace, held against the schemas there.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tempfile::TempDir;

/// What the programs need, for whoever finds it missing.
const INSTALL: &str = "apt-get install -y python3 libwbxml2-utils libxml2-utils";

const USER: &str = "anna";
const PASSWORD: &str = "secret";

/// How long the service may take until it listens.
const START_MAX: Duration = Duration::from_secs(60);

/// A message for those tests that do not fill the mailbox themselves.
const MESSAGE: &str =
    "From: Bo <bo@example.org>\r\nTo: anna@example.org\r\nSubject: Hello\r\n\r\nHello.\r\n";

#[test]
fn the_client_agrees_with_vectors_and_with_libwbxml() {
    let vectors = here().join("../../../protocol/tests/golden/wbxml");
    let told = python("selftest.py", &["--vectors", text(&vectors)]);
    told.unwrap_or_else(|told| panic!("{told}"));
}

#[test]
fn a_walk_in_12_1() {
    walk("14.1", &["--version", "12.1"]);
}

#[test]
fn a_walk_in_14_1() {
    walk("14.1", &["--version", "14.1"]);
}

#[test]
fn a_walk_in_14_1_with_packed_queries_and_gzip() {
    walk("14.1", &["--version", "14.1", "--base64", "--gzip"]);
}

#[test]
fn a_walk_in_14_0() {
    walk("14.1", &["--version", "14.0"]);
}

#[test]
fn a_walk_in_16_0() {
    walk("16.1", &["--version", "16.0"]);
}

#[test]
fn a_walk_in_16_1() {
    walk("16.1", &["--version", "16.1"]);
}

#[test]
fn bad_input_gets_the_answers_that_are_decided() {
    let server = Server::start("14.1");
    fs::write(server.maildir().join("new/1.1.host"), MESSAGE).unwrap();
    server.run("bad.py", &["--version", "14.1", "--version", "12.1"]);
    server.check_bodies();
}

#[test]
fn attachments_are_never_held() {
    let server = Server::start("14.1");
    let (maildir, pid) = (server.maildir(), server.child.id().to_string());
    // Far less than the messages have together, and more than an idle service's memory varies.
    let bounds = ["--megabytes", "12", "--messages", "5", "--grow", "40"];
    let place = ["--maildir", text(&maildir), "--pid", &pid];
    server.run("large.py", &[&place[..], &bounds].concat());
}

/// Everything that a phone does, once.
#[track_caller]
fn walk(max_version: &str, arguments: &[&str]) {
    let server = Server::start(max_version);
    let (maildir, contacts) = (server.maildir(), server.contacts());
    let folders = ["--maildir", text(&maildir), "--contacts", text(&contacts)];
    server.run("walk.py", &[arguments, &folders].concat());
    server.check_bodies();
}

/// A service with one user and an empty mailbox. Killed when dropped.
struct Server {
    child: Child,
    address: String,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
    folder: TempDir,
}

impl Server {
    fn start(max_version: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = configure(folder.path(), max_version);
        let mut child = program()
            .args(["serve", "--config", text(&config)])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, address) = mpsc::sync_channel(1);
        let log = Arc::new(Mutex::new(String::new()));
        let (stderr, kept) = (child.stderr.take().unwrap(), Arc::clone(&log));
        let reader = thread::spawn(move || keep_log(stderr, &kept, &sender));
        let mut server = Self {
            child,
            address: String::new(),
            log,
            reader: Some(reader),
            folder,
        };
        match address.recv_timeout(START_MAX) {
            Ok(address) => server.address = address,
            Err(error) => panic!("the service does not listen ({error})\n{}", server.log()),
        }
        server
    }

    fn maildir(&self) -> PathBuf {
        self.folder.path().join("mail").join(USER)
    }

    fn contacts(&self) -> PathBuf {
        self.folder.path().join("contacts").join(USER)
    }

    fn recorded(&self) -> PathBuf {
        self.folder.path().join("recorded")
    }

    fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Runs a program of `walk/` against this service. Besides its own checks, the service must not have panicked.
    #[track_caller]
    fn run(&self, name: &str, arguments: &[&str]) {
        let url = format!("http://{}/Microsoft-Server-ActiveSync", self.address);
        let recorded = self.recorded();
        let own = ["--url", &url, "--user", USER, "--password", PASSWORD];
        let record = ["--record", text(&recorded)];
        if let Err(told) = python(name, &[&own[..], &record, arguments].concat()) {
            panic!("{told}\nthe service's log:\n{}", self.log());
        }
        let log = self.log();
        let panicked = log.lines().any(|line| line.contains(" ERROR "));
        assert!(!panicked, "the service's log:\n{log}");
    }

    /// Holds every body that was recorded against programs that are not ours.
    #[track_caller]
    fn check_bodies(&self) {
        let recorded = self.recorded();
        let schemas = schemas();
        let mut arguments = vec!["--recorded", text(&recorded)];
        arguments.extend(schemas.iter().flat_map(|found| ["--xsd", text(found)]));
        if let Err(told) = python("check_bodies.py", &arguments) {
            panic!("{told}");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        if let Some(reader) = self.reader.take() {
            reader.join().ok();
        }
    }
}

/// Keeps what the service logs; sends the address that it listens on.
fn keep_log(stderr: ChildStderr, log: &Mutex<String>, address: &mpsc::SyncSender<String>) {
    for line in BufReader::new(stderr).lines().map_while(Result::ok) {
        let said = line.split_once("listening eas=");
        if let Some(found) = said.and_then(|(_, rest)| rest.split(' ').next()) {
            address.try_send(found.to_owned()).ok();
        }
        let mut log = log.lock().unwrap();
        log.push_str(&line);
        log.push('\n');
    }
}

/// Writes the users and the settings of a service that lives in `folder`.
fn configure(folder: &Path, max_version: &str) -> PathBuf {
    for part in ["cur", "new", "tmp"] {
        fs::create_dir_all(folder.join("mail").join(USER).join(part)).unwrap();
    }
    let mut child = program()
        .args(["users", "line", USER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(format!("{PASSWORD}\n").as_bytes()).unwrap();
    drop(stdin);
    fs::write(
        folder.join("users"),
        child.wait_with_output().unwrap().stdout,
    )
    .unwrap();
    let settings = format!(
        "[listen]\neas = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\ncontrol = \"{at}/control.sock\"\n\
         [auth]\nusers_file = \"{at}/users\"\ndomains = [\"example.org\"]\n\
         [mail]\nmaildir = \"{at}/mail/%n\"\n[contacts]\nvdir = \"{at}/contacts/%n\"\n[store]\npath = \"{at}/state.db\"\n\
         [protocol]\nmax_version = \"{max_version}\"\n[log]\nformat = \"text\"\n\
         [limits]\nloop_hold_s = 0\noverload_lag_ms = 0\n", // what is sent here is nonsense, again and again, and the machine may be busy
        at = folder.display(),
    );
    let path = folder.join("directpush.toml");
    fs::write(&path, settings).unwrap();
    path
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_directpush"))
}

/// Runs a program of `walk/`.
///
/// # Errors
/// What it printed, when it fails.
fn python(name: &str, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new("python3")
        .arg("-B")
        .arg(here().join(name))
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("python3 does not run ({error}): {INSTALL}"));
    let (out, err) = (&output.stdout, &output.stderr);
    let (out, err) = (String::from_utf8_lossy(out), String::from_utf8_lossy(err));
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{name} {arguments:?}\n{out}{err}"))
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/walk")
}

/// The schemas, where they are: beside the workspace.
fn schemas() -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    let found = workspace.parent()?.join("shared/eas/xsd");
    found.join("validate.py").exists().then_some(found)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
