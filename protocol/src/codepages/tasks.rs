//! Code page 9, `Tasks`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `Body`, only 2.5; legacy.
pub const BODY: Tag = Tag::new(9, 0x05);
/// `BodySize`, only 2.5; legacy.
pub const BODY_SIZE: Tag = Tag::new(9, 0x06);
/// `BodyTruncated`, only 2.5; legacy.
pub const BODY_TRUNCATED: Tag = Tag::new(9, 0x07);
/// `Categories`, all versions.
pub const CATEGORIES: Tag = Tag::new(9, 0x08);
/// `Category`, all versions.
pub const CATEGORY: Tag = Tag::new(9, 0x09);
/// `Complete`, all versions.
pub const COMPLETE: Tag = Tag::new(9, 0x0A);
/// `DateCompleted`, all versions.
pub const DATE_COMPLETED: Tag = Tag::new(9, 0x0B);
/// `DueDate`, all versions.
pub const DUE_DATE: Tag = Tag::new(9, 0x0C);
/// `UtcDueDate`, all versions.
pub const UTC_DUE_DATE: Tag = Tag::new(9, 0x0D);
/// `Importance`, all versions.
pub const IMPORTANCE: Tag = Tag::new(9, 0x0E);
/// `Recurrence`, all versions.
pub const RECURRENCE: Tag = Tag::new(9, 0x0F);
/// `Type`, all versions.
pub const TYPE: Tag = Tag::new(9, 0x10);
/// `Start`, all versions.
pub const START: Tag = Tag::new(9, 0x11);
/// `Until`, all versions.
pub const UNTIL: Tag = Tag::new(9, 0x12);
/// `Occurrences`, all versions.
pub const OCCURRENCES: Tag = Tag::new(9, 0x13);
/// `Interval`, all versions.
pub const INTERVAL: Tag = Tag::new(9, 0x14);
/// `DayOfMonth`, all versions.
pub const DAY_OF_MONTH: Tag = Tag::new(9, 0x15);
/// `DayOfWeek`, all versions.
pub const DAY_OF_WEEK: Tag = Tag::new(9, 0x16);
/// `WeekOfMonth`, all versions.
pub const WEEK_OF_MONTH: Tag = Tag::new(9, 0x17);
/// `MonthOfYear`, all versions.
pub const MONTH_OF_YEAR: Tag = Tag::new(9, 0x18);
/// `Regenerate`, all versions.
pub const REGENERATE: Tag = Tag::new(9, 0x19);
/// `DeadOccur`, all versions.
pub const DEAD_OCCUR: Tag = Tag::new(9, 0x1A);
/// `ReminderSet`, all versions.
pub const REMINDER_SET: Tag = Tag::new(9, 0x1B);
/// `ReminderTime`, all versions.
pub const REMINDER_TIME: Tag = Tag::new(9, 0x1C);
/// `Sensitivity`, all versions.
pub const SENSITIVITY: Tag = Tag::new(9, 0x1D);
/// `StartDate`, all versions.
pub const START_DATE: Tag = Tag::new(9, 0x1E);
/// `UtcStartDate`, all versions.
pub const UTC_START_DATE: Tag = Tag::new(9, 0x1F);
/// `Subject`, all versions.
pub const SUBJECT: Tag = Tag::new(9, 0x20);
/// `CompressedRTF`, only 2.5.
pub const COMPRESSED_RTF: Tag = Tag::new(9, 0x21);
/// `OrdinalDate`, from 12.0.
pub const ORDINAL_DATE: Tag = Tag::new(9, 0x22);
/// `SubOrdinalDate`, from 12.0.
pub const SUB_ORDINAL_DATE: Tag = Tag::new(9, 0x23);
/// `CalendarType`, from 14.0.
pub const CALENDAR_TYPE: Tag = Tag::new(9, 0x24);
/// `IsLeapMonth`, from 14.0.
pub const IS_LEAP_MONTH: Tag = Tag::new(9, 0x25);
/// `FirstDayOfWeek`, from 14.1.
pub const FIRST_DAY_OF_WEEK: Tag = Tag::new(9, 0x26);

pub(super) static PAGE: Page = Page {
    namespace: "Tasks",
    entries: &[
        Entry::new(BODY, "Body", Version::V2_5, Version::V2_5),
        Entry::new(BODY_SIZE, "BodySize", Version::V2_5, Version::V2_5),
        Entry::new(
            BODY_TRUNCATED,
            "BodyTruncated",
            Version::V2_5,
            Version::V2_5,
        ),
        Entry::new(CATEGORIES, "Categories", Version::V2_5, Version::V16_1),
        Entry::new(CATEGORY, "Category", Version::V2_5, Version::V16_1),
        Entry::new(COMPLETE, "Complete", Version::V2_5, Version::V16_1),
        Entry::new(
            DATE_COMPLETED,
            "DateCompleted",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(DUE_DATE, "DueDate", Version::V2_5, Version::V16_1),
        Entry::new(UTC_DUE_DATE, "UtcDueDate", Version::V2_5, Version::V16_1),
        Entry::new(IMPORTANCE, "Importance", Version::V2_5, Version::V16_1),
        Entry::new(RECURRENCE, "Recurrence", Version::V2_5, Version::V16_1),
        Entry::new(TYPE, "Type", Version::V2_5, Version::V16_1),
        Entry::new(START, "Start", Version::V2_5, Version::V16_1),
        Entry::new(UNTIL, "Until", Version::V2_5, Version::V16_1),
        Entry::new(OCCURRENCES, "Occurrences", Version::V2_5, Version::V16_1),
        Entry::new(INTERVAL, "Interval", Version::V2_5, Version::V16_1),
        Entry::new(DAY_OF_MONTH, "DayOfMonth", Version::V2_5, Version::V16_1),
        Entry::new(DAY_OF_WEEK, "DayOfWeek", Version::V2_5, Version::V16_1),
        Entry::new(WEEK_OF_MONTH, "WeekOfMonth", Version::V2_5, Version::V16_1),
        Entry::new(MONTH_OF_YEAR, "MonthOfYear", Version::V2_5, Version::V16_1),
        Entry::new(REGENERATE, "Regenerate", Version::V2_5, Version::V16_1),
        Entry::new(DEAD_OCCUR, "DeadOccur", Version::V2_5, Version::V16_1),
        Entry::new(REMINDER_SET, "ReminderSet", Version::V2_5, Version::V16_1),
        Entry::new(REMINDER_TIME, "ReminderTime", Version::V2_5, Version::V16_1),
        Entry::new(SENSITIVITY, "Sensitivity", Version::V2_5, Version::V16_1),
        Entry::new(START_DATE, "StartDate", Version::V2_5, Version::V16_1),
        Entry::new(
            UTC_START_DATE,
            "UtcStartDate",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(SUBJECT, "Subject", Version::V2_5, Version::V16_1),
        Entry::new(
            COMPRESSED_RTF,
            "CompressedRTF",
            Version::V2_5,
            Version::V2_5,
        ),
        Entry::new(ORDINAL_DATE, "OrdinalDate", Version::V12_0, Version::V16_1),
        Entry::new(
            SUB_ORDINAL_DATE,
            "SubOrdinalDate",
            Version::V12_0,
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
    ],
};
