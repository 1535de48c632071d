//! WBXML 1.3: bytes to elements and back (MS-ASWBXML).
//!
//! Reading is tolerant where phones differ (versions, public identifiers, unknown tags) and strict where
//! a document cannot be understood; every error says where. Writing says only what the peer's version knows.
//! Neither recurses deeper than [`Limits::depth`] allows, whatever comes in.

mod parse;
mod tree;
mod write;

use thiserror::Error;

use crate::element::Element;
use crate::version::Version;

/// Reads a document.
///
/// Tags of every version are read, whatever the peer has announced. An element whose tag no table lists is
/// left out with its content and reported in [`Document::skipped`]. Zero bytes after the root are ignored.
///
/// # Errors
///
/// A document that is no WBXML, that uses what ActiveSync does not (attributes, string table references,
/// entities, literals, extensions, processing instructions), or that goes over a limit.
pub fn decode(input: &[u8], limits: &Limits) -> Result<Document, WbxmlError> {
    tree::decode(input, limits)
}

/// Writes a document with the header `03 01 6A 00`.
///
/// Elements that `version` does not have are left out with their content; the root is always written.
/// Characters that XML 1.0 forbids are left out of text: some phones abort on them.
#[must_use]
pub fn encode(root: &Element, version: Version) -> Vec<u8> {
    write::encode(root, version)
}

/// What a document may ask of us.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Length of the document in bytes.
    pub bytes: usize,
    /// Nested elements, the root included; values above [`Limits::DEPTH_MAX`] count as that.
    pub depth: usize,
    /// Elements and pieces of text or opaque data, those of unknown tags included.
    pub elements: usize,
    /// Length in bytes of one piece of text or opaque data.
    pub text: usize,
}

impl Limits {
    /// The deepest nesting that can be asked for; a tree is dropped and written by recursion.
    pub const DEPTH_MAX: usize = 256;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            depth: 32,
            elements: 200_000,
            text: 64 << 20,
        }
    }
}

/// A document as read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Document {
    /// The root element.
    pub root: Element,
    /// What was left out, in document order.
    pub skipped: Vec<Skipped>,
}

/// An element whose tag no table lists; it was left out with its content.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Skipped {
    /// The code page it was on.
    pub page: u8,
    /// The token, without the content bit.
    pub token: u8,
    /// Where the tag stands, in bytes from the start of the document.
    pub offset: usize,
}

/// Why a document could not be read, and where.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("{kind} at byte {offset}")]
pub struct WbxmlError {
    /// Bytes from the start of the document, at most its length.
    pub offset: usize,
    /// What is wrong there.
    pub kind: WbxmlErrorKind,
}

/// What is wrong with a document.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum WbxmlErrorKind {
    /// The document ends in the middle of something.
    #[error("document ends early")]
    Truncated,
    /// The version byte is none of 1 to 3.
    #[error("WBXML version {0:#04x} is not known")]
    Version(u8),
    /// The character set is not UTF-8 (106).
    #[error("character set {0} is not UTF-8")]
    Charset(u32),
    /// A multi-byte integer has more than five bytes or 32 bits.
    #[error("multi-byte integer is too large")]
    Integer,
    /// A tag has the attribute bit.
    #[error("attributes are not used")]
    Attributes,
    /// `STR_T`: a reference into the string table.
    #[error("string table is not used")]
    StringTable,
    /// `ENTITY`: a character by number.
    #[error("character entities are not used")]
    Entity,
    /// `LITERAL`: a tag by name.
    #[error("literal tags are not used")]
    Literal,
    /// One of the `EXT` tokens.
    #[error("extension tokens are not used")]
    Extension,
    /// `PI`
    #[error("processing instructions are not used")]
    ProcessingInstruction,
    /// An `END` with no element open.
    #[error("end of an element that was not begun")]
    UnexpectedEnd,
    /// Text or opaque data before the root element.
    #[error("content before the root element")]
    ContentBeforeRoot,
    /// The root element's tag is in no table.
    #[error("root element is not known")]
    UnknownRoot,
    /// Something other than zero bytes follows the root element.
    #[error("content after the root element")]
    Trailing,
    /// More bytes than [`Limits::bytes`].
    #[error("document is too long")]
    TooLong,
    /// More nesting than [`Limits::depth`].
    #[error("elements are nested too deeply")]
    TooDeep,
    /// More elements and pieces of text than [`Limits::elements`].
    #[error("too many elements")]
    TooManyElements,
    /// A piece of text or opaque data longer than [`Limits::text`].
    #[error("text is too long")]
    TextTooLong,
}
