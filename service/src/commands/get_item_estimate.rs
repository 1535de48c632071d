//! GetItemEstimate: how much a Sync would bring, counted by what Sync itself goes by (MS-ASCMD 2.2.1.9).

use backends::Kind;
use protocol::command::get_item_estimate::{
    EstimateAnswer, EstimateCollection, GetItemEstimateRequest, GetItemEstimateResponse,
};
use protocol::command::{ItemClass, StatusCode};
use protocol::flow::governor::Act;
use protocol::status::{CommonStatus, GetItemEstimateStatus};

use crate::commands::context::Context;
use crate::commands::governor::digest;
use crate::commands::sync::{collection, options};
use crate::error::Fault;
use crate::http::answer::Answer;
use crate::ids::FolderNo;
use crate::index::{Counted, Delivery, Estimate, Pair};
use crate::metrics::DoubtOutcome;

pub(super) async fn serve(context: &mut Context<'_>) -> Result<Answer, Fault> {
    let request = context.body::<GetItemEstimateRequest>()?;
    if request.collections.len() > GetItemEstimateRequest::COLLECTIONS_MAX {
        return Err(Fault::Common(CommonStatus::InvalidXml));
    }
    let governors = &context.parts.governors;
    let shown: Vec<_> = request.collections.iter().map(shown).collect();
    // Some phones do this and Sync in turn, for ever.
    governors
        .pace(context.who.device, &Act::Shows(shown), context.facts)
        .await?;
    let mut answers = Vec::with_capacity(request.collections.len());
    for asked in &request.collections {
        answers.push(estimate(context, asked).await?);
    }
    context.facts.folder_count = u32::try_from(answers.len()).ok();
    context.facts.eas_status = answers.first().map(|answer| answer.status.code());
    Ok(context.answer(&GetItemEstimateResponse::Answers(answers)))
}

/// Counted together with the Sync of the same folder and key.
fn shown(asked: &EstimateCollection) -> (u32, u64) {
    let folder = FolderNo::parse(asked.collection_id.as_str()).unwrap_or(FolderNo::ROOT);
    (folder.0, digest(asked.sync_key.as_str()))
}

async fn estimate(
    context: &mut Context<'_>,
    asked: &EstimateCollection,
) -> Result<EstimateAnswer, Fault> {
    let failed = |status: GetItemEstimateStatus| EstimateAnswer {
        status: StatusCode::new(status.code()),
        class: asked.class.or(Some(ItemClass::Email)),
        collection_id: Some(asked.collection_id.clone()),
        estimate: None,
    };
    let known = match FolderNo::parse(asked.collection_id.as_str()) {
        Some(no) => context.parts.index.folder(context.who.account, no).await?,
        None => None,
    };
    let Some(folder) = known else {
        return Ok(failed(GetItemEstimateStatus::InvalidCollection));
    };
    let pair = Pair {
        who: context.who,
        folder: folder.no,
    };
    let said = if asked.options.is_empty() {
        options::parse(context.parts.index.options(pair).await?.as_deref())
    } else {
        asked.options.clone()
    };
    let filter = options::own(&said).filter_type;
    let window = options::cut_off(folder.class, filter, context.steady_now());
    // There is no status for a backend that is away, and who is sent away altogether stays away for half a minute and
    // more. What is known is an estimate as well, and Sync says for its folder alone how things are.
    let away = match collection::current(context, &folder, window).await {
        Err(fault) if is_away(&fault) => Some(fault),
        current => {
            current?;
            None
        }
    };
    Ok(
        match context
            .parts
            .index
            .estimate(pair, asked.sync_key.as_str(), window)
            .await?
        {
            Estimate::NoFolder => failed(GetItemEstimateStatus::InvalidCollection),
            Estimate::NotPrimed => failed(GetItemEstimateStatus::NotPrimed),
            Estimate::UnknownKey => failed(GetItemEstimateStatus::InvalidSyncKey),
            Estimate::Counted(Counted { commands: 0, .. }) if let Some(fault) = away => {
                return Err(fault);
            }
            Estimate::Counted(counted) => {
                note(context, pair, counted).await?;
                EstimateAnswer {
                    status: StatusCode::SUCCESS,
                    class: Some(collection::item_class(folder.class)),
                    collection_id: Some(asked.collection_id.clone()),
                    estimate: Some(u32::try_from(counted.commands).unwrap_or(u32::MAX)),
                }
            }
        },
    )
}

/// Whether the backend may be back soon.
fn is_away(fault: &Fault) -> bool {
    matches!(fault, Fault::Backend(error) if error.kind() == Kind::Unavailable)
}

/// A device that is told that there is nothing does not Sync. What a Sync would have shown, the key shows as well: that
/// the newest answer arrived (R12), and that the device has looked.
async fn note(context: &Context<'_>, pair: Pair, counted: Counted) -> Result<(), Fault> {
    let parts = context.parts;
    if let Some(answer) = counted.proved {
        let proved = [answer];
        let delivered = parts.index.delivered(pair.who, &proved, Delivery::Proved);
        let unfounded = delivered.await?;
        let doubts = parts.metrics.push.doubts.of(DoubtOutcome::Unfounded);
        doubts.inc_by(u64::try_from(unfounded).unwrap_or(0));
    }
    if counted.newest && counted.commands == 0 {
        parts.hub.moved(pair.who, pair.folder);
    }
    Ok(())
}
