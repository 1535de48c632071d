//! Everything that is counted, as fields of structs that are made once and handed down.
//!
//! Labels are enums, so a series cannot grow with users or devices. Names are `directpush_<thing>_<unit>`.
//! `docs/metrics.md` is compared with this registry by a test.
//!
//! Adding a metric: a field in the struct of its room below, a line in that struct's `new`, and the line in
//! `docs/metrics.md` that the test then asks for.

mod admission;
mod channel;
pub mod family;
mod hooks;
mod labels;
mod overload;
mod resources;
mod rooms;
mod sending;

use prometheus::{Encoder, Registry, TextEncoder};

pub use admission::AdmissionMetrics;
pub use channel::{ChannelMetrics, HintFate};
pub use hooks::HookMetrics;
pub use labels::{
    AcceptProblem, AuthCause, ChangeStage, ConvertOutcome, DeviceFamily, DoubtOutcome, FirstSync,
    FolderStart, GapCause, HookResult, HookSource, ItemKind, OverloadCause, ParkEnd, ParkKind,
    RequestClass, SendResult, SendRoute, WatchMode, WatchSource,
};
pub use overload::OverloadMetrics;
pub use resources::ResourceMetrics;
pub use rooms::{
    AuthMetrics, ChangeMetrics, ConnectionMetrics, ConvertMetrics, PushMetrics, RequestMetrics,
    TraceMetrics, WatchMetrics,
};
pub use sending::SendMetrics;

/// All metrics of the process. Cloning a room is cheap, and both clones count into the same series.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Registry,
    /// Parked requests and how they end.
    pub push: PushMetrics,
    /// The channel between nodes.
    pub channel: ChannelMetrics,
    /// Changes from the moment they are seen until a device has them.
    pub changes: ChangeMetrics,
    /// Watchers of accounts.
    pub watch: WatchMetrics,
    /// Devices that begin.
    pub admission: AdmissionMetrics,
    /// Whether there is too much to do.
    pub overload: OverloadMetrics,
    /// Requests and their answers.
    pub requests: RequestMetrics,
    /// Sign-ins.
    pub auth: AuthMetrics,
    /// Items on their way from text formats to what phones read.
    pub convert: ConvertMetrics,
    /// Messages that devices send.
    pub sending: SendMetrics,
    /// Calls of mail servers that something changed.
    pub hooks: HookMetrics,
    /// Sockets.
    pub connections: ConnectionMetrics,
    /// Looks at the wire.
    pub trace: TraceMetrics,
    /// What the service takes of the system, and what it keeps.
    pub resources: ResourceMetrics,
}

impl Metrics {
    /// Registers every metric in a registry of its own, all series at zero.
    ///
    /// # Errors
    /// Only when two metrics have one name, which the tests exclude.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        register_process(&registry)?;
        Ok(Self {
            push: PushMetrics::new(&registry)?,
            channel: ChannelMetrics::new(&registry)?,
            changes: ChangeMetrics::new(&registry)?,
            watch: WatchMetrics::new(&registry)?,
            admission: AdmissionMetrics::new(&registry)?,
            overload: OverloadMetrics::new(&registry)?,
            requests: RequestMetrics::new(&registry)?,
            auth: AuthMetrics::new(&registry)?,
            convert: ConvertMetrics::new(&registry)?,
            sending: SendMetrics::new(&registry)?,
            hooks: HookMetrics::new(&registry)?,
            connections: ConnectionMetrics::new(&registry)?,
            trace: TraceMetrics::new(&registry)?,
            resources: ResourceMetrics::new(&registry)?,
            registry,
        })
    }

    /// The text exposition format that Prometheus scrapes.
    ///
    /// # Errors
    /// When a metric is inconsistent in itself.
    pub fn text(&self) -> Result<Vec<u8>, prometheus::Error> {
        let mut text = Vec::with_capacity(16 * 1024);
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}

/// Open files, memory and CPU time of this process (`process_*`).
fn register_process(registry: &Registry) -> Result<(), prometheus::Error> {
    let process = prometheus::process_collector::ProcessCollector::for_self();
    registry.register(Box::new(process))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const REFERENCE: &str = include_str!("../../docs/metrics.md");

    fn registered() -> BTreeSet<String> {
        let metrics = Metrics::new().unwrap();
        metrics
            .registry
            .gather()
            .iter()
            .map(|family| family.name().to_owned())
            .filter(|name| name.starts_with("directpush_"))
            .collect()
    }

    fn documented() -> BTreeSet<String> {
        REFERENCE
            .lines()
            .filter_map(|line| line.strip_prefix("| `directpush_"))
            .filter_map(|rest| rest.split_once('`'))
            .map(|(name, _)| format!("directpush_{name}"))
            .collect()
    }

    #[test]
    fn the_reference_lists_what_is_registered() {
        assert_eq!(documented(), registered());
    }

    #[test]
    fn series_exist_before_they_are_counted() {
        let text = String::from_utf8(Metrics::new().unwrap().text().unwrap()).unwrap();
        assert!(
            text.contains(r#"directpush_parked{kind="ping"} 0"#),
            "{text}"
        );
    }
}
