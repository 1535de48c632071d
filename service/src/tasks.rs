//! Tasks have an owner who stops them and waits.
//!
//! Nothing in the service calls `tokio::spawn`: what runs by itself belongs to a [`Tasks`], which can ask
//! all of it to finish, wait for a while, and say how much was left. Groups nest, so that the shut-down
//! order of `app` is a sequence of drains.

use std::future::Future;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{Instrument, debug, warn};

/// A group of tasks with one owner. Clones are handles to the same group.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    token: CancellationToken,
    tracker: TaskTracker,
}

impl Tasks {
    /// An empty group that stands alone.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty group that is also asked to finish when this one is; waiting for it is a matter of its own.
    #[must_use]
    pub fn group(&self) -> Self {
        Self {
            token: self.token.child_token(),
            tracker: TaskTracker::new(),
        }
    }

    /// Starts a task of this group, in the caller's tracing span.
    ///
    /// The task is not aborted when the handle is dropped; it should end soon after [`Self::token`] is
    /// cancelled.
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.tracker.spawn(future.in_current_span())
    }

    /// Runs a blocking function on the blocking pool, as a task of this group.
    pub fn spawn_blocking<F, T>(&self, function: F) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.tracker.spawn_blocking(function)
    }

    /// Cancelled when the group is asked to finish.
    #[must_use]
    pub fn token(&self) -> CancellationToken {
        self.token.clone()
    }

    /// How many tasks are alive.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tracker.len()
    }

    /// Whether no task is alive.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tracker.is_empty()
    }

    /// Asks all tasks to finish, without waiting.
    pub fn stop(&self) {
        self.token.cancel();
    }

    /// Asks all tasks to finish and waits, but not for ever. Answers how many are still alive.
    pub async fn drain(&self, grace: Duration) -> usize {
        self.stop();
        self.tracker.close();
        match time::timeout(grace, self.tracker.wait()).await {
            Ok(()) => debug!("all tasks have finished"),
            Err(_elapsed) => warn!(left = self.tracker.len(), "grace period is over"),
        }
        self.tracker.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_drained_group_has_no_tasks_left() {
        let tasks = Tasks::new();
        let token = tasks.token();
        tasks.spawn(async move { token.cancelled().await });
        assert_eq!(tasks.len(), 1);
        assert_eq!(tasks.drain(Duration::from_secs(5)).await, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_does_not_listen_is_reported() {
        let tasks = Tasks::new();
        tasks.spawn(std::future::pending::<()>());
        assert_eq!(tasks.drain(Duration::from_secs(5)).await, 1);
    }

    #[tokio::test]
    async fn stopping_the_outer_group_stops_the_inner_one() {
        let outer = Tasks::new();
        let inner = outer.group();
        outer.stop();
        assert!(inner.token().is_cancelled());
    }
}
