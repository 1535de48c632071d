//! Slows down who guesses passwords, without locking the owner out.
//!
//! Failures are counted three ways, each a bucket that refills: of an account from a network, of a network,
//! and of an account from networks where its owner was not seen. An empty bucket means that no further
//! password is *checked*; what is remembered is still answered, so that the owner's phone goes on and a
//! forgotten phone with an old password does not use anything up.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::config::Network;
use crate::http::request::AccountName;

/// Failures of one account from one network: ten, then one a minute.
const PAIR: Rate = Rate {
    burst: 10,
    refill: Duration::from_secs(60),
};
/// Failures from one network: sixty, then one in ten seconds. Many phones may share an address.
const NETWORK: Rate = Rate {
    burst: 60,
    refill: Duration::from_secs(10),
};
/// Failures of one account from anywhere new: thirty, then one in five seconds.
const ACCOUNT: Rate = Rate {
    burst: 30,
    refill: Duration::from_secs(5),
};
/// How many buckets of a kind are kept; the fullest go first.
const BUCKETS_MAX: usize = 50_000;
/// How long a network is known to be an account's own after a right password.
const KNOWN_FOR: Duration = Duration::from_secs(30 * 24 * 3_600);

/// How failures are forgiven.
#[derive(Clone, Copy)]
struct Rate {
    burst: u32,
    refill: Duration,
}

/// Counts failures.
#[derive(Default)]
pub(super) struct Throttle {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    pairs: Buckets<(AccountName, Network)>,
    networks: Buckets<Network>,
    accounts: Buckets<AccountName>,
    known: HashMap<(AccountName, Network), Instant>,
}

/// When each bucket will be full again.
struct Buckets<K>(HashMap<K, Instant>);

impl<K> Default for Buckets<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl Throttle {
    /// How long to wait before another password may be checked; `None` when it may be now.
    pub(super) fn wait(
        &self,
        account: &AccountName,
        client: IpAddr,
        now: Instant,
    ) -> Option<Duration> {
        let network = Network::of_client(client);
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let pair = (account.clone(), network);
        let known = state.is_known(&pair, now);
        let of_pair = state.pairs.wait(&pair, PAIR, now);
        let of_network = state.networks.wait(&network, NETWORK, now);
        let of_account = if known {
            None
        } else {
            state.accounts.wait(account, ACCOUNT, now)
        };
        of_pair.max(of_network).max(of_account)
    }

    /// Whether passwords were wrong lately, of this account from there or of anybody from there.
    pub(super) fn is_suspect(&self, account: &AccountName, client: IpAddr, now: Instant) -> bool {
        let network = Network::of_client(client);
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let pair = (account.clone(), network);
        state.pairs.is_missing_some(&pair, now) || state.networks.is_missing_some(&network, now)
    }

    /// Counts a wrong password that had to be checked.
    pub(super) fn failed(&self, account: &AccountName, client: IpAddr, now: Instant) {
        let network = Network::of_client(client);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let pair = (account.clone(), network);
        if !state.is_known(&pair, now) {
            state.accounts.take(account.clone(), ACCOUNT, now);
        }
        state.pairs.take(pair, PAIR, now);
        state.networks.take(network, NETWORK, now);
    }

    /// Notes a right password: the network is the owner's.
    pub(super) fn succeeded(&self, account: &AccountName, client: IpAddr, now: Instant) {
        let pair = (account.clone(), Network::of_client(client));
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.known.len() >= BUCKETS_MAX {
            state
                .known
                .retain(|_, seen| now.saturating_duration_since(*seen) < KNOWN_FOR / 2);
        }
        if state.known.len() < BUCKETS_MAX {
            state.known.insert(pair.clone(), now);
        }
        state.pairs.0.remove(&pair);
    }
}

impl State {
    fn is_known(&self, pair: &(AccountName, Network), now: Instant) -> bool {
        let seen = self.known.get(pair);
        seen.is_some_and(|seen| now.saturating_duration_since(*seen) < KNOWN_FOR)
    }
}

impl<K: Eq + Hash> Buckets<K> {
    /// Until one failure is forgiven, if the bucket is empty.
    fn wait(&self, key: &K, rate: Rate, now: Instant) -> Option<Duration> {
        let full_at = self.0.get(key)?;
        let missing = full_at.saturating_duration_since(now);
        let allowed = rate.refill * (rate.burst - 1);
        missing.checked_sub(allowed).filter(|wait| !wait.is_zero())
    }

    fn is_missing_some(&self, key: &K, now: Instant) -> bool {
        self.0.get(key).is_some_and(|full_at| *full_at > now)
    }

    fn take(&mut self, key: K, rate: Rate, now: Instant) {
        if self.0.len() >= BUCKETS_MAX {
            self.0.retain(|_, full_at| *full_at > now);
        }
        if self.0.len() >= BUCKETS_MAX {
            self.0.clear();
        }
        let full_at = self.0.entry(key).or_insert(now);
        *full_at = (*full_at).max(now) + rate.refill;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const AWAY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 1));

    fn anna() -> AccountName {
        AccountName::new("anna")
    }

    fn fail(throttle: &Throttle, times: u32, from: impl Fn(u32) -> IpAddr, now: Instant) {
        for time in 0..times {
            throttle.failed(&anna(), from(time), now);
        }
    }

    #[test]
    fn ten_failures_are_free_then_one_a_minute() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        fail(&throttle, 9, |_| HOME, now);
        assert_eq!(throttle.wait(&anna(), HOME, now), None);
        fail(&throttle, 1, |_| HOME, now);
        assert_eq!(
            throttle.wait(&anna(), HOME, now),
            Some(Duration::from_secs(60))
        );
        assert_eq!(
            throttle.wait(&anna(), HOME, now + Duration::from_secs(60)),
            None
        );
        assert_eq!(throttle.wait(&anna(), AWAY, now), None);
    }

    #[test]
    fn the_owner_at_home_is_not_locked_out_by_guessing_from_everywhere() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        throttle.succeeded(&anna(), HOME, now);
        fail(
            &throttle,
            200,
            |time| IpAddr::from([10, 0, u8::try_from(time).unwrap(), 1]),
            now,
        );
        assert!(throttle.wait(&anna(), AWAY, now).is_some());
        assert_eq!(throttle.wait(&anna(), HOME, now), None);
    }

    #[test]
    fn a_network_that_guesses_names_is_slowed_down() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for name in 0..60 {
            throttle.failed(&AccountName::new(&name.to_string()), AWAY, now);
        }
        assert!(throttle.wait(&anna(), AWAY, now).is_some());
        assert_eq!(throttle.wait(&anna(), HOME, now), None);
    }
}
