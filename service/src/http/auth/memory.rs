//! Right and wrong passwords of the last minutes, as keyed hashes.
//!
//! The key is made at start and never leaves the process, so a dump of this memory tells no passwords. A
//! hammering phone with an old password costs one lookup a request.

use std::io;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use moka::future::Cache;
use sha2::Sha256;
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::http::auth::{Checker, Verdict};
use crate::http::request::Secret;

/// How long a wrong password is remembered.
const WRONG_FOR: Duration = Duration::from_secs(600);

/// How long a server's "wrong" is remembered: nobody tells when a password is changed there.
const WRONG_ELSEWHERE_FOR: Duration = Duration::from_secs(60);

/// How many wrong passwords are remembered; guessing pushes out the oldest ones only.
const WRONG_MAX: u64 = 20_000;

/// How many right passwords are remembered.
const RIGHT_MAX: u64 = 1_000_000;

/// Names a password of an account without telling it.
pub(super) type Print = [u8; 32];

/// What was found out a moment ago.
pub(super) struct Memory {
    key: Zeroizing<[u8; 32]>,
    right: Cache<Print, u64>,
    wrong: Cache<Print, (u64, Instant)>,
}

impl Memory {
    /// An empty memory that keeps right passwords for `remember`.
    pub(super) fn new(remember: Duration) -> io::Result<Self> {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(key.as_mut_slice()).map_err(io::Error::other)?;
        Ok(Self {
            key,
            right: cache(RIGHT_MAX, remember),
            wrong: cache(WRONG_MAX, WRONG_FOR),
        })
    }

    /// The print of a password under an account's (or a login's) name.
    pub(super) fn print(&self, name: &str, password: &Secret) -> Print {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.key.as_slice()) else {
            return [0; 32]; // not reached: every length of key is allowed
        };
        mac.update(name.as_bytes());
        mac.update(&[0]);
        mac.update(password.expose());
        mac.finalize().into_bytes().into()
    }

    /// What is remembered of a password, if the account has not changed since.
    pub(super) async fn recall(
        &self,
        print: &Print,
        generation: u64,
        checker: Checker,
    ) -> Option<Verdict> {
        if self.right.get(print).await == Some(generation) {
            return Some(Verdict::Right);
        }
        let (known, since) = self.wrong.get(print).await?;
        let holds = match checker {
            Checker::Here => WRONG_FOR,
            Checker::Server(_) => WRONG_ELSEWHERE_FOR,
        };
        (known == generation && since.elapsed() < holds).then_some(Verdict::Wrong)
    }

    /// Whether the password was right a moment ago, before the account changed.
    pub(super) async fn was_right(&self, print: &Print, generation: u64) -> bool {
        let right = self.right.get(print).await;
        right.is_some_and(|before| before != generation)
    }

    /// Remembers what a check found.
    pub(super) async fn keep(&self, print: Print, generation: u64, verdict: Verdict) {
        match verdict {
            Verdict::Right => self.right.insert(print, generation).await,
            Verdict::Wrong => self.wrong.insert(print, (generation, Instant::now())).await,
            Verdict::Unavailable => {}
        }
    }
}

fn cache<V: Clone + Send + Sync + 'static>(capacity: u64, live: Duration) -> Cache<Print, V> {
    Cache::builder()
        .max_capacity(capacity)
        .time_to_live(live)
        .build()
}
