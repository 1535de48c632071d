//! Watching by looking: all mailboxes are compared every so often.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, sleep_until};

use super::folders::survey;
use super::store::Account;
use super::survey::Detail;
use super::sweep::Sweep;
use crate::error::BackendError;
use crate::watch::{Watch, WatchEvent, WatchMode, WatchSource};

const OP: &str = "watch";

/// A watch that has looked once.
pub(super) async fn poll(account: &Arc<Account>) -> Result<Watch, BackendError> {
    let every = account.shared.options.poll_every;
    let survey = survey(account, OP, Detail::Counters).await?;
    Ok(Watch::new(Poll {
        sweep: Sweep::new(&survey, account.shared.options.scope),
        account: Arc::clone(account),
        pending: VecDeque::new(),
        next: Instant::now() + every,
        every,
    }))
}

#[derive(Debug)]
struct Poll {
    account: Arc<Account>,
    sweep: Sweep,
    pending: VecDeque<WatchEvent>,
    next: Instant,
    every: Duration,
}

#[async_trait]
impl WatchSource for Poll {
    async fn next(&mut self) -> Result<WatchEvent, BackendError> {
        loop {
            if let Some(event) = self.pending.pop_front() {
                return Ok(event);
            }
            sleep_until(self.next).await;
            let survey = survey(&self.account, OP, Detail::Counters).await?;
            self.next = Instant::now() + self.every;
            self.pending.extend(self.sweep.compare(&survey));
            let suspect = self.sweep.suspect();
            let news = suspect.filter(|event| !self.pending.contains(event));
            self.pending.extend(news);
        }
    }

    fn mode(&self) -> WatchMode {
        WatchMode::Poll { every: self.every }
    }
}
