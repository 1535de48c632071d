//! Settings: things of the account and the device that are not items (MS-ASCMD 2.2.1.18).

mod device_information;
mod oof;
mod user_information;

pub use device_information::DeviceInformation;
pub use oof::{Oof, OofAudience, OofMessage, OofState, OofTimes};
pub use user_information::{Account, EmailAddresses, UserInformation};

use super::StatusCode;

/// What to get and set. The answer has the same order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SettingsRequest {
    /// Each kind at most once.
    pub properties: Vec<SettingsProperty>,
}

/// One property to get or set.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SettingsProperty {
    /// The automatic reply, to be told in this format (`Text` or `HTML`).
    GetOof {
        /// `Text` or `HTML`, as asked for.
        body_type: String,
    },
    /// The automatic reply, to be set.
    SetOof(Oof),
    /// A recovery password for the device: a secret, kept by nobody.
    SetDevicePassword,
    /// Who the device is.
    SetDeviceInformation(DeviceInformation),
    /// The user's addresses.
    GetUserInformation,
    /// Rights management templates (14.1 on).
    GetRightsManagementInformation,
}

/// The answers to a Settings request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SettingsResponse {
    /// 1 if the request could be read, else 2.
    pub status: StatusCode,
    /// One for each property of the request, in its order.
    pub answers: Vec<SettingsAnswer>,
}

/// The answer to one property.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SettingsAnswer {
    /// The automatic reply; `oof` if it was asked for.
    Oof {
        /// How it went.
        status: StatusCode,
        /// What is set.
        oof: Option<Oof>,
    },
    /// Of the recovery password.
    DevicePassword {
        /// How it went.
        status: StatusCode,
    },
    /// Of the device information.
    DeviceInformation {
        /// How it went.
        status: StatusCode,
    },
    /// The user's addresses.
    UserInformation {
        /// How it went.
        status: StatusCode,
        /// None if it failed.
        information: Option<UserInformation>,
    },
    /// Rights management, which only ever fails here: 168.
    RightsManagementInformation {
        /// How it went.
        status: StatusCode,
    },
}
