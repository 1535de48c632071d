//! Statuses of Provision, in both directions.

/// `Status` of Provision (MS-ASPROV 2.2.2.54.2).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ProvisionStatus {
    /// Success.
    Success = 1,
    /// Protocol error (e.g. `PolicyType` missing).
    ProtocolError = 2,
    /// Server error.
    ServerError = 3,
    /// Client cannot comply with all requested policies.
    DeviceNotFullyProvisionable = 139,
    /// Device not provisionable.
    LegacyDeviceOnStrictPolicy = 141,
    /// Externally managed not allowed.
    ExternallyManagedDevicesNotAllowed = 145,
}

impl ProvisionStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 6] = [
        Self::Success,
        Self::ProtocolError,
        Self::ServerError,
        Self::DeviceNotFullyProvisionable,
        Self::LegacyDeviceOnStrictPolicy,
        Self::ExternallyManagedDevicesNotAllowed,
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

/// `Status` of a policy in an answer (MS-ASPROV 2.2.2.54.1).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum PolicyStatus {
    /// Success.
    Success = 1,
    /// No policy for this client.
    NoPolicy = 2,
    /// Unknown `PolicyType`.
    UnknownPolicyType = 3,
    /// Policy data on the server corrupt.
    Corrupt = 4,
    /// Client acknowledges the wrong policy key.
    WrongPolicyKey = 5,
}

impl PolicyStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 5] = [
        Self::Success,
        Self::NoPolicy,
        Self::UnknownPolicyType,
        Self::Corrupt,
        Self::WrongPolicyKey,
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

/// `Status` of a policy in an acknowledgement (MS-ASPROV 2.2.2.54.1).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum PolicyApplied {
    /// Applied.
    Applied = 1,
    /// Partly applied (at least PIN).
    PartlyApplied = 2,
    /// Not applied.
    NotApplied = 3,
    /// Provisioned by a third party.
    ThirdParty = 4,
}

impl PolicyApplied {
    /// All statuses, by code.
    pub const ALL: [Self; 4] = [
        Self::Applied,
        Self::PartlyApplied,
        Self::NotApplied,
        Self::ThirdParty,
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

/// `Status` of a wipe that the device reports (MS-ASPROV 2.2.2.46).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum WipeStatus {
    /// Wipe done.
    Done = 1,
    /// Wipe failed.
    Failed = 2,
}

impl WipeStatus {
    /// All statuses, by code.
    pub const ALL: [Self; 2] = [Self::Done, Self::Failed];

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
