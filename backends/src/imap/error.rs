//! What went wrong, and what that means for whoever asked: the one place where a server's words become kinds.

use std::fmt;
use std::io;

use super::wire::{ArgumentError, Code, Done, FrameError, Status, Text};
use crate::error::{BackendError, Kind};

/// What a server answered instead of doing it. `Display` and `Debug` do not show its text, which may name people and
/// folders.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refusal {
    /// The command: `UID FETCH`.
    pub command: &'static str,
    /// `NO` or `BAD`.
    pub status: Status,
    /// What programs are to know.
    pub code: Option<Code>,
    /// What people are to know.
    pub text: Text,
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = match self.status {
            Status::Ok => "OK",
            Status::No => "NO",
            Status::Bad => "BAD",
        };
        write!(out, "{status} to {}", self.command)?;
        match &self.code {
            Some(code) => write!(out, " [{}]", code.name()),
            None => Ok(()),
        }
    }
}

/// Why a session did not do what it was asked. Names nobody, and may be logged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no connection.
    #[error("cannot connect")]
    Connect(#[source] io::Error),
    /// The connection cannot be protected.
    #[error("cannot set up TLS")]
    Tls(#[source] io::Error),
    /// The connection failed.
    #[error("connection failed")]
    Io(#[source] io::Error),
    /// The connection was closed without a word.
    #[error("connection closed")]
    Closed,
    /// No answer in time.
    #[error("no answer in time")]
    Silent,
    /// The server greeted with a goodbye. Nobody had signed in, so the text names nobody.
    #[error("turned away: {}", .text.as_str())]
    TurnedAway {
        /// What programs are to know.
        code: Option<Code>,
        /// What people are to know.
        text: Text,
    },
    /// The server said goodbye.
    #[error("server hung up{}", said(.code.as_ref()))]
    Bye {
        /// What programs are to know.
        code: Option<Code>,
    },
    /// What comes cannot be understood any more.
    #[error("broken stream")]
    Frame(#[from] FrameError),
    /// More responses than [`ImapServer::responses`](super::ImapServer::responses).
    #[error("too many responses")]
    Flood,
    /// It does not begin with a greeting.
    #[error("no greeting of IMAP")]
    Greeting,
    /// IMAP cannot say that.
    #[error("unspeakable argument")]
    Argument(#[from] ArgumentError),
    /// The server does not offer STARTTLS, or refuses it.
    #[error("no STARTTLS")]
    NoStartTls,
    /// Somebody is signed in already, and it is not known who.
    #[error("signed in before signing in")]
    Preauthenticated,
    /// No way to sign in that both sides know.
    #[error("no common way to sign in")]
    NoMechanism,
    /// Signing in failed.
    #[error("sign-in: {0}")]
    SignIn(Refusal),
    /// Signing in as the [`Master`](super::Master) failed. Says nothing about a user's own password.
    #[error("sign-in as the master user: {0}")]
    MasterSignIn(Refusal),
    /// A command failed.
    #[error("{0}")]
    Refused(Refusal),
    /// An earlier command was not waited for, or the connection had failed before.
    #[error("session is not usable")]
    Poisoned,
    /// The server was not there a moment ago, and is not asked again yet.
    #[error("server is down")]
    Down,
    /// No session was free in time.
    #[error("no session free")]
    Crowded,
    /// The server refused these credentials a moment ago, and is not asked again yet.
    #[error("credentials were refused")]
    RefusedBefore(Kind),
    /// There are no credentials to sign in with.
    #[error("no credentials")]
    NoCredentials(#[source] BackendError),
    /// The server does not say what it must: validity of identifiers, or messages that it counts.
    #[error("incomplete answer")]
    Incomplete,
}

fn said(code: Option<&Code>) -> String {
    code.map(|code| format!(" [{}]", code.name()))
        .unwrap_or_default()
}

impl Error {
    /// A command ended as it should not have.
    pub(super) fn ended(command: &'static str, done: &Done) -> Self {
        Self::Refused(Refusal {
            command,
            status: done.status,
            code: done.code.clone(),
            text: done.text.clone(),
        })
    }

    /// The server let nobody in.
    pub(super) fn signing_in(refusal: Refusal, as_master: bool) -> Self {
        let certain = matches!(sign_in(&refusal), Kind::Unauthorized | Kind::Forbidden);
        match as_master && certain {
            true => Self::MasterSignIn(refusal),
            false => Self::SignIn(refusal),
        }
    }

    /// What a server would say that gives this code.
    pub(super) fn refused(command: &'static str, code: Code) -> Self {
        Self::Refused(Refusal {
            command,
            status: Status::No,
            code: Some(code),
            text: Text::default(),
        })
    }

    /// The code that the server gave, if it answered.
    #[must_use]
    pub fn code(&self) -> Option<&Code> {
        match self {
            Self::SignIn(refusal) | Self::MasterSignIn(refusal) | Self::Refused(refusal) => {
                refusal.code.as_ref()
            }
            Self::TurnedAway { code, .. } | Self::Bye { code } => code.as_ref(),
            _ => None,
        }
    }

    /// What it means for the caller.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Connect(_)
            | Self::Tls(_)
            | Self::Io(_)
            | Self::Closed
            | Self::Silent
            | Self::TurnedAway { .. }
            | Self::Bye { .. }
            | Self::NoStartTls
            | Self::NoMechanism
            | Self::MasterSignIn(_)
            | Self::Poisoned
            | Self::Down
            | Self::Crowded => Kind::Unavailable,
            Self::RefusedBefore(kind) => *kind,
            Self::NoCredentials(error) => error.kind(),
            Self::Incomplete
            | Self::Frame(_)
            | Self::Flood
            | Self::Greeting
            | Self::Preauthenticated => Kind::Unexpected,
            // Nobody's password has a NUL in it.
            Self::Argument(ArgumentError::Credentials) => Kind::Unauthorized,
            Self::Argument(_) => Kind::Refused,
            Self::SignIn(refusal) => sign_in(refusal),
            Self::Refused(refusal) => refused(refusal),
        }
    }

    /// As the error of `op`.
    #[must_use]
    pub fn during(self, op: &'static str) -> BackendError {
        BackendError::new(self.kind(), op).caused_by(self)
    }
}

/// Only what certainly speaks of the credentials is about the credentials: a phone that is told so asks its user for
/// the password, and a server that is busy is no reason for that.
fn sign_in(refusal: &Refusal) -> Kind {
    if refusal.status != Status::No {
        return Kind::Unexpected;
    }
    match &refusal.code {
        Some(Code::AuthenticationFailed | Code::Expired) => Kind::Unauthorized,
        Some(Code::AuthorizationFailed | Code::NoPerm | Code::ContactAdmin) => Kind::Forbidden,
        Some(code) => match by_code(code) {
            Some(kind) => kind,
            None if speaks_of(refusal, &TEMPORARY) => Kind::Unavailable,
            None => Kind::Unauthorized,
        },
        None if speaks_of(refusal, &TEMPORARY) => Kind::Unavailable,
        None => Kind::Unauthorized,
    }
}

fn refused(refusal: &Refusal) -> Kind {
    if let Some(kind) = refusal.code.as_ref().and_then(by_code) {
        return kind;
    }
    if refusal.status == Status::Bad {
        return Kind::Unexpected;
    }
    let texts: [(&[&str], Kind); 5] = [
        (&TEMPORARY, Kind::Unavailable),
        (&MISSING, Kind::NotFound),
        (&["already exist", "mailbox exists"], Kind::Exists),
        (&["quota", "no space", "disk full"], Kind::Full),
        (
            &["permission denied", "not permitted", "access denied"],
            Kind::Forbidden,
        ),
    ];
    let spoken = texts.iter().find(|(words, _)| speaks_of(refusal, words));
    spoken.map_or(Kind::Refused, |(_, kind)| *kind)
}

/// Codes that mean the same whatever was asked.
fn by_code(code: &Code) -> Option<Kind> {
    Some(match code {
        Code::AuthenticationFailed | Code::Expired => Kind::Unauthorized,
        Code::AuthorizationFailed | Code::NoPerm | Code::ReadOnly => Kind::Forbidden,
        // RFC 5530's limit is one of numbers, but the great providers throttle with it.
        Code::Unavailable | Code::InUse | Code::Limit | Code::PrivacyRequired => Kind::Unavailable,
        Code::OverQuota => Kind::Full,
        Code::NonExistent | Code::TryCreate => Kind::NotFound,
        Code::AlreadyExists => Kind::Exists,
        Code::TooBig => Kind::TooLarge,
        Code::Cannot | Code::ContactAdmin | Code::UnknownCte => Kind::Refused,
        Code::Corruption | Code::ServerBug | Code::ClientBug => Kind::Unexpected,
        // The message is gone for all others.
        Code::ExpungeIssued => Kind::NotFound,
        Code::Other(name) => match &**name {
            "THROTTLED" | "TRANSIENT" | "OVERLOADED" => Kind::Unavailable,
            _ => return None,
        },
        _ => return None,
    })
}

/// What servers without codes say of troubles that pass.
const TEMPORARY: [&str; 20] = [
    "temporar",
    "try again",
    "later",
    "unavailable",
    "too many",
    "timeout",
    "timed out",
    "time out",
    "internal error",
    "internal server",
    "internal auth",
    "server error",
    "system error",
    "generic failure",
    "overload",
    "busy",
    "maintenance",
    "not connected",
    "lookup failed",
    "in use",
];

/// What servers without codes say of what is not there.
const MISSING: [&str; 7] = [
    "not exist",
    "n't exist",
    "nonexist",
    "no such",
    "not found",
    "unknown mailbox",
    "unable to open this mailbox",
];

fn speaks_of(refusal: &Refusal, words: &[&str]) -> bool {
    let text = refusal.text.as_str().to_ascii_lowercase();
    words.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests;
