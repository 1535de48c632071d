//! The answer of ResolveRecipients.

use crate::airsyncbase::fields;
use crate::codepages::resolve_recipients as tags;
use crate::command::gal::{DataTags, GalPicture};
use crate::command::{Body, BodyError, StatusCode, parts};
use crate::element::Element;
use crate::status::{RecipientStatus, ResolveRecipientsStatus};
use crate::tag::Tag;
use crate::version::Version;

/// What became of the names, in their order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ResolveRecipientsResponse {
    /// Of the command.
    pub status: StatusCode,
    /// One for each name; none if the command failed as a whole.
    pub resolved: Vec<Resolved>,
}

/// What became of one name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Resolved {
    /// The name as it was sent.
    pub to: String,
    /// A [`RecipientStatus`].
    pub status: StatusCode,
    /// How many recipients match, of which not all may be listed.
    pub count: Option<u32>,
    /// Those that match.
    pub recipients: Vec<Recipient>,
}

/// Someone whom a name stands for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Recipient {
    /// Where it was found.
    pub kind: RecipientKind,
    /// The name that is shown.
    pub display_name: String,
    /// E-mail address.
    pub email_address: String,
    /// Free and busy times (14.0 on).
    pub availability: Option<Availability>,
    /// Certificates.
    pub certificates: Option<Certificates>,
    /// The photo (14.1 on).
    pub picture: Option<GalPicture>,
}

/// Where someone was found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RecipientKind {
    /// In the address list.
    Gal = 1,
    /// Among the user's contacts.
    Contact = 2,
}

/// Free and busy times, or why there are none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Availability {
    /// An [`crate::status::AvailabilityStatus`].
    pub status: StatusCode,
    /// A digit for each half hour: 0 free, 1 tentative, 2 busy, 3 out of office, 4 not known.
    pub merged_free_busy: Option<String>,
}

/// Certificates, or why there are none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Certificates {
    /// A [`crate::status::CertificatesStatus`].
    pub status: StatusCode,
    /// How many there are.
    pub count: Option<u32>,
    /// How many recipients they are for.
    pub recipient_count: Option<u32>,
    /// Whole ones, in base64.
    pub full: Vec<String>,
    /// One without what can be had elsewhere, in base64.
    pub mini: Option<String>,
}

impl ResolveRecipientsResponse {
    /// Nothing but a status of the command.
    #[must_use]
    pub fn failed(status: ResolveRecipientsStatus) -> Self {
        Self {
            status: status.into(),
            resolved: Vec::new(),
        }
    }

    /// No name stands for anyone.
    #[must_use]
    pub fn nobody(names: impl IntoIterator<Item = String>) -> Self {
        Self {
            status: StatusCode::SUCCESS,
            resolved: names.into_iter().map(Resolved::nobody).collect(),
        }
    }
}

impl Resolved {
    fn nobody(to: String) -> Self {
        Self {
            to,
            status: RecipientStatus::NoMatch.into(),
            count: Some(0),
            recipients: Vec::new(),
        }
    }
}

impl Body for ResolveRecipientsResponse {
    const ROOT: Tag = tags::RESOLVE_RECIPIENTS;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        let resolved = root.all(tags::RESPONSE).map(Resolved::from_element);
        Ok(Self {
            status: parts::status(root, tags::STATUS)?,
            resolved: resolved.collect::<Result<_, _>>()?,
        })
    }

    fn to_element(&self, _version: Version) -> Element {
        Element::new(Self::ROOT)
            .with(parts::write_status(tags::STATUS, self.status))
            .with_all(self.resolved.iter().map(Resolved::to_element))
    }
}

impl Resolved {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        let recipients = element.all(tags::RECIPIENT).map(Recipient::from_element);
        Ok(Self {
            to: parts::required(element, tags::TO)?.value().into_owned(),
            status: parts::status(element, tags::STATUS)?,
            count: parts::number(element, tags::RECIPIENT_COUNT)?,
            recipients: recipients.collect::<Result<_, _>>()?,
        })
    }

    fn to_element(&self) -> Element {
        Element::new(tags::RESPONSE)
            .with(Element::text(tags::TO, self.to.as_str()))
            .with(parts::write_status(tags::STATUS, self.status))
            .with_some(parts::write_number(tags::RECIPIENT_COUNT, self.count))
            .with_all(self.recipients.iter().map(Recipient::to_element))
    }
}

const PICTURE: DataTags = DataTags {
    picture: tags::PICTURE,
    status: tags::STATUS,
    data: tags::DATA,
};

impl Recipient {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        let text = |tag| parts::required(element, tag).map(|child| child.value().into_owned());
        let kind = fields::code(element, tags::TYPE, RecipientKind::from_code)?;
        let availability = element.child(tags::AVAILABILITY);
        let certificates = element.child(tags::CERTIFICATES);
        Ok(Self {
            kind: kind.ok_or_else(|| parts::missing(tags::TYPE))?,
            display_name: text(tags::DISPLAY_NAME)?,
            email_address: text(tags::EMAIL_ADDRESS)?,
            availability: availability.map(Availability::from_element).transpose()?,
            certificates: certificates.map(Certificates::from_element).transpose()?,
            picture: GalPicture::from_parent(element, PICTURE)?,
        })
    }

    fn to_element(&self) -> Element {
        let availability = self.availability.as_ref();
        let certificates = self.certificates.as_ref();
        let picture = self.picture.as_ref();
        Element::new(tags::RECIPIENT)
            .with(Element::number(tags::TYPE, self.kind.code()))
            .with(Element::text(
                tags::DISPLAY_NAME,
                self.display_name.as_str(),
            ))
            .with(Element::text(
                tags::EMAIL_ADDRESS,
                self.email_address.as_str(),
            ))
            .with_some(availability.map(Availability::to_element))
            .with_some(certificates.map(Certificates::to_element))
            .with_some(picture.map(|picture| picture.to_element(PICTURE)))
    }
}

impl RecipientKind {
    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// From the number on the wire.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Gal),
            2 => Some(Self::Contact),
            _ => None,
        }
    }
}

impl Availability {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        Ok(Self {
            status: parts::status(element, tags::STATUS)?,
            merged_free_busy: parts::text(element, tags::MERGED_FREE_BUSY),
        })
    }

    fn to_element(&self) -> Element {
        let times = self.merged_free_busy.as_ref();
        Element::new(tags::AVAILABILITY)
            .with(parts::write_status(tags::STATUS, self.status))
            .with_some(parts::write_text(tags::MERGED_FREE_BUSY, times))
    }
}

impl Certificates {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        let full = element.all(tags::CERTIFICATE);
        Ok(Self {
            status: parts::status(element, tags::STATUS)?,
            count: parts::number(element, tags::CERTIFICATE_COUNT)?,
            recipient_count: parts::number(element, tags::RECIPIENT_COUNT)?,
            full: full.map(|one| one.value().into_owned()).collect(),
            mini: parts::text(element, tags::MINI_CERTIFICATE),
        })
    }

    fn to_element(&self) -> Element {
        let full = self.full.iter();
        let people = self.recipient_count;
        Element::new(tags::CERTIFICATES)
            .with(parts::write_status(tags::STATUS, self.status))
            .with_some(parts::write_number(tags::CERTIFICATE_COUNT, self.count))
            .with_some(parts::write_number(tags::RECIPIENT_COUNT, people))
            .with_all(full.map(|one| Element::text(tags::CERTIFICATE, one.as_str())))
            .with_some(parts::write_text(
                tags::MINI_CERTIFICATE,
                self.mini.as_ref(),
            ))
    }
}
