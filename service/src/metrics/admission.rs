//! The metrics of devices that begin.

use prometheus::{Error, IntGauge, Registry};

use super::family::{Counters, Register};
use super::labels::FirstSync;

/// Devices that begin.
#[derive(Clone, Debug)]
pub struct AdmissionMetrics {
    /// Devices that are loading folders for the first time now.
    pub filling: IntGauge,
    /// Requests that wait to begin.
    pub waiting: IntGauge,
    /// Requests of devices that begin, and places that were lost.
    pub first_syncs: Counters<FirstSync>,
}

impl AdmissionMetrics {
    pub(super) fn new(registry: &Registry) -> Result<Self, Error> {
        let register = Register(registry);
        Ok(Self {
            filling: register.gauge(
                "first_syncs",
                "Devices that are loading folders for the first time now.",
            )?,
            waiting: register.gauge(
                "first_syncs_waiting",
                "Requests of devices that wait to begin.",
            )?,
            first_syncs: register.counters(
                "first_syncs_total",
                "Requests of devices that begin, and places that were lost.",
            )?,
        })
    }
}
