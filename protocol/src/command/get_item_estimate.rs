//! GetItemEstimate: how much a Sync would bring (MS-ASCMD 2.2.1.9).

use crate::codepages::{airsync, get_item_estimate as tags};
use crate::element::Element;
use crate::tag::Tag;
use crate::version::Version;

use super::sync::{FilterType, SyncOptions};
use super::{Body, BodyError, CollectionId, ItemClass, StatusCode, SyncKeyText, parts};

/// Asks for the number of changes in folders.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct GetItemEstimateRequest {
    /// At most [`Self::COLLECTIONS_MAX`].
    pub collections: Vec<EstimateCollection>,
}

impl GetItemEstimateRequest {
    /// The most collections of one request; more are status 103.
    pub const COLLECTIONS_MAX: usize = 1000;
}

/// One folder to be estimated.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EstimateCollection {
    /// Up to 12.1 only.
    pub class: Option<ItemClass>,
    /// The folder.
    pub collection_id: CollectionId,
    /// Since which key.
    pub sync_key: SyncKeyText,
    /// Conversations as a whole, 14.0 on.
    pub conversation_mode: Option<bool>,
    /// As in Sync. Up to 12.1 only the filter of the first one exists on the wire.
    pub options: Vec<SyncOptions>,
}

/// The estimates.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum GetItemEstimateResponse {
    /// The command failed as a whole.
    Failed(StatusCode),
    /// One answer for each collection.
    Answers(Vec<EstimateAnswer>),
}

/// The estimate of one folder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EstimateAnswer {
    /// 1, or 2 to 4.
    pub status: StatusCode,
    /// Written up to 12.1 only.
    pub class: Option<ItemClass>,
    /// The folder; with a failure it may be left out.
    pub collection_id: Option<CollectionId>,
    /// Adds, changes and deletes that Sync would send.
    pub estimate: Option<u32>,
}

impl Body for GetItemEstimateRequest {
    const ROOT: Tag = tags::GET_ITEM_ESTIMATE;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        let list = parts::required(root, tags::COLLECTIONS)?;
        let count = list.all(tags::COLLECTION).count();
        parts::limited(tags::COLLECTION, count, Self::COLLECTIONS_MAX)?;
        let collections = list
            .all(tags::COLLECTION)
            .map(EstimateCollection::from_element)
            .collect::<Result<_, _>>()?;
        Ok(Self { collections })
    }

    fn to_element(&self, version: Version) -> Element {
        let collections = self.collections.iter().map(|one| one.to_element(version));
        Element::new(Self::ROOT).with(Element::new(tags::COLLECTIONS).with_all(collections))
    }
}

impl EstimateCollection {
    /// Any order, and the layout of any version.
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        let mut options = element
            .all(airsync::OPTIONS)
            .map(SyncOptions::from_element)
            .collect::<Result<Vec<_>, _>>()?;
        let filter_type = parts::code(element, airsync::FILTER_TYPE, FilterType::from_code)?;
        if options.is_empty() && filter_type.is_some() {
            options.push(SyncOptions {
                filter_type,
                ..SyncOptions::default()
            });
        }
        Ok(Self {
            class: parts::class(element, tags::CLASS)?,
            collection_id: parts::id(element, tags::COLLECTION_ID)?,
            sync_key: parts::id(element, airsync::SYNC_KEY)?,
            conversation_mode: parts::flag(element, airsync::CONVERSATION_MODE)?,
            options,
        })
    }

    fn to_element(&self, version: Version) -> Element {
        let id = parts::write_id(tags::COLLECTION_ID, &self.collection_id);
        let key = parts::write_id(airsync::SYNC_KEY, &self.sync_key);
        let collection = Element::new(tags::COLLECTION);
        if version <= Version::V12_1 {
            let filter = self.options.first().and_then(|one| one.filter_type);
            return collection
                .with_some(
                    self.class
                        .map(|class| parts::write_class(tags::CLASS, class)),
                )
                .with(id)
                .with_some(filter.map(|one| Element::number(airsync::FILTER_TYPE, one.code())))
                .with(key);
        }
        let mode = self.conversation_mode;
        collection
            .with(key)
            .with(id)
            .with_some(mode.map(|mode| parts::write_flag(airsync::CONVERSATION_MODE, mode)))
            .with_all(self.options.iter().map(|one| one.to_element(version)))
    }
}

impl Body for GetItemEstimateResponse {
    const ROOT: Tag = tags::GET_ITEM_ESTIMATE;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        match parts::optional_status(root, tags::STATUS)? {
            Some(status) => Ok(Self::Failed(status)),
            None => root
                .all(tags::RESPONSE)
                .map(EstimateAnswer::from_element)
                .collect::<Result<_, _>>()
                .map(Self::Answers),
        }
    }

    fn to_element(&self, version: Version) -> Element {
        let root = Element::new(Self::ROOT);
        match self {
            Self::Failed(status) => root.with(parts::write_status(tags::STATUS, *status)),
            Self::Answers(answers) => {
                root.with_all(answers.iter().map(|one| one.to_element(version)))
            }
        }
    }
}

impl EstimateAnswer {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        let mut answer = Self {
            status: parts::status(element, tags::STATUS)?,
            class: None,
            collection_id: None,
            estimate: None,
        };
        if let Some(collection) = element.child(tags::COLLECTION) {
            answer.class = parts::class(collection, tags::CLASS)?;
            answer.collection_id = parts::optional_id(collection, tags::COLLECTION_ID)?;
            answer.estimate = parts::number(collection, tags::ESTIMATE)?;
        }
        Ok(answer)
    }

    fn to_element(&self, version: Version) -> Element {
        let class = self.class.filter(|_| version <= Version::V12_1);
        let collection = self.collection_id.as_ref().map(|id| {
            Element::new(tags::COLLECTION)
                .with_some(class.map(|class| parts::write_class(tags::CLASS, class)))
                .with(parts::write_id(tags::COLLECTION_ID, id))
                .with_some(parts::write_number(tags::ESTIMATE, self.estimate))
        });
        Element::new(tags::RESPONSE)
            .with(parts::write_status(tags::STATUS, self.status))
            .with_some(collection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_follows_the_version() {
        let request = GetItemEstimateRequest {
            collections: vec![EstimateCollection {
                class: Some(ItemClass::Email),
                collection_id: CollectionId::from_number(1),
                sync_key: SyncKeyText::initial(),
                conversation_mode: None,
                options: vec![SyncOptions {
                    filter_type: Some(FilterType::OneWeek),
                    ..SyncOptions::default()
                }],
            }],
        };
        let old = [
            tags::CLASS,
            tags::COLLECTION_ID,
            airsync::FILTER_TYPE,
            airsync::SYNC_KEY,
        ];
        let new = [airsync::SYNC_KEY, tags::COLLECTION_ID, airsync::OPTIONS];
        for (version, expected) in [(Version::V12_1, &old[..]), (Version::V14_0, &new[..])] {
            let root = request.to_element(version);
            let collection = root
                .child(tags::COLLECTIONS)
                .unwrap()
                .child(tags::COLLECTION)
                .unwrap();
            let tags: Vec<_> = collection.elements().map(|child| child.tag).collect();
            assert_eq!(tags, expected);
            let read = GetItemEstimateRequest::from_element(&root).unwrap();
            assert_eq!(read.collections[0].options, request.collections[0].options);
        }
    }
}
