//! Code page 20, `ItemOperations`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `ItemOperations`, from 12.0.
pub const ITEM_OPERATIONS: Tag = Tag::new(20, 0x05);
/// `Fetch`, from 12.0.
pub const FETCH: Tag = Tag::new(20, 0x06);
/// `Store`, from 12.0.
pub const STORE: Tag = Tag::new(20, 0x07);
/// `Options`, from 12.0.
pub const OPTIONS: Tag = Tag::new(20, 0x08);
/// `Range`, from 12.0.
pub const RANGE: Tag = Tag::new(20, 0x09);
/// `Total`, from 12.0.
pub const TOTAL: Tag = Tag::new(20, 0x0A);
/// `Properties`, from 12.0.
pub const PROPERTIES: Tag = Tag::new(20, 0x0B);
/// `Data`, from 12.0.
pub const DATA: Tag = Tag::new(20, 0x0C);
/// `Status`, from 12.0.
pub const STATUS: Tag = Tag::new(20, 0x0D);
/// `Response`, from 12.0.
pub const RESPONSE: Tag = Tag::new(20, 0x0E);
/// `Version`, from 12.0.
pub const VERSION: Tag = Tag::new(20, 0x0F);
/// `Schema`, from 12.0.
pub const SCHEMA: Tag = Tag::new(20, 0x10);
/// `Part`, from 12.0.
pub const PART: Tag = Tag::new(20, 0x11);
/// `EmptyFolderContents`, from 12.0.
pub const EMPTY_FOLDER_CONTENTS: Tag = Tag::new(20, 0x12);
/// `DeleteSubFolders`, from 12.0.
pub const DELETE_SUB_FOLDERS: Tag = Tag::new(20, 0x13);
/// `UserName`, from 12.1.
pub const USER_NAME: Tag = Tag::new(20, 0x14);
/// `Password`, from 12.1.
pub const PASSWORD: Tag = Tag::new(20, 0x15);
/// `Move`, from 14.0.
pub const MOVE: Tag = Tag::new(20, 0x16);
/// `DstFldId`, from 14.0.
pub const DST_FLD_ID: Tag = Tag::new(20, 0x17);
/// `ConversationId`, from 14.0.
pub const CONVERSATION_ID: Tag = Tag::new(20, 0x18);
/// `MoveAlways`, from 14.0.
pub const MOVE_ALWAYS: Tag = Tag::new(20, 0x19);

pub(super) static PAGE: Page = Page {
    namespace: "ItemOperations",
    entries: &[
        Entry::new(
            ITEM_OPERATIONS,
            "ItemOperations",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(FETCH, "Fetch", Version::V12_0, Version::V16_1),
        Entry::new(STORE, "Store", Version::V12_0, Version::V16_1),
        Entry::new(OPTIONS, "Options", Version::V12_0, Version::V16_1),
        Entry::new(RANGE, "Range", Version::V12_0, Version::V16_1),
        Entry::new(TOTAL, "Total", Version::V12_0, Version::V16_1),
        Entry::new(PROPERTIES, "Properties", Version::V12_0, Version::V16_1),
        Entry::new(DATA, "Data", Version::V12_0, Version::V16_1),
        Entry::new(STATUS, "Status", Version::V12_0, Version::V16_1),
        Entry::new(RESPONSE, "Response", Version::V12_0, Version::V16_1),
        Entry::new(VERSION, "Version", Version::V12_0, Version::V16_1),
        Entry::new(SCHEMA, "Schema", Version::V12_0, Version::V16_1),
        Entry::new(PART, "Part", Version::V12_0, Version::V16_1),
        Entry::new(
            EMPTY_FOLDER_CONTENTS,
            "EmptyFolderContents",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(
            DELETE_SUB_FOLDERS,
            "DeleteSubFolders",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(USER_NAME, "UserName", Version::V12_1, Version::V16_1),
        Entry::new(PASSWORD, "Password", Version::V12_1, Version::V16_1),
        Entry::new(MOVE, "Move", Version::V14_0, Version::V16_1),
        Entry::new(DST_FLD_ID, "DstFldId", Version::V14_0, Version::V16_1),
        Entry::new(
            CONVERSATION_ID,
            "ConversationId",
            Version::V14_0,
            Version::V16_1,
        ),
        Entry::new(MOVE_ALWAYS, "MoveAlways", Version::V14_0, Version::V16_1),
    ],
};
