//! Properties of a contact, and sets of them.

use std::fmt;

use super::Text;
use crate::codepages::{airsyncbase, contacts, contacts2};
use crate::tag::Tag;

/// A property of a contact.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Property {
    /// One of those whose value is text.
    Text(Text),
    /// Anniversary.
    Anniversary,
    /// Birthday.
    Birthday,
    /// Notes.
    Body,
    /// Categories.
    Categories,
    /// Names of the children.
    Children,
    /// Picture.
    Picture,
    /// Rank among recipients, of recipient caches only (14.0 and later).
    WeightedRank,
}

impl Property {
    /// Those whose value is not text.
    const OTHERS: [Self; 7] = [
        Self::Anniversary,
        Self::Birthday,
        Self::Body,
        Self::Categories,
        Self::Children,
        Self::Picture,
        Self::WeightedRank,
    ];

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        let texts = Text::ALL.into_iter().map(Self::Text);
        texts.chain(Self::OTHERS)
    }

    /// The element.
    #[must_use]
    pub const fn tag(self) -> Tag {
        match self {
            Self::Text(text) => text.tag(),
            Self::Anniversary => contacts::ANNIVERSARY,
            Self::Birthday => contacts::BIRTHDAY,
            Self::Body => airsyncbase::BODY,
            Self::Categories => contacts::CATEGORIES,
            Self::Children => contacts::CHILDREN,
            Self::Picture => contacts::PICTURE,
            Self::WeightedRank => contacts::WEIGHTED_RANK,
        }
    }

    /// From the element.
    #[must_use]
    pub fn from_tag(tag: Tag) -> Option<Self> {
        Self::all().find(|property| property.tag() == tag)
    }

    /// A number below 128 that never changes, as it is the element's token: what stores keep.
    #[must_use]
    pub const fn number(self) -> u8 {
        let tag = self.tag();
        if tag.page() == contacts2::NICK_NAME.page() {
            64 + tag.token()
        } else if tag.page() == airsyncbase::BODY.page() {
            // Notes had an element of the class itself before 12.0.
            contacts::BODY.token()
        } else {
            tag.token()
        }
    }

    /// From its [`number`](Self::number).
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::all().find(|property| property.number() == number)
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag().name())
    }
}

impl From<Text> for Property {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

/// A set of properties, in sixteen bytes.
#[derive(Clone, Copy, Default, Eq, Hash, PartialEq)]
pub struct PropertySet(u128);

impl PropertySet {
    /// No property.
    pub const EMPTY: Self = Self(0);

    /// All properties.
    #[must_use]
    pub fn all() -> Self {
        Property::all().collect()
    }

    /// What a device lists under `Supported`; elements of other classes are passed over.
    #[must_use]
    pub fn from_supported(tags: &[Tag]) -> Self {
        tags.iter()
            .filter_map(|tag| Property::from_tag(*tag))
            .collect()
    }

    /// Adds a property.
    pub fn insert(&mut self, property: impl Into<Property>) {
        self.0 |= bit(property.into());
    }

    /// Takes a property out.
    pub fn remove(&mut self, property: impl Into<Property>) {
        self.0 &= !bit(property.into());
    }

    /// Whether the property is in it.
    #[must_use]
    pub fn contains(&self, property: impl Into<Property>) -> bool {
        self.0 & bit(property.into()) != 0
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0 == 0
    }

    /// How many are in it.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.0.count_ones()
    }

    /// What is in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in this and not in the other.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// What is in it.
    pub fn iter(&self) -> impl Iterator<Item = Property> {
        let set = *self;
        Property::all().filter(move |property| set.contains(*property))
    }

    /// The text for a store: hexadecimal, at most 32 digits, the same for ever.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{:x}", self.0)
    }

    /// From [`to_text`](Self::to_text); bits that stand for no property are dropped. `None` if it is no such text.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let bits = u128::from_str_radix(text, 16).ok()?;
        Some(Self(bits).intersection(&Self::all()))
    }
}

fn bit(property: Property) -> u128 {
    1 << property.number()
}

impl<T: Into<Property>> FromIterator<T> for PropertySet {
    fn from_iter<I: IntoIterator<Item = T>>(properties: I) -> Self {
        let mut set = Self::EMPTY;
        properties
            .into_iter()
            .for_each(|property| set.insert(property));
        set
    }
}

impl fmt::Debug for PropertySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.iter().map(|property| property.tag().name()))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Property, PropertySet, Text};
    use crate::codepages::{contacts, contacts2, email};

    #[test]
    fn numbers_are_distinct_and_lead_back() {
        let numbers: BTreeSet<_> = Property::all().map(Property::number).collect();
        assert_eq!(numbers.len(), Property::all().count());
        for property in Property::all() {
            assert!(property.number() < 128);
            assert_eq!(Property::from_number(property.number()), Some(property));
            assert_eq!(Property::from_tag(property.tag()), Some(property));
        }
        assert_eq!(Property::from_number(0), None);
    }

    #[test]
    fn what_stores_keep_never_changes() {
        let set = PropertySet::from_iter([
            Property::Text(Text::FirstName),
            Property::Text(Text::NickName),
            Property::Body,
        ]);
        assert_eq!(set.to_text(), "20000000000080000200");
        assert_eq!(PropertySet::EMPTY.to_text(), "0");
        assert_eq!(PropertySet::from_text("20000000000080000200"), Some(set));
        assert_eq!(PropertySet::from_text("1"), Some(PropertySet::EMPTY));
        for text in ["", "x", "+1", "123456789012345678901234567890123"] {
            assert_eq!(PropertySet::from_text(text), None, "{text}");
        }
        let all = PropertySet::all();
        assert_eq!(PropertySet::from_text(&all.to_text()), Some(all));
    }

    #[test]
    fn sets_are_sets() {
        let mut set = PropertySet::from_supported(&[
            contacts::PICTURE,
            contacts2::MMS,
            contacts::CHILD,
            email::SUBJECT,
        ]);
        assert_eq!(
            set.iter().collect::<Vec<_>>(),
            [Property::Text(Text::Mms), Property::Picture]
        );
        assert_eq!(format!("{set:?}"), r#"{"MMS", "Picture"}"#);
        set.remove(Property::Picture);
        assert!(set.contains(Text::Mms) && !set.contains(Property::Picture));
        assert_eq!(set.len(), 1);
        let rest = PropertySet::all().difference(&set);
        assert_eq!(rest.union(&set), PropertySet::all());
        assert!(rest.intersection(&set).is_empty());
    }
}
