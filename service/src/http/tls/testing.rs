//! For the tests: who trusts whom.

use std::sync::{Arc, LazyLock};

use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, SupportedProtocolVersion,
};

/// A version of TLS and both ends of it.
pub(super) struct Ends {
    pub(super) version: &'static SupportedProtocolVersion,
    pub(super) server: Arc<ServerConfig>,
    pub(super) client: Arc<ClientConfig>,
}

/// TLS 1.2 and 1.3.
pub(super) static BOTH: LazyLock<[Ends; 2]> = LazyLock::new(|| [ends(&TLS12), ends(&TLS13)]);

fn ends(version: &'static SupportedProtocolVersion) -> Ends {
    let made = rcgen::generate_simple_self_signed(["mail.example".to_owned()]).unwrap();
    let provider = Arc::new(ring::default_provider());
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let client = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ends {
        version,
        server: Arc::new(server),
        client: Arc::new(client),
    }
}

impl Ends {
    /// A client that has said nothing yet.
    pub(super) fn client(&self) -> ClientConnection {
        ClientConnection::new(Arc::clone(&self.client), name()).unwrap()
    }
}

/// Whom clients want to talk to.
pub(super) fn name() -> ServerName<'static> {
    ServerName::try_from("mail.example").unwrap()
}
