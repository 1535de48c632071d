//! Bodies and attachments, shared by the item classes (MS-ASAIRS).

mod attachment;
mod body;
pub(crate) mod fields;
mod location;
mod preference;

pub use attachment::{Attachment, AttachmentAdd, AttachmentMethod, Attachments, VoiceAttachment};
pub use body::{Body, BodyContent, BodyPart};
pub use location::Location;
pub use preference::{BodyPartPreference, BodyPreference};

use crate::tag::Tag;

/// What a body is made of (MS-ASAIRS 2.2.2.41, 2.2.2.32).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum BodyType {
    /// Plain text.
    Plain = 1,
    /// HTML.
    Html = 2,
    /// Compressed RTF in base64.
    Rtf = 3,
    /// The whole message as MIME.
    Mime = 4,
}

impl BodyType {
    /// The number on the wire.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// From the number on the wire.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Plain),
            2 => Some(Self::Html),
            3 => Some(Self::Rtf),
            4 => Some(Self::Mime),
            _ => None,
        }
    }
}

/// Why class data is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A child that the schema requires is absent.
    #[error("{0} is missing")]
    Missing(Tag),
    /// The value is not of the element's type, or out of its range.
    #[error("{0} has a value that does not fit it")]
    Malformed(Tag),
    /// The element may not stand here, or not in this combination.
    #[error("{0} is not allowed here")]
    NotAllowed(Tag),
}
