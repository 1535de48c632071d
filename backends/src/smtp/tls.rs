//! Whom we trust to be the relay.

use std::sync::Arc;

use lettre::transport::smtp::client::{Certificate, TlsParameters};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use super::RelayError;

/// What TLS needs, in both forms: for a handshake of ours, and for lettre's after STARTTLS.
#[derive(Clone)]
pub(super) struct Tls {
    pub(super) connector: TlsConnector,
    pub(super) name: ServerName<'static>,
    pub(super) parameters: TlsParameters,
}

impl Tls {
    /// Trusts the system's authorities and those of `pem`.
    pub(super) fn new(host: &str, pem: Option<&[u8]>) -> Result<Self, RelayError> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| RelayError::Host)?;
        let mut roots = RootCertStore::empty();
        // What cannot be read of the system's store is what the relay's certificate will then lack.
        let system = rustls_native_certs::load_native_certs();
        let (_added, _ignored) = roots.add_parsable_certificates(system.certs);
        let mut parameters = TlsParameters::builder(host.to_owned());
        if let Some(pem) = pem {
            let mut count = 0;
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate.map_err(certificates)?;
                let theirs = Certificate::from_der(certificate.to_vec()).map_err(certificates)?;
                parameters = parameters.add_root_certificate(theirs);
                roots.add(certificate).map_err(certificates)?;
                count += 1;
            }
            if count == 0 {
                return Err(RelayError::Certificates("there is none".into()));
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(certificates)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            connector: TlsConnector::from(Arc::new(config)),
            name,
            parameters: parameters.build_rustls().map_err(certificates)?,
        })
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

fn certificates(error: impl std::error::Error + Send + Sync + 'static) -> RelayError {
    RelayError::Certificates(Box::new(error))
}
