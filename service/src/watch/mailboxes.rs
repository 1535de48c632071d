//! Where the mailbox of an account comes from.

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use backends::{BackendError, Mailbox};

use crate::ids::AccountId;
use crate::secret::Secret;

/// Opens mailboxes. The same account's mailbox may be handed out many times.
#[async_trait]
pub trait MailboxProvider: Send + Sync + 'static {
    /// Says by which name the backend knows an account. Called with every request of it; cheap.
    fn introduce(&self, account: AccountId, name: &str);

    /// As [`Self::introduce`], of somebody who was let in with this password just now, and where they are. Called with
    /// every request; cheap.
    fn admit(&self, account: AccountId, name: &str, (secret, from): (&Secret, IpAddr)) {
        let _not_needed = (secret, from);
        self.introduce(account, name);
    }

    /// Says that the account has a watcher from now on, or none any more: as long as it has one, its mailbox must be
    /// there for it.
    fn watched(&self, account: AccountId, watched: bool) {
        let _not_asked = (account, watched);
    }

    /// The backend did not take the account's password: nothing is opened with it any more, and whoever shows it next
    /// has it checked.
    fn refused(&self, account: AccountId) {
        let _not_asked = account;
    }

    /// There is a reason to check whether the account's password still holds.
    fn doubt(&self, account: AccountId) {
        let _not_asked = account;
    }

    /// The mailbox of an account.
    ///
    /// # Errors
    /// `NotFound` when there is no such account, `Unauthorized` when its credentials are not, or no longer,
    /// good; `Unavailable` when the store cannot be reached.
    async fn mailbox(&self, account: AccountId) -> Result<Arc<dyn Mailbox>, BackendError>;
}
