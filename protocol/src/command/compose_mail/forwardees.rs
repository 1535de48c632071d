//! To whom a meeting is passed on, from 16.0 on (MS-ASCMD 2.2.3.79).

use crate::codepages::compose_mail as tags;
use crate::element::Element;

use crate::command::{BodyError, BodyErrorKind, parts};

/// One or more people.
///
/// Invariant: not empty.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Forwardees(Vec<Forwardee>);

/// One of them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Forwardee {
    /// Display name.
    pub name: Option<String>,
    /// Address.
    pub email: String,
}

impl Forwardees {
    /// `None` for an empty list.
    #[must_use]
    pub fn new(list: Vec<Forwardee>) -> Option<Self> {
        (!list.is_empty()).then_some(Self(list))
    }

    /// All of them, in order.
    #[must_use]
    pub fn list(&self) -> &[Forwardee] {
        &self.0
    }

    pub(super) fn read(element: &Element) -> Result<Self, BodyError> {
        let one = |element: &Element| {
            let email = parts::text(element, tags::FORWARDEE_EMAIL);
            Ok(Forwardee {
                name: parts::text(element, tags::FORWARDEE_NAME),
                email: email.ok_or_else(|| parts::missing(tags::FORWARDEE_EMAIL))?,
            })
        };
        let list: Vec<_> = element
            .all(tags::FORWARDEE)
            .map(one)
            .collect::<Result<_, BodyError>>()?;
        Self::new(list).ok_or_else(|| BodyError::new(tags::FORWARDEE, BodyErrorKind::Missing))
    }

    pub(super) fn write(&self) -> Element {
        let one = |one: &Forwardee| {
            Element::new(tags::FORWARDEE)
                .with_some(parts::write_text(tags::FORWARDEE_NAME, one.name.as_ref()))
                .with(Element::text(tags::FORWARDEE_EMAIL, one.email.as_str()))
        };
        Element::new(tags::FORWARDEES).with_all(self.0.iter().map(one))
    }
}
