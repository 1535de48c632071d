//! The answer of Search.

use crate::codepages::{airsync, search as tags};
use crate::command::gal::GalEntry;
use crate::command::{
    Body, BodyError, BodyErrorKind, CollectionId, ItemClass, ResultRange, StatusCode, parts,
};
use crate::element::Element;
use crate::status::SearchStoreStatus;
use crate::tag::Tag;
use crate::version::Version;

/// The answer to a search.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SearchResponse {
    /// Of the command.
    pub status: StatusCode,
    /// What the store says; none if the command failed as a whole.
    pub store: Option<StoreAnswer>,
}

/// What a store says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StoreAnswer {
    /// How it went, a [`SearchStoreStatus`].
    pub status: StatusCode,
    /// What was found.
    pub results: SearchResults,
    /// The place of the results among all; none without results.
    pub range: Option<ResultRange>,
    /// How many there are in all.
    pub total: Option<u32>,
}

/// What was found, in its order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SearchResults {
    /// In the mailbox. No match is one empty `Result` there (MS-ASCMD 2.2.3.155.3).
    Mailbox(Vec<MailResult>),
    /// In the address list. No match is no `Result`, which also stands for a failure of whatever store.
    Gal(Vec<GalEntry>),
}

/// A message that was found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MailResult {
    /// Its class.
    pub class: Option<ItemClass>,
    /// What other commands name it by; at most [`Self::LONG_ID_MAX`] characters.
    pub long_id: String,
    /// The folder.
    pub collection_id: Option<CollectionId>,
    /// Its properties, as the class modules read and make them.
    pub properties: Vec<Element>,
}

impl SearchResponse {
    /// An answer of the store.
    #[must_use]
    pub fn of(store: StoreAnswer) -> Self {
        Self {
            status: StatusCode::SUCCESS,
            store: Some(store),
        }
    }

    /// A failure of the store.
    #[must_use]
    pub fn refused(status: SearchStoreStatus) -> Self {
        Self::of(StoreAnswer::failed(status.into()))
    }

    /// The answer to a body that cannot be read: a status of the store, 8 for a query that is more than can be done, 2
    /// for the rest. `None` for a document that is no search at all, see [`StatusCode::malformed`].
    #[must_use]
    pub fn malformed(error: &BodyError) -> Option<Self> {
        match error.kind {
            BodyErrorKind::WrongRoot => None,
            BodyErrorKind::TooComplex | BodyErrorKind::TooMany { .. } => {
                Some(Self::refused(SearchStoreStatus::TooComplex))
            }
            _ => Some(Self::refused(SearchStoreStatus::InvalidRequest)),
        }
    }
}

impl StoreAnswer {
    /// Nothing but a status.
    #[must_use]
    pub fn failed(status: StatusCode) -> Self {
        Self {
            status,
            results: SearchResults::Gal(Vec::new()),
            range: None,
            total: None,
        }
    }

    /// Results that begin at place `first` of `total`. Range and total are there whenever there are results: Android 4
    /// shows nothing without.
    #[must_use]
    pub fn found(results: SearchResults, first: u32, total: u32) -> Self {
        Self {
            status: StatusCode::SUCCESS,
            range: ResultRange::of(first, results.len()),
            results,
            total: Some(total),
        }
    }
}

impl SearchResults {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Mailbox(results) => results.len(),
            Self::Gal(entries) => entries.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Body for SearchResponse {
    const ROOT: Tag = tags::SEARCH;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        let response = root.child(tags::RESPONSE);
        let store = response.and_then(|response| response.child(tags::STORE));
        Ok(Self {
            status: parts::status(root, tags::STATUS)?,
            store: store.map(StoreAnswer::from_element).transpose()?,
        })
    }

    fn to_element(&self, version: Version) -> Element {
        let store = self.store.as_ref().map(|store| store.to_element(version));
        Element::new(Self::ROOT)
            .with(parts::write_status(tags::STATUS, self.status))
            .with_some(store.map(|store| Element::new(tags::RESPONSE).with(store)))
    }
}

impl StoreAnswer {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        Ok(Self {
            status: parts::status(element, tags::STATUS)?,
            results: SearchResults::from_parent(element)?,
            range: ResultRange::from_parent(element, tags::RANGE)?,
            total: parts::number(element, tags::TOTAL)?,
        })
    }

    fn to_element(&self, version: Version) -> Element {
        Element::new(tags::STORE)
            .with(parts::write_status(tags::STATUS, self.status))
            .with_all(self.results.elements(version))
            .with_some(self.range.map(|range| range.to_element(tags::RANGE)))
            .with_some(parts::write_number(tags::TOTAL, self.total))
    }
}

impl SearchResults {
    /// An entry of the address list has no id, a message has one.
    fn from_parent(parent: &Element) -> Result<Self, BodyError> {
        let results = || parent.all(tags::RESULT);
        let of_mailbox = |result: &Element| {
            result.elements().next().is_none() || result.child(tags::LONG_ID).is_some()
        };
        if results().any(of_mailbox) {
            let messages = results().filter(|result| result.elements().next().is_some());
            let messages = messages.map(MailResult::from_element);
            return Ok(Self::Mailbox(messages.collect::<Result<_, _>>()?));
        }
        let entries = results().filter_map(|result| result.child(tags::PROPERTIES));
        let entries = entries.map(GalEntry::from_properties);
        Ok(Self::Gal(entries.collect::<Result<_, _>>()?))
    }

    fn elements(&self, version: Version) -> Vec<Element> {
        match self {
            Self::Mailbox(results) if results.is_empty() => vec![Element::new(tags::RESULT)],
            Self::Mailbox(results) => results.iter().map(MailResult::to_element).collect(),
            Self::Gal(entries) => entries
                .iter()
                .map(|entry| entry.to_properties(tags::PROPERTIES, version))
                .map(|properties| Element::new(tags::RESULT).with(properties))
                .collect(),
        }
    }
}

impl MailResult {
    /// The longest id in characters.
    pub const LONG_ID_MAX: usize = 256;

    fn from_element(element: &Element) -> Result<Self, BodyError> {
        let properties = element.child(tags::PROPERTIES);
        Ok(Self {
            class: parts::class(element, airsync::CLASS)?,
            long_id: parts::required(element, tags::LONG_ID)?
                .value()
                .into_owned(),
            collection_id: parts::optional_id(element, airsync::COLLECTION_ID)?,
            properties: properties
                .map(|properties| properties.elements().cloned().collect())
                .unwrap_or_default(),
        })
    }

    fn to_element(&self) -> Element {
        let class = self.class;
        let folder = self.collection_id.as_ref();
        Element::new(tags::RESULT)
            .with_some(class.map(|class| parts::write_class(airsync::CLASS, class)))
            .with(Element::text(tags::LONG_ID, self.long_id.as_str()))
            .with_some(folder.map(|id| parts::write_id(airsync::COLLECTION_ID, id)))
            .with(Element::new(tags::PROPERTIES).with_all(self.properties.iter().cloned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_has_a_status_of_the_store() {
        for (kind, status) in [
            (BodyErrorKind::WrongRoot, None),
            (BodyErrorKind::TooComplex, Some(8)),
            (BodyErrorKind::TooMany { limit: 1 }, Some(8)),
            (BodyErrorKind::Missing, Some(2)),
            (BodyErrorKind::UnknownValue, Some(2)),
        ] {
            let answer = SearchResponse::malformed(&BodyError::new(tags::QUERY, kind));
            let told = answer.and_then(|answer| answer.store);
            assert_eq!(told.map(|store| store.status.code()), status, "{kind:?}");
        }
    }

    #[test]
    fn no_match_in_the_mailbox_is_an_empty_result() {
        let nothing = StoreAnswer::found(SearchResults::Mailbox(Vec::new()), 0, 0);
        let element = nothing.to_element(Version::V14_1);
        let told: Vec<_> = element.elements().map(|child| child.tag).collect();
        assert_eq!(told, [tags::STATUS, tags::RESULT, tags::TOTAL]);
        assert_eq!(StoreAnswer::from_element(&element), Ok(nothing));
        let nobody = StoreAnswer::found(SearchResults::Gal(Vec::new()), 0, 0);
        let element = nobody.to_element(Version::V14_1);
        assert_eq!(element.child(tags::RESULT), None);
    }

    #[test]
    fn results_tell_their_place() {
        let entries = vec![GalEntry::default(); 3];
        let page = StoreAnswer::found(SearchResults::Gal(entries), 100, 250);
        assert_eq!(page.range, ResultRange::new(100, 102));
        assert_eq!(page.total, Some(250));
    }
}
