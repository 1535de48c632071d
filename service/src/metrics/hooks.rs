//! The metrics of mail servers that call.

use prometheus::{Error, Registry};

use super::family::{Counters, Gauges, Register};
use super::labels::{HookResult, HookSource};

/// Calls of mail servers that something changed.
#[derive(Clone, Debug)]
pub struct HookMetrics {
    /// Calls by who calls and what came of it.
    pub calls: Counters<(HookSource, HookResult)>,
    /// When somebody called last, in UTC epoch seconds; zero: not yet.
    pub heard: Gauges<HookSource>,
}

impl HookMetrics {
    pub(super) fn new(registry: &Registry) -> Result<Self, Error> {
        let register = Register(registry);
        Ok(Self {
            calls: register.counters(
                "hooks_total",
                "Calls of mail servers that something changed.",
            )?,
            heard: register.gauges(
                "hook_heard_timestamp_seconds",
                "When a mail server called last; zero: not yet.",
            )?,
        })
    }
}
