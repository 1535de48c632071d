//! The last full Sync request of a device, kept so that an empty or Partial one can be completed from it.
//!
//! Kept as it could have been sent: ids of the folders that got a new key, a line feed, then the request in WBXML.

use std::collections::BTreeSet;

use protocol::command::sync::SyncRequest;
use protocol::command::{Body, CollectionId};
use protocol::flow::cached_sync::{CachedSync, EffectiveSync};
use protocol::version::Version;
use protocol::wbxml;

use crate::commands::context::Context;
use crate::error::Fault;

/// The version that has every element.
const FORM: Version = Version::V16_1;

/// Separates the ids; not in any id of ours.
const COMMA: char = ',';

/// What is remembered. What cannot be read any more counts as nothing: the device sends a full request.
pub(super) async fn load(context: &Context<'_>) -> Result<Option<CachedSync>, Fault> {
    let blob = context.parts.index.store().sync_cache(context.who).await?;
    Ok(blob.as_deref().and_then(parse))
}

/// Remembers a request, once its answer is made. Writes nothing when it is what was remembered.
pub(super) async fn store(
    context: &Context<'_>,
    effective: &EffectiveSync,
    moved: BTreeSet<CollectionId>,
) -> Result<(), Fault> {
    let blob = written(&effective.remember(moved));
    context
        .parts
        .index
        .store()
        .remember_sync(context.who, Some(&blob))
        .await?;
    Ok(())
}

fn written(cached: &CachedSync) -> Vec<u8> {
    let ids: Vec<&str> = cached.moved.iter().map(CollectionId::as_str).collect();
    let mut blob = ids.join(&COMMA.to_string()).into_bytes();
    blob.push(b'\n');
    blob.extend(wbxml::encode(&cached.request.to_element(FORM), FORM));
    blob
}

fn parse(blob: &[u8]) -> Option<CachedSync> {
    let (ids, request) = blob.split_at(blob.iter().position(|byte| *byte == b'\n')?);
    let ids = std::str::from_utf8(ids).ok()?;
    let document = wbxml::decode(request.get(1..)?, &wbxml::Limits::default()).ok()?;
    let moved = ids
        .split(COMMA)
        .filter(|id| !id.is_empty())
        .map(|id| CollectionId::parse(id).ok());
    Some(CachedSync {
        request: SyncRequest::from_element(&document.root).ok()?,
        moved: moved.collect::<Option<_>>()?,
    })
}

#[cfg(test)]
mod tests {
    use protocol::command::SyncKeyText;
    use protocol::command::sync::{Hold, SyncCollection, SyncOptions};

    use super::*;

    #[test]
    fn a_request_comes_back_as_it_was() {
        let mut collection = SyncCollection::new(
            CollectionId::from_number(3),
            SyncKeyText::parse("1.ab").unwrap(),
        );
        collection.window_size = Some(25);
        collection.options = vec![SyncOptions {
            mime_truncation: Some(3),
            ..SyncOptions::default()
        }];
        for moved in [vec![], vec![3], vec![3, 4]] {
            let cached = CachedSync {
                request: SyncRequest {
                    collections: Some(vec![collection.clone()]),
                    hold: Some(Hold::Seconds(480)),
                    ..SyncRequest::default()
                },
                moved: moved.into_iter().map(CollectionId::from_number).collect(),
            };
            assert_eq!(parse(&written(&cached)), Some(cached));
        }
        assert_eq!(parse(b"rubbish"), None);
    }
}
