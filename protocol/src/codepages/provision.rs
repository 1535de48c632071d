//! Code page 14, `Provision`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `Provision`, all versions.
pub const PROVISION: Tag = Tag::new(14, 0x05);
/// `Policies`, all versions.
pub const POLICIES: Tag = Tag::new(14, 0x06);
/// `Policy`, all versions.
pub const POLICY: Tag = Tag::new(14, 0x07);
/// `PolicyType`, all versions.
pub const POLICY_TYPE: Tag = Tag::new(14, 0x08);
/// `PolicyKey`, all versions.
pub const POLICY_KEY: Tag = Tag::new(14, 0x09);
/// `Data`, all versions.
pub const DATA: Tag = Tag::new(14, 0x0A);
/// `Status`, all versions.
pub const STATUS: Tag = Tag::new(14, 0x0B);
/// `RemoteWipe`, all versions.
pub const REMOTE_WIPE: Tag = Tag::new(14, 0x0C);
/// `EASProvisionDoc`, from 12.0.
pub const EAS_PROVISION_DOC: Tag = Tag::new(14, 0x0D);
/// `DevicePasswordEnabled`, from 12.0.
pub const DEVICE_PASSWORD_ENABLED: Tag = Tag::new(14, 0x0E);
/// `AlphanumericDevicePasswordRequired`, from 12.0.
pub const ALPHANUMERIC_DEVICE_PASSWORD_REQUIRED: Tag = Tag::new(14, 0x0F);
/// `RequireStorageCardEncryption`, from 12.1; called DeviceEncryptionEnabled in 12.0-era tables (12.0).
pub const REQUIRE_STORAGE_CARD_ENCRYPTION: Tag = Tag::new(14, 0x10);
/// `PasswordRecoveryEnabled`, from 12.0.
pub const PASSWORD_RECOVERY_ENABLED: Tag = Tag::new(14, 0x11);
/// `DocumentBrowseEnabled`, only 12.0; legacy (DocumentBrowseEnabled); absent from current spec.
pub const DOCUMENT_BROWSE_ENABLED: Tag = Tag::new(14, 0x12);
/// `AttachmentsEnabled`, from 12.0.
pub const ATTACHMENTS_ENABLED: Tag = Tag::new(14, 0x13);
/// `MinDevicePasswordLength`, from 12.0.
pub const MIN_DEVICE_PASSWORD_LENGTH: Tag = Tag::new(14, 0x14);
/// `MaxInactivityTimeDeviceLock`, from 12.0.
pub const MAX_INACTIVITY_TIME_DEVICE_LOCK: Tag = Tag::new(14, 0x15);
/// `MaxDevicePasswordFailedAttempts`, from 12.0.
pub const MAX_DEVICE_PASSWORD_FAILED_ATTEMPTS: Tag = Tag::new(14, 0x16);
/// `MaxAttachmentSize`, from 12.0.
pub const MAX_ATTACHMENT_SIZE: Tag = Tag::new(14, 0x17);
/// `AllowSimpleDevicePassword`, from 12.0.
pub const ALLOW_SIMPLE_DEVICE_PASSWORD: Tag = Tag::new(14, 0x18);
/// `DevicePasswordExpiration`, from 12.0.
pub const DEVICE_PASSWORD_EXPIRATION: Tag = Tag::new(14, 0x19);
/// `DevicePasswordHistory`, from 12.0.
pub const DEVICE_PASSWORD_HISTORY: Tag = Tag::new(14, 0x1A);
/// `AllowStorageCard`, from 12.1.
pub const ALLOW_STORAGE_CARD: Tag = Tag::new(14, 0x1B);
/// `AllowCamera`, from 12.1.
pub const ALLOW_CAMERA: Tag = Tag::new(14, 0x1C);
/// `RequireDeviceEncryption`, from 12.1.
pub const REQUIRE_DEVICE_ENCRYPTION: Tag = Tag::new(14, 0x1D);
/// `AllowUnsignedApplications`, from 12.1.
pub const ALLOW_UNSIGNED_APPLICATIONS: Tag = Tag::new(14, 0x1E);
/// `AllowUnsignedInstallationPackages`, from 12.1.
pub const ALLOW_UNSIGNED_INSTALLATION_PACKAGES: Tag = Tag::new(14, 0x1F);
/// `MinDevicePasswordComplexCharacters`, from 12.1.
pub const MIN_DEVICE_PASSWORD_COMPLEX_CHARACTERS: Tag = Tag::new(14, 0x20);
/// `AllowWiFi`, from 12.1.
pub const ALLOW_WI_FI: Tag = Tag::new(14, 0x21);
/// `AllowTextMessaging`, from 12.1.
pub const ALLOW_TEXT_MESSAGING: Tag = Tag::new(14, 0x22);
/// `AllowPOPIMAPEmail`, from 12.1.
pub const ALLOW_POPIMAP_EMAIL: Tag = Tag::new(14, 0x23);
/// `AllowBluetooth`, from 12.1.
pub const ALLOW_BLUETOOTH: Tag = Tag::new(14, 0x24);
/// `AllowIrDA`, from 12.1.
pub const ALLOW_IR_DA: Tag = Tag::new(14, 0x25);
/// `RequireManualSyncWhenRoaming`, from 12.1.
pub const REQUIRE_MANUAL_SYNC_WHEN_ROAMING: Tag = Tag::new(14, 0x26);
/// `AllowDesktopSync`, from 12.1.
pub const ALLOW_DESKTOP_SYNC: Tag = Tag::new(14, 0x27);
/// `MaxCalendarAgeFilter`, from 12.1.
pub const MAX_CALENDAR_AGE_FILTER: Tag = Tag::new(14, 0x28);
/// `AllowHTMLEmail`, from 12.1.
pub const ALLOW_HTML_EMAIL: Tag = Tag::new(14, 0x29);
/// `MaxEmailAgeFilter`, from 12.1.
pub const MAX_EMAIL_AGE_FILTER: Tag = Tag::new(14, 0x2A);
/// `MaxEmailBodyTruncationSize`, from 12.1.
pub const MAX_EMAIL_BODY_TRUNCATION_SIZE: Tag = Tag::new(14, 0x2B);
/// `MaxEmailHTMLBodyTruncationSize`, from 12.1.
pub const MAX_EMAIL_HTML_BODY_TRUNCATION_SIZE: Tag = Tag::new(14, 0x2C);
/// `RequireSignedSMIMEMessages`, from 12.1.
pub const REQUIRE_SIGNED_SMIME_MESSAGES: Tag = Tag::new(14, 0x2D);
/// `RequireEncryptedSMIMEMessages`, from 12.1.
pub const REQUIRE_ENCRYPTED_SMIME_MESSAGES: Tag = Tag::new(14, 0x2E);
/// `RequireSignedSMIMEAlgorithm`, from 12.1.
pub const REQUIRE_SIGNED_SMIME_ALGORITHM: Tag = Tag::new(14, 0x2F);
/// `RequireEncryptionSMIMEAlgorithm`, from 12.1.
pub const REQUIRE_ENCRYPTION_SMIME_ALGORITHM: Tag = Tag::new(14, 0x30);
/// `AllowSMIMEEncryptionAlgorithmNegotiation`, from 12.1.
pub const ALLOW_SMIME_ENCRYPTION_ALGORITHM_NEGOTIATION: Tag = Tag::new(14, 0x31);
/// `AllowSMIMESoftCerts`, from 12.1.
pub const ALLOW_SMIME_SOFT_CERTS: Tag = Tag::new(14, 0x32);
/// `AllowBrowser`, from 12.1.
pub const ALLOW_BROWSER: Tag = Tag::new(14, 0x33);
/// `AllowConsumerEmail`, from 12.1.
pub const ALLOW_CONSUMER_EMAIL: Tag = Tag::new(14, 0x34);
/// `AllowRemoteDesktop`, from 12.1.
pub const ALLOW_REMOTE_DESKTOP: Tag = Tag::new(14, 0x35);
/// `AllowInternetSharing`, from 12.1.
pub const ALLOW_INTERNET_SHARING: Tag = Tag::new(14, 0x36);
/// `UnapprovedInROMApplicationList`, from 12.1.
pub const UNAPPROVED_IN_ROM_APPLICATION_LIST: Tag = Tag::new(14, 0x37);
/// `ApplicationName`, from 12.1.
pub const APPLICATION_NAME: Tag = Tag::new(14, 0x38);
/// `ApprovedApplicationList`, from 12.1.
pub const APPROVED_APPLICATION_LIST: Tag = Tag::new(14, 0x39);
/// `Hash`, from 12.1.
pub const HASH: Tag = Tag::new(14, 0x3A);
/// `AccountOnlyRemoteWipe`, from 16.1.
pub const ACCOUNT_ONLY_REMOTE_WIPE: Tag = Tag::new(14, 0x3B);

pub(super) static PAGE: Page = Page {
    namespace: "Provision",
    entries: &[
        Entry::new(PROVISION, "Provision", Version::V2_5, Version::V16_1),
        Entry::new(POLICIES, "Policies", Version::V2_5, Version::V16_1),
        Entry::new(POLICY, "Policy", Version::V2_5, Version::V16_1),
        Entry::new(POLICY_TYPE, "PolicyType", Version::V2_5, Version::V16_1),
        Entry::new(POLICY_KEY, "PolicyKey", Version::V2_5, Version::V16_1),
        Entry::new(DATA, "Data", Version::V2_5, Version::V16_1),
        Entry::new(STATUS, "Status", Version::V2_5, Version::V16_1),
        Entry::new(REMOTE_WIPE, "RemoteWipe", Version::V2_5, Version::V16_1),
        Entry::new(
            EAS_PROVISION_DOC,
            "EASProvisionDoc",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(
            DEVICE_PASSWORD_ENABLED,
            "DevicePasswordEnabled",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(
            ALPHANUMERIC_DEVICE_PASSWORD_REQUIRED,
            "AlphanumericDevicePasswordRequired",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(
            REQUIRE_STORAGE_CARD_ENCRYPTION,
            "RequireStorageCardEncryption",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            PASSWORD_RECOVERY_ENABLED,
            "PasswordRecoveryEnabled",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(
            DOCUMENT_BROWSE_ENABLED,
            "DocumentBrowseEnabled",
            Version::V12_0,
            Version::V12_0,
        ),
        Entry::new(
            ATTACHMENTS_ENABLED,
            "AttachmentsEnabled",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(
            MIN_DEVICE_PASSWORD_LENGTH,
            "MinDevicePasswordLength",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(
            MAX_INACTIVITY_TIME_DEVICE_LOCK,
            "MaxInactivityTimeDeviceLock",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(
            MAX_DEVICE_PASSWORD_FAILED_ATTEMPTS,
            "MaxDevicePasswordFailedAttempts",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(
            MAX_ATTACHMENT_SIZE,
            "MaxAttachmentSize",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(
            ALLOW_SIMPLE_DEVICE_PASSWORD,
            "AllowSimpleDevicePassword",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(
            DEVICE_PASSWORD_EXPIRATION,
            "DevicePasswordExpiration",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(
            DEVICE_PASSWORD_HISTORY,
            "DevicePasswordHistory",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(
            ALLOW_STORAGE_CARD,
            "AllowStorageCard",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(ALLOW_CAMERA, "AllowCamera", Version::V12_1, Version::V16_1),
        Entry::new(
            REQUIRE_DEVICE_ENCRYPTION,
            "RequireDeviceEncryption",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            ALLOW_UNSIGNED_APPLICATIONS,
            "AllowUnsignedApplications",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            ALLOW_UNSIGNED_INSTALLATION_PACKAGES,
            "AllowUnsignedInstallationPackages",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            MIN_DEVICE_PASSWORD_COMPLEX_CHARACTERS,
            "MinDevicePasswordComplexCharacters",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(ALLOW_WI_FI, "AllowWiFi", Version::V12_1, Version::V16_1),
        Entry::new(
            ALLOW_TEXT_MESSAGING,
            "AllowTextMessaging",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            ALLOW_POPIMAP_EMAIL,
            "AllowPOPIMAPEmail",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            ALLOW_BLUETOOTH,
            "AllowBluetooth",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(ALLOW_IR_DA, "AllowIrDA", Version::V12_1, Version::V16_1),
        Entry::new(
            REQUIRE_MANUAL_SYNC_WHEN_ROAMING,
            "RequireManualSyncWhenRoaming",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            ALLOW_DESKTOP_SYNC,
            "AllowDesktopSync",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            MAX_CALENDAR_AGE_FILTER,
            "MaxCalendarAgeFilter",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            ALLOW_HTML_EMAIL,
            "AllowHTMLEmail",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            MAX_EMAIL_AGE_FILTER,
            "MaxEmailAgeFilter",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            MAX_EMAIL_BODY_TRUNCATION_SIZE,
            "MaxEmailBodyTruncationSize",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            MAX_EMAIL_HTML_BODY_TRUNCATION_SIZE,
            "MaxEmailHTMLBodyTruncationSize",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            REQUIRE_SIGNED_SMIME_MESSAGES,
            "RequireSignedSMIMEMessages",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            REQUIRE_ENCRYPTED_SMIME_MESSAGES,
            "RequireEncryptedSMIMEMessages",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            REQUIRE_SIGNED_SMIME_ALGORITHM,
            "RequireSignedSMIMEAlgorithm",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            REQUIRE_ENCRYPTION_SMIME_ALGORITHM,
            "RequireEncryptionSMIMEAlgorithm",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            ALLOW_SMIME_ENCRYPTION_ALGORITHM_NEGOTIATION,
            "AllowSMIMEEncryptionAlgorithmNegotiation",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            ALLOW_SMIME_SOFT_CERTS,
            "AllowSMIMESoftCerts",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            ALLOW_BROWSER,
            "AllowBrowser",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            ALLOW_CONSUMER_EMAIL,
            "AllowConsumerEmail",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            ALLOW_REMOTE_DESKTOP,
            "AllowRemoteDesktop",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            ALLOW_INTERNET_SHARING,
            "AllowInternetSharing",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            UNAPPROVED_IN_ROM_APPLICATION_LIST,
            "UnapprovedInROMApplicationList",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            APPLICATION_NAME,
            "ApplicationName",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(
            APPROVED_APPLICATION_LIST,
            "ApprovedApplicationList",
            Version::V12_1,
            Version::V16_1,
        ),
        Entry::new(HASH, "Hash", Version::V12_1, Version::V16_1),
        Entry::new(
            ACCOUNT_ONLY_REMOTE_WIPE,
            "AccountOnlyRemoteWipe",
            Version::V16_1,
            Version::V16_1,
        ),
    ],
};
