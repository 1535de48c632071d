//! The request of ResolveRecipients.

use crate::airsyncbase::fields;
use crate::codepages::resolve_recipients as tags;
use crate::command::gal::{PictureOptions, PictureTags};
use crate::command::{Body, BodyError, parts};
use crate::datetime;
use crate::element::Element;
use crate::tag::Tag;
use crate::version::Version;

/// Names to resolve, and what is wanted of each.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ResolveRecipientsRequest {
    /// Names or addresses, at most [`Self::TO_MAX`].
    pub to: Vec<String>,
    /// What is wanted.
    pub options: RecipientOptions,
}

/// What is wanted of each recipient.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RecipientOptions {
    /// Which certificates; absent is none.
    pub certificates: Option<CertificateRetrieval>,
    /// The most certificates for each name.
    pub max_certificates: Option<u32>,
    /// The most suggestions for a name that is ambiguous.
    pub max_ambiguous: Option<u32>,
    /// Free and busy times (14.0 on).
    pub availability: Option<AvailabilityAsked>,
    /// Photos (14.1 on).
    pub picture: Option<PictureOptions>,
}

/// Which certificates are wanted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CertificateRetrieval {
    /// None.
    No = 1,
    /// Whole ones.
    Full = 2,
    /// Those without what can be had elsewhere.
    Mini = 3,
}

/// From when to when free and busy times are wanted, in UTC epoch seconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AvailabilityAsked {
    /// The first moment.
    pub start: i64,
    /// The end; absent is a week after the start.
    pub end: Option<i64>,
}

impl ResolveRecipientsRequest {
    /// The most names of one request; more are status 5.
    pub const TO_MAX: usize = 100;
    /// The longest name in characters; a longer one is status 5.
    pub const NAME_MAX: usize = 256;
}

impl CertificateRetrieval {
    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// From the number on the wire.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::No),
            2 => Some(Self::Full),
            3 => Some(Self::Mini),
            _ => None,
        }
    }
}

impl Body for ResolveRecipientsRequest {
    const ROOT: Tag = tags::RESOLVE_RECIPIENTS;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        let to: Vec<_> = root
            .all(tags::TO)
            .map(|to| to.value().into_owned())
            .collect();
        parts::limited(tags::TO, to.len(), Self::TO_MAX)?;
        for name in &to {
            parts::limited(tags::TO, name.chars().count(), Self::NAME_MAX)?;
        }
        let options = root.child(tags::OPTIONS);
        Ok(Self {
            to,
            options: options
                .map(RecipientOptions::from_element)
                .transpose()?
                .unwrap_or_default(),
        })
    }

    fn to_element(&self, _version: Version) -> Element {
        let to = self.to.iter();
        let options =
            (self.options != RecipientOptions::default()).then(|| self.options.to_element());
        Element::new(Self::ROOT)
            .with_all(to.map(|name| Element::text(tags::TO, name.as_str())))
            .with_some(options)
    }
}

const PICTURE: PictureTags = PictureTags {
    picture: tags::PICTURE,
    max_size: tags::MAX_SIZE,
    max_pictures: tags::MAX_PICTURES,
};

impl RecipientOptions {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        let retrieval = parts::code(
            element,
            tags::CERTIFICATE_RETRIEVAL,
            CertificateRetrieval::from_code,
        );
        let availability = element.child(tags::AVAILABILITY);
        Ok(Self {
            certificates: retrieval?,
            max_certificates: parts::number(element, tags::MAX_CERTIFICATES)?,
            max_ambiguous: parts::number(element, tags::MAX_AMBIGUOUS_RECIPIENTS)?,
            availability: availability
                .map(AvailabilityAsked::from_element)
                .transpose()?,
            picture: PictureOptions::from_parent(element, PICTURE)?,
        })
    }

    fn to_element(&self) -> Element {
        let retrieval = self.certificates.map(CertificateRetrieval::code);
        let most = self.max_ambiguous;
        Element::new(tags::OPTIONS)
            .with_some(retrieval.map(|code| Element::number(tags::CERTIFICATE_RETRIEVAL, code)))
            .with_some(parts::write_number(
                tags::MAX_CERTIFICATES,
                self.max_certificates,
            ))
            .with_some(parts::write_number(tags::MAX_AMBIGUOUS_RECIPIENTS, most))
            .with_some(self.availability.map(AvailabilityAsked::to_element))
            .with_some(self.picture.map(|picture| picture.to_element(PICTURE)))
    }
}

impl AvailabilityAsked {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        let start = fields::date(element, tags::START_TIME)?;
        Ok(Self {
            start: start.ok_or_else(|| parts::missing(tags::START_TIME))?,
            end: fields::date(element, tags::END_TIME)?,
        })
    }

    fn to_element(self) -> Element {
        let date = |tag, date| Element::text(tag, datetime::to_dashed(date));
        Element::new(tags::AVAILABILITY)
            .with(date(tags::START_TIME, self.start))
            .with_some(self.end.map(|end| date(tags::END_TIME, end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::BodyErrorKind;

    #[test]
    fn names_are_bounded() {
        let read = |count, length| {
            let to = std::iter::repeat_n(Element::text(tags::TO, "ü".repeat(length)), count);
            ResolveRecipientsRequest::from_element(
                &Element::new(tags::RESOLVE_RECIPIENTS).with_all(to),
            )
        };
        assert_eq!(read(100, 256).unwrap().to.len(), 100);
        for (refused, limit) in [(read(101, 1), 100), (read(1, 257), 256)] {
            let kind = BodyErrorKind::TooMany { limit };
            assert_eq!(refused, Err(BodyError::new(tags::TO, kind)));
        }
    }

    #[test]
    fn free_and_busy_times_begin_somewhere() {
        let options = Element::new(tags::OPTIONS).with(Element::new(tags::AVAILABILITY));
        let root = Element::new(tags::RESOLVE_RECIPIENTS).with(options);
        let refused = ResolveRecipientsRequest::from_element(&root);
        assert_eq!(refused, Err(parts::missing(tags::START_TIME)));
    }
}
