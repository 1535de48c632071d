//! Whom we trust to be the server that we wanted, for all backends that connect to one.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// How a connection is protected.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS, which the server must offer.
    StartTls,
    /// Not at all.
    Plain,
}

/// Why certificates cannot be used.
pub(crate) type TlsError = Box<dyn std::error::Error + Send + Sync>;

/// The certificates in a PEM file, of which there must be one.
pub(crate) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let all = all?;
    if all.is_empty() {
        return Err("there is none".into());
    }
    Ok(all)
}

/// Trusts the system's authorities and those given.
pub(crate) fn client(own: &[CertificateDer<'static>]) -> Result<ClientConfig, TlsError> {
    let mut roots = RootCertStore::empty();
    // What cannot be read of the system's store is what the server's certificate will then lack.
    let system = rustls_native_certs::load_native_certs();
    let (_added, _ignored) = roots.add_parsable_certificates(system.certs);
    for certificate in own {
        roots.add(certificate.clone())?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
