//! Provision: policies and wipes (MS-ASPROV).

mod document;

pub use document::ProvisionDocument;

use crate::airsyncbase::fields;
use crate::codepages::{provision as tags, settings};
use crate::element::Element;
use crate::tag::Tag;
use crate::version::Version;

use super::settings::DeviceInformation;
use super::{Body, BodyError, StatusCode, parts};

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

impl Wipe {
    const ALL: [Self; 2] = [Self::Device, Self::Account];

    const fn tag(self) -> Tag {
        match self {
            Self::Device => tags::REMOTE_WIPE,
            Self::Account => tags::ACCOUNT_ONLY_REMOTE_WIPE,
        }
    }
}

impl ProvisionResponse {
    /// A failure: the status alone.
    #[must_use]
    pub fn failed(status: StatusCode) -> Self {
        Self {
            device_information: None,
            status,
            policy: None,
            wipe: None,
        }
    }
}

impl Body for ProvisionRequest {
    const ROOT: Tag = tags::PROVISION;

    /// A status outside of `RemoteWipe` is skipped: some iOS versions send one before it.
    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        let policy = root
            .child(tags::POLICIES)
            .and_then(|list| list.child(tags::POLICY));
        let report = Wipe::ALL.into_iter().find_map(|wipe| {
            let element = root.child(wipe.tag())?;
            Some(parts::status(element, tags::STATUS).map(|status| WipeReport { wipe, status }))
        });
        Ok(Self {
            device_information: root
                .child(settings::DEVICE_INFORMATION)
                .map(DeviceInformation::from_set)
                .transpose()?,
            policy: policy.map(PolicyRequest::from_element).transpose()?,
            wipe: report.transpose()?,
        })
    }

    fn to_element(&self, _version: Version) -> Element {
        let policy = self
            .policy
            .as_ref()
            .map(|policy| Element::new(tags::POLICIES).with(policy.to_element()));
        let wipe = self.wipe.map(|report| {
            Element::new(report.wipe.tag()).with(parts::write_status(tags::STATUS, report.status))
        });
        Element::new(Self::ROOT)
            .with_some(
                self.device_information
                    .as_ref()
                    .map(DeviceInformation::to_set),
            )
            .with_some(policy)
            .with_some(wipe)
    }
}

impl PolicyRequest {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        Ok(Self {
            policy_type: parts::text(element, tags::POLICY_TYPE),
            policy_key: fields::number(element, tags::POLICY_KEY)?,
            status: parts::optional_status(element, tags::STATUS)?,
        })
    }

    fn to_element(&self) -> Element {
        let status = self
            .status
            .map(|status| parts::write_status(tags::STATUS, status));
        Element::new(tags::POLICY)
            .with_some(parts::write_text(
                tags::POLICY_TYPE,
                self.policy_type.as_ref(),
            ))
            .with_some(parts::write_number(tags::POLICY_KEY, self.policy_key))
            .with_some(status)
    }
}

impl Body for ProvisionResponse {
    const ROOT: Tag = tags::PROVISION;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        let policy = root
            .child(tags::POLICIES)
            .and_then(|list| list.child(tags::POLICY));
        Ok(Self {
            device_information: root
                .child(settings::DEVICE_INFORMATION)
                .map(|element| parts::status(element, settings::STATUS))
                .transpose()?,
            status: parts::status(root, tags::STATUS)?,
            policy: policy.map(PolicyAnswer::from_element).transpose()?,
            wipe: Wipe::ALL
                .into_iter()
                .find(|wipe| root.child(wipe.tag()).is_some()),
        })
    }

    fn to_element(&self, version: Version) -> Element {
        let information = self.device_information.map(|status| {
            Element::new(settings::DEVICE_INFORMATION)
                .with(parts::write_status(settings::STATUS, status))
        });
        let policy = self
            .policy
            .as_ref()
            .map(|policy| Element::new(tags::POLICIES).with(policy.to_element(version)));
        Element::new(Self::ROOT)
            .with_some(information)
            .with(parts::write_status(tags::STATUS, self.status))
            .with_some(policy)
            .with_some(self.wipe.map(|wipe| Element::new(wipe.tag())))
    }
}

impl PolicyAnswer {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        let document = element
            .child(tags::DATA)
            .and_then(|data| data.child(tags::EAS_PROVISION_DOC));
        Ok(Self {
            policy_type: parts::required(element, tags::POLICY_TYPE)?
                .value()
                .into_owned(),
            status: parts::status(element, tags::STATUS)?,
            policy_key: fields::number(element, tags::POLICY_KEY)?,
            document: document.map(ProvisionDocument::from_element).transpose()?,
        })
    }

    fn to_element(&self, version: Version) -> Element {
        let document = self
            .document
            .as_ref()
            .map(|document| Element::new(tags::DATA).with(document.to_element(version)));
        Element::new(tags::POLICY)
            .with(Element::text(tags::POLICY_TYPE, self.policy_type.as_str()))
            .with(parts::write_status(tags::STATUS, self.status))
            .with_some(parts::write_number(tags::POLICY_KEY, self.policy_key))
            .with_some(document)
    }
}
