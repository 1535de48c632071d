//! Signing in: who asks, and is the password right.
//!
//! [`Gate`] stands between requests and an [`Authenticator`]: it remembers right and wrong passwords for a
//! while (as keyed hashes), lets few checks run at once and one for each account, and slows down who guesses.
//! A check that could not be made is never "wrong": it is answered with 503, not 401.

mod basic;
mod gate;
mod lanes;
mod memory;
mod name;
mod slow;
mod throttle;

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;

use crate::http::request::{AccountName, Secret};

pub use basic::Credentials;
pub use gate::{Gate, SignInError};
pub use name::LoginName;
pub(crate) use name::{full_domain, name_mistake};

/// What knows accounts and their passwords: the users file, or a backend.
#[async_trait]
pub trait Authenticator: Send + Sync + 'static {
    /// The account that a login name leads to, if there is one. Called for each request: must be quick.
    fn resolve(&self, login: &LoginName) -> Option<Account>;

    /// Whether the password is right, which somebody at `client` says. Without an account it must cost as much as with
    /// one, and is [`Verdict::Wrong`].
    async fn check(&self, account: Option<&Account>, password: &Secret, client: IpAddr) -> Verdict;
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
    /// By whom its password is checked.
    pub checker: Checker,
}

/// By whom passwords are checked. What is slow or overrun with one does not hold up the others.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Checker {
    /// By this machine, which has to compute.
    #[default]
    Here,
    /// By a server, for which has to be waited.
    Server(usize),
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
