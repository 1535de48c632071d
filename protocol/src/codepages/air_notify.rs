//! Code page 3, `AirNotify`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `Notify`, only 2.5.
pub const NOTIFY: Tag = Tag::new(3, 0x05);
/// `Notification`, only 2.5.
pub const NOTIFICATION: Tag = Tag::new(3, 0x06);
/// `Version`, only 2.5.
pub const VERSION: Tag = Tag::new(3, 0x07);
/// `LifeTime`, only 2.5.
pub const LIFE_TIME: Tag = Tag::new(3, 0x08);
/// `DeviceInfo`, only 2.5.
pub const DEVICE_INFO: Tag = Tag::new(3, 0x09);
/// `Enable`, only 2.5.
pub const ENABLE: Tag = Tag::new(3, 0x0A);
/// `Folder`, only 2.5.
pub const FOLDER: Tag = Tag::new(3, 0x0B);
/// `ServerId`, only 2.5.
pub const SERVER_ID: Tag = Tag::new(3, 0x0C);
/// `DeviceAddress`, only 2.5.
pub const DEVICE_ADDRESS: Tag = Tag::new(3, 0x0D);
/// `ValidCarrierProfiles`, only 2.5.
pub const VALID_CARRIER_PROFILES: Tag = Tag::new(3, 0x0E);
/// `CarrierProfile`, only 2.5.
pub const CARRIER_PROFILE: Tag = Tag::new(3, 0x0F);
/// `Status`, only 2.5.
pub const STATUS: Tag = Tag::new(3, 0x10);
/// `Responses`, only 2.5.
pub const RESPONSES: Tag = Tag::new(3, 0x11);
/// `Devices`, only 2.5.
pub const DEVICES: Tag = Tag::new(3, 0x12);
/// `Device`, only 2.5.
pub const DEVICE: Tag = Tag::new(3, 0x13);
/// `Id`, only 2.5.
pub const ID: Tag = Tag::new(3, 0x14);
/// `Expiry`, only 2.5.
pub const EXPIRY: Tag = Tag::new(3, 0x15);
/// `NotifyGUID`, only 2.5.
pub const NOTIFY_GUID: Tag = Tag::new(3, 0x16);
/// `DeviceFriendlyName`, only 2.5.
pub const DEVICE_FRIENDLY_NAME: Tag = Tag::new(3, 0x17);

pub(super) static PAGE: Page = Page {
    namespace: "AirNotify",
    entries: &[
        Entry::new(NOTIFY, "Notify", Version::V2_5, Version::V2_5),
        Entry::new(NOTIFICATION, "Notification", Version::V2_5, Version::V2_5),
        Entry::new(VERSION, "Version", Version::V2_5, Version::V2_5),
        Entry::new(LIFE_TIME, "LifeTime", Version::V2_5, Version::V2_5),
        Entry::new(DEVICE_INFO, "DeviceInfo", Version::V2_5, Version::V2_5),
        Entry::new(ENABLE, "Enable", Version::V2_5, Version::V2_5),
        Entry::new(FOLDER, "Folder", Version::V2_5, Version::V2_5),
        Entry::new(SERVER_ID, "ServerId", Version::V2_5, Version::V2_5),
        Entry::new(
            DEVICE_ADDRESS,
            "DeviceAddress",
            Version::V2_5,
            Version::V2_5,
        ),
        Entry::new(
            VALID_CARRIER_PROFILES,
            "ValidCarrierProfiles",
            Version::V2_5,
            Version::V2_5,
        ),
        Entry::new(
            CARRIER_PROFILE,
            "CarrierProfile",
            Version::V2_5,
            Version::V2_5,
        ),
        Entry::new(STATUS, "Status", Version::V2_5, Version::V2_5),
        Entry::new(RESPONSES, "Responses", Version::V2_5, Version::V2_5),
        Entry::new(DEVICES, "Devices", Version::V2_5, Version::V2_5),
        Entry::new(DEVICE, "Device", Version::V2_5, Version::V2_5),
        Entry::new(ID, "Id", Version::V2_5, Version::V2_5),
        Entry::new(EXPIRY, "Expiry", Version::V2_5, Version::V2_5),
        Entry::new(NOTIFY_GUID, "NotifyGUID", Version::V2_5, Version::V2_5),
        Entry::new(
            DEVICE_FRIENDLY_NAME,
            "DeviceFriendlyName",
            Version::V2_5,
            Version::V2_5,
        ),
    ],
};
