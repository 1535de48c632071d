//! The automatic reply (MS-ASCMD 2.2.3.121).

use crate::airsyncbase::fields;
use crate::codepages::settings as tags;
use crate::command::{BodyError, parts};
use crate::element::Element;
use crate::tag::Tag;

/// An automatic reply.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Oof {
    /// Whether it is on.
    pub state: OofState,
    /// At most three, for different audiences.
    pub messages: Vec<OofMessage>,
}

/// Whether the automatic reply is on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum OofState {
    /// Off.
    Off,
    /// On.
    On,
    /// On from one time to another.
    Timed(OofTimes),
}

/// From when to when, each as on the wire (`2000-12-25T08:35:00.000Z`); the classes' dates are read elsewhere.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct OofTimes {
    /// The first moment.
    pub start: Option<String>,
    /// The last moment.
    pub end: Option<String>,
}

/// A reply for one audience.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OofMessage {
    /// Who gets it.
    pub audience: OofAudience,
    /// Whether they get it.
    pub enabled: Option<bool>,
    /// The text, in the format of `body_type`.
    pub reply_message: Option<String>,
    /// `Text` or `HTML`.
    pub body_type: Option<String>,
}

/// Who gets a reply.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OofAudience {
    /// The same organization.
    Internal,
    /// Others who are in the user's contacts.
    ExternalKnown,
    /// All others.
    ExternalUnknown,
}

impl Oof {
    /// Off, without a text: what is told where no backend has automatic replies.
    #[must_use]
    pub fn off() -> Self {
        Self {
            state: OofState::Off,
            messages: Vec::new(),
        }
    }

    /// Reads the children of `Get` (answer) or `Set` (request).
    pub(super) fn from_children(element: &Element) -> Result<Self, BodyError> {
        let state = match fields::number::<u8>(element, tags::OOF_STATE)? {
            None | Some(0) => OofState::Off,
            Some(1) => OofState::On,
            Some(2) => OofState::Timed(OofTimes {
                start: parts::text(element, tags::START_TIME),
                end: parts::text(element, tags::END_TIME),
            }),
            Some(_) => return Err(parts::unknown(tags::OOF_STATE)),
        };
        let messages: Vec<_> = element
            .all(tags::OOF_MESSAGE)
            .map(OofMessage::from_element)
            .collect::<Result<_, _>>()?;
        parts::limited(tags::OOF_MESSAGE, messages.len(), MESSAGES_MAX)?;
        Ok(Self { state, messages })
    }

    /// Writes `Get` (answer) or `Set` (request).
    pub(super) fn to_element(&self, tag: Tag) -> Element {
        let (code, times) = match &self.state {
            OofState::Off => (0, None),
            OofState::On => (1, None),
            OofState::Timed(times) => (2, Some(times)),
        };
        let start = times.and_then(|times| times.start.as_ref());
        let end = times.and_then(|times| times.end.as_ref());
        Element::new(tag)
            .with(Element::number(tags::OOF_STATE, code))
            .with_some(parts::write_text(tags::START_TIME, start))
            .with_some(parts::write_text(tags::END_TIME, end))
            .with_all(self.messages.iter().map(OofMessage::to_element))
    }
}

/// One for each audience.
const MESSAGES_MAX: usize = 3;

impl OofAudience {
    const ALL: [Self; 3] = [Self::Internal, Self::ExternalKnown, Self::ExternalUnknown];

    const fn tag(self) -> Tag {
        match self {
            Self::Internal => tags::APPLIES_TO_INTERNAL,
            Self::ExternalKnown => tags::APPLIES_TO_EXTERNAL_KNOWN,
            Self::ExternalUnknown => tags::APPLIES_TO_EXTERNAL_UNKNOWN,
        }
    }
}

impl OofMessage {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        let audience = OofAudience::ALL
            .into_iter()
            .find(|audience| element.child(audience.tag()).is_some());
        Ok(Self {
            audience: audience.ok_or_else(|| parts::missing(tags::APPLIES_TO_INTERNAL))?,
            enabled: parts::flag(element, tags::ENABLED)?,
            reply_message: parts::text(element, tags::REPLY_MESSAGE),
            body_type: parts::text(element, tags::BODY_TYPE),
        })
    }

    fn to_element(&self) -> Element {
        Element::new(tags::OOF_MESSAGE)
            .with(Element::new(self.audience.tag()))
            .with_some(
                self.enabled
                    .map(|enabled| parts::write_flag(tags::ENABLED, enabled)),
            )
            .with_some(parts::write_text(
                tags::REPLY_MESSAGE,
                self.reply_message.as_ref(),
            ))
            .with_some(parts::write_text(tags::BODY_TYPE, self.body_type.as_ref()))
    }
}
