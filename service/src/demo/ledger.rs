//! What was delivered, and whether the phone was told of it and got it, once each.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The account of all deliveries.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    deliveries: BTreeMap<String, Delivery>,
    push: Vec<Duration>,
    sync: Vec<Duration>,
    doubled: usize,
    extra: usize,
}

#[derive(Clone, Copy, Debug)]
struct Delivery {
    there: Instant,
    announced: bool,
    synced: bool,
}

/// How the account stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Balance {
    /// Messages delivered.
    pub(super) delivered: usize,
    /// Those that a Ping's answer announced.
    pub(super) pushes: usize,
    /// Those that never reached the phone.
    pub(super) lost: usize,
    /// How often the phone was sent a message that it had.
    pub(super) doubled: usize,
    /// Announcements of the Inbox while nothing of ours was on the way.
    pub(super) extra: usize,
    /// From the rename to the last byte of the Ping's answer.
    pub(super) push: Spread,
    /// From the rename to the last byte of the answer of the Sync that brought the message.
    pub(super) sync: Spread,
}

/// How durations are spread.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Spread {
    pub(super) p50: Duration,
    pub(super) p99: Duration,
    pub(super) max: Duration,
}

impl Ledger {
    /// A message lies in the Maildir.
    pub(super) fn delivered(&mut self, subject: &str, there: Instant) {
        let delivery = Delivery {
            there,
            announced: false,
            synced: false,
        };
        self.deliveries.insert(subject.to_owned(), delivery);
    }

    /// The Inbox was announced; says how long that took for the oldest message that waited for it.
    pub(super) fn announced(&mut self, at: Instant) -> Option<Duration> {
        let mut oldest = None;
        for delivery in self.deliveries.values_mut() {
            if !delivery.announced && !delivery.synced {
                delivery.announced = true;
                let took = at.saturating_duration_since(delivery.there);
                self.push.push(took);
                oldest = oldest.max(Some(took));
            }
        }
        if oldest.is_none() && self.waiting_since().is_none() {
            self.extra += 1;
        }
        oldest
    }

    /// A message is on the phone; says how long that took, if it is one of ours and came for the first time.
    pub(super) fn synced(&mut self, subject: &str, at: Instant) -> Option<Duration> {
        let delivery = self.deliveries.get_mut(subject)?;
        if delivery.synced {
            self.doubled += 1;
            return None;
        }
        delivery.synced = true;
        let took = at.saturating_duration_since(delivery.there);
        self.sync.push(took);
        Some(took)
    }

    /// The phone was sent an item that it had.
    pub(super) fn doubled(&mut self) {
        self.doubled += 1;
    }

    /// When the oldest message was delivered that is not on the phone yet.
    pub(super) fn waiting_since(&self) -> Option<Instant> {
        let waiting = self.deliveries.values().filter(|one| !one.synced);
        waiting.map(|one| one.there).min()
    }

    pub(super) fn balance(&self) -> Balance {
        Balance {
            delivered: self.deliveries.len(),
            pushes: self.push.len(),
            lost: self.deliveries.values().filter(|one| !one.synced).count(),
            doubled: self.doubled,
            extra: self.extra,
            push: Spread::of(&self.push),
            sync: Spread::of(&self.sync),
        }
    }
}

impl Spread {
    fn of(durations: &[Duration]) -> Self {
        let mut sorted = durations.to_vec();
        sorted.sort_unstable();
        // The smallest value that so many of a hundred do not exceed.
        let at = |percent: usize| {
            let rank = (sorted.len() * percent).div_ceil(100);
            let value = sorted.get(rank.saturating_sub(1));
            value.copied().unwrap_or_default()
        };
        Self {
            p50: at(50),
            p99: at(99),
            max: at(100),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_message_that_is_announced_and_synced_once_balances() {
        let mut ledger = Ledger::default();
        let start = Instant::now();
        ledger.delivered("one", start);
        assert_eq!(ledger.waiting_since(), Some(start));
        assert_eq!(ledger.announced(start + 3 * MS), Some(3 * MS));
        assert_eq!(ledger.synced("one", start + 5 * MS), Some(5 * MS));
        assert_eq!(ledger.waiting_since(), None);
        let balance = ledger.balance();
        assert_eq!((balance.pushes, balance.lost, balance.doubled), (1, 0, 0));
        assert_eq!((balance.push.p50, balance.sync.max), (3 * MS, 5 * MS));
    }

    #[test]
    fn what_goes_wrong_is_counted() {
        let mut ledger = Ledger::default();
        let start = Instant::now();
        ledger.announced(start);
        ledger.delivered("one", start);
        ledger.delivered("two", start);
        ledger.announced(start);
        assert!(ledger.synced("one", start).is_some());
        assert!(ledger.synced("one", start).is_none());
        assert!(ledger.synced("not ours", start).is_none());
        // Announced once more before the Sync: nothing extra, since "two" is still on the way.
        assert_eq!(ledger.announced(start), None);
        let balance = ledger.balance();
        assert_eq!((balance.delivered, balance.pushes), (2, 2));
        assert_eq!((balance.lost, balance.doubled, balance.extra), (1, 1, 1));
    }

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let hundred: Vec<_> = (1..=100).map(|value| value * MS).collect();
        let spread = Spread::of(&hundred);
        assert_eq!((spread.p50, spread.p99), (50 * MS, 99 * MS));
        assert_eq!(spread.max, 100 * MS);
        assert_eq!(Spread::of(&[7 * MS]).p99, 7 * MS);
        assert_eq!(Spread::of(&[]), Spread::default());
    }
}
