//! Code page 22, `Email2`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `UmCallerID`, from 14.0.
pub const UM_CALLER_ID: Tag = Tag::new(22, 0x05);
/// `UmUserNotes`, from 14.0.
pub const UM_USER_NOTES: Tag = Tag::new(22, 0x06);
/// `UmAttDuration`, from 14.0.
pub const UM_ATT_DURATION: Tag = Tag::new(22, 0x07);
/// `UmAttOrder`, from 14.0.
pub const UM_ATT_ORDER: Tag = Tag::new(22, 0x08);
/// `ConversationId`, from 14.0.
pub const CONVERSATION_ID: Tag = Tag::new(22, 0x09);
/// `ConversationIndex`, from 14.0.
pub const CONVERSATION_INDEX: Tag = Tag::new(22, 0x0A);
/// `LastVerbExecuted`, from 14.0.
pub const LAST_VERB_EXECUTED: Tag = Tag::new(22, 0x0B);
/// `LastVerbExecutionTime`, from 14.0.
pub const LAST_VERB_EXECUTION_TIME: Tag = Tag::new(22, 0x0C);
/// `ReceivedAsBcc`, from 14.0.
pub const RECEIVED_AS_BCC: Tag = Tag::new(22, 0x0D);
/// `Sender`, from 14.0.
pub const SENDER: Tag = Tag::new(22, 0x0E);
/// `CalendarType`, from 14.0.
pub const CALENDAR_TYPE: Tag = Tag::new(22, 0x0F);
/// `IsLeapMonth`, from 14.0.
pub const IS_LEAP_MONTH: Tag = Tag::new(22, 0x10);
/// `AccountId`, from 14.1.
pub const ACCOUNT_ID: Tag = Tag::new(22, 0x11);
/// `FirstDayOfWeek`, from 14.1.
pub const FIRST_DAY_OF_WEEK: Tag = Tag::new(22, 0x12);
/// `MeetingMessageType`, from 14.1.
pub const MEETING_MESSAGE_TYPE: Tag = Tag::new(22, 0x13);
/// `IsDraft`, from 16.0.
pub const IS_DRAFT: Tag = Tag::new(22, 0x15);
/// `Bcc`, from 16.0.
pub const BCC: Tag = Tag::new(22, 0x16);
/// `Send`, from 16.0.
pub const SEND: Tag = Tag::new(22, 0x17);

pub(super) static PAGE: Page = Page {
    namespace: "Email2",
    entries: &[
        Entry::new(UM_CALLER_ID, "UmCallerID", Version::V14_0, Version::V16_1),
        Entry::new(UM_USER_NOTES, "UmUserNotes", Version::V14_0, Version::V16_1),
        Entry::new(
            UM_ATT_DURATION,
            "UmAttDuration",
            Version::V14_0,
            Version::V16_1,
        ),
        Entry::new(UM_ATT_ORDER, "UmAttOrder", Version::V14_0, Version::V16_1),
        Entry::new(
            CONVERSATION_ID,
            "ConversationId",
            Version::V14_0,
            Version::V16_1,
        ),
        Entry::new(
            CONVERSATION_INDEX,
            "ConversationIndex",
            Version::V14_0,
            Version::V16_1,
        ),
        Entry::new(
            LAST_VERB_EXECUTED,
            "LastVerbExecuted",
            Version::V14_0,
            Version::V16_1,
        ),
        Entry::new(
            LAST_VERB_EXECUTION_TIME,
            "LastVerbExecutionTime",
            Version::V14_0,
            Version::V16_1,
        ),
        Entry::new(
            RECEIVED_AS_BCC,
            "ReceivedAsBcc",
            Version::V14_0,
            Version::V16_1,
        ),
        Entry::new(SENDER, "Sender", Version::V14_0, Version::V16_1),
        Entry::new(
            CALENDAR_TYPE,
            "CalendarType",
            Version::V14_0,
            Version::V16_1,
        ),
        Entry::new(IS_LEAP_MONTH, "IsLeapMonth", Version::V14_0, Version::V16_1),
        Entry::new(ACCOUNT_ID, "AccountId", Version::V14_1, Version::V16_1),
        Entry::new(
            FIRST_DAY_OF_WEEK,
            "FirstDayOfWeek",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(
            MEETING_MESSAGE_TYPE,
            "MeetingMessageType",
            Version::V14_1,
            Version::V16_1,
        ),
        Entry::new(IS_DRAFT, "IsDraft", Version::V16_0, Version::V16_1),
        Entry::new(BCC, "Bcc", Version::V16_0, Version::V16_1),
        Entry::new(SEND, "Send", Version::V16_0, Version::V16_1),
    ],
};
