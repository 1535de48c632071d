//! The metrics of each room of the house.

use std::time::Duration;

use prometheus::{Error, Histogram, HistogramVec, IntCounter, IntCounterVec, IntGauge, Registry};
use protocol::flow::governor::Loop;

use super::family::{Counters, Gauges, Histograms, Register};
use super::labels::{
    AcceptProblem, AuthCause, ChangeStage, ConvertOutcome, DeviceFamily, DoubtOutcome, FolderStart,
    GapCause, ItemKind, ParkEnd, ParkKind, RequestClass, WatchMode, WatchSource,
};

/// Parked requests and how they end.
#[derive(Clone, Debug)]
pub struct PushMetrics {
    /// Requests that are parked now.
    pub parked: Gauges<ParkKind>,
    /// Parked requests that ended.
    pub ends: Counters<(ParkEnd, ParkKind)>,
    /// Age at the end, in seconds.
    pub age: Histograms<ParkEnd>,
    /// From seeing a change to handing the answer of a parked request to its connection, in seconds.
    pub latency: Histogram,
    /// From the deadline of a heartbeat to the answer that it is over, in seconds.
    pub lateness: Histogram,
    /// Heartbeats that devices asked for, in seconds.
    pub heartbeat_asked: Histogram,
    /// Heartbeats that were granted, in seconds.
    pub heartbeat_granted: Histogram,
    /// Average of the last heartbeats asked for, in seconds.
    pub heartbeat_average: IntGauge,
    /// Answers that were in doubt, settled.
    pub doubts: Counters<DoubtOutcome>,
    /// Parked requests that were answered because of a shut-down.
    pub drained: IntCounter,
    /// Requests that were held because their device runs in circles.
    pub loops: Counters<Loop>,
}

impl PushMetrics {
    pub(super) fn new(registry: &Registry) -> Result<Self, Error> {
        let register = Register(registry);
        Ok(Self {
            parked: register.gauges("parked", "Requests that are parked now.")?,
            ends: register.counters("park_ends_total", "Parked requests that ended, by reason.")?,
            age: register.histograms(
                "park_age_seconds",
                "Age of parked requests at their end.",
                AGES,
            )?,
            latency: register.histogram(
                "push_latency_seconds",
                "From seeing a change to answering the parked request that waited for it.",
                LATENCIES,
            )?,
            lateness: register.histogram(
                "heartbeat_lateness_seconds",
                "From the deadline of a heartbeat to its answer.",
                LATENCIES,
            )?,
            heartbeat_asked: register.histogram(
                "heartbeat_asked_seconds",
                "Heartbeats that devices asked for.",
                AGES,
            )?,
            heartbeat_granted: register.histogram(
                "heartbeat_granted_seconds",
                "Heartbeats that were granted.",
                AGES,
            )?,
            heartbeat_average: register.gauge(
                "heartbeat_average_seconds",
                "Average of the last heartbeats that devices asked for.",
            )?,
            doubts: register.counters("doubts_total", "Answers that were in doubt, settled.")?,
            loops: register.counters(
                "loops_held_total",
                "Requests that were held because their device runs in circles.",
            )?,
            drained: register
                .counter("drained_total", "Parked requests answered by a shut-down.")?,
        })
    }
}

/// Changes from the moment they are seen until a device has them.
#[derive(Clone, Debug)]
pub struct ChangeMetrics {
    /// Changes by how far they came.
    pub stage: Counters<(ChangeStage, ItemKind)>,
    /// Age of the oldest change that a device which is alive was not told of by Sync, in seconds. Zero when there is
    /// none.
    pub oldest_undelivered: IntGauge,
    /// Folders that devices began with key 0.
    pub starts: Counters<(DeviceFamily, FolderStart)>,
}

impl ChangeMetrics {
    pub(super) fn new(registry: &Registry) -> Result<Self, Error> {
        let register = Register(registry);
        Ok(Self {
            stage: register.counters("changes_total", "Changes by how far they came.")?,
            oldest_undelivered: register.gauge(
                "oldest_undelivered_seconds",
                "Age of the oldest change that a device which is alive was not told of by Sync.",
            )?,
            starts: register.counters(
                "folder_starts_total",
                "Folders that devices began with key 0.",
            )?,
        })
    }
}

/// Watchers of accounts.
#[derive(Clone, Debug)]
pub struct WatchMetrics {
    /// Watchers that run now.
    pub watchers: Gauges<WatchMode>,
    /// Those of them that are told of changes, or look for them.
    pub sources: Gauges<WatchSource>,
    /// Watchers that had to start over.
    pub restarts: IntCounter,
    /// Folders compared although no event named them.
    pub gaps: Counters<GapCause>,
    /// Such comparisons that found a change, so that the safety net was needed.
    pub gap_finds: Counters<GapCause>,
    /// From an event of the backend to its folder being up to date in the index, in seconds.
    pub refresh: Histogram,
    /// Refreshes that failed.
    pub refresh_failures: IntCounter,
}

impl WatchMetrics {
    pub(super) fn new(registry: &Registry) -> Result<Self, Error> {
        let register = Register(registry);
        Ok(Self {
            watchers: register.gauges("watchers", "Watchers of accounts, by mode.")?,
            sources: register.gauges(
                "watcher_sources",
                "Watchers of accounts that are not down, by what tells them of changes in the mail.",
            )?,
            restarts: register
                .counter("watcher_restarts_total", "Watchers that had to start over.")?,
            gaps: register.counters(
                "gaps_total",
                "Folders compared although no event named them.",
            )?,
            gap_finds: register.counters(
                "gap_finds_total",
                "Comparisons without an event that found a change.",
            )?,
            refresh: register.histogram(
                "refresh_duration_seconds",
                "From an event of the backend to the index being up to date.",
                LATENCIES,
            )?,
            refresh_failures: register
                .counter("refresh_failures_total", "Refreshes that failed.")?,
        })
    }
}

/// Requests and their answers.
#[derive(Clone, Debug)]
pub struct RequestMetrics {
    /// Requests that are being served now, parked ones included.
    pub in_flight: IntGauge,
    /// Panics that were caught. Must stay at zero.
    pub panics: IntCounter,
    /// Requests refused because of `limits.requests_per_device`.
    pub refused_per_device: IntCounter,
    /// Bytes of request bodies, as received.
    pub bytes_in: IntCounter,
    /// Bytes of answer bodies, as sent.
    pub bytes_out: IntCounter,
    duration: HistogramVec,
    http_status: IntCounterVec,
    eas_status: IntCounterVec,
}

impl RequestMetrics {
    pub(super) fn new(registry: &Registry) -> Result<Self, Error> {
        let register = Register(registry);
        let duration = prometheus::HistogramOpts::new(
            "directpush_request_duration_seconds",
            "Time to answer, without the time parked.",
        );
        let duration =
            HistogramVec::new(duration.buckets(LATENCIES.to_vec()), &["command", "class"])?;
        registry.register(Box::new(duration.clone()))?;
        let metrics = Self {
            in_flight: register.gauge(
                "requests_in_flight",
                "Requests being served, parked ones included.",
            )?,
            panics: register.counter(
                "panics_total",
                "Panics that were caught; must stay at zero.",
            )?,
            refused_per_device: register.counter(
                "requests_refused_per_device_total",
                "Requests refused because a device had too many at once.",
            )?,
            bytes_in: register.counter("request_bytes_total", "Bytes of request bodies.")?,
            bytes_out: register.counter("response_bytes_total", "Bytes of answer bodies.")?,
            duration,
            http_status: register.numbered(
                "http_status_total",
                "Answers by HTTP status.",
                &["command", "code"],
            )?,
            eas_status: register.numbered(
                "eas_status_total",
                "Answers by status of the command.",
                &["command", "code"],
            )?,
        };
        metrics.http_status.with_label_values(&["OPTIONS", "200"]);
        metrics.eas_status.with_label_values(&["Sync", "1"]);
        metrics.duration.with_label_values(&["OPTIONS", "2xx"]);
        Ok(metrics)
    }

    /// Counts one request. `command` is a command's name or the HTTP method; `http_status` is `None` when
    /// the client went away; `elapsed` leaves out the time parked.
    pub fn finished(&self, command: &'static str, http_status: Option<u16>, elapsed: Duration) {
        let class = http_status.map_or(RequestClass::Gone, RequestClass::of);
        let class = super::family::Label::as_str(class);
        let seconds = elapsed.as_secs_f64();
        self.duration
            .with_label_values(&[command, class])
            .observe(seconds);
        if let Some(code) = http_status {
            self.http_status
                .with_label_values(&[command, &code.to_string()])
                .inc();
        }
    }

    /// Counts the status that a command's answer carried. Numbers that no command knows count as "other".
    pub fn eas_status(&self, command: &'static str, code: u16) {
        const LAST: u16 = 199;
        match code {
            0..=LAST => self
                .eas_status
                .with_label_values(&[command, &code.to_string()])
                .inc(),
            _ => self.eas_status.with_label_values(&[command, "other"]).inc(),
        }
    }
}

/// Sign-ins.
#[derive(Clone, Debug)]
pub struct AuthMetrics {
    /// Sign-ins by how they went.
    pub results: Counters<AuthCause>,
    /// Time of one password check (hash or backend), in seconds.
    pub check: Histogram,
    /// Checks that wait for a free place.
    pub waiting: IntGauge,
    /// Refusals that were held because they come again and again.
    pub held: IntCounter,
}

impl AuthMetrics {
    pub(super) fn new(registry: &Registry) -> Result<Self, Error> {
        let register = Register(registry);
        Ok(Self {
            results: register.counters("auth_total", "Sign-ins by how they went.")?,
            check: register.histogram(
                "auth_check_duration_seconds",
                "Time of one password check.",
                LATENCIES,
            )?,
            waiting: register.gauge(
                "auth_waiting",
                "Password checks that wait for a free place.",
            )?,
            held: register.counter(
                "auth_held_total",
                "Refusals that were held because they come again and again.",
            )?,
        })
    }
}

/// Items on their way from text formats to what phones read.
#[derive(Clone, Debug)]
pub struct ConvertMetrics {
    /// Items that could not be brought over completely.
    pub items: Counters<ConvertOutcome>,
}

impl ConvertMetrics {
    pub(super) fn new(registry: &Registry) -> Result<Self, Error> {
        let register = Register(registry);
        Ok(Self {
            items: register.counters(
                "conversions_total",
                "Items that could not be brought over completely.",
            )?,
        })
    }
}

/// Looks at the wire.
#[derive(Clone, Debug)]
pub struct TraceMetrics {
    /// Traces that run now.
    pub active: IntGauge,
    /// Events that nobody could be told, because they came faster than they were read.
    pub dropped: IntCounter,
}

impl TraceMetrics {
    pub(super) fn new(registry: &Registry) -> Result<Self, Error> {
        let register = Register(registry);
        Ok(Self {
            active: register.gauge("traces", "Traces that run now.")?,
            dropped: register.counter(
                "trace_dropped_total",
                "Events of traces that came faster than they were read.",
            )?,
        })
    }
}

/// Sockets.
#[derive(Clone, Debug)]
pub struct ConnectionMetrics {
    /// Connections that are open now.
    pub open: IntGauge,
    /// Connections that were accepted.
    pub accepted: IntCounter,
    /// What stood in the way of connections.
    pub problems: Counters<AcceptProblem>,
    /// Answers with content whose connection broke before the device proved that it has them.
    pub broken_answers: IntCounter,
}

impl ConnectionMetrics {
    pub(super) fn new(registry: &Registry) -> Result<Self, Error> {
        let register = Register(registry);
        Ok(Self {
            open: register.gauge("connections", "Connections that are open now.")?,
            accepted: register.counter("connections_accepted_total", "Connections that were accepted.")?,
            problems: register.counters(
                "connection_problems_total",
                "What stood in the way of connections.",
            )?,
            broken_answers: register.counter(
                "broken_answers_total",
                "Answers with content that were not written completely, or whose connection broke unproved.",
            )?,
        })
    }
}

/// Buckets for what should be quick: a millisecond to a minute.
const LATENCIES: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
];

/// Buckets for heartbeats; finer where common time-outs of devices on the way lie.
const AGES: &[f64] = &[
    1.0, 10.0, 30.0, 59.0, 61.0, 119.0, 121.0, 239.0, 241.0, 299.0, 301.0, 349.0, 351.0, 480.0,
    600.0, 900.0, 1200.0, 1500.0, 1800.0, 2700.0, 3540.0,
];
