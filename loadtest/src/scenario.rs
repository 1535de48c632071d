//! What a run is: a TOML file, in which a key that nobody knows is an error.

mod check;

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};

/// A file as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    /// How many phones; the accounts get one after the other.
    pub(crate) devices: u32,
    /// How many accounts.
    pub(crate) accounts: u32,
    /// For how long changes are made, in seconds.
    pub(crate) duration_s: u64,
    /// Time between two phones that begin, in milliseconds.
    #[serde(default = "default_ramp")]
    pub(crate) ramp_ms: u64,
    /// Time between the last phone's set-up and the first change, in seconds: all shall be parked then.
    #[serde(default = "default_settle")]
    pub(crate) settle_s: u64,
    /// How long set-up may take beyond the ramp, and how long the last change may take, in seconds.
    #[serde(default = "default_patience")]
    pub(crate) patience_s: u64,
    /// Chooses everything that is chosen.
    #[serde(default = "default_one")]
    pub(crate) seed: u64,
    /// So many loopback addresses, from 127.0.0.1 on, are used in turns: each has some 28,000 ports.
    #[serde(default = "default_sources")]
    pub(crate) source_addresses: u8,
    /// Files that a process of phones may have open; for more, more processes are started.
    #[serde(default = "default_files")]
    pub(crate) files_per_process: u32,
    /// What the phones are like.
    #[serde(default)]
    pub(crate) phones: Phones,
    /// What is changed under their eyes.
    #[serde(default)]
    pub(crate) changes: Changes,
    /// When many phones lose their connections at once.
    #[serde(default)]
    pub(crate) storms: Vec<Storm>,
    /// Other clients beside the phones.
    #[serde(default)]
    pub(crate) beside: Beside,
    /// Against what.
    pub(crate) server: Server,
}

/// What the phones are like.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Phones {
    /// Which families.
    pub(crate) family: Family,
    /// How they wait; left out, as their family does.
    pub(crate) push: Option<PushBy>,
    /// For how long they wait, in seconds; left out, adapted as their family does.
    pub(crate) heartbeat_s: Option<u32>,
    /// Share of phones on a slow network.
    pub(crate) slow: f64,
    /// How fast that is, in bytes a second, each way.
    pub(crate) slow_bytes_per_s: u32,
    /// Share of phones that now and then are out of reach without a word.
    pub(crate) vanishing: f64,
    /// About how often, in seconds.
    pub(crate) vanish_every_s: u64,
    /// For how long, in seconds.
    pub(crate) vanish_for_s: u64,
    /// Each phone loses its connections about every so many seconds; 0: never.
    pub(crate) cut_every_s: u64,
    /// Whether TLS sessions are resumed.
    pub(crate) resumption: bool,
    /// Whether phones that wait keep no other connection.
    pub(crate) hang_up: bool,
}

/// Families of phones.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Family {
    /// One after the other.
    Mixed,
    /// Mail on iOS.
    Ios,
    /// The Exchange app of Android.
    Aosp,
    /// Samsung Email.
    Samsung,
}

/// How phones wait.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PushBy {
    /// By Ping.
    Ping,
    /// By a Sync that is held.
    Sync,
}

/// What is changed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Changes {
    /// Changes a second, in all accounts together; 0: none.
    pub(crate) rate: f64,
    /// How they are spread.
    pub(crate) pattern: Pattern,
    /// Changes of a burst.
    pub(crate) burst: u32,
    /// Weight of deliveries.
    pub(crate) deliver: u32,
    /// Weight of messages that are marked read, or unread again.
    pub(crate) read: u32,
    /// Weight of messages that are flagged, or no more.
    pub(crate) flag: u32,
    /// Weight of messages that are moved to another folder.
    #[serde(rename = "move")]
    pub(crate) moves: u32,
    /// Weight of messages that are removed.
    pub(crate) delete: u32,
    /// Share of deliveries into a second folder, `Loadtest`.
    pub(crate) folder: f64,
    /// Messages of an account, at most.
    pub(crate) messages_max: u32,
    /// Size of a message's text, in bytes.
    pub(crate) body_bytes: u32,
    /// How mail is delivered.
    pub(crate) by: By,
    /// How many deliver at the same time.
    pub(crate) senders: u32,
    /// `host:port` of a server's LMTP that was not started here.
    pub(crate) lmtp: Option<String>,
    /// Port of IMAP (plain) on this machine, of a server that was not started here.
    pub(crate) imap_port: Option<u16>,
    /// The program for `by = "command"`, with its arguments: `{user}` is the account; it reads the message.
    pub(crate) command: Vec<String>,
}

/// How changes are spread.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Pattern {
    /// At the same distance.
    Even,
    /// Many at once, then nothing.
    Burst,
    /// At random, independent of each other.
    Poisson,
}

/// How mail is delivered.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum By {
    /// As a file of a Maildir.
    Maildir,
    /// By LMTP.
    Lmtp,
    /// By IMAP's APPEND.
    Imap,
    /// By a program.
    Command,
}

/// Phones that lose their connections at once.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Storm {
    /// When, in seconds after the first change.
    pub(crate) at_s: f64,
    /// Which share of them.
    #[serde(default = "default_all")]
    pub(crate) fraction: f64,
}

/// Other clients.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Beside {
    /// In so many accounts a plain IMAP client waits too (IDLE in the INBOX): what it is told is compared.
    pub(crate) accounts: u32,
}

/// Against what.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Server {
    /// What is started, unless `url` is given.
    pub(crate) backend: Backend,
    /// How directpush learns of changes on Dovecot.
    pub(crate) source: Source,
    /// Whether Dovecot hibernates clients that wait.
    pub(crate) hibernate: bool,
    /// Whether the service that is started speaks TLS.
    pub(crate) tls: bool,
    /// Whether a password is checked in no time, so that signing in again is not what is measured (Maildirs only).
    pub(crate) cheap_passwords: bool,
    /// More settings of Dovecot, as in its file.
    pub(crate) dovecot: String,
    /// More tables of directpush's settings.
    pub(crate) settings: String,
    /// A service that runs: `https://mail.example.org`.
    pub(crate) url: Option<String>,
    /// Its accounts: `load{n}@example.org`, where `{n}` counts from 0000.
    pub(crate) user: Option<String>,
    /// Their password; `{n}` and `{user}` are replaced.
    pub(crate) password: Option<String>,
    /// Their Maildir, if it is on this machine; `{n}` and `{user}` are replaced.
    pub(crate) maildir: Option<String>,
    /// `host:port` of its `/metrics`.
    pub(crate) admin: Option<String>,
    /// Its process, if it is on this machine.
    pub(crate) pid: Option<u32>,
    /// Certificates, PEM, that are trusted besides the system's.
    pub(crate) ca_file: Option<PathBuf>,
}

/// What is started.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Backend {
    /// directpush with Maildirs.
    Maildir,
    /// directpush and a Dovecot.
    Dovecot,
}

/// How directpush learns of changes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Source {
    /// Dovecot calls.
    Hook,
    /// IDLE.
    Idle,
    /// NOTIFY.
    Notify,
    /// It looks now and then.
    Poll,
}

impl Source {
    /// As directpush's settings call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hook => "hook",
            Self::Idle => "idle",
            Self::Notify => "notify",
            Self::Poll => "poll",
        }
    }
}

impl Default for Phones {
    fn default() -> Self {
        Self {
            family: Family::Mixed,
            push: None,
            heartbeat_s: None,
            slow: 0.0,
            slow_bytes_per_s: 2000,
            vanishing: 0.0,
            vanish_every_s: 60,
            vanish_for_s: 20,
            cut_every_s: 0,
            resumption: true,
            hang_up: false,
        }
    }
}

impl Default for Changes {
    fn default() -> Self {
        Self {
            rate: 10.0,
            pattern: Pattern::Even,
            burst: 50,
            deliver: 1,
            read: 0,
            flag: 0,
            moves: 0,
            delete: 0,
            folder: 0.0,
            messages_max: 1000,
            body_bytes: 500,
            by: By::Maildir,
            senders: 4,
            lmtp: None,
            imap_port: None,
            command: Vec::new(),
        }
    }
}

impl Default for Server {
    fn default() -> Self {
        Self {
            backend: Backend::Maildir,
            source: Source::Hook,
            hibernate: false,
            tls: false,
            cheap_passwords: false,
            dovecot: String::new(),
            settings: String::new(),
            url: None,
            user: None,
            password: None,
            maildir: None,
            admin: None,
            pid: None,
            ca_file: None,
        }
    }
}

impl Scenario {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, has a key that nobody knows, or does not make sense; says all that does not.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| path.display().to_string())
    }

    /// Reads a text; see [`Self::read`].
    ///
    /// # Errors
    /// As with [`Self::read`].
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        let scenario: Self = toml::from_str(text)?;
        let problems = check::problems(&scenario);
        ensure!(problems.is_empty(), "{}", problems.join("; "));
        Ok(scenario)
    }

    /// Whether anything happens in the second folder.
    pub(crate) fn uses_folder(&self) -> bool {
        self.changes.folder > 0.0 || self.changes.moves > 0
    }
}

fn default_ramp() -> u64 {
    20
}

fn default_settle() -> u64 {
    3
}

fn default_patience() -> u64 {
    60
}

fn default_one() -> u64 {
    1
}

fn default_sources() -> u8 {
    1
}

fn default_files() -> u32 {
    18_000
}

fn default_all() -> f64 {
    1.0
}
