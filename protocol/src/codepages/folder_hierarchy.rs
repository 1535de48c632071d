//! Code page 7, `FolderHierarchy`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `Folders`, 2.5 to 12.1; GetHierarchy command (2.5-12.1).
pub const FOLDERS: Tag = Tag::new(7, 0x05);
/// `Folder`, 2.5 to 12.1; GetHierarchy command (2.5-12.1).
pub const FOLDER: Tag = Tag::new(7, 0x06);
/// `DisplayName`, all versions.
pub const DISPLAY_NAME: Tag = Tag::new(7, 0x07);
/// `ServerId`, all versions.
pub const SERVER_ID: Tag = Tag::new(7, 0x08);
/// `ParentId`, all versions.
pub const PARENT_ID: Tag = Tag::new(7, 0x09);
/// `Type`, all versions.
pub const TYPE: Tag = Tag::new(7, 0x0A);
/// `Response`, only 2.5; legacy.
pub const RESPONSE: Tag = Tag::new(7, 0x0B);
/// `Status`, all versions.
pub const STATUS: Tag = Tag::new(7, 0x0C);
/// `ContentClass`, only 2.5; legacy.
pub const CONTENT_CLASS: Tag = Tag::new(7, 0x0D);
/// `Changes`, all versions.
pub const CHANGES: Tag = Tag::new(7, 0x0E);
/// `Add`, all versions.
pub const ADD: Tag = Tag::new(7, 0x0F);
/// `Delete`, all versions.
pub const DELETE: Tag = Tag::new(7, 0x10);
/// `Update`, all versions.
pub const UPDATE: Tag = Tag::new(7, 0x11);
/// `SyncKey`, all versions.
pub const SYNC_KEY: Tag = Tag::new(7, 0x12);
/// `FolderCreate`, all versions.
pub const FOLDER_CREATE: Tag = Tag::new(7, 0x13);
/// `FolderDelete`, all versions.
pub const FOLDER_DELETE: Tag = Tag::new(7, 0x14);
/// `FolderUpdate`, all versions.
pub const FOLDER_UPDATE: Tag = Tag::new(7, 0x15);
/// `FolderSync`, all versions.
pub const FOLDER_SYNC: Tag = Tag::new(7, 0x16);
/// `Count`, all versions.
pub const COUNT: Tag = Tag::new(7, 0x17);
/// `Version`, only 2.5; legacy.
pub const VERSION: Tag = Tag::new(7, 0x18);

pub(super) static PAGE: Page = Page {
    namespace: "FolderHierarchy",
    entries: &[
        Entry::new(FOLDERS, "Folders", Version::V2_5, Version::V12_1),
        Entry::new(FOLDER, "Folder", Version::V2_5, Version::V12_1),
        Entry::new(DISPLAY_NAME, "DisplayName", Version::V2_5, Version::V16_1),
        Entry::new(SERVER_ID, "ServerId", Version::V2_5, Version::V16_1),
        Entry::new(PARENT_ID, "ParentId", Version::V2_5, Version::V16_1),
        Entry::new(TYPE, "Type", Version::V2_5, Version::V16_1),
        Entry::new(RESPONSE, "Response", Version::V2_5, Version::V2_5),
        Entry::new(STATUS, "Status", Version::V2_5, Version::V16_1),
        Entry::new(CONTENT_CLASS, "ContentClass", Version::V2_5, Version::V2_5),
        Entry::new(CHANGES, "Changes", Version::V2_5, Version::V16_1),
        Entry::new(ADD, "Add", Version::V2_5, Version::V16_1),
        Entry::new(DELETE, "Delete", Version::V2_5, Version::V16_1),
        Entry::new(UPDATE, "Update", Version::V2_5, Version::V16_1),
        Entry::new(SYNC_KEY, "SyncKey", Version::V2_5, Version::V16_1),
        Entry::new(FOLDER_CREATE, "FolderCreate", Version::V2_5, Version::V16_1),
        Entry::new(FOLDER_DELETE, "FolderDelete", Version::V2_5, Version::V16_1),
        Entry::new(FOLDER_UPDATE, "FolderUpdate", Version::V2_5, Version::V16_1),
        Entry::new(FOLDER_SYNC, "FolderSync", Version::V2_5, Version::V16_1),
        Entry::new(COUNT, "Count", Version::V2_5, Version::V16_1),
        Entry::new(VERSION, "Version", Version::V2_5, Version::V2_5),
    ],
};
