//! Class Email (MS-ASEMAIL): the same type for what a server sends and a device reads, and the other way round.
//!
//! Every property is optional, as a change carries only what changed.

mod data;
mod draft;
mod flag;
mod meeting;
mod message_class;
mod upload;

pub use draft::{DraftContent, DraftParts, DraftUpload};
pub use flag::{ActiveFlag, CompleteFlag, Flag, FlagDates, Flagged};
pub use meeting::{
    BusyStatus, InstanceType, MeetingMessageType, MeetingRequest, Recurrence, RecurrenceEnd,
    RecurrenceType, Sensitivity, global_object_id, uid_of,
};
pub use message_class::MessageClass;
pub use upload::{EmailUpload, UploadError};

use crate::airsyncbase::{Attachments, Body, BodyPart, BodyType};

/// `ContentClass` of a message.
pub const CONTENT_CLASS: &str = "urn:content-classes:message";

/// `InternetCPID` of UTF-8, which is what all text is sent in.
pub const CPID_UTF8: u32 = 65_001;

/// Properties of a mail; `None` is an element that is not there. Dates are UTC epoch seconds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Email {
    /// Primary recipients as addresses, comma-separated; at most 32,768 characters.
    pub to: Option<String>,
    /// Secondary recipients, likewise.
    pub cc: Option<String>,
    /// Author, likewise.
    pub from: Option<String>,
    /// Subject.
    pub subject: Option<String>,
    /// Addresses for replies, separated by semicolons.
    pub reply_to: Option<String>,
    /// When it arrived.
    pub date_received: Option<i64>,
    /// Names of the primary recipients, separated by semicolons.
    pub display_to: Option<String>,
    /// Subject without prefixes.
    pub thread_topic: Option<String>,
    /// Importance.
    pub importance: Option<Importance>,
    /// Whether it was read.
    pub read: Option<bool>,
    /// Attachments; empty is an absent element.
    pub attachments: Attachments,
    /// Body.
    pub body: Option<Body>,
    /// The part that is new in the conversation (14.1 and later).
    pub body_part: Option<BodyPart>,
    /// A [`MessageClass`], or another text of that kind.
    pub message_class: Option<String>,
    /// The meeting that a request, cancellation or answer is about.
    pub meeting_request: Option<Box<MeetingRequest>>,
    /// Code page of the stored message.
    pub internet_cpid: Option<u32>,
    /// Follow-up flag.
    pub flag: Option<Flag>,
    /// [`CONTENT_CLASS`].
    pub content_class: Option<String>,
    /// What the stored body is made of.
    pub native_body_type: Option<BodyType>,
    /// Who left a voice message: a phone number (14.0 and later).
    pub voice_caller: Option<String>,
    /// What the user noted about a voice message (14.0 and later).
    pub voice_notes: Option<String>,
    /// 16 bytes, the same throughout a conversation (14.0 and later).
    pub conversation_id: Option<Vec<u8>>,
    /// Place within the conversation (14.0 and later).
    pub conversation_index: Option<Vec<u8>>,
    /// What was last done with it (14.0 and later).
    pub last_verb_executed: Option<LastVerb>,
    /// When that was (14.0 and later).
    pub last_verb_execution_time: Option<i64>,
    /// Who sent it on behalf of the author (14.0 and later).
    pub sender: Option<String>,
    /// Whether the user is a hidden recipient (14.0 and later).
    pub received_as_bcc: Option<bool>,
    /// Categories; an empty list is an empty element: none (14.0 and later).
    pub categories: Option<Vec<String>>,
    /// The account that it came by, where the user has several (14.1 and later).
    pub account_id: Option<String>,
    /// Whether it is a draft (16.0 and later).
    pub is_draft: Option<bool>,
    /// Hidden recipients of a draft (16.0 and later).
    pub bcc: Option<String>,
    /// A client's order to send the draft (16.0 and later). Beside `ApplicationData` on the wire, see
    /// [`crate::command::sync::ApplicationData`].
    pub send: bool,
}

/// Importance (MS-ASEMAIL 2.2.2.38).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Importance {
    /// Low.
    Low = 0,
    /// Normal.
    #[default]
    Normal = 1,
    /// High.
    High = 2,
}

impl Importance {
    /// The number on the wire.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// From the number on the wire.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Low),
            1 => Some(Self::Normal),
            2 => Some(Self::High),
            _ => None,
        }
    }
}

/// What was last done with a mail (MS-ASEMAIL 2.2.2.41).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum LastVerb {
    /// Nothing known.
    #[default]
    Unknown = 0,
    /// Answered to its sender.
    ReplyToSender = 1,
    /// Answered to all.
    ReplyToAll = 2,
    /// Forwarded.
    Forward = 3,
}

impl LastVerb {
    /// The number on the wire.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// From the number on the wire.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Unknown),
            1 => Some(Self::ReplyToSender),
            2 => Some(Self::ReplyToAll),
            3 => Some(Self::Forward),
            _ => None,
        }
    }
}
