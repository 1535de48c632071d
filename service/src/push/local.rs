//! The channel inside one process: delivers at once, in the publisher's own task.

use std::sync::{OnceLock, Weak};

use async_trait::async_trait;

use super::channel::{Channel, ChannelError, Epoch, Hint, HintSink};

/// A [`Channel`] for a single node. Connected from the start and for ever.
#[derive(Default)]
pub struct LocalChannel {
    sink: OnceLock<Weak<dyn HintSink>>,
}

impl std::fmt::Debug for LocalChannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalChannel").finish_non_exhaustive()
    }
}

#[async_trait]
impl Channel for LocalChannel {
    async fn publish(&self, hint: Hint) -> Result<(), ChannelError> {
        // Nobody listens before the hub is made or after it is gone; then nothing is parked either.
        if let Some(sink) = self.sink.get().and_then(Weak::upgrade) {
            sink.hint(&hint);
        }
        Ok(())
    }

    fn epoch(&self) -> Epoch {
        Epoch::Live(0)
    }

    fn attach(&self, sink: Weak<dyn HintSink>) {
        let attached = self.sink.set(sink);
        debug_assert!(attached.is_ok(), "a channel has one sink");
    }
}
