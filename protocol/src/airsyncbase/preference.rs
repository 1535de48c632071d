//! What kinds of body a device takes (MS-ASAIRS 2.2.2.11 and 2.2.2.12).

use super::fields::{self, Writer};
use super::{BodyType, DataError};
use crate::codepages::airsyncbase as tags;
use crate::element::Element;
use crate::tag::Tag;
use crate::version::Version;

/// One kind of body that a device takes, and how much of it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct BodyPreference {
    /// The kind.
    pub kind: BodyType,
    /// Longest content, in bytes of UTF-8; `None` is all of it, 0 is none of it.
    pub truncation_size: Option<u32>,
    /// Rather another kind than a cut one. Means nothing without a `truncation_size`.
    pub all_or_none: bool,
    /// Longest plain-text preview, in characters (14.0 and later).
    pub preview: Option<u8>,
}

impl BodyPreference {
    /// The whole body, as `kind`, without preview.
    #[must_use]
    pub fn whole(kind: BodyType) -> Self {
        Self {
            kind,
            truncation_size: None,
            all_or_none: false,
            preview: None,
        }
    }

    /// Reads a `BodyPreference` element.
    ///
    /// # Errors
    /// Type is absent or unknown, or a number is none.
    pub fn from_element(element: &Element) -> Result<Self, DataError> {
        let code = fields::required(fields::number(element, tags::TYPE)?, tags::TYPE)?;
        Ok(Self {
            kind: BodyType::from_code(code).ok_or(DataError::Malformed(tags::TYPE))?,
            truncation_size: fields::number(element, tags::TRUNCATION_SIZE)?,
            all_or_none: fields::boolean(element, tags::ALL_OR_NONE)?.unwrap_or(false),
            // Longer than 255 is against the schema, but harmless: the device gets what a preview can have.
            preview: fields::number::<u32>(element, tags::PREVIEW)?
                .map(|most| u8::try_from(most).unwrap_or(u8::MAX)),
        })
    }

    /// Writes a `BodyPreference` element.
    #[must_use]
    pub fn to_element(&self, version: Version) -> Element {
        self.write(tags::BODY_PREFERENCE, version)
    }

    fn write(&self, tag: Tag, version: Version) -> Element {
        let mut writer = Writer::new(tag, version);
        writer
            .number(tags::TYPE, Some(self.kind.code()))
            .number(tags::TRUNCATION_SIZE, self.truncation_size)
            .boolean(tags::ALL_OR_NONE, self.all_or_none.then_some(true))
            .number(tags::PREVIEW, self.preview);
        writer.finish()
    }
}

/// The same for the part of a message that is new in its conversation (14.1 and later).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct BodyPartPreference(pub BodyPreference);

impl BodyPartPreference {
    /// Reads a `BodyPartPreference` element.
    ///
    /// # Errors
    /// As [`BodyPreference::from_element`].
    pub fn from_element(element: &Element) -> Result<Self, DataError> {
        BodyPreference::from_element(element).map(Self)
    }

    /// Writes a `BodyPartPreference` element.
    #[must_use]
    pub fn to_element(&self, version: Version) -> Element {
        self.0.write(tags::BODY_PART_PREFERENCE, version)
    }
}

#[cfg(test)]
mod tests {
    use super::{BodyPreference, BodyType, DataError, tags};
    use crate::element::Element;

    #[test]
    fn what_devices_send() {
        let preference = |children: &[(crate::tag::Tag, &str)]| {
            let children = children
                .iter()
                .map(|(tag, text)| Element::text(*tag, *text));
            BodyPreference::from_element(&Element::new(tags::BODY_PREFERENCE).with_all(children))
        };
        let whole = BodyPreference::whole(BodyType::Html);
        assert_eq!(preference(&[(tags::TYPE, "2")]), Ok(whole));
        let expected = BodyPreference {
            truncation_size: Some(u32::MAX),
            all_or_none: true,
            preview: Some(255),
            ..whole
        };
        // Out of order, an empty flag, a longer preview than there is.
        let sent = [
            (tags::PREVIEW, "512"),
            (tags::ALL_OR_NONE, ""),
            (tags::TRUNCATION_SIZE, "4294967295"),
            (tags::TYPE, " 2 "),
        ];
        assert_eq!(preference(&sent), Ok(expected));
        assert_eq!(preference(&[]), Err(DataError::Missing(tags::TYPE)));
        assert_eq!(
            preference(&[(tags::TYPE, "5")]),
            Err(DataError::Malformed(tags::TYPE))
        );
        let endless = [(tags::TYPE, "1"), (tags::TRUNCATION_SIZE, "-1")];
        assert_eq!(
            preference(&endless),
            Err(DataError::Malformed(tags::TRUNCATION_SIZE))
        );
    }
}
