//! Statuses of Autodiscover.

/// `Status` of an Autodiscover error (MS-ASCMD 2.2.3.177).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum AutodiscoverStatus {
    /// Success (never sent).
    Success = 1,
    /// Protocol error.
    ProtocolError = 2,
}

impl AutodiscoverStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 2] = [Self::Success, Self::ProtocolError];

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
