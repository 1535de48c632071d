//! Whom we trust to be the relay.

use std::sync::Arc;

use lettre::transport::smtp::client::{Certificate, TlsParameters};
use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;

use super::RelayError;
use crate::tls;

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
        let own = match pem {
            Some(pem) => tls::certificates(pem).map_err(RelayError::Certificates)?,
            None => Vec::new(),
        };
        let mut parameters = TlsParameters::builder(host.to_owned());
        for certificate in &own {
            let theirs = Certificate::from_der(certificate.to_vec()).map_err(certificates)?;
            parameters = parameters.add_root_certificate(theirs);
        }
        let config = tls::client(&own).map_err(RelayError::Certificates)?;
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
