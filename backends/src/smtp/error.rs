//! What can go wrong on the way to a relay, by what it means for the message.

use std::fmt;

use lettre::transport::smtp::Error;

/// How far a submission came.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Stage {
    /// Making the connection, TLS included.
    Connect,
    /// Signing in.
    Login,
    /// Naming the sender.
    Sender,
    /// Naming the recipients.
    Recipients,
    /// The message.
    Message,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connection",
            Self::Login => "login",
            Self::Sender => "sender",
            Self::Recipients => "recipients",
            Self::Message => "message",
        })
    }
}

/// A recipient that was not taken. Names a person: not for logs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refused {
    /// The address, as it was given.
    pub recipient: String,
    /// The relay's answer; 400 to 499 may change with time.
    pub code: u16,
}

/// Why a message was not submitted. Of all but [`Self::Lost`] it is certain that nothing was sent.
///
/// `Display` names nobody: it may be logged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// No recipient was taken.
    #[error("all {} recipients were refused", .0.len())]
    Refused(Vec<Refused>),
    /// The relay will not take it, now or later.
    #[error("{stage}: refused for good{}", spelt(*.code))]
    Permanent {
        /// At what.
        stage: Stage,
        /// The relay's answer, if it gave one.
        code: Option<u16>,
    },
    /// It was not taken; asking again later may help.
    #[error("{stage}: not now{}", spelt(*.code))]
    Temporary {
        /// At what.
        stage: Stage,
        /// The relay's answer; `None` when the connection failed or it did not answer in time.
        code: Option<u16>,
        /// What the connection said.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The caller could not write down that the message was about to go, so it did not.
    #[error("the message was held back")]
    Held(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The message went out whole, and the connection ended before the relay said whether it took it.
    #[error("the relay's last answer was lost")]
    Lost(#[source] Option<Box<dyn std::error::Error + Send + Sync>>),
}

fn spelt(code: Option<u16>) -> String {
    code.map(|code| format!(" ({code})")).unwrap_or_default()
}

impl SubmitError {
    /// Reads what lettre said before the message was out.
    pub(super) fn at(stage: Stage, error: Error) -> Self {
        let code = error.status().map(u16::from);
        if error.is_permanent() {
            return Self::Permanent { stage, code };
        }
        Self::Temporary {
            stage,
            code,
            source: Some(Box::new(error)),
        }
    }

    /// No answer in time.
    pub(super) fn silent(stage: Stage) -> Self {
        Self::Temporary {
            stage,
            code: None,
            source: Some("no answer in time".into()),
        }
    }
}
