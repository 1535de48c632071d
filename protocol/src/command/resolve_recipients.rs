//! ResolveRecipients: names into addresses, with free and busy times, certificates and photos (MS-ASCMD 2.2.1.15).

mod request;
mod response;

pub use request::{
    AvailabilityAsked, CertificateRetrieval, RecipientOptions, ResolveRecipientsRequest,
};
pub use response::{
    Availability, Certificates, Recipient, RecipientKind, ResolveRecipientsResponse, Resolved,
};
