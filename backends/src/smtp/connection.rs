//! One connection to a relay, and one message after the other over it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use tokio::net::TcpStream;
use tokio::time;

use super::address::Envelope;
use super::gate::{Gate, Gated, Secured};
use super::tls::Tls;
use super::{Login, Refused, RelaySettings, Security, Stage, SubmitError};

/// Bytes of a message that are written at once.
const PIECE: usize = 64 << 10;

/// The slowest relay that is waited for, in bytes a second.
const SLOWEST: usize = 4 << 10;

/// How many times the usual patience is granted for the last answer: the relay may deliver before it gives it.
const LAST_ANSWER: u32 = 10;

/// Longest question whether a kept connection still answers.
const PROBE: Duration = Duration::from_secs(5);

/// An open connection, signed in.
pub(super) struct Connection {
    smtp: AsyncSmtpConnection,
    gate: Arc<Gate>,
    timeout: Duration,
    usable: bool,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("usable", &self.usable)
            .finish_non_exhaustive()
    }
}

impl Connection {
    /// Connects and signs in.
    pub(super) async fn open(
        settings: &RelaySettings,
        tls: Option<&Tls>,
        login: Option<&Login>,
    ) -> Result<Self, SubmitError> {
        let opening = time::timeout(settings.timeout, connect(settings, tls));
        let (smtp, gate) = opening
            .await
            .map_err(|_elapsed| SubmitError::silent(Stage::Connect))??;
        let mut connection = Self {
            smtp,
            gate,
            timeout: settings.timeout,
            usable: true,
        };
        if let Some(login) = login {
            let credentials = Credentials::new(login.user.clone(), login.password.to_string());
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            let signing_in = connection.smtp.auth(&mechanisms, &credentials);
            match time::timeout(settings.timeout, signing_in).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => return Err(SubmitError::at(Stage::Login, error)),
                Err(_elapsed) => return Err(SubmitError::silent(Stage::Login)),
            }
        }
        Ok(connection)
    }

    /// Whether the next message may go over it.
    pub(super) fn is_usable(&self) -> bool {
        self.usable && !self.smtp.has_broken()
    }

    /// Whether a connection that was kept is still there; what a message left behind is cleared.
    pub(super) async fn answers(&mut self) -> bool {
        let asked = time::timeout(PROBE, self.smtp.command(Rset));
        matches!(asked.await, Ok(Ok(_)))
    }

    /// Takes leave, if anybody still listens. Nothing depends on it.
    pub(super) async fn leave(mut self) {
        if self.is_usable() {
            let _whatever_it_says = time::timeout(PROBE, self.smtp.command(Quit)).await;
        }
    }

    /// Names sender and recipients, and announces the message. Answers who was refused, if anybody was taken.
    pub(super) async fn envelope(
        &mut self,
        envelope: &Envelope,
    ) -> Result<Vec<Refused>, SubmitError> {
        let parameters = self.parameters(envelope)?;
        let sender = Mail::new(Some(envelope.sender.clone()), parameters);
        self.command(Stage::Sender, sender).await?;
        let mut refused = Vec::new();
        for (address, given) in &envelope.recipients {
            let answer = self
                .command(Stage::Recipients, Rcpt::new(address.clone(), Vec::new()))
                .await;
            match answer {
                Ok(()) => {}
                Err(
                    SubmitError::Permanent {
                        code: Some(code), ..
                    }
                    | SubmitError::Temporary {
                        code: Some(code), ..
                    },
                ) => refused.push(Refused {
                    recipient: given.clone(),
                    code,
                }),
                Err(other) => return Err(other),
            }
        }
        if refused.len() == envelope.recipients.len() {
            refused.extend(envelope.unspeakable.iter().cloned());
            return Err(SubmitError::Refused(refused));
        }
        self.command(Stage::Message, Data).await?;
        Ok(refused)
    }

    /// Writes the message up to its last line, waits for `commit`, and writes the dot.
    pub(super) async fn message<C, E>(
        &mut self,
        message: &[u8],
        commit: C,
    ) -> Result<(), SubmitError>
    where
        C: Future<Output = Result<(), E>> + Send,
        E: std::error::Error + Send + Sync + 'static,
    {
        // Whatever goes wrong from here on leaves the relay in the middle of a message.
        self.usable = false;
        // The dot brings a line end of its own.
        let message = message.strip_suffix(b"\r\n").unwrap_or(message);
        let size = u64::try_from(message.len() / SLOWEST).unwrap_or(u64::MAX);
        let patience = self.timeout + Duration::from_secs(size);
        let last_answer = self.timeout * LAST_ANSWER;
        let gate = Arc::clone(&self.gate);
        let pieces = Pieces {
            left: message,
            gate: &gate,
        };
        let mut sending = Box::pin(self.smtp.message_iter(pieces));
        tokio::select! {
            biased;
            // Only an error ends it here: the gate is shut before the dot.
            ended = &mut sending => return match ended {
                Ok(_) => Err(SubmitError::Lost(None)),
                Err(error) => Err(SubmitError::at(Stage::Message, error)),
            },
            () = gate.knocked() => {}
            () = time::sleep(patience) => return Err(SubmitError::silent(Stage::Message)),
        }
        if let Err(error) = commit.await {
            gate.wall_up();
            return Err(SubmitError::Held(Box::new(error)));
        }
        gate.open();
        let answer = time::timeout(last_answer, &mut sending).await;
        drop(sending);
        match answer {
            Ok(Ok(_)) => {
                self.usable = true;
                Ok(())
            }
            // An answer that says no: the message was certainly not taken.
            Ok(Err(error)) if error.status().is_some() => {
                self.usable = true;
                Err(SubmitError::at(Stage::Message, error))
            }
            Ok(Err(error)) => Err(SubmitError::Lost(Some(Box::new(error)))),
            Err(_elapsed) => Err(SubmitError::Lost(None)),
        }
    }

    /// What the relay must be able to take for this message.
    fn parameters(&self, envelope: &Envelope) -> Result<Vec<MailParameter>, SubmitError> {
        let offers = |extension| self.smtp.server_info().supports_feature(extension);
        let mut parameters = Vec::new();
        if envelope.is_international() {
            // Raw UTF-8 in headers alone does not ask for it: most relays pass that on, and a next one without the
            // extension would then have to send the whole message back.
            if !offers(Extension::SmtpUtfEight) {
                return Err(unable());
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if envelope.eight_bit {
            if !offers(Extension::EightBitMime) {
                return Err(unable());
            }
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        Ok(parameters)
    }

    async fn command(
        &mut self,
        stage: Stage,
        command: impl std::fmt::Display,
    ) -> Result<(), SubmitError> {
        match time::timeout(self.timeout, self.smtp.command(command)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => {
                // 421 closes the connection, and so does whatever is no answer.
                self.usable &= error.status().is_some_and(|code| u16::from(code) != 421);
                Err(SubmitError::at(stage, error))
            }
            Err(_elapsed) => {
                self.usable = false;
                Err(SubmitError::silent(stage))
            }
        }
    }
}

/// The relay lacks what this message needs.
fn unable() -> SubmitError {
    SubmitError::Permanent {
        stage: Stage::Sender,
        code: None,
    }
}

/// A message, piece by piece; after the last one the gate is shut.
struct Pieces<'m> {
    left: &'m [u8],
    gate: &'m Gate,
}

impl<'m> Iterator for Pieces<'m> {
    type Item = &'m [u8];

    fn next(&mut self) -> Option<Self::Item> {
        if self.left.is_empty() {
            self.gate.shut();
            return None;
        }
        let (piece, left) = self.left.split_at(self.left.len().min(PIECE));
        self.left = left;
        Some(piece)
    }
}

async fn connect(
    settings: &RelaySettings,
    tls: Option<&Tls>,
) -> Result<(AsyncSmtpConnection, Arc<Gate>), SubmitError> {
    let failed = |error: Error| SubmitError::at(Stage::Connect, error);
    let broken = |error: std::io::Error| SubmitError::Temporary {
        stage: Stage::Connect,
        code: None,
        source: Some(Box::new(error)),
    };
    let stream = TcpStream::connect((settings.host.as_str(), settings.port))
        .await
        .map_err(broken)?;
    stream.set_nodelay(true).map_err(broken)?;
    let (gated, gate) = Gated::new(stream);
    let hello = hello(&settings.hello);
    let stream: Box<dyn AsyncTokioStream> = match (settings.security, tls) {
        (Security::Tls, Some(tls)) => {
            let secured = tls.connector.connect(tls.name.clone(), gated).await;
            Box::new(Secured(secured.map_err(broken)?))
        }
        (Security::Tls | Security::StartTls | Security::Plain, _) => Box::new(gated),
    };
    let mut smtp = AsyncSmtpConnection::connect_with_transport(stream, &hello)
        .await
        .map_err(failed)?;
    if let (Security::StartTls, Some(tls)) = (settings.security, tls) {
        // Also when it is not offered: then this is an error, never a message in clear.
        smtp.starttls(tls.parameters.clone(), &hello)
            .await
            .map_err(failed)?;
    }
    Ok((smtp, gate))
}

fn hello(name: &str) -> ClientId {
    let literal = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'));
    match literal.map(str::parse) {
        Some(Ok(std::net::IpAddr::V4(address))) => ClientId::Ipv4(address),
        Some(Ok(std::net::IpAddr::V6(address))) => ClientId::Ipv6(address),
        Some(Err(_)) | None => ClientId::Domain(name.to_owned()),
    }
}
