//! Folders as their users see them.

use crate::name::FolderRef;

/// What kind of item a folder holds.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Class {
    /// Messages, RFC 5322.
    Email,
    /// Contacts, vCard.
    Contacts,
    /// Appointments, iCalendar VEVENT.
    Calendar,
    /// Tasks, iCalendar VTODO.
    Tasks,
    /// Notes, iCalendar VJOURNAL or messages.
    Notes,
}

/// What a folder is for. A backend gives each role but [`Role::Plain`] to one folder of a class at
/// most.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Role {
    /// Where mail arrives.
    Inbox,
    /// Messages being written.
    Drafts,
    /// Messages that were sent.
    Sent,
    /// What was deleted.
    Trash,
    /// Unwanted mail.
    Junk,
    /// Kept mail.
    Archive,
    /// Messages waiting to be sent.
    Outbox,
    /// The folder that new items of a class other than mail go to.
    Default,
    /// A folder that its user made.
    Plain,
}

/// What can be said of an account's folders now.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Survey {
    /// All folders but those of the missing classes, parents before their children.
    pub folders: Vec<Folder>,
    /// Classes whose store cannot be asked. Their folders may be there or not: nobody may take
    /// them for removed.
    pub missing: Vec<Class>,
}

/// One folder of an account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Folder {
    /// How the backend calls it; unique in the account, changes when the folder is renamed.
    pub reference: FolderRef,
    /// Survives a rename, and differs when a folder was removed and another one made under its
    /// name. `None` where the backend has nothing of that kind: then the reference must do.
    pub identity: Option<Box<str>>,
    /// The nearest folder above it that exists; `None` at the top.
    pub parent: Option<FolderRef>,
    /// Last part of the name, decoded. Where folders between it and [`Self::parent`] are missing,
    /// their names stand before it, separated by `/`.
    pub name: String,
    /// What it holds.
    pub class: Class,
    /// What it is for.
    pub role: Role,
}
