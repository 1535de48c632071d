//! Answers that are on their way: which collections they told of, until it is known what became of them (R12).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use crate::http::receipt::{Fate, Receipt, ReceiptId, ReceiptSink};
use crate::ids::Principal;
use crate::index::{AnswerId, Delivery, Index};
use crate::push::Hub;
use crate::tasks::Tasks;

/// Answers remembered at most; of more the oldest is forgotten, which leaves it in doubt.
const ANSWERS_MAX: usize = 65_536;

/// Broken answers that wait to be written down; of more, some stay merely in doubt.
const BROKEN_MAX: usize = 1024;

/// The answers of one Sync.
type Told = (Principal, Vec<AnswerId>);

/// Remembers answers from when they are made until they are proved or broken.
#[derive(Debug)]
pub struct Receipts {
    open: Mutex<Open>,
    broken: mpsc::Sender<Told>,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    answers: BTreeMap<ReceiptId, Told>,
}

impl Receipts {
    /// Starts the task that writes down what broke, and tells those parked of it.
    #[must_use]
    pub fn start(index: Index, hub: Arc<Hub>, tasks: &Tasks) -> Arc<Self> {
        let (broken, queue) = mpsc::channel(BROKEN_MAX);
        tasks.spawn(write_down(queue, index, hub, tasks.token()));
        Arc::new(Self {
            open: Mutex::default(),
            broken,
        })
    }

    /// A receipt for an answer that told of these collections.
    #[must_use]
    pub fn issue(self: &Arc<Self>, who: Principal, answers: Vec<AnswerId>) -> Receipt {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let id = ReceiptId(open.next);
        open.next += 1;
        open.answers.insert(id, (who, answers));
        if open.answers.len() > ANSWERS_MAX {
            open.answers.pop_first();
        }
        drop(open);
        Receipt::new(id, Arc::clone(self) as Arc<dyn ReceiptSink>)
    }

    /// Takes the answers that a request proves received.
    #[must_use]
    pub fn proven(&self, receipts: &[ReceiptId]) -> Vec<Told> {
        if receipts.is_empty() {
            return Vec::new();
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        receipts
            .iter()
            .filter_map(|id| open.answers.remove(id))
            .collect()
    }
}

impl ReceiptSink for Receipts {
    fn told(&self, receipt: ReceiptId, fate: Fate) {
        if fate == Fate::Written {
            return;
        }
        let told = self
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .answers
            .remove(&receipt);
        if let Some(told) = told {
            // A full queue leaves the answer in doubt, and doubt is announced too, only later.
            let _ = self.broken.try_send(told);
        }
    }
}

async fn write_down(
    mut queue: mpsc::Receiver<Told>,
    index: Index,
    hub: Arc<Hub>,
    stop: tokio_util::sync::CancellationToken,
) {
    while let Some(Some((who, answers))) = stop.run_until_cancelled(queue.recv()).await {
        match index.delivered(who, &answers, Delivery::Broken).await {
            // A Ping may be parked already on another connection: it is to be told at once.
            Ok(_) => hub.recheck(who),
            Err(error) => {
                tracing::warn!(account = %who.account, %error, "broken answer not written down")
            }
        }
    }
}
