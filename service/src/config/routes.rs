//! Whose things are where.

use std::collections::HashMap;
use std::sync::Arc;

use super::imap::ImapServer;
use super::template::NameTemplate;

/// Where the things of some accounts are.
#[derive(Clone, Debug)]
pub struct Route {
    /// Their mail.
    pub mail: MailStore,
    /// Whether their contacts are in a vdir; else they have none.
    pub contacts: bool,
    /// By what their passwords are checked.
    pub sign_in: SignInBy,
}

/// Where mail is.
#[derive(Clone, Debug)]
pub enum MailStore {
    /// In a Maildir here.
    Maildir,
    /// On a server.
    Imap {
        /// Which.
        server: Arc<ImapServer>,
        /// Under which name accounts sign in there.
        login: NameTemplate,
    },
}

/// By what passwords are checked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SignInBy {
    /// The users file.
    Users,
    /// The server that has the mail.
    Server,
}

/// All routes.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    users: HashMap<String, Arc<Route>>,
    domains: HashMap<String, Arc<Route>>,
    rest: Option<Arc<Route>>,
    domain: Option<String>,
}

impl Routes {
    /// Routes by whom they are for, lower case, and one for the rest. Names without a domain belong to `domain`.
    pub(super) fn new(rest: Option<Route>, domain: Option<&String>) -> Self {
        Self {
            rest: rest.map(Arc::new),
            domain: domain.cloned(),
            ..Self::default()
        }
    }

    /// Adds a route. Answers whom there is one for already.
    pub(super) fn add(
        &mut self,
        route: Route,
        domains: &[String],
        users: &[String],
    ) -> Vec<String> {
        let route = Arc::new(route);
        let mut twice = Vec::new();
        for domain in domains {
            let domain = domain.to_lowercase();
            if let Some(before) = self.domains.insert(domain.clone(), Arc::clone(&route)) {
                self.domains.insert(domain.clone(), before);
                twice.push(domain);
            }
        }
        for user in users {
            let user = self.full(&user.to_lowercase());
            if let Some(before) = self.users.insert(user.clone(), Arc::clone(&route)) {
                self.users.insert(user.clone(), before);
                twice.push(user);
            }
        }
        twice
    }

    /// Where the things of an account are, by its canonical name; `None` when there is no such account.
    #[must_use]
    pub fn of(&self, account: &str) -> Option<&Arc<Route>> {
        let full = self.full(account);
        let by_user = self.users.get(full.as_str());
        let by_domain = || self.domains.get(full.rsplit_once('@')?.1);
        by_user.or_else(by_domain).or(self.rest.as_ref())
    }

    /// Every route, some perhaps more than once.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Route>> {
        let named = self.users.values().chain(self.domains.values());
        named.chain(&self.rest)
    }

    fn full(&self, account: &str) -> String {
        match &self.domain {
            Some(domain) if !account.contains('@') => format!("{account}@{domain}"),
            Some(_) | None => account.to_owned(),
        }
    }
}
