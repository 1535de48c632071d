//! Kinds of lines whose value has components, and the properties that the components are.

use protocol::class::contacts::{Property, Text};

/// A kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Compound {
    /// N.
    Name,
    /// ORG.
    Organization,
    /// ADR at work.
    Business,
    /// ADR at home.
    Home,
    /// ADR elsewhere.
    Other,
}

impl Compound {
    /// All of them.
    pub(super) const ALL: [Self; 5] = [
        Self::Name,
        Self::Organization,
        Self::Business,
        Self::Home,
        Self::Other,
    ];

    /// Properties, and which component each of them is.
    pub(super) const fn parts(self) -> &'static [(Text, usize)] {
        match self {
            Self::Name => &[
                (Text::LastName, 0),
                (Text::FirstName, 1),
                (Text::MiddleName, 2),
                (Text::Title, 3),
                (Text::Suffix, 4),
            ],
            Self::Organization => &[(Text::CompanyName, 0), (Text::Department, 1)],
            Self::Business => &[
                (Text::BusinessAddressStreet, 2),
                (Text::BusinessAddressCity, 3),
                (Text::BusinessAddressState, 4),
                (Text::BusinessAddressPostalCode, 5),
                (Text::BusinessAddressCountry, 6),
            ],
            Self::Home => &[
                (Text::HomeAddressStreet, 2),
                (Text::HomeAddressCity, 3),
                (Text::HomeAddressState, 4),
                (Text::HomeAddressPostalCode, 5),
                (Text::HomeAddressCountry, 6),
            ],
            Self::Other => &[
                (Text::OtherAddressStreet, 2),
                (Text::OtherAddressCity, 3),
                (Text::OtherAddressState, 4),
                (Text::OtherAddressPostalCode, 5),
                (Text::OtherAddressCountry, 6),
            ],
        }
    }

    /// How many components a new line has.
    pub(super) const fn width(self) -> usize {
        match self {
            Self::Name => 5,
            Self::Organization => 1,
            Self::Business | Self::Home | Self::Other => 7,
        }
    }

    /// Name and parameters of a new line, in the form of 3.0.
    pub(super) const fn template(self) -> &'static str {
        match self {
            Self::Name => "N",
            Self::Organization => "ORG",
            Self::Business => "ADR;TYPE=WORK",
            Self::Home => "ADR;TYPE=HOME",
            Self::Other => "ADR",
        }
    }

    /// The property that stands for the whole line where a slot is kept empty.
    pub(super) const fn hole(self) -> Property {
        Property::Text(match self {
            Self::Name => Text::LastName,
            Self::Organization => Text::CompanyName,
            Self::Business => Text::BusinessAddressStreet,
            Self::Home => Text::HomeAddressStreet,
            Self::Other => Text::OtherAddressStreet,
        })
    }
}
