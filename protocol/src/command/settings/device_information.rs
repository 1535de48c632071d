//! Who a device is (MS-ASCMD 2.2.3.45).

use crate::codepages::settings as tags;
use crate::command::{BodyError, parts};
use crate::element::Element;

/// What a device says of itself. All of it is for people to read, none of it is proof of anything.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DeviceInformation {
    /// For example `iPhone15C2`.
    pub model: Option<String>,
    /// The phone's serial number.
    pub imei: Option<String>,
    /// What its owner calls it.
    pub friendly_name: Option<String>,
    /// For example `iOS 17.6.1 21G93`.
    pub os: Option<String>,
    /// For example `en`.
    pub os_language: Option<String>,
    /// The phone's number.
    pub phone_number: Option<String>,
    /// As in HTTP (12.1 on).
    pub user_agent: Option<String>,
    /// Whether the user wants to send text messages through the server (14.0 on).
    pub enable_outbound_sms: Option<bool>,
    /// The network (14.0 on).
    pub mobile_operator: Option<String>,
}

impl DeviceInformation {
    /// Reads a `DeviceInformation` element with `Set` in it.
    ///
    /// # Errors
    /// `Set` is missing.
    pub fn from_set(element: &Element) -> Result<Self, BodyError> {
        let set = parts::required(element, tags::SET)?;
        let text = |tag| parts::text(set, tag);
        Ok(Self {
            model: text(tags::MODEL),
            imei: text(tags::IMEI),
            friendly_name: text(tags::FRIENDLY_NAME),
            os: text(tags::OS),
            os_language: text(tags::OS_LANGUAGE),
            phone_number: text(tags::PHONE_NUMBER),
            user_agent: text(tags::USER_AGENT),
            enable_outbound_sms: parts::flag(set, tags::ENABLE_OUTBOUND_SMS)?,
            mobile_operator: text(tags::MOBILE_OPERATOR),
        })
    }

    /// Writes a `DeviceInformation` element with `Set` in it.
    #[must_use]
    pub fn to_set(&self) -> Element {
        let sms = self.enable_outbound_sms;
        let set = Element::new(tags::SET)
            .with_some(parts::write_text(tags::MODEL, self.model.as_ref()))
            .with_some(parts::write_text(tags::IMEI, self.imei.as_ref()))
            .with_some(parts::write_text(
                tags::FRIENDLY_NAME,
                self.friendly_name.as_ref(),
            ))
            .with_some(parts::write_text(tags::OS, self.os.as_ref()))
            .with_some(parts::write_text(
                tags::OS_LANGUAGE,
                self.os_language.as_ref(),
            ))
            .with_some(parts::write_text(
                tags::PHONE_NUMBER,
                self.phone_number.as_ref(),
            ))
            .with_some(parts::write_text(
                tags::USER_AGENT,
                self.user_agent.as_ref(),
            ))
            .with_some(sms.map(|sms| parts::write_flag(tags::ENABLE_OUTBOUND_SMS, sms)))
            .with_some(parts::write_text(
                tags::MOBILE_OPERATOR,
                self.mobile_operator.as_ref(),
            ));
        Element::new(tags::DEVICE_INFORMATION).with(set)
    }
}
