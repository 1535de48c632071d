//! What is known of an answer after it left the command: rule R12 of push.
//!
//! A Sync answer with content is in doubt until it is proved received. The command that made it attaches a
//! [`Receipt`]; the connection then tells its [`ReceiptSink`]
//!
//! - [`Fate::Written`] once the last byte was handed to the operating system's socket (and, with TLS, the last
//!   record with it). That says nothing of arrival: the bytes may sit in a send buffer when the network goes.
//! - [`Fate::Broken`] if the answer was not written completely, or if the connection ended with an error
//!   (reset, write error, keepalive or user time-out) before the answer was proved. It may follow `Written`.
//!   A connection that the peer closed in good order after `Written` breaks nothing: the answer stays in
//!   doubt.
//!
//! Proof is not told through the sink but comes with the device's next request, as
//! [`EasRequest::proven`](crate::http::request::EasRequest::proven): the receipts of answers that went out
//! on the same connection end to end, for the same account and device. Behind a trusted proxy the connection is
//! known by the client's address *and* port; a proxy that passes no port on proves nothing.

use std::fmt;
use std::sync::Arc;

/// Names one answer. Chosen by the command that makes it; nobody here looks into it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ReceiptId(pub u64);

/// What is known of an answer.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Fate {
    /// All of it was handed to the socket.
    Written,
    /// It did not leave completely, or its connection broke before it was proved.
    Broken,
}

/// Is told what became of answers.
pub trait ReceiptSink: Send + Sync + 'static {
    /// Called from the connection's task: must return at once, so the work is put into a bounded queue or a
    /// task of the sink's own. Called at most once with each fate for one receipt.
    fn told(&self, receipt: ReceiptId, fate: Fate);
}

/// Goes with an answer to the connection that writes it.
#[derive(Clone)]
pub struct Receipt {
    id: ReceiptId,
    sink: Arc<dyn ReceiptSink>,
}

impl Receipt {
    /// A receipt for the answer `id`; its fate goes to `sink`.
    #[must_use]
    pub fn new(id: ReceiptId, sink: Arc<dyn ReceiptSink>) -> Self {
        Self { id, sink }
    }

    /// Which answer.
    #[must_use]
    pub fn id(&self) -> ReceiptId {
        self.id
    }

    /// Tells the sink.
    pub(crate) fn tell(&self, fate: Fate) {
        self.sink.told(self.id, fate);
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Receipt").field(&self.id.0).finish()
    }
}
