//! From an address to a session that is signed in.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;
use tokio::time;
use tokio_rustls::TlsConnector;

use super::error::Error;
use super::extension::Extension;
use super::login::Login;
use super::server::ImapServer;
use super::session::{Reply, Session};
use super::stream::Stream;
use super::wire::Command;
use crate::tls::{self, Security};

/// A connection on which nothing moves is tried after this.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// Opens sessions with one server.
#[derive(Clone)]
pub struct Connector {
    server: Arc<ImapServer>,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

/// Why there is no connector.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// Certificates to be trusted cannot be read.
    #[error("certificates cannot be used")]
    Certificates(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No certificate can be for such a host.
    #[error("no certificate can be for that host")]
    Host,
}

impl Connector {
    /// A connector that has not connected yet.
    ///
    /// # Errors
    /// When the certificates cannot be used, or the host is no name that a certificate can be for.
    pub fn new(server: ImapServer) -> Result<Self, ServerError> {
        let tls = match server.security {
            Security::Plain => None,
            Security::Tls | Security::StartTls => {
                let name = ServerName::try_from(server.host.clone());
                let name = name.map_err(|_| ServerError::Host)?;
                let own = match server.authorities.as_deref() {
                    Some(pem) => tls::certificates(pem).map_err(ServerError::Certificates)?,
                    None => Vec::new(),
                };
                let config = tls::client(&own).map_err(ServerError::Certificates)?;
                Some((TlsConnector::from(Arc::new(config)), name))
            }
        };
        Ok(Self {
            server: Arc::new(server),
            tls,
        })
    }

    /// The server.
    #[must_use]
    pub fn server(&self) -> &ImapServer {
        &self.server
    }

    /// Connects and signs in.
    ///
    /// # Errors
    /// [`Error`]; only [`Error::SignIn`] says something about the user's secret.
    pub async fn open(&self, login: &Login) -> Result<Session<Stream>, Error> {
        let mut session = self.connect().await?;
        session.login(&self.server, login).await?;
        Ok(session)
    }

    /// Connects, and protects the connection as configured.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn connect(&self) -> Result<Session<Stream>, Error> {
        let stream = self.within(self.dial()).await?;
        match (self.server.security, &self.tls) {
            (Security::Tls, Some(tls)) => {
                let stream = self.within(handshake(tls, stream)).await?;
                Session::greeted(stream, &self.server).await
            }
            (Security::StartTls, Some(tls)) => self.start_tls(tls, stream).await,
            _ => Session::greeted(Stream::plain(stream), &self.server).await,
        }
    }

    async fn dial(&self) -> Result<TcpStream, Error> {
        let address = (self.server.host.as_str(), self.server.port);
        let stream = TcpStream::connect(address).await.map_err(Error::Connect)?;
        stream.set_nodelay(true).map_err(Error::Connect)?;
        // Of a session that waits for hours a broken way would not be noticed otherwise, and its state in a firewall
        // would be forgotten.
        let keepalive = TcpKeepalive::new()
            .with_time(KEEPALIVE)
            .with_interval(KEEPALIVE / 4);
        SockRef::from(&stream)
            .set_tcp_keepalive(&keepalive)
            .map_err(Error::Connect)?;
        Ok(stream)
    }

    /// What was said and read before the handshake may be an attacker's: all of it stays behind (RFC 9051 section
    /// 6.2.1), with the session that had read it.
    async fn start_tls(
        &self,
        tls: &(TlsConnector, ServerName<'static>),
        stream: TcpStream,
    ) -> Result<Session<Stream>, Error> {
        let mut open = Session::greeted(Stream::plain(stream), &self.server).await?;
        let asking = self.within(async {
            open.learn().await?;
            if !open.has(Extension::StartTls) {
                return Err(Error::NoStartTls);
            }
            let agreed = open.run(Command::new("STARTTLS")).await.map(Reply::ok)?;
            agreed.map_err(|_refused| Error::NoStartTls)
        });
        let _reply = asking.await?;
        let stream = open.into_stream().into_plain().ok_or(Error::NoStartTls)?;
        let stream = self.within(handshake(tls, stream)).await?;
        Ok(Session::resumed(stream, &self.server))
    }

    async fn within<T>(&self, step: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let limited = time::timeout(self.server.timeouts.connect, step).await;
        limited.unwrap_or_else(|_elapsed| Err(Error::Connect(io::ErrorKind::TimedOut.into())))
    }
}

async fn handshake(
    (connector, name): &(TlsConnector, ServerName<'static>),
    stream: TcpStream,
) -> Result<Stream, Error> {
    let protected = connector.connect(name.clone(), stream).await;
    Ok(Stream::tls(protected.map_err(Error::Tls)?))
}

impl fmt::Debug for Connector {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Connector")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}
