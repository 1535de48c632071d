//! Code page 10, `ResolveRecipients`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `ResolveRecipients`, all versions.
pub const RESOLVE_RECIPIENTS: Tag = Tag::new(10, 0x05);
/// `Response`, all versions.
pub const RESPONSE: Tag = Tag::new(10, 0x06);
/// `Status`, all versions.
pub const STATUS: Tag = Tag::new(10, 0x07);
/// `Type`, all versions.
pub const TYPE: Tag = Tag::new(10, 0x08);
/// `Recipient`, all versions.
pub const RECIPIENT: Tag = Tag::new(10, 0x09);
/// `DisplayName`, all versions.
pub const DISPLAY_NAME: Tag = Tag::new(10, 0x0A);
/// `EmailAddress`, all versions.
pub const EMAIL_ADDRESS: Tag = Tag::new(10, 0x0B);
/// `Certificates`, all versions.
pub const CERTIFICATES: Tag = Tag::new(10, 0x0C);
/// `Certificate`, all versions.
pub const CERTIFICATE: Tag = Tag::new(10, 0x0D);
/// `MiniCertificate`, all versions.
pub const MINI_CERTIFICATE: Tag = Tag::new(10, 0x0E);
/// `Options`, all versions.
pub const OPTIONS: Tag = Tag::new(10, 0x0F);
/// `To`, all versions.
pub const TO: Tag = Tag::new(10, 0x10);
/// `CertificateRetrieval`, all versions.
pub const CERTIFICATE_RETRIEVAL: Tag = Tag::new(10, 0x11);
/// `RecipientCount`, all versions.
pub const RECIPIENT_COUNT: Tag = Tag::new(10, 0x12);
/// `MaxCertificates`, all versions.
pub const MAX_CERTIFICATES: Tag = Tag::new(10, 0x13);
/// `MaxAmbiguousRecipients`, all versions.
pub const MAX_AMBIGUOUS_RECIPIENTS: Tag = Tag::new(10, 0x14);
/// `CertificateCount`, all versions.
pub const CERTIFICATE_COUNT: Tag = Tag::new(10, 0x15);
/// `Availability`, from 14.0.
pub const AVAILABILITY: Tag = Tag::new(10, 0x16);
/// `StartTime`, from 14.0.
pub const START_TIME: Tag = Tag::new(10, 0x17);
/// `EndTime`, from 14.0.
pub const END_TIME: Tag = Tag::new(10, 0x18);
/// `MergedFreeBusy`, from 14.0.
pub const MERGED_FREE_BUSY: Tag = Tag::new(10, 0x19);
/// `Picture`, from 14.1.
pub const PICTURE: Tag = Tag::new(10, 0x1A);
/// `MaxSize`, from 14.1.
pub const MAX_SIZE: Tag = Tag::new(10, 0x1B);
/// `Data`, from 14.1.
pub const DATA: Tag = Tag::new(10, 0x1C);
/// `MaxPictures`, from 14.1.
pub const MAX_PICTURES: Tag = Tag::new(10, 0x1D);

pub(super) static PAGE: Page = Page {
    namespace: "ResolveRecipients",
    entries: &[
        Entry::new(
            RESOLVE_RECIPIENTS,
            "ResolveRecipients",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(RESPONSE, "Response", Version::V2_5, Version::V16_1),
        Entry::new(STATUS, "Status", Version::V2_5, Version::V16_1),
        Entry::new(TYPE, "Type", Version::V2_5, Version::V16_1),
        Entry::new(RECIPIENT, "Recipient", Version::V2_5, Version::V16_1),
        Entry::new(DISPLAY_NAME, "DisplayName", Version::V2_5, Version::V16_1),
        Entry::new(EMAIL_ADDRESS, "EmailAddress", Version::V2_5, Version::V16_1),
        Entry::new(CERTIFICATES, "Certificates", Version::V2_5, Version::V16_1),
        Entry::new(CERTIFICATE, "Certificate", Version::V2_5, Version::V16_1),
        Entry::new(
            MINI_CERTIFICATE,
            "MiniCertificate",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(OPTIONS, "Options", Version::V2_5, Version::V16_1),
        Entry::new(TO, "To", Version::V2_5, Version::V16_1),
        Entry::new(
            CERTIFICATE_RETRIEVAL,
            "CertificateRetrieval",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            RECIPIENT_COUNT,
            "RecipientCount",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            MAX_CERTIFICATES,
            "MaxCertificates",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            MAX_AMBIGUOUS_RECIPIENTS,
            "MaxAmbiguousRecipients",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(
            CERTIFICATE_COUNT,
            "CertificateCount",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(AVAILABILITY, "Availability", Version::V14_0, Version::V16_1),
        Entry::new(START_TIME, "StartTime", Version::V14_0, Version::V16_1),
        Entry::new(END_TIME, "EndTime", Version::V14_0, Version::V16_1),
        Entry::new(
            MERGED_FREE_BUSY,
            "MergedFreeBusy",
            Version::V14_0,
            Version::V16_1,
        ),
        Entry::new(PICTURE, "Picture", Version::V14_1, Version::V16_1),
        Entry::new(MAX_SIZE, "MaxSize", Version::V14_1, Version::V16_1),
        Entry::new(DATA, "Data", Version::V14_1, Version::V16_1),
        Entry::new(MAX_PICTURES, "MaxPictures", Version::V14_1, Version::V16_1),
    ],
};
