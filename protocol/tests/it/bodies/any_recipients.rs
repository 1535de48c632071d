//! Requests and answers of ResolveRecipients.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Strategy, any};
use proptest::sample::select;
use protocol::command::GalPicture;
use protocol::command::resolve_recipients::{
    Availability, AvailabilityAsked, CertificateRetrieval, Certificates, Recipient, RecipientKind,
    RecipientOptions, ResolveRecipientsRequest, ResolveRecipientsResponse, Resolved,
};
use protocol::datetime;
use protocol::version::Version;

use super::any::{since, status, text};
use super::any_search::picture;

pub(super) fn recipients_request(
    version: Version,
) -> impl Strategy<Value = ResolveRecipientsRequest> {
    let retrieval = select(vec![
        CertificateRetrieval::No,
        CertificateRetrieval::Full,
        CertificateRetrieval::Mini,
    ]);
    let date = || datetime::EARLIEST..=datetime::LATEST;
    let availability = (date(), option::of(date()));
    let availability = availability.prop_map(|(start, end)| AvailabilityAsked { start, end });
    let number = || option::of(any::<u32>());
    let options = (
        option::of(retrieval),
        number(),
        number(),
        since(version, Version::V14_0, availability),
        since(version, Version::V14_1, picture()),
    )
        .prop_map(|parts| RecipientOptions {
            certificates: parts.0,
            max_certificates: parts.1,
            max_ambiguous: parts.2,
            availability: parts.3,
            picture: parts.4,
        });
    (vec(text(), 0..4), options).prop_map(|(to, options)| ResolveRecipientsRequest { to, options })
}

fn certificates() -> impl Strategy<Value = Certificates> {
    let number = || option::of(any::<u32>());
    (
        status(),
        number(),
        number(),
        vec(text(), 0..3),
        option::of(text()),
    )
        .prop_map(|parts| Certificates {
            status: parts.0,
            count: parts.1,
            recipient_count: parts.2,
            full: parts.3,
            mini: parts.4,
        })
}

fn recipient(version: Version) -> impl Strategy<Value = Recipient> {
    let kind = select(vec![RecipientKind::Gal, RecipientKind::Contact]);
    let availability = (status(), option::of("[0-4]{0,20}"));
    let availability = availability.prop_map(|(status, merged_free_busy)| Availability {
        status,
        merged_free_busy,
    });
    let image = (status(), option::of(vec(any::<u8>(), 0..40)));
    let image = image.prop_map(|(status, data)| GalPicture { status, data });
    (
        kind,
        (text(), text()),
        since(version, Version::V14_0, availability),
        option::of(certificates()),
        since(version, Version::V14_1, image),
    )
        .prop_map(|parts| Recipient {
            kind: parts.0,
            display_name: parts.1.0,
            email_address: parts.1.1,
            availability: parts.2,
            certificates: parts.3,
            picture: parts.4,
        })
}

pub(super) fn recipients_response(
    version: Version,
) -> impl Strategy<Value = ResolveRecipientsResponse> {
    let count = option::of(any::<u32>());
    let one = (text(), status(), count, vec(recipient(version), 0..3)).prop_map(
        |(to, status, count, recipients)| Resolved {
            to,
            status,
            count,
            recipients,
        },
    );
    (status(), vec(one, 0..3))
        .prop_map(|(status, resolved)| ResolveRecipientsResponse { status, resolved })
}
