//! Code page 8, `MeetingResponse`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `CalendarId`, all versions.
pub const CALENDAR_ID: Tag = Tag::new(8, 0x05);
/// `CollectionId`, all versions.
pub const COLLECTION_ID: Tag = Tag::new(8, 0x06);
/// `MeetingResponse`, all versions.
pub const MEETING_RESPONSE: Tag = Tag::new(8, 0x07);
/// `RequestId`, all versions.
pub const REQUEST_ID: Tag = Tag::new(8, 0x08);
/// `Request`, all versions.
pub const REQUEST: Tag = Tag::new(8, 0x09);
/// `Result`, all versions.
pub const RESULT: Tag = Tag::new(8, 0x0A);
/// `Status`, all versions.
pub const STATUS: Tag = Tag::new(8, 0x0B);
/// `UserResponse`, all versions.
pub const USER_RESPONSE: Tag = Tag::new(8, 0x0C);
/// `Version`, only 2.5; legacy.
pub const VERSION: Tag = Tag::new(8, 0x0D);
/// `InstanceId`, from 14.1.
pub const INSTANCE_ID: Tag = Tag::new(8, 0x0E);
/// `ProposedStartTime`, from 16.1.
pub const PROPOSED_START_TIME: Tag = Tag::new(8, 0x10);
/// `ProposedEndTime`, from 16.1.
pub const PROPOSED_END_TIME: Tag = Tag::new(8, 0x11);
/// `SendResponse`, from 16.0.
pub const SEND_RESPONSE: Tag = Tag::new(8, 0x12);

pub(super) static PAGE: Page = Page {
    namespace: "MeetingResponse",
    entries: &[
        Entry::new(CALENDAR_ID, "CalendarId", Version::V2_5, Version::V16_1),
        Entry::new(COLLECTION_ID, "CollectionId", Version::V2_5, Version::V16_1),
        Entry::new(
            MEETING_RESPONSE,
            "MeetingResponse",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(REQUEST_ID, "RequestId", Version::V2_5, Version::V16_1),
        Entry::new(REQUEST, "Request", Version::V2_5, Version::V16_1),
        Entry::new(RESULT, "Result", Version::V2_5, Version::V16_1),
        Entry::new(STATUS, "Status", Version::V2_5, Version::V16_1),
        Entry::new(USER_RESPONSE, "UserResponse", Version::V2_5, Version::V16_1),
        Entry::new(VERSION, "Version", Version::V2_5, Version::V2_5),
        Entry::new(INSTANCE_ID, "InstanceId", Version::V14_1, Version::V16_1),
        Entry::new(
            PROPOSED_START_TIME,
            "ProposedStartTime",
            Version::V16_1,
            Version::V16_1,
        ),
        Entry::new(
            PROPOSED_END_TIME,
            "ProposedEndTime",
            Version::V16_1,
            Version::V16_1,
        ),
        Entry::new(
            SEND_RESPONSE,
            "SendResponse",
            Version::V16_0,
            Version::V16_1,
        ),
    ],
};
