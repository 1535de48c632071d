//! What the user does on the phone.

use std::collections::{BTreeMap, VecDeque};

use crate::class::contacts::Contact;
use crate::class::email::{EmailUpload, Flag, Flagged};
use crate::codepages::email;
use crate::command::item_operations::FetchTarget;
use crate::command::move_items::Move;
use crate::command::sync::{ApplicationData, ClientCommand};
use crate::command::{ClientId, CollectionId, ServerId};
use crate::element::Element;
use crate::version::Version;

use super::replica::Replica;

/// Something that the user does. What names an item that the phone does not have does nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LocalChange {
    /// Reads a message, or marks it unread.
    SetRead {
        /// Where it is.
        folder: CollectionId,
        /// Which.
        item: ServerId,
        /// What it shall be.
        read: bool,
    },
    /// Flags a message for follow-up, or takes the flag away.
    SetFlag {
        /// Where it is.
        folder: CollectionId,
        /// Which.
        item: ServerId,
        /// What it shall be.
        flagged: bool,
    },
    /// Makes a contact. It shows once the server has given it an id.
    AddContact {
        /// Where it shall be.
        folder: CollectionId,
        /// What it shall be.
        contact: Box<Contact>,
    },
    /// Changes a contact. The phone sends all of it.
    ChangeContact {
        /// Where it is.
        folder: CollectionId,
        /// Which.
        item: ServerId,
        /// What it shall be.
        contact: Box<Contact>,
    },
    /// Deletes an item.
    Delete {
        /// Where it is.
        folder: CollectionId,
        /// Which.
        item: ServerId,
    },
    /// Moves an item.
    Move {
        /// Where it is.
        folder: CollectionId,
        /// Which.
        item: ServerId,
        /// Where it shall be.
        target: CollectionId,
    },
    /// Opens an attachment, or an item in full.
    Fetch(FetchTarget),
    /// Pulls a folder down to refresh it.
    Refresh(CollectionId),
}

/// What was done and has not arrived yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Outbox {
    pub(super) uploads: BTreeMap<CollectionId, Vec<ClientCommand>>,
    pub(super) moves: Vec<Move>,
    pub(super) fetches: VecDeque<FetchTarget>,
    /// Counts the ClientIds of new items.
    made: u32,
}

impl Outbox {
    /// Shows the user's change at once and keeps it to be sent.
    pub(super) fn add(&mut self, change: LocalChange, replica: &mut Replica) {
        match change {
            LocalChange::SetRead { folder, item, read } => {
                if let Some(copy) = replica.item_mut(&folder, &item) {
                    copy.read = read;
                    let read = Element::number(email::READ, u8::from(read));
                    self.change(folder, item, read);
                }
            }
            LocalChange::SetFlag {
                folder,
                item,
                flagged,
            } => {
                if let Some(copy) = replica.item_mut(&folder, &item) {
                    copy.flagged = flagged;
                    let flag = if flagged { Flagged::Yes } else { Flagged::No };
                    let flag = Flag::from_flagged(flag).to_element(Version::V16_1);
                    self.change(folder, item, flag);
                }
            }
            LocalChange::AddContact { folder, contact } => self.add_contact(folder, &contact),
            LocalChange::ChangeContact {
                folder,
                item,
                contact,
            } => {
                if let Some(copy) = replica.item_mut(&folder, &item) {
                    let data = contact_data(&contact);
                    copy.contact = Some(contact);
                    self.uploads
                        .entry(folder)
                        .or_default()
                        .push(ClientCommand::Change {
                            class: None,
                            server_id: item,
                            instance_id: None,
                            data,
                        });
                }
            }
            LocalChange::Delete { folder, item } => {
                if take(replica, &folder, &item) {
                    let delete = ClientCommand::Delete {
                        class: None,
                        server_id: item,
                        instance_id: None,
                    };
                    self.uploads.entry(folder).or_default().push(delete);
                }
            }
            LocalChange::Move {
                folder,
                item,
                target,
            } => {
                if take(replica, &folder, &item) {
                    self.moves.push(Move {
                        source_item: item,
                        source_folder: folder,
                        target_folder: target,
                    });
                }
            }
            LocalChange::Fetch(target) => self.fetches.push_back(target),
            LocalChange::Refresh(folder) => {
                if let Some(copy) = replica.folders.get_mut(&folder) {
                    copy.due = true;
                }
            }
        }
    }

    /// How many operations of a folder there are to be sent.
    pub(super) fn count(&self, folder: &CollectionId) -> usize {
        self.uploads.get(folder).map_or(0, Vec::len)
    }

    /// The first operations of a folder.
    pub(super) fn first(&self, folder: &CollectionId, count: usize) -> Vec<ClientCommand> {
        let all = self.uploads.get(folder).into_iter().flatten();
        all.take(count).cloned().collect()
    }

    /// The first operations of a folder arrived.
    pub(super) fn arrived(&mut self, folder: &CollectionId, count: usize) {
        if let Some(all) = self.uploads.get_mut(folder) {
            all.drain(..count.min(all.len()));
            if all.is_empty() {
                self.uploads.remove(folder);
            }
        }
    }

    /// Shows what was not sent yet once more, after the server told of a folder: it will be what the server has.
    pub(super) fn show_again(&self, folder: &CollectionId, replica: &mut Replica) {
        for change in self.uploads.get(folder).into_iter().flatten() {
            match change {
                ClientCommand::Change {
                    server_id, data, ..
                } => {
                    let upload = EmailUpload::parse(data.element()).unwrap_or_default();
                    let Some(copy) = replica.item_mut(folder, server_id) else {
                        continue;
                    };
                    if let Some(contact) = &mut copy.contact {
                        **contact = Contact::from_data(data.element()).unwrap_or_default();
                    } else {
                        copy.read = upload.read.unwrap_or(copy.read);
                        let flagged = upload.flag.map(|flag| flag.flagged() == Flagged::Yes);
                        copy.flagged = flagged.unwrap_or(copy.flagged);
                    }
                }
                ClientCommand::Delete { server_id, .. } => {
                    take(replica, folder, server_id);
                }
                ClientCommand::Add { .. } | ClientCommand::Fetch { .. } => {}
            }
        }
        for one in self.moves.iter().filter(|one| one.source_folder == *folder) {
            take(replica, folder, &one.source_item);
        }
    }

    /// A contact that is among the first operations of a folder, by the name that the phone gave it.
    pub(super) fn new_contact(
        &self,
        (folder, count): (&CollectionId, usize),
        name: &ClientId,
    ) -> Option<Contact> {
        let all = self.uploads.get(folder).into_iter().flatten();
        all.take(count).find_map(|command| match command {
            ClientCommand::Add {
                client_id, data, ..
            } if client_id == name => Contact::from_data(data.element()).ok(),
            _ => None,
        })
    }

    /// Drops what is about folders that are gone.
    pub(super) fn keep_folders(&mut self, replica: &Replica) {
        self.uploads
            .retain(|folder, _| replica.folders.contains_key(folder));
        self.moves
            .retain(|one| replica.folders.contains_key(&one.source_folder));
    }

    fn add_contact(&mut self, folder: CollectionId, contact: &Contact) {
        self.made += 1;
        if let Ok(client_id) = ClientId::parse(&format!("new{}", self.made)) {
            let add = ClientCommand::Add {
                class: None,
                client_id,
                data: contact_data(contact),
            };
            self.uploads.entry(folder).or_default().push(add);
        }
    }

    fn change(&mut self, folder: CollectionId, server_id: ServerId, property: Element) {
        let change = ClientCommand::Change {
            class: None,
            server_id,
            instance_id: None,
            data: ApplicationData::new([property]),
        };
        self.uploads.entry(folder).or_default().push(change);
    }
}

/// All of a contact, as every version has it: what came later is for caches of recipients only.
fn contact_data(contact: &Contact) -> ApplicationData {
    let data = contact.to_data(Version::V12_1);
    let properties = data.elements().cloned();
    ApplicationData::new(properties)
}

/// Takes an item away from what the user sees.
fn take(replica: &mut Replica, folder: &CollectionId, item: &ServerId) -> bool {
    let copy = replica.folders.get_mut(folder);
    copy.is_some_and(|copy| copy.items.remove(item).is_some())
}
