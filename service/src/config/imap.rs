//! Settings for IMAP servers.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::Network;
use super::template::NameTemplate;

/// An IMAP server.
#[derive(Clone, Debug)]
pub struct ImapServer {
    /// What routes call it: `imap`, or the name of its section.
    pub name: String,
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is protected.
    pub security: ServerSecurity,
    /// File with certificates that are trusted besides the system's.
    pub ca_file: Option<PathBuf>,
    /// Under which name an account signs in.
    pub login: NameTemplate,
    /// Who may open every mailbox.
    pub master: Option<Master>,
    /// Open connections of one account.
    pub connections_per_account: usize,
    /// How changes are learnt of.
    pub watch: WatchBy,
    /// Further connections of one account for folders that are waited for.
    pub idle_connections_max: usize,
    /// How often all watched folders are looked at.
    pub sweep: Duration,
    /// How often folders are looked at where nothing tells of changes.
    pub poll: Duration,
    /// Capabilities that are not used, upper case.
    pub disabled_capabilities: Vec<String>,
    /// Whether the server is told the address of the device.
    pub pass_client_address: bool,
    /// Largest message, in bytes.
    pub message_bytes_max: usize,
    /// Longest answer in memory, in bytes.
    pub literal_bytes_max: usize,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest silence.
    pub command_timeout: Duration,
}

/// How a connection to a mail server is protected.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ServerSecurity {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS, or nothing is sent.
    StartTls,
    /// Not at all.
    Plain,
}

/// A user who may open every mailbox of a server.
#[derive(Clone, Debug)]
pub struct Master {
    /// The user.
    pub user: String,
    /// The file with the password.
    pub password_file: PathBuf,
    /// How the server is told whose mailbox it is.
    pub style: MasterStyle,
}

/// How a server is told whose mailbox a master user opens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MasterStyle {
    /// By the authorisation identity of SASL PLAIN (RFC 4616).
    Authzid,
    /// By this character between the user's and the master's name.
    Separator(char),
}

/// How changes are learnt of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WatchBy {
    /// The best that server and site offer.
    Auto,
    /// The server calls (`hooks`).
    Hook,
    /// IDLE (RFC 2177).
    Idle,
    /// NOTIFY (RFC 5465).
    Notify,
    /// Nothing tells of them.
    Poll,
}

impl WatchBy {
    /// As in the file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Hook => "hook",
            Self::Idle => "idle",
            Self::Notify => "notify",
            Self::Poll => "poll",
        }
    }
}

impl fmt::Display for WatchBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who may call when something changed.
#[derive(Clone, Debug)]
pub struct Hooks {
    /// The file with the token; there is one if the service listens for hooks.
    pub token_file: Option<PathBuf>,
    /// Who may call.
    pub networks: Vec<Network>,
    /// Largest body, in bytes.
    pub body_bytes_max: usize,
}
