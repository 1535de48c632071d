//! What is searched for in the mailbox.

use crate::airsyncbase::fields;
use crate::codepages::{airsync, email, search as tags};
use crate::command::{BodyError, BodyErrorKind, CollectionId, ItemClass, parts};
use crate::datetime;
use crate::element::Element;
use crate::tag::Tag;

/// Conditions that a message must meet, all of them (MS-ASCMD 2.2.3.142.2).
///
/// On the wire a tree, of which the protocol only allows one level: `And` with the conditions in it. Conditions right
/// under `Query` and `And` within `And` say the same and are read alike.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MailboxQuery {
    /// Any of these classes; none means mail.
    pub classes: Vec<ItemClass>,
    /// Any of these folders as sent, see [`Self::folders`].
    pub collections: Vec<CollectionId>,
    /// Texts that occur, each in whatever part of the message.
    pub free_text: Vec<String>,
    /// The conversation (14.0 on).
    pub conversation_id: Option<Vec<u8>>,
    /// It arrived after this instant, in UTC epoch seconds.
    pub received_after: Option<i64>,
    /// It arrived before this instant, in UTC epoch seconds.
    pub received_before: Option<i64>,
}

impl MailboxQuery {
    /// The most conditions of one query.
    pub const CONDITIONS_MAX: usize = 1000;
    /// The longest text that is searched for, in characters.
    pub const TEXT_MAX: usize = 1024;

    /// The folders to search; `None` is all of them. No folder and folder `0` mean that, as Android 6 and Outlook for
    /// phones have it.
    #[must_use]
    pub fn folders(&self) -> Option<&[CollectionId]> {
        let all =
            self.collections.is_empty() || self.collections.iter().any(|id| id.as_str() == "0");
        (!all).then_some(&self.collections)
    }

    /// Reads a `Query` element.
    pub(super) fn from_element(element: &Element) -> Result<Self, BodyError> {
        let mut query = Self::default();
        query.read_all(element)?;
        let count = query.classes.len() + query.collections.len() + query.free_text.len();
        parts::limited(tags::QUERY, count, Self::CONDITIONS_MAX)?;
        Ok(query)
    }

    /// Reads the conditions in `Query` or `And`.
    fn read_all(&mut self, parent: &Element) -> Result<(), BodyError> {
        for element in parent.elements() {
            match element.tag {
                tags::AND => self.read_all(element)?,
                // The specification has status 8 for both (2.2.3.30.5, 2.2.3.126).
                tags::OR => return Err(too_complex(tags::OR)),
                airsync::COLLECTION_ID if parent.tag != tags::AND => {
                    return Err(too_complex(airsync::COLLECTION_ID));
                }
                _ => self.read(element)?,
            }
        }
        Ok(())
    }

    fn read(&mut self, element: &Element) -> Result<(), BodyError> {
        match element.tag {
            airsync::CLASS => self.classes.push(parts::class_in(element)?),
            airsync::COLLECTION_ID => self.collections.push(parts::id_in(element)?),
            tags::FREE_TEXT => self.free_text.push(text(element)?),
            tags::CONVERSATION_ID => {
                once(self.conversation_id.is_some(), element.tag)?;
                self.conversation_id = Some(element.bytes().into_owned());
            }
            tags::GREATER_THAN => {
                once(self.received_after.is_some(), element.tag)?;
                self.received_after = Some(instant(element)?);
            }
            tags::LESS_THAN => {
                once(self.received_before.is_some(), element.tag)?;
                self.received_before = Some(instant(element)?);
            }
            // A condition that is passed over would find too much.
            tag => return Err(parts::unknown(tag)),
        }
        Ok(())
    }

    /// Writes a `Query` element.
    pub(super) fn to_element(&self) -> Element {
        let classes = self.classes.iter();
        let collections = self.collections.iter();
        let texts = self.free_text.iter();
        let conversation = self.conversation_id.as_deref();
        let conditions = Element::new(tags::AND)
            .with_all(classes.map(|class| parts::write_class(airsync::CLASS, *class)))
            .with_all(collections.map(|id| parts::write_id(airsync::COLLECTION_ID, id)))
            .with_all(texts.map(|text| Element::text(tags::FREE_TEXT, text.as_str())))
            .with_some(conversation.map(|id| Element::opaque(tags::CONVERSATION_ID, id)))
            .with_some(received(tags::GREATER_THAN, self.received_after))
            .with_some(received(tags::LESS_THAN, self.received_before));
        Element::new(tags::QUERY).with(conditions)
    }
}

fn too_complex(tag: Tag) -> BodyError {
    BodyError::new(tag, BodyErrorKind::TooComplex)
}

fn once(there: bool, tag: Tag) -> Result<(), BodyError> {
    if there {
        return Err(too_complex(tag));
    }
    Ok(())
}

/// A text to search for, of bounded length.
pub(super) fn text(element: &Element) -> Result<String, BodyError> {
    let text = element.value().into_owned();
    parts::limited(element.tag, text.chars().count(), MailboxQuery::TEXT_MAX)?;
    Ok(text)
}

/// The instant of a comparison; only the date of receipt can be compared.
fn instant(element: &Element) -> Result<i64, BodyError> {
    parts::required(element, email::DATE_RECEIVED)?;
    Ok(fields::date_in(parts::required(element, tags::VALUE)?)?)
}

fn received(tag: Tag, instant: Option<i64>) -> Option<Element> {
    let instant = instant.map(datetime::to_dashed)?;
    let comparison = Element::new(tag).with(Element::new(email::DATE_RECEIVED));
    Some(comparison.with(Element::text(tags::VALUE, instant)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(children: impl IntoIterator<Item = Element>) -> Result<MailboxQuery, BodyError> {
        MailboxQuery::from_element(&Element::new(tags::QUERY).with_all(children))
    }

    fn and(children: impl IntoIterator<Item = Element>) -> Element {
        Element::new(tags::AND).with_all(children)
    }

    fn free_text(text: &str) -> Element {
        Element::text(tags::FREE_TEXT, text)
    }

    fn collection(id: &str) -> Element {
        Element::text(airsync::COLLECTION_ID, id)
    }

    #[test]
    fn conditions_are_read_on_every_level_that_is_one() {
        let class = || Element::text(airsync::CLASS, "Email");
        let expected = MailboxQuery {
            classes: vec![ItemClass::Email],
            free_text: vec!["a".to_owned()],
            ..MailboxQuery::default()
        };
        for query in [
            vec![class(), free_text("a")],
            vec![and([class(), free_text("a")])],
            vec![and([class(), and([free_text("a")])])],
        ] {
            assert_eq!(read(query).as_ref(), Ok(&expected));
        }
    }

    #[test]
    fn what_is_too_complex_is_told_apart() {
        let after = || {
            Element::new(tags::GREATER_THAN)
                .with(Element::new(email::DATE_RECEIVED))
                .with(Element::text(tags::VALUE, "2025-03-01T00:00:00.000Z"))
        };
        for (query, tag) in [
            (vec![Element::new(tags::OR).with(free_text("a"))], tags::OR),
            (
                vec![collection("1"), free_text("a")],
                airsync::COLLECTION_ID,
            ),
            (vec![and([after(), after()])], tags::GREATER_THAN),
        ] {
            assert_eq!(read(query), Err(too_complex(tag)));
        }
        for (condition, error) in [
            (
                Element::new(tags::LESS_THAN).with(Element::text(tags::VALUE, "soon")),
                parts::missing(email::DATE_RECEIVED),
            ),
            (
                Element::new(tags::LESS_THAN)
                    .with(Element::new(email::DATE_RECEIVED))
                    .with(Element::text(tags::VALUE, "soon")),
                parts::unknown(tags::VALUE),
            ),
            (Element::new(tags::EQUAL_TO), parts::unknown(tags::EQUAL_TO)),
            (
                Element::text(airsync::CLASS, "Mail"),
                parts::unknown(airsync::CLASS),
            ),
        ] {
            assert_eq!(read([and([condition])]), Err(error));
        }
    }

    #[test]
    fn queries_are_bounded() {
        let long = |length| read([free_text(&"ü".repeat(length))]);
        assert!(long(1024).is_ok());
        let many = |count| read([and(std::iter::repeat_n(collection("1"), count))]);
        assert!(many(1000).is_ok());
        for (error, limit) in [(long(1025), 1024), (many(1001), 1000)] {
            assert_eq!(error.unwrap_err().kind, BodyErrorKind::TooMany { limit });
        }
    }

    #[test]
    fn folder_zero_is_all_folders() {
        let folders = |ids: &[&str]| {
            let query = read([and(ids.iter().map(|id| collection(id)))]).unwrap();
            query.folders().map(<[_]>::len)
        };
        assert_eq!(folders(&[]), None);
        assert_eq!(folders(&["1", "0"]), None);
        assert_eq!(folders(&["1", "2"]), Some(2));
    }
}
