//! What each event means.

use std::sync::Arc;

use inotify::EventMask;

use crate::local::filename::FileName;
use crate::local::hub::reader::{Departure, Reader, Signal, Spot, Target};
use crate::local::hub::{Hub, count};
use crate::local::journal::Place;
use crate::local::keywords;
use crate::local::tree::{self, Part};
use crate::name::FolderRef;
use crate::watch::WatchEvent;

/// The directory itself is not, or no longer, where it was.
const ITSELF: EventMask = EventMask::DELETE_SELF
    .union(EventMask::MOVE_SELF)
    .union(EventMask::UNMOUNT)
    .union(EventMask::IGNORED);
/// An entry is there now.
pub(super) const APPEARED: EventMask = EventMask::CREATE.union(EventMask::MOVED_TO);
/// An entry is there no longer.
pub(super) const VANISHED: EventMask = EventMask::DELETE.union(EventMask::MOVED_FROM);

impl Hub {
    /// Applies one event. Events of watches that were released are of no interest: what they tell
    /// of is seen by whoever lists the directory anew.
    pub(super) fn dispatch(&self, reader: &mut Reader, signal: &Signal) {
        if signal.mask.contains(EventMask::Q_OVERFLOW) {
            tracing::warn!("the kernel's queue of inotify events overflowed");
            count(&self.counters.overflows);
            reader.lose_all();
            return;
        }
        for target in reader.targets(signal.descriptor) {
            target
                .account
                .with(&target.folder, |watched| watched.events += 1);
            if signal.mask.intersects(ITSELF) {
                Self::directory_lost(reader, &target, signal);
            } else if let Some(name) = &signal.name {
                match target.spot {
                    Spot::Folder => self.entry(reader, &target, signal.mask, name),
                    Spot::Messages(part) => message(reader, &target, part, signal),
                    Spot::Collections => self.vdir_entry(reader, &target, signal.mask, name),
                    Spot::Items => Self::item(reader, &target, signal.mask, name),
                    Spot::Above => Self::above(reader, &target, signal.mask, name),
                }
            }
        }
        if signal.mask.contains(EventMask::IGNORED) {
            reader.forget(signal.descriptor);
        }
    }

    fn directory_lost(reader: &mut Reader, target: &Target, signal: &Signal) {
        let Target {
            account, folder, ..
        } = target;
        match target.spot {
            // The root: what is at its path now must be looked at anew.
            Spot::Folder | Spot::Collections | Spot::Above if folder.as_str().is_empty() => {
                let descriptors = account.lose();
                reader.release(account, &descriptors);
            }
            Spot::Folder | Spot::Collections | Spot::Above | Spot::Items => {
                Self::drop_folder(reader, target, folder);
            }
            Spot::Messages(_) => {
                reader.release(account, &[signal.descriptor]);
                account.with(folder, |watched| watched.journal.reset());
                account.tell(&WatchEvent::HierarchyChanged);
                account.tell(&WatchEvent::Changed(folder.clone()));
            }
        }
    }

    /// An entry of a folder's own directory came or went.
    fn entry(&self, reader: &mut Reader, target: &Target, mask: EventMask, name: &str) {
        let Target {
            account, folder, ..
        } = target;
        if !mask.contains(EventMask::ISDIR) {
            if name == keywords::FILE && mask.intersects(APPEARED.union(VANISHED)) {
                // Letters mean something else now, in any message.
                account.with(folder, |watched| watched.journal.reset());
                account.tell(&WatchEvent::Changed(folder.clone()));
            }
            return;
        }
        if let Some(part) = Part::BOTH.into_iter().find(|part| part.as_str() == name) {
            if mask.intersects(APPEARED) {
                self.add_part(reader, target, part);
            }
        } else if folder.as_str().is_empty() && tree::is_folder_name(name) {
            let folder = FolderRef::new(name);
            if mask.intersects(APPEARED) {
                self.add_seen_folder(reader, account, &folder);
            } else if mask.intersects(VANISHED) {
                Self::drop_folder(reader, target, &folder);
            }
        }
    }

    pub(super) fn drop_folder(reader: &mut Reader, target: &Target, folder: &FolderRef) {
        let account = &target.account;
        if account.has(folder) {
            let descriptors = account.remove(folder);
            reader.release(account, &descriptors);
            account.tell(&WatchEvent::HierarchyChanged);
        }
    }
}

/// A file in `new` or `cur` came, went or was renamed.
fn message(reader: &mut Reader, target: &Target, part: Part, signal: &Signal) {
    let Some(full) = &signal.name else { return };
    let (Some(name), false) = (
        FileName::parse(full),
        signal.mask.contains(EventMask::ISDIR),
    ) else {
        return;
    };
    let place = Place {
        part,
        name: full.clone(),
    };
    if signal.mask.contains(EventMask::ATTRIB) {
        return;
    }
    if signal.mask.contains(EventMask::CREATE) {
        Hub::created(reader, target, name.unique, place);
        return;
    }
    Hub::superseded(reader, target, &place);
    if signal.mask.contains(EventMask::MOVED_FROM) {
        reader.depart(Departure {
            cookie: signal.cookie,
            account: Arc::clone(&target.account),
            folder: target.folder.clone(),
            unique: name.unique.into(),
        });
    }
    if signal.mask.contains(EventMask::MOVED_TO) {
        renamed_to(reader, target, name.unique, signal.cookie);
    }
    target.account.with(&target.folder, |watched| {
        let journal = &mut watched.journal;
        if signal.mask.contains(EventMask::DELETE) {
            journal.gone(name.unique, &place);
        } else if signal.mask.contains(EventMask::MOVED_FROM) {
            journal.left(name.unique, &place);
        } else {
            journal.arrived(name.unique, place);
        }
    });
    target
        .account
        .tell(&WatchEvent::Changed(target.folder.clone()));
}

/// Where a message came from it is gone, unless it only changed its name there.
fn renamed_to(reader: &mut Reader, target: &Target, unique: &str, cookie: u32) {
    let Some(departure) = reader.departed(cookie) else {
        return;
    };
    let stays = Arc::ptr_eq(&departure.account, &target.account)
        && departure.folder == target.folder
        && *departure.unique == *unique;
    if !stays {
        departure.account.with(&departure.folder, |watched| {
            watched.journal.went_elsewhere(&departure.unique);
        });
    }
}
