//! The policy document (MS-ASPROV 2.2.2.28).

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
