//! Mailboxes on real IMAP servers, changed by other clients meanwhile.

mod contract;
mod cut;
mod folders;
mod large;
mod searching;
mod tap;
mod troubles;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use backends::Class;
use backends::contract::Bench;
use backends::imap::{
    Extension, ImapMailbox, ImapOptions, ImapServer, ImapStore, Login, Secret, Security,
    WatchOptions,
};
use backends::servers::ImapHand;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The gateway's side of a server that is not protected.
pub(crate) fn plain(port: u16) -> ImapServer {
    ImapServer {
        security: Security::Plain,
        ..ImapServer::new("localhost", port)
    }
}

pub(crate) fn password(user: &str, password: &str) -> Login {
    Login {
        user: user.to_owned(),
        secret: Secret::Password(password.to_owned().into()),
        origin: None,
    }
}

/// A store whose watches look often.
pub(crate) struct Site {
    pub(crate) store: ImapStore,
    /// Ends with the site.
    _driver: JoinSet<()>,
}

impl Site {
    fn new(server: ImapServer) -> Self {
        let options = ImapOptions {
            poll_every: Duration::from_millis(100),
            watch: WatchOptions {
                listen: Vec::new(),
                ..WatchOptions::default()
            },
            ..ImapOptions::default()
        };
        Self::with(server, options)
    }

    pub(crate) fn with(server: ImapServer, options: ImapOptions) -> Self {
        let (store, driver) = ImapStore::new(server, options).unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(driver.run(CancellationToken::new()));
        Self {
            store,
            _driver: tasks,
        }
    }

    /// The account of a user with the password `secret`.
    pub(crate) fn mailbox(&self, user: &str) -> ImapMailbox {
        self.store.mailbox(user, Arc::new(password(user, "secret")))
    }

    pub(crate) fn bench(&self, user: &str, hand: ImapHand) -> Bench {
        Bench {
            mailbox: Arc::new(self.mailbox(user)),
            hand: Arc::new(hand),
            class: Class::Email,
        }
    }
}

/// A server of which these abilities are not used.
pub(crate) fn without(port: u16, disabled: &[Extension]) -> ImapServer {
    ImapServer {
        disabled: disabled.iter().copied().collect::<BTreeSet<_>>(),
        ..plain(port)
    }
}
