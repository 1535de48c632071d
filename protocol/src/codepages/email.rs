//! Code page 2, `Email`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `Attachment`, only 2.5; legacy.
pub const ATTACHMENT: Tag = Tag::new(2, 0x05);
/// `Attachments`, only 2.5; legacy.
pub const ATTACHMENTS: Tag = Tag::new(2, 0x06);
/// `AttName`, only 2.5; legacy.
pub const ATT_NAME: Tag = Tag::new(2, 0x07);
/// `AttSize`, only 2.5; legacy.
pub const ATT_SIZE: Tag = Tag::new(2, 0x08);
/// `Att0Id`, only 2.5; legacy.
pub const ATT0_ID: Tag = Tag::new(2, 0x09);
/// `AttMethod`, only 2.5; legacy.
pub const ATT_METHOD: Tag = Tag::new(2, 0x0A);
/// `AttRemoved`, only 2.5; legacy.
pub const ATT_REMOVED: Tag = Tag::new(2, 0x0B);
/// `Body`, only 2.5; legacy.
pub const BODY: Tag = Tag::new(2, 0x0C);
/// `BodySize`, only 2.5; legacy.
pub const BODY_SIZE: Tag = Tag::new(2, 0x0D);
/// `BodyTruncated`, only 2.5; legacy.
pub const BODY_TRUNCATED: Tag = Tag::new(2, 0x0E);
/// `DateReceived`, all versions.
pub const DATE_RECEIVED: Tag = Tag::new(2, 0x0F);
/// `DisplayName`, only 2.5; legacy.
pub const DISPLAY_NAME: Tag = Tag::new(2, 0x10);
/// `DisplayTo`, all versions.
pub const DISPLAY_TO: Tag = Tag::new(2, 0x11);
/// `Importance`, all versions.
pub const IMPORTANCE: Tag = Tag::new(2, 0x12);
/// `MessageClass`, all versions.
pub const MESSAGE_CLASS: Tag = Tag::new(2, 0x13);
/// `Subject`, all versions.
pub const SUBJECT: Tag = Tag::new(2, 0x14);
/// `Read`, all versions.
pub const READ: Tag = Tag::new(2, 0x15);
/// `To`, all versions.
pub const TO: Tag = Tag::new(2, 0x16);
/// `Cc`, all versions.
pub const CC: Tag = Tag::new(2, 0x17);
/// `From`, all versions.
pub const FROM: Tag = Tag::new(2, 0x18);
/// `ReplyTo`, all versions.
pub const REPLY_TO: Tag = Tag::new(2, 0x19);
/// `AllDayEvent`, all versions.
pub const ALL_DAY_EVENT: Tag = Tag::new(2, 0x1A);
/// `Categories`, from 14.0.
pub const CATEGORIES: Tag = Tag::new(2, 0x1B);
/// `Category`, from 14.0.
pub const CATEGORY: Tag = Tag::new(2, 0x1C);
/// `DtStamp`, all versions.
pub const DT_STAMP: Tag = Tag::new(2, 0x1D);
/// `EndTime`, all versions.
pub const END_TIME: Tag = Tag::new(2, 0x1E);
/// `InstanceType`, all versions.
pub const INSTANCE_TYPE: Tag = Tag::new(2, 0x1F);
/// `BusyStatus`, all versions.
pub const BUSY_STATUS: Tag = Tag::new(2, 0x20);
/// `Location`, 2.5 to 14.1; 16.x uses AirSyncBase:Location (17/0x20).
pub const LOCATION: Tag = Tag::new(2, 0x21);
/// `MeetingRequest`, all versions.
pub const MEETING_REQUEST: Tag = Tag::new(2, 0x22);
/// `Organizer`, all versions.
pub const ORGANIZER: Tag = Tag::new(2, 0x23);
/// `RecurrenceId`, all versions.
pub const RECURRENCE_ID: Tag = Tag::new(2, 0x24);
/// `Reminder`, all versions.
pub const REMINDER: Tag = Tag::new(2, 0x25);
/// `ResponseRequested`, all versions.
pub const RESPONSE_REQUESTED: Tag = Tag::new(2, 0x26);
/// `Recurrences`, all versions.
pub const RECURRENCES: Tag = Tag::new(2, 0x27);
/// `Recurrence`, all versions.
pub const RECURRENCE: Tag = Tag::new(2, 0x28);
/// `Type`, all versions.
pub const TYPE: Tag = Tag::new(2, 0x29);
/// `Until`, all versions.
pub const UNTIL: Tag = Tag::new(2, 0x2A);
/// `Occurrences`, all versions.
pub const OCCURRENCES: Tag = Tag::new(2, 0x2B);
/// `Interval`, all versions.
pub const INTERVAL: Tag = Tag::new(2, 0x2C);
/// `DayOfWeek`, all versions.
pub const DAY_OF_WEEK: Tag = Tag::new(2, 0x2D);
/// `DayOfMonth`, all versions.
pub const DAY_OF_MONTH: Tag = Tag::new(2, 0x2E);
/// `WeekOfMonth`, all versions.
pub const WEEK_OF_MONTH: Tag = Tag::new(2, 0x2F);
/// `MonthOfYear`, all versions.
pub const MONTH_OF_YEAR: Tag = Tag::new(2, 0x30);
/// `StartTime`, all versions.
pub const START_TIME: Tag = Tag::new(2, 0x31);
/// `Sensitivity`, all versions.
pub const SENSITIVITY: Tag = Tag::new(2, 0x32);
/// `TimeZone`, all versions.
pub const TIME_ZONE: Tag = Tag::new(2, 0x33);
/// `GlobalObjId`, 2.5 to 14.1; 16.x uses Calendar:UID (4/0x28).
pub const GLOBAL_OBJ_ID: Tag = Tag::new(2, 0x34);
/// `ThreadTopic`, all versions.
pub const THREAD_TOPIC: Tag = Tag::new(2, 0x35);
/// `MIMEData`, only 2.5; 2.5 only (12.0+ uses AirSyncBase:Body type 4).
pub const MIME_DATA: Tag = Tag::new(2, 0x36);
/// `MIMETruncated`, only 2.5.
pub const MIME_TRUNCATED: Tag = Tag::new(2, 0x37);
/// `MIMESize`, only 2.5.
pub const MIME_SIZE: Tag = Tag::new(2, 0x38);
/// `InternetCPID`, all versions.
pub const INTERNET_CPID: Tag = Tag::new(2, 0x39);
/// `Flag`, from 12.0.
pub const FLAG: Tag = Tag::new(2, 0x3A);
/// `Status`, from 12.0; many tables call it FlagStatus; XML name is Status.
pub const STATUS: Tag = Tag::new(2, 0x3B);
/// `ContentClass`, from 12.0.
pub const CONTENT_CLASS: Tag = Tag::new(2, 0x3C);
/// `FlagType`, from 12.0.
pub const FLAG_TYPE: Tag = Tag::new(2, 0x3D);
/// `CompleteTime`, from 12.0.
pub const COMPLETE_TIME: Tag = Tag::new(2, 0x3E);
/// `DisallowNewTimeProposal`, from 14.0.
pub const DISALLOW_NEW_TIME_PROPOSAL: Tag = Tag::new(2, 0x3F);

pub(super) static PAGE: Page = Page {
    namespace: "Email",
    entries: &[
        Entry::new(ATTACHMENT, "Attachment", Version::V2_5, Version::V2_5),
        Entry::new(ATTACHMENTS, "Attachments", Version::V2_5, Version::V2_5),
        Entry::new(ATT_NAME, "AttName", Version::V2_5, Version::V2_5),
        Entry::new(ATT_SIZE, "AttSize", Version::V2_5, Version::V2_5),
        Entry::new(ATT0_ID, "Att0Id", Version::V2_5, Version::V2_5),
        Entry::new(ATT_METHOD, "AttMethod", Version::V2_5, Version::V2_5),
        Entry::new(ATT_REMOVED, "AttRemoved", Version::V2_5, Version::V2_5),
        Entry::new(BODY, "Body", Version::V2_5, Version::V2_5),
        Entry::new(BODY_SIZE, "BodySize", Version::V2_5, Version::V2_5),
        Entry::new(
            BODY_TRUNCATED,
            "BodyTruncated",
            Version::V2_5,
            Version::V2_5,
        ),
        Entry::new(DATE_RECEIVED, "DateReceived", Version::V2_5, Version::V16_1),
        Entry::new(DISPLAY_NAME, "DisplayName", Version::V2_5, Version::V2_5),
        Entry::new(DISPLAY_TO, "DisplayTo", Version::V2_5, Version::V16_1),
        Entry::new(IMPORTANCE, "Importance", Version::V2_5, Version::V16_1),
        Entry::new(MESSAGE_CLASS, "MessageClass", Version::V2_5, Version::V16_1),
        Entry::new(SUBJECT, "Subject", Version::V2_5, Version::V16_1),
        Entry::new(READ, "Read", Version::V2_5, Version::V16_1),
        Entry::new(TO, "To", Version::V2_5, Version::V16_1),
        Entry::new(CC, "Cc", Version::V2_5, Version::V16_1),
        Entry::new(FROM, "From", Version::V2_5, Version::V16_1),
        Entry::new(REPLY_TO, "ReplyTo", Version::V2_5, Version::V16_1),
        Entry::new(ALL_DAY_EVENT, "AllDayEvent", Version::V2_5, Version::V16_1),
        Entry::new(CATEGORIES, "Categories", Version::V14_0, Version::V16_1),
        Entry::new(CATEGORY, "Category", Version::V14_0, Version::V16_1),
        Entry::new(DT_STAMP, "DtStamp", Version::V2_5, Version::V16_1),
        Entry::new(END_TIME, "EndTime", Version::V2_5, Version::V16_1),
        Entry::new(INSTANCE_TYPE, "InstanceType", Version::V2_5, Version::V16_1),
        Entry::new(BUSY_STATUS, "BusyStatus", Version::V2_5, Version::V16_1),
        Entry::new(LOCATION, "Location", Version::V2_5, Version::V14_1),
        Entry::new(
            MEETING_REQUEST,
            "MeetingRequest",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(ORGANIZER, "Organizer", Version::V2_5, Version::V16_1),
        Entry::new(RECURRENCE_ID, "RecurrenceId", Version::V2_5, Version::V16_1),
        Entry::new(REMINDER, "Reminder", Version::V2_5, Version::V16_1),
        Entry::new(
            RESPONSE_REQUESTED,
            "ResponseRequested",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(RECURRENCES, "Recurrences", Version::V2_5, Version::V16_1),
        Entry::new(RECURRENCE, "Recurrence", Version::V2_5, Version::V16_1),
        Entry::new(TYPE, "Type", Version::V2_5, Version::V16_1),
        Entry::new(UNTIL, "Until", Version::V2_5, Version::V16_1),
        Entry::new(OCCURRENCES, "Occurrences", Version::V2_5, Version::V16_1),
        Entry::new(INTERVAL, "Interval", Version::V2_5, Version::V16_1),
        Entry::new(DAY_OF_WEEK, "DayOfWeek", Version::V2_5, Version::V16_1),
        Entry::new(DAY_OF_MONTH, "DayOfMonth", Version::V2_5, Version::V16_1),
        Entry::new(WEEK_OF_MONTH, "WeekOfMonth", Version::V2_5, Version::V16_1),
        Entry::new(MONTH_OF_YEAR, "MonthOfYear", Version::V2_5, Version::V16_1),
        Entry::new(START_TIME, "StartTime", Version::V2_5, Version::V16_1),
        Entry::new(SENSITIVITY, "Sensitivity", Version::V2_5, Version::V16_1),
        Entry::new(TIME_ZONE, "TimeZone", Version::V2_5, Version::V16_1),
        Entry::new(GLOBAL_OBJ_ID, "GlobalObjId", Version::V2_5, Version::V14_1),
        Entry::new(THREAD_TOPIC, "ThreadTopic", Version::V2_5, Version::V16_1),
        Entry::new(MIME_DATA, "MIMEData", Version::V2_5, Version::V2_5),
        Entry::new(
            MIME_TRUNCATED,
            "MIMETruncated",
            Version::V2_5,
            Version::V2_5,
        ),
        Entry::new(MIME_SIZE, "MIMESize", Version::V2_5, Version::V2_5),
        Entry::new(INTERNET_CPID, "InternetCPID", Version::V2_5, Version::V16_1),
        Entry::new(FLAG, "Flag", Version::V12_0, Version::V16_1),
        Entry::new(STATUS, "Status", Version::V12_0, Version::V16_1),
        Entry::new(
            CONTENT_CLASS,
            "ContentClass",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(FLAG_TYPE, "FlagType", Version::V12_0, Version::V16_1),
        Entry::new(
            COMPLETE_TIME,
            "CompleteTime",
            Version::V12_0,
            Version::V16_1,
        ),
        Entry::new(
            DISALLOW_NEW_TIME_PROPOSAL,
            "DisallowNewTimeProposal",
            Version::V14_0,
            Version::V16_1,
        ),
    ],
};
