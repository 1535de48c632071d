//! What a request has begun is finished, also when its client hangs up.
//!
//! The future of a request is dropped with its connection. A transaction that is cut in the middle is undone, but one
//! that waits in a group commit is not: the next request of the device would then be served while nobody knows
//! whether it is in. So whatever writes runs in a task of the commands' own; the client's going away is a flag that
//! it looks at where nothing is left half done.

use std::panic;

use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use crate::commands::context::Context;
use crate::error::Fault;

impl Context<'_> {
    /// Runs a piece of work to its end. What it changes in the context, it changes in a copy that takes the place of
    /// the context afterwards; when the client hangs up, nobody sees it.
    pub(super) async fn finish<T, W>(&mut self, work: W) -> Result<T, Fault>
    where
        T: Send + 'static,
        W: for<'c, 'd> FnOnce(&'c mut Context<'d>) -> BoxFuture<'c, Result<T, Fault>>
            + Send
            + 'static,
    {
        let gone = CancellationToken::new();
        let left = gone.clone().drop_guard();
        let (parts, request, device) = (
            self.parts.clone(),
            self.request.clone(),
            self.device.clone(),
        );
        let (who, now, mut facts) = (self.who, self.now, self.facts.clone());
        let budget = self.budget;
        let running = self.parts.tasks.spawn(async move {
            let mut context = Context {
                parts: &parts,
                request,
                who,
                device,
                facts: &mut facts,
                now,
                gone,
                budget,
            };
            let done = work(&mut context).await;
            let Context {
                request, device, ..
            } = context;
            (done, request, device, facts)
        });
        match running.await {
            Ok((done, request, device, facts)) => {
                let _stayed = left.disarm();
                (self.request, self.device) = (request, device);
                *self.facts = facts;
                done
            }
            Err(error) if error.is_panic() => panic::resume_unwind(error.into_panic()),
            Err(_aborted) => Err(Fault::Busy),
        }
    }

    /// Ends work that nobody waits for any more. To be called where nothing is left half done.
    pub(super) fn still_wanted(&self) -> Result<(), Fault> {
        if self.gone.is_cancelled() {
            return Err(Fault::Gone);
        }
        Ok(())
    }
}
