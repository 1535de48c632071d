//! IMAP as bytes and values (RFC 3501, RFC 9051): no sockets, no clock.
//!
//! Three layers. [`Decoder`] cuts the stream into responses and knows lines and literals only. [`interpret`] reads one
//! response, by way of a tree of [`Value`]s, as a typed [`Response`]. [`Flow`] pairs the commands that were written
//! with the answers to them.
//!
//! Only a stream that cannot be cut any more ends a session ([`FrameError`]). A response that is cut but cannot be
//! read is [`Malformed`]: it is counted and passed over.

mod code;
mod command;
mod date;
mod decoder;
mod fetch;
mod flow;
mod listing;
mod name;
mod response;
mod sasl;
mod search;
mod set;
mod structure;
mod tree;

pub use code::Code;
pub use command::{ArgumentError, Command, Dialect, Literals};
pub use decoder::{Decoder, Frame, FrameError, Limits, Step};
pub use fetch::{Content, Fetch, Section};
pub use flow::{Done, Event, Flow, Tag};
pub use listing::{Listed, MailboxStatus, Namespace, Namespaces};
pub use name::MailboxName;
pub use response::{Condition, Malformed, Response, Status, Text, Untagged, interpret};
pub use sasl::{Credentials, Mechanism};
pub use search::{Esearch, Search};
pub use set::UidSet;
pub use structure::{Disposition, Part, PartKind};
pub use tree::Value;
