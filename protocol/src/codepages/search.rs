//! Code page 15, `Search`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `Search`, all versions.
pub const SEARCH: Tag = Tag::new(15, 0x05);
/// `Stores`, only 2.5; legacy container, some clients send Store (0x07) directly.
pub const STORES: Tag = Tag::new(15, 0x06);
/// `Store`, all versions.
pub const STORE: Tag = Tag::new(15, 0x07);
/// `Name`, all versions.
pub const NAME: Tag = Tag::new(15, 0x08);
/// `Query`, all versions.
pub const QUERY: Tag = Tag::new(15, 0x09);
/// `Options`, all versions.
pub const OPTIONS: Tag = Tag::new(15, 0x0A);
/// `Range`, all versions.
pub const RANGE: Tag = Tag::new(15, 0x0B);
/// `Status`, all versions.
pub const STATUS: Tag = Tag::new(15, 0x0C);
/// `Response`, all versions.
pub const RESPONSE: Tag = Tag::new(15, 0x0D);
/// `Result`, all versions.
pub const RESULT: Tag = Tag::new(15, 0x0E);
/// `Properties`, all versions.
pub const PROPERTIES: Tag = Tag::new(15, 0x0F);
/// `Total`, all versions.
pub const TOTAL: Tag = Tag::new(15, 0x10);
/// `EqualTo`, from 12.0.
pub const EQUAL_TO: Tag = Tag::new(15, 0x11);
/// `Value`, from 12.0.
pub const VALUE: Tag = Tag::new(15, 0x12);
/// `And`, from 12.0.
pub const AND: Tag = Tag::new(15, 0x13);
/// `Or`, from 12.0.
pub const OR: Tag = Tag::new(15, 0x14);
/// `FreeText`, from 12.0.
pub const FREE_TEXT: Tag = Tag::new(15, 0x15);
/// `DeepTraversal`, from 12.0.
pub const DEEP_TRAVERSAL: Tag = Tag::new(15, 0x17);
/// `LongId`, from 12.0.
pub const LONG_ID: Tag = Tag::new(15, 0x18);
/// `RebuildResults`, from 12.0.
pub const REBUILD_RESULTS: Tag = Tag::new(15, 0x19);
/// `LessThan`, from 12.0.
pub const LESS_THAN: Tag = Tag::new(15, 0x1A);
/// `GreaterThan`, from 12.0.
pub const GREATER_THAN: Tag = Tag::new(15, 0x1B);
/// `Schema`, only 2.5; legacy.
pub const SCHEMA: Tag = Tag::new(15, 0x1C);
/// `Supported`, only 2.5; legacy.
pub const SUPPORTED: Tag = Tag::new(15, 0x1D);
/// `UserName`, from 12.1.
pub const USER_NAME: Tag = Tag::new(15, 0x1E);
/// `Password`, from 12.1.
pub const PASSWORD: Tag = Tag::new(15, 0x1F);
/// `ConversationId`, from 14.0.
pub const CONVERSATION_ID: Tag = Tag::new(15, 0x20);
/// `Picture`, from 14.1.
pub const PICTURE: Tag = Tag::new(15, 0x21);
/// `MaxSize`, from 14.1.
pub const MAX_SIZE: Tag = Tag::new(15, 0x22);
/// `MaxPictures`, from 14.1.
pub const MAX_PICTURES: Tag = Tag::new(15, 0x23);

pub(super) static PAGE: Page = Page {
    namespace: "Search",
    entries: &[
        Entry::new(SEARCH, "Search", Version::V2_5, Version::V16_1),
        Entry::new(STORES, "Stores", Version::V2_5, Version::V2_5),
        Entry::new(STORE, "Store", Version::V2_5, Version::V16_1),
        Entry::new(NAME, "Name", Version::V2_5, Version::V16_1),
        Entry::new(QUERY, "Query", Version::V2_5, Version::V16_1),
        Entry::new(OPTIONS, "Options", Version::V2_5, Version::V16_1),
        Entry::new(RANGE, "Range", Version::V2_5, Version::V16_1),
        Entry::new(STATUS, "Status", Version::V2_5, Version::V16_1),
        Entry::new(RESPONSE, "Response", Version::V2_5, Version::V16_1),
        Entry::new(RESULT, "Result", Version::V2_5, Version::V16_1),
        Entry::new(PROPERTIES, "Properties", Version::V2_5, Version::V16_1),
        Entry::new(TOTAL, "Total", Version::V2_5, Version::V16_1),
        Entry::new(EQUAL_TO, "EqualTo", Version::V12_0, Version::V16_1),
        Entry::new(VALUE, "Value", Version::V12_0, Version::V16_1),
        Entry::new(AND, "And", Version::V12_0, Version::V16_1),
        Entry::new(OR, "Or", Version::V12_0, Version::V16_1),
        Entry::new(FREE_TEXT, "FreeText", Version::V12_0, Version::V16_1),
        Entry::new(
            DEEP_TRAVERSAL,
            "DeepTraversal",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(LONG_ID, "LongId", Version::V12_0, Version::V16_1),
        Entry::new(
            REBUILD_RESULTS,
            "RebuildResults",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(LESS_THAN, "LessThan", Version::V12_0, Version::V16_1),
        Entry::new(GREATER_THAN, "GreaterThan", Version::V12_0, Version::V16_1),
        Entry::new(SCHEMA, "Schema", Version::V2_5, Version::V2_5),
        Entry::new(SUPPORTED, "Supported", Version::V2_5, Version::V2_5),
        Entry::new(USER_NAME, "UserName", Version::V12_1, Version::V16_1),
        Entry::new(PASSWORD, "Password", Version::V12_1, Version::V16_1),
        Entry::new(
            CONVERSATION_ID,
            "ConversationId",
            Version::V14_0,
            Version::V16_1,
        ),
        Entry::new(PICTURE, "Picture", Version::V14_1, Version::V16_1),
        Entry::new(MAX_SIZE, "MaxSize", Version::V14_1, Version::V16_1),
        Entry::new(MAX_PICTURES, "MaxPictures", Version::V14_1, Version::V16_1),
    ],
};
