//! Settings: one TOML file, overridden by the environment, checked as a whole.
//!
//! The file as written never leaves this room; everybody else sees the checked types of [`Config`]. All
//! mistakes are said at once. The comments of the raw sections are the reference ([`reference_page`]).

mod check;
mod imap;
mod kind;
mod network;
mod place;
mod problem;
mod raw;
mod reader;
mod redis;
mod reference;
mod routes;
mod smtp;
mod surroundings;
mod table;
mod template;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use protocol::version::Version;

pub use imap::{Hooks, ImapServer, Master, MasterStyle, ServerSecurity, WatchBy};
pub use network::Network;
pub use place::{Place, PlaceError};
pub use problem::Problem;
pub use reader::Flag;
pub use redis::{Redis, RedisServers};
pub use reference::{example as reference_example, page as reference_page};
pub use routes::{MailStore, Route, Routes, SignInBy};
pub use smtp::{Relay, RelayAuth, RelaySecurity, Smtp};
pub use surroundings::no_color;
pub use template::{NameTemplate, PathTemplate};

use raw::Raw;
use reader::Reader;

/// All settings, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the service listens.
    pub listen: Listen,
    /// Proxies in front.
    pub proxy: Proxy,
    /// What a client may take.
    pub limits: Limits,
    /// Parked requests.
    pub push: Push,
    /// Signing in.
    pub auth: Auth,
    /// Setting up accounts on devices.
    pub autodiscover: Autodiscover,
    /// Mail of the accounts.
    pub mail: Mail,
    /// Contacts of the accounts.
    pub contacts: Contacts,
    /// IMAP servers.
    pub servers: Vec<Arc<ImapServer>>,
    /// Whose things are where.
    pub routes: Routes,
    /// Sending mail.
    pub smtp: Smtp,
    /// Who may call when something changed.
    pub hooks: Hooks,
    /// What the service keeps.
    pub store: Store,
    /// Where nodes tell each other of changes; `None`: this is the only one.
    pub redis: Option<Redis>,
    /// Newest version that is offered.
    pub max_version: Version,
    /// The log.
    pub log: Log,
    /// Shutting down.
    pub shutdown: Shutdown,
}

/// Where the service listens.
#[derive(Clone, Debug)]
pub struct Listen {
    /// For devices.
    pub eas: SocketAddr,
    /// For operators.
    pub admin: SocketAddr,
    /// For mail servers that tell of changes.
    pub hooks: Option<SocketAddr>,
    /// The socket of the command line, unless it is switched off.
    pub control: Option<PathBuf>,
    /// Certificate and key, when [`Self::eas`] speaks TLS.
    pub tls: Option<TlsFiles>,
}

/// Certificate and key, PEM.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The certificate and its chain.
    pub cert: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Proxies in front.
#[derive(Clone, Debug)]
pub struct Proxy {
    /// Who is believed.
    pub trusted: Vec<Network>,
    /// How they say who the client is.
    pub client: ClientFrom,
    /// Header with the client's port.
    pub port_header: http::HeaderName,
}

/// How a proxy says who the client is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ClientFrom {
    /// `X-Forwarded-For`, with the port appended or in a header of its own.
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
    /// PROXY protocol, version 1 or 2, before the first byte of TLS or HTTP.
    ProxyProtocol,
}

/// What a client may take.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Open connections.
    pub connections_max: usize,
    /// TLS handshakes at once.
    pub handshakes_max: usize,
    /// Longest TLS handshake.
    pub handshake_timeout: Duration,
    /// Largest head of a request, in bytes.
    pub header_bytes_max: usize,
    /// Longest time for the head of a request.
    pub header_timeout: Duration,
    /// How long a connection without a request is kept open.
    pub idle_timeout: Duration,
    /// Largest body of a request, in bytes.
    pub body_bytes_max: usize,
    /// Longest pause within a body.
    pub body_pause: Duration,
    /// Longest time for a whole body.
    pub body_timeout: Duration,
    /// Longest time for which a client may take nothing of an answer.
    pub write_pause: Duration,
    /// Bytes of request bodies in memory at once.
    pub body_memory_max: usize,
    /// Requests of one device at once.
    pub requests_per_device: usize,
    /// How late a timer may be served, again and again; zero: it does not matter.
    pub overload_lag: Duration,
    /// Requests that may be worked at at once; zero: any number.
    pub overload_requests: usize,
    /// Devices that may load folders for the first time at once.
    pub first_syncs_max: usize,
    /// How long an answer to a device that runs in circles is held at most.
    pub loop_hold: Duration,
}

/// Parked requests.
#[derive(Clone, Debug)]
pub struct Push {
    /// Shortest heartbeat that is granted.
    pub heartbeat_min: Duration,
    /// Longest heartbeat that is granted.
    pub heartbeat_max: Duration,
    /// Longest time for which a request is parked, whatever was granted.
    pub park_max: Duration,
    /// Whether a parked request lets go of what HTTP holds for it.
    pub shed: bool,
    /// How many of the last heartbeats the alarm looks at.
    pub heartbeat_sample_size: usize,
    /// Average heartbeat at or below which it warns.
    pub heartbeat_alert: Duration,
    /// Folders that one Ping may name.
    pub folders_max: usize,
    /// Changes that wake a device; zero for each.
    pub batch_changes: usize,
    /// Shortest time between two wakes of a device; zero for none.
    pub batch_every: Duration,
}

/// Signing in.
#[derive(Clone, Debug)]
pub struct Auth {
    /// One user a line.
    pub users_file: PathBuf,
    /// Domains that belong to this service, lower case, the default one first.
    pub domains: Vec<String>,
    /// The realm of the Basic challenge; printable ASCII without quotes.
    pub realm: String,
    /// How long a right password is remembered.
    pub remember: Duration,
    /// How often a mail server is asked whether a password still holds; zero for never.
    pub recheck: Duration,
    /// Password checks at once.
    pub checks_max: usize,
    /// Sign-ins to each mail server at once.
    pub server_checks_max: usize,
    /// Password checks that may wait, for each of these.
    pub checks_waiting_max: usize,
}

/// Setting up accounts on devices.
#[derive(Clone, Debug)]
pub struct Autodiscover {
    /// Where devices are sent to; `None` for the name under which they asked.
    pub url: Option<String>,
}

/// Mail of the accounts.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Template of an account's Maildir.
    pub maildir: PathTemplate,
}

/// Contacts of the accounts.
#[derive(Clone, Debug)]
pub struct Contacts {
    /// Template of the folder with an account's address books; `None` when there are no contacts.
    pub vdir: Option<PathTemplate>,
    /// Who wins when a device and another program changed the same contact.
    pub conflict: ConflictPolicy,
}

/// Who wins when a device and another program changed the same item.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum ConflictPolicy {
    /// Whoever the device says (MS-ASCMD 2.2.3.34).
    #[default]
    Device,
    /// The other program.
    Server,
    /// The device.
    Client,
    /// Each of them where only it changed something; where both did, the other program.
    Merge,
}

/// What the service keeps.
#[derive(Clone, Debug)]
pub struct Store {
    /// The database file.
    pub path: PathBuf,
    /// The database that is used instead of the file.
    pub server: Option<Place>,
}

impl Store {
    /// Where the store is.
    #[must_use]
    pub fn place(&self) -> Place {
        let file = || Place::File(self.path.clone());
        self.server.clone().unwrap_or_else(file)
    }
}

/// The log.
#[derive(Clone, Debug)]
pub struct Log {
    /// For whom.
    pub format: LogFormat,
    /// Directives of `tracing`.
    pub level: String,
}

/// For whom the log is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LogFormat {
    /// People.
    Text,
    /// Machines.
    Json,
}

/// Shutting down.
#[derive(Clone, Debug)]
pub struct Shutdown {
    /// How long `/readyz` fails before connections are refused.
    pub announce: Duration,
    /// Over which time parked requests are answered.
    pub spread: Duration,
    /// How long requests may take to finish.
    pub grace: Duration,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file or the environment have mistakes.
    #[error("{}", Listing(.0))]
    Problems(Vec<Problem>),
}

/// One problem a line.
struct Listing<'p>(&'p [Problem]);

impl fmt::Display for Listing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration has mistakes:")?;
        self.0
            .iter()
            .try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl Config {
    /// Reads the file, if there is one, and the environment of this process.
    ///
    /// # Errors
    /// When the file cannot be read, or with everything that is wrong in it.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        Self::load_with(file, &[])
    }

    /// The same, with what the command line says.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_with(file: Option<&Path>, flags: &[Flag]) -> Result<Self, ConfigError> {
        let text = read(file)?;
        Self::checked(Reader::new(&text, environment()).with_flags(flags))
    }

    /// Checks a file's text and variables.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn from_parts(
        text: &str,
        variables: BTreeMap<String, String>,
    ) -> Result<Self, ConfigError> {
        Self::checked(Reader::new(text, variables))
    }

    fn checked(reader: Reader<'_>) -> Result<Self, ConfigError> {
        let (raw, mut problems) = Raw::read(reader);
        let config = check::check(&raw, &mut problems);
        match config {
            Some(config) if problems.is_empty() => Ok(config),
            _ => {
                problems.sort_by_key(Problem::order);
                Err(ConfigError::Problems(problems))
            }
        }
    }

    /// The settings that hold in the end, as the text of a file.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn show(file: Option<&Path>) -> Result<String, ConfigError> {
        let text = read(file)?;
        Self::from_parts(&text, environment())?;
        let (raw, _none) = Raw::read(Reader::new(&text, environment()));
        Ok(raw.show())
    }
}

fn read(file: Option<&Path>) -> Result<String, ConfigError> {
    let Some(path) = file else {
        return Ok(String::new());
    };
    std::fs::read_to_string(path).map_err(|source| ConfigError::File {
        path: path.to_owned(),
        source,
    })
}

/// The variables of this process that are text.
fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

#[cfg(test)]
mod tests;
