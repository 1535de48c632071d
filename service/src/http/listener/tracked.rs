//! Bodies that tell their connection how far they are: a request's when it is complete, an answer's when it
//! has been handed over.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;

use crate::http::connection::{Connection, Following, InFlight, Sent};

/// The body of a request.
pub(super) struct Arriving {
    body: Incoming,
    connection: Arc<Connection>,
}

impl Arriving {
    /// Counts a request in, and follows its body.
    pub(super) fn begin(
        request: hyper::Request<Incoming>,
        connection: &Arc<Connection>,
    ) -> (hyper::Request<Body>, InFlight) {
        let following = if request.body().is_end_stream() {
            Following::Nothing
        } else {
            Following::Body
        };
        let in_flight = connection.begin(following);
        let (mut parts, body) = request.into_parts();
        parts.extensions.insert(Arc::clone(connection));
        let body = match following {
            Following::Nothing => Body::empty(),
            Following::Body => Body::new(Self {
                body,
                connection: Arc::clone(connection),
            }),
        };
        (hyper::Request::from_parts(parts, body), in_flight)
    }
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if frame.is_none() || self.body.is_end_stream() {
            self.connection.body_read();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A body, the receipt that goes with it, and the request's place among those in flight.
///
/// A handler attaches an `Arc<Sent>` to the answer's extensions to have it followed.
pub(super) struct Tracked {
    body: Body,
    sent: Option<Arc<Sent>>,
    connection: Arc<Connection>,
    _in_flight: InFlight,
}

impl Tracked {
    /// Follows an answer.
    pub(super) fn wrap(
        response: Response,
        connection: Arc<Connection>,
        in_flight: InFlight,
    ) -> Response<Self> {
        let (mut parts, body) = response.into_parts();
        let tracked = Self {
            body,
            sent: parts.extensions.remove(),
            connection,
            _in_flight: in_flight,
        };
        Response::from_parts(parts, tracked)
    }

    /// All of it is in hyper's buffer.
    fn handed_over(&mut self) {
        if let Some(sent) = self.sent.take() {
            self.connection.buffered(sent);
        }
    }
}

impl HttpBody for Tracked {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        match &frame {
            Some(Ok(_)) if !self.body.is_end_stream() => {}
            Some(Ok(_)) | None => self.handed_over(),
            Some(Err(_)) => {} // dropped next, and broken by that
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        // hyper does not poll an empty body, but drops it once the head is in its buffer. If it dropped it
        // for another reason, no flush follows, and the connection's end breaks it.
        if self.body.is_end_stream() {
            self.handed_over();
        }
        if let Some(sent) = self.sent.take() {
            self.connection.given_up(&sent);
        }
    }
}
