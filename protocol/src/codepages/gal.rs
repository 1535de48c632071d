//! Code page 16, `GAL`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `DisplayName`, all versions.
pub const DISPLAY_NAME: Tag = Tag::new(16, 0x05);
/// `Phone`, all versions.
pub const PHONE: Tag = Tag::new(16, 0x06);
/// `Office`, all versions.
pub const OFFICE: Tag = Tag::new(16, 0x07);
/// `Title`, all versions.
pub const TITLE: Tag = Tag::new(16, 0x08);
/// `Company`, all versions.
pub const COMPANY: Tag = Tag::new(16, 0x09);
/// `Alias`, all versions.
pub const ALIAS: Tag = Tag::new(16, 0x0A);
/// `FirstName`, all versions.
pub const FIRST_NAME: Tag = Tag::new(16, 0x0B);
/// `LastName`, all versions.
pub const LAST_NAME: Tag = Tag::new(16, 0x0C);
/// `HomePhone`, all versions.
pub const HOME_PHONE: Tag = Tag::new(16, 0x0D);
/// `MobilePhone`, all versions.
pub const MOBILE_PHONE: Tag = Tag::new(16, 0x0E);
/// `EmailAddress`, all versions.
pub const EMAIL_ADDRESS: Tag = Tag::new(16, 0x0F);
/// `Picture`, from 14.1.
pub const PICTURE: Tag = Tag::new(16, 0x10);
/// `Status`, from 14.1.
pub const STATUS: Tag = Tag::new(16, 0x11);
/// `Data`, from 14.1.
pub const DATA: Tag = Tag::new(16, 0x12);

pub(super) static PAGE: Page = Page {
    namespace: "GAL",
    entries: &[
        Entry::new(DISPLAY_NAME, "DisplayName", Version::V2_5, Version::V16_1),
        Entry::new(PHONE, "Phone", Version::V2_5, Version::V16_1),
        Entry::new(OFFICE, "Office", Version::V2_5, Version::V16_1),
        Entry::new(TITLE, "Title", Version::V2_5, Version::V16_1),
        Entry::new(COMPANY, "Company", Version::V2_5, Version::V16_1),
        Entry::new(ALIAS, "Alias", Version::V2_5, Version::V16_1),
        Entry::new(FIRST_NAME, "FirstName", Version::V2_5, Version::V16_1),
        Entry::new(LAST_NAME, "LastName", Version::V2_5, Version::V16_1),
        Entry::new(HOME_PHONE, "HomePhone", Version::V2_5, Version::V16_1),
        Entry::new(MOBILE_PHONE, "MobilePhone", Version::V2_5, Version::V16_1),
        Entry::new(EMAIL_ADDRESS, "EmailAddress", Version::V2_5, Version::V16_1),
        Entry::new(PICTURE, "Picture", Version::V14_1, Version::V16_1),
        Entry::new(STATUS, "Status", Version::V14_1, Version::V16_1),
        Entry::new(DATA, "Data", Version::V14_1, Version::V16_1),
    ],
};
