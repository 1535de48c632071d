//! The policy document (MS-ASPROV 2.2.2.28).

use crate::airsyncbase::fields;
use crate::codepages::provision as tags;
use crate::command::BodyError;
use crate::element::Element;
use crate::tag::Tag;
use crate::version::Version;

use Slot::{Flag, Number};

/// What a policy asks of a phone. Absent parts ask nothing.
///
/// The fields stand in schema order; parts that a version does not have are left out when the document is encoded.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ProvisionDocument {
    /// A password must be set.
    pub device_password_enabled: Option<bool>,
    /// The password needs letters.
    pub alphanumeric_device_password_required: Option<bool>,
    /// The password is kept on the server for recovery.
    pub password_recovery_enabled: Option<bool>,
    /// Storage cards must be encrypted.
    pub require_storage_card_encryption: Option<bool>,
    /// Attachments may be fetched.
    pub attachments_enabled: Option<bool>,
    /// Characters, 1 to 16.
    pub min_device_password_length: Option<i32>,
    /// Seconds until the phone locks itself; 9999 or more is never.
    pub max_inactivity_time_device_lock: Option<i32>,
    /// Wrong passwords until the phone wipes itself, 4 to 16.
    pub max_device_password_failed_attempts: Option<i32>,
    /// Largest attachment in bytes.
    pub max_attachment_size: Option<i32>,
    /// Passwords such as 1234 may be used.
    pub allow_simple_device_password: Option<bool>,
    /// Days until the password must be changed; 0 is never.
    pub device_password_expiration: Option<i32>,
    /// Former passwords that may not be used again.
    pub device_password_history: Option<i32>,
    /// Storage cards may be used.
    pub allow_storage_card: Option<bool>,
    /// The camera may be used.
    pub allow_camera: Option<bool>,
    /// The phone must be encrypted.
    pub require_device_encryption: Option<bool>,
    /// Unsigned applications may run.
    pub allow_unsigned_applications: Option<bool>,
    /// Unsigned applications may be installed.
    pub allow_unsigned_installation_packages: Option<bool>,
    /// Classes of characters in the password, 1 to 4.
    pub min_device_password_complex_characters: Option<i32>,
    /// Wi-Fi may be used.
    pub allow_wifi: Option<bool>,
    /// Text messages may be used.
    pub allow_text_messaging: Option<bool>,
    /// POP and IMAP accounts may be used.
    pub allow_pop_imap_email: Option<bool>,
    /// 0 no Bluetooth, 1 hands-free only, 2 all.
    pub allow_bluetooth: Option<i32>,
    /// Infrared may be used.
    pub allow_irda: Option<bool>,
    /// Synchronization by hand only while roaming.
    pub require_manual_sync_when_roaming: Option<bool>,
    /// Synchronization with a computer is allowed.
    pub allow_desktop_sync: Option<bool>,
    /// Widest filter for calendars: 0, 4 to 7.
    pub max_calendar_age_filter: Option<i32>,
    /// HTML mail may be shown.
    pub allow_html_email: Option<bool>,
    /// Widest filter for mail: 0 to 5.
    pub max_email_age_filter: Option<i32>,
    /// Longest text body in bytes: -1 no limit, 0 headers only.
    pub max_email_body_truncation_size: Option<i32>,
    /// Longest HTML body in bytes: -1 no limit, 0 headers only.
    pub max_email_html_body_truncation_size: Option<i32>,
    /// Outgoing mail must be signed.
    pub require_signed_smime_messages: Option<bool>,
    /// Outgoing mail must be encrypted.
    pub require_encrypted_smime_messages: Option<bool>,
    /// For signing: 0 SHA1, 1 MD5.
    pub require_signed_smime_algorithm: Option<i32>,
    /// For encryption: 0 3DES, 1 DES, 2 RC2-128, 3 RC2-64, 4 RC2-40.
    pub require_encryption_smime_algorithm: Option<i32>,
    /// 0 none, 1 strong only, 2 any.
    pub allow_smime_encryption_algorithm_negotiation: Option<i32>,
    /// Certificates in software may be used.
    pub allow_smime_soft_certs: Option<bool>,
    /// The browser may be used.
    pub allow_browser: Option<bool>,
    /// Private mail accounts may be used.
    pub allow_consumer_email: Option<bool>,
    /// Remote desktop may be used.
    pub allow_remote_desktop: Option<bool>,
    /// The phone may share its connection.
    pub allow_internet_sharing: Option<bool>,
    /// Built-in applications that may not run, by name.
    pub unapproved_in_rom_applications: Vec<String>,
    /// Applications that may run, by SHA-1 hash in base64.
    pub approved_applications: Vec<String>,
}

/// One setting's place in the document.
enum Slot<'a> {
    Flag(&'a mut Option<bool>),
    Number(&'a mut Option<i32>),
}

impl ProvisionDocument {
    /// Reads an `EASProvisionDoc` element. A setting without a value asks nothing.
    ///
    /// # Errors
    /// A value that is not what it must be.
    pub fn from_element(element: &Element) -> Result<Self, BodyError> {
        let list = |list: Tag, entry: Tag| {
            let entries = element.all(list).flat_map(move |list| list.all(entry));
            entries.map(|entry| entry.value().into_owned()).collect()
        };
        let mut document = Self {
            unapproved_in_rom_applications: list(
                tags::UNAPPROVED_IN_ROM_APPLICATION_LIST,
                tags::APPLICATION_NAME,
            ),
            approved_applications: list(tags::APPROVED_APPLICATION_LIST, tags::HASH),
            ..Self::default()
        };
        for (tag, slot) in document.slots() {
            let Some(setting) = element.child(tag).filter(|setting| !setting.is_empty()) else {
                continue;
            };
            match slot {
                Flag(flag) => *flag = Some(fields::boolean_in(setting)?),
                Number(number) => *number = Some(fields::number_in(setting)?),
            }
        }
        Ok(document)
    }

    /// Writes an `EASProvisionDoc` element with what `version` has, and nothing else: a hash over it is the same for
    /// every device of that version.
    #[must_use]
    pub fn to_element(&self, version: Version) -> Element {
        let mut written = self.clone();
        let settings = written
            .slots()
            .into_iter()
            .filter_map(|(tag, slot)| match slot {
                Flag(flag) => (*flag).map(|flag| Element::number(tag, u8::from(flag))),
                Number(number) => (*number).map(|number| Element::number(tag, number)),
            });
        let list = |list: Tag, entry: Tag, entries: &[String]| {
            (!entries.is_empty()).then(|| {
                let entries = entries
                    .iter()
                    .map(|text| Element::text(entry, text.as_str()));
                Element::new(list).with_all(entries)
            })
        };
        let unapproved = list(
            tags::UNAPPROVED_IN_ROM_APPLICATION_LIST,
            tags::APPLICATION_NAME,
            &self.unapproved_in_rom_applications,
        );
        let approved = list(
            tags::APPROVED_APPLICATION_LIST,
            tags::HASH,
            &self.approved_applications,
        );
        let all = settings.chain(unapproved).chain(approved);
        Element::new(tags::EAS_PROVISION_DOC)
            .with_all(all.filter(|element| element.tag.exists_in(version)))
    }

    /// All settings with one value, in schema order: reading and writing share this one table.
    #[rustfmt::skip]
    fn slots(&mut self) -> [(Tag, Slot<'_>); 40] {
        [
            (tags::DEVICE_PASSWORD_ENABLED, Flag(&mut self.device_password_enabled)),
            (tags::ALPHANUMERIC_DEVICE_PASSWORD_REQUIRED, Flag(&mut self.alphanumeric_device_password_required)),
            (tags::PASSWORD_RECOVERY_ENABLED, Flag(&mut self.password_recovery_enabled)),
            (tags::REQUIRE_STORAGE_CARD_ENCRYPTION, Flag(&mut self.require_storage_card_encryption)),
            (tags::ATTACHMENTS_ENABLED, Flag(&mut self.attachments_enabled)),
            (tags::MIN_DEVICE_PASSWORD_LENGTH, Number(&mut self.min_device_password_length)),
            (tags::MAX_INACTIVITY_TIME_DEVICE_LOCK, Number(&mut self.max_inactivity_time_device_lock)),
            (tags::MAX_DEVICE_PASSWORD_FAILED_ATTEMPTS, Number(&mut self.max_device_password_failed_attempts)),
            (tags::MAX_ATTACHMENT_SIZE, Number(&mut self.max_attachment_size)),
            (tags::ALLOW_SIMPLE_DEVICE_PASSWORD, Flag(&mut self.allow_simple_device_password)),
            (tags::DEVICE_PASSWORD_EXPIRATION, Number(&mut self.device_password_expiration)),
            (tags::DEVICE_PASSWORD_HISTORY, Number(&mut self.device_password_history)),
            (tags::ALLOW_STORAGE_CARD, Flag(&mut self.allow_storage_card)),
            (tags::ALLOW_CAMERA, Flag(&mut self.allow_camera)),
            (tags::REQUIRE_DEVICE_ENCRYPTION, Flag(&mut self.require_device_encryption)),
            (tags::ALLOW_UNSIGNED_APPLICATIONS, Flag(&mut self.allow_unsigned_applications)),
            (tags::ALLOW_UNSIGNED_INSTALLATION_PACKAGES, Flag(&mut self.allow_unsigned_installation_packages)),
            (tags::MIN_DEVICE_PASSWORD_COMPLEX_CHARACTERS, Number(&mut self.min_device_password_complex_characters)),
            (tags::ALLOW_WI_FI, Flag(&mut self.allow_wifi)),
            (tags::ALLOW_TEXT_MESSAGING, Flag(&mut self.allow_text_messaging)),
            (tags::ALLOW_POPIMAP_EMAIL, Flag(&mut self.allow_pop_imap_email)),
            (tags::ALLOW_BLUETOOTH, Number(&mut self.allow_bluetooth)),
            (tags::ALLOW_IR_DA, Flag(&mut self.allow_irda)),
            (tags::REQUIRE_MANUAL_SYNC_WHEN_ROAMING, Flag(&mut self.require_manual_sync_when_roaming)),
            (tags::ALLOW_DESKTOP_SYNC, Flag(&mut self.allow_desktop_sync)),
            (tags::MAX_CALENDAR_AGE_FILTER, Number(&mut self.max_calendar_age_filter)),
            (tags::ALLOW_HTML_EMAIL, Flag(&mut self.allow_html_email)),
            (tags::MAX_EMAIL_AGE_FILTER, Number(&mut self.max_email_age_filter)),
            (tags::MAX_EMAIL_BODY_TRUNCATION_SIZE, Number(&mut self.max_email_body_truncation_size)),
            (tags::MAX_EMAIL_HTML_BODY_TRUNCATION_SIZE, Number(&mut self.max_email_html_body_truncation_size)),
            (tags::REQUIRE_SIGNED_SMIME_MESSAGES, Flag(&mut self.require_signed_smime_messages)),
            (tags::REQUIRE_ENCRYPTED_SMIME_MESSAGES, Flag(&mut self.require_encrypted_smime_messages)),
            (tags::REQUIRE_SIGNED_SMIME_ALGORITHM, Number(&mut self.require_signed_smime_algorithm)),
            (tags::REQUIRE_ENCRYPTION_SMIME_ALGORITHM, Number(&mut self.require_encryption_smime_algorithm)),
            (tags::ALLOW_SMIME_ENCRYPTION_ALGORITHM_NEGOTIATION, Number(&mut self.allow_smime_encryption_algorithm_negotiation)),
            (tags::ALLOW_SMIME_SOFT_CERTS, Flag(&mut self.allow_smime_soft_certs)),
            (tags::ALLOW_BROWSER, Flag(&mut self.allow_browser)),
            (tags::ALLOW_CONSUMER_EMAIL, Flag(&mut self.allow_consumer_email)),
            (tags::ALLOW_REMOTE_DESKTOP, Flag(&mut self.allow_remote_desktop)),
            (tags::ALLOW_INTERNET_SHARING, Flag(&mut self.allow_internet_sharing)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_version_has_is_written() {
        let document = ProvisionDocument {
            device_password_enabled: Some(true),
            allow_camera: Some(false),
            ..ProvisionDocument::default()
        };
        let tags_in = |version| -> Vec<Tag> {
            document
                .to_element(version)
                .elements()
                .map(|setting| setting.tag)
                .collect()
        };
        assert_eq!(tags_in(Version::V12_0), [tags::DEVICE_PASSWORD_ENABLED]);
        assert_eq!(
            tags_in(Version::V12_1),
            [tags::DEVICE_PASSWORD_ENABLED, tags::ALLOW_CAMERA]
        );
    }

    #[test]
    fn a_setting_without_a_value_asks_nothing() {
        let element = Element::new(tags::EAS_PROVISION_DOC)
            .with(Element::new(tags::MIN_DEVICE_PASSWORD_LENGTH))
            .with(Element::number(tags::MAX_EMAIL_BODY_TRUNCATION_SIZE, -1));
        let document = ProvisionDocument::from_element(&element).unwrap();
        assert_eq!(document.min_device_password_length, None);
        assert_eq!(document.max_email_body_truncation_size, Some(-1));
    }
}
