//! Where mail servers call when something changed: `POST /hooks/dovecot` and `POST /hooks/cyrus`.
//!
//! A call is a hint. It is noted and answered at once, whatever anybody makes of it: a mail server waits for the answer
//! before it answers who delivers. Calls that cannot be read may have told of anything, so everybody looks then, but not
//! more often than every few seconds.

mod caller;
mod cyrus;
mod dovecot;
mod event;

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use backends::hook::HookFeed;
use http::header::{ALLOW, WWW_AUTHENTICATE};
use http::{Method, StatusCode};
use tokio::time::{self, Instant};
use tracing::{debug, warn};

use crate::clock::Clock;
use crate::http::connection::Connection;
use crate::metrics::{HookMetrics, HookResult, HookSource};

pub(crate) use caller::Callers;

/// Longest time for the body of a call: mail servers give up after a second.
const BODY_TIME: Duration = Duration::from_secs(10);

/// How often everybody looks because of calls that cannot be read.
const GAP_PAUSE: Duration = Duration::from_secs(10);

/// What calls are taken with.
pub(crate) struct Hooks {
    /// Where they go.
    pub(crate) feed: HookFeed,
    /// Who may call.
    pub(crate) callers: Callers,
    /// Largest body, in bytes.
    pub(crate) body_bytes_max: usize,
    /// What is counted.
    pub(crate) metrics: HookMetrics,
    /// What time it is.
    pub(crate) clock: Clock,
    /// When everybody was last had to look.
    pub(crate) gap: Mutex<Option<Instant>>,
}

/// The routes of the listener for hooks.
pub(crate) fn router(hooks: Hooks) -> Router {
    Router::new().fallback(handle).with_state(Arc::new(hooks))
}

async fn handle(
    State(hooks): State<Arc<Hooks>>,
    request: Request<Body>,
) -> Result<Response, Infallible> {
    let source = match request.uri().path().trim_end_matches('/') {
        "/hooks/dovecot" | "/hooks/dovecot-ox" => HookSource::Dovecot,
        "/hooks/cyrus" => HookSource::Cyrus,
        _ => return Ok(StatusCode::NOT_FOUND.into_response()),
    };
    Ok(match hooks.take(source, request).await {
        Ok(result) => {
            hooks.metrics.calls.of((source, result)).inc();
            StatusCode::ACCEPTED.into_response()
        }
        Err(refused) => {
            let result = match refused.status() {
                StatusCode::BAD_REQUEST => HookResult::Malformed,
                _ => HookResult::Refused,
            };
            hooks.metrics.calls.of((source, result)).inc();
            refused
        }
    })
}

impl Hooks {
    async fn take(
        &self,
        source: HookSource,
        request: Request<Body>,
    ) -> Result<HookResult, Response> {
        let (head, body) = request.into_parts();
        let peer = head.extensions.get::<Arc<Connection>>();
        let peer = peer.map(|connection| connection.peer.ip());
        if !peer.is_some_and(|peer| self.callers.may_connect(peer)) {
            return Err(StatusCode::FORBIDDEN.into_response());
        }
        if !self.callers.knows(&head.headers) {
            let challenge = [(WWW_AUTHENTICATE, "Bearer")];
            return Err((StatusCode::UNAUTHORIZED, challenge).into_response());
        }
        // Dovecot's OX driver puts where all others post.
        if head.method != Method::POST && head.method != Method::PUT {
            let allow = [(ALLOW, "POST, PUT")];
            return Err((StatusCode::METHOD_NOT_ALLOWED, allow).into_response());
        }
        let reading = axum::body::to_bytes(body, self.body_bytes_max);
        let status = match time::timeout(BODY_TIME, reading).await {
            Ok(Ok(body)) => {
                let heard = self.heard(source, &body);
                return heard.map_err(IntoResponse::into_response);
            }
            Ok(Err(_)) => StatusCode::PAYLOAD_TOO_LARGE,
            Err(_elapsed) => StatusCode::REQUEST_TIMEOUT,
        };
        warn!(source = ?source, %status, "a hook's call was not taken");
        self.gap();
        Err(status.into_response())
    }

    /// Notes what a call says.
    fn heard(&self, source: HookSource, body: &[u8]) -> Result<HookResult, StatusCode> {
        let read = match source {
            HookSource::Dovecot => dovecot::read(body),
            HookSource::Cyrus => cyrus::read(body),
        };
        let mut result = HookResult::Nobody;
        for (user, mark) in &read.marks {
            if self.feed.mark(user, mark) {
                result = HookResult::Taken;
            }
        }
        self.metrics.heard.of(source).set(self.clock.seconds());
        if read.is_whole() {
            debug!(source = ?source, marks = read.marks.len(), "hook");
            return Ok(result);
        }
        warn!(
            source = ?source,
            marks = read.marks.len(),
            "a hook's call cannot be read, at least in part; everybody looks"
        );
        self.gap();
        Err(StatusCode::BAD_REQUEST)
    }

    /// Something was told, and it is not known what.
    fn gap(&self) {
        let now = Instant::now();
        let mut last = self.gap.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| now.saturating_duration_since(last) >= GAP_PAUSE) {
            *last = Some(now);
            drop(last);
            self.feed.gap();
        }
    }
}
