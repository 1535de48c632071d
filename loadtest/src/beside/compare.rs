//! Which of two was told first of a message: the phone, or the client beside it.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Instant;

use serde::Serialize;

use crate::latency::{Latencies, as_f64};

use super::Heard;

/// Deliveries to accounts in which a client waits.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    accounts: BTreeSet<usize>,
    /// Deliveries that the client was not told of yet, by account, oldest first.
    untold: HashMap<usize, VecDeque<u64>>,
    under_way: HashMap<u64, Row>,
    /// From the server's word that it has the message to the client's being told.
    pub(crate) client: Latencies,
    /// From the client's being told to the phone's, in microseconds; less than nothing if the phone was first.
    after_client_us: Vec<i64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Row {
    there: Option<Instant>,
    client: Option<Instant>,
    pushed: Option<Instant>,
}

/// How differences are spread, in milliseconds; below zero, the phone was first.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Signed {
    pub(crate) count: usize,
    pub(crate) min: Option<f64>,
    pub(crate) p50: Option<f64>,
    pub(crate) p99: Option<f64>,
    pub(crate) max: Option<f64>,
}

impl Comparison {
    /// In these accounts a client waits.
    pub(crate) fn of(accounts: impl IntoIterator<Item = usize>) -> Self {
        Self {
            accounts: accounts.into_iter().collect(),
            ..Self::default()
        }
    }

    /// A message is about to be delivered into the INBOX.
    pub(crate) fn delivering(&mut self, account: usize, number: u64) {
        if self.accounts.contains(&account) {
            self.untold.entry(account).or_default().push_back(number);
            self.under_way.insert(number, Row::default());
        }
    }

    /// The server said that it has it.
    pub(crate) fn there(&mut self, number: u64, at: Instant) {
        self.note(number, |row| row.there = Some(at));
    }

    /// A client was told of messages.
    pub(crate) fn heard(&mut self, heard: Heard) {
        for _ in 0..heard.messages {
            let untold = self.untold.get_mut(&heard.account);
            let Some(number) = untold.and_then(VecDeque::pop_front) else {
                return;
            };
            self.note(number, |row| row.client = Some(heard.at));
        }
    }

    /// A phone's wait was ended for it.
    pub(crate) fn pushed(&mut self, account: usize, number: u64, at: Instant) {
        if self.accounts.contains(&account) {
            // Of several phones the last one counts: all of them should be as fast.
            self.note(number, |row| row.pushed = Some(at));
        }
    }

    fn note(&mut self, number: u64, write: impl FnOnce(&mut Row)) {
        let Some(row) = self.under_way.get_mut(&number) else {
            return;
        };
        write(row);
        let (Some(there), Some(client), Some(pushed)) = (row.there, row.client, row.pushed) else {
            return;
        };
        self.under_way.remove(&number);
        self.client.record(client.saturating_duration_since(there));
        let later = pushed.saturating_duration_since(client).as_micros();
        let earlier = client.saturating_duration_since(pushed).as_micros();
        let micros = |number| i64::try_from(number).unwrap_or(i64::MAX);
        self.after_client_us.push(micros(later) - micros(earlier));
    }

    /// How differences are spread.
    pub(crate) fn after_client(&self) -> Signed {
        let mut sorted = self.after_client_us.clone();
        sorted.sort_unstable();
        let at = |percent: usize| {
            let rank = (sorted.len() * percent).div_ceil(100);
            sorted.get(rank.saturating_sub(1)).map(|us| ms(*us))
        };
        Signed {
            count: sorted.len(),
            min: sorted.first().map(|us| ms(*us)),
            p50: at(50),
            p99: at(99),
            max: at(100),
        }
    }
}

fn ms(us: i64) -> f64 {
    let size = as_f64(us.unsigned_abs()) / 1000.0;
    if us < 0 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn messages_are_compared_in_their_order() {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let mut comparison = Comparison::of([3]);
        for number in [1, 2] {
            comparison.delivering(3, number);
            comparison.there(number, at(10 * number));
        }
        comparison.delivering(4, 9);
        let heard = |ms, messages| Heard {
            account: 3,
            messages,
            at: at(ms),
        };
        comparison.pushed(3, 1, at(13));
        comparison.heard(heard(15, 1));
        comparison.heard(heard(22, 1));
        comparison.pushed(3, 2, at(30));
        comparison.pushed(4, 9, at(31));
        let spread = comparison.after_client();
        assert_eq!(
            (spread.count, spread.min, spread.max),
            (2, Some(-2.0), Some(8.0))
        );
        assert_eq!(comparison.client.spread().max, Some(5.0));
    }
}
