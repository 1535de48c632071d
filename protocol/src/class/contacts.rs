//! Class Contacts (MS-ASCNTC): both code pages, what a server sends and a device reads, and the other way round.

mod data;
mod property;
mod text;
mod upload;

pub use property::{Property, PropertySet};
pub use text::Text;
pub use upload::ContactUpload;

use std::collections::BTreeMap;

use crate::airsyncbase::Body;

/// Most categories, and most children, of a contact.
pub const LIST_MAX: usize = 300;

/// Longest picture that a device is sent, in bytes: 48 KiB in base64.
pub const PICTURE_MAX: usize = 36 << 10;

/// Longest picture that is taken from a device, in bytes; many send more than the specification allows.
pub const PICTURE_UPLOAD_MAX: usize = 8 << 20;

/// Properties of a contact. An empty value is no value: what an upload says about emptiness is in [`ContactUpload`].
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Contact {
    /// None of them empty.
    texts: BTreeMap<Text, String>,
    /// Anniversary, in UTC epoch seconds; from a server midnight of the day.
    pub anniversary: Option<i64>,
    /// Birthday, likewise.
    pub birthday: Option<i64>,
    /// Notes.
    pub body: Option<Body>,
    /// Categories.
    pub categories: Vec<String>,
    /// Names of the children.
    pub children: Vec<String>,
    /// Picture, as the file that it is.
    pub picture: Option<Vec<u8>>,
    /// Rank among recipients (14.0 and later).
    pub weighted_rank: Option<i32>,
}

impl Contact {
    /// The value of a property that is text.
    #[must_use]
    pub fn text(&self, text: Text) -> Option<&str> {
        self.texts.get(&text).map(String::as_str)
    }

    /// Sets the value of a property that is text; an empty one takes it away.
    pub fn set_text(&mut self, text: Text, value: impl Into<String>) {
        let value = value.into();
        if value.is_empty() {
            self.texts.remove(&text);
        } else {
            self.texts.insert(text, value);
        }
    }

    /// The same, to build a contact with.
    #[must_use]
    pub fn with_text(mut self, text: Text, value: impl Into<String>) -> Self {
        self.set_text(text, value);
        self
    }

    /// All properties that are text, in order.
    pub fn texts(&self) -> impl Iterator<Item = (Text, &str)> {
        self.texts
            .iter()
            .map(|(text, value)| (*text, value.as_str()))
    }

    /// Whether a property has a value.
    #[must_use]
    pub fn has(&self, property: Property) -> bool {
        match property {
            Property::Text(text) => self.texts.contains_key(&text),
            Property::Anniversary => self.anniversary.is_some(),
            Property::Birthday => self.birthday.is_some(),
            Property::Body => self.body.is_some(),
            Property::Categories => !self.categories.is_empty(),
            Property::Children => !self.children.is_empty(),
            Property::Picture => self.picture.is_some(),
            Property::WeightedRank => self.weighted_rank.is_some(),
        }
    }

    /// The properties that have a value.
    #[must_use]
    pub fn properties(&self) -> PropertySet {
        Property::all()
            .filter(|property| self.has(*property))
            .collect()
    }

    /// Takes the value of a property away.
    pub fn clear(&mut self, property: Property) {
        match property {
            Property::Text(text) => {
                self.texts.remove(&text);
            }
            Property::Anniversary => self.anniversary = None,
            Property::Birthday => self.birthday = None,
            Property::Body => self.body = None,
            Property::Categories => self.categories.clear(),
            Property::Children => self.children.clear(),
            Property::Picture => self.picture = None,
            Property::WeightedRank => self.weighted_rank = None,
        }
    }

    /// Takes the value of a property from another contact, be it none.
    pub fn copy(&mut self, property: Property, from: &Self) {
        match property {
            Property::Text(text) => self.set_text(text, from.text(text).unwrap_or_default()),
            Property::Anniversary => self.anniversary = from.anniversary,
            Property::Birthday => self.birthday = from.birthday,
            Property::Body => self.body.clone_from(&from.body),
            Property::Categories => self.categories.clone_from(&from.categories),
            Property::Children => self.children.clone_from(&from.children),
            Property::Picture => self.picture.clone_from(&from.picture),
            Property::WeightedRank => self.weighted_rank = from.weighted_rank,
        }
    }
}
