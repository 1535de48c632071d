//! IMAP servers as the settings describe them.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use backends::hook::HookFeed;
use backends::imap::{
    self, Connector, Extension, ImapDriver, ImapOptions, ImapStore, Listening, Login, ServerError,
    Timeouts, WatchOptions,
};
use backends::{BackendError, Kind, Mailbox};
use tokio::time;
use tracing::{info, warn};

use crate::app::StartError;
use crate::app::outbox::{secret_file, unread};
use crate::app::servers::{MailServer, Servers};
use crate::config::{Config, ImapServer, MasterStyle, ServerSecurity, WatchBy};
use crate::error::chain;
use crate::http::auth::Verdict;
use crate::secret::Secret;

/// How long taking leave may take.
const LEAVE: Duration = Duration::from_secs(5);

/// A server by IMAP.
struct Imap {
    connector: Connector,
    store: ImapStore,
    settings: Arc<ImapServer>,
}

/// Reads the files that the settings name. Nobody is connected to.
pub(super) async fn open(
    config: &Config,
    feed: &HookFeed,
) -> Result<(Servers, Vec<ImapDriver>), StartError> {
    let servers = config.servers.clone();
    let hooks = config.listen.hooks.is_some();
    let feed = hooks.then(|| feed.clone());
    let opening = tokio::task::spawn_blocking(move || {
        let opened = servers.into_iter().map(|settings| {
            let server = described(&settings)?;
            let refused = |source| refused(&settings, source);
            let connector = Connector::new(server.clone()).map_err(refused)?;
            let (store, driver) =
                ImapStore::new(server, options(&settings, feed.as_ref())).map_err(refused)?;
            told(&settings, hooks);
            let server = Arc::new(Imap {
                connector,
                store,
                settings: Arc::clone(&settings),
            });
            Ok(((settings, server as Arc<dyn MailServer>), driver))
        });
        opened.collect::<Result<Vec<_>, StartError>>()
    });
    let opened = opening.await.map_err(|_| StartError::Interrupted)??;
    let (servers, drivers): (Vec<_>, Vec<_>) = opened.into_iter().unzip();
    Ok((Servers::new(servers), drivers))
}

fn options(server: &ImapServer, hooks: Option<&HookFeed>) -> ImapOptions {
    let listen = match server.watch {
        WatchBy::Auto => vec![Listening::Hook, Listening::Idle, Listening::Notify],
        WatchBy::Hook => vec![Listening::Hook],
        WatchBy::Idle => vec![Listening::Idle],
        WatchBy::Notify => vec![Listening::Notify],
        WatchBy::Poll => Vec::new(),
    };
    ImapOptions {
        hooks: hooks.cloned(),
        watch: WatchOptions {
            listen,
            idle_more: server.idle_connections_max,
            sweep_every: server.sweep,
            ..WatchOptions::default()
        },
        sessions_per_account: server.connections_per_account,
        poll_every: server.poll,
        fetch_bytes_max: u64::try_from(server.message_bytes_max).unwrap_or(u64::MAX),
        ..ImapOptions::default()
    }
}

fn refused(server: &ImapServer, source: ServerError) -> StartError {
    StartError::Server {
        key: match &source {
            ServerError::Certificates(_) => "ca_file",
            _ => "host",
        },
        name: server.name.clone(),
        source,
    }
}

/// Says in the log what is going to happen with a server.
fn told(server: &ImapServer, hooks: bool) {
    info!(
        server = server.name,
        host = server.host,
        port = server.port,
        security = ?server.security,
        master = server.master.is_some(),
        watch = server.watch.as_str(),
        "mail server"
    );
    if server.watch == WatchBy::Poll {
        warn!(
            server = server.name,
            every_s = server.poll.as_secs(),
            "changes are looked for, as watch = \"poll\" wants; other ways are told of them"
        );
    }
    if server.watch == WatchBy::Auto && !hooks {
        info!(
            server = server.name,
            "each account that is watched holds a connection to the server; see docs/imap.md for the limits there, \
             and for hooks, which need none"
        );
    }
}

/// Blocks.
fn described(server: &ImapServer) -> Result<imap::ImapServer, StartError> {
    let master = match &server.master {
        Some(master) => Some(imap::Master {
            user: master.user.clone(),
            password: secret_file("master_password_file", &master.password_file)?,
            style: match master.style {
                MasterStyle::Authzid => imap::MasterStyle::ActAs,
                MasterStyle::Separator(between) => imap::MasterStyle::Separator(between),
            },
        }),
        None => None,
    };
    let authorities = server.ca_file.as_deref().map(certificates).transpose()?;
    let defaults = imap::ImapServer::new(server.host.clone(), server.port);
    Ok(imap::ImapServer {
        security: match server.security {
            ServerSecurity::Tls => imap::Security::Tls,
            ServerSecurity::StartTls => imap::Security::StartTls,
            ServerSecurity::Plain => imap::Security::Plain,
        },
        authorities,
        timeouts: Timeouts {
            connect: server.connect_timeout,
            greeting: server.connect_timeout,
            command: server.command_timeout,
        },
        master,
        disabled: server
            .disabled_capabilities
            .iter()
            .filter_map(|name| Extension::parse(name))
            .collect(),
        limits: imap::wire::Limits {
            literal: server.literal_bytes_max,
            response: server.literal_bytes_max.saturating_mul(4),
            ..defaults.limits
        },
        ..defaults
    })
}

fn certificates(file: &Path) -> Result<Vec<u8>, StartError> {
    std::fs::read(file).map_err(unread("ca_file", file))
}

impl Imap {
    /// What the server is told of where a device is.
    fn origin(&self, client: IpAddr) -> Option<SocketAddr> {
        let told = self.settings.pass_client_address;
        told.then(|| SocketAddr::new(client, 0))
    }
}

#[async_trait]
impl MailServer for Imap {
    async fn check(&self, login: &str, password: &Secret, client: Option<IpAddr>) -> Verdict {
        // What is no text is nobody's password: IMAP cannot even say it.
        let Ok(password) = std::str::from_utf8(password.expose()) else {
            return Verdict::Wrong;
        };
        let login = Login {
            user: login.to_owned(),
            secret: imap::Secret::Password(password.to_owned().into()),
            origin: client.and_then(|client| self.origin(client)),
        };
        let error = match self.connector.open(&login).await {
            Ok(session) => {
                let _whatever_it_says = time::timeout(LEAVE, session.logout()).await;
                return Verdict::Right;
            }
            Err(error) => error,
        };
        match error.kind() {
            Kind::Unauthorized => Verdict::Wrong,
            // Certainly about this user: who may not use IMAP has no mailbox for us.
            Kind::Forbidden => {
                info!(server = self.settings.name, %error, "somebody may not sign in");
                Verdict::Wrong
            }
            _ => {
                let host = &self.settings.host;
                let error = chain(&error);
                warn!(
                    server = self.settings.name,
                    host, error, "a password could not be checked"
                );
                Verdict::Unavailable
            }
        }
    }

    fn mailbox(
        &self,
        login: &str,
        shown: Option<(&Secret, IpAddr)>,
    ) -> Result<Arc<dyn Mailbox>, BackendError> {
        let user = login.to_owned();
        let secrets = match shown {
            Some((secret, from)) => {
                let password = String::from_utf8_lossy(secret.expose()).into_owned();
                Login {
                    user,
                    secret: imap::Secret::Password(password.into()),
                    origin: self.origin(from),
                }
            }
            None => Login {
                user,
                secret: imap::Secret::Master,
                origin: None,
            },
        };
        Ok(Arc::new(self.store.mailbox(login, Arc::new(secrets))))
    }
}
