//! Whether phones show what the folders hold.

use std::collections::BTreeSet;
use std::time::Duration;

use protocol::command::folder_sync::FolderType;
use protocol::command::sync::FilterType;
use protocol::device::FolderCopy;

use crate::mail::{FOLDERS, Message};
use crate::phone::Phone;
use crate::week::{DAY_S, Week, filter};

/// A phone that was on the network, and left alone, for so long knows everything: the longest pause of a family is
/// 15 minutes, and it may fail once more.
const KNOWS_AFTER: Duration = Duration::from_secs(2_000);

/// Folder, subject, read, flagged.
type Shown = (String, String, bool, bool);

/// How much of a phone is compared.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Extent {
    /// What its window covers; what left the window lately may be there still.
    Window,
    /// Everything.
    Exact,
}

impl Week {
    /// Compares phones with the folders, if they had time to learn everything.
    pub(crate) fn compare_calm(&mut self) {
        if self.now() < self.calm_since + KNOWS_AFTER {
            return;
        }
        for number in 0..self.phones.len() {
            if self.phones[number].away_until.is_none() {
                self.compared += 1;
                self.compare(number, Extent::Window);
            }
        }
    }

    /// Compares a phone with the folders.
    pub(crate) fn compare(&self, number: usize, extent: Extent) {
        let phone = &self.phones[number];
        let cut_off = match filter(number) {
            FilterType::All => i64::MIN,
            _ => (self.clock.seconds().div_euclid(DAY_S) - 3) * DAY_S,
        };
        let in_folders = self.mail[self.account_of(number)].messages();
        let on_phone = shown(phone);
        let wanted: BTreeSet<&Message> = in_folders
            .iter()
            .filter(|one| one.time >= cut_off)
            .collect();
        let wanted: BTreeSet<Shown> = wanted.into_iter().map(as_shown).collect();
        // What a phone's own deed left in another folder comes with the next Sync there, and wakes it not.
        let own = |one: &&Shown| extent == Extent::Window && phone.taken.contains(&one.1);
        let lost = wanted.difference(&on_phone).filter(|one| !own(one));
        let lost: Vec<_> = lost.collect();
        assert!(
            lost.is_empty(),
            "phone {number} lacks {lost:?}\n{}",
            phone.judge.diary()
        );
        let more: Vec<_> = on_phone.difference(&wanted).collect();
        let known = |one: &&&Shown| !in_folders.iter().any(|message| message.subject == one.1);
        let gone: Vec<_> = more.iter().filter(known).collect();
        assert!(
            gone.is_empty(),
            "phone {number} still has {gone:?}\n{}",
            phone.judge.diary()
        );
        assert!(
            extent == Extent::Window || more.is_empty(),
            "phone {number} has more: {more:?}\n{}",
            phone.judge.diary()
        );
    }
}

/// A folder as a phone has it.
pub(crate) fn folder<'p>(phone: &'p Phone, name: &str) -> Option<&'p FolderCopy> {
    let mut folders = phone.device.replica().folders.values();
    folders.find(|copy| match name {
        "" => copy.folder.folder_type == FolderType::Inbox,
        ".Trash" => copy.folder.folder_type == FolderType::DeletedItems,
        name => copy.folder.display_name == name.trim_start_matches('.'),
    })
}

fn shown(phone: &Phone) -> BTreeSet<Shown> {
    let mut all = BTreeSet::new();
    for name in FOLDERS {
        for item in folder(phone, name).unwrap().items.values() {
            all.insert((
                name.to_owned(),
                item.subject.clone(),
                item.read,
                item.flagged,
            ));
        }
    }
    all
}

fn as_shown(message: &Message) -> Shown {
    let Message {
        folder,
        subject,
        read,
        flagged,
        ..
    } = message;
    ((*folder).to_owned(), subject.clone(), *read, *flagged)
}
