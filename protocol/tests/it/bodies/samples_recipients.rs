//! Recipients as we write them.

use protocol::command::resolve_recipients::{
    Availability, AvailabilityAsked, CertificateRetrieval, Certificates, Recipient, RecipientKind,
    RecipientOptions, ResolveRecipientsRequest, ResolveRecipientsResponse, Resolved,
};
use protocol::command::{GalPicture, PictureOptions, StatusCode};
use protocol::status::{
    AvailabilityStatus, CertificatesStatus, PictureStatus, RecipientStatus, ResolveRecipientsStatus,
};
use protocol::version::Version;

use super::samples::{Sample, sample};

const NOON: i64 = 1_740_830_400;

pub(super) fn recipients() -> Vec<Sample> {
    let request = ResolveRecipientsRequest {
        to: vec!["ann".to_owned(), "nobody".to_owned()],
        options: RecipientOptions {
            certificates: Some(CertificateRetrieval::Full),
            max_certificates: Some(5),
            max_ambiguous: Some(3),
            availability: Some(AvailabilityAsked {
                start: NOON,
                end: Some(NOON + 7_200),
            }),
            picture: Some(PictureOptions::default()),
        },
    };
    let names = || request.to.iter().cloned();
    let nobody = ResolveRecipientsResponse::nobody(names());
    let mut some = ResolveRecipientsResponse::nobody(names());
    some.resolved[0] = ann();
    let failed = ResolveRecipientsResponse::failed(ResolveRecipientsStatus::ProtocolError);
    vec![
        sample(
            "ResolveRecipients.request.14.1-all",
            Version::V14_1,
            &request,
        ),
        sample(
            "ResolveRecipients.request.12.1-all",
            Version::V12_1,
            &request,
        ),
        sample("ResolveRecipients.response.14.1-one", Version::V14_1, &some),
        sample("ResolveRecipients.response.12.1-one", Version::V12_1, &some),
        sample(
            "ResolveRecipients.response.16.1-nobody",
            Version::V16_1,
            &nobody,
        ),
        sample(
            "ResolveRecipients.response.14.1-failed",
            Version::V14_1,
            &failed,
        ),
    ]
}

fn ann() -> Resolved {
    let recipient = Recipient {
        kind: RecipientKind::Contact,
        display_name: "Ann Example".to_owned(),
        email_address: "ann@example.org".to_owned(),
        availability: Some(Availability {
            status: AvailabilityStatus::Success.into(),
            merged_free_busy: Some("0122".to_owned()),
        }),
        certificates: Some(Certificates {
            status: CertificatesStatus::NoCertificate.into(),
            count: Some(0),
            recipient_count: None,
            full: Vec::new(),
            mini: None,
        }),
        picture: Some(GalPicture {
            status: PictureStatus::NoPicture.into(),
            data: None,
        }),
    };
    Resolved {
        to: "ann".to_owned(),
        status: StatusCode::from(RecipientStatus::Resolved),
        count: Some(1),
        recipients: vec![recipient],
    }
}
