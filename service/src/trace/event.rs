//! What a look at the wire tells. Times are UTC epoch milliseconds.

use serde::{Deserialize, Serialize};

/// One thing that happened.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum TraceEvent {
    /// The look begins.
    Begun {
        /// The account.
        account: String,
        /// When it ends by itself.
        until_ms: i64,
    },
    /// A device asked.
    Asked(Asked),
    /// A device was answered.
    Answered(Answered),
    /// The device went away before it was answered.
    Gone(Answered),
    /// Events were lost, because they came faster than they were read.
    Dropped {
        /// How many.
        events: u64,
    },
    /// The time is over.
    Over,
}

/// A request.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Asked {
    /// When its head had been read.
    pub at_ms: i64,
    /// Names the request, also in the log.
    pub request_id: String,
    /// Command, or method.
    pub command: String,
    /// The device as it names itself.
    pub device: String,
    /// Its type.
    pub device_type: String,
    /// The protocol version.
    pub version: String,
    /// What else the request line says, such as its form.
    pub line: Vec<Header>,
    /// Headers that matter.
    pub headers: Vec<Header>,
    /// The body.
    pub body: BodyView,
}

/// An answer, or the lack of one.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Answered {
    /// When.
    pub at_ms: i64,
    /// Names the request that is answered.
    pub request_id: String,
    /// Its command, or method.
    pub command: String,
    /// The device as it names itself.
    pub device: String,
    /// The HTTP status; 0 when there is no answer.
    pub http_status: u16,
    /// The status that the answer carries.
    pub eas_status: Option<u16>,
    /// Since the request had been read, in milliseconds.
    pub elapsed_ms: u64,
    /// How long of that it was parked.
    pub parked_ms: Option<u64>,
    /// How that ended, as `directpush_park_ends_total` has it.
    pub ended: Option<String>,
    /// A short word on what went wrong.
    pub note: Option<String>,
    /// Headers that matter.
    pub headers: Vec<Header>,
    /// The body.
    pub body: BodyView,
}

/// A name and a value.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Header {
    /// The name.
    pub name: String,
    /// The value, as far as it may be shown.
    pub value: String,
}

/// A body as far as it may be shown.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct BodyView {
    /// How many bytes it has, before it is compressed.
    pub bytes: usize,
    /// Indented XML, or a word in brackets; empty when there is no body.
    pub text: String,
}

impl TraceEvent {
    /// About how many bytes it takes in a queue.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Asked(asked) => 512 + asked.body.text.len(),
            Self::Answered(answered) | Self::Gone(answered) => 512 + answered.body.text.len(),
            Self::Begun { .. } | Self::Dropped { .. } | Self::Over => 64,
        }
    }
}
