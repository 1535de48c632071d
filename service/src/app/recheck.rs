//! Looks again and again whether the passwords hold with which accounts are watched.
//!
//! A server does not tell when a password is changed, and connections that stand are not cut for it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::{self, Instant};
use tracing::{debug, info};

use crate::app::accounts::{Accounts, Due};
use crate::app::servers::Servers;
use crate::config::Routes;
use crate::http::auth::Verdict;
use crate::ids::AccountId;

/// How often is asked which passwords are due.
const TICK: Duration = Duration::from_secs(2);
/// Passwords that are looked at at once.
const PARALLEL: usize = 32;

/// What looking needs.
pub(super) struct Recheck {
    pub(super) accounts: Arc<Accounts>,
    pub(super) servers: Servers,
    pub(super) routes: Routes,
    /// Ends what is parked, and has the watcher begin anew with what is right now.
    pub(super) end: Box<dyn Fn(AccountId) + Send + Sync>,
}

impl Recheck {
    /// Looks until it is dropped.
    pub(super) async fn run(self) {
        let mut waiting = VecDeque::new();
        let mut looking = FuturesUnordered::new();
        let mut tick = time::interval(TICK);
        loop {
            tokio::select! {
                Some(()) = looking.next() => {}
                _ = tick.tick() => waiting.extend(self.accounts.due(Instant::now())),
                () = self.accounts.doubted.notified() => {
                    for due in self.accounts.due(Instant::now()) {
                        waiting.push_front(due);
                    }
                }
            }
            while looking.len() < PARALLEL
                && let Some(due) = waiting.pop_front()
            {
                looking.push(self.look(due));
            }
        }
    }

    async fn look(&self, due: Due) {
        let at = self.routes.of(due.name.as_str());
        let at = at.and_then(|route| self.servers.at(route, due.name.as_str()));
        let verdict = match at {
            Some(at) => {
                let from = Some(due.from);
                at.server.check(&at.login, &due.secret, from).await
            }
            None => Verdict::Unavailable,
        };
        match verdict {
            Verdict::Right => self.accounts.proved(&due, Instant::now()),
            Verdict::Unavailable => {
                debug!(account = %due.account, "a password could not be checked again");
                self.accounts.unproved(&due, Instant::now());
            }
            Verdict::Wrong => {
                info!(account = %due.account, former = due.former, "a password no longer holds");
                self.accounts.disproved(&due);
                (self.end)(due.account);
            }
        }
    }
}
