//! The metrics of too much to do.

use prometheus::{Error, Histogram, IntCounter, IntGauge, Registry};

use super::family::{Counters, Register};
use super::labels::OverloadCause;

/// Whether there is more to do than the service can.
#[derive(Clone, Debug)]
pub struct OverloadMetrics {
    /// 1 while it is.
    pub overloaded: IntGauge,
    /// How often it came to that.
    pub entered: Counters<OverloadCause>,
    /// Requests that were refused for it.
    pub refused: IntCounter,
    /// Requests that are being worked at, neither parked nor held.
    pub working: IntGauge,
    /// How late a timer is served, in seconds.
    pub lag: Histogram,
}

impl OverloadMetrics {
    pub(super) fn new(registry: &Registry) -> Result<Self, Error> {
        let register = Register(registry);
        Ok(Self {
            overloaded: register.gauge("overloaded", "1 while new work is refused.")?,
            entered: register.counters("overloads_total", "How often new work was refused.")?,
            refused: register.counter(
                "overload_refused_total",
                "Requests that were refused because there was too much to do.",
            )?,
            working: register.gauge(
                "requests_working",
                "Requests that are worked at, neither parked nor held.",
            )?,
            lag: register.histogram(
                "scheduler_lag_seconds",
                "How late a timer of the service is served.",
                LAGS,
            )?,
        })
    }
}

/// Buckets for what should be next to nothing.
const LAGS: &[f64] = &[0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
