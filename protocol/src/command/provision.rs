//! Provision: policies and wipes (MS-ASPROV).

mod document;

pub use document::ProvisionDocument;

use super::StatusCode;
use super::settings::DeviceInformation;

/// What a device says or asks about its policy.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ProvisionRequest {
    /// Who the device is, in the first request.
    pub device_information: Option<DeviceInformation>,
    /// The policy asked for or acknowledged.
    pub policy: Option<PolicyRequest>,
    /// How the wipe went that was asked for.
    pub wipe: Option<WipeReport>,
}

/// A policy asked for (first request) or acknowledged (second).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PolicyRequest {
    /// `None` is status 2 of Provision, an unknown one status 3 of the policy.
    pub policy_type: Option<String>,
    /// The temporary key that is acknowledged.
    pub policy_key: Option<u32>,
    /// How far the policy was applied: 1 all, 2 partly, 3 not, 4 managed by a third party.
    pub status: Option<StatusCode>,
}

/// The format of policies from 12.0 on.
pub const POLICY_TYPE_WBXML: &str = "MS-EAS-Provisioning-WBXML";

/// What a wipe takes away.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Wipe {
    /// Everything on the phone.
    Device,
    /// The account's data only (16.1).
    Account,
}

/// How a wipe went.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WipeReport {
    /// Which wipe.
    pub wipe: Wipe,
    /// 1 done, 2 failed.
    pub status: StatusCode,
}

/// What the server says about policies.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ProvisionResponse {
    /// Of the device information, if some came.
    pub device_information: Option<StatusCode>,
    /// Of the command.
    pub status: StatusCode,
    /// The policy, or the final key.
    pub policy: Option<PolicyAnswer>,
    /// Wipe now.
    pub wipe: Option<Wipe>,
}

/// A policy, or the final key for one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PolicyAnswer {
    /// As it was asked for.
    pub policy_type: String,
    /// 1, or 2 for «no policy for this client».
    pub status: StatusCode,
    /// Temporary with a document, final without. Never 0, which early iPhones choke on.
    pub policy_key: Option<u32>,
    /// The policy itself, in the first answer.
    pub document: Option<ProvisionDocument>,
}
