//! Code page 19, `DocumentLibrary`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `LinkId`, from 12.0.
pub const LINK_ID: Tag = Tag::new(19, 0x05);
/// `DisplayName`, from 12.0.
pub const DISPLAY_NAME: Tag = Tag::new(19, 0x06);
/// `IsFolder`, from 12.0.
pub const IS_FOLDER: Tag = Tag::new(19, 0x07);
/// `CreationDate`, from 12.0.
pub const CREATION_DATE: Tag = Tag::new(19, 0x08);
/// `LastModifiedDate`, from 12.0.
pub const LAST_MODIFIED_DATE: Tag = Tag::new(19, 0x09);
/// `IsHidden`, from 12.0.
pub const IS_HIDDEN: Tag = Tag::new(19, 0x0A);
/// `ContentLength`, from 12.0.
pub const CONTENT_LENGTH: Tag = Tag::new(19, 0x0B);
/// `ContentType`, from 12.0.
pub const CONTENT_TYPE: Tag = Tag::new(19, 0x0C);

pub(super) static PAGE: Page = Page {
    namespace: "DocumentLibrary",
    entries: &[
        Entry::new(LINK_ID, "LinkId", Version::V12_0, Version::V16_1),
        Entry::new(DISPLAY_NAME, "DisplayName", Version::V12_0, Version::V16_1),
        Entry::new(IS_FOLDER, "IsFolder", Version::V12_0, Version::V16_1),
        Entry::new(
            CREATION_DATE,
            "CreationDate",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(
            LAST_MODIFIED_DATE,
            "LastModifiedDate",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(IS_HIDDEN, "IsHidden", Version::V12_0, Version::V16_1),
        Entry::new(
            CONTENT_LENGTH,
            "ContentLength",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(CONTENT_TYPE, "ContentType", Version::V12_0, Version::V16_1),
    ],
};
