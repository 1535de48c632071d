//! Reading and writing the simple values of bodies.
//!
//! Reading is by tag and never by order, and surplus children are skipped. Numbers, booleans and texts are read as in
//! the class modules ([`crate::airsyncbase`]).

use crate::airsyncbase::{DataError, fields};
use crate::element::Element;
use crate::tag::Tag;

use super::ids::TextId;
use super::{BodyError, BodyErrorKind, ItemClass, StatusCode};

impl From<DataError> for BodyError {
    fn from(error: DataError) -> Self {
        match error {
            DataError::Missing(tag) => Self::new(tag, BodyErrorKind::Missing),
            DataError::NotAllowed(tag) => Self::new(tag, BodyErrorKind::Contradiction),
            DataError::Malformed(tag) => Self::new(tag, BodyErrorKind::UnknownValue),
        }
    }
}

/// Checks that the document is this command's.
pub(in crate::command) fn root(element: &Element, tag: Tag) -> Result<(), BodyError> {
    if element.tag == tag {
        Ok(())
    } else {
        Err(BodyError::new(element.tag, BodyErrorKind::WrongRoot))
    }
}

/// A child that must be there.
pub(in crate::command) fn required(parent: &Element, tag: Tag) -> Result<&Element, BodyError> {
    parent.child(tag).ok_or_else(|| missing(tag))
}

/// The error for a child that must be there.
pub(in crate::command) fn missing(tag: Tag) -> BodyError {
    BodyError::new(tag, BodyErrorKind::Missing)
}

/// An id that must be there.
pub(in crate::command) fn id<T: TextId>(parent: &Element, tag: Tag) -> Result<T, BodyError> {
    id_in(required(parent, tag)?)
}

/// An id, if the child is there and not empty.
pub(in crate::command) fn optional_id<T: TextId>(
    parent: &Element,
    tag: Tag,
) -> Result<Option<T>, BodyError> {
    parent
        .child(tag)
        .filter(|child| !child.is_empty())
        .map(id_in)
        .transpose()
}

/// The id that an element holds.
pub(in crate::command) fn id_in<T: TextId>(element: &Element) -> Result<T, BodyError> {
    T::read(&element.value()).map_err(|error| BodyError::new(element.tag, error.into()))
}

/// A number, if the child is there.
pub(in crate::command) fn number(parent: &Element, tag: Tag) -> Result<Option<u32>, BodyError> {
    Ok(fields::number(parent, tag)?)
}

/// A boolean, if the child is there; an empty element is true.
pub(in crate::command) fn flag(parent: &Element, tag: Tag) -> Result<Option<bool>, BodyError> {
    Ok(fields::boolean(parent, tag)?)
}

/// A text, if the child is there.
pub(in crate::command) fn text(parent: &Element, tag: Tag) -> Option<String> {
    fields::text(parent, tag)
}

/// A status that must be there.
pub(in crate::command) fn status(parent: &Element, tag: Tag) -> Result<StatusCode, BodyError> {
    optional_status(parent, tag)?.ok_or_else(|| missing(tag))
}

/// A status, if the child is there.
pub(in crate::command) fn optional_status(
    parent: &Element,
    tag: Tag,
) -> Result<Option<StatusCode>, BodyError> {
    Ok(fields::number(parent, tag)?.map(StatusCode::new))
}

/// A class, if the child is there.
pub(in crate::command) fn class(
    parent: &Element,
    tag: Tag,
) -> Result<Option<ItemClass>, BodyError> {
    parent.child(tag).map(class_in).transpose()
}

/// The class that an element holds.
pub(in crate::command) fn class_in(element: &Element) -> Result<ItemClass, BodyError> {
    ItemClass::parse(element.value().trim()).ok_or_else(|| unknown(element.tag))
}

/// A value out of a list, read by its code, if the child is there.
pub(in crate::command) fn code<T>(
    parent: &Element,
    tag: Tag,
    from_code: impl Fn(u8) -> Option<T>,
) -> Result<Option<T>, BodyError> {
    let Some(code) = fields::number(parent, tag)? else {
        return Ok(None);
    };
    from_code(code).map(Some).ok_or_else(|| unknown(tag))
}

/// The error for a value that is none of those allowed.
pub(in crate::command) fn unknown(tag: Tag) -> BodyError {
    BodyError::new(tag, BodyErrorKind::UnknownValue)
}

/// Checks a number of elements against a limit of the protocol.
pub(in crate::command) fn limited(tag: Tag, count: usize, limit: usize) -> Result<(), BodyError> {
    if count <= limit {
        Ok(())
    } else {
        Err(BodyError::new(tag, BodyErrorKind::TooMany { limit }))
    }
}

/// An element with an id.
pub(in crate::command) fn write_id<T: TextId>(tag: Tag, id: &T) -> Element {
    Element::text(tag, id.show())
}

/// An element with a status.
pub(in crate::command) fn write_status(tag: Tag, status: StatusCode) -> Element {
    Element::number(tag, status.code())
}

/// An element with a boolean.
pub(in crate::command) fn write_flag(tag: Tag, flag: bool) -> Element {
    Element::number(tag, u8::from(flag))
}

/// An element with a class.
pub(in crate::command) fn write_class(tag: Tag, class: ItemClass) -> Element {
    Element::text(tag, class.as_str())
}

/// An element with a text, if there is one.
pub(in crate::command) fn write_text(tag: Tag, text: Option<&String>) -> Option<Element> {
    text.map(|text| Element::text(tag, text.as_str()))
}

/// An element with a number, if there is one.
pub(in crate::command) fn write_number(tag: Tag, number: Option<u32>) -> Option<Element> {
    number.map(|number| Element::number(tag, number))
}
