//! The request of Find.

use crate::codepages::{airsync, find as tags};
use crate::command::gal::{PictureOptions, PictureTags};
use crate::command::{Body, BodyError, BodyErrorKind, CollectionId, ItemClass, ResultRange, parts};
use crate::element::Element;
use crate::status::FindResponseStatus;
use crate::tag::Tag;
use crate::version::Version;

/// A page of the results of one search.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FindRequest {
    /// The phone's name for the search: pages with the same name are pages of the same results.
    pub search_id: String,
    /// Where, and for what.
    pub criterion: FindCriterion,
    /// Which of the results as sent, see [`Self::range`].
    pub range: Option<ResultRange>,
}

/// Where is searched, and for what.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FindCriterion {
    /// In the user's folders.
    Mailbox {
        /// For what.
        query: FindQuery,
        /// Below the folder too.
        deep_traversal: bool,
    },
    /// In the address list.
    Gal {
        /// The beginning of a name or an address.
        query: String,
        /// Photos are wanted.
        picture: Option<PictureOptions>,
    },
}

/// What is searched for in the mailbox.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FindQuery {
    /// The class; none means mail.
    pub class: Option<ItemClass>,
    /// The folder; none means all of them.
    pub collection_id: Option<CollectionId>,
    /// The text in the keyword query language; at most [`FindRequest::TEXT_MAX`] characters.
    pub free_text: String,
}

impl FindRequest {
    /// The longest text that is searched for, in characters.
    pub const TEXT_MAX: usize = 1024;

    /// Which of the results to send: the first hundred if nothing is asked for.
    ///
    /// # Errors
    /// The first page of a search has to start at 0: status 4 of the response.
    pub fn range(&self, page: FindPage) -> Result<ResultRange, FindResponseStatus> {
        let range = self.range.unwrap_or(ResultRange::DEFAULT);
        match page {
            FindPage::First if range.first() > 0 => Err(FindResponseStatus::InvalidRange),
            FindPage::First | FindPage::Later => Ok(range),
        }
    }
}

/// Whether a search is known already.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FindPage {
    /// Nothing was asked under this name yet.
    First,
    /// It was.
    Later,
}

impl Body for FindRequest {
    const ROOT: Tag = tags::FIND;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        let search = parts::required(root, tags::EXECUTE_SEARCH)?;
        let mailbox = search.child(tags::MAIL_BOX_SEARCH_CRITERION);
        let gal = search.child(tags::GAL_SEARCH_CRITERION);
        let (criterion, read): (_, fn(&_) -> _) = match (mailbox, gal) {
            (Some(mailbox), None) => (mailbox, mailbox_criterion),
            (None, Some(gal)) => (gal, gal_criterion),
            (None, None) => return Err(parts::missing(tags::MAIL_BOX_SEARCH_CRITERION)),
            (Some(_), Some(_)) => {
                let kind = BodyErrorKind::Contradiction;
                return Err(BodyError::new(tags::GAL_SEARCH_CRITERION, kind));
            }
        };
        let options = criterion.child(tags::OPTIONS);
        let range = options.map(|options| ResultRange::from_parent(options, tags::RANGE));
        Ok(Self {
            search_id: parts::required(root, tags::SEARCH_ID)?.value().into_owned(),
            criterion: read(criterion)?,
            range: range.transpose()?.flatten(),
        })
    }

    fn to_element(&self, _version: Version) -> Element {
        let range = self.range.map(|range| range.to_element(tags::RANGE));
        let (tag, query, option) = match &self.criterion {
            FindCriterion::Mailbox {
                query,
                deep_traversal,
            } => (
                tags::MAIL_BOX_SEARCH_CRITERION,
                query.to_element(),
                deep_traversal.then(|| Element::new(tags::DEEP_TRAVERSAL)),
            ),
            FindCriterion::Gal { query, picture } => (
                tags::GAL_SEARCH_CRITERION,
                Element::text(tags::QUERY, query.as_str()),
                picture.map(|picture| picture.to_element(PICTURE)),
            ),
        };
        let options = Element::new(tags::OPTIONS)
            .with_some(range)
            .with_some(option);
        let criterion = Element::new(tag)
            .with(query)
            .with_some((!options.is_empty()).then_some(options));
        Element::new(Self::ROOT)
            .with(Element::text(tags::SEARCH_ID, self.search_id.as_str()))
            .with(Element::new(tags::EXECUTE_SEARCH).with(criterion))
    }
}

const PICTURE: PictureTags = PictureTags {
    picture: tags::PICTURE,
    max_size: tags::MAX_SIZE,
    max_pictures: tags::MAX_PICTURES,
};

fn mailbox_criterion(element: &Element) -> Result<FindCriterion, BodyError> {
    let options = element.child(tags::OPTIONS);
    let deep = options.and_then(|options| options.child(tags::DEEP_TRAVERSAL));
    Ok(FindCriterion::Mailbox {
        query: FindQuery::from_element(parts::required(element, tags::QUERY)?)?,
        deep_traversal: deep.is_some(),
    })
}

fn gal_criterion(element: &Element) -> Result<FindCriterion, BodyError> {
    let picture = element
        .child(tags::OPTIONS)
        .map(|options| PictureOptions::from_parent(options, PICTURE))
        .transpose()?;
    Ok(FindCriterion::Gal {
        query: text(parts::required(element, tags::QUERY)?)?,
        picture: picture.flatten(),
    })
}

impl FindQuery {
    /// A folder that is empty or `0` is none, as in Search.
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        let folder: Option<CollectionId> = parts::optional_id(element, airsync::COLLECTION_ID)?;
        Ok(Self {
            class: parts::class(element, airsync::CLASS)?,
            collection_id: folder.filter(|id| id.as_str() != "0"),
            free_text: text(parts::required(element, tags::FREE_TEXT)?)?,
        })
    }

    fn to_element(&self) -> Element {
        let class = self.class;
        let folder = self.collection_id.as_ref();
        Element::new(tags::QUERY)
            .with_some(class.map(|class| parts::write_class(airsync::CLASS, class)))
            .with_some(folder.map(|id| parts::write_id(airsync::COLLECTION_ID, id)))
            .with(Element::text(tags::FREE_TEXT, self.free_text.as_str()))
    }
}

fn text(element: &Element) -> Result<String, BodyError> {
    let text = element.value().into_owned();
    parts::limited(element.tag, text.chars().count(), FindRequest::TEXT_MAX)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(criteria: impl IntoIterator<Item = Element>) -> Result<FindRequest, BodyError> {
        let search = Element::new(tags::EXECUTE_SEARCH).with_all(criteria);
        let root = Element::new(tags::FIND)
            .with(Element::text(tags::SEARCH_ID, "s"))
            .with(search);
        FindRequest::from_element(&root)
    }

    fn mailbox(query: impl IntoIterator<Item = Element>) -> Element {
        let query = Element::new(tags::QUERY).with_all(query);
        Element::new(tags::MAIL_BOX_SEARCH_CRITERION).with(query)
    }

    fn gal() -> Element {
        Element::new(tags::GAL_SEARCH_CRITERION).with(Element::text(tags::QUERY, "ann"))
    }

    #[test]
    fn a_request_has_one_criterion_and_a_text() {
        for (criteria, tag, kind) in [
            (
                vec![],
                tags::MAIL_BOX_SEARCH_CRITERION,
                BodyErrorKind::Missing,
            ),
            (vec![mailbox([])], tags::FREE_TEXT, BodyErrorKind::Missing),
            (
                vec![mailbox([]), gal()],
                tags::GAL_SEARCH_CRITERION,
                BodyErrorKind::Contradiction,
            ),
        ] {
            assert_eq!(find(criteria), Err(BodyError::new(tag, kind)));
        }
        let folder = Element::text(airsync::COLLECTION_ID, "0");
        let request = find([mailbox([folder, Element::text(tags::FREE_TEXT, "a")])]).unwrap();
        let expected = FindQuery {
            free_text: "a".to_owned(),
            ..FindQuery::default()
        };
        assert!(matches!(
            request.criterion,
            FindCriterion::Mailbox { query, deep_traversal: false } if query == expected
        ));
    }

    #[test]
    fn the_first_page_starts_at_zero() {
        let page = |text: &str| {
            let range = Element::text(tags::RANGE, text);
            find([gal().with(Element::new(tags::OPTIONS).with(range))]).unwrap()
        };
        let later = ResultRange::new(10, 19).unwrap();
        assert_eq!(page("10-19").range(FindPage::Later), Ok(later));
        let refused = page("10-19").range(FindPage::First);
        assert_eq!(refused, Err(FindResponseStatus::InvalidRange));
        let unasked = find([gal()]).unwrap().range(FindPage::First);
        assert_eq!(unasked, Ok(ResultRange::DEFAULT));
    }
}
