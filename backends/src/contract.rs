//! What every [`Mailbox`] must do, as code. A backend passes when every case of [`cases`] does,
//! each on a fresh account.
//!
//! The suite looks at an account from two sides: through the mailbox, and with a [`Hand`] that
//! changes the store as other programs do.

mod changes;
mod folders;
mod replica;
mod watches;
mod writes;

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::BackendError;
use crate::folder::Role;
use crate::mailbox::Mailbox;
use crate::marks::Marks;
use crate::name::{FolderRef, ItemRef};

pub use crate::contract::replica::Replica;

/// How a case ends; what is wrong is a panic with the place, what fails an error.
pub type Outcome = Result<(), Failure>;

/// An error of the backend or of the hand.
pub type Failure = Box<dyn Error + Send + Sync>;

/// One case, to be run on a fresh account with an empty inbox.
pub type Case = fn(Bench) -> Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// How long a hint may take. Generous, for slow machines: what is measured is that it comes.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// An account, seen from both sides.
#[derive(Clone)]
pub struct Bench {
    /// The backend.
    pub mailbox: Arc<dyn Mailbox>,
    /// Other programs. Keeps the account alive.
    pub hand: Arc<dyn Hand>,
}

/// Changes an account from outside, as other programs do. When a call has returned, the change is
/// done.
#[async_trait]
pub trait Hand: Send + Sync {
    /// Delivers a message into a folder, received at `time` (UTC epoch seconds).
    async fn deliver(
        &self,
        folder: &FolderRef,
        time: i64,
        content: &[u8],
    ) -> Result<ItemRef, Failure>;

    /// Replaces the flags of a message (keywords are not asked for).
    async fn set_marks(&self, folder: &FolderRef, item: &ItemRef, marks: &Marks) -> Outcome;

    /// Removes a message.
    async fn remove(&self, folder: &FolderRef, item: &ItemRef) -> Outcome;

    /// Moves a message.
    async fn relocate(&self, folder: &FolderRef, item: &ItemRef, to: &FolderRef) -> Outcome;

    /// Makes a folder at the top.
    async fn create_folder(&self, name: &str) -> Result<FolderRef, Failure>;

    /// Renames a folder, with its messages.
    async fn rename_folder(&self, folder: &FolderRef, name: &str) -> Result<FolderRef, Failure>;

    /// Removes a folder with its messages.
    async fn remove_folder(&self, folder: &FolderRef) -> Outcome;
}

impl Bench {
    /// The reference of the inbox.
    ///
    /// # Errors
    /// The folders cannot be listed, or there is no inbox.
    pub async fn inbox(&self) -> Result<FolderRef, Failure> {
        let folders = self.mailbox.folders().await?;
        let inbox = folders
            .into_iter()
            .find(|folder| folder.role == Role::Inbox);
        Ok(inbox.ok_or("there is no inbox")?.reference)
    }

    /// A small message into the inbox, now or so.
    pub(crate) async fn deliver(&self, folder: &FolderRef, text: &str) -> Result<ItemRef, Failure> {
        let content = format!("Subject: {text}\r\n\r\n{text}\r\n");
        self.hand.deliver(folder, TIME, content.as_bytes()).await
    }
}

/// When messages of the suite are received, unless it matters.
pub(crate) const TIME: i64 = 1_700_000_000;

/// All cases with their names.
#[must_use]
pub fn cases() -> Vec<(&'static str, Case)> {
    let mut cases = folders::cases();
    cases.extend(changes::cases());
    cases.extend(writes::cases());
    cases.extend(watches::cases());
    cases
}

/// The error that a call must end with.
pub(crate) fn refused<T>(result: Result<T, BackendError>) -> Result<BackendError, Failure> {
    match result {
        Ok(_) => Err("it should have been refused".into()),
        Err(error) => Ok(error),
    }
}
