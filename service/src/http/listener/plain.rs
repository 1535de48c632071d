//! Writes a short answer as HTTP/1 (RFC 9112), where hyper is no longer there to do it.

use std::fmt::Write;

use axum::body;
use axum::response::Response;
use http::HeaderMap;
use http::header::{CONNECTION, CONTENT_LENGTH, DATE};

use crate::clock::Clock;
use crate::http::parked::Manners;

/// The longest body. Parked requests have answers of a few dozen bytes.
const BODY_MAX: usize = 1024 * 1024;

/// A whole answer, head and body.
pub(super) async fn encode(response: Response, manners: Manners) -> Vec<u8> {
    let (mut parts, body) = response.into_parts();
    // A body that is in memory cannot fail; nothing else is given to a parked request.
    let body = body::to_bytes(body, BODY_MAX).await.unwrap_or_default();
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.remove(CONNECTION);
    let mut head = String::with_capacity(256);
    let version = if manners.old { "1.0" } else { "1.1" };
    let status = parts.status;
    let reason = status.canonical_reason().unwrap_or_default();
    // Writing to a string does not fail.
    let _ = write!(head, "HTTP/{version} {} {reason}\r\n", status.as_str());
    let connection = match (manners.old, manners.keep_alive) {
        (true, true) => Some("keep-alive"),
        (false, false) => Some("close"),
        _ => None,
    };
    if let Some(connection) = connection {
        let _ = write!(head, "connection: {connection}\r\n");
    }
    let _ = write!(
        head,
        "content-length: {}\r\ndate: {}\r\n",
        body.len(),
        Clock::system().http_date()
    );
    let mut bytes = head.into_bytes();
    fields(&parts.headers, &mut bytes);
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(&body);
    bytes
}

fn fields(headers: &HeaderMap, bytes: &mut Vec<u8>) {
    for (name, value) in headers {
        if name == DATE {
            continue;
        }
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
}
