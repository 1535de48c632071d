//! Code page 18, `Settings`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `Settings`, from 12.0.
pub const SETTINGS: Tag = Tag::new(18, 0x05);
/// `Status`, from 12.0.
pub const STATUS: Tag = Tag::new(18, 0x06);
/// `Get`, from 12.0.
pub const GET: Tag = Tag::new(18, 0x07);
/// `Set`, from 12.0.
pub const SET: Tag = Tag::new(18, 0x08);
/// `Oof`, from 12.0.
pub const OOF: Tag = Tag::new(18, 0x09);
/// `OofState`, from 12.0.
pub const OOF_STATE: Tag = Tag::new(18, 0x0A);
/// `StartTime`, from 12.0.
pub const START_TIME: Tag = Tag::new(18, 0x0B);
/// `EndTime`, from 12.0.
pub const END_TIME: Tag = Tag::new(18, 0x0C);
/// `OofMessage`, from 12.0.
pub const OOF_MESSAGE: Tag = Tag::new(18, 0x0D);
/// `AppliesToInternal`, from 12.0.
pub const APPLIES_TO_INTERNAL: Tag = Tag::new(18, 0x0E);
/// `AppliesToExternalKnown`, from 12.0.
pub const APPLIES_TO_EXTERNAL_KNOWN: Tag = Tag::new(18, 0x0F);
/// `AppliesToExternalUnknown`, from 12.0.
pub const APPLIES_TO_EXTERNAL_UNKNOWN: Tag = Tag::new(18, 0x10);
/// `Enabled`, from 12.0.
pub const ENABLED: Tag = Tag::new(18, 0x11);
/// `ReplyMessage`, from 12.0.
pub const REPLY_MESSAGE: Tag = Tag::new(18, 0x12);
/// `BodyType`, from 12.0.
pub const BODY_TYPE: Tag = Tag::new(18, 0x13);
/// `DevicePassword`, from 12.0.
pub const DEVICE_PASSWORD: Tag = Tag::new(18, 0x14);
/// `Password`, from 12.0.
pub const PASSWORD: Tag = Tag::new(18, 0x15);
/// `DeviceInformation`, from 12.0.
pub const DEVICE_INFORMATION: Tag = Tag::new(18, 0x16);
/// `Model`, from 12.0.
pub const MODEL: Tag = Tag::new(18, 0x17);
/// `IMEI`, from 12.0.
pub const IMEI: Tag = Tag::new(18, 0x18);
/// `FriendlyName`, from 12.0.
pub const FRIENDLY_NAME: Tag = Tag::new(18, 0x19);
/// `OS`, from 12.0.
pub const OS: Tag = Tag::new(18, 0x1A);
/// `OSLanguage`, from 12.0.
pub const OS_LANGUAGE: Tag = Tag::new(18, 0x1B);
/// `PhoneNumber`, from 12.0.
pub const PHONE_NUMBER: Tag = Tag::new(18, 0x1C);
/// `UserInformation`, from 12.0.
pub const USER_INFORMATION: Tag = Tag::new(18, 0x1D);
/// `EmailAddresses`, from 12.0.
pub const EMAIL_ADDRESSES: Tag = Tag::new(18, 0x1E);
/// `SMTPAddress`, from 12.0.
pub const SMTP_ADDRESS: Tag = Tag::new(18, 0x1F);
/// `UserAgent`, from 12.1.
pub const USER_AGENT: Tag = Tag::new(18, 0x20);
/// `EnableOutboundSMS`, from 14.0.
pub const ENABLE_OUTBOUND_SMS: Tag = Tag::new(18, 0x21);
/// `MobileOperator`, from 14.0.
pub const MOBILE_OPERATOR: Tag = Tag::new(18, 0x22);
/// `PrimarySmtpAddress`, from 14.1.
pub const PRIMARY_SMTP_ADDRESS: Tag = Tag::new(18, 0x23);
/// `Accounts`, from 14.1.
pub const ACCOUNTS: Tag = Tag::new(18, 0x24);
/// `Account`, from 14.1.
pub const ACCOUNT: Tag = Tag::new(18, 0x25);
/// `AccountId`, from 14.1.
pub const ACCOUNT_ID: Tag = Tag::new(18, 0x26);
/// `AccountName`, from 14.1.
pub const ACCOUNT_NAME: Tag = Tag::new(18, 0x27);
/// `UserDisplayName`, from 14.1.
pub const USER_DISPLAY_NAME: Tag = Tag::new(18, 0x28);
/// `SendDisabled`, from 14.1.
pub const SEND_DISABLED: Tag = Tag::new(18, 0x29);
/// `RightsManagementInformation`, from 14.1.
pub const RIGHTS_MANAGEMENT_INFORMATION: Tag = Tag::new(18, 0x2B);

pub(super) static PAGE: Page = Page {
    namespace: "Settings",
    entries: &[
        Entry::new(SETTINGS, "Settings", Version::V12_0, Version::V16_1),
        Entry::new(STATUS, "Status", Version::V12_0, Version::V16_1),
        Entry::new(GET, "Get", Version::V12_0, Version::V16_1),
        Entry::new(SET, "Set", Version::V12_0, Version::V16_1),
        Entry::new(OOF, "Oof", Version::V12_0, Version::V16_1),
        Entry::new(OOF_STATE, "OofState", Version::V12_0, Version::V16_1),
        Entry::new(START_TIME, "StartTime", Version::V12_0, Version::V16_1),
        Entry::new(END_TIME, "EndTime", Version::V12_0, Version::V16_1),
        Entry::new(OOF_MESSAGE, "OofMessage", Version::V12_0, Version::V16_1),
        Entry::new(
            APPLIES_TO_INTERNAL,
            "AppliesToInternal",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(
            APPLIES_TO_EXTERNAL_KNOWN,
            "AppliesToExternalKnown",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(
            APPLIES_TO_EXTERNAL_UNKNOWN,
            "AppliesToExternalUnknown",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(ENABLED, "Enabled", Version::V12_0, Version::V16_1),
        Entry::new(
            REPLY_MESSAGE,
            "ReplyMessage",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(BODY_TYPE, "BodyType", Version::V12_0, Version::V16_1),
        Entry::new(
            DEVICE_PASSWORD,
            "DevicePassword",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(PASSWORD, "Password", Version::V12_0, Version::V16_1),
        Entry::new(
            DEVICE_INFORMATION,
            "DeviceInformation",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(MODEL, "Model", Version::V12_0, Version::V16_1),
        Entry::new(IMEI, "IMEI", Version::V12_0, Version::V16_1),
        Entry::new(
            FRIENDLY_NAME,
            "FriendlyName",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(OS, "OS", Version::V12_0, Version::V16_1),
        Entry::new(OS_LANGUAGE, "OSLanguage", Version::V12_0, Version::V16_1),
        Entry::new(PHONE_NUMBER, "PhoneNumber", Version::V12_0, Version::V16_1),
        Entry::new(
            USER_INFORMATION,
            "UserInformation",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(
            EMAIL_ADDRESSES,
            "EmailAddresses",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(SMTP_ADDRESS, "SMTPAddress", Version::V12_0, Version::V16_1),
        Entry::new(USER_AGENT, "UserAgent", Version::V12_1, Version::V16_1),
        Entry::new(
            ENABLE_OUTBOUND_SMS,
            "EnableOutboundSMS",
            Version::V14_0,
            Version::V16_1,
        ),
        Entry::new(
            MOBILE_OPERATOR,
            "MobileOperator",
            Version::V14_0,
            Version::V16_1,
        ),
        Entry::new(
            PRIMARY_SMTP_ADDRESS,
            "PrimarySmtpAddress",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(ACCOUNTS, "Accounts", Version::V14_1, Version::V16_1),
        Entry::new(ACCOUNT, "Account", Version::V14_1, Version::V16_1),
        Entry::new(ACCOUNT_ID, "AccountId", Version::V14_1, Version::V16_1),
        Entry::new(ACCOUNT_NAME, "AccountName", Version::V14_1, Version::V16_1),
        Entry::new(
            USER_DISPLAY_NAME,
            "UserDisplayName",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(
            SEND_DISABLED,
            "SendDisabled",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(
            RIGHTS_MANAGEMENT_INFORMATION,
            "RightsManagementInformation",
            Version::V14_1,
            Version::V16_1,
        ),
    ],
};
