//! Names of the properties whose value is text, and their tags.

use crate::codepages::{contacts, contacts2};
use crate::tag::Tag;

/// A property of a contact whose value is text (MS-ASCNTC 2.2.2).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Text {
    /// Name of the assistant.
    AssistantName,
    /// Phone of the assistant.
    AssistantPhoneNumber,
    /// Second phone at work.
    Business2PhoneNumber,
    /// City of the address at work.
    BusinessAddressCity,
    /// Country of the address at work.
    BusinessAddressCountry,
    /// Postal code of the address at work.
    BusinessAddressPostalCode,
    /// State of the address at work.
    BusinessAddressState,
    /// Street of the address at work.
    BusinessAddressStreet,
    /// Fax at work.
    BusinessFaxNumber,
    /// Phone at work.
    BusinessPhoneNumber,
    /// Phone in the car.
    CarPhoneNumber,
    /// Company.
    CompanyName,
    /// Department.
    Department,
    /// First e-mail address, bare or with a name.
    Email1Address,
    /// Second e-mail address.
    Email2Address,
    /// Third e-mail address.
    Email3Address,
    /// What the contact is sorted by.
    FileAs,
    /// Given name.
    FirstName,
    /// Second phone at home.
    Home2PhoneNumber,
    /// City of the address at home.
    HomeAddressCity,
    /// Country of the address at home.
    HomeAddressCountry,
    /// Postal code of the address at home.
    HomeAddressPostalCode,
    /// State of the address at home.
    HomeAddressState,
    /// Street of the address at home.
    HomeAddressStreet,
    /// Fax at home.
    HomeFaxNumber,
    /// Phone at home.
    HomePhoneNumber,
    /// Job title.
    JobTitle,
    /// Family name.
    LastName,
    /// Middle names.
    MiddleName,
    /// Mobile phone.
    MobilePhoneNumber,
    /// Where the office is.
    OfficeLocation,
    /// City of another address.
    OtherAddressCity,
    /// Country of another address.
    OtherAddressCountry,
    /// Postal code of another address.
    OtherAddressPostalCode,
    /// State of another address.
    OtherAddressState,
    /// Street of another address.
    OtherAddressStreet,
    /// Pager.
    PagerNumber,
    /// Radio phone.
    RadioPhoneNumber,
    /// Name of the spouse.
    Spouse,
    /// What follows the name, as "Jr.".
    Suffix,
    /// What precedes the name, as "Dr.".
    Title,
    /// Web page.
    WebPage,
    /// Company as it is pronounced.
    YomiCompanyName,
    /// Given name as it is pronounced.
    YomiFirstName,
    /// Family name as it is pronounced.
    YomiLastName,
    /// Alias, of recipient caches only (14.0 and later).
    Alias,
    /// Customer number.
    CustomerId,
    /// Number that a government gave.
    GovernmentId,
    /// First address for instant messages.
    ImAddress,
    /// Second address for instant messages.
    ImAddress2,
    /// Third address for instant messages.
    ImAddress3,
    /// Name of the manager.
    ManagerName,
    /// Main phone of the company.
    CompanyMainPhone,
    /// Account name.
    AccountName,
    /// Nickname.
    NickName,
    /// Number for multimedia messages.
    Mms,
}

impl Text {
    /// All of them, in the order in which they are written.
    pub const ALL: [Self; 56] = [
        Self::AssistantName,
        Self::AssistantPhoneNumber,
        Self::Business2PhoneNumber,
        Self::BusinessAddressCity,
        Self::BusinessAddressCountry,
        Self::BusinessAddressPostalCode,
        Self::BusinessAddressState,
        Self::BusinessAddressStreet,
        Self::BusinessFaxNumber,
        Self::BusinessPhoneNumber,
        Self::CarPhoneNumber,
        Self::CompanyName,
        Self::Department,
        Self::Email1Address,
        Self::Email2Address,
        Self::Email3Address,
        Self::FileAs,
        Self::FirstName,
        Self::Home2PhoneNumber,
        Self::HomeAddressCity,
        Self::HomeAddressCountry,
        Self::HomeAddressPostalCode,
        Self::HomeAddressState,
        Self::HomeAddressStreet,
        Self::HomeFaxNumber,
        Self::HomePhoneNumber,
        Self::JobTitle,
        Self::LastName,
        Self::MiddleName,
        Self::MobilePhoneNumber,
        Self::OfficeLocation,
        Self::OtherAddressCity,
        Self::OtherAddressCountry,
        Self::OtherAddressPostalCode,
        Self::OtherAddressState,
        Self::OtherAddressStreet,
        Self::PagerNumber,
        Self::RadioPhoneNumber,
        Self::Spouse,
        Self::Suffix,
        Self::Title,
        Self::WebPage,
        Self::YomiCompanyName,
        Self::YomiFirstName,
        Self::YomiLastName,
        Self::Alias,
        Self::CustomerId,
        Self::GovernmentId,
        Self::ImAddress,
        Self::ImAddress2,
        Self::ImAddress3,
        Self::ManagerName,
        Self::CompanyMainPhone,
        Self::AccountName,
        Self::NickName,
        Self::Mms,
    ];

    /// The element.
    #[must_use]
    pub const fn tag(self) -> Tag {
        match self {
            Self::AssistantName => contacts::ASSISTANT_NAME,
            Self::AssistantPhoneNumber => contacts::ASSISTANT_PHONE_NUMBER,
            Self::Business2PhoneNumber => contacts::BUSINESS2_PHONE_NUMBER,
            Self::BusinessAddressCity => contacts::BUSINESS_ADDRESS_CITY,
            Self::BusinessAddressCountry => contacts::BUSINESS_ADDRESS_COUNTRY,
            Self::BusinessAddressPostalCode => contacts::BUSINESS_ADDRESS_POSTAL_CODE,
            Self::BusinessAddressState => contacts::BUSINESS_ADDRESS_STATE,
            Self::BusinessAddressStreet => contacts::BUSINESS_ADDRESS_STREET,
            Self::BusinessFaxNumber => contacts::BUSINESS_FAX_NUMBER,
            Self::BusinessPhoneNumber => contacts::BUSINESS_PHONE_NUMBER,
            Self::CarPhoneNumber => contacts::CAR_PHONE_NUMBER,
            Self::CompanyName => contacts::COMPANY_NAME,
            Self::Department => contacts::DEPARTMENT,
            Self::Email1Address => contacts::EMAIL1_ADDRESS,
            Self::Email2Address => contacts::EMAIL2_ADDRESS,
            Self::Email3Address => contacts::EMAIL3_ADDRESS,
            Self::FileAs => contacts::FILE_AS,
            Self::FirstName => contacts::FIRST_NAME,
            Self::Home2PhoneNumber => contacts::HOME2_PHONE_NUMBER,
            Self::HomeAddressCity => contacts::HOME_ADDRESS_CITY,
            Self::HomeAddressCountry => contacts::HOME_ADDRESS_COUNTRY,
            Self::HomeAddressPostalCode => contacts::HOME_ADDRESS_POSTAL_CODE,
            Self::HomeAddressState => contacts::HOME_ADDRESS_STATE,
            Self::HomeAddressStreet => contacts::HOME_ADDRESS_STREET,
            Self::HomeFaxNumber => contacts::HOME_FAX_NUMBER,
            Self::HomePhoneNumber => contacts::HOME_PHONE_NUMBER,
            Self::JobTitle => contacts::JOB_TITLE,
            Self::LastName => contacts::LAST_NAME,
            Self::MiddleName => contacts::MIDDLE_NAME,
            Self::MobilePhoneNumber => contacts::MOBILE_PHONE_NUMBER,
            Self::OfficeLocation => contacts::OFFICE_LOCATION,
            Self::OtherAddressCity => contacts::OTHER_ADDRESS_CITY,
            Self::OtherAddressCountry => contacts::OTHER_ADDRESS_COUNTRY,
            Self::OtherAddressPostalCode => contacts::OTHER_ADDRESS_POSTAL_CODE,
            Self::OtherAddressState => contacts::OTHER_ADDRESS_STATE,
            Self::OtherAddressStreet => contacts::OTHER_ADDRESS_STREET,
            Self::PagerNumber => contacts::PAGER_NUMBER,
            Self::RadioPhoneNumber => contacts::RADIO_PHONE_NUMBER,
            Self::Spouse => contacts::SPOUSE,
            Self::Suffix => contacts::SUFFIX,
            Self::Title => contacts::TITLE,
            Self::WebPage => contacts::WEB_PAGE,
            Self::YomiCompanyName => contacts::YOMI_COMPANY_NAME,
            Self::YomiFirstName => contacts::YOMI_FIRST_NAME,
            Self::YomiLastName => contacts::YOMI_LAST_NAME,
            Self::Alias => contacts::ALIAS,
            Self::CustomerId => contacts2::CUSTOMER_ID,
            Self::GovernmentId => contacts2::GOVERNMENT_ID,
            Self::ImAddress => contacts2::IM_ADDRESS,
            Self::ImAddress2 => contacts2::IM_ADDRESS2,
            Self::ImAddress3 => contacts2::IM_ADDRESS3,
            Self::ManagerName => contacts2::MANAGER_NAME,
            Self::CompanyMainPhone => contacts2::COMPANY_MAIN_PHONE,
            Self::AccountName => contacts2::ACCOUNT_NAME,
            Self::NickName => contacts2::NICK_NAME,
            Self::Mms => contacts2::MMS,
        }
    }

    /// From the element.
    #[must_use]
    pub fn from_tag(tag: Tag) -> Option<Self> {
        Self::ALL.into_iter().find(|text| text.tag() == tag)
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn names_are_those_of_the_tables() {
        for text in Text::ALL {
            assert_eq!(Text::from_tag(text.tag()), Some(text));
            let name = format!("{text:?}").to_lowercase();
            assert_eq!(text.tag().name().to_lowercase(), name);
        }
        assert!(Text::ALL.is_sorted());
    }
}
