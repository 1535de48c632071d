//! Work that goes on while whoever ordered it does something else.
//!
//! A watch that is not polled must not hold what others wait for, such as the account's turn to sign in. So what a watch
//! opens and looks at, the store's driver does. There are at most two errands a watch.

use std::fmt;
use std::sync::Mutex;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::{Notify, oneshot};

use super::locked;

/// See the module.
#[derive(Default)]
pub(crate) struct Errands {
    ordered: Mutex<Vec<BoxFuture<'static, ()>>>,
    more: Notify,
}

/// What will come of it. Dropping it calls the errand off.
#[derive(Debug)]
pub(crate) struct Errand<T> {
    done: oneshot::Receiver<T>,
}

impl Errands {
    /// Orders work.
    pub(crate) fn order<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Errand<T> {
        let (mut sender, done) = oneshot::channel();
        let errand = async move {
            let ended = tokio::select! {
                biased;
                () = sender.closed() => return,
                ended = work => ended,
            };
            let _nobody_waits_any_more = sender.send(ended);
        };
        locked(&self.ordered).push(errand.boxed());
        self.more.notify_one();
        Errand { done }
    }

    /// Does what is ordered. Never ends.
    pub(crate) async fn run(&self) {
        let mut running = FuturesUnordered::new();
        loop {
            running.extend(std::mem::take(&mut *locked(&self.ordered)));
            tokio::select! {
                Some(()) = running.next() => {}
                () = self.more.notified() => {}
            }
        }
    }
}

impl<T> Errand<T> {
    /// Waits until it is done. Cancel-safe. `None`: the store does nothing any more.
    pub(crate) async fn done(&mut self) -> Option<T> {
        (&mut self.done).await.ok()
    }
}

impl fmt::Debug for Errands {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Errands")
            .field("ordered", &locked(&self.ordered).len())
            .finish_non_exhaustive()
    }
}
