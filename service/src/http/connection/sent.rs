//! Answers that went out, until it is known whether they arrived.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::http::receipt::{Fate, Receipt, ReceiptId};
use crate::http::request::AccountName;

/// Whose answer it is: an account and the key of its device.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Owner {
    /// The account.
    pub(crate) account: AccountName,
    /// The device.
    pub(crate) device: Arc<str>,
}

/// One answer with a receipt.
#[derive(Debug)]
pub(crate) struct Sent {
    receipt: Receipt,
    owner: Owner,
    stage: Mutex<Stage>,
}

/// How far an answer came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stage {
    /// On its way to the socket.
    Leaving,
    /// In the socket.
    Written,
    /// In the socket before the first byte of the next request came.
    Acknowledged,
    /// Broken or proved: nothing more to tell.
    Settled,
}

impl Sent {
    /// An answer that is about to leave.
    pub(crate) fn new(receipt: Receipt, owner: Owner) -> Self {
        Self {
            receipt,
            owner,
            stage: Mutex::new(Stage::Leaving),
        }
    }

    /// It is in the socket.
    pub(super) fn write_off(&self) {
        let mut stage = self.stage();
        if *stage == Stage::Leaving {
            *stage = Stage::Written;
            drop(stage);
            self.receipt.tell(Fate::Written);
        }
    }

    /// It did not leave, or its connection broke. Whether that was news.
    pub(super) fn break_off(&self) -> bool {
        let mut stage = self.stage();
        let news = *stage != Stage::Settled;
        *stage = Stage::Settled;
        drop(stage);
        if news {
            self.receipt.tell(Fate::Broken);
        }
        news
    }

    /// Nothing more can be learned of it.
    pub(super) fn is_settled(&self) -> bool {
        *self.stage() == Stage::Settled
    }

    fn acknowledge(&self) {
        let mut stage = self.stage();
        if *stage == Stage::Written {
            *stage = Stage::Acknowledged;
        }
    }

    fn prove(&self) -> Option<ReceiptId> {
        let mut stage = self.stage();
        if *stage != Stage::Acknowledged {
            return None;
        }
        *stage = Stage::Settled;
        Some(self.receipt.id())
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The answers that went out to one client on one connection, end to end.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<Vec<Arc<Sent>>>);

/// Answers of one client that are kept; more are left in doubt.
const KEPT_MAX: usize = 64;

impl Ledger {
    /// Notes an answer.
    pub(crate) fn add(&self, sent: Arc<Sent>) {
        let mut answers = self.answers();
        answers.retain(|sent| !sent.is_settled());
        if answers.len() < KEPT_MAX {
            answers.push(sent);
        }
    }

    /// The client sends again: what was written by now has arrived.
    pub(crate) fn acknowledge(&self) {
        self.answers().iter().for_each(|sent| sent.acknowledge());
    }

    /// Takes the answers that a request of `owner` proves.
    pub(crate) fn prove(&self, owner: &Owner) -> Vec<ReceiptId> {
        let mut answers = self.answers();
        let own = answers.iter().filter(|sent| sent.owner == *owner);
        let proven = own.filter_map(|sent| sent.prove()).collect();
        answers.retain(|sent| !sent.is_settled());
        proven
    }

    fn answers(&self) -> MutexGuard<'_, Vec<Arc<Sent>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The ledgers of clients behind proxies that pass their addresses and ports on.
#[derive(Debug, Default)]
pub(crate) struct Ledgers(Mutex<HashMap<SocketAddr, (Instant, Arc<Ledger>)>>);

/// How many clients are kept.
const CLIENTS_MAX: usize = 100_000;
/// How long a client is kept: longer than any heartbeat.
const CLIENT_FOR: Duration = Duration::from_secs(3_700);

impl Ledgers {
    /// The ledger of a client that is about to get an answer.
    pub(crate) fn open(&self, client: SocketAddr, now: Instant) -> Arc<Ledger> {
        let mut ledgers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if ledgers.len() >= CLIENTS_MAX {
            ledgers.retain(|_, (used, _)| now.saturating_duration_since(*used) < CLIENT_FOR);
        }
        if ledgers.len() >= CLIENTS_MAX {
            ledgers.clear(); // what was in them stays in doubt
        }
        let (used, ledger) = ledgers
            .entry(client)
            .or_insert_with(|| (now, Arc::default()));
        *used = now;
        Arc::clone(ledger)
    }

    /// The ledger of a client that sends, if there is one. A port that was used again after a long time is
    /// another client's.
    pub(crate) fn find(&self, client: SocketAddr, now: Instant) -> Option<Arc<Ledger>> {
        let ledgers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (used, ledger) = ledgers.get(&client)?;
        let fresh = now.saturating_duration_since(*used) < CLIENT_FOR;
        fresh.then(|| Arc::clone(ledger))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::http::receipt::ReceiptSink;

    #[derive(Default)]
    struct Told {
        written: AtomicUsize,
        broken: AtomicUsize,
    }

    impl ReceiptSink for Told {
        fn told(&self, _: ReceiptId, fate: Fate) {
            match fate {
                Fate::Written => &self.written,
                Fate::Broken => &self.broken,
            }
            .fetch_add(1, Ordering::SeqCst);
        }
    }

    fn owner(device: &str) -> Owner {
        Owner {
            account: AccountName::new("anna"),
            device: device.into(),
        }
    }

    fn sent(told: &Arc<Told>, device: &str) -> Arc<Sent> {
        let receipt = Receipt::new(ReceiptId(7), Arc::clone(told) as _);
        Arc::new(Sent::new(receipt, owner(device)))
    }

    #[test]
    fn only_what_was_written_before_the_next_request_is_proved_by_it() {
        let (told, ledger) = (Arc::new(Told::default()), Ledger::default());
        let answer = sent(&told, "phone");
        ledger.add(Arc::clone(&answer));
        ledger.acknowledge();
        answer.write_off();
        assert_eq!(ledger.prove(&owner("phone")), []);
        ledger.acknowledge();
        assert_eq!(ledger.prove(&owner("tablet")), []);
        assert_eq!(ledger.prove(&owner("phone")), [ReceiptId(7)]);
        assert_eq!(ledger.prove(&owner("phone")), []);
        assert!(!answer.break_off());
        assert_eq!(
            (
                told.written.load(Ordering::SeqCst),
                told.broken.load(Ordering::SeqCst)
            ),
            (1, 0)
        );
    }

    #[test]
    fn a_break_is_told_once() {
        let told = Arc::new(Told::default());
        let answer = sent(&told, "phone");
        assert!(answer.break_off());
        assert!(!answer.break_off());
        answer.write_off();
        assert_eq!(
            (
                told.written.load(Ordering::SeqCst),
                told.broken.load(Ordering::SeqCst)
            ),
            (0, 1)
        );
    }

    #[test]
    fn ledgers_are_found_by_address_and_port() {
        let (ledgers, now) = (Ledgers::default(), Instant::now());
        let client: SocketAddr = "192.0.2.1:5000".parse().unwrap();
        ledgers.open(client, now);
        assert!(ledgers.find(client, now).is_some());
        assert!(
            ledgers
                .find("192.0.2.1:5001".parse().unwrap(), now)
                .is_none()
        );
        assert!(ledgers.find(client, now + CLIENT_FOR).is_none());
    }
}
