//! Code page 6, `GetItemEstimate`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `GetItemEstimate`, all versions.
pub const GET_ITEM_ESTIMATE: Tag = Tag::new(6, 0x05);
/// `Version`, only 2.5; legacy.
pub const VERSION: Tag = Tag::new(6, 0x06);
/// `Collections`, all versions.
pub const COLLECTIONS: Tag = Tag::new(6, 0x07);
/// `Collection`, all versions.
pub const COLLECTION: Tag = Tag::new(6, 0x08);
/// `Class`, 2.5 to 12.1; 14.0+ uses AirSync:Class (0/0x10).
pub const CLASS: Tag = Tag::new(6, 0x09);
/// `CollectionId`, all versions.
pub const COLLECTION_ID: Tag = Tag::new(6, 0x0A);
/// `DateTime`, only 2.5; legacy.
pub const DATE_TIME: Tag = Tag::new(6, 0x0B);
/// `Estimate`, all versions.
pub const ESTIMATE: Tag = Tag::new(6, 0x0C);
/// `Response`, all versions.
pub const RESPONSE: Tag = Tag::new(6, 0x0D);
/// `Status`, all versions.
pub const STATUS: Tag = Tag::new(6, 0x0E);

pub(super) static PAGE: Page = Page {
    namespace: "GetItemEstimate",
    entries: &[
        Entry::new(
            GET_ITEM_ESTIMATE,
            "GetItemEstimate",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(VERSION, "Version", Version::V2_5, Version::V2_5),
        Entry::new(COLLECTIONS, "Collections", Version::V2_5, Version::V16_1),
        Entry::new(COLLECTION, "Collection", Version::V2_5, Version::V16_1),
        Entry::new(CLASS, "Class", Version::V2_5, Version::V12_1),
        Entry::new(COLLECTION_ID, "CollectionId", Version::V2_5, Version::V16_1),
        Entry::new(DATE_TIME, "DateTime", Version::V2_5, Version::V2_5),
        Entry::new(ESTIMATE, "Estimate", Version::V2_5, Version::V16_1),
        Entry::new(RESPONSE, "Response", Version::V2_5, Version::V16_1),
        Entry::new(STATUS, "Status", Version::V2_5, Version::V16_1),
    ],
};
