//! Code page 13, `Ping`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `Ping`, all versions.
pub const PING: Tag = Tag::new(13, 0x05);
/// `AutdState`, only 2.5; legacy.
pub const AUTD_STATE: Tag = Tag::new(13, 0x06);
/// `Status`, all versions.
pub const STATUS: Tag = Tag::new(13, 0x07);
/// `HeartbeatInterval`, all versions.
pub const HEARTBEAT_INTERVAL: Tag = Tag::new(13, 0x08);
/// `Folders`, all versions.
pub const FOLDERS: Tag = Tag::new(13, 0x09);
/// `Folder`, all versions.
pub const FOLDER: Tag = Tag::new(13, 0x0A);
/// `Id`, all versions.
pub const ID: Tag = Tag::new(13, 0x0B);
/// `Class`, all versions.
pub const CLASS: Tag = Tag::new(13, 0x0C);
/// `MaxFolders`, all versions.
pub const MAX_FOLDERS: Tag = Tag::new(13, 0x0D);
/// `Version`, only 2.5; legacy.
pub const VERSION: Tag = Tag::new(13, 0x0E);

pub(super) static PAGE: Page = Page {
    namespace: "Ping",
    entries: &[
        Entry::new(PING, "Ping", Version::V2_5, Version::V16_1),
        Entry::new(AUTD_STATE, "AutdState", Version::V2_5, Version::V2_5),
        Entry::new(STATUS, "Status", Version::V2_5, Version::V16_1),
        Entry::new(
            HEARTBEAT_INTERVAL,
            "HeartbeatInterval",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(FOLDERS, "Folders", Version::V2_5, Version::V16_1),
        Entry::new(FOLDER, "Folder", Version::V2_5, Version::V16_1),
        Entry::new(ID, "Id", Version::V2_5, Version::V16_1),
        Entry::new(CLASS, "Class", Version::V2_5, Version::V16_1),
        Entry::new(MAX_FOLDERS, "MaxFolders", Version::V2_5, Version::V16_1),
        Entry::new(VERSION, "Version", Version::V2_5, Version::V2_5),
    ],
};
