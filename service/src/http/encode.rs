//! From a command's answer to an HTTP response.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll, ready};

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream::BoxStream;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use http_body::{Frame, SizeHint};
use protocol::header;

use crate::http::answer::{After, Answer, Content, Refusal, Streamed};
use crate::http::connection::Sent;
use crate::http::request::RequestId;

/// The version of the server that clients are told; free text by the specification, but some compare it.
const SERVER_VERSION: HeaderValue = HeaderValue::from_static("15.1");
const SERVER: HeaderName = HeaderName::from_static("ms-server-activesync");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Bodies below this many bytes are sent as they are: compressing would save no packet.
const WORTH_IT: usize = 1024;
/// Bodies up to this many bytes are compressed on the spot, larger ones on the blocking pool.
const ON_THE_SPOT: usize = 64 * 1024;

/// Whether the answer's body may be compressed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Compress {
    /// The client takes gzip.
    Gzip,
    /// It does not say so.
    Never,
}

impl Compress {
    /// What a client takes, by `Accept-Encoding` (RFC 9110 12.5.3).
    pub(crate) fn accepted(headers: &HeaderMap) -> Self {
        let lines = headers
            .get_all(ACCEPT_ENCODING)
            .into_iter()
            .filter_map(|value| value.to_str().ok());
        let gzip = lines.flat_map(|line| line.split(',')).any(|element| {
            let mut parts = element.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default();
            let refused =
                parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
            (name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip")) && !refused
        });
        if gzip { Self::Gzip } else { Self::Never }
    }
}

/// Makes the response of a command. `sent` follows it onto the wire.
pub(crate) async fn response(
    answer: Answer,
    compress: Compress,
    sent: Option<Arc<Sent>>,
) -> Response {
    let (content_type, bytes) = match answer.content {
        Content::Http(refusal) => return refused(refusal),
        Content::Empty => (None, Bytes::new()),
        Content::Wbxml(bytes) => (Some(HeaderValue::from_static(header::WBXML)), bytes),
        Content::Multipart(bytes) => (Some(HeaderValue::from_static(header::MULTIPART)), bytes),
        Content::Raw {
            content_type,
            bytes,
        } => (Some(content_type), bytes),
        // Not compressed: large attachments are so already, and the length is known.
        Content::Streamed(streamed) => {
            let content_type = streamed.content_type.clone();
            let body = Body::new(Measured::from(*streamed));
            return with(body, Some(content_type), answer.headers, sent);
        }
    };
    let (coded, bytes) = encode(bytes, compress).await;
    let mut response = with(Body::from(bytes), content_type, answer.headers, sent);
    if coded {
        let headers = response.headers_mut();
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    }
    response
}

fn with(
    body: Body,
    content_type: Option<HeaderValue>,
    own: Vec<(HeaderName, HeaderValue)>,
    sent: Option<Arc<Sent>>,
) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.extend(own);
    if let Some(content_type) = content_type {
        headers.insert(CONTENT_TYPE, content_type);
    }
    if let Some(sent) = sent {
        response.extensions_mut().insert(sent);
    }
    response
}

/// A body that is read while it is sent, with its length known before.
struct Measured {
    stream: BoxStream<'static, io::Result<Bytes>>,
    left: u64,
}

impl From<Streamed> for Measured {
    fn from(streamed: Streamed) -> Self {
        Self {
            left: streamed.length,
            stream: streamed.into_body(),
        }
    }
}

impl http_body::Body for Measured {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut task::Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let next = ready!(self.stream.as_mut().poll_next(context));
        Poll::Ready(match next {
            Some(Ok(bytes)) => {
                self.left = self.left.saturating_sub(bytes.len() as u64);
                Some(Ok(Frame::data(bytes)))
            }
            Some(Err(error)) => {
                tracing::warn!(%error, left = self.left, "an answer broke off");
                Some(Err(error))
            }
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Makes the response of a refusal.
pub(crate) fn refused(refusal: Refusal) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = refusal.status;
    let headers = response.headers_mut();
    for (name, value) in refusal.headers {
        headers.append(name, value);
    }
    if refusal.after == After::Close {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Makes the response to OPTIONS (MS-ASHTTP 2.2.4).
pub(crate) fn options(versions: &str, commands: &str) -> Response {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    let mut put = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    put("ms-asprotocolversions", versions);
    put("ms-asprotocolcommands", commands);
    put("public", "OPTIONS,POST");
    put("allow", "OPTIONS,POST");
    response
}

/// A page for people who open the address in a browser.
pub(crate) fn page() -> Response {
    const PAGE: &str =
        "This address is for phones: add an \"Exchange\" account there, with this server's name.\n";
    let mut response = Response::new(Body::from(PAGE));
    *response.status_mut() = StatusCode::NOT_IMPLEMENTED;
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    headers.insert(
        http::header::ALLOW,
        HeaderValue::from_static("OPTIONS,POST"),
    );
    response
}

/// Adds what every response has.
pub(crate) fn finish(response: &mut Response, request_id: RequestId) {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private"));
    headers.insert(SERVER, SERVER_VERSION);
    if let Ok(id) = HeaderValue::from_str(&request_id.to_string()) {
        headers.insert(REQUEST_ID, id);
    }
}

async fn encode(bytes: Bytes, compress: Compress) -> (bool, Bytes) {
    if compress == Compress::Never || bytes.len() < WORTH_IT {
        return (false, bytes);
    }
    let plain = bytes.clone();
    let coded = if bytes.len() <= ON_THE_SPOT {
        gzip(&bytes)
    } else {
        tokio::task::spawn_blocking(move || gzip(&bytes))
            .await
            .ok()
            .flatten()
    };
    match coded {
        Some(coded) if coded.len() < plain.len() => (true, coded),
        _ => (false, plain),
    }
}

fn gzip(bytes: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::fast());
    encoder.write_all(bytes).ok()?;
    Some(encoder.finish().ok()?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_used_only_when_it_is_accepted() {
        for (value, accepted) in [
            ("gzip", Compress::Gzip),
            ("deflate, gzip;q=0.5", Compress::Gzip),
            ("GZIP", Compress::Gzip),
            ("gzip;q=0", Compress::Never),
            ("gzip; q=0.0", Compress::Never),
            ("br", Compress::Never),
            ("", Compress::Never),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, value.parse().unwrap());
            assert_eq!(Compress::accepted(&headers), accepted, "{value}");
        }
    }

    #[tokio::test]
    async fn short_and_incompressible_bodies_stay_as_they_are() {
        let coded = async |bytes: Vec<u8>| encode(bytes.into(), Compress::Gzip).await.0;
        assert!(!coded(vec![0; 1023]).await);
        assert!(coded(vec![0; 1024]).await);
        assert!(coded(vec![0; 200_000]).await);
        let mut noise = vec![0; 5_000];
        getrandom::fill(&mut noise).unwrap();
        assert!(!coded(noise).await);
    }
}
