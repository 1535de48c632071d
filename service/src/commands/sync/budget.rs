//! What one answer may cost: time, since phones give up after half a minute, and bytes.
//!
//! All folders of a request share it. When it is spent, what is there is sent, and `MoreAvailable` says the rest. A
//! backend that hangs ends the waiting for it once; its further folders are refused at once.

use std::future::Future;
use std::time::Duration;

use backends::{BackendError, Kind};
use tokio::time::{self, Instant};

use crate::commands::Grants;
use crate::error::Fault;

/// What a backend is given to do something in any case.
const AT_LEAST: Duration = Duration::from_secs(2);

/// How long after the end things are begun that are a must.
const OVERTIME: Duration = Duration::from_secs(4);

/// What is left for an answer.
#[derive(Clone, Copy, Debug)]
pub(in crate::commands) struct Budget {
    until: Instant,
    bytes: usize,
    /// Something is in the answer.
    begun: bool,
    /// A backend did not answer in time.
    hung: bool,
}

/// The time is up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::commands) struct Late;

impl Budget {
    /// The whole budget, less what the device has waited already.
    pub(in crate::commands) fn new(grants: &Grants, waited: Duration) -> Self {
        let time = grants.page_time.saturating_sub(waited);
        Self {
            until: Instant::now() + time.max(AT_LEAST.min(grants.page_time)),
            bytes: grants.page_bytes,
            begun: false,
            hung: false,
        }
    }

    /// Whether nothing more is to be put into the answer; the first item goes whatever it costs.
    pub(in crate::commands) fn is_spent(&self) -> bool {
        self.begun && (self.bytes == 0 || Instant::now() >= self.until)
    }

    /// Whether something is in the answer.
    pub(in crate::commands) fn is_begun(&self) -> bool {
        self.begun
    }

    /// Something is put into the answer.
    pub(in crate::commands) fn spend(&mut self, bytes: usize) {
        self.begun = true;
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// Waits for a part of the answer, as long as there is time.
    pub(in crate::commands) async fn wait<T>(
        &self,
        work: impl Future<Output = T>,
    ) -> Result<T, Late> {
        time::timeout_at(self.until, work).await.map_err(|_| Late)
    }

    /// Waits for a backend to do something without which there is no answer.
    pub(in crate::commands) async fn insist<T, E>(
        &mut self,
        op: &'static str,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Fault>
    where
        Fault: From<E>,
    {
        if self.hung || Instant::now() > self.until + OVERTIME {
            return Err(unavailable(op));
        }
        let until = self.until.max(Instant::now() + AT_LEAST);
        match time::timeout_at(until, work).await {
            Ok(done) => Ok(done?),
            Err(_elapsed) => Err(self.hang(op)),
        }
    }

    /// A backend did not answer in time.
    pub(in crate::commands) fn hang(&mut self, op: &'static str) -> Fault {
        self.hung = true;
        unavailable(op)
    }
}

fn unavailable(op: &'static str) -> Fault {
    BackendError::new(Kind::Unavailable, op).into()
}
