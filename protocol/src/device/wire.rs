//! What passes between the phone and whoever does its I/O.

use std::time::{Duration, Instant};

/// What to do next.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub enum Output {
    /// Send this request; its answer or failure is handed in later.
    Send(Request),
    /// Close this connection and hand nothing more in for it: what was under way on it is no longer waited for.
    Close(Connection),
    /// Nothing to do until something is handed in, or until this time if there is one.
    Wait {
        /// When to ask again.
        until: Option<Instant>,
    },
}

/// A phone holds two connections at most: one on which it waits, one for all else.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Connection {
    /// For requests that are answered soon.
    Main,
    /// For Ping and for a Sync that is held.
    Push,
}

/// An HTTP request on `/Microsoft-Server-ActiveSync`. Host, length and credentials are the driver's.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Request {
    /// Where.
    pub connection: Connection,
    /// How.
    pub method: Method,
    /// What stands behind the question mark; empty for OPTIONS.
    pub query: String,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// The document, possibly none.
    pub body: Vec<u8>,
    /// How long the answer may take; then the connection is closed and the failure handed in.
    pub time_limit: Duration,
}

/// An HTTP method.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Method {
    /// Asks what the server has.
    Options,
    /// Everything else.
    Post,
}

impl Method {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Options => "OPTIONS",
            Self::Post => "POST",
        }
    }
}

/// An HTTP answer that arrived whole, its content encoding undone.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Names and values; names compare without case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(one, _)| one.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Failure {
    /// No connection could be made.
    Unreachable,
    /// The connection ended before the answer was complete.
    Cut,
    /// The time limit is over.
    TimedOut,
}

/// A moment later, as far as the clock can say it.
pub(super) fn after(now: Instant, pause: Duration) -> Instant {
    now.checked_add(pause).unwrap_or(now)
}
