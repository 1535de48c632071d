//! The metrics of messages on their way out.

use prometheus::{Error, Histogram, IntCounter, Registry};

use super::family::{Counters, Register};
use super::labels::{SendResult, SendRoute};

/// Messages that devices send.
#[derive(Clone, Debug)]
pub struct SendMetrics {
    /// Messages by how they went and where.
    pub results: Counters<(SendResult, SendRoute)>,
    /// From the request to the answer, in seconds.
    pub duration: Histogram,
    /// Messages that count as sent although the process ended before the relay answered.
    pub in_doubt: IntCounter,
    /// Messages that went without a copy in Sent that was asked for.
    pub copies_failed: IntCounter,
}

impl SendMetrics {
    pub(super) fn new(registry: &Registry) -> Result<Self, Error> {
        let register = Register(registry);
        Ok(Self {
            results: register.counters("sends_total", "Messages that devices send.")?,
            duration: register.histogram(
                "send_duration_seconds",
                "From the request to send a message to its answer.",
                DURATIONS,
            )?,
            in_doubt: register.counter(
                "sends_in_doubt_total",
                "Messages that count as sent although the relay's answer is not known.",
            )?,
            copies_failed: register.counter(
                "sent_copies_failed_total",
                "Messages that went without their copy in Sent.",
            )?,
        })
    }
}

/// Buckets up to the patience for a relay's last answer.
const DURATIONS: &[f64] = &[
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0,
];
