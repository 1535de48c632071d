//! What a Sync says of a loop: before it is served by its keys, afterwards by what became of them.

use protocol::command::SyncKeyText;
use protocol::command::sync::SyncCollection;
use protocol::flow::cached_sync::EffectiveSync;
use protocol::flow::governor::Act;
use protocol::status::SyncStatus;

use crate::commands::context::Context;
use crate::commands::governor::digest;
use crate::commands::sync::collection::Served;
use crate::error::Fault;
use crate::ids::FolderNo;

/// Holds a request that shows the keys of the one before.
pub(super) async fn before(
    context: &mut Context<'_>,
    effective: &EffectiveSync,
) -> Result<(), Fault> {
    let initial = |one: &&SyncCollection| one.sync_key == SyncKeyText::initial();
    let shown: Vec<_> = effective
        .collections
        .iter()
        .filter(|one| !initial(one))
        .map(shown)
        .collect();
    if !shown.is_empty() && shown.len() == effective.collections.len() {
        pace(context, &Act::Shows(shown)).await?;
    }
    for collection in effective.collections.iter().filter(initial) {
        pace(context, &Act::StartsOver(scope(collection))).await?;
    }
    Ok(())
}

/// Holds an answer that sends the device back again.
pub(super) async fn after(context: &mut Context<'_>, effective: &EffectiveSync, served: &[Served]) {
    for (collection, served) in effective.collections.iter().zip(served) {
        let folder = scope(collection);
        let act = match SyncStatus::from_code(served.answer.status.code()) {
            Some(SyncStatus::InvalidSyncKey) => Act::StartsOver(folder),
            Some(SyncStatus::HierarchyChanged) => Act::MissesFolder(folder),
            _ => continue,
        };
        // It sends the device back as it is.
        let _held = pace(context, &act).await;
    }
}

async fn pace(context: &mut Context<'_>, act: &Act) -> Result<(), Fault> {
    let device = context.who.device;
    let governors = &context.parts.governors;
    governors.pace(device, act, context.facts).await?;
    Ok(())
}

/// The same key with other operations is not the same request.
fn shown(collection: &SyncCollection) -> (u32, u64) {
    let key = collection.sync_key.as_str();
    let digest = match collection.commands.as_slice() {
        [] => digest(key),
        commands => digest((key, format!("{commands:?}"))),
    };
    (scope(collection), digest)
}

/// A number for the folder; what is no number of ours gets one all the same.
fn scope(collection: &SyncCollection) -> u32 {
    let id = collection.collection_id.as_str();
    let own = FolderNo::parse(id).map(|folder| folder.0);
    own.unwrap_or_else(|| u32::try_from(digest(id) >> 32).unwrap_or(u32::MAX))
}
