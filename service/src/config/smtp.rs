//! Settings for mail on its way out.

use std::path::PathBuf;
use std::time::Duration;

/// Sending mail.
#[derive(Clone, Debug)]
pub struct Smtp {
    /// Who takes mail for others; without one only local recipients can be reached.
    pub relay: Option<Relay>,
    /// Recipients that one message may have.
    pub recipients_max: usize,
    /// Largest message, in bytes, with all that is added to it.
    pub message_bytes_max: usize,
}

/// Who takes mail for others.
#[derive(Clone, Debug)]
pub struct Relay {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is protected.
    pub security: RelaySecurity,
    /// How we call ourselves.
    pub hello: String,
    /// Who signs in.
    pub auth: RelayAuth,
    /// File with certificates that are trusted besides the system's.
    pub ca_file: Option<PathBuf>,
    /// Longest wait for an answer.
    pub timeout: Duration,
}

/// How the connection to a relay is protected.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RelaySecurity {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS, or nothing is sent.
    StartTls,
    /// Not at all: on this machine only.
    Plain,
    /// Not at all, anywhere.
    PlainAnywhere,
}

/// Who signs in to a relay.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RelayAuth {
    /// Nobody.
    None,
    /// One user for all messages.
    Site {
        /// The user.
        user: String,
        /// The file with the password.
        password_file: PathBuf,
    },
    /// Whoever sends.
    User,
}
