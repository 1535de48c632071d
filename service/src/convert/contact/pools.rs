//! Kinds of values of which a vCard may hold any number, and a device is shown the first few.

use protocol::class::contacts::{Property, Text};

use super::line::Edition;

/// A kind.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Pool {
    Email,
    Mobile,
    Home,
    Business,
    HomeFax,
    BusinessFax,
    Pager,
    Car,
    Radio,
    AssistantPhone,
    CompanyMain,
    Mms,
    Im,
    Nickname,
    JobTitle,
    WebPage,
    Note,
    Spouse,
    Assistant,
    Manager,
    Office,
    YomiFirst,
    YomiLast,
    YomiCompany,
    CustomerId,
    GovernmentId,
    AccountName,
    FileAs,
}

/// How values of a kind are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// As escaped text.
    Text,
    /// As a URI, never escaped.
    Uri,
    /// As text, or as a `tel:` URI.
    Phone,
    /// As text, or as a `mailto:` URI.
    Email,
    /// As a URI whose scheme names the service, or as text.
    Im,
    /// As a list of texts.
    List,
}

use Property::Text as T;

impl Pool {
    /// All of them, in the order of the variants.
    pub(super) const ALL: [Self; 28] = [
        Self::Email,
        Self::Mobile,
        Self::Home,
        Self::Business,
        Self::HomeFax,
        Self::BusinessFax,
        Self::Pager,
        Self::Car,
        Self::Radio,
        Self::AssistantPhone,
        Self::CompanyMain,
        Self::Mms,
        Self::Im,
        Self::Nickname,
        Self::JobTitle,
        Self::WebPage,
        Self::Note,
        Self::Spouse,
        Self::Assistant,
        Self::Manager,
        Self::Office,
        Self::YomiFirst,
        Self::YomiLast,
        Self::YomiCompany,
        Self::CustomerId,
        Self::GovernmentId,
        Self::AccountName,
        Self::FileAs,
    ];

    /// The properties that show the first few.
    pub(super) const fn slots(self) -> &'static [Property] {
        match self {
            Self::Email => &[
                T(Text::Email1Address),
                T(Text::Email2Address),
                T(Text::Email3Address),
            ],
            Self::Mobile => &[T(Text::MobilePhoneNumber)],
            Self::Home => &[T(Text::HomePhoneNumber), T(Text::Home2PhoneNumber)],
            Self::Business => &[T(Text::BusinessPhoneNumber), T(Text::Business2PhoneNumber)],
            Self::HomeFax => &[T(Text::HomeFaxNumber)],
            Self::BusinessFax => &[T(Text::BusinessFaxNumber)],
            Self::Pager => &[T(Text::PagerNumber)],
            Self::Car => &[T(Text::CarPhoneNumber)],
            Self::Radio => &[T(Text::RadioPhoneNumber)],
            Self::AssistantPhone => &[T(Text::AssistantPhoneNumber)],
            Self::CompanyMain => &[T(Text::CompanyMainPhone)],
            Self::Mms => &[T(Text::Mms)],
            Self::Im => &[T(Text::ImAddress), T(Text::ImAddress2), T(Text::ImAddress3)],
            Self::Nickname => &[T(Text::NickName)],
            Self::JobTitle => &[T(Text::JobTitle)],
            Self::WebPage => &[T(Text::WebPage)],
            Self::Note => &[Property::Body],
            Self::Spouse => &[T(Text::Spouse)],
            Self::Assistant => &[T(Text::AssistantName)],
            Self::Manager => &[T(Text::ManagerName)],
            Self::Office => &[T(Text::OfficeLocation)],
            Self::YomiFirst => &[T(Text::YomiFirstName)],
            Self::YomiLast => &[T(Text::YomiLastName)],
            Self::YomiCompany => &[T(Text::YomiCompanyName)],
            Self::CustomerId => &[T(Text::CustomerId)],
            Self::GovernmentId => &[T(Text::GovernmentId)],
            Self::AccountName => &[T(Text::AccountName)],
            Self::FileAs => &[T(Text::FileAs)],
        }
    }

    pub(super) const fn form(self) -> Form {
        match self {
            Self::Email => Form::Email,
            Self::Mobile
            | Self::Home
            | Self::Business
            | Self::HomeFax
            | Self::BusinessFax
            | Self::Pager
            | Self::Car
            | Self::Radio
            | Self::AssistantPhone
            | Self::CompanyMain
            | Self::Mms => Form::Phone,
            Self::Im => Form::Im,
            Self::Nickname => Form::List,
            Self::WebPage => Form::Uri,
            _ => Form::Text,
        }
    }

    /// Name and parameters of a new line, in the form of 3.0.
    pub(super) const fn template(self, edition: Edition) -> &'static str {
        match self {
            Self::Email => "EMAIL;TYPE=INTERNET",
            Self::Mobile => "TEL;TYPE=CELL",
            Self::Home => "TEL;TYPE=HOME,VOICE",
            Self::Business => "TEL;TYPE=WORK,VOICE",
            Self::HomeFax => "TEL;TYPE=HOME,FAX",
            Self::BusinessFax => "TEL;TYPE=WORK,FAX",
            Self::Pager => "TEL;TYPE=PAGER",
            Self::Car => "TEL;TYPE=CAR",
            Self::Radio => "TEL;TYPE=X-RADIO",
            Self::AssistantPhone => "TEL;TYPE=X-ASSISTANT",
            Self::CompanyMain => "TEL;TYPE=WORK,MAIN",
            Self::Mms => "TEL;TYPE=X-MMS",
            Self::Im => "IMPP",
            Self::Nickname => "NICKNAME",
            Self::JobTitle => "TITLE",
            Self::WebPage => "URL",
            Self::Note => "NOTE",
            Self::Spouse => match edition {
                Edition::V40 => "RELATED;TYPE=spouse;VALUE=text",
                Edition::V21 | Edition::V30 => "X-SPOUSE",
            },
            Self::Assistant => "X-ASSISTANT",
            Self::Manager => "X-MANAGER",
            Self::Office => "X-KADDRESSBOOK-X-Office",
            Self::YomiFirst => "X-PHONETIC-FIRST-NAME",
            Self::YomiLast => "X-PHONETIC-LAST-NAME",
            Self::YomiCompany => "X-PHONETIC-ORG",
            Self::CustomerId => "X-CUSTOMER-ID",
            Self::GovernmentId => "X-GOVERNMENT-ID",
            Self::AccountName => "X-ACCOUNT-NAME",
            Self::FileAs => "X-EVOLUTION-FILE-AS",
        }
    }
}
