//! Where the mailbox of an account comes from.

use std::sync::Arc;

use async_trait::async_trait;
use backends::{BackendError, Mailbox};

use crate::ids::AccountId;

/// Opens mailboxes. The same account's mailbox may be handed out many times.
#[async_trait]
pub trait MailboxProvider: Send + Sync + 'static {
    /// Says by which name the backend knows an account. Called with every request of it; cheap.
    fn introduce(&self, account: AccountId, name: &str);

    /// The mailbox of an account.
    ///
    /// # Errors
    /// `NotFound` when there is no such account, `Unauthorized` when its credentials are not, or no longer,
    /// good; `Unavailable` when the store cannot be reached.
    async fn mailbox(&self, account: AccountId) -> Result<Arc<dyn Mailbox>, BackendError>;
}
