//! The attachments of an item (MS-ASAIRS 2.2.2.5 to 2.2.2.8).

use super::DataError;
use super::fields::{self, Writer};
use crate::codepages::{airsyncbase as tags, email2};
use crate::element::Element;
use crate::version::Version;

/// How an attachment is stored (MS-ASAIRS 2.2.2.31).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum AttachmentMethod {
    /// A file.
    Normal = 1,
    /// A message of its own.
    Embedded = 5,
    /// An OLE object.
    Ole = 6,
}

impl AttachmentMethod {
    /// The number on the wire.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// From the number on the wire; the reserved ones are plain files to us.
    #[must_use]
    pub fn from_code(code: u8) -> Self {
        match code {
            5 => Self::Embedded,
            6 => Self::Ole,
            _ => Self::Normal,
        }
    }
}

/// All that an `Attachments` element holds; empty stands for an absent element.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Attachments {
    /// What the item has.
    pub listed: Vec<Attachment>,
    /// What a client adds (16.0 and later).
    pub added: Vec<AttachmentAdd>,
    /// File references of what a client removes (16.0 and later).
    pub removed: Vec<String>,
}

/// An attachment that the item has.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attachment {
    /// Its file name.
    pub display_name: Option<String>,
    /// What ItemOperations fetches it by.
    pub file_reference: String,
    /// The id that the client gave when it added it (answers of 16.0 and later).
    pub client_id: Option<String>,
    /// How it is stored.
    pub method: AttachmentMethod,
    /// Its size, in bytes.
    pub estimated_data_size: Option<u32>,
    /// What `cid:` links in the HTML name it by.
    pub content_id: Option<String>,
    /// What relative links in the HTML name it by.
    pub content_location: Option<String>,
    /// Whether it is shown within the body.
    pub is_inline: bool,
    /// What is known of it if it is a voice message (14.0 and later).
    pub voice: Option<VoiceAttachment>,
}

/// A voice message (MS-ASEMAIL 2.2.2.79, 2.2.2.80).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct VoiceAttachment {
    /// How long it is, in seconds.
    pub duration_s: u32,
    /// Its place among those of the mail; the newest is 1.
    pub order: u32,
}

/// An attachment that a client adds (16.0 and later).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AttachmentAdd {
    /// The client's id for it.
    pub client_id: String,
    /// How it is stored.
    pub method: AttachmentMethod,
    /// MIME type.
    pub content_type: Option<String>,
    /// The content, decoded.
    pub content: Vec<u8>,
    /// Its file name.
    pub display_name: String,
    /// What `cid:` links in the HTML name it by.
    pub content_id: Option<String>,
    /// What relative links in the HTML name it by.
    pub content_location: Option<String>,
    /// Whether it is shown within the body.
    pub is_inline: bool,
}

impl Attachments {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty() && self.added.is_empty() && self.removed.is_empty()
    }

    /// Reads an `Attachments` element.
    ///
    /// # Errors
    /// A required child is absent, or a number is none.
    pub fn from_element(element: &Element) -> Result<Self, DataError> {
        let removed = |entry: &Element| {
            fields::required(
                fields::text(entry, tags::FILE_REFERENCE),
                tags::FILE_REFERENCE,
            )
        };
        Ok(Self {
            listed: element
                .all(tags::ATTACHMENT)
                .map(Attachment::from_element)
                .collect::<Result<_, _>>()?,
            added: element
                .all(tags::ADD)
                .map(AttachmentAdd::from_element)
                .collect::<Result<_, _>>()?,
            removed: element
                .all(tags::DELETE)
                .map(removed)
                .collect::<Result<_, _>>()?,
        })
    }

    /// Writes an `Attachments` element; `None` if the version leaves nothing to write.
    #[must_use]
    pub fn to_element(&self, version: Version) -> Option<Element> {
        let mut writer = Writer::new(tags::ATTACHMENTS, version);
        for attachment in &self.listed {
            writer.element(Some(attachment.to_element(version)));
        }
        for attachment in &self.added {
            writer.element(Some(attachment.to_element(version)));
        }
        for reference in &self.removed {
            let reference = Element::text(tags::FILE_REFERENCE, reference.as_str());
            writer.element(Some(Element::new(tags::DELETE).with(reference)));
        }
        Some(writer.finish()).filter(|element| !element.is_empty())
    }
}

impl Attachment {
    fn from_element(element: &Element) -> Result<Self, DataError> {
        let reference = fields::text(element, tags::FILE_REFERENCE);
        Ok(Self {
            display_name: fields::text(element, tags::DISPLAY_NAME),
            file_reference: fields::required(reference, tags::FILE_REFERENCE)?,
            client_id: fields::text(element, tags::CLIENT_ID),
            method: method(element)?,
            estimated_data_size: fields::number(element, tags::ESTIMATED_DATA_SIZE)?,
            content_id: fields::text(element, tags::CONTENT_ID),
            content_location: fields::text(element, tags::CONTENT_LOCATION),
            is_inline: fields::boolean(element, tags::IS_INLINE)?.unwrap_or(false),
            voice: VoiceAttachment::from_parent(element)?,
        })
    }

    fn to_element(&self, version: Version) -> Element {
        let mut writer = Writer::new(tags::ATTACHMENT, version);
        writer
            .text(tags::DISPLAY_NAME, self.display_name.as_deref())
            .text(tags::FILE_REFERENCE, Some(&self.file_reference))
            .text(tags::CLIENT_ID, self.client_id.as_deref())
            .number(tags::METHOD, Some(self.method.code()))
            .number(tags::ESTIMATED_DATA_SIZE, self.estimated_data_size)
            .text(tags::CONTENT_ID, self.content_id.as_deref())
            .text(tags::CONTENT_LOCATION, self.content_location.as_deref())
            .boolean(tags::IS_INLINE, self.is_inline.then_some(true))
            .number(
                email2::UM_ATT_DURATION,
                self.voice.map(|voice| voice.duration_s),
            )
            .number(email2::UM_ATT_ORDER, self.voice.map(|voice| voice.order));
        writer.finish()
    }
}

impl VoiceAttachment {
    /// One without the other says nothing.
    fn from_parent(element: &Element) -> Result<Option<Self>, DataError> {
        let duration_s = fields::number(element, email2::UM_ATT_DURATION)?;
        let order = fields::number(element, email2::UM_ATT_ORDER)?;
        Ok(duration_s
            .zip(order)
            .map(|(duration_s, order)| Self { duration_s, order }))
    }
}

impl AttachmentAdd {
    fn from_element(element: &Element) -> Result<Self, DataError> {
        Ok(Self {
            client_id: fields::required(fields::text(element, tags::CLIENT_ID), tags::CLIENT_ID)?,
            method: method(element)?,
            content_type: fields::text(element, tags::CONTENT_TYPE),
            content: fields::byte_array_in(fields::required(
                element.child(tags::CONTENT),
                tags::CONTENT,
            )?)?,
            display_name: fields::required(
                fields::text(element, tags::DISPLAY_NAME),
                tags::DISPLAY_NAME,
            )?,
            content_id: fields::text(element, tags::CONTENT_ID),
            content_location: fields::text(element, tags::CONTENT_LOCATION),
            is_inline: fields::boolean(element, tags::IS_INLINE)?.unwrap_or(false),
        })
    }

    fn to_element(&self, version: Version) -> Element {
        let mut writer = Writer::new(tags::ADD, version);
        writer
            .text(tags::CLIENT_ID, Some(&self.client_id))
            .number(tags::METHOD, Some(self.method.code()))
            .text(tags::CONTENT_TYPE, self.content_type.as_deref())
            .opaque(tags::CONTENT, Some(&self.content))
            .text(tags::DISPLAY_NAME, Some(&self.display_name))
            .text(tags::CONTENT_ID, self.content_id.as_deref())
            .text(tags::CONTENT_LOCATION, self.content_location.as_deref())
            // An empty tag here, a boolean in what is listed (MS-ASAIRS 2.2.2.26).
            .element(self.is_inline.then(|| Element::new(tags::IS_INLINE)));
        writer.finish()
    }
}

fn method(element: &Element) -> Result<AttachmentMethod, DataError> {
    let code = fields::number(element, tags::METHOD)?;
    Ok(code.map_or(AttachmentMethod::Normal, AttachmentMethod::from_code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(content: Element) -> Result<Attachments, DataError> {
        let add = Element::new(tags::ADD)
            .with(Element::text(tags::CLIENT_ID, "1"))
            .with(Element::number(tags::METHOD, 1))
            .with(content)
            .with(Element::text(tags::DISPLAY_NAME, "a.txt"))
            .with(Element::new(tags::IS_INLINE));
        Attachments::from_element(&Element::new(tags::ATTACHMENTS).with(add))
    }

    #[test]
    fn content_comes_as_bytes_or_as_base64() {
        for content in [
            Element::opaque(tags::CONTENT, b"hello".as_slice()),
            Element::text(tags::CONTENT, " aGVs\r\nbG8="),
        ] {
            let attachments = added(content).unwrap();
            let [add] = attachments.added.as_slice() else {
                panic!("one attachment is added");
            };
            assert_eq!(
                (add.content.as_slice(), add.is_inline),
                (&b"hello"[..], true)
            );
        }
        let error = added(Element::text(tags::CONTENT, "a?"));
        assert_eq!(error, Err(DataError::Malformed(tags::CONTENT)));
    }
}
