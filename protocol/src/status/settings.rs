//! Statuses of Settings.

/// `Status` of Settings and its properties (MS-ASCMD 2.2.3.177.15).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum SettingsStatus {
    /// Success.
    Success = 1,
    /// Protocol error.
    ProtocolError = 2,
    /// Access denied.
    AccessDenied = 3,
    /// Server unavailable.
    ServerUnavailable = 4,
    /// Invalid arguments.
    InvalidArguments = 5,
    /// Conflicting arguments.
    ConflictingArguments = 6,
    /// Denied by policy (DevicePassword: recovery disabled).
    DeniedByPolicy = 7,
}

impl SettingsStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 7] = [
        Self::Success,
        Self::ProtocolError,
        Self::AccessDenied,
        Self::ServerUnavailable,
        Self::InvalidArguments,
        Self::ConflictingArguments,
        Self::DeniedByPolicy,
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
