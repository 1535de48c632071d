//! A throw-away authority and the certificate of a server.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::servers::Failure;

/// What a server shows, and whom a client has to trust for it. PEM.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The certificate of the authority.
    pub authority: String,
    /// The server's certificate.
    pub certificate: String,
    /// The server's private key.
    pub key: String,
}

impl Certificate {
    /// A certificate for these names (also addresses, as text) by an authority of its own.
    ///
    /// # Errors
    /// A name is none.
    pub fn new(names: &[&str]) -> Result<Self, Failure> {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let signer = KeyPair::generate()?;
        let trusted = authority.self_signed(&signer)?;
        let issuer = Issuer::new(authority, signer);
        let key = KeyPair::generate()?;
        let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
        let certificate = CertificateParams::new(names)?.signed_by(&key, &issuer)?;
        Ok(Self {
            authority: trusted.pem(),
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        })
    }
}
