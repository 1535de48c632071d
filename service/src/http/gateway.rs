//! One request, from its head to its answer.
//!
//! In this order, so that each step may rely on those before: path, method, who asks, request line, version,
//! command, how many of this device, body; then the command. Whatever happens, a panic included, there is one
//! answer and one log line, and never a 500.

mod discover;
mod serve;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use futures_util::FutureExt;
use http::{Method, StatusCode};
use protocol::header;
use tracing::error;

use crate::config::{Auth, Limits, Proxy, Push};
use crate::http::answer::{After, Refusal};
use crate::http::auth::Gate;
use crate::http::autodiscover::Door;
use crate::http::connection::{Connection, Ledgers};
use crate::http::heartbeats::Heartbeats;
use crate::http::limits::{BodyMemory, PerDevice};
use crate::http::line::{Counted, Line};
use crate::http::overload::Overload;
use crate::http::parked::Parked;
use crate::http::request::{AccountName, RequestId, Route};
use crate::http::{Dispatch, body, encode, proxy, refuse};
use crate::metrics::Metrics;
use crate::trace::Tracer;

/// What requests are served with.
pub(crate) struct Gateway {
    dispatch: Arc<dyn Dispatch>,
    gate: Gate,
    limits: Limits,
    proxy: Proxy,
    realm: String,
    url: Option<String>,
    devices: Arc<PerDevice>,
    memory: BodyMemory,
    ledgers: Ledgers,
    overload: Arc<Overload>,
    counted: Arc<Counted>,
    next_request: AtomicU64,
}

/// What a gateway is made of.
pub(crate) struct Parts<'p> {
    /// Serves the commands.
    pub(crate) dispatch: Arc<dyn Dispatch>,
    /// Knows who may.
    pub(crate) gate: Gate,
    /// What a client may take.
    pub(crate) limits: &'p Limits,
    /// Proxies in front.
    pub(crate) proxy: &'p Proxy,
    /// Signing in.
    pub(crate) auth: &'p Auth,
    /// Where devices are sent to, if that was said.
    pub(crate) url: Option<&'p str>,
    /// Parked requests.
    pub(crate) push: &'p Push,
    /// Knows whether there is too much to do.
    pub(crate) overload: Arc<Overload>,
    /// What is counted.
    pub(crate) metrics: &'p Metrics,
}

impl Gateway {
    /// Puts a gateway together.
    pub(crate) fn new(parts: Parts<'_>) -> Arc<Self> {
        let start = getrandom::u64().unwrap_or_default();
        Arc::new(Self {
            dispatch: parts.dispatch,
            gate: parts.gate,
            limits: parts.limits.clone(),
            proxy: parts.proxy.clone(),
            realm: parts.auth.realm.clone(),
            url: parts.url.map(str::to_owned),
            devices: PerDevice::new(parts.limits.requests_per_device),
            memory: BodyMemory::new(parts.limits.body_memory_max),
            ledgers: Ledgers::default(),
            overload: parts.overload,
            counted: Arc::new(counted(parts.push, parts.metrics)),
            next_request: AtomicU64::new(start),
        })
    }

    /// Everything at one address; paths compare without case, so there is one handler.
    pub(crate) fn router(self: Arc<Self>) -> Router {
        Router::new().fallback(handle).with_state(self)
    }

    /// Who looks at requests.
    pub(crate) fn tracer(&self) -> &Tracer {
        &self.counted.tracer
    }

    /// The account that a login name leads to.
    pub(crate) fn resolve(&self, login: &str) -> Option<AccountName> {
        self.gate.resolve(login)
    }

    fn request_id(&self) -> RequestId {
        // A step that is odd and large makes neighbours look different, and repeats after 2^64 requests only.
        RequestId(
            self.next_request
                .fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed),
        )
    }

    /// Answers, whatever happens on the way.
    async fn answer(&self, request: Request) -> Response {
        let arrived = Instant::now();
        let request_id = self.request_id();
        let mut line = Line::new(request_id, arrived, Arc::clone(&self.counted));
        let connection = request.extensions().get::<Arc<Connection>>().cloned();
        let answering = AssertUnwindSafe(self.route(request, &mut line)).catch_unwind();
        let mut response = match answering.await {
            Ok(response) => response,
            Err(_panic) => {
                self.counted.requests.panics.inc();
                error!(%request_id, "a request ended in a panic");
                line.facts.note = Some("panic");
                encode::refused(Refusal::unavailable(60, "panic").closing())
            }
        };
        if let (Some(left), Some(connection)) = (line.left.take(), connection) {
            connection.park(Parked::new(*left, line));
            return response; // never sent: the connection answers
        }
        line.finish(&mut response);
        line.answered(&response);
        response
    }

    async fn route(&self, request: Request, line: &mut Line) -> Response {
        let Some(connection) = request.extensions().get::<Arc<Connection>>().cloned() else {
            return encode::refused(Refusal::unavailable(60, "request without connection"));
        };
        line.transport = connection.transport.as_str();
        line.proxied = connection.route == Route::Proxied;
        let request = Incoming::new(request, connection);
        if self.counted.tracer.is_on() {
            line.client = Some(self.client(&request).ip());
            line.trace_head(&request.head, |headers| self.gate.claimed(headers));
        }
        if let Some(door) = Door::of(request.head.uri.path()) {
            return self.discover(door, request, line).await;
        }
        if !header::is_path(request.head.uri.path()) {
            let refusal = Refusal::new(StatusCode::NOT_FOUND, "path");
            return self.refuse(refusal, request, line).await;
        }
        match request.head.method {
            Method::POST => self.post(request, line).await,
            Method::OPTIONS => self.options(request, line).await,
            Method::GET | Method::HEAD => encode::page(),
            _ => self.refuse(refuse::method(), request, line).await,
        }
    }

    async fn options(&self, request: Incoming, line: &mut Line) -> Response {
        line.command = "OPTIONS";
        line.user_agent = serve::user_agent(&request.head.headers);
        let client = self.client(&request);
        line.client = Some(client.ip());
        let signed_in = self.gate.sign_in(&request.head.headers, client.ip()).await;
        match signed_in {
            Ok(_identity) => {
                let versions = header::protocol_versions(self.dispatch.versions());
                let commands = header::protocol_commands(self.dispatch.commands());
                encode::options(&versions, &commands)
            }
            Err(error) => {
                let refusal = refuse::sign_in(error, &self.realm);
                self.refuse(refusal, request, line).await
            }
        }
    }

    /// Refuses a request whose body was not read. A small body is read and forgotten; before a large one the
    /// connection is closed, but read on for a while, so that the client sees the answer.
    async fn refuse(&self, mut refusal: Refusal, request: Incoming, line: &mut Line) -> Response {
        line.facts.note = line.facts.note.or(Some(refusal.reason));
        let Incoming {
            head,
            body,
            connection,
        } = request;
        if refusal.after == After::KeepAlive
            && !body::discard(&head.headers, body, self.limits.body_pause).await
        {
            refusal.after = After::Close;
        }
        if refusal.after == After::Close {
            connection.linger();
        }
        encode::refused(refusal)
    }

    /// Who sends a request.
    fn client(&self, request: &Incoming) -> SocketAddr {
        let connection = &request.connection;
        match connection.route {
            Route::Direct => connection.peer,
            Route::Proxied => proxy::client(&self.proxy, &request.head.headers, connection.peer),
        }
    }
}

fn counted(push: &Push, metrics: &Metrics) -> Counted {
    let average = metrics.push.heartbeat_average.clone();
    let alert_s = push.heartbeat_alert.as_secs();
    Counted {
        tracer: Tracer::new(metrics.trace.clone()),
        requests: metrics.requests.clone(),
        heartbeats: Heartbeats::new(push.heartbeat_sample_size, alert_s, average),
    }
}

/// A request in its parts. The body is on its own, since it cannot be shared between threads.
struct Incoming {
    head: http::request::Parts,
    body: Body,
    connection: Arc<Connection>,
}

impl Incoming {
    fn new(request: Request, connection: Arc<Connection>) -> Self {
        let (head, body) = request.into_parts();
        Self {
            head,
            body,
            connection,
        }
    }
}

async fn handle(
    State(gateway): State<Arc<Gateway>>,
    request: Request<Body>,
) -> Result<Response, Infallible> {
    Ok(gateway.answer(request).await)
}
