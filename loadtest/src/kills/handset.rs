//! A phone whose service is killed: lives on, changes mail, and says what it shows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use protocol::command::folder_sync::FolderType;
use protocol::command::{CollectionId, ServerId};
use protocol::device::{Event, FolderCopy, ItemCopy, LocalChange, Trouble};
use tokio::sync::{mpsc, oneshot};

use super::truth::{Owner, Truth, other};
use crate::dice::Dice;
use crate::hand::{Contents, FOLDER, Marks, Shown};
use crate::phone::Phone;
use crate::wire::Server;

/// What the user or the test wants.
pub(super) enum Order {
    /// Change something, chosen by this.
    Change(u64),
    /// Open the folders that things are moved and deleted to.
    Open,
    /// Say what is shown.
    Show(oneshot::Sender<View>),
}

/// What a phone shows, and what it met with.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) phone: usize,
    pub(super) account: usize,
    pub(super) contents: Contents,
    /// By command, how often it was cut.
    pub(super) cut: BTreeMap<String, usize>,
    /// What must not be.
    pub(super) wrong: Vec<String>,
}

/// A message that the phone may change: its id, its number, its marks.
type Owned = (ServerId, u64, Marks);

/// A phone in the hand of its user.
pub(super) struct Handset {
    number: usize,
    account: usize,
    phone: Phone,
    truth: Arc<Truth>,
    /// What its user deleted or moved.
    taken: BTreeSet<ServerId>,
    /// What its user marked. Not moved any more: phones move first, and the item that they then want to mark has
    /// another id.
    marked: BTreeSet<ServerId>,
    cut: BTreeMap<String, usize>,
    wrong: Vec<String>,
}

impl Handset {
    pub(super) fn new(
        (number, account): (usize, usize),
        user: &str,
        (run, server): (&str, Server),
        truth: &Arc<Truth>,
    ) -> Self {
        Self {
            number,
            account,
            phone: Phone::impatient(number, user, (run, server)),
            truth: Arc::clone(truth),
            taken: BTreeSet::new(),
            marked: BTreeSet::new(),
            cut: BTreeMap::new(),
            wrong: Vec::new(),
        }
    }

    /// Lives until nobody has orders any more.
    pub(super) async fn live(mut self, mut orders: mpsc::Receiver<Order>) {
        loop {
            tokio::select! {
                _ = self.phone.turn() => {}
                order = orders.recv() => match order {
                    None => return,
                    Some(Order::Change(seed)) => self.change(&mut Dice::new(seed)),
                    Some(Order::Open) => self.open(),
                    Some(Order::Show(reply)) => {
                        let _gone = reply.send(self.view());
                    }
                },
            }
            while let Some(event) = self.phone.device.next_event() {
                self.judge(&event);
            }
        }
    }

    fn judge(&mut self, event: &Event) {
        match event {
            Event::Trouble {
                command,
                trouble: Trouble::Failure(failure),
                ..
            } => {
                let command = command.map_or("OPTIONS", |command| command.as_str());
                *self.cut.entry(format!("{command} {failure:?}")).or_default() += 1;
            }
            // Not now: it is starting, or ending.
            Event::Trouble {
                trouble: Trouble::Http(503),
                ..
            } => *self.cut.entry("503".to_owned()).or_default() += 1,
            // The folder was written to faster than it could be listed: it asks again.
            Event::Trouble {
                trouble: Trouble::Status(status),
                ..
            } if status.code() == 5 => *self.cut.entry("Status 5".to_owned()).or_default() += 1,
            // It was done before the kill, and the phone says it again.
            Event::Refused {
                item: Some(item),
                status,
                ..
            } if self.taken.contains(item) && status.code() == 8 => {}
            Event::MoveRefused { item, status }
                if self.taken.contains(item) && status.code() == 1 => {}
            // The user took it away while the answer was on its way.
            Event::UnknownChanged { item, .. } if self.taken.contains(item) => {}
            Event::Trouble { .. }
            | Event::Doubled { .. }
            | Event::UnknownChanged { .. }
            | Event::Unreadable { .. }
            | Event::FolderRestarted(_)
            | Event::PushStopped(_)
            // Nobody else changes what this phone changes.
            | Event::Refused { .. }
            | Event::MoveRefused { .. } => {
                self.wrong.push(format!("phone {}: {event:?}", self.number));
            }
            _ => {}
        }
    }

    /// The user changes one of the messages that belong to this phone.
    fn change(&mut self, dice: &mut Dice) {
        let Some((inbox, items)) = self.owned() else {
            return;
        };
        let Some((item, number, marks)) = items.get(dice.below(items.len())).cloned() else {
            return;
        };
        let target = self
            .folder(Shown::Folder)
            .map(|copy| copy.folder.server_id.clone());
        let (folder, truth) = (inbox, &self.truth);
        let change = match (dice.below(6), target) {
            (0, Some(target)) if !self.marked.contains(&item) => {
                truth.moved(self.account, number, Shown::Folder);
                self.taken.insert(item.clone());
                LocalChange::Move {
                    folder,
                    item,
                    target,
                }
            }
            (1, _) => {
                truth.moved(self.account, number, Shown::Trash);
                self.taken.insert(item.clone());
                LocalChange::Delete { folder, item }
            }
            _ => {
                let new = other(marks, dice);
                self.marked.insert(item.clone());
                truth.marked(self.account, number, new, Owner::Phone(self.number));
                if new.read == marks.read {
                    LocalChange::SetFlag {
                        folder,
                        item,
                        flagged: new.flagged,
                    }
                } else {
                    LocalChange::SetRead {
                        folder,
                        item,
                        read: new.read,
                    }
                }
            }
        };
        self.phone.device.change(change);
    }

    fn open(&mut self) {
        for shown in [Shown::Folder, Shown::Trash] {
            if let Some(copy) = self.folder(shown) {
                let folder = copy.folder.server_id.clone();
                self.phone.device.change(LocalChange::Refresh(folder));
            }
        }
    }

    /// The INBOX, and its messages that belong to this phone.
    fn owned(&self) -> Option<(CollectionId, Vec<Owned>)> {
        let copy = self.folder(Shown::Inbox)?;
        let ours = |(item, copy): (&ServerId, &ItemCopy)| {
            let number = self.truth.number(&copy.subject)?;
            let (owner, shown, marks) = self.truth.message(self.account, number)?;
            let ours = owner == Owner::Phone(self.number) && shown == Shown::Inbox;
            ours.then(|| (item.clone(), number, marks))
        };
        let items = copy.items.iter().filter_map(ours).collect();
        Some((copy.folder.server_id.clone(), items))
    }

    fn view(&mut self) -> View {
        let mut contents = Contents::new();
        for shown in [Shown::Inbox, Shown::Folder, Shown::Trash] {
            let items: Vec<ItemCopy> = self
                .folder(shown)
                .map(|copy| copy.items.values().cloned().collect())
                .unwrap_or_default();
            for item in items {
                let Some(number) = self.truth.number(&item.subject) else {
                    continue;
                };
                let marks = Marks {
                    read: item.read,
                    flagged: item.flagged,
                };
                if contents.insert(number, (shown, marks)).is_some() {
                    // On its way from one folder to the other it may be in both for a moment.
                    contents.insert(
                        number,
                        (
                            Shown::Inbox,
                            Marks {
                                read: !marks.read,
                                flagged: !marks.flagged,
                            },
                        ),
                    );
                }
            }
        }
        View {
            phone: self.number,
            account: self.account,
            contents,
            cut: self.cut.clone(),
            wrong: self.wrong.clone(),
        }
    }

    fn folder(&self, shown: Shown) -> Option<&FolderCopy> {
        let mut folders = self.phone.device.replica().folders.values();
        folders.find(|copy| match shown {
            Shown::Inbox => copy.folder.folder_type == FolderType::Inbox,
            Shown::Trash => copy.folder.folder_type == FolderType::DeletedItems,
            Shown::Folder => copy.folder.display_name == FOLDER,
        })
    }
}
