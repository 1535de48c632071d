//! Code page 4, `Calendar`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `Timezone`, all versions.
pub const TIMEZONE: Tag = Tag::new(4, 0x05);
/// `AllDayEvent`, all versions.
pub const ALL_DAY_EVENT: Tag = Tag::new(4, 0x06);
/// `Attendees`, all versions.
pub const ATTENDEES: Tag = Tag::new(4, 0x07);
/// `Attendee`, all versions.
pub const ATTENDEE: Tag = Tag::new(4, 0x08);
/// `Email`, all versions.
pub const EMAIL: Tag = Tag::new(4, 0x09);
/// `Name`, all versions.
pub const NAME: Tag = Tag::new(4, 0x0A);
/// `Body`, only 2.5; legacy.
pub const BODY: Tag = Tag::new(4, 0x0B);
/// `BodyTruncated`, only 2.5; legacy.
pub const BODY_TRUNCATED: Tag = Tag::new(4, 0x0C);
/// `BusyStatus`, all versions.
pub const BUSY_STATUS: Tag = Tag::new(4, 0x0D);
/// `Categories`, all versions.
pub const CATEGORIES: Tag = Tag::new(4, 0x0E);
/// `Category`, all versions.
pub const CATEGORY: Tag = Tag::new(4, 0x0F);
/// `CompressedRTF`, only 2.5.
pub const COMPRESSED_RTF: Tag = Tag::new(4, 0x10);
/// `DtStamp`, all versions.
pub const DT_STAMP: Tag = Tag::new(4, 0x11);
/// `EndTime`, all versions.
pub const END_TIME: Tag = Tag::new(4, 0x12);
/// `Exception`, all versions.
pub const EXCEPTION: Tag = Tag::new(4, 0x13);
/// `Exceptions`, all versions.
pub const EXCEPTIONS: Tag = Tag::new(4, 0x14);
/// `Deleted`, all versions.
pub const DELETED: Tag = Tag::new(4, 0x15);
/// `ExceptionStartTime`, 2.5 to 14.1; 2.5-14.1; 16.x exceptions are keyed by AirSyncBase:InstanceId.
pub const EXCEPTION_START_TIME: Tag = Tag::new(4, 0x16);
/// `Location`, 2.5 to 14.1; 16.x uses AirSyncBase:Location (17/0x20).
pub const LOCATION: Tag = Tag::new(4, 0x17);
/// `MeetingStatus`, all versions.
pub const MEETING_STATUS: Tag = Tag::new(4, 0x18);
/// `OrganizerEmail`, all versions.
pub const ORGANIZER_EMAIL: Tag = Tag::new(4, 0x19);
/// `OrganizerName`, all versions.
pub const ORGANIZER_NAME: Tag = Tag::new(4, 0x1A);
/// `Recurrence`, all versions.
pub const RECURRENCE: Tag = Tag::new(4, 0x1B);
/// `Type`, all versions.
pub const TYPE: Tag = Tag::new(4, 0x1C);
/// `Until`, all versions.
pub const UNTIL: Tag = Tag::new(4, 0x1D);
/// `Occurrences`, all versions.
pub const OCCURRENCES: Tag = Tag::new(4, 0x1E);
/// `Interval`, all versions.
pub const INTERVAL: Tag = Tag::new(4, 0x1F);
/// `DayOfWeek`, all versions.
pub const DAY_OF_WEEK: Tag = Tag::new(4, 0x20);
/// `DayOfMonth`, all versions.
pub const DAY_OF_MONTH: Tag = Tag::new(4, 0x21);
/// `WeekOfMonth`, all versions.
pub const WEEK_OF_MONTH: Tag = Tag::new(4, 0x22);
/// `MonthOfYear`, all versions.
pub const MONTH_OF_YEAR: Tag = Tag::new(4, 0x23);
/// `Reminder`, all versions.
pub const REMINDER: Tag = Tag::new(4, 0x24);
/// `Sensitivity`, all versions.
pub const SENSITIVITY: Tag = Tag::new(4, 0x25);
/// `Subject`, all versions.
pub const SUBJECT: Tag = Tag::new(4, 0x26);
/// `StartTime`, all versions.
pub const START_TIME: Tag = Tag::new(4, 0x27);
/// `UID`, all versions.
pub const UID: Tag = Tag::new(4, 0x28);
/// `AttendeeStatus`, from 12.0.
pub const ATTENDEE_STATUS: Tag = Tag::new(4, 0x29);
/// `AttendeeType`, from 12.0.
pub const ATTENDEE_TYPE: Tag = Tag::new(4, 0x2A);
/// `Attachment`, only 2.5; legacy.
pub const ATTACHMENT: Tag = Tag::new(4, 0x2B);
/// `Attachments`, only 2.5; legacy.
pub const ATTACHMENTS: Tag = Tag::new(4, 0x2C);
/// `AttName`, only 2.5; legacy.
pub const ATT_NAME: Tag = Tag::new(4, 0x2D);
/// `AttSize`, only 2.5; legacy.
pub const ATT_SIZE: Tag = Tag::new(4, 0x2E);
/// `AttOid`, only 2.5; legacy.
pub const ATT_OID: Tag = Tag::new(4, 0x2F);
/// `AttMethod`, only 2.5; legacy.
pub const ATT_METHOD: Tag = Tag::new(4, 0x30);
/// `AttRemoved`, only 2.5; legacy.
pub const ATT_REMOVED: Tag = Tag::new(4, 0x31);
/// `DisplayName`, only 2.5; legacy.
pub const DISPLAY_NAME: Tag = Tag::new(4, 0x32);
/// `DisallowNewTimeProposal`, from 14.0.
pub const DISALLOW_NEW_TIME_PROPOSAL: Tag = Tag::new(4, 0x33);
/// `ResponseRequested`, from 14.0.
pub const RESPONSE_REQUESTED: Tag = Tag::new(4, 0x34);
/// `AppointmentReplyTime`, from 14.0.
pub const APPOINTMENT_REPLY_TIME: Tag = Tag::new(4, 0x35);
/// `ResponseType`, from 14.0.
pub const RESPONSE_TYPE: Tag = Tag::new(4, 0x36);
/// `CalendarType`, from 14.0.
pub const CALENDAR_TYPE: Tag = Tag::new(4, 0x37);
/// `IsLeapMonth`, from 14.0.
pub const IS_LEAP_MONTH: Tag = Tag::new(4, 0x38);
/// `FirstDayOfWeek`, from 14.1.
pub const FIRST_DAY_OF_WEEK: Tag = Tag::new(4, 0x39);
/// `OnlineMeetingConfLink`, from 14.1.
pub const ONLINE_MEETING_CONF_LINK: Tag = Tag::new(4, 0x3A);
/// `OnlineMeetingExternalLink`, from 14.1.
pub const ONLINE_MEETING_EXTERNAL_LINK: Tag = Tag::new(4, 0x3B);
/// `ClientUid`, from 16.0.
pub const CLIENT_UID: Tag = Tag::new(4, 0x3C);

pub(super) static PAGE: Page = Page {
    namespace: "Calendar",
    entries: &[
        Entry::new(TIMEZONE, "Timezone", Version::V2_5, Version::V16_1),
        Entry::new(ALL_DAY_EVENT, "AllDayEvent", Version::V2_5, Version::V16_1),
        Entry::new(ATTENDEES, "Attendees", Version::V2_5, Version::V16_1),
        Entry::new(ATTENDEE, "Attendee", Version::V2_5, Version::V16_1),
        Entry::new(EMAIL, "Email", Version::V2_5, Version::V16_1),
        Entry::new(NAME, "Name", Version::V2_5, Version::V16_1),
        Entry::new(BODY, "Body", Version::V2_5, Version::V2_5),
        Entry::new(
            BODY_TRUNCATED,
            "BodyTruncated",
            Version::V2_5,
            Version::V2_5,
        ),
        Entry::new(BUSY_STATUS, "BusyStatus", Version::V2_5, Version::V16_1),
        Entry::new(CATEGORIES, "Categories", Version::V2_5, Version::V16_1),
        Entry::new(CATEGORY, "Category", Version::V2_5, Version::V16_1),
        Entry::new(
            COMPRESSED_RTF,
            "CompressedRTF",
            Version::V2_5,
            Version::V2_5,
        ),
        Entry::new(DT_STAMP, "DtStamp", Version::V2_5, Version::V16_1),
        Entry::new(END_TIME, "EndTime", Version::V2_5, Version::V16_1),
        Entry::new(EXCEPTION, "Exception", Version::V2_5, Version::V16_1),
        Entry::new(EXCEPTIONS, "Exceptions", Version::V2_5, Version::V16_1),
        Entry::new(DELETED, "Deleted", Version::V2_5, Version::V16_1),
        Entry::new(
            EXCEPTION_START_TIME,
            "ExceptionStartTime",
            Version::V2_5,
            Version::V14_1,
        ),
        Entry::new(LOCATION, "Location", Version::V2_5, Version::V14_1),
        Entry::new(
            MEETING_STATUS,
            "MeetingStatus",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            ORGANIZER_EMAIL,
            "OrganizerEmail",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            ORGANIZER_NAME,
            "OrganizerName",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(RECURRENCE, "Recurrence", Version::V2_5, Version::V16_1),
        Entry::new(TYPE, "Type", Version::V2_5, Version::V16_1),
        Entry::new(UNTIL, "Until", Version::V2_5, Version::V16_1),
        Entry::new(OCCURRENCES, "Occurrences", Version::V2_5, Version::V16_1),
        Entry::new(INTERVAL, "Interval", Version::V2_5, Version::V16_1),
        Entry::new(DAY_OF_WEEK, "DayOfWeek", Version::V2_5, Version::V16_1),
        Entry::new(DAY_OF_MONTH, "DayOfMonth", Version::V2_5, Version::V16_1),
        Entry::new(WEEK_OF_MONTH, "WeekOfMonth", Version::V2_5, Version::V16_1),
        Entry::new(MONTH_OF_YEAR, "MonthOfYear", Version::V2_5, Version::V16_1),
        Entry::new(REMINDER, "Reminder", Version::V2_5, Version::V16_1),
        Entry::new(SENSITIVITY, "Sensitivity", Version::V2_5, Version::V16_1),
        Entry::new(SUBJECT, "Subject", Version::V2_5, Version::V16_1),
        Entry::new(START_TIME, "StartTime", Version::V2_5, Version::V16_1),
        Entry::new(UID, "UID", Version::V2_5, Version::V16_1),
        Entry::new(
            ATTENDEE_STATUS,
            "AttendeeStatus",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(
            ATTENDEE_TYPE,
            "AttendeeType",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(ATTACHMENT, "Attachment", Version::V2_5, Version::V2_5),
        Entry::new(ATTACHMENTS, "Attachments", Version::V2_5, Version::V2_5),
        Entry::new(ATT_NAME, "AttName", Version::V2_5, Version::V2_5),
        Entry::new(ATT_SIZE, "AttSize", Version::V2_5, Version::V2_5),
        Entry::new(ATT_OID, "AttOid", Version::V2_5, Version::V2_5),
        Entry::new(ATT_METHOD, "AttMethod", Version::V2_5, Version::V2_5),
        Entry::new(ATT_REMOVED, "AttRemoved", Version::V2_5, Version::V2_5),
        Entry::new(DISPLAY_NAME, "DisplayName", Version::V2_5, Version::V2_5),
        Entry::new(
            DISALLOW_NEW_TIME_PROPOSAL,
            "DisallowNewTimeProposal",
            Version::V14_0,
            Version::V16_1,
        ),
        Entry::new(
            RESPONSE_REQUESTED,
            "ResponseRequested",
            Version::V14_0,
            Version::V16_1,
        ),
        Entry::new(
            APPOINTMENT_REPLY_TIME,
            "AppointmentReplyTime",
            Version::V14_0,
            Version::V16_1,
        ),
        Entry::new(
            RESPONSE_TYPE,
            "ResponseType",
            Version::V14_0,
            Version::V16_1,
        ),
        Entry::new(
            CALENDAR_TYPE,
            "CalendarType",
            Version::V14_0,
            Version::V16_1,
        ),
        Entry::new(IS_LEAP_MONTH, "IsLeapMonth", Version::V14_0, Version::V16_1),
        Entry::new(
            FIRST_DAY_OF_WEEK,
            "FirstDayOfWeek",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(
            ONLINE_MEETING_CONF_LINK,
            "OnlineMeetingConfLink",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(
            ONLINE_MEETING_EXTERNAL_LINK,
            "OnlineMeetingExternalLink",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(CLIENT_UID, "ClientUid", Version::V16_0, Version::V16_1),
    ],
};
