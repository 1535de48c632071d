//! Listening to a server that calls: no connection for the account.
//!
//! A call that is lost, or a server that was never told to call, leaves no trace. So looks prove it (rule R10): often
//! until the server has called for the account, seldom afterwards, and often again once one of them found what no call
//! had told of. If the next one does too, the hook is not relied on for a while.

use std::time::Duration;

use super::core::Heard;
use super::options::WatchOptions;
use crate::hook::{HookFeed, HookListener, Mark};

/// So many looks in a row may find what no call had told of: a call may also come late.
const DOUBTS_MAX: u32 = 1;

/// See the module.
#[derive(Debug)]
pub(super) struct Hook {
    listener: HookListener,
    /// Whether the server has called since there was the last doubt.
    proved: bool,
    doubts: u32,
    often: Duration,
    seldom: Duration,
}

/// Whether calls can be relied on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Trust {
    /// They can.
    Kept,
    /// They cannot.
    Lost,
}

impl Hook {
    /// Listens to calls for a user.
    pub(super) fn listen(feed: &HookFeed, user: &str, options: &WatchOptions) -> Self {
        Self {
            listener: feed.listen(&[user]),
            proved: false,
            doubts: 0,
            often: options.sweep_every,
            seldom: options.proof_every,
        }
    }

    /// Longest time between two looks.
    pub(super) fn every(&self) -> Duration {
        match self.proved {
            true => self.seldom,
            false => self.often,
        }
    }

    /// Waits until the server calls. Cancel-safe.
    pub(super) async fn hear(&mut self) -> Heard {
        let mark = self.listener.next().await;
        self.proved = true;
        self.doubts = 0;
        match mark {
            Mark::Everything => Heard::Gap,
            Mark::Hierarchy => Heard::Hierarchy,
            Mark::Folder(name) => Heard::Called(name),
        }
    }

    /// A look found changes of which no call had told.
    pub(super) fn doubt(&mut self) -> Trust {
        self.proved = false;
        self.doubts += 1;
        match self.doubts > DOUBTS_MAX {
            true => Trust::Lost,
            false => Trust::Kept,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Hook, Trust};
    use crate::hook::{HookFeed, Mark};
    use crate::imap::WatchOptions;

    #[tokio::test]
    async fn a_hook_that_does_not_call_is_found_out() {
        let (feed, options) = (HookFeed::default(), WatchOptions::default());
        let mut hook = Hook::listen(&feed, "anna", &options);
        assert_eq!(hook.every(), options.sweep_every);
        for _ in 0..5 {
            assert_eq!(hook.doubt(), Trust::Kept);
            assert_eq!(hook.every(), options.sweep_every);
            feed.mark("anna", &Mark::Hierarchy);
            hook.hear().await;
            assert_eq!(hook.every(), options.proof_every);
        }
        assert_eq!(hook.doubt(), Trust::Kept);
        assert_eq!(hook.doubt(), Trust::Lost);
    }
}
