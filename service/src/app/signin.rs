//! Whose password is checked by whom: by the users file, or by the server that has the mail.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use crate::app::servers::Servers;
use crate::config::{Config, MailStore, MasterStyle, Route, Routes, SignInBy};
use crate::http::auth::{Account, Authenticator, Checker, LoginName, Verdict};
use crate::http::request::AccountName;
use crate::http::users::Users;
use crate::secret::Secret;

/// Of how many accounts is remembered that a password of theirs went bad.
const REVOKED_MAX: usize = 50_000;

/// Lets people in. Cheap to clone.
#[derive(Clone)]
pub(crate) struct SignIn {
    inner: Arc<Inner>,
}

struct Inner {
    users: Option<Users>,
    servers: Servers,
    routes: Routes,
    domains: Vec<String>,
    generations: Mutex<Generations>,
}

/// What changes when what was found out of an account's passwords no longer holds.
#[derive(Default)]
struct Generations {
    of_all: u64,
    own: HashMap<AccountName, u64>,
}

impl SignIn {
    /// People of the users file, if there is one, and of the servers.
    pub(crate) fn new(users: Option<Users>, servers: Servers, config: &Config) -> Self {
        let inner = Inner {
            users,
            servers,
            routes: config.routes.clone(),
            domains: config.auth.domains.clone(),
            generations: Mutex::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Forgets what was found out of an account's passwords: the next request has its own checked.
    pub(crate) fn revoke(&self, account: &AccountName) {
        let mut generations = self.generations();
        if generations.own.len() >= REVOKED_MAX && !generations.own.contains_key(account) {
            // Everybody is checked once more.
            generations.own.clear();
            generations.of_all += 1 << 32;
        }
        *generations.own.entry(account.clone()).or_default() += 1;
    }

    fn generations(&self) -> std::sync::MutexGuard<'_, Generations> {
        let generations = self.inner.generations.lock();
        generations.unwrap_or_else(PoisonError::into_inner)
    }

    fn generation(&self, account: &AccountName) -> u64 {
        let generations = self.generations();
        generations.of_all + generations.own.get(account).copied().unwrap_or_default()
    }

    /// An account of the users file, unless a server has it.
    fn here(&self, login: &LoginName) -> Option<Account> {
        let account = self.inner.users.as_ref()?.resolve(login)?;
        let route = self.inner.routes.of(account.name.as_str())?;
        (route.sign_in == SignInBy::Users).then_some(account)
    }

    /// An account that may be at a server: only that knows whether it is.
    fn there(&self, login: &LoginName) -> Option<Account> {
        let inner = &self.inner;
        let name = login.account(&inner.domains)?;
        let route = inner.routes.of(name.as_str())?;
        if route.sign_in != SignInBy::Server || means_a_master(route, &name) {
            return None;
        }
        let at = inner.servers.at(route, name.as_str())?;
        let address = name.domain().is_some();
        Some(Account {
            address: address.then(|| name.as_str().into()),
            generation: self.generation(&name),
            checker: Checker::Server(at.number),
            name,
        })
    }
}

/// Whether the server would take a part of the name for that of a master user.
fn means_a_master(route: &Route, name: &AccountName) -> bool {
    let MailStore::Imap { server, .. } = &route.mail else {
        return false;
    };
    let style = server.master.as_ref().map(|master| master.style);
    match style {
        Some(MasterStyle::Separator(between)) => name.as_str().contains(between),
        // What most servers that have master users use.
        Some(MasterStyle::Authzid) | None => name.as_str().contains('*'),
    }
}

#[async_trait]
impl Authenticator for SignIn {
    fn resolve(&self, login: &LoginName) -> Option<Account> {
        self.here(login).or_else(|| self.there(login))
    }

    async fn check(&self, account: Option<&Account>, password: &Secret, client: IpAddr) -> Verdict {
        let inner = &self.inner;
        let at = account.and_then(|account| {
            let route = inner.routes.of(account.name.as_str())?;
            let at = inner.servers.at(route, account.name.as_str())?;
            (account.checker == Checker::Server(at.number)).then_some(at)
        });
        match (at, &inner.users) {
            (Some(at), _) => at.server.check(&at.login, password, Some(client)).await,
            (None, Some(users)) => users.check(account, password, client).await,
            // Nobody is called so, and there is no hash to compare with.
            (None, None) => Verdict::Wrong,
        }
    }
}

#[cfg(test)]
mod tests;
