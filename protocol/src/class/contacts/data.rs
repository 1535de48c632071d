//! `ApplicationData` and `Properties` of contacts.

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

use super::{Contact, LIST_MAX, PICTURE_UPLOAD_MAX, Property, Text};
use crate::airsyncbase::fields::{self, Writer};
use crate::airsyncbase::{Body, BodyContent, DataError};
use crate::codepages::{airsync, airsyncbase, contacts as tags};
use crate::element::Element;
use crate::tag::Tag;
use crate::version::Version;

/// Takes base64 with and without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

impl Contact {
    /// Reads the children of `ApplicationData`, `Properties` or the like, in any order, leniently: what is not known or does
    /// not fit its element is passed over.
    ///
    /// # Errors
    /// As [`ContactUpload::parse`](super::ContactUpload::parse).
    pub fn from_data(data: &Element) -> Result<Self, DataError> {
        let mut contact = Self::default();
        for element in data.elements() {
            contact.read(element)?;
        }
        Ok(contact)
    }

    /// The `ApplicationData` of a Sync command.
    #[must_use]
    pub fn to_data(&self, version: Version) -> Element {
        self.to_data_as(airsync::APPLICATION_DATA, version)
    }

    /// The same under another root, as `Properties` of ItemOperations.
    #[must_use]
    pub fn to_data_as(&self, root: Tag, version: Version) -> Element {
        let mut writer = Writer::new(root, version);
        for (text, value) in self.texts() {
            writer.text(text.tag(), Some(value));
        }
        let picture = self.picture.as_ref().filter(|bytes| !bytes.is_empty());
        let picture = picture.map(|bytes| STANDARD.encode(bytes));
        writer
            .date(tags::ANNIVERSARY, self.anniversary)
            .date(tags::BIRTHDAY, self.birthday)
            .element(list(tags::CATEGORIES, tags::CATEGORY, &self.categories))
            .element(list(tags::CHILDREN, tags::CHILD, &self.children))
            .number(tags::WEIGHTED_RANK, self.weighted_rank)
            .text(tags::PICTURE, picture.as_deref())
            .element(self.body.as_ref().map(|body| body.to_element(version)));
        writer.finish()
    }

    /// Takes one element in; tells which property it said something about, be it that there is no value.
    pub(super) fn read(&mut self, element: &Element) -> Result<Option<Property>, DataError> {
        let property = match element.tag {
            tags::ANNIVERSARY => match date(element) {
                Ok(date) => {
                    self.anniversary = date;
                    Property::Anniversary
                }
                Err(_) => return Ok(None),
            },
            tags::BIRTHDAY => match date(element) {
                Ok(date) => {
                    self.birthday = date;
                    Property::Birthday
                }
                Err(_) => return Ok(None),
            },
            tags::CATEGORIES => {
                self.categories = values(element, tags::CATEGORY)?;
                Property::Categories
            }
            tags::CHILDREN => {
                self.children = values(element, tags::CHILD)?;
                Property::Children
            }
            tags::PICTURE => return self.read_picture(element),
            airsyncbase::BODY => return Ok(self.read_body(element)),
            tags::WEIGHTED_RANK => {
                self.weighted_rank = fields::number_in(element).ok();
                Property::WeightedRank
            }
            tag => match Text::from_tag(tag) {
                Some(text) => {
                    self.set_text(text, clean(&element.value()));
                    Property::Text(text)
                }
                None => return Ok(None),
            },
        };
        Ok(Some(property))
    }

    fn read_picture(&mut self, element: &Element) -> Result<Option<Property>, DataError> {
        let bytes = element.bytes();
        if bytes.len() / 4 * 3 > PICTURE_UPLOAD_MAX {
            return Err(DataError::Malformed(element.tag));
        }
        let digits: Vec<u8> = bytes
            .iter()
            .copied()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        let Ok(picture) = LENIENT.decode(digits) else {
            return Ok(None);
        };
        self.picture = Some(picture).filter(|picture| !picture.is_empty());
        Ok(Some(Property::Picture))
    }

    /// A body without content, or with a part of it, says nothing about the notes.
    fn read_body(&mut self, element: &Element) -> Option<Property> {
        let body = Body::from_element(element).ok()?;
        if body.data.is_none() || body.truncated {
            return None;
        }
        let empty = match &body.data {
            Some(BodyContent::Text(text)) => text.trim().is_empty(),
            Some(BodyContent::Bytes(bytes)) => bytes.trim_ascii().is_empty(),
            Some(BodyContent::Part(_)) | None => false,
        };
        self.body = Some(body).filter(|_| !empty);
        Some(Property::Body)
    }
}

/// A date, none if the element is empty.
fn date(element: &Element) -> Result<Option<i64>, DataError> {
    if element.value().trim().is_empty() {
        return Ok(None);
    }
    fields::date_in(element).map(Some)
}

/// The values of a list, without empty ones.
fn values(element: &Element, tag: Tag) -> Result<Vec<String>, DataError> {
    let values = element.all(tag).map(|child| clean(&child.value()));
    let values: Vec<_> = values.filter(|value| !value.is_empty()).collect();
    if values.len() > LIST_MAX {
        return Err(DataError::Malformed(element.tag));
    }
    Ok(values)
}

fn list(tag: Tag, child: Tag, values: &[String]) -> Option<Element> {
    let children = values
        .iter()
        .take(LIST_MAX)
        .map(|value| Element::text(child, value.as_str()));
    (!values.is_empty()).then(|| Element::new(tag).with_all(children))
}

/// Without control characters, which some devices send, and without white space at the ends. Lines end as they did.
fn clean(text: &str) -> String {
    let clean: String = text
        .chars()
        .filter(|char| !char.is_control() || matches!(char, '\t' | '\n' | '\r'))
        .collect();
    clean.trim().to_owned()
}
