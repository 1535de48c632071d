//! Statuses of the folder commands.

/// `Status` of FolderSync (MS-ASCMD 2.2.3.177.4).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum FolderSyncStatus {
    /// Success.
    Success = 1,
    /// Server error, transient.
    ServerError = 6,
    /// Sync key mismatch or state lost.
    InvalidSyncKey = 9,
    /// Malformed request.
    MalformedRequest = 10,
    /// Unknown error.
    UnknownError = 11,
    /// Code unknown (back end).
    CodeUnknown = 12,
}

impl FolderSyncStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 6] = [
        Self::Success,
        Self::ServerError,
        Self::InvalidSyncKey,
        Self::MalformedRequest,
        Self::UnknownError,
        Self::CodeUnknown,
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

/// `Status` of FolderCreate (MS-ASCMD 2.2.3.177.2).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum FolderCreateStatus {
    /// Success.
    Success = 1,
    /// A folder of that name exists in the parent.
    NameExists = 2,
    /// Parent is a special folder (recipient information cache).
    SpecialParent = 3,
    /// Parent not found.
    ParentNotFound = 5,
    /// Server error.
    ServerError = 6,
    /// Sync key mismatch.
    InvalidSyncKey = 9,
    /// Malformed request, or tried to create a default folder.
    MalformedRequest = 10,
    /// Unknown error.
    UnknownError = 11,
    /// Code unknown.
    CodeUnknown = 12,
}

impl FolderCreateStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 9] = [
        Self::Success,
        Self::NameExists,
        Self::SpecialParent,
        Self::ParentNotFound,
        Self::ServerError,
        Self::InvalidSyncKey,
        Self::MalformedRequest,
        Self::UnknownError,
        Self::CodeUnknown,
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

/// `Status` of FolderDelete (MS-ASCMD 2.2.3.177.3).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum FolderDeleteStatus {
    /// Success.
    Success = 1,
    /// Special folder, cannot be deleted.
    SpecialFolder = 3,
    /// Folder does not exist.
    FolderNotFound = 4,
    /// Server error.
    ServerError = 6,
    /// Sync key mismatch.
    InvalidSyncKey = 9,
    /// Malformed request.
    MalformedRequest = 10,
    /// Unknown error.
    UnknownError = 11,
}

impl FolderDeleteStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 7] = [
        Self::Success,
        Self::SpecialFolder,
        Self::FolderNotFound,
        Self::ServerError,
        Self::InvalidSyncKey,
        Self::MalformedRequest,
        Self::UnknownError,
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

/// `Status` of FolderUpdate (MS-ASCMD 2.2.3.177.5).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum FolderUpdateStatus {
    /// Success.
    Success = 1,
    /// Name exists, or special folder.
    NameExists = 2,
    /// Recipient information cache cannot be updated.
    SpecialFolder = 3,
    /// Folder does not exist.
    FolderNotFound = 4,
    /// Parent not found.
    ParentNotFound = 5,
    /// Server error.
    ServerError = 6,
    /// Sync key mismatch.
    InvalidSyncKey = 9,
    /// Malformed request.
    MalformedRequest = 10,
    /// Unknown error.
    UnknownError = 11,
}

impl FolderUpdateStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 9] = [
        Self::Success,
        Self::NameExists,
        Self::SpecialFolder,
        Self::FolderNotFound,
        Self::ParentNotFound,
        Self::ServerError,
        Self::InvalidSyncKey,
        Self::MalformedRequest,
        Self::UnknownError,
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
