//! The IMAP client against a real Dovecot, and against a peer that says what no real server does.

mod faults;
mod idle;
mod oracle;
mod peer;
mod sasl;
mod session;
mod signing_in;
mod starttls;

use backends::imap::{Connector, ImapServer, Login, Secret, Security, Session, Stream};
use backends::servers::{Certificate, Dovecot, DovecotOptions};

/// The gateway's side of a server that is not protected.
fn plain(port: u16) -> ImapServer {
    ImapServer {
        security: Security::Plain,
        ..ImapServer::new("localhost", port)
    }
}

fn password(user: &str, password: &str) -> Login {
    Login {
        user: user.to_owned(),
        secret: Secret::Password(password.to_owned().into()),
        origin: None,
    }
}

/// A session of Anna's.
async fn anna(dovecot: &Dovecot) -> Session<Stream> {
    let connector = Connector::new(plain(dovecot.imap_port())).unwrap();
    connector.open(&password("anna", "secret")).await.unwrap()
}

fn certified() -> (DovecotOptions, Vec<u8>) {
    let certificate = Certificate::new(&["localhost"]).unwrap();
    let authority = certificate.authority.clone().into_bytes();
    let options = DovecotOptions {
        certificate: Some(certificate),
        ..DovecotOptions::default()
    };
    (options, authority)
}
