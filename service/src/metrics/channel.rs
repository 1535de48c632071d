//! The metrics of the channel between nodes.

use prometheus::{Error, Histogram, IntCounter, IntGauge, Registry};

use super::family::{Counters, Label, Register};

/// What became of a hint between nodes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HintFate {
    /// Redis took it.
    Published,
    /// It came from another node.
    Delivered,
    /// Redis did not take it; it is published again.
    Failed,
    /// The channel was down; the account is told of when it is back.
    Owed,
    /// It cannot be read.
    Rubbish,
}

impl Label for HintFate {
    const NAME: &'static str = "fate";
    const ALL: &'static [Self] = &[
        Self::Published,
        Self::Delivered,
        Self::Failed,
        Self::Owed,
        Self::Rubbish,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Owed => "owed",
            Self::Rubbish => "rubbish",
        }
    }
}

/// The channel between the nodes of a cluster; at zero on a single node.
#[derive(Clone, Debug)]
pub struct ChannelMetrics {
    /// One while it is up.
    pub up: IntGauge,
    /// How often it was connected.
    pub connects: IntCounter,
    /// What became of hints.
    pub hints: Counters<HintFate>,
    /// From publishing a hint to the answer of Redis.
    pub publish: Histogram,
}

impl ChannelMetrics {
    pub(super) fn new(registry: &Registry) -> Result<Self, Error> {
        let register = Register(registry);
        Ok(Self {
            up: register.gauge("channel_up", "Whether the channel between nodes is up.")?,
            connects: register.counter(
                "channel_connects_total",
                "How often the channel between nodes was connected.",
            )?,
            hints: register.counters("channel_hints_total", "Hints between nodes.")?,
            publish: register.histogram(
                "channel_publish_seconds",
                "From publishing a hint to the answer of Redis.",
                PUBLISHING,
            )?,
        })
    }
}

/// Buckets up to the patience for an answer.
const PUBLISHING: &[f64] = &[
    0.0002, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0,
];
