//! Sync: uploads of the device, then what it is to be told, folder by folder (MS-ASCMD 2.2.1.21).

pub(super) mod budget;
mod cache;
pub(super) mod collection;
mod first;
mod hold;
pub(super) mod options;
mod pace;
mod page;
mod uploads;

use std::collections::BTreeSet;
use std::sync::Arc;

use protocol::command::StatusCode;
use protocol::command::sync::{CollectionAnswer, SyncRequest, SyncResponse};
use protocol::flow::cached_sync::EffectiveSync;
use protocol::status::SyncStatus;

use crate::commands::admission::Stay;
use crate::commands::context::Context;
use crate::commands::sync::budget::Budget;
use crate::commands::sync::collection::Served;
use crate::error::Fault;
use crate::http::answer::Answer;

/// The most operations of a device in one request (MS-ASCMD 2.2.3.32).
const OPERATIONS_MAX: usize = 200;

/// The most items of one answer, whatever the device asks for.
const WINDOW_MAX: usize = 512;

pub(super) async fn serve(context: &mut Context<'_>) -> Result<Answer, Fault> {
    let request = read(context)?;
    let cached = cache::load(context).await?;
    let most = context.parts.grants.sync_collections_max;
    let effective = match EffectiveSync::complete(cached.as_ref(), request, most) {
        Ok(effective) => effective,
        Err(refusal) => return Ok(respond(context, &refusal.response())),
    };
    let operations: usize = effective
        .collections
        .iter()
        .map(|one| one.commands.len())
        .sum();
    if operations > OPERATIONS_MAX {
        return Ok(failed(context, SyncStatus::ProtocolError));
    }
    let wait = match effective
        .hold
        .map(|hold| context.parts.grants.heartbeat.sync(hold))
        .transpose()
    {
        Ok(wait) => wait,
        Err(bounds) => {
            let status = SyncStatus::InvalidWait.code();
            let response = SyncResponse::Failed {
                status: StatusCode::new(status),
                limit: Some(bounds.nearest),
            };
            return Ok(respond(context, &response));
        }
    };
    note(context, &effective);

    let effective = Arc::new(effective);
    pace::before(context, &effective).await?;
    let stay = first::enter(context, &effective).await?;
    let mut served = round(context, &effective, stay).await?;
    if let Some(wait) = wait
        && served.iter().all(Served::quiet)
    {
        match hold::wait(context, &effective, wait).await {
            hold::Then::Again => served = round(context, &effective, None).await?,
            hold::Then::Empty => {}
            hold::Then::Hierarchy => {
                cache::store(context, &effective, BTreeSet::new()).await?;
                return Ok(failed(context, SyncStatus::HierarchyChanged));
            }
        }
    }
    pace::after(context, &effective, &served).await;
    answer(context, &effective, served).await
}

/// The request; an empty body is `None`.
fn read(context: &Context<'_>) -> Result<Option<SyncRequest>, Fault> {
    if context.request.body.is_empty() {
        return Ok(None);
    }
    context.body::<SyncRequest>().map(Some)
}

/// Serves the folders, to the end also if the client hangs up meanwhile.
async fn round(
    context: &mut Context<'_>,
    effective: &Arc<EffectiveSync>,
    stay: Option<Stay>,
) -> Result<Vec<Served>, Fault> {
    let effective = Arc::clone(effective);
    context
        .finish(|context| {
            Box::pin(async move {
                let served = collections(context, &effective).await?;
                if let Some(stay) = stay {
                    stay.settle(first::ended(&effective, &served));
                }
                Ok(served)
            })
        })
        .await
}

/// Serves the folders in the order of the request, as far as the request's own window reaches.
async fn collections(
    context: &mut Context<'_>,
    effective: &EffectiveSync,
) -> Result<Vec<Served>, Fault> {
    context.budget = Budget::new(&context.parts.grants, context.facts.held);
    let mut room = effective.window_size.map_or(WINDOW_MAX, window);
    let mut served = Vec::with_capacity(effective.collections.len());
    for collection in &effective.collections {
        context.still_wanted()?;
        let one = collection::serve(context, collection, room).await?;
        room = room.saturating_sub(one.answer.commands.len());
        served.push(one);
    }
    Ok(served)
}

/// 0 and more than 512 mean 512 (MS-ASCMD 2.2.3.199).
fn window(asked: u32) -> usize {
    match usize::try_from(asked) {
        Ok(0) | Err(_) => WINDOW_MAX,
        Ok(asked) => asked.min(WINDOW_MAX),
    }
}

/// Leaves out what did not change; of nothing at all the answer is an empty body (12.1 and later).
async fn answer(
    context: &mut Context<'_>,
    effective: &EffectiveSync,
    served: Vec<Served>,
) -> Result<Answer, Fault> {
    let moved = served
        .iter()
        .filter(|one| one.moved)
        .map(|one| one.answer.collection_id.clone())
        .collect();
    cache::store(context, effective, moved).await?;
    let told: Vec<_> = served.iter().filter_map(|one| one.in_doubt).collect();
    let answers: Vec<CollectionAnswer> = served
        .into_iter()
        .filter(|one| !one.unchanged())
        .map(|one| one.answer)
        .collect();
    if answers.is_empty() {
        context.facts.eas_status = Some(StatusCode::SUCCESS.code());
        return Ok(Answer::empty());
    }
    let answer = respond(context, &SyncResponse::Collections(answers));
    if told.is_empty() {
        return Ok(answer);
    }
    // R12: in doubt until something proves that the device has it.
    let receipt = context.parts.receipts.issue(context.who, told);
    Ok(answer.with_receipt(receipt))
}

fn failed(context: &mut Context<'_>, status: SyncStatus) -> Answer {
    respond(
        context,
        &SyncResponse::Failed {
            status: StatusCode::new(status.code()),
            limit: None,
        },
    )
}

fn respond(context: &mut Context<'_>, response: &SyncResponse) -> Answer {
    let status = match response {
        SyncResponse::Failed { status, .. } => *status,
        SyncResponse::Collections(answers) => answers
            .iter()
            .map(|answer| answer.status)
            .find(|status| *status != StatusCode::SUCCESS)
            .unwrap_or(StatusCode::SUCCESS),
    };
    context.facts.eas_status = Some(status.code());
    context.answer(response)
}

/// What the log line tells of the request.
fn note(context: &mut Context<'_>, effective: &EffectiveSync) {
    let ids: Vec<&str> = effective
        .collections
        .iter()
        .take(8)
        .map(|one| one.collection_id.as_str())
        .collect();
    context.facts.folders = Some(ids.join(",").into());
    context.facts.folder_count = u32::try_from(effective.collections.len()).ok();
}
