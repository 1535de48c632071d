//! What events of a vdir mean.
//!
//! Every event about an item puts it into the journal at once. Listeners are told when the item is
//! complete: when it was renamed into place, linked, removed, or closed by its writer. What is
//! still being written is told of a moment later at the latest, for a writer may keep it open.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use inotify::EventMask;

use crate::local::hub::Hub;
use crate::local::hub::events::{APPEARED, VANISHED};
use crate::local::hub::held::is_finished;
use crate::local::hub::reader::{Reader, Target};
use crate::local::layout::Layout;
use crate::local::vdir::format::{self, COLOR, DISPLAY_NAME};
use crate::name::FolderRef;
use crate::watch::WatchEvent;

/// How long a change of an unfinished file is kept back.
const PAUSE: Duration = Duration::from_millis(100);

impl Hub {
    /// An entry of a vdir's root came, went or changed.
    pub(super) fn vdir_entry(
        &self,
        reader: &mut Reader,
        target: &Target,
        mask: EventMask,
        name: &str,
    ) {
        let account = &target.account;
        if !mask.contains(EventMask::ISDIR) {
            Self::item(reader, target, mask, name);
            // The first and the last of them decide whether the root is a collection.
            if mask.intersects(APPEARED.union(VANISHED)) && is_item(target, name) {
                account.tell(&WatchEvent::HierarchyChanged);
            }
        } else if format::is_collection(name) {
            let folder = FolderRef::new(name);
            if mask.intersects(APPEARED) {
                self.add_seen_folder(reader, account, &folder);
            } else if mask.intersects(VANISHED) {
                Self::drop_folder(reader, target, &folder);
            }
        }
    }

    /// Something happened to a file of a collection.
    pub(super) fn item(reader: &mut Reader, target: &Target, mask: EventMask, name: &str) {
        if mask.contains(EventMask::ISDIR) {
            return;
        }
        let account = &target.account;
        if name == DISPLAY_NAME || name == COLOR {
            account.tell(&WatchEvent::HierarchyChanged);
            return;
        }
        if !is_item(target, name) {
            return;
        }
        let told = account.with(&target.folder, |watched| watched.journal.touched(name));
        if told.is_none() {
            return;
        }
        let complete = EventMask::CLOSE_WRITE
            .union(EventMask::MOVED_TO)
            .union(VANISHED);
        let linked = || {
            let path = account.dir(&target.folder).join(name);
            fs::symlink_metadata(path).is_ok_and(|meta| is_finished(&meta))
        };
        if mask.intersects(complete) || (mask.contains(EventMask::CREATE) && linked()) {
            // What is kept back of this collection is told with it.
            reader.late.retain(|(late, _)| !is_same(late, target));
            account.tell(&WatchEvent::Changed(target.folder.clone()));
        } else if !reader.late.iter().any(|(late, _)| is_same(late, target)) {
            reader.late.push((target.clone(), Instant::now() + PAUSE));
        }
    }

    /// Something appeared above a root that is not there.
    pub(super) fn above(reader: &mut Reader, target: &Target, mask: EventMask, name: &str) {
        let account = &target.account;
        let mut parts = account.root.components();
        if mask.intersects(APPEARED) && parts.any(|part| part.as_os_str() == name) {
            let descriptors = account.lose();
            reader.release(account, &descriptors);
        }
    }

    /// Tells of what was kept back long enough.
    pub(super) fn tell_late(reader: &mut Reader, now: Instant) {
        reader.late.retain(|(target, until)| {
            if *until > now {
                return true;
            }
            let changed = WatchEvent::Changed(target.folder.clone());
            target.account.tell(&changed);
            false
        });
    }
}

fn is_item(target: &Target, name: &str) -> bool {
    match target.account.layout {
        Layout::Vdir(format) => format.is_item(name),
        Layout::Maildir => false,
    }
}

fn is_same(one: &Target, other: &Target) -> bool {
    Arc::ptr_eq(&one.account, &other.account) && one.folder == other.folder
}
