//! Statuses of ResolveRecipients and ValidateCert.

/// `Status` of ResolveRecipients (MS-ASCMD 2.2.3.177.13).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ResolveRecipientsStatus {
    /// Success.
    Success = 1,
    /// Protocol error (also more than 100 To, range over limits).
    ProtocolError = 5,
    /// Server error, retry.
    ServerError = 6,
}

impl ResolveRecipientsStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 3] = [Self::Success, Self::ProtocolError, Self::ServerError];

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

/// `Status` of one resolved name (MS-ASCMD 2.2.3.177.13).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum RecipientStatus {
    /// Resolved.
    Resolved = 1,
    /// Ambiguous, full list of suggestions.
    Ambiguous = 2,
    /// Ambiguous, partial list (`RecipientCount` has the total).
    AmbiguousPartial = 3,
    /// No match.
    NoMatch = 4,
}

impl RecipientStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 4] = [
        Self::Resolved,
        Self::Ambiguous,
        Self::AmbiguousPartial,
        Self::NoMatch,
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

/// `Status` of free and busy times (MS-ASCMD 2.2.3.177.13).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum AvailabilityStatus {
    /// Free/busy returned.
    Success = 1,
    /// Too many recipients.
    TooManyRecipients = 160,
    /// Distribution list too large.
    DistributionListTooLarge = 161,
    /// Transient, retry.
    TransientFailure = 162,
    /// No permission, do not retry.
    Failure = 163,
}

impl AvailabilityStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 5] = [
        Self::Success,
        Self::TooManyRecipients,
        Self::DistributionListTooLarge,
        Self::TransientFailure,
        Self::Failure,
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

/// `Status` of the certificates of a recipient (MS-ASCMD 2.2.3.177.13).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum CertificatesStatus {
    /// Returned.
    Success = 1,
    /// Recipient has no valid certificate.
    NoCertificate = 7,
    /// Certificate limit reached.
    LimitReached = 8,
}

impl CertificatesStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 3] = [Self::Success, Self::NoCertificate, Self::LimitReached];

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

/// `Status` of a photo, in ResolveRecipients and Search alike (MS-ASCMD 2.2.3.177.13, 2.2.3.177.14).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum PictureStatus {
    /// Returned.
    Success = 1,
    /// No photo.
    NoPicture = 173,
    /// Photo too large.
    TooLarge = 174,
    /// Photo limit reached.
    LimitReached = 175,
}

impl PictureStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 4] = [
        Self::Success,
        Self::NoPicture,
        Self::TooLarge,
        Self::LimitReached,
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

/// `Status` of ValidateCert and of each certificate (MS-ASCMD 2.2.3.177.18).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ValidateCertStatus {
    /// Success.
    Success = 1,
    /// Protocol error (also more than 100 certificates).
    ProtocolError = 2,
    /// Signature not valid.
    InvalidSignature = 3,
    /// Untrusted issuer.
    UntrustedIssuer = 4,
    /// Chain built wrongly.
    InvalidChain = 5,
    /// Not valid for signing mail.
    NotForSigning = 6,
    /// Expired or not yet valid.
    Expired = 7,
    /// Validity periods in the chain inconsistent.
    InconsistentValidity = 8,
    /// A certificate in the chain is misused.
    MisusedCertificate = 9,
    /// Information missing or wrong.
    InvalidInformation = 10,
    /// End-entity used as CA or the reverse.
    MisusedAuthority = 11,
    /// Does not match the address.
    AddressMismatch = 12,
    /// Revoked.
    Revoked = 13,
    /// Revocation server offline.
    RevocationServerOffline = 14,
    /// A certificate in the chain is revoked.
    ChainRevoked = 15,
    /// Revocation status unknown.
    RevocationUnknown = 16,
    /// Unknown error; failure of the whole command.
    UnknownError = 17,
}

impl ValidateCertStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 17] = [
        Self::Success,
        Self::ProtocolError,
        Self::InvalidSignature,
        Self::UntrustedIssuer,
        Self::InvalidChain,
        Self::NotForSigning,
        Self::Expired,
        Self::InconsistentValidity,
        Self::MisusedCertificate,
        Self::InvalidInformation,
        Self::MisusedAuthority,
        Self::AddressMismatch,
        Self::Revoked,
        Self::RevocationServerOffline,
        Self::ChainRevoked,
        Self::RevocationUnknown,
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
