//! Who a device is (MS-ASCMD 2.2.3.45).

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
