//! What every [`Mailbox`] must do, as code. A backend passes when every case of [`cases`] does,
//! each on a fresh account.
//!
//! The suite looks at an account from two sides: through the mailbox, and with a [`Hand`] that
//! changes the store as other programs do.

mod changes;
mod content;
mod folders;
mod replica;
mod search;
mod watches;
mod writes;

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::BackendError;
use crate::folder::{Class, Role};
use crate::mailbox::Mailbox;
use crate::marks::{Flag, Marks};
use crate::name::{FolderRef, ItemRef};

pub use crate::contract::replica::Replica;

/// How a case ends; what is wrong is a panic with the place, what fails an error.
pub type Outcome = Result<(), Failure>;

/// An error of the backend or of the hand.
pub type Failure = Box<dyn Error + Send + Sync>;

/// One case, to be run on a fresh account with an empty main folder.
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
    /// What kind of items is looked at.
    pub class: Class,
}

/// Changes an account from outside, as other programs do. When a call has returned, the change is
/// done.
#[async_trait]
pub trait Hand: Send + Sync {
    /// Puts a new item into a folder; a message is received at `time` (UTC epoch seconds).
    async fn deliver(
        &self,
        folder: &FolderRef,
        time: i64,
        content: &[u8],
    ) -> Result<ItemRef, Failure>;

    /// Replaces the flags of a message (keywords are not asked for). Items of other classes have
    /// none.
    async fn set_marks(&self, folder: &FolderRef, item: &ItemRef, marks: &Marks) -> Outcome {
        let _ = (folder, item, marks);
        Err("there are no marks".into())
    }

    /// Replaces the content of an item. Messages never change.
    async fn replace(&self, folder: &FolderRef, item: &ItemRef, content: &[u8]) -> Outcome {
        let _ = (folder, item, content);
        Err("items never change".into())
    }

    /// Removes an item.
    async fn remove(&self, folder: &FolderRef, item: &ItemRef) -> Outcome;

    /// Moves an item.
    async fn relocate(&self, folder: &FolderRef, item: &ItemRef, to: &FolderRef) -> Outcome;

    /// Makes a folder at the top.
    async fn create_folder(&self, name: &str) -> Result<FolderRef, Failure>;

    /// Renames a folder, with its items.
    async fn rename_folder(&self, folder: &FolderRef, name: &str) -> Result<FolderRef, Failure>;

    /// Removes a folder with its items.
    async fn remove_folder(&self, folder: &FolderRef) -> Outcome;
}

impl Bench {
    /// The reference of the main folder: the inbox, or the default folder of another class.
    ///
    /// # Errors
    /// The folders cannot be listed, or there is none.
    pub async fn inbox(&self) -> Result<FolderRef, Failure> {
        let (class, role) = (self.class, self.main_role());
        let mut folders = self.mailbox.folders().await?.into_iter();
        let inbox = folders.find(|folder| (folder.class, folder.role) == (class, role));
        Ok(inbox.ok_or("there is no main folder")?.reference)
    }

    pub(crate) fn main_role(&self) -> Role {
        match self.class {
            Class::Email => Role::Inbox,
            Class::Contacts | Class::Calendar | Class::Tasks | Class::Notes => Role::Default,
        }
    }

    /// Whether content never changes, and marks do.
    pub(crate) fn is_mail(&self) -> bool {
        self.class == Class::Email
    }

    /// A small item, whose text says `text`.
    pub(crate) fn content(&self, text: &str) -> Vec<u8> {
        let content = match self.class {
            Class::Email => format!("Subject: {text}\r\n\r\n{text}\r\n"),
            Class::Contacts => {
                format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nFN:{text}\r\nEND:VCARD\r\n")
            }
            Class::Calendar | Class::Tasks | Class::Notes => {
                format!("BEGIN:VCALENDAR\r\nX-TEXT:{text}\r\nEND:VCALENDAR\r\n")
            }
        };
        content.into_bytes()
    }

    /// A small item into a folder, a message received at [`TIME`].
    pub(crate) async fn deliver(&self, folder: &FolderRef, text: &str) -> Result<ItemRef, Failure> {
        let content = self.content(text);
        self.hand.deliver(folder, TIME, &content).await
    }

    /// Another program changes an item that was delivered with `text`: its marks, or its content.
    pub(crate) async fn alter(&self, folder: &FolderRef, item: &ItemRef, to: Altered) -> Outcome {
        if self.is_mail() {
            let marks = match to {
                Altered::Away => Marks::from_iter([Flag::Seen]),
                Altered::Back(_) => Marks::default(),
            };
            return self.hand.set_marks(folder, item, &marks).await;
        }
        let content = match to {
            Altered::Away => self.content("altered"),
            Altered::Back(text) => self.content(text),
        };
        self.hand.replace(folder, item, &content).await
    }
}

/// How an item is changed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Altered {
    /// To another state.
    Away,
    /// To the state in which it was delivered, with this text.
    Back(&'static str),
}

/// When messages of the suite are received, unless it matters.
pub(crate) const TIME: i64 = 1_700_000_000;

/// All cases with their names. Those that are not about the bench's class do nothing.
#[must_use]
pub fn cases() -> Vec<(&'static str, Case)> {
    let mut cases = folders::cases();
    cases.extend(changes::cases());
    cases.extend(writes::cases());
    cases.extend(content::cases());
    cases.extend(search::cases());
    cases.extend(watches::cases());
    cases
}

/// Those of [`cases`] that are about watches.
#[must_use]
pub fn watch_cases() -> Vec<(&'static str, Case)> {
    watches::cases()
}

/// The error that a call must end with.
pub(crate) fn refused<T>(result: Result<T, BackendError>) -> Result<BackendError, Failure> {
    match result {
        Ok(_) => Err("it should have been refused".into()),
        Err(error) => Ok(error),
    }
}
