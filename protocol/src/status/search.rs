//! Statuses of Search and Find.

/// `Status` of Search (MS-ASCMD 2.2.3.177.14).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum SearchStatus {
    /// Success.
    Success = 1,
    /// Server error.
    ServerError = 3,
}

impl SearchStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 2] = [Self::Success, Self::ServerError];

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

/// `Status` of a searched store (MS-ASCMD 2.2.3.177.14).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum SearchStoreStatus {
    /// Success.
    Success = 1,
    /// Invalid request.
    InvalidRequest = 2,
    /// Server error.
    ServerError = 3,
    /// Bad link.
    BadLink = 4,
    /// Access denied.
    AccessDenied = 5,
    /// Not found.
    NotFound = 6,
    /// Connection failed.
    ConnectionFailed = 7,
    /// Query too complex.
    TooComplex = 8,
    /// Timed out.
    TimedOut = 10,
    /// FolderSync required.
    FolderSyncRequired = 11,
    /// End of retrievable range.
    EndOfRange = 12,
    /// Access blocked.
    AccessBlocked = 13,
    /// Credentials required.
    CredentialsRequired = 14,
}

impl SearchStoreStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 13] = [
        Self::Success,
        Self::InvalidRequest,
        Self::ServerError,
        Self::BadLink,
        Self::AccessDenied,
        Self::NotFound,
        Self::ConnectionFailed,
        Self::TooComplex,
        Self::TimedOut,
        Self::FolderSyncRequired,
        Self::EndOfRange,
        Self::AccessBlocked,
        Self::CredentialsRequired,
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

/// `Status` of Find (MS-ASCMD 2.2.3.177.1).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum FindStatus {
    /// Success.
    Success = 1,
    /// Invalid request.
    InvalidRequest = 2,
    /// FolderSync required.
    FolderSyncRequired = 3,
}

impl FindStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 3] = [
        Self::Success,
        Self::InvalidRequest,
        Self::FolderSyncRequired,
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

/// `Status` of a Find response (MS-ASCMD 2.2.3.177.1).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum FindResponseStatus {
    /// Success.
    Success = 1,
    /// Invalid request.
    InvalidRequest = 2,
    /// Range must start at 0.
    InvalidRange = 4,
}

impl FindResponseStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 3] = [Self::Success, Self::InvalidRequest, Self::InvalidRange];

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
