//! The way out for mail: the relay that is configured, and whose addresses are here.

use std::path::Path;
use std::sync::Arc;

use backends::smtp::{Login, Relay, RelayError, RelaySettings, Security};
use tracing::info;
use zeroize::Zeroizing;

use crate::app::StartError;
use crate::commands::{Directory, Outbox, OutboxLimits};
use crate::config::{self, Config, MailStore, RelayAuth, RelaySecurity, Routes};
use crate::http::request::AccountName;
use crate::http::users::Users;

/// The users file, asked for addresses. Whose mail is on a server gets it there, by the relay.
struct People {
    users: Option<Users>,
    routes: Routes,
}

impl Directory for People {
    fn account_of(&self, address: &str) -> Option<AccountName> {
        let account = self.users.as_ref()?.account_of(address)?;
        let route = self.routes.of(account.as_str())?;
        matches!(route.mail, MailStore::Maildir).then_some(account)
    }
}

/// Reads the files that the settings name. Nothing is connected to.
pub(super) async fn open(config: &Config, users: Option<Users>) -> Result<Arc<Outbox>, StartError> {
    let smtp = config.smtp.clone();
    let opening = tokio::task::spawn_blocking(move || smtp.relay.as_ref().map(relay).transpose());
    let relay = opening.await.map_err(|_| StartError::Interrupted)??;
    match &relay {
        Some(relay) => info!(?relay, "mail for others goes to a relay"),
        None => info!("no relay (smtp.host): only users of this service can be written to"),
    }
    let domain = config.auth.domains.first();
    let outbox = Outbox::new(
        relay,
        Arc::new(People {
            users,
            routes: config.routes.clone(),
        }),
        domain.map_or("localhost", String::as_str),
        OutboxLimits {
            recipients: config.smtp.recipients_max,
            bytes: config.smtp.message_bytes_max,
        },
    );
    let by_user = config.smtp.relay.as_ref();
    let by_user = by_user.is_some_and(|relay| relay.auth == RelayAuth::User);
    Ok(Arc::new(match by_user {
        true => outbox.signing_in(config.routes.clone()),
        false => outbox,
    }))
}

/// Blocks.
fn relay(relay: &config::Relay) -> Result<Relay, StartError> {
    let login = match &relay.auth {
        RelayAuth::Site {
            user,
            password_file,
        } => Some(Login {
            user: user.clone(),
            password: secret_file("smtp.password_file", password_file)?,
        }),
        RelayAuth::None | RelayAuth::User => None,
    };
    let authorities = relay.ca_file.as_deref();
    let authorities = authorities
        .map(|file| std::fs::read(file).map_err(unread("smtp.ca_file", file)))
        .transpose()?;
    let settings = RelaySettings {
        host: relay.host.clone(),
        port: relay.port,
        security: match relay.security {
            RelaySecurity::Tls => Security::Tls,
            RelaySecurity::StartTls => Security::StartTls,
            RelaySecurity::Plain | RelaySecurity::PlainAnywhere => Security::Plain,
        },
        hello: relay.hello.clone(),
        login,
        authorities,
        timeout: relay.timeout,
    };
    Relay::new(settings).map_err(|source| StartError::Relay {
        key: match &source {
            RelayError::Certificates(_) => "smtp.ca_file",
            _ => "smtp.host",
        },
        source,
    })
}

/// The password or token in a file, without the line end. Blocks.
pub(super) fn secret_file(key: &'static str, file: &Path) -> Result<Zeroizing<String>, StartError> {
    let text = Zeroizing::new(std::fs::read_to_string(file).map_err(unread(key, file))?);
    Ok(Zeroizing::new(
        text.trim_end_matches(['\r', '\n']).to_owned(),
    ))
}

pub(super) fn unread(
    key: &'static str,
    path: &Path,
) -> impl FnOnce(std::io::Error) -> StartError + use<> {
    let path = path.to_owned();
    move |source| StartError::File { key, path, source }
}
