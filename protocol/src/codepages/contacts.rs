//! Code page 1, `Contacts`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `Anniversary`, all versions.
pub const ANNIVERSARY: Tag = Tag::new(1, 0x05);
/// `AssistantName`, all versions.
pub const ASSISTANT_NAME: Tag = Tag::new(1, 0x06);
/// `AssistantPhoneNumber`, all versions.
pub const ASSISTANT_PHONE_NUMBER: Tag = Tag::new(1, 0x07);
/// `Birthday`, all versions.
pub const BIRTHDAY: Tag = Tag::new(1, 0x08);
/// `Body`, only 2.5; legacy.
pub const BODY: Tag = Tag::new(1, 0x09);
/// `BodySize`, only 2.5; legacy.
pub const BODY_SIZE: Tag = Tag::new(1, 0x0A);
/// `BodyTruncated`, only 2.5; legacy.
pub const BODY_TRUNCATED: Tag = Tag::new(1, 0x0B);
/// `Business2PhoneNumber`, all versions.
pub const BUSINESS2_PHONE_NUMBER: Tag = Tag::new(1, 0x0C);
/// `BusinessAddressCity`, all versions.
pub const BUSINESS_ADDRESS_CITY: Tag = Tag::new(1, 0x0D);
/// `BusinessAddressCountry`, all versions.
pub const BUSINESS_ADDRESS_COUNTRY: Tag = Tag::new(1, 0x0E);
/// `BusinessAddressPostalCode`, all versions.
pub const BUSINESS_ADDRESS_POSTAL_CODE: Tag = Tag::new(1, 0x0F);
/// `BusinessAddressState`, all versions.
pub const BUSINESS_ADDRESS_STATE: Tag = Tag::new(1, 0x10);
/// `BusinessAddressStreet`, all versions.
pub const BUSINESS_ADDRESS_STREET: Tag = Tag::new(1, 0x11);
/// `BusinessFaxNumber`, all versions.
pub const BUSINESS_FAX_NUMBER: Tag = Tag::new(1, 0x12);
/// `BusinessPhoneNumber`, all versions.
pub const BUSINESS_PHONE_NUMBER: Tag = Tag::new(1, 0x13);
/// `CarPhoneNumber`, all versions.
pub const CAR_PHONE_NUMBER: Tag = Tag::new(1, 0x14);
/// `Categories`, all versions.
pub const CATEGORIES: Tag = Tag::new(1, 0x15);
/// `Category`, all versions.
pub const CATEGORY: Tag = Tag::new(1, 0x16);
/// `Children`, all versions.
pub const CHILDREN: Tag = Tag::new(1, 0x17);
/// `Child`, all versions.
pub const CHILD: Tag = Tag::new(1, 0x18);
/// `CompanyName`, all versions.
pub const COMPANY_NAME: Tag = Tag::new(1, 0x19);
/// `Department`, all versions.
pub const DEPARTMENT: Tag = Tag::new(1, 0x1A);
/// `Email1Address`, all versions.
pub const EMAIL1_ADDRESS: Tag = Tag::new(1, 0x1B);
/// `Email2Address`, all versions.
pub const EMAIL2_ADDRESS: Tag = Tag::new(1, 0x1C);
/// `Email3Address`, all versions.
pub const EMAIL3_ADDRESS: Tag = Tag::new(1, 0x1D);
/// `FileAs`, all versions.
pub const FILE_AS: Tag = Tag::new(1, 0x1E);
/// `FirstName`, all versions.
pub const FIRST_NAME: Tag = Tag::new(1, 0x1F);
/// `Home2PhoneNumber`, all versions.
pub const HOME2_PHONE_NUMBER: Tag = Tag::new(1, 0x20);
/// `HomeAddressCity`, all versions.
pub const HOME_ADDRESS_CITY: Tag = Tag::new(1, 0x21);
/// `HomeAddressCountry`, all versions.
pub const HOME_ADDRESS_COUNTRY: Tag = Tag::new(1, 0x22);
/// `HomeAddressPostalCode`, all versions.
pub const HOME_ADDRESS_POSTAL_CODE: Tag = Tag::new(1, 0x23);
/// `HomeAddressState`, all versions.
pub const HOME_ADDRESS_STATE: Tag = Tag::new(1, 0x24);
/// `HomeAddressStreet`, all versions.
pub const HOME_ADDRESS_STREET: Tag = Tag::new(1, 0x25);
/// `HomeFaxNumber`, all versions.
pub const HOME_FAX_NUMBER: Tag = Tag::new(1, 0x26);
/// `HomePhoneNumber`, all versions.
pub const HOME_PHONE_NUMBER: Tag = Tag::new(1, 0x27);
/// `JobTitle`, all versions.
pub const JOB_TITLE: Tag = Tag::new(1, 0x28);
/// `LastName`, all versions.
pub const LAST_NAME: Tag = Tag::new(1, 0x29);
/// `MiddleName`, all versions.
pub const MIDDLE_NAME: Tag = Tag::new(1, 0x2A);
/// `MobilePhoneNumber`, all versions.
pub const MOBILE_PHONE_NUMBER: Tag = Tag::new(1, 0x2B);
/// `OfficeLocation`, all versions.
pub const OFFICE_LOCATION: Tag = Tag::new(1, 0x2C);
/// `OtherAddressCity`, all versions.
pub const OTHER_ADDRESS_CITY: Tag = Tag::new(1, 0x2D);
/// `OtherAddressCountry`, all versions.
pub const OTHER_ADDRESS_COUNTRY: Tag = Tag::new(1, 0x2E);
/// `OtherAddressPostalCode`, all versions.
pub const OTHER_ADDRESS_POSTAL_CODE: Tag = Tag::new(1, 0x2F);
/// `OtherAddressState`, all versions.
pub const OTHER_ADDRESS_STATE: Tag = Tag::new(1, 0x30);
/// `OtherAddressStreet`, all versions.
pub const OTHER_ADDRESS_STREET: Tag = Tag::new(1, 0x31);
/// `PagerNumber`, all versions.
pub const PAGER_NUMBER: Tag = Tag::new(1, 0x32);
/// `RadioPhoneNumber`, all versions.
pub const RADIO_PHONE_NUMBER: Tag = Tag::new(1, 0x33);
/// `Spouse`, all versions.
pub const SPOUSE: Tag = Tag::new(1, 0x34);
/// `Suffix`, all versions.
pub const SUFFIX: Tag = Tag::new(1, 0x35);
/// `Title`, all versions.
pub const TITLE: Tag = Tag::new(1, 0x36);
/// `WebPage`, all versions.
pub const WEB_PAGE: Tag = Tag::new(1, 0x37);
/// `YomiCompanyName`, all versions.
pub const YOMI_COMPANY_NAME: Tag = Tag::new(1, 0x38);
/// `YomiFirstName`, all versions.
pub const YOMI_FIRST_NAME: Tag = Tag::new(1, 0x39);
/// `YomiLastName`, all versions.
pub const YOMI_LAST_NAME: Tag = Tag::new(1, 0x3A);
/// `CompressedRTF`, only 2.5.
pub const COMPRESSED_RTF: Tag = Tag::new(1, 0x3B);
/// `Picture`, all versions.
pub const PICTURE: Tag = Tag::new(1, 0x3C);
/// `Alias`, from 14.0.
pub const ALIAS: Tag = Tag::new(1, 0x3D);
/// `WeightedRank`, from 14.0.
pub const WEIGHTED_RANK: Tag = Tag::new(1, 0x3E);

pub(super) static PAGE: Page = Page {
    namespace: "Contacts",
    entries: &[
        Entry::new(ANNIVERSARY, "Anniversary", Version::V2_5, Version::V16_1),
        Entry::new(
            ASSISTANT_NAME,
            "AssistantName",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            ASSISTANT_PHONE_NUMBER,
            "AssistantPhoneNumber",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(BIRTHDAY, "Birthday", Version::V2_5, Version::V16_1),
        Entry::new(BODY, "Body", Version::V2_5, Version::V2_5),
        Entry::new(BODY_SIZE, "BodySize", Version::V2_5, Version::V2_5),
        Entry::new(
            BODY_TRUNCATED,
            "BodyTruncated",
            Version::V2_5,
            Version::V2_5,
        ),
        Entry::new(
            BUSINESS2_PHONE_NUMBER,
            "Business2PhoneNumber",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            BUSINESS_ADDRESS_CITY,
            "BusinessAddressCity",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            BUSINESS_ADDRESS_COUNTRY,
            "BusinessAddressCountry",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            BUSINESS_ADDRESS_POSTAL_CODE,
            "BusinessAddressPostalCode",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            BUSINESS_ADDRESS_STATE,
            "BusinessAddressState",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            BUSINESS_ADDRESS_STREET,
            "BusinessAddressStreet",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            BUSINESS_FAX_NUMBER,
            "BusinessFaxNumber",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            BUSINESS_PHONE_NUMBER,
            "BusinessPhoneNumber",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            CAR_PHONE_NUMBER,
            "CarPhoneNumber",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(CATEGORIES, "Categories", Version::V2_5, Version::V16_1),
        Entry::new(CATEGORY, "Category", Version::V2_5, Version::V16_1),
        Entry::new(CHILDREN, "Children", Version::V2_5, Version::V16_1),
        Entry::new(CHILD, "Child", Version::V2_5, Version::V16_1),
        Entry::new(COMPANY_NAME, "CompanyName", Version::V2_5, Version::V16_1),
        Entry::new(DEPARTMENT, "Department", Version::V2_5, Version::V16_1),
        Entry::new(
            EMAIL1_ADDRESS,
            "Email1Address",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            EMAIL2_ADDRESS,
            "Email2Address",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            EMAIL3_ADDRESS,
            "Email3Address",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(FILE_AS, "FileAs", Version::V2_5, Version::V16_1),
        Entry::new(FIRST_NAME, "FirstName", Version::V2_5, Version::V16_1),
        Entry::new(
            HOME2_PHONE_NUMBER,
            "Home2PhoneNumber",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            HOME_ADDRESS_CITY,
            "HomeAddressCity",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            HOME_ADDRESS_COUNTRY,
            "HomeAddressCountry",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            HOME_ADDRESS_POSTAL_CODE,
            "HomeAddressPostalCode",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            HOME_ADDRESS_STATE,
            "HomeAddressState",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            HOME_ADDRESS_STREET,
            "HomeAddressStreet",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            HOME_FAX_NUMBER,
            "HomeFaxNumber",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            HOME_PHONE_NUMBER,
            "HomePhoneNumber",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(JOB_TITLE, "JobTitle", Version::V2_5, Version::V16_1),
        Entry::new(LAST_NAME, "LastName", Version::V2_5, Version::V16_1),
        Entry::new(MIDDLE_NAME, "MiddleName", Version::V2_5, Version::V16_1),
        Entry::new(
            MOBILE_PHONE_NUMBER,
            "MobilePhoneNumber",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            OFFICE_LOCATION,
            "OfficeLocation",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            OTHER_ADDRESS_CITY,
            "OtherAddressCity",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            OTHER_ADDRESS_COUNTRY,
            "OtherAddressCountry",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            OTHER_ADDRESS_POSTAL_CODE,
            "OtherAddressPostalCode",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            OTHER_ADDRESS_STATE,
            "OtherAddressState",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            OTHER_ADDRESS_STREET,
            "OtherAddressStreet",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(PAGER_NUMBER, "PagerNumber", Version::V2_5, Version::V16_1),
        Entry::new(
            RADIO_PHONE_NUMBER,
            "RadioPhoneNumber",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(SPOUSE, "Spouse", Version::V2_5, Version::V16_1),
        Entry::new(SUFFIX, "Suffix", Version::V2_5, Version::V16_1),
        Entry::new(TITLE, "Title", Version::V2_5, Version::V16_1),
        Entry::new(WEB_PAGE, "WebPage", Version::V2_5, Version::V16_1),
        Entry::new(
            YOMI_COMPANY_NAME,
            "YomiCompanyName",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            YOMI_FIRST_NAME,
            "YomiFirstName",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            YOMI_LAST_NAME,
            "YomiLastName",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            COMPRESSED_RTF,
            "CompressedRTF",
            Version::V2_5,
            Version::V2_5,
        ),
        Entry::new(PICTURE, "Picture", Version::V2_5, Version::V16_1),
        Entry::new(ALIAS, "Alias", Version::V14_0, Version::V16_1),
        Entry::new(
            WEIGHTED_RANK,
            "WeightedRank",
            Version::V14_0,
            Version::V16_1,
        ),
    ],
};
