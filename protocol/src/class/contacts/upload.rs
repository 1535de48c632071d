//! What a device says about a contact: values, and which properties were there at all.

use super::{Contact, Property, PropertySet};
use crate::airsyncbase::DataError;
use crate::element::Element;

/// An upload of a contact, so read that absent and empty are different things.
///
/// - In `present` and with a value: set.
/// - In `present` and without: cleared.
/// - Not in `present`: nothing was said. Which of these are cleared nevertheless is the ghosting rule's to say, see
///   [`clearing`](Self::clearing).
///
/// A body without content or with a part of it only, a date that is none and a picture that is no base64 count as not present.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ContactUpload {
    /// The values.
    pub contact: Contact,
    /// The properties that something was said about.
    pub present: PropertySet,
}

impl ContactUpload {
    /// Reads the `ApplicationData` of a device's Add or Change: any order, unknown elements are passed over.
    ///
    /// # Errors
    /// There are more than 300 categories or children, or the picture is of more than
    /// [`PICTURE_UPLOAD_MAX`](super::PICTURE_UPLOAD_MAX) bytes. The item's status is 6.
    pub fn parse(data: &Element) -> Result<Self, DataError> {
        let mut upload = Self::default();
        for element in data.elements() {
            if let Some(property) = upload.contact.read(element)? {
                upload.present.insert(property);
            }
        }
        Ok(upload)
    }

    /// An upload that sets all properties of a contact, and says nothing about others.
    #[must_use]
    pub fn of(contact: Contact) -> Self {
        Self {
            present: contact.properties(),
            contact,
        }
    }

    /// Counts what is in `clears` and not present as cleared; notes and picture never (MS-ASCMD 2.2.3.179).
    #[must_use]
    pub fn clearing(mut self, clears: &PropertySet) -> Self {
        let mut clears = clears.difference(&self.present);
        clears.remove(Property::Body);
        clears.remove(Property::Picture);
        self.present = self.present.union(&clears);
        self
    }

    /// Counts an empty picture as not present: iOS sends one with every change of a contact whose picture came from the server.
    #[must_use]
    pub fn without_empty_picture(mut self) -> Self {
        if self.contact.picture.is_none() {
            self.present.remove(Property::Picture);
        }
        self
    }

    /// Counts a property as not present.
    pub fn forget(&mut self, property: Property) {
        self.contact.clear(property);
        self.present.remove(property);
    }
}

#[cfg(test)]
mod tests {
    use super::{ContactUpload, DataError, Element, Property, PropertySet};
    use crate::airsyncbase::{Body, BodyType};
    use crate::class::contacts::Text;
    use crate::codepages::{airsync, airsyncbase, contacts as tags, contacts2, email};
    use crate::tag::Tag;

    fn upload(children: impl IntoIterator<Item = Element>) -> Result<ContactUpload, DataError> {
        ContactUpload::parse(&Element::new(airsync::APPLICATION_DATA).with_all(children))
    }

    fn one(element: Element) -> ContactUpload {
        upload([element]).unwrap()
    }

    fn body(children: &[(Tag, &str)]) -> ContactUpload {
        let children = children
            .iter()
            .map(|(tag, text)| Element::text(*tag, *text));
        one(Element::new(airsyncbase::BODY).with_all(children))
    }

    #[test]
    fn absent_empty_and_set_are_told_apart() {
        let upload = upload([
            Element::text(contacts2::NICK_NAME, " Jo\u{1}e \r\n"),
            Element::text(email::SUBJECT, "of another class"),
            Element::new(tags::FIRST_NAME),
            Element::text(tags::BIRTHDAY, "1969-12-31"),
            Element::new(tags::ANNIVERSARY),
        ])
        .unwrap();
        let present = [
            Property::Text(Text::NickName),
            Property::Text(Text::FirstName),
            Property::Birthday,
            Property::Anniversary,
        ];
        assert_eq!(upload.present, PropertySet::from_iter(present));
        assert_eq!(upload.contact.text(Text::NickName), Some("Joe"));
        assert_eq!(upload.contact.text(Text::FirstName), None);
        assert_eq!(upload.contact.birthday, Some(-86_400));
        assert_eq!(upload.contact.anniversary, None);
    }

    #[test]
    fn what_makes_no_sense_was_not_said() {
        for element in [
            Element::text(tags::BIRTHDAY, "soon"),
            Element::text(tags::PICTURE, "not base64!"),
            Element::text(airsyncbase::BODY, "no type, no data"),
        ] {
            assert_eq!(one(element), ContactUpload::default());
        }
    }

    #[test]
    fn pictures_are_absent_empty_or_set() {
        let set = one(Element::text(tags::PICTURE, "AQI\r\nD"));
        assert_eq!(set.contact.picture, Some(vec![1, 2, 3]));
        assert_eq!(set.clone().without_empty_picture(), set);
        let empty = one(Element::new(tags::PICTURE));
        assert!(empty.present.contains(Property::Picture));
        assert_eq!(empty.contact.picture, None);
        assert_eq!(empty.without_empty_picture(), ContactUpload::default());
    }

    #[test]
    fn notes_are_unchanged_cleared_or_set() {
        let set = body(&[(airsyncbase::TYPE, "1"), (airsyncbase::DATA, "Note")]);
        let mut expected = Body::text(BodyType::Plain, "Note");
        expected.estimated_data_size = None;
        assert_eq!(set.contact.body, Some(expected));
        for unchanged in [
            body(&[(airsyncbase::TYPE, "1")]),
            body(&[(airsyncbase::TRUNCATED, "1"), (airsyncbase::DATA, "Not")]),
        ] {
            assert_eq!(unchanged, ContactUpload::default());
        }
        let cleared = body(&[(airsyncbase::TYPE, "1"), (airsyncbase::DATA, "")]);
        assert_eq!(cleared.contact.body, None);
        assert!(cleared.present.contains(Property::Body));
    }

    #[test]
    fn lists_are_bounded() {
        let categories = |count| {
            let all = std::iter::repeat_n(Element::text(tags::CATEGORY, "a"), count);
            upload([Element::new(tags::CATEGORIES).with_all(all)])
        };
        assert_eq!(categories(300).unwrap().contact.categories.len(), 300);
        assert_eq!(categories(301), Err(DataError::Malformed(tags::CATEGORIES)));
        let none = categories(0).unwrap();
        assert!(none.present.contains(Property::Categories));
    }

    #[test]
    fn ghosting_never_clears_notes_and_picture() {
        let upload = one(Element::text(tags::FIRST_NAME, "Ann")).clearing(&PropertySet::all());
        let mut rest = PropertySet::all();
        rest.remove(Property::Body);
        rest.remove(Property::Picture);
        assert_eq!(upload.present, rest);
        assert_eq!(upload.contact.text(Text::FirstName), Some("Ann"));
    }
}
