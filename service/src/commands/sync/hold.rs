//! Wait and HeartbeatInterval: a Sync with nothing to tell is parked like a Ping.

use std::time::Duration;

use protocol::flow::cached_sync::EffectiveSync;
use tokio::time::Instant;

use crate::commands::context::Context;
use crate::commands::{folder_sync, ping};
use crate::ids::FolderNo;
use crate::metrics::ParkKind;
use crate::push::{Outcome, Parking};

/// What is to be done after the wait.
pub(super) enum Then {
    /// Serve the folders again.
    Again,
    /// Answer with an empty body.
    Empty,
    /// The hierarchy moved: status 12.
    Hierarchy,
}

/// Parks the request until one of its folders has something for the device.
pub(super) async fn wait(
    context: &mut Context<'_>,
    effective: &EffectiveSync,
    wait: Duration,
) -> Then {
    let who = context.who;
    let arrived = Instant::from_std(context.request.arrived);
    // The body has been read: a parked request does not keep it.
    context.request.body = bytes::Bytes::new();
    context.facts.heartbeat_granted_s = u32::try_from(wait.as_secs()).ok();
    let parking = Parking {
        who,
        kind: ParkKind::Sync,
        folders: effective
            .collections
            .iter()
            .map(|collection| {
                FolderNo::parse(collection.collection_id.as_str()).unwrap_or(FolderNo::ROOT)
            })
            .collect(),
        notes: folder_sync::notes(context.version()),
        deadline: arrived + wait,
    };
    context.facts.park(std::time::Instant::now());
    let ended = context.parts.hub.park(parking).await;
    ping::note(context.facts, &ended);
    match ended.outcome {
        Outcome::Changed(_) => Then::Again,
        Outcome::Hierarchy => Then::Hierarchy,
        Outcome::Expired
        | Outcome::Shortened
        | Outcome::Superseded
        | Outcome::Draining
        | Outcome::AccountGone => Then::Empty,
    }
}
