//! The one password of an account that is kept while it is needed, and when it is to be looked at again.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

use crate::http::request::AccountName;
use crate::ids::AccountId;
use crate::secret::Secret;

/// How many other passwords are known to be right.
const OTHERS_MAX: usize = 8;
/// For how long, where nothing else is said.
const OTHERS_FOR: Duration = Duration::from_secs(300);
/// When to ask again a server that could not say.
const AGAIN: Duration = Duration::from_secs(30);

/// Tells passwords of one account apart: a hash under a key of its own.
type Print = u64;

/// A password that is to be looked at.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    /// Whose it is.
    pub(crate) account: AccountId,
    /// By name.
    pub(crate) name: AccountName,
    /// The password.
    pub(crate) secret: Secret,
    /// Where it was shown last.
    pub(crate) from: IpAddr,
    /// Whether another one has taken its place.
    pub(crate) former: bool,
}

/// What a password is to the one that is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Shown {
    /// The first one.
    New,
    /// The same, or one that is known to be right as well.
    Known,
    /// Another one: it took the place of the one before, of which is not known whether it still holds.
    Another,
}

/// See the module.
pub(super) struct Kept {
    secret: Secret,
    /// Where it was shown last. A server that finds it wrong holds that against this address, and not against ours,
    /// which is everybody's.
    from: IpAddr,
    /// The one before, until it was looked at.
    former: Option<(Secret, IpAddr)>,
    key: RandomState,
    /// Others that are right, and until when that is believed.
    others: Vec<(Print, Instant)>,
    next: Instant,
    doubted: bool,
    looking: bool,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}

impl Kept {
    pub(super) fn new((secret, from): (Secret, IpAddr), now: Instant, recheck: Duration) -> Self {
        Self {
            secret,
            from,
            former: None,
            key: RandomState::new(),
            others: Vec::new(),
            next: now + spread(recheck),
            doubted: false,
            looking: false,
        }
    }

    /// The password, and where it was shown last.
    pub(super) fn shown(&self) -> (&Secret, IpAddr) {
        (&self.secret, self.from)
    }

    /// There is a reason to look at once.
    pub(super) fn doubt(&mut self) {
        self.doubted = true;
    }

    pub(super) fn is(&self, secret: &Secret) -> bool {
        self.secret == *secret
    }

    /// Somebody was let in with this password.
    pub(super) fn show(
        &mut self,
        (secret, from): (&Secret, IpAddr),
        now: Instant,
        recheck: Duration,
    ) -> Shown {
        if self.is(secret) {
            self.from = from;
            return Shown::Known;
        }
        self.others.retain(|(_, until)| now < *until);
        let print = self.print(secret);
        if self.others.iter().any(|(known, _)| *known == print) {
            return Shown::Known;
        }
        let former = std::mem::replace(&mut self.secret, secret.clone());
        self.former = Some((former, std::mem::replace(&mut self.from, from)));
        self.next = now + spread(recheck);
        self.looking = false;
        Shown::Another
    }

    /// What is to be looked at now, and whether it is the one before. It is asked for once.
    pub(super) fn due(
        &mut self,
        now: Instant,
        watched: bool,
        recheck: Duration,
    ) -> Option<((Secret, IpAddr), bool)> {
        if let Some(former) = self.former.take() {
            return Some((former, true));
        }
        let time = watched && !recheck.is_zero() && now >= self.next;
        if self.looking || !(time || self.doubted) {
            return None;
        }
        self.looking = true;
        self.doubted = false;
        Some(((self.secret.clone(), self.from), false))
    }

    /// A password is right.
    pub(super) fn proved(&mut self, secret: &Secret, now: Instant, recheck: Duration) {
        if self.is(secret) {
            self.looking = false;
            self.next = now + spread(recheck);
            return;
        }
        if self.others.len() >= OTHERS_MAX {
            self.others.remove(0);
        }
        let believed = if recheck.is_zero() {
            OTHERS_FOR
        } else {
            recheck
        };
        self.others.push((self.print(secret), now + believed));
    }

    /// Nobody could say.
    pub(super) fn postponed(&mut self, secret: &Secret, now: Instant) {
        if self.is(secret) {
            self.looking = false;
            self.next = now + AGAIN;
        }
    }

    fn print(&self, secret: &Secret) -> Print {
        self.key.hash_one(secret.expose())
    }
}

/// The time until the next look: somewhat more or less, so that not all come at once.
fn spread(recheck: Duration) -> Duration {
    let random = getrandom::u32().unwrap_or(u32::MAX / 2);
    recheck.mul_f64(0.75 + 0.5 * f64::from(random) / f64::from(u32::MAX))
}
