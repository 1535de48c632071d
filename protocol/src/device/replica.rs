//! What a phone was told: folders and items.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::airsyncbase::DataError;
use crate::class::contacts::Contact;
use crate::class::email::{Email, Flagged};
use crate::command::folder_sync::{Folder, FolderChanges, FolderType};
use crate::command::sync::{ApplicationData, ServerCommand};
use crate::command::{CollectionId, ServerId, SyncKeyText};

use super::event::Event;

/// The folders of an account as a phone knows them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Replica {
    /// All folders of the hierarchy, also those that are not synchronized.
    pub folders: BTreeMap<CollectionId, FolderCopy>,
}

/// One folder as a phone knows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FolderCopy {
    /// Name, type, parent.
    pub folder: Folder,
    /// The answer that it holds; `0` before the first.
    pub key: SyncKeyText,
    /// The items.
    pub items: BTreeMap<ServerId, ItemCopy>,
    /// Whether there is, or may be, something to fetch.
    pub(super) due: bool,
    /// Whether its first fill is complete.
    pub(super) filled: bool,
    /// Not to be synchronized before this time.
    pub(super) not_before: Option<Instant>,
    /// Changes that GetItemEstimate promised for the coming Sync.
    pub(super) promised: Option<u32>,
}

/// One item as a phone knows it: what a caller needs to compare it with the truth.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ItemCopy {
    /// Its subject.
    pub subject: String,
    /// Its sender.
    pub from: String,
    /// When it was received, in UTC epoch seconds.
    pub received: Option<i64>,
    /// Whether it was read.
    pub read: bool,
    /// Whether it is flagged for follow-up.
    pub flagged: bool,
    /// Its categories.
    pub categories: Vec<String>,
    /// Its attachments.
    pub attachments: Vec<AttachmentCopy>,
    /// All of it, if it is a contact.
    pub contact: Option<Box<Contact>>,
}

/// An attachment that can be fetched.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct AttachmentCopy {
    /// Its name.
    pub name: String,
    /// What to fetch it by.
    pub file_reference: String,
}

impl Replica {
    /// The folder with this name.
    #[must_use]
    pub fn named(&self, display_name: &str) -> Option<(&CollectionId, &FolderCopy)> {
        self.folders
            .iter()
            .find(|(_, copy)| copy.folder.display_name == display_name)
    }

    /// Takes changes of the hierarchy in. With `everything`, folders that are not listed are gone.
    pub(super) fn take_hierarchy(&mut self, changes: FolderChanges, extent: Extent) -> Vec<Event> {
        let mut events = Vec::new();
        let mut gone: BTreeSet<CollectionId> = changes.deletes.into_iter().collect();
        if extent == Extent::Everything {
            let listed: BTreeSet<_> = changes
                .adds
                .iter()
                .map(|folder| &folder.server_id)
                .collect();
            let unlisted = self.folders.keys().filter(|id| !listed.contains(id));
            gone.extend(unlisted.cloned());
        }
        for id in gone {
            if self.folders.remove(&id).is_some() {
                events.push(Event::FolderRemoved(id));
            }
        }
        for folder in changes.adds.into_iter().chain(changes.updates) {
            events.extend(self.take_folder(folder));
        }
        events
    }

    fn take_folder(&mut self, folder: Folder) -> Option<Event> {
        match self.folders.get_mut(&folder.server_id) {
            Some(known) if known.folder == folder => None,
            Some(known) => {
                known.folder = folder.clone();
                Some(Event::FolderUpdated(folder))
            }
            None => {
                let copy = FolderCopy::new(folder.clone());
                self.folders.insert(folder.server_id.clone(), copy);
                Some(Event::FolderAdded(folder))
            }
        }
    }

    pub(super) fn item_mut(
        &mut self,
        folder: &CollectionId,
        item: &ServerId,
    ) -> Option<&mut ItemCopy> {
        self.folders.get_mut(folder)?.items.get_mut(item)
    }
}

/// How much of the hierarchy an answer told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Extent {
    Everything,
    Changes,
}

/// What a folder holds, as far as a phone looks into it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Mail,
    Contacts,
}

impl FolderCopy {
    fn new(folder: Folder) -> Self {
        Self {
            folder,
            key: SyncKeyText::initial(),
            items: BTreeMap::new(),
            due: true,
            filled: false,
            not_before: None,
            promised: None,
        }
    }

    /// Drops everything: the key was refused.
    pub(super) fn restart(&mut self) {
        *self = Self::new(self.folder.clone());
    }

    /// What its items are.
    fn kind(&self) -> Kind {
        match self.folder.folder_type {
            FolderType::Contacts | FolderType::UserContacts => Kind::Contacts,
            _ => Kind::Mail,
        }
    }

    /// An item of the phone's own has the server's id now.
    pub(super) fn made(&mut self, item: ServerId, contact: Contact) {
        let copy = ItemCopy {
            contact: Some(Box::new(contact)),
            ..ItemCopy::default()
        };
        self.items.insert(item, copy);
    }

    /// Takes one operation of the server's in.
    pub(super) fn take(&mut self, command: ServerCommand) -> Option<Event> {
        let folder = self.folder.server_id.clone();
        let kind = self.kind();
        match command {
            ServerCommand::Add {
                server_id, data, ..
            } => {
                let mut copy = ItemCopy::default();
                let readable = copy.take(kind, &data);
                let known = self.items.insert(server_id.clone(), copy.clone());
                let item = server_id;
                Some(match (known, readable) {
                    (_, Err(_)) => Event::Unreadable { folder, item },
                    (Some(_), Ok(())) => Event::Doubled { folder, item },
                    (None, Ok(())) => Event::ItemAdded { folder, item, copy },
                })
            }
            ServerCommand::Change {
                server_id, data, ..
            } => {
                let item = server_id;
                let Some(copy) = self.items.get_mut(&item) else {
                    return Some(Event::UnknownChanged { folder, item });
                };
                let readable = copy.take(kind, &data);
                let copy = copy.clone();
                Some(match readable {
                    Ok(()) => Event::ItemChanged { folder, item, copy },
                    Err(_) => Event::Unreadable { folder, item },
                })
            }
            ServerCommand::Delete { server_id, .. } => {
                self.items.remove(&server_id)?;
                let item = server_id;
                Some(Event::ItemDeleted { folder, item })
            }
            ServerCommand::SoftDelete { server_id } => {
                self.items.remove(&server_id)?;
                let item = server_id;
                Some(Event::ItemHidden { folder, item })
            }
        }
    }
}

impl ItemCopy {
    /// Takes the properties in that are there; what is neither mail nor a contact leaves it as it is. A contact comes
    /// whole.
    fn take(&mut self, kind: Kind, data: &ApplicationData) -> Result<(), DataError> {
        if kind == Kind::Contacts {
            self.contact = Some(Box::new(Contact::from_data(data.element())?));
            return Ok(());
        }
        let email = Email::from_data(data.element())?;
        set(&mut self.subject, email.subject);
        set(&mut self.from, email.from);
        set(&mut self.read, email.read);
        set(&mut self.categories, email.categories);
        self.received = email.date_received.or(self.received);
        if let Some(flag) = email.flag {
            self.flagged = flag.flagged() == Flagged::Yes;
        }
        if !email.attachments.listed.is_empty() {
            let listed = email.attachments.listed.into_iter();
            self.attachments = listed
                .map(|one| AttachmentCopy {
                    name: one.display_name.unwrap_or_default(),
                    file_reference: one.file_reference,
                })
                .collect();
        }
        Ok(())
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}
