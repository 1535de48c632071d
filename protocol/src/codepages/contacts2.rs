//! Code page 12, `Contacts2`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `CustomerId`, all versions.
pub const CUSTOMER_ID: Tag = Tag::new(12, 0x05);
/// `GovernmentId`, all versions.
pub const GOVERNMENT_ID: Tag = Tag::new(12, 0x06);
/// `IMAddress`, all versions.
pub const IM_ADDRESS: Tag = Tag::new(12, 0x07);
/// `IMAddress2`, all versions.
pub const IM_ADDRESS2: Tag = Tag::new(12, 0x08);
/// `IMAddress3`, all versions.
pub const IM_ADDRESS3: Tag = Tag::new(12, 0x09);
/// `ManagerName`, all versions.
pub const MANAGER_NAME: Tag = Tag::new(12, 0x0A);
/// `CompanyMainPhone`, all versions.
pub const COMPANY_MAIN_PHONE: Tag = Tag::new(12, 0x0B);
/// `AccountName`, all versions.
pub const ACCOUNT_NAME: Tag = Tag::new(12, 0x0C);
/// `NickName`, all versions.
pub const NICK_NAME: Tag = Tag::new(12, 0x0D);
/// `MMS`, all versions.
pub const MMS: Tag = Tag::new(12, 0x0E);

pub(super) static PAGE: Page = Page {
    namespace: "Contacts2",
    entries: &[
        Entry::new(CUSTOMER_ID, "CustomerId", Version::V2_5, Version::V16_1),
        Entry::new(GOVERNMENT_ID, "GovernmentId", Version::V2_5, Version::V16_1),
        Entry::new(IM_ADDRESS, "IMAddress", Version::V2_5, Version::V16_1),
        Entry::new(IM_ADDRESS2, "IMAddress2", Version::V2_5, Version::V16_1),
        Entry::new(IM_ADDRESS3, "IMAddress3", Version::V2_5, Version::V16_1),
        Entry::new(MANAGER_NAME, "ManagerName", Version::V2_5, Version::V16_1),
        Entry::new(
            COMPANY_MAIN_PHONE,
            "CompanyMainPhone",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(ACCOUNT_NAME, "AccountName", Version::V2_5, Version::V16_1),
        Entry::new(NICK_NAME, "NickName", Version::V2_5, Version::V16_1),
        Entry::new(MMS, "MMS", Version::V2_5, Version::V16_1),
    ],
};
