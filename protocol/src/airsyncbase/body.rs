//! The body of an item (MS-ASAIRS 2.2.2.9 and 2.2.2.10).

use super::fields::{self, Writer};
use super::{BodyType, DataError};
use crate::codepages::{airsyncbase as tags, item_operations};
use crate::element::{Element, Node};
use crate::version::Version;

/// Where the content of a body is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum BodyContent {
    /// Inline, as text.
    Text(String),
    /// Inline, as opaque bytes: clients of 16.x send MIME drafts so.
    Bytes(Vec<u8>),
    /// In this part of a multipart answer of ItemOperations.
    Part(u32),
}

/// A body, whole or cut.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Body {
    /// What it is made of.
    pub kind: BodyType,
    /// Bytes of the whole body, as it would be without truncation.
    pub estimated_data_size: Option<u32>,
    /// Whether the content is cut.
    pub truncated: bool,
    /// The content; absent where a device asked for none.
    pub data: Option<BodyContent>,
    /// The first characters in plain text (14.0 and later).
    pub preview: Option<String>,
}

impl Body {
    /// A complete body of text.
    #[must_use]
    pub fn text(kind: BodyType, text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            kind,
            estimated_data_size: u32::try_from(text.len()).ok(),
            truncated: false,
            data: Some(BodyContent::Text(text)),
            preview: None,
        }
    }

    /// Reads a `Body` element. Without Type it is plain text, as some clients leave it out.
    ///
    /// # Errors
    /// Type is unknown, or a value does not fit its element.
    pub fn from_element(element: &Element) -> Result<Self, DataError> {
        let code = fields::number(element, tags::TYPE)?.unwrap_or(BodyType::Plain.code());
        let part = fields::number(element, item_operations::PART)?.map(BodyContent::Part);
        Ok(Self {
            kind: BodyType::from_code(code).ok_or(DataError::Malformed(tags::TYPE))?,
            estimated_data_size: fields::number(element, tags::ESTIMATED_DATA_SIZE)?,
            truncated: fields::boolean(element, tags::TRUNCATED)?.unwrap_or(false),
            data: part.or_else(|| element.child(tags::DATA).map(inline)),
            preview: fields::text(element, tags::PREVIEW),
        })
    }

    /// Writes a `Body` element.
    #[must_use]
    pub fn to_element(&self, version: Version) -> Element {
        let mut writer = Writer::new(tags::BODY, version);
        self.write(&mut writer);
        writer.finish()
    }

    fn write(&self, writer: &mut Writer) {
        let (inline, part) = match &self.data {
            None => (None, None),
            Some(BodyContent::Text(text)) => (Some(Element::text(tags::DATA, text.as_str())), None),
            Some(BodyContent::Bytes(bytes)) => {
                (Some(Element::opaque(tags::DATA, bytes.clone())), None)
            }
            Some(BodyContent::Part(part)) => (None, Some(*part)),
        };
        writer
            .number(tags::TYPE, Some(self.kind.code()))
            .number(tags::ESTIMATED_DATA_SIZE, self.estimated_data_size)
            .boolean(tags::TRUNCATED, self.truncated.then_some(true))
            .element(inline)
            .text(tags::PREVIEW, self.preview.as_deref())
            .number(item_operations::PART, part);
    }
}

/// Text if it came as text, bytes if any piece of it came as bytes.
fn inline(data: &Element) -> BodyContent {
    if data
        .children
        .iter()
        .any(|node| matches!(node, Node::Opaque(_)))
    {
        BodyContent::Bytes(data.bytes().into_owned())
    } else {
        BodyContent::Text(data.value().into_owned())
    }
}

/// The part of a message that is new in its conversation (14.1 and later).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum BodyPart {
    /// Status 1.
    Found(Body),
    /// Status 176: the message is too large for the unique part to be found in it.
    TooLong(BodyType),
}

impl BodyPart {
    /// Status of a part that is there.
    const FOUND: u8 = 1;
    /// Status of a part that cannot be told.
    const TOO_LONG: u8 = 176;

    /// Reads a `BodyPart` element.
    ///
    /// # Errors
    /// Status is absent or unknown, or as [`Body::from_element`].
    pub fn from_element(element: &Element) -> Result<Self, DataError> {
        let body = Body::from_element(element)?;
        match fields::required(fields::number(element, tags::STATUS)?, tags::STATUS)? {
            Self::FOUND => Ok(Self::Found(body)),
            Self::TOO_LONG => Ok(Self::TooLong(body.kind)),
            _ => Err(DataError::Malformed(tags::STATUS)),
        }
    }

    /// Writes a `BodyPart` element.
    #[must_use]
    pub fn to_element(&self, version: Version) -> Element {
        let mut writer = Writer::new(tags::BODY_PART, version);
        match self {
            Self::Found(body) => {
                writer.number(tags::STATUS, Some(Self::FOUND));
                body.write(&mut writer);
            }
            Self::TooLong(kind) => {
                writer
                    .number(tags::STATUS, Some(Self::TOO_LONG))
                    .number(tags::TYPE, Some(kind.code()))
                    .number(tags::ESTIMATED_DATA_SIZE, Some(0));
            }
        }
        writer.finish()
    }
}
