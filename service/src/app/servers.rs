//! Mail servers: signing people in to them, and opening their mailboxes there.

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use backends::{BackendError, Mailbox};

use crate::config::{self, MailStore, Route};
use crate::http::auth::Verdict;
use crate::secret::Secret;

/// A mail server.
#[async_trait]
pub(crate) trait MailServer: Send + Sync + 'static {
    /// Whether the server lets somebody in. Only what certainly speaks of name and password is
    /// [`Verdict::Wrong`].
    async fn check(&self, login: &str, password: &Secret, client: Option<IpAddr>) -> Verdict;

    /// Somebody's mailbox, opened by a password that was shown there, or else by the master user. Nothing is connected
    /// to for this.
    ///
    /// # Errors
    /// When it cannot be opened in that way.
    fn mailbox(
        &self,
        login: &str,
        shown: Option<(&Secret, IpAddr)>,
    ) -> Result<Arc<dyn Mailbox>, BackendError>;
}

/// All servers, in the order of the settings.
#[derive(Clone)]
pub(crate) struct Servers(Arc<[Known]>);

struct Known {
    settings: Arc<config::ImapServer>,
    server: Arc<dyn MailServer>,
}

/// An account at a server.
pub(crate) struct At<'s> {
    /// The number of the server.
    pub(crate) number: usize,
    /// The server.
    pub(crate) server: &'s Arc<dyn MailServer>,
    /// Under which name it is known there.
    pub(crate) login: String,
    /// Whether a master user opens its mailbox.
    pub(crate) mastered: bool,
}

impl Servers {
    /// Servers by their settings.
    pub(crate) fn new(
        servers: impl IntoIterator<Item = (Arc<config::ImapServer>, Arc<dyn MailServer>)>,
    ) -> Self {
        let known = |(settings, server)| Known { settings, server };
        Self(servers.into_iter().map(known).collect())
    }

    /// Where an account is that a route leads to a server.
    pub(crate) fn at<'s>(&'s self, route: &Route, account: &str) -> Option<At<'s>> {
        let MailStore::Imap { server, login } = &route.mail else {
            return None;
        };
        let ours = |known: &Known| known.settings.name == server.name;
        let number = self.0.iter().position(ours)?;
        Some(At {
            number,
            server: &self.0.get(number)?.server,
            login: login.name(account),
            mastered: server.master.is_some(),
        })
    }
}

#[cfg(test)]
pub(crate) mod fake;
