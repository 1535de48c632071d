//! The request of Search.

use crate::airsyncbase::{BodyPartPreference, BodyPreference};
use crate::codepages::{airsync, airsyncbase, document_library, rights_management, search as tags};
use crate::command::gal::{PictureOptions, PictureTags};
use crate::command::sync::MimeSupport;
use crate::command::{Body, BodyError, BodyErrorKind, ResultRange, parts};
use crate::element::Element;
use crate::status::SearchStoreStatus;
use crate::tag::Tag;
use crate::version::Version;

use super::query::{self, MailboxQuery};

/// One search in one store.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SearchRequest {
    /// Where, and for what.
    pub store: SearchStore,
    /// How the results are wanted.
    pub options: SearchOptions,
}

/// Where is searched, and for what.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SearchStore {
    /// In the user's folders.
    Mailbox(MailboxQuery),
    /// In the address list, for the beginning of a name or an address.
    Gal(String),
    /// In a document library, which no store of ours is; with the link asked for.
    DocumentLibrary(String),
}

/// How results are wanted.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SearchOptions {
    /// Which of the results as sent, see [`Self::range`].
    pub range: Option<ResultRange>,
    /// Search below the folders too.
    pub deep_traversal: bool,
    /// Do not answer from a search before.
    pub rebuild_results: bool,
    /// Which messages to send as MIME.
    pub mime_support: Option<MimeSupport>,
    /// Bodies that the phone can take; without any, results have none.
    pub body_preferences: Vec<BodyPreference>,
    /// Conversation parts (14.1 on).
    pub body_part_preference: Option<BodyPartPreference>,
    /// Whether the phone understands rights management (14.1 on).
    pub rights_management: Option<bool>,
    /// Photos with entries of the address list (14.1 on).
    pub picture: Option<PictureOptions>,
}

impl SearchOptions {
    /// The most results of one answer.
    pub const RESULTS_MAX: u32 = 100;

    /// Which of the results to send: the first hundred if nothing is asked for.
    ///
    /// # Errors
    /// More are asked for than an answer has: status 12.
    pub fn range(&self) -> Result<ResultRange, SearchStoreStatus> {
        let range = self.range.unwrap_or(ResultRange::DEFAULT);
        if range.count() > Self::RESULTS_MAX {
            return Err(SearchStoreStatus::EndOfRange);
        }
        Ok(range)
    }
}

impl Body for SearchRequest {
    const ROOT: Tag = tags::SEARCH;

    /// `Stores`, the container of the oldest clients, is read as if it were not there.
    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        let outer = root.child(tags::STORES).unwrap_or(root);
        let store = parts::required(outer, tags::STORE)?;
        if outer.all(tags::STORE).nth(1).is_some() {
            return Err(BodyError::new(tags::STORE, BodyErrorKind::Repeated));
        }
        let options = store.child(tags::OPTIONS);
        Ok(Self {
            store: SearchStore::from_parent(store)?,
            options: options
                .map(SearchOptions::from_element)
                .transpose()?
                .unwrap_or_default(),
        })
    }

    fn to_element(&self, version: Version) -> Element {
        let options =
            (self.options != SearchOptions::default()).then(|| self.options.to_element(version));
        let store = Element::new(tags::STORE)
            .with(Element::text(tags::NAME, self.store.name()))
            .with(self.store.query())
            .with_some(options);
        Element::new(Self::ROOT).with(store)
    }
}

impl SearchStore {
    const MAILBOX: &str = "Mailbox";
    const GAL: &str = "GAL";
    const DOCUMENT_LIBRARY: &str = "DocumentLibrary";

    fn name(&self) -> &'static str {
        match self {
            Self::Mailbox(_) => Self::MAILBOX,
            Self::Gal(_) => Self::GAL,
            Self::DocumentLibrary(_) => Self::DOCUMENT_LIBRARY,
        }
    }

    /// Names are read without regard to case: the specification itself has both `Mailbox` and `MailBox`.
    fn from_parent(element: &Element) -> Result<Self, BodyError> {
        let name = parts::required(element, tags::NAME)?.value();
        let named = |store: &str| name.trim().eq_ignore_ascii_case(store);
        let query = parts::required(element, tags::QUERY)?;
        if named(Self::MAILBOX) {
            MailboxQuery::from_element(query).map(Self::Mailbox)
        } else if named(Self::GAL) {
            query::text(query).map(Self::Gal)
        } else if named(Self::DOCUMENT_LIBRARY) {
            let link = query.child(tags::EQUAL_TO);
            let link = link.and_then(|link| link.child(tags::VALUE));
            Ok(Self::DocumentLibrary(
                link.map(query::text).transpose()?.unwrap_or_default(),
            ))
        } else {
            Err(parts::unknown(tags::NAME))
        }
    }

    fn query(&self) -> Element {
        match self {
            Self::Mailbox(query) => query.to_element(),
            Self::Gal(text) => Element::text(tags::QUERY, text.as_str()),
            Self::DocumentLibrary(link) => {
                let equal = Element::new(tags::EQUAL_TO)
                    .with(Element::new(document_library::LINK_ID))
                    .with(Element::text(tags::VALUE, link.as_str()));
                Element::new(tags::QUERY).with(equal)
            }
        }
    }
}

const PICTURE: PictureTags = PictureTags {
    picture: tags::PICTURE,
    max_size: tags::MAX_SIZE,
    max_pictures: tags::MAX_PICTURES,
};

impl SearchOptions {
    /// User name and password, for document libraries, are not even looked at.
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        let body_preferences = element
            .all(airsyncbase::BODY_PREFERENCE)
            .map(BodyPreference::from_element)
            .collect::<Result<_, _>>()?;
        let body_part_preference = element
            .child(airsyncbase::BODY_PART_PREFERENCE)
            .map(BodyPartPreference::from_element)
            .transpose()?;
        Ok(Self {
            range: ResultRange::from_parent(element, tags::RANGE)?,
            deep_traversal: element.child(tags::DEEP_TRAVERSAL).is_some(),
            rebuild_results: element.child(tags::REBUILD_RESULTS).is_some(),
            mime_support: parts::code(element, airsync::MIME_SUPPORT, MimeSupport::from_code)?,
            body_preferences,
            body_part_preference,
            rights_management: parts::flag(element, rights_management::RIGHTS_MANAGEMENT_SUPPORT)?,
            picture: PictureOptions::from_parent(element, PICTURE)?,
        })
    }

    fn to_element(&self, version: Version) -> Element {
        let mime = self.mime_support;
        let part = self.body_part_preference;
        let rights = self.rights_management;
        let set = |set: bool, tag| set.then(|| Element::new(tag));
        Element::new(tags::OPTIONS)
            .with_some(mime.map(|mime| Element::number(airsync::MIME_SUPPORT, mime.code())))
            .with_all(
                self.body_preferences
                    .iter()
                    .map(|one| one.to_element(version)),
            )
            .with_some(part.map(|part| part.to_element(version)))
            .with_some(
                rights.map(|flag| {
                    parts::write_flag(rights_management::RIGHTS_MANAGEMENT_SUPPORT, flag)
                }),
            )
            .with_some(self.range.map(|range| range.to_element(tags::RANGE)))
            .with_some(set(self.deep_traversal, tags::DEEP_TRAVERSAL))
            .with_some(set(self.rebuild_results, tags::REBUILD_RESULTS))
            .with_some(self.picture.map(|picture| picture.to_element(PICTURE)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(children: impl IntoIterator<Item = Element>) -> Element {
        Element::new(tags::STORE).with_all(children)
    }

    fn read(stores: impl IntoIterator<Item = Element>) -> Result<SearchRequest, BodyError> {
        SearchRequest::from_element(&Element::new(tags::SEARCH).with_all(stores))
    }

    fn name(text: &str) -> Element {
        Element::text(tags::NAME, text)
    }

    fn query() -> Element {
        Element::text(tags::QUERY, "ann")
    }

    #[test]
    fn a_request_has_one_store_that_exists() {
        let request = read([store([query(), name("gal")])]).unwrap();
        assert_eq!(request.store, SearchStore::Gal("ann".to_owned()));
        let oldest = Element::new(tags::STORES).with(store([name("GAL"), query()]));
        assert_eq!(read([oldest]), Ok(request));
        for (stores, tag, kind) in [
            (vec![], tags::STORE, BodyErrorKind::Missing),
            (
                vec![store([name("GAL"), query()]), store([])],
                tags::STORE,
                BodyErrorKind::Repeated,
            ),
            (vec![store([query()])], tags::NAME, BodyErrorKind::Missing),
            (
                vec![store([name("GAL")])],
                tags::QUERY,
                BodyErrorKind::Missing,
            ),
            (
                vec![store([name("Attic"), query()])],
                tags::NAME,
                BodyErrorKind::UnknownValue,
            ),
        ] {
            assert_eq!(read(stores), Err(BodyError::new(tag, kind)));
        }
    }

    #[test]
    fn a_library_is_told_apart_whatever_is_asked_of_it() {
        let asked = store([name("DocumentLibrary"), Element::new(tags::QUERY)]);
        let request = read([asked]).unwrap();
        assert_eq!(request.store, SearchStore::DocumentLibrary(String::new()));
    }

    #[test]
    fn more_than_a_hundred_results_are_refused_by_status() {
        let range = |text: &str| {
            let range = Element::text(tags::RANGE, text);
            let options = Element::new(tags::OPTIONS).with(range);
            read([store([name("GAL"), query(), options])]).map(|request| request.options.range())
        };
        assert_eq!(
            range("100-199"),
            Ok(Ok(ResultRange::new(100, 199).unwrap()))
        );
        assert_eq!(range("0-100"), Ok(Err(SearchStoreStatus::EndOfRange)));
        assert_eq!(range("9-0"), Err(parts::unknown(tags::RANGE)));
        assert_eq!(SearchOptions::default().range(), Ok(ResultRange::DEFAULT));
    }
}
