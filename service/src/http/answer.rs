//! What a command answers, before it is HTTP.

use std::fmt;
use std::io;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use futures_util::stream::BoxStream;
use http::{HeaderName, HeaderValue, StatusCode};
use protocol::header::THROTTLE;

use crate::http::receipt::Receipt;

/// The answer of a command: a body or an HTTP status, and who wants to know whether it arrived.
#[must_use]
#[derive(Debug)]
pub struct Answer {
    /// What is sent.
    pub content: Content,
    /// Headers besides those that every answer has.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// For answers that are in doubt until proved (rule R12).
    pub receipt: Option<Receipt>,
}

/// What is sent.
#[derive(Debug)]
pub enum Content {
    /// 200 with a WBXML document.
    Wbxml(Bytes),
    /// 200 without a body.
    Empty,
    /// 200 with the multipart form of ItemOperations (MS-ASCMD 2.2.1.10.1).
    Multipart(Bytes),
    /// 200 with bytes of another type: GetAttachment.
    Raw {
        /// The media type.
        content_type: HeaderValue,
        /// The bytes.
        bytes: Bytes,
    },
    /// 200 with what is read while it is sent.
    Streamed(Box<Streamed>),
    /// Another HTTP status, without a body.
    Http(Refusal),
}

/// A body that is read while it is sent. An error on the way aborts the connection, so that nobody takes what there
/// was for the whole.
pub struct Streamed {
    /// The media type.
    pub content_type: HeaderValue,
    /// The document in it, for the trace; what is streamed is not in it.
    pub document: Bytes,
    /// How many bytes there are.
    pub length: u64,
    // Only ever taken out whole: the lock lets answers be looked at from any thread.
    body: Mutex<BoxStream<'static, io::Result<Bytes>>>,
}

impl Streamed {
    /// A body of so many bytes.
    pub fn new(
        (content_type, document): (HeaderValue, Bytes),
        length: u64,
        body: BoxStream<'static, io::Result<Bytes>>,
    ) -> Self {
        Self {
            content_type,
            document,
            length,
            body: Mutex::new(body),
        }
    }

    /// The bytes.
    pub fn into_body(self) -> BoxStream<'static, io::Result<Bytes>> {
        self.body
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Streamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streamed")
            .field("content_type", &self.content_type)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

/// An HTTP status other than 200, and what goes with it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// Headers besides those that every answer has, such as `Retry-After`.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Why, for the log; never sent.
    pub reason: &'static str,
    /// Whether the connection goes on.
    pub after: After,
}

/// Whether a connection goes on after a refusal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum After {
    /// The next request may come on it.
    KeepAlive,
    /// It is closed, because the rest of the request was not read.
    Close,
}

impl Refusal {
    /// A refusal without headers of its own.
    #[must_use]
    pub const fn new(status: StatusCode, reason: &'static str) -> Self {
        Self {
            status,
            headers: Vec::new(),
            reason,
            after: After::KeepAlive,
        }
    }

    /// 503 with `Retry-After`: overload, a backend that is away, a shut-down. Seconds are spread over
    /// `least_s` to twice that, so that the devices do not come back all at once.
    #[must_use]
    pub fn unavailable(least_s: u32, reason: &'static str) -> Self {
        let seconds = least_s.saturating_add(jitter(least_s));
        Self::new(StatusCode::SERVICE_UNAVAILABLE, reason)
            .with_header(http::header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// 503 with `Retry-After` and `X-MS-ASThrottle`, which names the limit that was met.
    #[must_use]
    pub fn throttled(reason: &'static str, limit: &'static str) -> Self {
        Self::unavailable(30, reason).with_header(
            HeaderName::from_bytes(THROTTLE.as_bytes()).unwrap_or(http::header::WARNING),
            HeaderValue::from_static(limit),
        )
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Ends the connection after this answer.
    #[must_use]
    pub fn closing(mut self) -> Self {
        self.after = After::Close;
        self
    }
}

impl Answer {
    /// 200 with a WBXML document.
    pub fn wbxml(document: impl Into<Bytes>) -> Self {
        Self::from(Content::Wbxml(document.into()))
    }

    /// 200 without a body.
    pub fn empty() -> Self {
        Self::from(Content::Empty)
    }

    /// Another HTTP status.
    pub fn http(refusal: Refusal) -> Self {
        Self::from(Content::Http(refusal))
    }

    /// Adds a header.
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Asks to be told what becomes of this answer.
    pub fn with_receipt(mut self, receipt: Receipt) -> Self {
        self.receipt = Some(receipt);
        self
    }
}

impl From<Content> for Answer {
    fn from(content: Content) -> Self {
        Self {
            content,
            headers: Vec::new(),
            receipt: None,
        }
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self::http(refusal)
    }
}

/// A random number from 0 to `most`. Without randomness, the middle.
pub(crate) fn jitter(most: u32) -> u32 {
    let random = getrandom::u32().unwrap_or(u32::MAX / 2);
    let scaled = (u64::from(random) * (u64::from(most) + 1)) >> 32;
    u32::try_from(scaled).unwrap_or(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_spread() {
        let seconds: Vec<u32> = (0..50)
            .map(|_| Refusal::unavailable(30, "test"))
            .map(|refusal| refusal.headers[0].1.to_str().unwrap().parse().unwrap())
            .collect();
        assert!(seconds.iter().all(|seconds| (30..=60).contains(seconds)));
        assert!(seconds.windows(2).any(|pair| pair[0] != pair[1]));
    }
}
