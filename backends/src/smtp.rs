//! Submission of messages to a relay (RFC 6409): pooled connections, TLS, sign-in, and who was refused.
//!
//! Not a mailbox: the relay takes a message once and for all, so the one question that matters is whether it did.
//! [`Relay::submit`] therefore stops before the dot that ends a message until its caller has written down that it is
//! about to go, and tells apart what certainly did not go from what may have gone ([`SubmitError::Lost`]).

mod address;
mod connection;
mod error;
mod gate;
mod pool;
mod tls;

use std::fmt;
use std::future::Future;
use std::time::Duration;

pub use address::domain_to_ascii;
pub use error::{Refused, Stage, SubmitError};

pub use crate::tls::Security;

use zeroize::Zeroizing;

use address::Envelope;
use connection::Connection;
use pool::Pool;
use tls::Tls;

/// Connections that submit at once; further messages wait.
const CONNECTIONS_MAX: usize = 8;

/// Where a relay is and how to talk to it.
#[derive(Clone)]
pub struct RelaySettings {
    /// Host name or address; also the name that its certificate is for.
    pub host: String,
    /// Port: 465 with [`Security::Tls`], else 587 or 25.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// How we call ourselves: a domain name, or an address in brackets.
    pub hello: String,
    /// User and password for all messages, if the relay wants them and those who send do not sign in themselves.
    pub login: Option<Login>,
    /// Certificates in PEM that are trusted besides the system's.
    pub authorities: Option<Vec<u8>>,
    /// Longest wait for a connection and for each answer but the last, for which ten times as much is granted (RFC
    /// 5321 section 4.5.3.2.6).
    pub timeout: Duration,
}

/// User and password. `Debug` shows neither.
#[derive(Clone)]
pub struct Login {
    /// The user.
    pub user: String,
    /// The password.
    pub password: Zeroizing<String>,
}

/// A message and its envelope.
#[derive(Clone, Copy, Debug)]
pub struct Submission<'m> {
    /// Where the relay reports to.
    pub sender: &'m str,
    /// To whom it goes.
    pub recipients: &'m [String],
    /// The message; every line ends with CRLF.
    pub message: &'m [u8],
}

/// What the relay took.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Submitted {
    /// Recipients that it did not take; there was at least one that it took.
    pub refused: Vec<Refused>,
}

/// A relay. Connections are kept for a while and used again.
#[derive(Debug)]
pub struct Relay {
    settings: RelaySettings,
    tls: Option<Tls>,
    pool: Pool,
}

impl Relay {
    /// A relay that is not connected to yet.
    ///
    /// # Errors
    /// When the certificates cannot be used, or the host is no name that a certificate can be for.
    pub fn new(settings: RelaySettings) -> Result<Self, RelayError> {
        let tls = match settings.security {
            Security::Plain => None,
            Security::Tls | Security::StartTls => {
                Some(Tls::new(&settings.host, settings.authorities.as_deref())?)
            }
        };
        Ok(Self {
            settings,
            tls,
            pool: Pool::new(CONNECTIONS_MAX),
        })
    }

    /// Submits a message over a connection of its own, signed in as whoever sends it. As [`Self::submit`] otherwise.
    ///
    /// # Errors
    /// As [`Self::submit`]; a refused sign-in is `Permanent` at [`Stage::Login`].
    pub async fn submit_as<C, E>(
        &self,
        login: &Login,
        mail: Submission<'_>,
        commit: C,
    ) -> Result<Submitted, SubmitError>
    where
        C: Future<Output = Result<(), E>> + Send,
        E: std::error::Error + Send + Sync + 'static,
    {
        let envelope = Envelope::new(&mail)?;
        let place = self.pool.place().await;
        let mut connection =
            Connection::open(&self.settings, self.tls.as_ref(), Some(login)).await?;
        let accepted = connection.envelope(&envelope).await;
        let sent = match accepted {
            Ok(refused) => {
                let sent = connection.message(mail.message, commit).await;
                sent.map(|()| refused)
            }
            Err(error) => Err(error),
        };
        connection.leave().await;
        drop(place);
        let mut refused = sent?;
        refused.extend(envelope.unspeakable);
        Ok(Submitted { refused })
    }

    /// Submits a message. All of it has been written but the final dot when `commit` is awaited; only if that is
    /// `Ok` the message goes.
    ///
    /// Not cancel-safe once `commit` has begun: whether a message went that nobody waited for is not known.
    ///
    /// # Errors
    /// [`SubmitError`]: none but `Lost` leaves a doubt that nothing was sent.
    pub async fn submit<C, E>(
        &self,
        mail: Submission<'_>,
        commit: C,
    ) -> Result<Submitted, SubmitError>
    where
        C: Future<Output = Result<(), E>> + Send,
        E: std::error::Error + Send + Sync + 'static,
    {
        let envelope = Envelope::new(&mail)?;
        let place = self.pool.place().await;
        let mut connection = self.connection().await?;
        let accepted = connection.envelope(&envelope).await;
        let mut refused = match accepted {
            Ok(refused) => refused,
            Err(error) => {
                // The relay answered, so the connection is good for the next message.
                if connection.is_usable() {
                    self.pool.keep(connection);
                }
                return Err(error);
            }
        };
        connection.message(mail.message, commit).await?;
        if connection.is_usable() {
            self.pool.keep(connection);
        }
        drop(place);
        refused.extend(envelope.unspeakable);
        Ok(Submitted { refused })
    }

    /// One that is open and answers, else a new one.
    async fn connection(&self) -> Result<Connection, SubmitError> {
        while let Some(mut kept) = self.pool.take() {
            if kept.answers().await {
                return Ok(kept);
            }
        }
        Connection::open(
            &self.settings,
            self.tls.as_ref(),
            self.settings.login.as_ref(),
        )
        .await
    }
}

/// Why there is no relay.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RelayError {
    /// Certificates to be trusted cannot be read.
    #[error("certificates cannot be used")]
    Certificates(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No certificate can be for such a host.
    #[error("no certificate can be for that host")]
    Host,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(..)")
    }
}

impl fmt::Debug for RelaySettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelaySettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("login", &self.login)
            .finish_non_exhaustive()
    }
}
