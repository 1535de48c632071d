//! Statuses of Ping.

/// `Status` of Ping (MS-ASCMD 2.2.3.177.11).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum PingStatus {
    /// Heartbeat expired, no change.
    Expired = 1,
    /// Changes; Folders lists changed folder ids.
    Changes = 2,
    /// Parameters missing: heartbeat or folder list never sent (nothing cached).
    MissingParameters = 3,
    /// Syntax error (also the same folder Id twice).
    SyntaxError = 4,
    /// Heartbeat out of range; `HeartbeatInterval` carries the nearest bound.
    HeartbeatOutOfRange = 5,
    /// Too many folders; `MaxFolders` carries the maximum.
    TooManyFolders = 6,
    /// Folder hierarchy out of date.
    HierarchyChanged = 7,
    /// Server error.
    ServerError = 8,
}

impl PingStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 8] = [
        Self::Expired,
        Self::Changes,
        Self::MissingParameters,
        Self::SyntaxError,
        Self::HeartbeatOutOfRange,
        Self::TooManyFolders,
        Self::HierarchyChanged,
        Self::ServerError,
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
