//! FolderSync: the hierarchy of folders (MS-ASCMD 2.2.1.5).

use super::{CollectionId, StatusCode, SyncKeyText};

/// Asks for the changes of the hierarchy since a key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FolderSyncRequest {
    /// The hierarchy's key, `0` for everything.
    pub sync_key: SyncKeyText,
}

/// What changed in the hierarchy.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FolderSyncResponse {
    /// Of the whole command.
    pub status: StatusCode,
    /// The key after these changes; none with an error.
    pub sync_key: Option<SyncKeyText>,
    /// The changes, possibly none of them; `None` with an error.
    pub changes: Option<FolderChanges>,
}

/// Changed folders. Their count is written along.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FolderChanges {
    /// Renamed, moved or retyped.
    pub updates: Vec<Folder>,
    /// Gone. Each id once: Windows phones break on a second one.
    pub deletes: Vec<CollectionId>,
    /// New ones, parents before children.
    pub adds: Vec<Folder>,
}

/// One folder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Folder {
    /// Its id, kept over resyncs.
    pub server_id: CollectionId,
    /// The folder that holds it; `None` is the root, written as `0`.
    pub parent_id: Option<CollectionId>,
    /// What the phone shows.
    pub display_name: String,
    /// What it is for.
    pub folder_type: FolderType,
}

/// What a folder is for (MS-ASCMD 2.2.3.187.3).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum FolderType {
    /// A folder of the user, of no particular class.
    UserGeneric = 1,
    /// The inbox.
    Inbox = 2,
    /// Drafts.
    Drafts = 3,
    /// Deleted items.
    DeletedItems = 4,
    /// Sent items.
    SentItems = 5,
    /// The outbox.
    Outbox = 6,
    /// The default tasks.
    Tasks = 7,
    /// The default calendar.
    Calendar = 8,
    /// The default contacts.
    Contacts = 9,
    /// The default notes.
    Notes = 10,
    /// The default journal.
    Journal = 11,
    /// A mail folder of the user.
    UserMail = 12,
    /// A calendar of the user.
    UserCalendar = 13,
    /// An address book of the user.
    UserContacts = 14,
    /// A task list of the user.
    UserTasks = 15,
    /// A journal of the user.
    UserJournal = 16,
    /// A notes folder of the user.
    UserNotes = 17,
    /// Not known.
    Unknown = 18,
    /// The recipient information cache.
    RecipientCache = 19,
}
