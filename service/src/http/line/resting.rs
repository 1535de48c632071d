//! A line whose request waits.

use std::mem;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use super::{Counted, Line};
use crate::http::request::RequestId;
use crate::http::traced::Traced;
use crate::telemetry::facts::RestingFacts;

/// A [`Line`] in less than half of its room. Dropped, it is written as the line itself would be.
pub(crate) struct RestingLine(Option<Kept>);

/// What is kept: all that is known before there is an answer.
struct Kept {
    facts: RestingFacts,
    request_id: RequestId,
    arrived: Instant,
    counted: Arc<Counted>,
    command: &'static str,
    version: &'static str,
    device: Option<Box<str>>,
    device_type: Option<Box<str>>,
    user_agent: Option<Arc<str>>,
    transport: &'static str,
    traced: Option<Box<Traced>>,
    bytes_in: u32,
    client: Option<IpAddr>,
    proxied: bool,
}

impl Line {
    /// The line, while its request waits.
    pub(crate) fn rest(mut self) -> RestingLine {
        let traced = mem::take(&mut self.traced);
        let kept = Kept {
            facts: mem::take(&mut self.facts).into(),
            request_id: self.request_id,
            arrived: self.arrived,
            counted: Arc::clone(&self.counted),
            command: self.command,
            version: self.version,
            device: self.device.take(),
            device_type: self.device_type.take(),
            user_agent: self.user_agent.take(),
            transport: self.transport,
            traced: (!traced.is_empty()).then(|| Box::new(traced)),
            bytes_in: u32::try_from(self.bytes_in).unwrap_or(u32::MAX),
            client: self.client,
            proxied: self.proxied,
        };
        self.rests = true;
        RestingLine(Some(kept))
    }
}

impl RestingLine {
    /// The line again. `None`: it was taken before.
    pub(crate) fn wake(&mut self) -> Option<Line> {
        let kept = self.0.take()?;
        Some(Line {
            facts: kept.facts.into(),
            request_id: kept.request_id,
            arrived: kept.arrived,
            counted: kept.counted,
            command: kept.command,
            version: kept.version,
            device: kept.device,
            device_type: kept.device_type,
            user_agent: kept.user_agent,
            transport: kept.transport,
            traced: kept.traced.map(|traced| *traced).unwrap_or_default(),
            bytes_in: usize::try_from(kept.bytes_in).unwrap_or(usize::MAX),
            client: kept.client,
            proxied: kept.proxied,
            rests: false,
            http_status: None,
            bytes_out: 0,
            left: None,
        })
    }
}

impl Drop for RestingLine {
    fn drop(&mut self) {
        // Writes itself: its client went away.
        drop(self.wake());
    }
}
