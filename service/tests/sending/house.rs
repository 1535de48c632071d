//! The service in a process of its own, with a few users.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use directpush::http::users::{Cost, line};
use tokio::task::JoinSet;

use crate::media::{self, Disk};

pub(crate) const PASSWORD: &str = "secret";

/// How long something may take that is to happen at once.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// Anna and Bo, and where their mail is.
pub(crate) struct House {
    place: tempfile::TempDir,
    smtp: String,
    /// Sections that say where the users' mail is, if it is at a server.
    server: Option<String>,
    /// Users whose mail has a small disk of its own, which the service alone sees.
    disks: &'static [&'static str],
    running: Option<Running>,
}

struct Running {
    child: Child,
    eas: SocketAddr,
    admin: SocketAddr,
    _log: JoinSet<()>,
}

impl House {
    /// Starts the service. `smtp`: lines of the section `smtp`.
    pub(crate) fn start(smtp: &str) -> Self {
        Self::start_with_disks(smtp, &[])
    }

    /// The same; these users' mail is on small disks.
    pub(crate) fn start_with_disks(smtp: &str, disks: &'static [&'static str]) -> Self {
        let mut house = Self {
            place: tempfile::tempdir().unwrap(),
            smtp: smtp.to_owned(),
            server: None,
            disks,
            running: None,
        };
        let user = |name: &str| line(name, PASSWORD.as_bytes(), Cost::Token).unwrap();
        let anna = user("anna") + ":anna@example.org,anna.arendt@example.org";
        fs::write(house.path("users"), format!("{anna}\n{}\n", user("bo"))).unwrap();
        if disks.is_empty() {
            house.make_mailbox("anna");
        }
        house.open();
        house
    }

    /// A service of users whose mail is at a server, as these sections say.
    pub(crate) fn at_server(sections: &str, smtp: &str) -> Self {
        let mut house = Self {
            place: tempfile::tempdir().unwrap(),
            smtp: smtp.to_owned(),
            server: Some(sections.to_owned()),
            disks: &[],
            running: None,
        };
        house.open();
        house
    }

    /// Has the users' mail elsewhere from the next start on.
    pub(crate) fn move_server(&mut self, sections: &str) {
        self.server = Some(sections.to_owned());
    }

    /// A service whose relay is at `port` of this machine.
    pub(crate) fn with_relay(port: u16) -> Self {
        Self::start(&relay_at(port))
    }

    /// Has the relay at another port from the next start on.
    pub(crate) fn move_relay(&mut self, port: u16) {
        self.smtp = relay_at(port);
    }

    /// Starts it again.
    pub(crate) fn open(&mut self) {
        let at = self.place.path().display();
        let accounts = match &self.server {
            Some(sections) => sections.clone(),
            None => format!(
                "[auth]\nusers_file = \"{at}/users\"\ndomains = [\"example.org\"]\n\
                 [mail]\nmaildir = \"{at}/mail/%n\"\n"
            ),
        };
        let settings = format!(
            "[listen]\neas = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\ncontrol = \"{at}/control\"\n\
             [protocol]\nmax_version = \"16.1\"\n{accounts}[contacts]\nvdir = \"\"\n[store]\npath = \"{at}/state.db\"\n\
             [smtp]\n{}",
            self.smtp,
        );
        let path = self.path("directpush.toml");
        fs::write(&path, settings).unwrap();
        let mut child = self
            .program()
            .args(["serve", "--config", path.to_str().unwrap()])
            .env_remove("RUST_LOG")
            // The machine may be busy with other tests.
            .env("DIRECTPUSH_LIMITS__OVERLOAD_LAG_MS", "0")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let (eas, admin) = listening(&mut lines);
        let mut log = JoinSet::new();
        let kept = self.path("log");
        log.spawn_blocking(move || {
            let mut kept = fs::File::options()
                .create(true)
                .append(true)
                .open(kept)
                .unwrap();
            let _ended = std::io::copy(&mut lines, &mut kept);
        });
        self.running = Some(Running {
            child,
            eas,
            admin,
            _log: log,
        });
    }

    fn program(&self) -> Command {
        let program = env!("CARGO_BIN_EXE_directpush");
        if self.disks.is_empty() {
            return Command::new(program);
        }
        let mount =
            |user: &&str| media::mount(&self.path("mail").join(user), "size=1m,nr_inodes=200");
        let mounts: Vec<String> = self.disks.iter().map(mount).collect();
        let script = format!("{} && exec \"$0\" \"$@\"", mounts.join(" && "));
        let mut command = Command::new("unshare");
        command.args(["-r", "-m", "sh", "-c", &script, program]);
        command
    }

    /// A user's disk.
    pub(crate) fn disk(&self, user: &str) -> Disk {
        let service = self.running.as_ref().unwrap().child.id();
        Disk::of(service, &self.path("mail").join(user))
    }

    /// Where a user's mail is for this process.
    fn mail(&self, user: &str) -> PathBuf {
        match self.disks.contains(&user) {
            true => self.disk(user).path(),
            false => self.path("mail").join(user),
        }
    }

    /// Kills it without a word.
    pub(crate) fn kill(&mut self) {
        if let Some(mut running) = self.running.take() {
            let _gone = running.child.kill();
            let _gone = running.child.wait();
        }
    }

    pub(crate) fn eas(&self) -> SocketAddr {
        self.running.as_ref().unwrap().eas
    }

    pub(crate) fn admin(&self) -> SocketAddr {
        self.running.as_ref().unwrap().admin
    }

    /// What it has logged since it was started, but for the first lines.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// Makes a user's Maildir. Bo's is made by the first message to him.
    pub(crate) fn make_mailbox(&self, user: &str) {
        for part in ["cur", "new", "tmp"] {
            fs::create_dir_all(self.mail(user).join(part)).unwrap();
        }
    }

    /// Puts a message into anna's Inbox, as a mail server does.
    pub(crate) fn deliver(&self, name: &str, text: &str) {
        let place = self.mail("anna");
        fs::write(place.join("tmp").join(name), text).unwrap();
        fs::rename(place.join("tmp").join(name), place.join("new").join(name)).unwrap();
    }

    /// All messages of a user's folder (`""` is the Inbox): the file's name and its text.
    pub(crate) fn mails(&self, user: &str, folder: &str) -> Vec<(String, String)> {
        let place = self.mail(user).join(folder);
        let mut mails = Vec::new();
        for part in ["cur", "new"] {
            let Ok(files) = fs::read_dir(place.join(part)) else {
                continue;
            };
            for file in files {
                let file = file.unwrap();
                let text = String::from_utf8(fs::read(file.path()).unwrap()).unwrap();
                mails.push((file.file_name().into_string().unwrap(), text));
            }
        }
        mails.sort();
        mails
    }

    /// Nothing that people wrote is kept but in mailboxes.
    #[track_caller]
    pub(crate) fn keeps_nothing_of(&self, words: &[&str]) {
        for file in fs::read_dir(self.place.path()).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_file() && (name.starts_with("state.db") || name == "log") {
                let bytes = fs::read(&path).unwrap();
                for word in words {
                    let found = bytes
                        .windows(word.len())
                        .any(|found| found == word.as_bytes());
                    assert!(!found, "{name} holds {word:?}");
                }
            }
        }
    }

    /// The value of a metric.
    pub(crate) async fn metric(&self, series: &str) -> u64 {
        let text = crate::phone::get(self.admin(), "/metrics").await;
        let line = text.lines().find_map(|line| line.strip_prefix(series));
        let value = line.unwrap_or_else(|| panic!("no {series}")).trim();
        value.parse().unwrap()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Looks again and again until it sees what is wanted.
pub(crate) async fn until(what: &str, mut look: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !look() {
        assert!(begun.elapsed() < LIMIT, "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A whole file.
pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

pub(crate) fn relay_at(port: u16) -> String {
    format!("host = \"127.0.0.1\"\nport = {port}\nsecurity = \"plain\"\ntimeout_s = 5\n")
}

fn listening(log: &mut impl BufRead) -> (SocketAddr, SocketAddr) {
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
