//! Where messages go: people here, and a relay for all others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use backends::smtp::{Login, Relay, domain_to_ascii};
use tokio::sync::OwnedMutexGuard;

use crate::config::{MailStore, Routes};
use crate::error::Unsent;
use crate::http::request::{AccountName, Identity};
use crate::ids::Principal;
use crate::metrics::SendRoute;
use crate::store::SendIdent;

/// From how many messages on those are forgotten that nobody waits for.
const KEPT: usize = 10_000;

/// One message of one device.
type Message = (Principal, SendIdent);

/// Knows whose addresses are here.
pub trait Directory: Send + Sync + 'static {
    /// The account that mail to `address` is for; the domain is in ASCII.
    fn account_of(&self, address: &str) -> Option<AccountName>;
}

/// Bounds of one message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OutboxLimits {
    /// Most recipients.
    pub recipients: usize,
    /// Largest message, in bytes.
    pub bytes: usize,
}

/// What messages go out by.
pub struct Outbox {
    relay: Option<Relay>,
    /// Under which names people sign in to the relay, if they do.
    logins: Option<Routes>,
    directory: Arc<dyn Directory>,
    domain: String,
    limits: OutboxLimits,
    turns: Mutex<HashMap<Message, Arc<tokio::sync::Mutex<()>>>>,
}

/// One message's turn: the same message waits.
pub(super) struct Turn {
    /// Whether the same message was being sent.
    pub(super) waited: bool,
    _guard: OwnedMutexGuard<()>,
}

/// Recipients by who takes them.
#[derive(Clone, Debug, Default)]
pub(super) struct Recipients {
    /// Those whom the relay takes.
    pub(super) relayed: Vec<String>,
    /// Those here, each with the account, once.
    pub(super) here: Vec<(String, AccountName)>,
}

impl Outbox {
    /// Without a relay only people here can be reached. `domain` is in whose name notes are written.
    #[must_use]
    pub fn new(
        relay: Option<Relay>,
        directory: Arc<dyn Directory>,
        domain: &str,
        limits: OutboxLimits,
    ) -> Self {
        Self {
            relay,
            logins: None,
            directory,
            domain: domain.to_owned(),
            limits,
            turns: Mutex::default(),
        }
    }

    /// Has people sign in to the relay with their own names and passwords.
    #[must_use]
    pub fn signing_in(self, logins: Routes) -> Self {
        Self {
            logins: Some(logins),
            ..self
        }
    }

    /// How somebody signs in to the relay; `None`: as everybody.
    pub(super) fn login(&self, who: &Identity) -> Option<Login> {
        let route = self.logins.as_ref()?.of(who.account.as_str());
        let user = match route.map(|route| &route.mail) {
            Some(MailStore::Imap { login, .. }) => login.name(who.account.as_str()),
            Some(MailStore::Maildir) | None => who.account.as_str().to_owned(),
        };
        let password = String::from_utf8_lossy(who.secret.expose()).into_owned();
        Some(Login {
            user,
            password: password.into(),
        })
    }

    /// One by which nobody can be reached.
    #[must_use]
    pub fn to_nobody() -> Self {
        struct Nobody;

        impl Directory for Nobody {
            fn account_of(&self, _address: &str) -> Option<AccountName> {
                None
            }
        }

        let limits = OutboxLimits {
            recipients: 1,
            bytes: 1 << 20,
        };
        Self::new(None, Arc::new(Nobody), "localhost", limits)
    }

    pub(super) fn relay(&self) -> Option<&Relay> {
        self.relay.as_ref()
    }

    pub(super) fn directory(&self) -> Arc<dyn Directory> {
        Arc::clone(&self.directory)
    }

    pub(super) fn domain(&self) -> &str {
        &self.domain
    }

    pub(super) fn limits(&self) -> OutboxLimits {
        self.limits
    }

    /// Waits until nobody else sends this message.
    pub(super) async fn turn(&self, message: Message) -> Turn {
        let lock = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            if turns.len() >= KEPT {
                turns.retain(|_, lock| Arc::strong_count(lock) > 1);
            }
            Arc::clone(turns.entry(message).or_default())
        };
        match Arc::clone(&lock).try_lock_owned() {
            Ok(guard) => Turn {
                waited: false,
                _guard: guard,
            },
            Err(_busy) => Turn {
                waited: true,
                _guard: lock.lock_owned().await,
            },
        }
    }

    /// Sorts recipients. An address of a domain of ours that is nobody's goes to the relay, which may know of lists and
    /// aliases that we do not; without one it is refused like all that are not here.
    pub(super) fn routes(&self, recipients: &[String]) -> Result<Recipients, Unsent> {
        if recipients.len() > self.limits.recipients {
            return Err(Unsent::TooManyRecipients);
        }
        let mut routes = Recipients::default();
        for recipient in recipients {
            match self.account_of(recipient) {
                Some(account) => {
                    // Two addresses of one person are one mailbox.
                    if routes.here.iter().all(|(_, known)| *known != account) {
                        routes.here.push((recipient.clone(), account));
                    }
                }
                None if self.relay.is_some() => routes.relayed.push(recipient.clone()),
                None => return Err(Unsent::Unreachable),
            }
        }
        Ok(routes)
    }

    fn account_of(&self, address: &str) -> Option<AccountName> {
        account_of(&*self.directory, address)
    }
}

/// The account that an address is for, its domain in whatever form.
pub(super) fn account_of(directory: &dyn Directory, address: &str) -> Option<AccountName> {
    let (local, domain) = address.rsplit_once('@')?;
    let ascii = domain_to_ascii(domain)?;
    let found = directory.account_of(&format!("{local}@{ascii}"));
    found.or_else(|| directory.account_of(address))
}

impl Recipients {
    /// For the metrics.
    pub(super) fn label(&self) -> SendRoute {
        match (self.relayed.is_empty(), self.here.is_empty()) {
            (true, true) => SendRoute::None,
            (true, false) => SendRoute::Local,
            (false, true) => SendRoute::Relay,
            (false, false) => SendRoute::Both,
        }
    }
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbox")
            .field("relay", &self.relay)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
