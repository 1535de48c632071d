//! The one log line of a request, written when it is answered or when its client goes away first.

mod resting;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::response::Response;
use http_body::Body;
use tracing::info;

use crate::http::encode;
use crate::http::heartbeats::Heartbeats;
use crate::http::parked::Left;
use crate::http::request::RequestId;
use crate::http::traced::Traced;
use crate::metrics::family::Label;
use crate::metrics::{ParkEnd, RequestMetrics};
use crate::telemetry::{Facts, SyncKind};
use crate::trace::Tracer;

pub(crate) use resting::RestingLine;

/// Where requests are counted.
#[derive(Debug)]
pub(crate) struct Counted {
    /// Requests and answers.
    pub(crate) requests: RequestMetrics,
    /// The alarm for short heartbeats.
    pub(crate) heartbeats: Heartbeats,
    /// Who looks.
    pub(crate) tracer: Tracer,
}

/// What is known of a request while it is served. Dropped without an answer, it says that the client left.
pub(crate) struct Line {
    request_id: RequestId,
    arrived: Instant,
    counted: Arc<Counted>,
    http_status: Option<u16>,
    bytes_out: u64,
    /// What the command fills in.
    pub(crate) facts: Facts,
    /// The command, or the method.
    pub(crate) command: &'static str,
    /// The protocol version.
    pub(crate) version: &'static str,
    /// The device id as the client writes it.
    pub(crate) device: Option<Box<str>>,
    /// The device type.
    pub(crate) device_type: Option<Box<str>>,
    /// The beginning of the `User-Agent`.
    pub(crate) user_agent: Option<Arc<str>>,
    /// The client's address.
    pub(crate) client: Option<IpAddr>,
    /// Whether it came through a trusted proxy.
    pub(crate) proxied: bool,
    /// How the connection is protected.
    pub(crate) transport: &'static str,
    /// Bytes of the body as received.
    pub(crate) bytes_in: usize,
    /// For those who look.
    pub(super) traced: Traced,
    /// The request waits, and its connection is to answer it.
    pub(super) left: Option<Box<Left>>,
    /// Another one tells the rest.
    rests: bool,
}

impl Line {
    /// A line that is about to be written.
    pub(crate) fn new(request_id: RequestId, arrived: Instant, counted: Arc<Counted>) -> Self {
        counted.requests.in_flight.inc();
        Self {
            traced: Traced::default(),
            left: None,
            rests: false,
            request_id,
            arrived,
            counted,
            http_status: None,
            bytes_out: 0,
            facts: Facts::default(),
            command: "none",
            version: "",
            device: None,
            device_type: None,
            user_agent: None,
            client: None,
            proxied: false,
            transport: "",
            bytes_in: 0,
        }
    }

    /// Who looks.
    pub(super) fn tracer(&self) -> &Tracer {
        &self.counted.tracer
    }

    /// Names the request.
    pub(crate) fn request_id(&self) -> RequestId {
        self.request_id
    }

    /// When its head had been read.
    pub(crate) fn arrived(&self) -> Instant {
        self.arrived
    }

    /// Adds the headers that every answer has, but to a heartbeat that is over: every phone gets that around the
    /// clock, and nobody asks what became of it.
    pub(crate) fn finish(&self, response: &mut Response) {
        if self.facts.wake != Some(ParkEnd::Expired) {
            encode::finish(response, self.request_id);
        }
    }

    /// There is an answer.
    pub(crate) fn answered(mut self, response: &Response) {
        self.http_status = Some(response.status().as_u16());
        self.bytes_out = response.body().size_hint().exact().unwrap_or_default();
        self.trace_end(Some(response));
    }

    fn count(&self, elapsed: Duration) {
        let metrics = &self.counted.requests;
        metrics.in_flight.dec();
        metrics
            .bytes_in
            .inc_by(u64::try_from(self.bytes_in).unwrap_or(u64::MAX));
        metrics.bytes_out.inc_by(self.bytes_out);
        let parked = self.facts.parked.unwrap_or_default();
        metrics.finished(
            self.command,
            self.http_status,
            elapsed.saturating_sub(parked + self.facts.held),
        );
        if let Some(status) = self.facts.eas_status {
            metrics.eas_status(self.command, status);
        }
        let facts = &self.facts;
        if let (Some(device), Some(asked), Some(end)) =
            (facts.device, facts.heartbeat_asked_s, facts.wake)
        {
            self.counted.heartbeats.asked(device, asked, end);
        }
    }

    fn write(&self, elapsed: Duration) {
        let facts = &self.facts;
        info!(
            target: "directpush::request",
            request_id = %self.request_id,
            account = facts.account.map(|account| account.0),
            device_no = facts.device.map(|device| device.0),
            device = self.device.as_deref(),
            device_type = self.device_type.as_deref(),
            user_agent = self.user_agent.as_deref(),
            version = self.version,
            command = self.command,
            folders = facts.folders.as_deref(),
            folder_count = facts.folder_count,
            classes = facts.classes.as_deref(),
            filter = facts.filter,
            sync = facts.sync_kind.map(SyncKind::as_str),
            cli = facts.client.tag(),
            svr = facts.server.tag(),
            heartbeat_asked_s = facts.heartbeat_asked_s,
            heartbeat_granted_s = facts.heartbeat_granted_s,
            parked_ms = facts.parked.map(milliseconds),
            wake = facts.wake.map(Label::as_str),
            change_age_ms = facts.change_age.map(milliseconds),
            held_ms = nonzero(facts.held),
            backend_ms = nonzero(facts.backend),
            store_ms = nonzero(facts.store),
            recipients = facts.recipients,
            bytes_in = self.bytes_in,
            bytes_out = self.bytes_out,
            http_status = self.http_status,
            eas_status = facts.eas_status,
            client = self.client.map(tracing::field::display),
            proxied = self.proxied,
            tls = self.transport,
            note = facts.note,
            elapsed_ms = milliseconds(elapsed),
            "request"
        );
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.rests {
            return;
        }
        let now = Instant::now();
        self.facts.close(now);
        if self.http_status.is_none() {
            self.trace_end(None);
        }
        let elapsed = now.saturating_duration_since(self.arrived);
        self.count(elapsed);
        self.write(elapsed);
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn nonzero(duration: Duration) -> Option<u64> {
    (!duration.is_zero()).then(|| milliseconds(duration))
}
