//! What a Sync says of folders that are loaded for the first time: before it is served which, afterwards which are
//! loaded.

use std::collections::BTreeSet;

use protocol::command::sync::SyncCollection;
use protocol::command::{StatusCode, SyncKeyText};
use protocol::flow::cached_sync::EffectiveSync;
use protocol::status::SyncStatus;

use crate::commands::admission::{Ask, Stay};
use crate::commands::context::Context;
use crate::commands::sync::collection::Served;
use crate::error::Fault;
use crate::ids::FolderNo;

/// Waits for a place, if the request begins folders or goes on with one that is being filled.
///
/// # Errors
/// [`Fault::Crowded`] when there is none in time; nothing was done then.
pub(super) async fn enter(
    context: &mut Context<'_>,
    effective: &EffectiveSync,
) -> Result<Option<Stay>, Fault> {
    let begins = |one: &SyncCollection| one.sync_key == SyncKeyText::initial();
    let folders = |begun: bool| -> BTreeSet<FolderNo> {
        let such = effective.collections.iter();
        such.filter(|one| begins(one) == begun)
            .filter_map(folder)
            .collect()
    };
    let ask = Ask {
        who: context.who,
        begins: folders(true),
        goes_on: folders(false),
        hierarchy: false,
    };
    let admission = &context.parts.admission;
    admission.enter(ask, context.facts).await
}

/// The folders that are not being filled after these answers.
pub(super) fn ended(effective: &EffectiveSync, served: &[Served]) -> BTreeSet<FolderNo> {
    effective
        .collections
        .iter()
        .zip(served)
        .filter(|(asked, served)| has_ended(asked, served))
        .filter_map(|(asked, _)| folder(asked))
        .collect()
}

fn has_ended(asked: &SyncCollection, served: &Served) -> bool {
    let initial = asked.sync_key == SyncKeyText::initial();
    let status = served.answer.status;
    if status == StatusCode::SUCCESS {
        // A key was given, and the items are to come; or the last page went.
        return !initial && asked.wants_changes() && !served.answer.more_available;
    }
    // Whatever passes, the device asks again with the same key.
    let passes = [SyncStatus::ServerError, SyncStatus::Retry].map(StatusCode::from);
    initial || !passes.contains(&status)
}

fn folder(collection: &SyncCollection) -> Option<FolderNo> {
    FolderNo::parse(collection.collection_id.as_str())
}
