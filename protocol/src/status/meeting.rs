//! Statuses of MeetingResponse.

/// `Status` of a MeetingResponse result (MS-ASCMD 2.2.3.177.9).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum MeetingResponseStatus {
    /// Success.
    Success = 1,
    /// Invalid meeting request (not a meeting, user is organizer, bad `InstanceId`).
    InvalidRequest = 2,
    /// Mailbox error, transient.
    MailboxError = 3,
    /// Server error, transient.
    ServerError = 4,
}

impl MeetingResponseStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 4] = [
        Self::Success,
        Self::InvalidRequest,
        Self::MailboxError,
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
