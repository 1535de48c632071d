//! Code page 11, `ValidateCert`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `ValidateCert`, all versions.
pub const VALIDATE_CERT: Tag = Tag::new(11, 0x05);
/// `Certificates`, all versions.
pub const CERTIFICATES: Tag = Tag::new(11, 0x06);
/// `Certificate`, all versions.
pub const CERTIFICATE: Tag = Tag::new(11, 0x07);
/// `CertificateChain`, all versions.
pub const CERTIFICATE_CHAIN: Tag = Tag::new(11, 0x08);
/// `CheckCRL`, all versions.
pub const CHECK_CRL: Tag = Tag::new(11, 0x09);
/// `Status`, all versions.
pub const STATUS: Tag = Tag::new(11, 0x0A);

pub(super) static PAGE: Page = Page {
    namespace: "ValidateCert",
    entries: &[
        Entry::new(VALIDATE_CERT, "ValidateCert", Version::V2_5, Version::V16_1),
        Entry::new(CERTIFICATES, "Certificates", Version::V2_5, Version::V16_1),
        Entry::new(CERTIFICATE, "Certificate", Version::V2_5, Version::V16_1),
        Entry::new(
            CERTIFICATE_CHAIN,
            "CertificateChain",
            Version::V2_5,
            Version::V16_1,
        ),
        Entry::new(CHECK_CRL, "CheckCRL", Version::V2_5, Version::V16_1),
        Entry::new(STATUS, "Status", Version::V2_5, Version::V16_1),
    ],
};
