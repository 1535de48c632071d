//! TLS: certificates from files, TLS 1.2 and 1.3, `http/1.1` only; connections that cost little while they wait.

mod queue;
mod session;
mod stream;
#[cfg(test)]
mod testing;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::config::TlsFiles;
use crate::http::request::Transport;

pub use stream::{Acceptor, TlsStream};

/// A certificate or key that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use {path} for TLS (listen.tls_cert, listen.tls_key): {reason}")]
pub struct TlsError {
    /// The file at fault.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

/// The certificate that connections get; a later one takes its place without a restart.
#[derive(Debug)]
pub(crate) struct Certificates {
    files: TlsFiles,
    current: RwLock<Arc<CertifiedKey>>,
}

impl Certificates {
    /// Reads the files.
    ///
    /// # Errors
    /// When a file cannot be read, or key and certificate do not belong together.
    pub(crate) fn load(files: &TlsFiles) -> Result<Arc<Self>, TlsError> {
        let current = RwLock::new(Arc::new(certified_key(files)?));
        Ok(Arc::new(Self {
            files: files.clone(),
            current,
        }))
    }

    /// Reads the files again. What is open stays as it is; new connections get what was read.
    ///
    /// # Errors
    /// As [`Self::load`]; the certificate then stays the one before.
    pub(crate) fn reload(&self) -> Result<(), TlsError> {
        let read = Arc::new(certified_key(&self.files)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(())
    }

    /// An acceptor that shows the certificate.
    pub(crate) fn acceptor(self: &Arc<Self>) -> Acceptor {
        with_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>)
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&current))
    }
}

/// An acceptor that asks `resolver` for the certificate of each connection.
fn with_resolver(resolver: Arc<dyn ResolvesServerCert>) -> Acceptor {
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12]);
    #[expect(
        clippy::expect_used,
        reason = "ring has suites for both versions; a unit test makes one"
    )]
    let builder = builder.expect("the provider supports TLS 1.2 and 1.3");
    let mut config = builder.with_no_client_auth().with_cert_resolver(resolver);
    // h2 would put parked requests onto shared connections, with flow control and pings of their own.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Acceptor::new(Arc::new(config))
}

/// Reads certificate and key.
///
/// # Errors
/// When a file cannot be read, or key and certificate do not belong together.
fn certified_key(files: &TlsFiles) -> Result<CertifiedKey, TlsError> {
    let wrong = |path: &Path, reason: String| TlsError {
        path: path.to_owned(),
        reason,
    };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(&files.cert)
        .map_err(|error| wrong(&files.cert, error.to_string()))?
        .collect();
    let chain = chain.map_err(|error| wrong(&files.cert, error.to_string()))?;
    if chain.is_empty() {
        return Err(wrong(&files.cert, "no certificate in it".to_owned()));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| wrong(&files.key, error.to_string()))?;
    let key = ring::sign::any_supported_type(&key)
        .map_err(|error| wrong(&files.key, error.to_string()))?;
    let certified = CertifiedKey::new(chain, key);
    certified.keys_match().map_err(|error| {
        wrong(
            &files.key,
            format!("does not belong to the certificate: {error}"),
        )
    })?;
    Ok(certified)
}

/// What was agreed on.
pub(crate) fn transport<S>(stream: &TlsStream<S>) -> Transport {
    match stream.version() {
        Some(rustls::ProtocolVersion::TLSv1_3) => Transport::Tls13,
        _ => Transport::Tls12,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_must_belong_to_its_certificate() {
        let folder = tempfile::tempdir().unwrap();
        let files = TlsFiles {
            cert: folder.path().join("cert.pem"),
            key: folder.path().join("key.pem"),
        };
        let one = rcgen::generate_simple_self_signed(["mail.example".to_owned()]).unwrap();
        let other = rcgen::generate_simple_self_signed(["mail.example".to_owned()]).unwrap();
        std::fs::write(&files.cert, one.cert.pem()).unwrap();
        std::fs::write(&files.key, one.signing_key.serialize_pem()).unwrap();
        let certificates = Certificates::load(&files).unwrap();
        let first = certificates.current.read().unwrap().cert.clone();
        std::fs::write(&files.key, other.signing_key.serialize_pem()).unwrap();
        assert!(matches!(certificates.reload(), Err(TlsError { path, .. }) if path == files.key));
        assert_eq!(certificates.current.read().unwrap().cert, first);
        std::fs::write(&files.cert, other.cert.pem()).unwrap();
        certificates.reload().unwrap();
        assert_ne!(certificates.current.read().unwrap().cert, first);
        std::fs::write(&files.cert, "").unwrap();
        assert!(
            matches!(Certificates::load(&files), Err(TlsError { path, .. }) if path == files.cert)
        );
    }
}
