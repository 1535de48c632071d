//! Code page 0, `AirSync`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `Sync`, all versions.
pub const SYNC: Tag = Tag::new(0, 0x05);
/// `Responses`, all versions.
pub const RESPONSES: Tag = Tag::new(0, 0x06);
/// `Add`, all versions.
pub const ADD: Tag = Tag::new(0, 0x07);
/// `Change`, all versions.
pub const CHANGE: Tag = Tag::new(0, 0x08);
/// `Delete`, all versions.
pub const DELETE: Tag = Tag::new(0, 0x09);
/// `Fetch`, all versions.
pub const FETCH: Tag = Tag::new(0, 0x0A);
/// `SyncKey`, all versions.
pub const SYNC_KEY: Tag = Tag::new(0, 0x0B);
/// `ClientId`, all versions.
pub const CLIENT_ID: Tag = Tag::new(0, 0x0C);
/// `ServerId`, all versions.
pub const SERVER_ID: Tag = Tag::new(0, 0x0D);
/// `Status`, all versions.
pub const STATUS: Tag = Tag::new(0, 0x0E);
/// `Collection`, all versions.
pub const COLLECTION: Tag = Tag::new(0, 0x0F);
/// `Class`, all versions.
pub const CLASS: Tag = Tag::new(0, 0x10);
/// `Version`, only 2.5; legacy, ignored on input.
pub const VERSION: Tag = Tag::new(0, 0x11);
/// `CollectionId`, all versions.
pub const COLLECTION_ID: Tag = Tag::new(0, 0x12);
/// `GetChanges`, all versions.
pub const GET_CHANGES: Tag = Tag::new(0, 0x13);
/// `MoreAvailable`, all versions.
pub const MORE_AVAILABLE: Tag = Tag::new(0, 0x14);
/// `WindowSize`, all versions.
pub const WINDOW_SIZE: Tag = Tag::new(0, 0x15);
/// `Commands`, all versions.
pub const COMMANDS: Tag = Tag::new(0, 0x16);
/// `Options`, all versions.
pub const OPTIONS: Tag = Tag::new(0, 0x17);
/// `FilterType`, all versions.
pub const FILTER_TYPE: Tag = Tag::new(0, 0x18);
/// `Truncation`, only 2.5; body truncation size class in Sync Options.
pub const TRUNCATION: Tag = Tag::new(0, 0x19);
/// `RtfTruncation`, only 2.5.
pub const RTF_TRUNCATION: Tag = Tag::new(0, 0x1A);
/// `Conflict`, all versions.
pub const CONFLICT: Tag = Tag::new(0, 0x1B);
/// `Collections`, all versions.
pub const COLLECTIONS: Tag = Tag::new(0, 0x1C);
/// `ApplicationData`, all versions.
pub const APPLICATION_DATA: Tag = Tag::new(0, 0x1D);
/// `DeletesAsMoves`, all versions.
pub const DELETES_AS_MOVES: Tag = Tag::new(0, 0x1E);
/// `NotifyGUID`, only 2.5; AirNotify (SMS always-up-to-date) leftover.
pub const NOTIFY_GUID: Tag = Tag::new(0, 0x1F);
/// `Supported`, all versions.
pub const SUPPORTED: Tag = Tag::new(0, 0x20);
/// `SoftDelete`, all versions.
pub const SOFT_DELETE: Tag = Tag::new(0, 0x21);
/// `MIMESupport`, all versions.
pub const MIME_SUPPORT: Tag = Tag::new(0, 0x22);
/// `MIMETruncation`, all versions.
pub const MIME_TRUNCATION: Tag = Tag::new(0, 0x23);
/// `Wait`, from 12.1.
pub const WAIT: Tag = Tag::new(0, 0x24);
/// `Limit`, from 12.1.
pub const LIMIT: Tag = Tag::new(0, 0x25);
/// `Partial`, from 12.1.
pub const PARTIAL: Tag = Tag::new(0, 0x26);
/// `ConversationMode`, from 14.0.
pub const CONVERSATION_MODE: Tag = Tag::new(0, 0x27);
/// `MaxItems`, from 14.0.
pub const MAX_ITEMS: Tag = Tag::new(0, 0x28);
/// `HeartbeatInterval`, from 14.0.
pub const HEARTBEAT_INTERVAL: Tag = Tag::new(0, 0x29);

pub(super) static PAGE: Page = Page {
    namespace: "AirSync",
    entries: &[
        Entry::new(SYNC, "Sync", Version::V2_5, Version::V16_1),
        Entry::new(RESPONSES, "Responses", Version::V2_5, Version::V16_1),
        Entry::new(ADD, "Add", Version::V2_5, Version::V16_1),
        Entry::new(CHANGE, "Change", Version::V2_5, Version::V16_1),
        Entry::new(DELETE, "Delete", Version::V2_5, Version::V16_1),
        Entry::new(FETCH, "Fetch", Version::V2_5, Version::V16_1),
        Entry::new(SYNC_KEY, "SyncKey", Version::V2_5, Version::V16_1),
        Entry::new(CLIENT_ID, "ClientId", Version::V2_5, Version::V16_1),
        Entry::new(SERVER_ID, "ServerId", Version::V2_5, Version::V16_1),
        Entry::new(STATUS, "Status", Version::V2_5, Version::V16_1),
        Entry::new(COLLECTION, "Collection", Version::V2_5, Version::V16_1),
        Entry::new(CLASS, "Class", Version::V2_5, Version::V16_1),
        Entry::new(VERSION, "Version", Version::V2_5, Version::V2_5),
        Entry::new(COLLECTION_ID, "CollectionId", Version::V2_5, Version::V16_1),
        Entry::new(GET_CHANGES, "GetChanges", Version::V2_5, Version::V16_1),
        Entry::new(
            MORE_AVAILABLE,
            "MoreAvailable",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(WINDOW_SIZE, "WindowSize", Version::V2_5, Version::V16_1),
        Entry::new(COMMANDS, "Commands", Version::V2_5, Version::V16_1),
        Entry::new(OPTIONS, "Options", Version::V2_5, Version::V16_1),
        Entry::new(FILTER_TYPE, "FilterType", Version::V2_5, Version::V16_1),
        Entry::new(TRUNCATION, "Truncation", Version::V2_5, Version::V2_5),
        Entry::new(
            RTF_TRUNCATION,
            "RtfTruncation",
            Version::V2_5,
            Version::V2_5,
        ),
        Entry::new(CONFLICT, "Conflict", Version::V2_5, Version::V16_1),
        Entry::new(COLLECTIONS, "Collections", Version::V2_5, Version::V16_1),
        Entry::new(
            APPLICATION_DATA,
            "ApplicationData",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            DELETES_AS_MOVES,
            "DeletesAsMoves",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(NOTIFY_GUID, "NotifyGUID", Version::V2_5, Version::V2_5),
        Entry::new(SUPPORTED, "Supported", Version::V2_5, Version::V16_1),
        Entry::new(SOFT_DELETE, "SoftDelete", Version::V2_5, Version::V16_1),
        Entry::new(MIME_SUPPORT, "MIMESupport", Version::V2_5, Version::V16_1),
        Entry::new(
            MIME_TRUNCATION,
            "MIMETruncation",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(WAIT, "Wait", Version::V12_1, Version::V16_1),
        Entry::new(LIMIT, "Limit", Version::V12_1, Version::V16_1),
        Entry::new(PARTIAL, "Partial", Version::V12_1, Version::V16_1),
        Entry::new(
            CONVERSATION_MODE,
            "ConversationMode",
            Version::V14_0,
            Version::V16_1,
        ),
        Entry::new(MAX_ITEMS, "MaxItems", Version::V14_0, Version::V16_1),
        Entry::new(
            HEARTBEAT_INTERVAL,
            "HeartbeatInterval",
            Version::V14_0,
            Version::V16_1,
        ),
    ],
};
