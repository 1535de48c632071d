//! Ping: park until one of the folders has something for the device (MS-ASCMD 2.2.1.13).
//!
//! No backend is called on this path. A status of 1 to 8 only: AOSP stops pinging at any other.

use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll, ready};

use protocol::command::CollectionId;
use protocol::command::ping::{PingFolder, PingRequest, PingResponse};
use protocol::flow::ping_parameters::{self, PingLimits};
use protocol::version::Version;
use tokio::time::Instant;

use crate::commands::context::{Context, encoded};
use crate::commands::folder_sync;
use crate::error::Fault;
use crate::http::answer::Answer;
use crate::http::parked::{Finish, Served, Waiting};
use crate::ids::FolderNo;
use crate::metrics::ParkKind;
use crate::push::{Ended, Outcome, Parking, Wait};
use crate::store::PingCache;
use crate::telemetry::Facts;

/// Takes the context by value, so that a parked Ping keeps nothing of its request.
pub(super) async fn serve(mut context: Context<'_>) -> Result<Served, Fault> {
    let version = context.version();
    let parameters = match complete(&mut context).await? {
        Ok(parameters) => parameters,
        Err(refusal) => {
            context.facts.eas_status = Some(refusal.status.code());
            return Ok(Served::Answered(context.answer(&refusal)));
        }
    };
    let (parts, who) = (context.parts, context.who);
    let arrived = Instant::from_std(context.request.arrived);
    let Context { facts, request, .. } = context;
    drop(request);

    let folders = parameters.folders.iter();
    let parking = Parking {
        who,
        kind: ParkKind::Ping,
        folders: folders.map(|folder| number(&folder.id)).collect(),
        notes: folder_sync::notes(version),
        deadline: arrived + parameters.wait,
    };
    drop(parameters);
    facts.park(arrived.into_std());
    Ok(match parts.hub.enter(parking).await {
        Ok(wait) => Served::Parked(Box::new(ParkedPing { wait, version })),
        Err(ended) => Served::Answered(answer(&ended, version, facts)),
    })
}

/// A Ping that waits.
#[derive(Debug)]
struct ParkedPing {
    wait: Wait,
    version: Version,
}

impl Waiting for ParkedPing {
    fn poll_end(&mut self, cx: &mut task::Context<'_>) -> Poll<Finish> {
        let ended = ready!(Pin::new(&mut self.wait).poll(cx));
        let version = self.version;
        Poll::Ready(Box::new(move |facts| answer(&ended, version, facts)))
    }
}

fn answer(ended: &Ended, version: Version, facts: &mut Facts) -> Answer {
    note(facts, ended);
    let response = response(&ended.outcome);
    facts.eas_status = Some(response.status.code());
    encoded(&response, version)
}

/// Completes the request from what is remembered, or says what stands in the way.
async fn complete(
    context: &mut Context<'_>,
) -> Result<Result<ping_parameters::PingParameters, PingResponse>, Fault> {
    let request = if context.request.body.is_empty() {
        PingRequest::default()
    } else {
        context.body::<PingRequest>()?
    };
    let store = context.parts.index.store();
    let cached = store.ping_cache(context.who).await?;
    let remembered = remembered(&cached);
    let limits = PingLimits {
        heartbeat: context.parts.grants.heartbeat,
        folders_max: context.parts.grants.ping_folders_max,
    };
    let metrics = &context.parts.metrics.push;
    match ping_parameters::complete(&remembered, &request, &limits) {
        Err(refusal) => Ok(Err(refusal.response())),
        Ok(parameters) => {
            let asked_s = parameters.remember.heartbeat_s;
            context.facts.heartbeat_asked_s = asked_s;
            context.facts.heartbeat_granted_s = u32::try_from(parameters.wait.as_secs()).ok();
            context.facts.folder_count = u32::try_from(parameters.folders.len()).ok();
            metrics
                .heartbeat_asked
                .observe(asked_s.map_or(0.0, f64::from));
            metrics
                .heartbeat_granted
                .observe(parameters.wait.as_secs_f64());
            let cache = PingCache {
                heartbeat: asked_s,
                folders: Some(
                    parameters
                        .folders
                        .iter()
                        .map(|folder| number(&folder.id))
                        .collect(),
                ),
            };
            if cache != cached {
                store.remember_ping(context.who, &cache).await?;
            }
            Ok(Ok(parameters))
        }
    }
}

/// An id that is no number of ours is the root's, which no device's hierarchy holds.
fn number(id: &CollectionId) -> FolderNo {
    FolderNo::parse(id.as_str()).unwrap_or(FolderNo::ROOT)
}

fn remembered(cache: &PingCache) -> PingRequest {
    let folder = |no: &FolderNo| PingFolder {
        id: CollectionId::from_number(no.0),
        class: None,
    };
    PingRequest {
        heartbeat_s: cache.heartbeat,
        folders: cache
            .folders
            .as_ref()
            .map(|folders| folders.iter().map(folder).collect()),
    }
}

/// What the log line tells of a parked request.
pub(super) fn note(facts: &mut Facts, ended: &Ended) {
    facts.unpark(std::time::Instant::now(), ended.outcome.reason());
    facts.change_age = ended.change_age;
}

fn response(outcome: &Outcome) -> PingResponse {
    match outcome {
        Outcome::Changed(folders) => {
            let folders = folders.iter();
            PingResponse::changes(folders.map(|no| CollectionId::from_number(no.0)).collect())
        }
        Outcome::Hierarchy => PingResponse::hierarchy_changed(),
        // A device whose account is gone learns it by the 401 of its next request.
        Outcome::Expired
        | Outcome::Shortened
        | Outcome::Superseded
        | Outcome::Draining
        | Outcome::AccountGone => PingResponse::expired(),
    }
}
