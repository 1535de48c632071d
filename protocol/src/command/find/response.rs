//! The answer of Find.

use crate::airsyncbase::DataError;
use crate::airsyncbase::fields::{self, Writer};
use crate::class::email::Importance;
use crate::codepages::{airsync, email, email2, find as tags, gal, item_operations};
use crate::command::gal::GalEntry;
use crate::command::{
    Body, BodyError, CollectionId, ItemClass, ResultRange, ServerId, StatusCode, parts,
};
use crate::element::Element;
use crate::status::{FindResponseStatus, FindStatus};
use crate::tag::Tag;
use crate::version::Version;

/// The answer to a search.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FindResponse {
    /// Of the command.
    pub status: StatusCode,
    /// What was found; none if the command failed as a whole.
    pub answer: Option<FindAnswer>,
}

/// What was found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FindAnswer {
    /// How it went, a [`FindResponseStatus`].
    pub status: StatusCode,
    /// The results.
    pub results: FindResults,
    /// The place of the results among all; none without results.
    pub range: Option<ResultRange>,
    /// How many there are in all.
    pub total: Option<u32>,
}

/// What was found, in its order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FindResults {
    /// In the mailbox.
    Mailbox(Vec<MailMatch>),
    /// In the address list.
    Gal(Vec<GalEntry>),
}

/// A message that was found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MailMatch {
    /// Its class.
    pub class: Option<ItemClass>,
    /// The message.
    pub server_id: ServerId,
    /// The folder.
    pub collection_id: CollectionId,
    /// What is told of it.
    pub mail: FoundMail,
}

/// What a list of results shows of a message; dates are UTC epoch seconds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FoundMail {
    /// Subject.
    pub subject: Option<String>,
    /// When it arrived.
    pub date_received: Option<i64>,
    /// Names of the primary recipients, separated by semicolons.
    pub display_to: Option<String>,
    /// Names of the secondary recipients, likewise.
    pub display_cc: Option<String>,
    /// Names of the hidden recipients, likewise.
    pub display_bcc: Option<String>,
    /// Importance.
    pub importance: Option<Importance>,
    /// Whether it was read.
    pub read: Option<bool>,
    /// Whether it is a draft.
    pub is_draft: Option<bool>,
    /// The first characters in plain text; at most [`Self::PREVIEW_MAX`].
    pub preview: Option<String>,
    /// Whether it has attachments.
    pub has_attachments: Option<bool>,
    /// Author.
    pub from: Option<String>,
}

impl FindResponse {
    /// Nothing but a status of the command.
    #[must_use]
    pub fn failed(status: FindStatus) -> Self {
        Self {
            status: status.into(),
            answer: None,
        }
    }

    /// A status of the response.
    #[must_use]
    pub fn refused(status: FindResponseStatus) -> Self {
        Self {
            status: StatusCode::SUCCESS,
            answer: Some(FindAnswer {
                status: status.into(),
                results: FindResults::Mailbox(Vec::new()),
                range: None,
                total: None,
            }),
        }
    }

    /// Results that begin at place `first` of `total`.
    #[must_use]
    pub fn found(results: FindResults, first: u32, total: u32) -> Self {
        let range = ResultRange::of(first, results.len());
        Self {
            status: StatusCode::SUCCESS,
            answer: Some(FindAnswer {
                status: StatusCode::SUCCESS,
                results,
                range,
                total: Some(total),
            }),
        }
    }
}

impl FindResults {
    const MAILBOX: &str = "Mailbox";
    const GAL: &str = "GAL";

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Mailbox(matches) => matches.len(),
            Self::Gal(entries) => entries.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Body for FindResponse {
    const ROOT: Tag = tags::FIND;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        let answer = root.child(tags::RESPONSE);
        Ok(Self {
            status: parts::status(root, tags::STATUS)?,
            answer: answer.map(FindAnswer::from_element).transpose()?,
        })
    }

    fn to_element(&self, version: Version) -> Element {
        let answer = self.answer.as_ref();
        Element::new(Self::ROOT)
            .with(parts::write_status(tags::STATUS, self.status))
            .with_some(answer.map(|answer| answer.to_element(version)))
    }
}

impl FindAnswer {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        Ok(Self {
            status: parts::status(element, tags::STATUS)?,
            results: FindResults::from_parent(element)?,
            range: ResultRange::from_parent(element, tags::RANGE)?,
            total: parts::number(element, tags::TOTAL)?,
        })
    }

    fn to_element(&self, version: Version) -> Element {
        let store = match &self.results {
            FindResults::Mailbox(_) => FindResults::MAILBOX,
            FindResults::Gal(_) => FindResults::GAL,
        };
        Element::new(tags::RESPONSE)
            .with(Element::text(item_operations::STORE, store))
            .with(parts::write_status(tags::STATUS, self.status))
            .with_all(self.results.elements(version))
            .with_some(self.range.map(|range| range.to_element(tags::RANGE)))
            .with_some(parts::write_number(tags::TOTAL, self.total))
    }
}

impl FindResults {
    /// The store is optional: without one, the properties say what they are.
    fn from_parent(parent: &Element) -> Result<Self, BodyError> {
        let properties = || {
            let results = parent.all(tags::RESULT);
            results.filter_map(|result| result.child(tags::PROPERTIES))
        };
        let of_gal = match parts::text(parent, item_operations::STORE) {
            Some(store) => store.trim().eq_ignore_ascii_case(Self::GAL),
            None => {
                let mut all = properties().flat_map(Element::elements);
                all.any(|property| property.tag.page() == gal::DISPLAY_NAME.page())
            }
        };
        if of_gal {
            let entries = properties().map(GalEntry::from_properties);
            return Ok(Self::Gal(entries.collect::<Result<_, _>>()?));
        }
        let matches = parent.all(tags::RESULT).map(MailMatch::from_element);
        Ok(Self::Mailbox(matches.collect::<Result<_, _>>()?))
    }

    fn elements(&self, version: Version) -> Vec<Element> {
        match self {
            Self::Mailbox(matches) => matches.iter().map(|one| one.to_element(version)).collect(),
            Self::Gal(entries) => entries
                .iter()
                .map(|entry| entry.to_properties(tags::PROPERTIES, version))
                .map(|properties| Element::new(tags::RESULT).with(properties))
                .collect(),
        }
    }
}

impl MailMatch {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        let properties = parts::required(element, tags::PROPERTIES)?;
        Ok(Self {
            class: parts::class(element, airsync::CLASS)?,
            server_id: parts::id(element, airsync::SERVER_ID)?,
            collection_id: parts::id(element, airsync::COLLECTION_ID)?,
            mail: FoundMail::from_properties(properties)?,
        })
    }

    fn to_element(&self, version: Version) -> Element {
        let class = self.class;
        Element::new(tags::RESULT)
            .with_some(class.map(|class| parts::write_class(airsync::CLASS, class)))
            .with(parts::write_id(airsync::SERVER_ID, &self.server_id))
            .with(parts::write_id(airsync::COLLECTION_ID, &self.collection_id))
            .with(self.mail.to_properties(version))
    }
}

impl FoundMail {
    /// The longest preview in characters (MS-ASCMD 2.2.3.137).
    pub const PREVIEW_MAX: usize = 255;

    fn from_properties(element: &Element) -> Result<Self, DataError> {
        let text = |tag| fields::text(element, tag);
        Ok(Self {
            subject: text(email::SUBJECT),
            date_received: fields::date(element, email::DATE_RECEIVED)?,
            display_to: text(email::DISPLAY_TO),
            display_cc: text(tags::DISPLAY_CC),
            display_bcc: text(tags::DISPLAY_BCC),
            importance: fields::code(element, email::IMPORTANCE, Importance::from_code)?,
            read: fields::boolean(element, email::READ)?,
            is_draft: fields::boolean(element, email2::IS_DRAFT)?,
            preview: text(tags::PREVIEW),
            has_attachments: fields::boolean(element, tags::HAS_ATTACHMENTS)?,
            from: text(email::FROM),
        })
    }

    fn to_properties(&self, version: Version) -> Element {
        let mut writer = Writer::new(tags::PROPERTIES, version);
        writer
            .text(email::SUBJECT, self.subject.as_deref())
            .date(email::DATE_RECEIVED, self.date_received)
            .text(email::DISPLAY_TO, self.display_to.as_deref())
            .text(tags::DISPLAY_CC, self.display_cc.as_deref())
            .text(tags::DISPLAY_BCC, self.display_bcc.as_deref())
            .number(email::IMPORTANCE, self.importance.map(Importance::code))
            .boolean(email::READ, self.read)
            .boolean(email2::IS_DRAFT, self.is_draft)
            .text(tags::PREVIEW, self.preview.as_deref())
            .boolean(tags::HAS_ATTACHMENTS, self.has_attachments)
            .text(email::FROM, self.from.as_deref());
        writer.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_store_the_properties_say_what_they_are() {
        let entry = GalEntry {
            display_name: Some("Ann".to_owned()),
            ..GalEntry::default()
        };
        let found = FindResponse::found(FindResults::Gal(vec![entry]), 0, 1);
        let mut root = found.to_element(Version::V16_1);
        for node in &mut root.children {
            if let crate::element::Node::Element(response) = node {
                response.children.retain(|node| {
                    !matches!(node, crate::element::Node::Element(child) if child.tag == item_operations::STORE)
                });
            }
        }
        assert_eq!(
            root.child(tags::RESPONSE)
                .unwrap()
                .child(item_operations::STORE),
            None
        );
        assert_eq!(FindResponse::from_element(&root), Ok(found));
    }

    #[test]
    fn failures_are_statuses_of_two_levels() {
        let whole = FindResponse::failed(FindStatus::FolderSyncRequired);
        assert_eq!((whole.status.code(), whole.answer), (3, None));
        let range = FindResponse::refused(FindResponseStatus::InvalidRange);
        let told = range.answer.map(|answer| answer.status.code());
        assert_eq!((range.status.code(), told), (1, Some(4)));
    }
}
