//! Statuses of GetItemEstimate, ItemOperations and MoveItems.

/// `Status` of GetItemEstimate and its responses (MS-ASCMD 2.2.3.177.6).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum GetItemEstimateStatus {
    /// Success.
    Success = 1,
    /// Collection invalid or unknown.
    InvalidCollection = 2,
    /// State not primed (key 0 Sync missing).
    NotPrimed = 3,
    /// Sync key invalid.
    InvalidSyncKey = 4,
}

impl GetItemEstimateStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 4] = [
        Self::Success,
        Self::InvalidCollection,
        Self::NotPrimed,
        Self::InvalidSyncKey,
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

/// `Status` of ItemOperations and its parts (MS-ASCMD 2.2.3.177.7).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ItemOperationsStatus {
    /// Success.
    Success = 1,
    /// Protocol error.
    ProtocolError = 2,
    /// Server error.
    ServerError = 3,
    /// Document library: bad URI.
    BadUri = 4,
    /// Document library: access denied.
    DocumentAccessDenied = 5,
    /// Document library: not found or denied.
    NotFound = 6,
    /// Document library: connection failed.
    ConnectionFailed = 7,
    /// Byte range invalid or too large.
    InvalidRange = 8,
    /// Store unknown or unsupported.
    UnknownStore = 9,
    /// File empty.
    FileEmpty = 10,
    /// Data too large (also more than 100 operations).
    TooLarge = 11,
    /// I/O failure while downloading.
    IoFailure = 12,
    /// Mailbox item failed conversion.
    ConversionFailed = 14,
    /// Attachment or attachment id invalid.
    InvalidAttachment = 15,
    /// Access denied.
    AccessDenied = 16,
    /// Partial success.
    PartialSuccess = 17,
    /// Credentials required.
    CredentialsRequired = 18,
    /// Move without `MoveAlways` (Exchange does not return it).
    MoveAlwaysRequired = 155,
    /// Destination not a mail folder.
    InvalidDestination = 156,
}

impl ItemOperationsStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 19] = [
        Self::Success,
        Self::ProtocolError,
        Self::ServerError,
        Self::BadUri,
        Self::DocumentAccessDenied,
        Self::NotFound,
        Self::ConnectionFailed,
        Self::InvalidRange,
        Self::UnknownStore,
        Self::FileEmpty,
        Self::TooLarge,
        Self::IoFailure,
        Self::ConversionFailed,
        Self::InvalidAttachment,
        Self::AccessDenied,
        Self::PartialSuccess,
        Self::CredentialsRequired,
        Self::MoveAlwaysRequired,
        Self::InvalidDestination,
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

/// `Status` of a MoveItems response (MS-ASCMD 2.2.3.177.10); success is 3, not 1.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum MoveItemsStatus {
    /// Source folder or item id invalid.
    InvalidSource = 1,
    /// Destination folder invalid.
    InvalidDestination = 2,
    /// Success.
    Success = 3,
    /// Source and destination are the same.
    SameFolder = 4,
    /// Item cannot be moved / more than one destination / locked.
    Failed = 5,
    /// Source or destination item locked.
    Locked = 7,
}

impl MoveItemsStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 6] = [
        Self::InvalidSource,
        Self::InvalidDestination,
        Self::Success,
        Self::SameFolder,
        Self::Failed,
        Self::Locked,
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
