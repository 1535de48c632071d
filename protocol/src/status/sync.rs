//! Statuses of Sync.

/// `Status` of Sync, its collections and items (MS-ASCMD 2.2.3.177.17).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum SyncStatus {
    /// Success.
    Success = 1,
    /// Sync key invalid, mismatched or state lost.
    InvalidSyncKey = 3,
    /// Protocol error (bad combination, order, duplicate class options, both Wait and `HeartbeatInterval`, `GetChanges` 1 with key 0, more than 200 client commands).
    ProtocolError = 4,
    /// Server error, often transient.
    ServerError = 5,
    /// Conversion error: client item malformed (also Add to an email folder before 16.0).
    ConversionError = 6,
    /// Conflict, server won.
    Conflict = 7,
    /// Object not found (deleted on server).
    ObjectNotFound = 8,
    /// Cannot complete, e.g. out of space.
    OutOfSpace = 9,
    /// Folder hierarchy changed (collection gone).
    HierarchyChanged = 12,
    /// Empty or Partial request but nothing cached.
    IncompleteRequest = 13,
    /// Wait or `HeartbeatInterval` out of range; Limit carries the nearest allowed value (minutes for Wait, seconds for `HeartbeatInterval`).
    InvalidWait = 14,
    /// Too many collections; Limit carries the maximum.
    TooManyCollections = 15,
    /// Retriable server error.
    Retry = 16,
}

impl SyncStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 13] = [
        Self::Success,
        Self::InvalidSyncKey,
        Self::ProtocolError,
        Self::ServerError,
        Self::ConversionError,
        Self::Conflict,
        Self::ObjectNotFound,
        Self::OutOfSpace,
        Self::HierarchyChanged,
        Self::IncompleteRequest,
        Self::InvalidWait,
        Self::TooManyCollections,
        Self::Retry,
    ];

    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> u16 {
        self as u16
    }

    /// Reads the number on the wire; `None` when it has no meaning here.
    #[must_use]
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }
}
