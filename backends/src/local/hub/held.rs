//! Files that appeared by being created, not by a rename: either a finished message that was linked
//! in, or one that somebody is writing on the spot, against the rules of Maildir.
//!
//! A linked file is told at once where it can be recognised. Others are told when they are closed,
//! or when they stopped growing.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, Instant};

use crate::local::hub::Hub;
use crate::local::hub::reader::{Reader, Target};
use crate::local::journal::Place;
use crate::local::scan;
use crate::watch::WatchEvent;

/// A file that is held back.
#[derive(Debug)]
pub(super) struct Held {
    target: Target,
    unique: Box<str>,
    place: Place,
    size: u64,
    looks: u32,
    /// When it is looked at again.
    pub(super) until: Instant,
}

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);
/// After so many looks even an empty file is a message.
const LOOKS_MAX: u32 = 100;

impl Hub {
    /// A file was created at `place`.
    pub(super) fn created(reader: &mut Reader, target: &Target, unique: &str, place: Place) {
        let dir = target.account.dir(&target.folder);
        let Ok(meta) = fs::symlink_metadata(scan::path(&dir, &place)) else {
            // Gone already, or renamed: of that there is an event of its own.
            return;
        };
        if is_finished(&meta) {
            arrive(target, unique, place);
            return;
        }
        reader.held.push(Held {
            target: target.clone(),
            unique: unique.into(),
            place,
            size: meta.len(),
            looks: 0,
            until: Instant::now() + PAUSE,
        });
    }

    /// Another event has come for the file at `place`.
    pub(super) fn superseded(reader: &mut Reader, target: &Target, place: &Place) {
        if !reader.held.is_empty() {
            reader.held.retain(|held| {
                held.place != *place || held.target.folder != target.folder || {
                    !std::sync::Arc::ptr_eq(&held.target.account, &target.account)
                }
            });
        }
    }

    /// Looks at the held files whose time has come.
    pub(super) fn settle(&self, reader: &mut Reader, now: Instant) {
        reader.held.retain_mut(|held| {
            if held.until > now {
                return true;
            }
            let dir = held.target.account.dir(&held.target.folder);
            let Ok(meta) = fs::symlink_metadata(scan::path(&dir, &held.place)) else {
                return false;
            };
            held.looks += 1;
            let rests = meta.len() > 0 && meta.len() == held.size;
            if rests || is_finished(&meta) || held.looks >= LOOKS_MAX {
                arrive(&held.target, &held.unique, held.place.clone());
                return false;
            }
            held.size = meta.len();
            held.until = now + PAUSE;
            true
        });
        Self::tell_late(reader, now);
    }
}

/// A second name, or a status that changed after the last write, are signs of a link. (Its time of
/// writing can be the same when all was done within one tick of the clock.)
pub(super) fn is_finished(meta: &Metadata) -> bool {
    let changed = (meta.ctime(), meta.ctime_nsec());
    let written = (meta.mtime(), meta.mtime_nsec());
    meta.nlink() > 1 || (meta.len() > 0 && changed > written)
}

fn arrive(target: &Target, unique: &str, place: Place) {
    let told = target.account.with(&target.folder, |watched| {
        watched.journal.arrived(unique, place)
    });
    if told.is_some() {
        target
            .account
            .tell(&WatchEvent::Changed(target.folder.clone()));
    }
}
