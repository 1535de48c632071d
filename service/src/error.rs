//! The one place where errors become EAS statuses and HTTP codes.
//!
//! Every `match` here is exhaustive: a new kind of error does not compile until someone has decided what a phone
//! sees. HTTP 500 is never an answer, since iOS then loads everything again; what nothing else can be said of is 503
//! with `Retry-After`.

mod unsent;

use backends::{BackendError, Kind};
use http::StatusCode as Http;
use protocol::command::{BodyError, IdError, StatusCode, status_only};
use protocol::query::Command;
use protocol::status::{
    CommonStatus, FolderCreateStatus, FolderDeleteStatus, FolderUpdateStatus, ItemOperationsStatus,
    MoveItemsStatus, PingStatus, SearchStoreStatus, SyncStatus,
};
use protocol::version::Version;
use protocol::wbxml::{self, WbxmlError};

use crate::http::answer::{Answer, Refusal};
use crate::index::IndexError;
use crate::store::StoreError;
use crate::telemetry::Facts;
use crate::watch::RefreshError;

pub use self::unsent::Unsent;

/// Seconds after which a device may ask again when a part of the service is away; spread by as much again.
const RETRY_AFTER_S: u32 = 30;

/// Why a command has no answer of its own.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The body is no WBXML.
    #[error("body: {0}")]
    Wbxml(#[from] WbxmlError),
    /// The body is not what the command wants, and the command has no status for it.
    #[error("body: {0}")]
    Body(#[from] BodyError),
    /// A status of the command's own, for the command as a whole.
    #[error("status {}", .0.code())]
    Own(StatusCode),
    /// A status that all commands have.
    #[error("status {0:?}")]
    Common(CommonStatus),
    /// The command is known but does not exist here.
    #[error("{0} is not served")]
    NotServed(Command),
    /// The account's backend failed.
    #[error("backend: {0}")]
    Backend(#[from] BackendError),
    /// The store failed.
    #[error("store: {0}")]
    Store(#[from] StoreError),
    /// The index failed.
    #[error("index: {0}")]
    Index(#[source] IndexError),
    /// A message was not sent.
    #[error("not sent: {0}")]
    Unsent(#[from] Unsent),
    /// Too much is going on to answer well: asking again soon helps.
    #[error("busy")]
    Busy,
    /// The device asks for the same again and again, several times at once.
    #[error("throttled")]
    Throttled,
    /// Too many devices load their folders for the first time at once.
    #[error("too many begin at once")]
    Crowded,
    /// The client hung up; nobody sees the answer.
    #[error("the client is gone")]
    Gone,
    /// An invariant of ours does not hold.
    #[error("{0}")]
    Broken(&'static str),
}

impl From<IndexError> for Fault {
    fn from(error: IndexError) -> Self {
        match error {
            IndexError::Store(error) => Self::Store(error),
            other => Self::Index(other),
        }
    }
}

impl From<RefreshError> for Fault {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Backend(error) => Self::Backend(error),
            RefreshError::Index(error) => error.into(),
            RefreshError::Contended => Self::Busy,
            // The index is up to date, which is all that a request needs of a refresh.
            RefreshError::Channel(_) => Self::Busy,
        }
    }
}

impl From<IdError> for Fault {
    fn from(_: IdError) -> Self {
        Self::Broken("an id of ours that does not fit the protocol")
    }
}

impl Fault {
    /// What the device gets.
    pub fn answer(self, command: Command, version: Version, facts: &mut Facts) -> Answer {
        match self {
            // Ping says 1 to 8 only, in every version: AOSP does not ping again at anything else.
            Self::Wbxml(error) if command == Command::Ping => {
                tracing::debug!(%command, %error, "body is no WBXML");
                own(PingStatus::SyntaxError.into(), command, version, facts)
            }
            Self::Wbxml(error) => {
                tracing::debug!(%command, %error, "body is no WBXML");
                common(CommonStatus::InvalidWbxml, command, version, facts)
            }
            Self::Body(error) => {
                tracing::debug!(%command, %error, "body is not the command's");
                let status = StatusCode::malformed(command, &error);
                match CommonStatus::from_code(status.code()) {
                    Some(status) => common(status, command, version, facts),
                    None => own(status, command, version, facts),
                }
            }
            Self::Own(status) => own(status, command, version, facts),
            Self::Common(status) => common(status, command, version, facts),
            Self::NotServed(_) => {
                common(CommonStatus::CommandNotSupported, command, version, facts)
            }
            Self::Backend(error) => backend(&error, command, facts),
            Self::Store(StoreError::Busy) => {
                facts.note = Some("store busy");
                Refusal::throttled("store busy", "ServerBusy").into()
            }
            Self::Store(error) => {
                tracing::error!(%command, error = %chain(&error), "store failed");
                facts.note = Some("store failed");
                Refusal::unavailable(RETRY_AFTER_S, "store failed").into()
            }
            Self::Index(error) => {
                tracing::error!(%command, error = %chain(&error), "index failed");
                facts.note = Some("index failed");
                Refusal::unavailable(RETRY_AFTER_S, "index failed").into()
            }
            Self::Unsent(why) => unsent::answer(why, command, version, facts),
            Self::Busy => {
                facts.note = Some("busy");
                Refusal::unavailable(1, "busy").into()
            }
            Self::Throttled => {
                facts.note = Some("throttled");
                Refusal::throttled("throttled", "CommandFrequency").into()
            }
            Self::Crowded => Refusal::throttled("too many begin at once", "ServerBusy").into(),
            Self::Gone => {
                facts.note = Some("gone");
                Refusal::unavailable(1, "gone").into()
            }
            Self::Broken(what) => {
                tracing::error!(%command, what, "an invariant does not hold");
                facts.note = Some(what);
                Refusal::unavailable(RETRY_AFTER_S, "fault of ours").into()
            }
        }
    }
}

fn backend(error: &BackendError, command: Command, facts: &mut Facts) -> Answer {
    facts.note = Some("backend failed");
    match error.kind() {
        // The password was good a moment ago and is not any more: the device is to ask its user.
        Kind::Unauthorized => {
            let challenge = http::HeaderValue::from_static("Basic realm=\"directpush\"");
            Refusal::new(Http::UNAUTHORIZED, "backend refused the credentials")
                .with_header(http::header::WWW_AUTHENTICATE, challenge)
                .into()
        }
        // A backend that is down is never an authentication failure and never a 500.
        Kind::NotFound
        | Kind::Unavailable
        | Kind::Forbidden
        | Kind::Full
        | Kind::TooLarge
        | Kind::Conflict
        | Kind::Exists
        | Kind::Refused
        | Kind::Unexpected => {
            tracing::warn!(%command, error = %chain(error), "backend failed");
            Refusal::unavailable(RETRY_AFTER_S, "backend failed").into()
        }
    }
}

/// A common status: in the body from 14.0 on, by HTTP before (MS-ASCMD 2.2.2).
pub fn common(
    status: CommonStatus,
    command: Command,
    version: Version,
    facts: &mut Facts,
) -> Answer {
    facts.eas_status = Some(status.code());
    if version.errors_by_http() {
        let code = Http::from_u16(status.http_before_14())
            .ok()
            .filter(|code| *code != Http::INTERNAL_SERVER_ERROR);
        return match code {
            Some(code) => Refusal::new(code, "refused by status").into(),
            None => Refusal::unavailable(RETRY_AFTER_S, "refused by status").into(),
        };
    }
    match status_only(command, StatusCode::new(status.code())) {
        Some(root) => Answer::wbxml(wbxml::encode(&root, version)),
        None => Refusal::new(Http::NOT_IMPLEMENTED, "no such command").into(),
    }
}

/// A status of the command's own, in a body in every version.
fn own(status: StatusCode, command: Command, version: Version, facts: &mut Facts) -> Answer {
    facts.eas_status = Some(status.code());
    match status_only(command, status) {
        Some(root) => Answer::wbxml(wbxml::encode(&root, version)),
        None => Refusal::new(Http::BAD_REQUEST, "body is not the command's").into(),
    }
}

/// What a phone sees when a folder's backend fails under a Sync.
#[must_use]
pub fn sync_status(kind: Kind) -> SyncStatus {
    match kind {
        // The folder itself is gone: FolderSync tells.
        Kind::NotFound => SyncStatus::HierarchyChanged,
        // Never 3, which would load the whole folder again.
        Kind::Unavailable
        | Kind::Unauthorized
        | Kind::Forbidden
        | Kind::Full
        | Kind::TooLarge
        | Kind::Conflict
        | Kind::Exists
        | Kind::Refused
        | Kind::Unexpected => SyncStatus::ServerError,
    }
}

/// What a phone sees when the backend fails under a move.
#[must_use]
pub fn move_status(kind: Kind) -> MoveItemsStatus {
    match kind {
        Kind::NotFound => MoveItemsStatus::InvalidSource,
        Kind::Unavailable | Kind::Conflict | Kind::Unexpected => MoveItemsStatus::Locked,
        Kind::Unauthorized
        | Kind::Forbidden
        | Kind::Full
        | Kind::TooLarge
        | Kind::Exists
        | Kind::Refused => MoveItemsStatus::Failed,
    }
}

/// What a phone sees when the backend fails under a FolderCreate.
#[must_use]
pub fn folder_create_status(kind: Kind) -> FolderCreateStatus {
    match kind {
        Kind::NotFound => FolderCreateStatus::ParentNotFound,
        Kind::Exists => FolderCreateStatus::NameExists,
        // A name or a class that the store cannot keep: asking again would not help.
        Kind::Refused | Kind::TooLarge => FolderCreateStatus::MalformedRequest,
        Kind::Unavailable
        | Kind::Unauthorized
        | Kind::Forbidden
        | Kind::Full
        | Kind::Conflict
        | Kind::Unexpected => FolderCreateStatus::ServerError,
    }
}

/// What a phone sees when the backend fails under a FolderUpdate.
#[must_use]
pub fn folder_update_status(kind: Kind) -> FolderUpdateStatus {
    match kind {
        Kind::NotFound => FolderUpdateStatus::FolderNotFound,
        Kind::Exists => FolderUpdateStatus::NameExists,
        Kind::Refused | Kind::TooLarge => FolderUpdateStatus::MalformedRequest,
        Kind::Unavailable
        | Kind::Unauthorized
        | Kind::Forbidden
        | Kind::Full
        | Kind::Conflict
        | Kind::Unexpected => FolderUpdateStatus::ServerError,
    }
}

/// What a phone sees when the backend fails under a FolderDelete.
#[must_use]
pub fn folder_delete_status(kind: Kind) -> FolderDeleteStatus {
    match kind {
        Kind::NotFound => FolderDeleteStatus::FolderNotFound,
        Kind::Refused => FolderDeleteStatus::SpecialFolder,
        Kind::Unavailable
        | Kind::Unauthorized
        | Kind::Forbidden
        | Kind::Full
        | Kind::TooLarge
        | Kind::Conflict
        | Kind::Exists
        | Kind::Unexpected => FolderDeleteStatus::ServerError,
    }
}

/// What a phone sees when the backend fails under an ItemOperations Fetch.
#[must_use]
pub fn fetch_status(kind: Kind) -> ItemOperationsStatus {
    match kind {
        Kind::NotFound => ItemOperationsStatus::NotFound,
        Kind::Forbidden | Kind::Unauthorized => ItemOperationsStatus::AccessDenied,
        Kind::TooLarge => ItemOperationsStatus::TooLarge,
        Kind::Unavailable
        | Kind::Full
        | Kind::Conflict
        | Kind::Exists
        | Kind::Refused
        | Kind::Unexpected => ItemOperationsStatus::ServerError,
    }
}

/// What a phone sees when a search fails in the backend.
#[must_use]
pub fn search_status(kind: Kind) -> SearchStoreStatus {
    match kind {
        // The folder itself is gone: FolderSync tells.
        Kind::NotFound => SearchStoreStatus::FolderSyncRequired,
        // Asked for again later.
        Kind::Unavailable | Kind::Full | Kind::Conflict => SearchStoreStatus::TimedOut,
        // The store cannot look for such a thing.
        Kind::Refused | Kind::TooLarge => SearchStoreStatus::TooComplex,
        Kind::Unauthorized | Kind::Forbidden => SearchStoreStatus::AccessDenied,
        Kind::Exists | Kind::Unexpected => SearchStoreStatus::ServerError,
    }
}

/// Whether a backend refuses the account's password: the one failure that the device's user is to hear of as such.
#[must_use]
pub fn is_credentials(error: &BackendError) -> bool {
    error.kind() == Kind::Unauthorized
}

/// An error with what caused it, for the log. None of ours names anybody.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}
