//! A decoded document as a tree of elements.

use std::borrow::Cow;
use std::fmt::Display;

use crate::tag::Tag;

/// What an element contains.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Node {
    /// A nested element.
    Element(Element),
    /// Inline text.
    Text(String),
    /// Bytes that are not text, such as a MIME message or a conversation index.
    Opaque(Vec<u8>),
}

/// An element and what it contains, in document order.
///
/// A value may come in several pieces; [`value`](Self::value) and [`bytes`](Self::bytes) put them together.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Element {
    /// The name.
    pub tag: Tag,
    /// The content; empty for a flag tag such as `MoreAvailable`.
    pub children: Vec<Node>,
}

impl Element {
    /// An empty element.
    #[must_use]
    pub const fn new(tag: Tag) -> Self {
        Self {
            tag,
            children: Vec::new(),
        }
    }

    /// An element with text; empty text makes an empty element.
    #[must_use]
    pub fn text(tag: Tag, text: impl Into<String>) -> Self {
        let text = text.into();
        let mut element = Self::new(tag);
        if !text.is_empty() {
            element.children.push(Node::Text(text));
        }
        element
    }

    /// An element with bytes; no bytes make an empty element.
    #[must_use]
    pub fn opaque(tag: Tag, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        let mut element = Self::new(tag);
        if !bytes.is_empty() {
            element.children.push(Node::Opaque(bytes));
        }
        element
    }

    /// An element with the decimal text of a number (or what else displays itself).
    #[must_use]
    pub fn number(tag: Tag, number: impl Display) -> Self {
        Self::text(tag, number.to_string())
    }

    /// Adds a child at the end.
    #[must_use]
    pub fn with(mut self, child: Self) -> Self {
        self.push(child);
        self
    }

    /// Adds children at the end.
    #[must_use]
    pub fn with_all(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children
            .extend(children.into_iter().map(Node::Element));
        self
    }

    /// Adds a child at the end, if there is one.
    #[must_use]
    pub fn with_some(self, child: Option<Self>) -> Self {
        self.with_all(child)
    }

    /// Adds a child at the end.
    pub fn push(&mut self, child: Self) {
        self.children.push(Node::Element(child));
    }

    /// The nested elements, in order.
    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) | Node::Opaque(_) => None,
        })
    }

    /// The first nested element named `tag`.
    #[must_use]
    pub fn child(&self, tag: Tag) -> Option<&Self> {
        self.all(tag).next()
    }

    /// All nested elements named `tag`, in order.
    pub fn all(&self, tag: Tag) -> impl Iterator<Item = &Self> {
        self.elements().filter(move |element| element.tag == tag)
    }

    /// The text and bytes directly inside, put together; bytes that are not UTF-8 become U+FFFD.
    #[must_use]
    pub fn value(&self) -> Cow<'_, str> {
        match self.bytes() {
            Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
            Cow::Owned(bytes) => Cow::Owned(match String::from_utf8(bytes) {
                Ok(text) => text,
                Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
            }),
        }
    }

    /// The text and bytes directly inside, put together, as they came.
    #[must_use]
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        let mut pieces = self.children.iter().filter_map(|node| match node {
            Node::Element(_) => None,
            Node::Text(text) => Some(text.as_bytes()),
            Node::Opaque(bytes) => Some(bytes.as_slice()),
        });
        let Some(first) = pieces.next() else {
            return Cow::Borrowed(&[]);
        };
        let Some(second) = pieces.next() else {
            return Cow::Borrowed(first);
        };
        let mut whole = [first, second].concat();
        for piece in pieces {
            whole.extend_from_slice(piece);
        }
        Cow::Owned(whole)
    }

    /// Whether there is no content at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.children.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codepages::{airsync, airsyncbase};

    #[test]
    fn children_are_found_by_tag() {
        let sync = Element::new(airsync::SYNC)
            .with(Element::number(airsync::STATUS, 1))
            .with_some(None)
            .with_all(["a", "b"].map(|id| Element::text(airsync::SERVER_ID, id)));
        assert_eq!(sync.child(airsync::STATUS).unwrap().value(), "1");
        let ids: Vec<_> = sync.all(airsync::SERVER_ID).map(Element::value).collect();
        assert_eq!(ids, ["a", "b"]);
        assert_eq!(sync.child(airsync::SYNC_KEY), None);
        assert_eq!(sync.elements().count(), 3);
    }

    #[test]
    fn a_value_in_pieces_is_put_together() {
        let mut data = Element::text(airsyncbase::DATA, "a");
        data.push(Element::new(airsyncbase::PREVIEW));
        data.children.push(Node::Opaque(b"b".to_vec()));
        data.children.push(Node::Text("c".to_owned()));
        assert_eq!(data.value(), "abc");
        assert_eq!(*data.bytes(), *b"abc");
        data.children.push(Node::Opaque(vec![0xFF]));
        assert_eq!(data.value(), "abc\u{FFFD}");
    }

    #[test]
    fn an_empty_value_makes_an_empty_element() {
        assert!(Element::text(airsyncbase::DATA, "").is_empty());
        assert!(Element::opaque(airsyncbase::DATA, []).is_empty());
        assert_eq!(Element::new(airsyncbase::DATA).value(), "");
    }
}
