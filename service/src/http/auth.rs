//! Signing in: who asks, and is the password right.
//!
//! [`Gate`] stands between requests and an [`Authenticator`]: it remembers right and wrong passwords for a
//! while (as keyed hashes), lets few checks run at once and one for each account, and slows down who guesses.
//! A check that could not be made is never "wrong": it is answered with 503, not 401.

mod basic;
mod gate;
mod memory;
mod slow;
mod throttle;

use std::sync::Arc;

use async_trait::async_trait;

use crate::http::request::{AccountName, Secret};

pub use basic::Credentials;
pub use gate::{Gate, SignInError};

/// What knows accounts and their passwords: the users file, or a backend.
#[async_trait]
pub trait Authenticator: Send + Sync + 'static {
    /// The account that a login name leads to, if there is one. Called for each request: must be quick.
    fn resolve(&self, login: &LoginName) -> Option<Account>;

    /// Whether the password is right. Without an account it must cost as much as with one, and is
    /// [`Verdict::Wrong`].
    async fn check(&self, account: Option<&Account>, password: &Secret) -> Verdict;
}

/// An account, before its password was checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Account {
    /// Its canonical name.
    pub name: AccountName,
    /// Its address, when it is known.
    pub address: Option<Arc<str>>,
    /// Changes when what was found out of passwords no longer holds.
    pub generation: u64,
}

/// What a check found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// The password is right.
    Right,
    /// The password is wrong, or the account is not there.
    Wrong,
    /// It could not be checked.
    Unavailable,
}

/// A login name in its parts, lower case: `user`, `\user`, `DOMAIN\user`, `user@domain`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct LoginName {
    /// The user.
    pub local: String,
    /// The domain, when one was given.
    pub domain: Option<String>,
}

impl LoginName {
    /// Takes a name apart.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = text.trim().to_lowercase();
        let (before, rest) = match text.split_once('\\') {
            Some((domain, rest)) => (Some(domain.to_owned()), rest.to_owned()),
            None => (None, text),
        };
        let before = before.filter(|domain| !domain.is_empty());
        match rest.rsplit_once('@') {
            // `DOMAIN\user@domain` is sent by clients that ask for both: the address says it all.
            Some((local, domain)) => Self {
                local: local.to_owned(),
                domain: Some(domain.to_owned()),
            },
            None => Self {
                local: rest,
                domain: before,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn login_names_come_in_four_forms() {
        for (text, local, domain) in [
            ("Anna", "anna", None),
            ("\\anna", "anna", None),
            ("CORP\\Anna", "anna", Some("corp")),
            ("anna@Example.org", "anna", Some("example.org")),
            ("corp\\anna@example.org", "anna", Some("example.org")),
            (" anna ", "anna", None),
            ("a@b@example.org", "a@b", Some("example.org")),
        ] {
            let login = LoginName::parse(text);
            assert_eq!(
                (login.local.as_str(), login.domain.as_deref()),
                (local, domain),
                "{text}"
            );
        }
    }
}
