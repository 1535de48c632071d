//! What only a service at work knows.

use std::collections::HashMap;
use std::sync::Arc;

use crate::commands::governor::Governors;
use crate::control::survey::Survey;
use crate::control::view::{LoopView, ParkedBrief, PastView};
use crate::ids::{DeviceId, Principal};
use crate::metrics::family::Label;
use crate::push::{Hub, ParkedRow};
use crate::watch::Supervisor;

/// The parts of a service at work.
#[derive(Clone, Debug)]
pub struct Live {
    /// What is parked.
    pub hub: Arc<Hub>,
    /// How accounts are watched.
    pub supervisor: Arc<Supervisor>,
    /// Which devices run in circles.
    pub governors: Arc<Governors>,
}

impl Survey {
    pub(super) fn rows(&self) -> Vec<ParkedRow> {
        self.live
            .as_ref()
            .map_or_else(Vec::new, |live| live.hub.list())
    }

    /// What each device has parked; `None` without a service.
    pub(super) fn briefs(&self) -> Option<HashMap<DeviceId, Vec<ParkedBrief>>> {
        self.live.as_ref()?;
        let mut briefs: HashMap<DeviceId, Vec<ParkedBrief>> = HashMap::new();
        for row in self.rows() {
            briefs.entry(row.who.device).or_default().push(ParkedBrief {
                kind: row.kind.as_str().to_owned(),
                since: self.now().ago(row.parked),
            });
        }
        Some(briefs)
    }

    pub(super) fn past(&self, who: Principal) -> Option<Vec<PastView>> {
        let past = self.live.as_ref()?.hub.past(who);
        let views = past.into_iter().map(|one| PastView {
            kind: one.kind.as_str().to_owned(),
            reason: one.reason.as_str().to_owned(),
            parked_s: one.parked.as_secs(),
            at: self.now().ago(one.ago),
        });
        Some(views.collect())
    }

    pub(super) fn loops(&self, who: Principal) -> Option<Vec<LoopView>> {
        let met = self.live.as_ref()?.governors.loops(who.device);
        let views = met.into_iter().map(|(kind, held)| LoopView {
            kind: kind.as_str().to_owned(),
            held,
        });
        Some(views.collect())
    }
}
