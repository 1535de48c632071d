//! Signing in, and what is settled before and after it.

use std::fmt;
use std::net::SocketAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time;
use zeroize::Zeroizing;

use super::error::Error;
use super::extension::Extension;
use super::server::{ImapServer, MasterStyle};
use super::session::{Reply, Session};
use super::wire::{Command, Credentials, Event, Mechanism};

/// Who signs in. `Debug` shows nothing of it.
#[derive(Clone, Eq, PartialEq)]
pub struct Login {
    /// Whose mailboxes are to be opened.
    pub user: String,
    /// What proves it.
    pub secret: Secret,
    /// Where the user is, for the server's records; heard only by servers that trust us in this.
    pub origin: Option<SocketAddr>,
}

/// What proves who somebody is. `Debug` shows nothing of it.
#[derive(Clone, Eq, PartialEq)]
pub enum Secret {
    /// A password.
    Password(Zeroizing<String>),
    /// An OAuth access token.
    Token(Zeroizing<String>),
    /// Nothing: the [`Master`](super::Master) opens the mailboxes.
    Master,
}

impl fmt::Debug for Login {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Login")
            .field("secret", &self.secret)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Password(_) => "Password(..)",
            Self::Token(_) => "Token(..)",
            Self::Master => "Master",
        })
    }
}

/// How often a mechanism may be asked something that we have no answer to.
const QUESTIONS_MAX: usize = 3;

impl Login {
    fn credentials(&self, server: &ImapServer) -> Result<Credentials, Error> {
        let user = self.user.clone();
        Ok(match &self.secret {
            Secret::Password(password) => Credentials::Password {
                user,
                password: password.clone(),
                act_as: None,
            },
            Secret::Token(token) => Credentials::Bearer {
                user,
                token: token.clone(),
            },
            Secret::Master => {
                let master = server.master.as_ref().ok_or(Error::NoMechanism)?;
                let password = master.password.clone();
                match master.style {
                    MasterStyle::ActAs => Credentials::Password {
                        user: master.user.clone(),
                        password,
                        act_as: Some(user),
                    },
                    // A user of that name must not become the master of another.
                    MasterStyle::Separator(between) if user.contains(between) => {
                        return Err(super::wire::ArgumentError::Credentials.into());
                    }
                    MasterStyle::Separator(between) => Credentials::Password {
                        user: format!("{user}{between}{}", master.user),
                        password,
                        act_as: None,
                    },
                }
            }
        })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Signs in, and enables what the server offers and is not disabled.
    ///
    /// # Errors
    /// [`Error::SignIn`], [`Error::MasterSignIn`], [`Error::NoMechanism`]; as [`Session::run`].
    pub async fn login(&mut self, server: &ImapServer, login: &Login) -> Result<(), Error> {
        // One that says something again and again, but not whether it lets us in, is not waited for.
        let patience = server.timeouts.connect + server.timeouts.command;
        let signing_in = time::timeout(patience, self.sign_in(server, login));
        signing_in.await.unwrap_or(Err(Error::Silent))
    }

    async fn sign_in(&mut self, server: &ImapServer, login: &Login) -> Result<(), Error> {
        self.learn().await?;
        let credentials = login.credentials(server)?;
        self.introduce(login.origin).await?;
        let way = self.way(&credentials)?;
        // Only what is said now is true now.
        let before = self.extensions().cloned();
        self.forget_extensions();
        let reply = match way {
            Way::Command => self.login_command(&credentials).await?,
            Way::Sasl(mechanism) => {
                let initial = credentials.initial(mechanism, &server.host, server.port)?;
                let at_once = before.is_some_and(|known| known.has(Extension::SaslInitial));
                self.sasl(mechanism, &credentials, &initial, at_once)
                    .await?
            }
        };
        let _signed_in = reply.ok().map_err(|error| match error {
            Error::Refused(refusal) => Error::signing_in(refusal, login.secret == Secret::Master),
            other => other,
        })?;
        self.learn().await?;
        self.enable().await
    }

    /// Makes sure that it is known what the server can do.
    pub(super) async fn learn(&mut self) -> Result<(), Error> {
        if self.extensions().is_none() {
            let _said = self.run(Command::new("CAPABILITY")).await?.ok()?;
        }
        self.adapt();
        Ok(())
    }

    /// Says who we are, and on whose behalf. Dovecot hears that before the sign-in only.
    async fn introduce(&mut self, origin: Option<SocketAddr>) -> Result<(), Error> {
        if !self.has(Extension::Id) {
            return Ok(());
        }
        let mut command = Command::new("ID").open().text("name").text("directpush");
        if let Some(origin) = origin {
            command = command
                .text("x-originating-ip")
                .text(&origin.ip().to_canonical().to_string())
                .text("x-originating-port")
                .text(&origin.port().to_string());
        }
        // What the server thinks of it does not matter.
        let _reply = self.run(command.close()).await?;
        Ok(())
    }

    fn way(&self, credentials: &Credentials) -> Result<Way, Error> {
        let Some(known) = self.extensions() else {
            return Err(Error::NoMechanism);
        };
        let offered = |mechanism| known.offers(mechanism).then_some(Way::Sasl(mechanism));
        let way = match credentials {
            Credentials::Password {
                act_as: Some(_), ..
            } => offered(Mechanism::Plain),
            Credentials::Password { .. } => {
                let command = !known.has(Extension::LoginDisabled);
                offered(Mechanism::Plain)
                    .or(command.then_some(Way::Command))
                    .or(offered(Mechanism::Login))
            }
            Credentials::Bearer { .. } => {
                offered(Mechanism::OauthBearer).or(offered(Mechanism::Xoauth2))
            }
        };
        way.ok_or(Error::NoMechanism)
    }

    async fn login_command(&mut self, credentials: &Credentials) -> Result<Reply, Error> {
        let Credentials::Password { user, password, .. } = credentials else {
            return Err(Error::NoMechanism);
        };
        let command = Command::new("LOGIN").text(user).text(password);
        self.run(command).await
    }

    async fn sasl(
        &mut self,
        mechanism: Mechanism,
        credentials: &Credentials,
        initial: &str,
        at_once: bool,
    ) -> Result<Reply, Error> {
        let sent = (at_once && mechanism != Mechanism::Login).then_some(initial);
        let command = Command::authenticate(mechanism, sent);
        let mut answers = Vec::new();
        if sent.is_none() {
            answers.push(Zeroizing::new(STANDARD.encode(initial)));
        }
        if let (Mechanism::Login, Credentials::Password { password, .. }) = (mechanism, credentials)
        {
            answers.push(Zeroizing::new(STANDARD.encode(password.as_str())));
        }
        let mut answers = answers.into_iter();
        self.converse(&command, || {
            answers.next().unwrap_or_else(|| match mechanism {
                // RFC 7628 section 3.2.3: the server has said why not, and waits until we have heard it.
                Mechanism::OauthBearer => "AQ==".to_owned().into(),
                Mechanism::Plain | Mechanism::Login | Mechanism::Xoauth2 => Zeroizing::default(),
            })
        })
        .await
    }

    async fn converse(
        &mut self,
        command: &Command,
        mut answer: impl FnMut() -> Zeroizing<String>,
    ) -> Result<Reply, Error> {
        self.begin()?;
        let mut gathered = self.gather(command);
        self.submit(command)?;
        let mut questions = 0;
        loop {
            match self.event().await? {
                Event::Continue(_) if questions < QUESTIONS_MAX => {
                    questions += 1;
                    self.respond(&answer())?;
                }
                Event::Continue(_) => self.respond("*")?,
                Event::Done(done) => return Ok(gathered.end(self.malformed(), done)),
                Event::Untagged(data) => gathered.hold(data)?,
                Event::Malformed(_) | Event::Begin { .. } | Event::Piece(_) | Event::End => {}
            }
        }
    }

    /// Enables what changes how the server speaks, once for the whole session (RFC 5161).
    async fn enable(&mut self) -> Result<(), Error> {
        if !self.has(Extension::Enable) {
            return Ok(());
        }
        let wanted = [
            Extension::CondStore,
            Extension::Qresync,
            Extension::Utf8Accept,
        ];
        let offered: Vec<_> = wanted
            .into_iter()
            .filter(|extension| self.has(*extension))
            .collect();
        if offered.is_empty() {
            return Ok(());
        }
        let command = offered
            .iter()
            .fold(Command::new("ENABLE"), |command, extension| {
                command.words(extension.name())
            });
        // A server that enables nothing is served without.
        let _reply = self.run(command).await?;
        self.adapt();
        Ok(())
    }
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Command,
    Sasl(Mechanism),
}
