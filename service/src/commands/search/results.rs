//! What was found, as a device gets it.

use std::collections::HashMap;
use std::sync::Arc;

use backends::{BackendError, Findings, FolderRef, Hit, ItemRef, Kind, Mailbox};
use futures_util::{StreamExt, stream};
use protocol::airsyncbase::BodyContent;
use protocol::class::email::Email;
use protocol::command::ResultRange;

use super::mailbox::{Failed, Places};
use crate::commands::context::Context;
use crate::commands::mail;
use crate::commands::reading::{self, Message, Spot};
use crate::convert::email::BodyWish;
use crate::error::Fault;
use crate::ids::long_id::LongId;
use crate::ids::{FolderNo, ServerId};
use crate::index::IndexedItem;

/// How many messages are read at a time.
const READ_AHEAD: usize = 4;

/// What a result takes besides its text, in bytes, about.
const OVERHEAD: usize = 1 << 10;

/// A message that was found.
pub(in crate::commands) struct Found {
    /// How it is named.
    pub(in crate::commands) id: LongId,
    hit: Hit,
}

/// A message that was found, and what is told of it.
pub(in crate::commands) struct Shown {
    /// How it is named.
    pub(in crate::commands) id: LongId,
    /// The message.
    pub(in crate::commands) email: Email,
}

/// What was found, with the ids by which other commands name it.
pub(in crate::commands) async fn named(
    context: &Context<'_>,
    found: &Findings,
    places: &Places,
) -> Result<Vec<Found>, Fault> {
    let mut by_folder: HashMap<&FolderRef, Vec<&ItemRef>> = HashMap::new();
    for hit in &found.hits {
        by_folder
            .entry(&hit.folder)
            .or_default()
            .push(&hit.state.item);
    }
    let mut known: HashMap<FolderNo, HashMap<ItemRef, IndexedItem>> = HashMap::new();
    for (reference, items) in by_folder {
        if let Some(folder) = places.get(reference) {
            let rows = context
                .parts
                .index
                .named(context.who.account, *folder, items);
            known.insert(*folder, rows.await?);
        }
    }
    let name = |hit: &Hit| {
        let folder = *places.get(&hit.folder)?;
        let row = known
            .get(&folder)
            .and_then(|rows| rows.get(&hit.state.item));
        let id = match row {
            Some(row) => LongId::from(ServerId {
                folder,
                item: row.item,
            }),
            None => LongId::of(folder, hit.state.item.as_str()),
        };
        Some(Found {
            id,
            hit: hit.clone(),
        })
    };
    Ok(found.hits.iter().filter_map(name).collect())
}

/// The messages of a range, as far as an answer goes: the device asks for the rest. Those that went meanwhile are left out.
pub(in crate::commands) async fn shown(
    context: &mut Context<'_>,
    found: Vec<Found>,
    range: ResultRange,
    wish: &BodyWish,
) -> Result<Vec<Shown>, Failed> {
    let first = usize::try_from(range.first()).unwrap_or(usize::MAX);
    let count = usize::try_from(range.count()).unwrap_or(usize::MAX);
    let mailbox = context.mailbox().await?;
    let page = found.into_iter().skip(first).take(count);
    // Collected, as the compiler cannot follow the borrows of a closure that is kept.
    let reads: Vec<_> = page
        .map(|one| read(Arc::clone(&mailbox), one, wish))
        .collect();
    let mut reads = stream::iter(reads).buffered(READ_AHEAD);
    let mut shown = Vec::new();
    while !context.budget.is_spent() {
        let next = match context.budget.wait(reads.next()).await {
            Ok(Some(next)) => next,
            Ok(None) => break,
            Err(_late) if context.budget.is_begun() => break,
            Err(_late) => return Err(Failed::Late),
        };
        let (id, message) = match next {
            (id, Ok(message)) => (id, message),
            (_, Err(error)) if error.kind() == Kind::NotFound => continue,
            (_, Err(error)) if context.budget.is_begun() => {
                tracing::warn!(account = %context.who.account, %error, "result not read");
                break;
            }
            (_, Err(error)) => return Err(error.into()),
        };
        if let Some(converted) = mail::convert(context, &id, message, wish).await {
            let email = converted.email;
            context.budget.spend(size(&email));
            shown.push(Shown { id, email });
        }
    }
    Ok(shown)
}

async fn read(
    mailbox: Arc<dyn Mailbox>,
    found: Found,
    wish: &BodyWish,
) -> (LongId, Result<Message, BackendError>) {
    let Found { id, hit } = found;
    let spot = Spot {
        mailbox: &*mailbox,
        folder: &hit.folder,
        item: &hit.state.item,
        version: &hit.state.version,
    };
    let message = reading::message(spot, wish).await;
    (id, message)
}

fn size(email: &Email) -> usize {
    let body = email.body.as_ref().and_then(|body| body.data.as_ref());
    let body = body.map_or(0, |data| match data {
        BodyContent::Text(text) => text.len(),
        BodyContent::Bytes(bytes) => bytes.len(),
        BodyContent::Part(_) => 0,
    });
    OVERHEAD + body
}

/// How many there are in all, as far as is known: one more than were found if there may be more.
pub(in crate::commands) fn total(found: &Findings) -> u32 {
    let more = usize::from(!found.complete);
    let total = u32::try_from(found.hits.len() + more).unwrap_or(u32::MAX);
    total.min(ResultRange::LAST_MAX + 1)
}
