//! Empty and Partial Sync requests, completed from the request before (MS-ASCMD 2.2.1.21.1, 2.2.3.130).
//!
//! What is repeated is the *request*, with the keys that it carried: a newer key would acknowledge an answer that
//! the phone may not have. Where such a key has moved on, the phone is asked for a full request (status 13).

use std::collections::BTreeSet;

use crate::command::sync::{Hold, SyncCollection, SyncRequest, SyncResponse};
use crate::command::{CollectionId, StatusCode};

/// What is remembered of a device's last Sync with a body.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CachedSync {
    /// The request, complete, without the phone's operations: those are done.
    pub request: SyncRequest,
    /// Folders whose key the last answer moved on.
    pub moved: BTreeSet<CollectionId>,
}

/// A complete Sync request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EffectiveSync {
    /// The folders, each once.
    pub collections: Vec<SyncCollection>,
    /// How long the answer may be held, as asked for.
    pub hold: Option<Hold>,
    /// The most changes in the whole answer, as asked for.
    pub window_size: Option<u32>,
}

/// Why a Sync request cannot be completed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SyncRefusal {
    /// Nothing that could complete it is remembered: status 13, send a full request.
    NotCached,
    /// It says nothing, or a folder twice: status 4.
    Malformed,
    /// Status 15.
    TooManyCollections {
        /// The most folders allowed.
        max: u32,
    },
}

impl SyncRefusal {
    /// The answer that says so.
    #[must_use]
    pub fn response(self) -> SyncResponse {
        let (code, limit) = match self {
            Self::NotCached => (13, None),
            Self::Malformed => (4, None),
            Self::TooManyCollections { max } => (15, Some(max)),
        };
        SyncResponse::Failed {
            status: StatusCode::new(code),
            limit,
        }
    }
}

impl EffectiveSync {
    /// Completes a request; an empty body is `None`.
    ///
    /// # Errors
    /// [`SyncRefusal`] if it cannot be completed or has more than `collections_max` folders.
    pub fn complete(
        cached: Option<&CachedSync>,
        request: Option<SyncRequest>,
        collections_max: u32,
    ) -> Result<Self, SyncRefusal> {
        let effective = match request {
            None => Self::repeated(cached.ok_or(SyncRefusal::NotCached)?)?,
            Some(request) if request.partial => Self::merged(cached, request)?,
            Some(request) => Self {
                collections: request.collections.ok_or(SyncRefusal::Malformed)?,
                hold: request.hold,
                window_size: request.window_size,
            },
        };
        effective.checked(collections_max)
    }

    /// What to remember of it, once its answer is made: `moved` are the folders that got a new key. An empty answer
    /// moves none.
    #[must_use]
    pub fn remember(&self, moved: BTreeSet<CollectionId>) -> CachedSync {
        let collections = self
            .collections
            .iter()
            .map(|collection| SyncCollection {
                commands: Vec::new(),
                ..collection.clone()
            })
            .collect();
        CachedSync {
            request: SyncRequest {
                collections: Some(collections),
                hold: self.hold,
                window_size: self.window_size,
                partial: false,
            },
            moved,
        }
    }

    fn repeated(cached: &CachedSync) -> Result<Self, SyncRefusal> {
        if !cached.moved.is_empty() {
            return Err(SyncRefusal::NotCached);
        }
        let request = cached.request.clone();
        Ok(Self {
            collections: request.collections.ok_or(SyncRefusal::NotCached)?,
            hold: request.hold,
            window_size: request.window_size,
        })
    }

    fn merged(cached: Option<&CachedSync>, request: SyncRequest) -> Result<Self, SyncRefusal> {
        if request.collections.is_none() && request.hold.is_none() && request.window_size.is_none()
        {
            return Err(SyncRefusal::Malformed);
        }
        let cached = cached.ok_or(SyncRefusal::NotCached)?;
        let mut listed = request.collections.unwrap_or_default();
        let names: BTreeSet<_> = listed
            .iter()
            .map(|collection| collection.collection_id.clone())
            .collect();
        let mut collections: Vec<SyncCollection> = Vec::new();
        for known in cached.request.collections.iter().flatten() {
            if names.contains(&known.collection_id) {
                let same = |one: &SyncCollection| one.collection_id == known.collection_id;
                collections.extend(listed.extract_if(.., |one| same(one)));
            } else if cached.moved.contains(&known.collection_id) {
                return Err(SyncRefusal::NotCached);
            } else {
                collections.push(known.clone());
            }
        }
        collections.append(&mut listed);
        Ok(Self {
            collections,
            hold: request.hold.or(cached.request.hold),
            window_size: request.window_size.or(cached.request.window_size),
        })
    }

    fn checked(self, collections_max: u32) -> Result<Self, SyncRefusal> {
        let names: BTreeSet<_> = self
            .collections
            .iter()
            .map(|collection| &collection.collection_id)
            .collect();
        if names.len() < self.collections.len() {
            return Err(SyncRefusal::Malformed);
        }
        if u32::try_from(names.len()).map_or(true, |count| count > collections_max) {
            return Err(SyncRefusal::TooManyCollections {
                max: collections_max,
            });
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::SyncKeyText;

    const MAX: u32 = 3;

    fn collection(id: u32, key: &str) -> SyncCollection {
        SyncCollection::new(
            CollectionId::from_number(id),
            SyncKeyText::parse(key).unwrap(),
        )
    }

    fn full(collections: &[(u32, &str)]) -> SyncRequest {
        SyncRequest {
            collections: Some(
                collections
                    .iter()
                    .map(|(id, key)| collection(*id, key))
                    .collect(),
            ),
            hold: Some(Hold::Minutes(10)),
            ..SyncRequest::default()
        }
    }

    fn partial(collections: &[(u32, &str)]) -> SyncRequest {
        SyncRequest {
            hold: None,
            partial: true,
            ..full(collections)
        }
    }

    fn cached(moved: &[u32]) -> CachedSync {
        CachedSync {
            request: full(&[(1, "a"), (2, "b")]),
            moved: moved
                .iter()
                .copied()
                .map(CollectionId::from_number)
                .collect(),
        }
    }

    fn keys(effective: &EffectiveSync) -> Vec<(&str, &str)> {
        effective
            .collections
            .iter()
            .map(|one| (one.collection_id.as_str(), one.sync_key.as_str()))
            .collect()
    }

    #[test]
    fn an_empty_request_repeats_the_one_before_with_its_keys() {
        let cached = cached(&[]);
        let effective = EffectiveSync::complete(Some(&cached), None, MAX).unwrap();
        assert_eq!(keys(&effective), [("1", "a"), ("2", "b")]);
        assert_eq!(effective.hold, Some(Hold::Minutes(10)));
        assert_eq!(effective.remember(BTreeSet::new()), cached);
    }

    #[test]
    fn an_empty_request_with_nothing_to_repeat_asks_for_a_full_one() {
        for cached in [None, Some(&cached(&[2]))] {
            let refused = EffectiveSync::complete(cached, None, MAX);
            assert_eq!(refused, Err(SyncRefusal::NotCached));
        }
    }

    #[test]
    fn a_partial_request_overrides_what_it_lists() {
        let request = partial(&[(2, "c"), (3, "d")]);
        let effective = EffectiveSync::complete(Some(&cached(&[2])), Some(request), MAX).unwrap();
        assert_eq!(keys(&effective), [("1", "a"), ("2", "c"), ("3", "d")]);
        assert_eq!(effective.hold, Some(Hold::Minutes(10)));
    }

    #[test]
    fn a_partial_request_does_not_acknowledge_what_it_does_not_list() {
        let request = partial(&[(2, "c")]);
        let refused = EffectiveSync::complete(Some(&cached(&[1])), Some(request), MAX);
        assert_eq!(refused, Err(SyncRefusal::NotCached));
    }

    #[test]
    fn requests_that_say_nothing_or_too_much_are_refused() {
        let alone = SyncRequest {
            partial: true,
            ..SyncRequest::default()
        };
        let too_many = SyncRefusal::TooManyCollections { max: MAX };
        for (request, refusal, status) in [
            (SyncRequest::default(), SyncRefusal::Malformed, 4),
            (alone, SyncRefusal::Malformed, 4),
            (full(&[(1, "a"), (1, "b")]), SyncRefusal::Malformed, 4),
            (partial(&[(1, "a"), (1, "b")]), SyncRefusal::Malformed, 4),
            (
                full(&[(1, "a"), (2, "b"), (3, "c"), (4, "d")]),
                too_many,
                15,
            ),
        ] {
            let refused = EffectiveSync::complete(Some(&cached(&[])), Some(request), MAX);
            assert_eq!(refused, Err(refusal));
            let SyncResponse::Failed { status: said, .. } = refusal.response() else {
                panic!("a refusal is a failure");
            };
            assert_eq!(said.code(), status);
        }
    }

    #[test]
    fn a_partial_request_without_a_cache_asks_for_a_full_one() {
        let refused = EffectiveSync::complete(None, Some(partial(&[(1, "a")])), MAX);
        assert_eq!(refused, Err(SyncRefusal::NotCached));
    }
}
