//! Settings: things of the account and the device that are not items (MS-ASCMD 2.2.1.18).

mod device_information;
mod oof;
mod user_information;

pub use device_information::DeviceInformation;
pub use oof::{Oof, OofAudience, OofMessage, OofState, OofTimes};
pub use user_information::{Account, EmailAddresses, UserInformation};

use crate::codepages::settings as tags;
use crate::element::Element;
use crate::tag::Tag;
use crate::version::Version;

use super::{Body, BodyError, BodyErrorKind, StatusCode, parts};

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

impl Body for SettingsRequest {
    const ROOT: Tag = tags::SETTINGS;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        let mut seen = Vec::new();
        let mut properties = Vec::new();
        for element in root.elements() {
            let Some(property) = SettingsProperty::from_element(element)? else {
                continue;
            };
            if seen.contains(&element.tag) {
                return Err(BodyError::new(element.tag, BodyErrorKind::Repeated));
            }
            seen.push(element.tag);
            properties.push(property);
        }
        Ok(Self { properties })
    }

    fn to_element(&self, _version: Version) -> Element {
        Element::new(Self::ROOT).with_all(self.properties.iter().map(SettingsProperty::to_element))
    }
}

impl SettingsProperty {
    fn from_element(element: &Element) -> Result<Option<Self>, BodyError> {
        Ok(Some(match element.tag {
            tags::OOF => match element.child(tags::SET) {
                Some(set) => Self::SetOof(Oof::from_children(set)?),
                None => Self::GetOof {
                    body_type: parts::text(parts::required(element, tags::GET)?, tags::BODY_TYPE)
                        .unwrap_or_else(|| "Text".to_owned()),
                },
            },
            tags::DEVICE_PASSWORD => {
                parts::required(element, tags::SET)?;
                Self::SetDevicePassword
            }
            tags::DEVICE_INFORMATION => {
                Self::SetDeviceInformation(DeviceInformation::from_set(element)?)
            }
            tags::USER_INFORMATION => {
                parts::required(element, tags::GET)?;
                Self::GetUserInformation
            }
            tags::RIGHTS_MANAGEMENT_INFORMATION => Self::GetRightsManagementInformation,
            _ => return Ok(None),
        }))
    }

    fn to_element(&self) -> Element {
        match self {
            Self::GetOof { body_type } => {
                let format = Element::text(tags::BODY_TYPE, body_type.as_str());
                Element::new(tags::OOF).with(Element::new(tags::GET).with(format))
            }
            Self::SetOof(oof) => Element::new(tags::OOF).with(oof.to_element(tags::SET)),
            Self::SetDevicePassword => {
                let password = Element::new(tags::PASSWORD);
                Element::new(tags::DEVICE_PASSWORD).with(Element::new(tags::SET).with(password))
            }
            Self::SetDeviceInformation(information) => information.to_set(),
            Self::GetUserInformation => {
                Element::new(tags::USER_INFORMATION).with(Element::new(tags::GET))
            }
            Self::GetRightsManagementInformation => {
                Element::new(tags::RIGHTS_MANAGEMENT_INFORMATION).with(Element::new(tags::GET))
            }
        }
    }
}

impl Body for SettingsResponse {
    const ROOT: Tag = tags::SETTINGS;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        let mut answers = Vec::new();
        for element in root.elements() {
            answers.extend(SettingsAnswer::from_element(element)?);
        }
        Ok(Self {
            status: parts::status(root, tags::STATUS)?,
            answers,
        })
    }

    fn to_element(&self, version: Version) -> Element {
        Element::new(Self::ROOT)
            .with(parts::write_status(tags::STATUS, self.status))
            .with_all(self.answers.iter().map(|answer| answer.to_element(version)))
    }
}

impl SettingsAnswer {
    fn from_element(element: &Element) -> Result<Option<Self>, BodyError> {
        let status = || parts::status(element, tags::STATUS);
        let get = element.child(tags::GET);
        Ok(Some(match element.tag {
            tags::OOF => Self::Oof {
                status: status()?,
                oof: get.map(Oof::from_children).transpose()?,
            },
            tags::DEVICE_PASSWORD => Self::DevicePassword { status: status()? },
            tags::DEVICE_INFORMATION => Self::DeviceInformation { status: status()? },
            tags::USER_INFORMATION => Self::UserInformation {
                status: status()?,
                information: get.map(UserInformation::from_get).transpose()?,
            },
            tags::RIGHTS_MANAGEMENT_INFORMATION => {
                Self::RightsManagementInformation { status: status()? }
            }
            _ => return Ok(None),
        }))
    }

    fn to_element(&self, version: Version) -> Element {
        let (tag, status, get) = match self {
            Self::Oof { status, oof } => {
                let get = oof.as_ref().map(|oof| oof.to_element(tags::GET));
                (tags::OOF, *status, get)
            }
            Self::DevicePassword { status } => (tags::DEVICE_PASSWORD, *status, None),
            Self::DeviceInformation { status } => (tags::DEVICE_INFORMATION, *status, None),
            Self::UserInformation {
                status,
                information,
            } => {
                let get = information.as_ref().map(|all| all.to_get(version));
                (tags::USER_INFORMATION, *status, get)
            }
            Self::RightsManagementInformation { status } => {
                (tags::RIGHTS_MANAGEMENT_INFORMATION, *status, None)
            }
        };
        Element::new(tag)
            .with(parts::write_status(tags::STATUS, status))
            .with_some(get)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_may_be_asked_for_once() {
        let one = SettingsProperty::GetUserInformation;
        let request = SettingsRequest {
            properties: vec![one.clone(), one],
        };
        let error = SettingsRequest::from_element(&request.to_element(Version::V14_1)).unwrap_err();
        assert_eq!(
            error,
            BodyError::new(tags::USER_INFORMATION, BodyErrorKind::Repeated)
        );
    }

    #[test]
    fn addresses_stand_in_accounts_from_14_1_on() {
        let information = UserInformation {
            accounts: vec![Account {
                addresses: EmailAddresses {
                    smtp: vec!["ann@example.org".to_owned()],
                    primary: Some("ann@example.org".to_owned()),
                },
                ..Account::default()
            }],
        };
        let new = information.to_get(Version::V14_1);
        assert!(new.child(tags::ACCOUNTS).is_some());
        assert_eq!(UserInformation::from_get(&new), Ok(information.clone()));
        let old = information.to_get(Version::V14_0);
        let addresses = old.child(tags::EMAIL_ADDRESSES).unwrap();
        assert_eq!(addresses.elements().count(), 1);
    }
}
