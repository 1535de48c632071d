//! Where an IMAP server is and how to talk to it.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use zeroize::Zeroizing;

use super::extension::Extension;
use super::wire::Limits;
use crate::tls::Security;

/// An IMAP server. `Debug` shows no secrets.
#[derive(Clone)]
pub struct ImapServer {
    /// Host name or address; also the name that its certificate is for.
    pub host: String,
    /// Port: 993 with [`Security::Tls`], else 143.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// Certificates in PEM that are trusted besides the system's.
    pub authorities: Option<Vec<u8>>,
    /// How long it may be silent.
    pub timeouts: Timeouts,
    /// Who opens the mailboxes of all users, where users do not sign in themselves.
    pub master: Option<Master>,
    /// Abilities that are not used although the server offers them.
    pub disabled: BTreeSet<Extension>,
    /// What is held of one response at most.
    pub limits: Limits,
    /// Most responses to one command that are held at once.
    pub responses: usize,
}

/// How long a server may be silent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Timeouts {
    /// Until the connection stands, TLS included.
    pub connect: Duration,
    /// Until it greets.
    pub greeting: Duration,
    /// In the middle of a command; one that takes longer but goes on is not silent.
    pub command: Duration,
}

/// Who opens the mailboxes of all users.
#[derive(Clone)]
pub struct Master {
    /// The master's name.
    pub user: String,
    /// The master's password.
    pub password: Zeroizing<String>,
    /// How the user is named whose mailboxes are to be opened.
    pub style: MasterStyle,
}

/// How a master names the user whose mailboxes are to be opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MasterStyle {
    /// As the identity to act as, which SASL PLAIN has a field for (RFC 4616).
    ActAs,
    /// In front of the own name, with this character between them: Dovecot's `user*master`.
    Separator(char),
}

impl ImapServer {
    /// A server with the usual settings: TLS from the first byte.
    #[must_use]
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
            security: Security::Tls,
            authorities: None,
            timeouts: Timeouts::default(),
            master: None,
            disabled: BTreeSet::new(),
            limits: Limits::default(),
            responses: 500_000,
        }
    }
}

impl Default for Timeouts {
    /// Signing in may take a while: servers delay answers to wrong passwords.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            greeting: Duration::from_secs(10),
            command: Duration::from_secs(60),
        }
    }
}

impl fmt::Debug for Master {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Master")
            .field("style", &self.style)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ImapServer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ImapServer")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("master", &self.master)
            .field("disabled", &self.disabled)
            .finish_non_exhaustive()
    }
}
