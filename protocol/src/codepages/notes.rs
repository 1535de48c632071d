//! Code page 23, `Notes`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `Subject`, from 14.0.
pub const SUBJECT: Tag = Tag::new(23, 0x05);
/// `MessageClass`, from 14.0.
pub const MESSAGE_CLASS: Tag = Tag::new(23, 0x06);
/// `LastModifiedDate`, from 14.0.
pub const LAST_MODIFIED_DATE: Tag = Tag::new(23, 0x07);
/// `Categories`, from 14.0.
pub const CATEGORIES: Tag = Tag::new(23, 0x08);
/// `Category`, from 14.0.
pub const CATEGORY: Tag = Tag::new(23, 0x09);

pub(super) static PAGE: Page = Page {
    namespace: "Notes",
    entries: &[
        Entry::new(SUBJECT, "Subject", Version::V14_0, Version::V16_1),
        Entry::new(
            MESSAGE_CLASS,
            "MessageClass",
            Version::V14_0,
            Version::V16_1,
        ),
        Entry::new(
            LAST_MODIFIED_DATE,
            "LastModifiedDate",
            Version::V14_0,
            Version::V16_1,
        ),
        Entry::new(CATEGORIES, "Categories", Version::V14_0, Version::V16_1),
        Entry::new(CATEGORY, "Category", Version::V14_0, Version::V16_1),
    ],
};
