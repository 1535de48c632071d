//! What a phone sees of a message that was not sent.

use http::StatusCode as Http;
use protocol::query::Command;
use protocol::status::CommonStatus;
use protocol::version::Version;

use super::{RETRY_AFTER_S, common};
use crate::http::answer::{Answer, Refusal};
use crate::telemetry::Facts;

/// Why a message was not sent, or not again.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
pub enum Unsent {
    /// It was sent before.
    #[error("it was sent before")]
    Duplicate,
    /// It is no message.
    #[error("it is no message")]
    NotMail,
    /// It is larger than the service or the relay takes.
    #[error("it is too large")]
    TooLarge,
    /// It goes to nobody.
    #[error("it has no recipient")]
    NoRecipient,
    /// It goes to more than is allowed.
    #[error("it has too many recipients")]
    TooManyRecipients,
    /// A recipient has no address, or one that nobody serves.
    #[error("a recipient cannot be reached")]
    Unreachable,
    /// All recipients were refused for good.
    #[error("its recipients were refused")]
    Refused,
    /// The relay refused the message for good.
    #[error("the relay refused it")]
    RelayRefused,
    /// The relay cannot be reached, or does not take it now.
    #[error("the relay does not take it now")]
    RelayAway,
    /// The relay had all of it, and its answer was lost.
    #[error("the relay's answer was lost")]
    Lost,
    /// No mailbox here could be written.
    #[error("no mailbox could be written")]
    Undelivered,
    /// The account has no address to send by.
    #[error("the account has no address")]
    NoAddress,
    /// What it refers to is not there.
    #[error("what it refers to is not there")]
    SourceGone,
    /// Which of a series it refers to cannot be read.
    #[error("the time of a meeting cannot be read")]
    InvalidInstance,
    /// It is to be sent by another account.
    #[error("there is no such account")]
    UnknownAccount,
    /// It is to be protected.
    #[error("there is no rights management")]
    RightsManagement,
}

impl Unsent {
    /// What a phone sees from 14.0 on.
    #[must_use]
    pub fn status(self) -> CommonStatus {
        match self {
            Self::Duplicate => CommonStatus::MessagePreviouslySent,
            Self::NotMail => CommonStatus::InvalidMime,
            Self::TooLarge => CommonStatus::AttachmentIsTooLarge,
            Self::NoRecipient => CommonStatus::MessageHasNoRecipient,
            Self::TooManyRecipients => CommonStatus::SendQuotaExceeded,
            Self::Unreachable | Self::Refused => CommonStatus::MessageRecipientUnresolved,
            Self::RelayRefused
            | Self::RelayAway
            | Self::Lost
            | Self::Undelivered
            | Self::NoAddress => CommonStatus::MailSubmissionFailed,
            Self::SourceGone => CommonStatus::ItemNotFound,
            Self::InvalidInstance => CommonStatus::InvalidDateTime,
            Self::UnknownAccount => CommonStatus::InvalidAccountId,
            Self::RightsManagement => CommonStatus::IrmFeatureDisabled,
        }
    }

    /// Whether the same message would have the same end if it came again.
    #[must_use]
    pub fn lasts(self) -> bool {
        match self {
            Self::RelayAway | Self::Lost | Self::Undelivered | Self::NoAddress => false,
            Self::Duplicate
            | Self::NotMail
            | Self::TooLarge
            | Self::NoRecipient
            | Self::TooManyRecipients
            | Self::Unreachable
            | Self::Refused
            | Self::RelayRefused
            | Self::SourceGone
            | Self::InvalidInstance
            | Self::UnknownAccount
            | Self::RightsManagement => true,
        }
    }
}

/// A message that was not sent. Before 14.0 there is no status, and a 503 is asked again and again: what lasts is 400.
pub(super) fn answer(why: Unsent, command: Command, version: Version, facts: &mut Facts) -> Answer {
    tracing::debug!(%command, %why, "message not sent");
    if !version.errors_by_http() {
        return common(why.status(), command, version, facts);
    }
    facts.eas_status = Some(why.status().code());
    match why {
        Unsent::Duplicate => Answer::empty(),
        _ if why.lasts() => Refusal::new(Http::BAD_REQUEST, "message not sent").into(),
        _ => Refusal::unavailable(RETRY_AFTER_S, "message not sent").into(),
    }
}
