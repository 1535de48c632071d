//! Reading and writing the simple values of class data.
//!
//! Reading is by tag and never by order. Writing keeps the order of the calls, and leaves out what the version lacks.

use std::fmt::Display;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::DataError;
use crate::datetime;
use crate::element::{Element, Node};
use crate::tag::Tag;
use crate::version::Version;

/// A number, if the child is there.
pub(crate) fn number<T: FromStr>(parent: &Element, tag: Tag) -> Result<Option<T>, DataError> {
    parent.child(tag).map(number_in).transpose()
}

/// The number that an element holds.
pub(crate) fn number_in<T: FromStr>(element: &Element) -> Result<T, DataError> {
    element
        .value()
        .trim()
        .parse()
        .map_err(|_| DataError::Malformed(element.tag))
}

/// A value out of a list, read by its code, if the child is there.
pub(crate) fn code<T>(
    parent: &Element,
    tag: Tag,
    from_code: impl Fn(u8) -> Option<T>,
) -> Result<Option<T>, DataError> {
    parent
        .child(tag)
        .map(|child| code_in(child, from_code))
        .transpose()
}

/// The value out of a list whose code an element holds.
pub(crate) fn code_in<T>(
    element: &Element,
    from_code: impl Fn(u8) -> Option<T>,
) -> Result<T, DataError> {
    from_code(number_in(element)?).ok_or(DataError::Malformed(element.tag))
}

/// A boolean, if the child is there. An empty element is true, as flag elements are.
pub(crate) fn boolean(parent: &Element, tag: Tag) -> Result<Option<bool>, DataError> {
    parent.child(tag).map(boolean_in).transpose()
}

/// The boolean that an element holds.
pub(crate) fn boolean_in(element: &Element) -> Result<bool, DataError> {
    match element.value().trim() {
        "0" | "false" => Ok(false),
        "1" | "true" | "" => Ok(true),
        _ => Err(DataError::Malformed(element.tag)),
    }
}

/// A text, if the child is there.
pub(crate) fn text(parent: &Element, tag: Tag) -> Option<String> {
    parent.child(tag).map(|child| child.value().into_owned())
}

/// The byte array that an element holds (MS-ASDTYPE 2.7.1): opaque by the rule, but some peers send base64 as text.
pub(crate) fn byte_array_in(element: &Element) -> Result<Vec<u8>, DataError> {
    let is_text = |node: &Node| matches!(node, Node::Text(_));
    let bytes = element.bytes();
    if !element.children.iter().any(is_text) {
        return Ok(bytes.into_owned());
    }
    let digits: Vec<u8> = bytes
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    STANDARD
        .decode(digits)
        .map_err(|_| DataError::Malformed(element.tag))
}

/// An instant in UTC epoch seconds, if the child is there.
pub(crate) fn date(parent: &Element, tag: Tag) -> Result<Option<i64>, DataError> {
    parent.child(tag).map(date_in).transpose()
}

/// The instant that an element holds, in UTC epoch seconds.
pub(crate) fn date_in(element: &Element) -> Result<i64, DataError> {
    datetime::parse(&element.value()).ok_or(DataError::Malformed(element.tag))
}

/// A value that must be there.
pub(crate) fn required<T>(value: Option<T>, tag: Tag) -> Result<T, DataError> {
    value.ok_or(DataError::Missing(tag))
}

/// Builds one element for one version.
pub(crate) struct Writer {
    version: Version,
    element: Element,
}

impl Writer {
    pub(crate) fn new(tag: Tag, version: Version) -> Self {
        Self {
            version,
            element: Element::new(tag),
        }
    }

    pub(crate) fn finish(self) -> Element {
        self.element
    }

    /// A child of any kind; nothing if it is absent or the version does not have it.
    pub(crate) fn element(&mut self, child: Option<Element>) -> &mut Self {
        if let Some(child) = child.filter(|child| child.tag.exists_in(self.version)) {
            self.element.push(child);
        }
        self
    }

    pub(crate) fn text(&mut self, tag: Tag, value: Option<&str>) -> &mut Self {
        self.element(value.map(|value| Element::text(tag, value)))
    }

    pub(crate) fn opaque(&mut self, tag: Tag, value: Option<&[u8]>) -> &mut Self {
        self.element(value.map(|value| Element::opaque(tag, value.to_vec())))
    }

    pub(crate) fn number(&mut self, tag: Tag, value: Option<impl Display>) -> &mut Self {
        self.element(value.map(|value| Element::number(tag, value)))
    }

    pub(crate) fn boolean(&mut self, tag: Tag, value: Option<bool>) -> &mut Self {
        self.number(tag, value.map(u8::from))
    }

    pub(crate) fn date(&mut self, tag: Tag, value: Option<i64>) -> &mut Self {
        self.element(value.map(|value| Element::text(tag, datetime::to_dashed(value))))
    }
}
