//! Beginning to watch an account, and following its folders.

use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::error::{BackendError, Kind};
use crate::local::account::{Account, locked};
use crate::local::error::{io, is_watch_limit};
use crate::local::hub::reader::{Reader, Spot, Target};
use crate::local::hub::{Hub, count};
use crate::local::layout::Layout;
use crate::local::tree::{self, Part};
use crate::local::vdir::tree as collections;
use crate::name::FolderRef;
use crate::watch::WatchEvent;

const OP: &str = "watch mailbox";

/// How often a missing root is looked for that appears and goes at the same time.
const ATTEMPTS_MAX: usize = 8;

/// How an account is watched now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Started {
    /// By events: journals are kept.
    Watched,
    /// Not by events; it must be polled.
    Unwatched,
}

impl Hub {
    /// Watches an account, unless it is watched. Blocks.
    pub(crate) fn start(&self, account: &Arc<Account>) -> Result<Started, BackendError> {
        let _starting = locked(&account.starting);
        if account.layout == Layout::Maildir {
            tree::folder_dir(&account.root, &tree::inbox())?;
        }
        if account.is_deaf() {
            // A journal that hears nothing must not answer.
            if account.is_watched() {
                self.lose(account);
            }
            return Ok(Started::Unwatched);
        }
        // Events that are queued may end the run that is on.
        self.drain();
        if account.is_watched() {
            return Ok(Started::Watched);
        }
        match self.try_start(account) {
            Ok(()) if account.is_watched() => Ok(Started::Watched),
            Ok(()) => Err(BackendError::new(Kind::Unavailable, OP)),
            Err(Refused::Limit) => {
                count(&self.counters.limits);
                self.end(account);
                Ok(Started::Unwatched)
            }
            Err(Refused::Error(error)) => {
                self.end(account);
                Err(error)
            }
        }
    }

    fn end(&self, account: &Arc<Account>) {
        let descriptors = account.end();
        if let Some(reader) = locked(&self.reader).as_mut() {
            reader.release(account, &descriptors);
        }
    }

    /// The root first: a folder that is made after that is an event, one that was made before is
    /// in the list.
    fn try_start(&self, account: &Arc<Account>) -> Result<(), Refused> {
        account.begin();
        let folders = match account.layout {
            Layout::Maildir => {
                self.add_one(account, &tree::inbox())?;
                tree::references(&account.root)?
            }
            Layout::Vdir(_) if !account.root.is_dir() => return self.wait_for_root(account),
            Layout::Vdir(format) => {
                self.add_one(account, &collections::root())?;
                collections::references(&account.root, format)?
            }
        };
        for folder in folders {
            self.add_one(account, &folder)?;
        }
        Ok(())
    }

    /// The root of a vdir is not there. One watch tells when it, or the next directory on the way
    /// to it, appears; accounts with missing roots in one directory share that watch.
    fn wait_for_root(&self, account: &Arc<Account>) -> Result<(), Refused> {
        for _ in 0..ATTEMPTS_MAX {
            let Some(nearest) = collections::nearest(&account.root) else {
                break;
            };
            self.watch_above(account, nearest)?;
            // What appeared before the watch is no event.
            if !account.root.is_dir() && collections::nearest(&account.root) == Some(nearest) {
                return Ok(());
            }
            self.end(account);
            account.begin();
        }
        Err(BackendError::new(Kind::Unavailable, OP).into())
    }

    fn watch_above(&self, account: &Arc<Account>, nearest: &Path) -> Result<(), Refused> {
        let mut place = locked(&self.reader);
        let reader = self.reader(&mut place)?;
        let folder = collections::root();
        account.add(&folder, self.journal_max);
        let target = Target {
            account: Arc::clone(account),
            folder,
            spot: Spot::Above,
        };
        let added = reader.watch(nearest, target);
        self.counters
            .watches
            .store(reader.watches(), Ordering::Relaxed);
        match added {
            Err(error) if is_watch_limit(&error) => Err(Refused::Limit),
            Err(error) => Err(Refused::Error(io(OP)(error))),
            Ok(()) => Ok(()),
        }
    }

    /// The reader, opened if there is none.
    fn reader<'r>(&self, place: &'r mut Option<Reader>) -> Result<&'r mut Reader, Refused> {
        if place.is_none() {
            *place = Some(Reader::open(self.watches_max).map_err(|_| Refused::Limit)?);
            self.kick.notify_one();
        }
        place.as_mut().ok_or(Refused::Limit)
    }

    /// The lock is taken for one folder at a time, so that events of others need not wait; and
    /// what must be read from the disk was read when the folders were listed.
    fn add_one(&self, account: &Arc<Account>, folder: &FolderRef) -> Result<(), Refused> {
        let mut place = locked(&self.reader);
        let reader = self.reader(&mut place)?;
        let added = self.add_folder(reader, account, folder);
        self.counters
            .watches
            .store(reader.watches(), Ordering::Relaxed);
        match added {
            Ok(()) => Ok(()),
            Err(error) if is_watch_limit(&error) => Err(Refused::Limit),
            Err(error) if folder.as_str().is_empty() => Err(Refused::Error(io(OP)(error))),
            // Gone meanwhile, or not readable: then asking for its changes says so.
            Err(_) => Ok(()),
        }
    }

    fn add_folder(
        &self,
        reader: &mut Reader,
        account: &Arc<Account>,
        folder: &FolderRef,
    ) -> io::Result<()> {
        if !account.add(folder, self.journal_max) {
            return Ok(());
        }
        let added = add_directories(reader, account, folder);
        if added.is_err() {
            let descriptors = account.remove(folder);
            reader.release(account, &descriptors);
        }
        added
    }

    /// A folder appeared in a watched root. Its messages may have been there before its watch, so
    /// it must be listed: its journal is new, and everybody is told.
    pub(super) fn add_seen_folder(
        &self,
        reader: &mut Reader,
        account: &Arc<Account>,
        folder: &FolderRef,
    ) {
        match self.add_folder(reader, account, folder) {
            Err(error) if is_watch_limit(&error) => self.out_of_watches(reader, account),
            Ok(()) | Err(_) => {
                account.tell(&WatchEvent::HierarchyChanged);
                account.tell(&WatchEvent::Changed(folder.clone()));
            }
        }
    }

    /// `new` or `cur` appeared in a watched folder, perhaps with messages in it.
    pub(super) fn add_part(&self, reader: &mut Reader, target: &Target, part: Part) {
        let Target {
            account, folder, ..
        } = target;
        match add_part(reader, account, folder, part) {
            Err(error) if is_watch_limit(&error) => self.out_of_watches(reader, account),
            Ok(()) | Err(_) => {
                account.with(folder, |watched| watched.journal.reset());
                account.tell(&WatchEvent::HierarchyChanged);
                account.tell(&WatchEvent::Changed(folder.clone()));
            }
        }
    }

    fn out_of_watches(&self, reader: &mut Reader, account: &Arc<Account>) {
        count(&self.counters.limits);
        let descriptors = account.lose();
        reader.release(account, &descriptors);
    }
}

fn add_directories(
    reader: &mut Reader,
    account: &Arc<Account>,
    folder: &FolderRef,
) -> io::Result<()> {
    let spot = match account.layout {
        Layout::Maildir => Spot::Folder,
        Layout::Vdir(_) if folder.as_str().is_empty() => Spot::Collections,
        Layout::Vdir(_) => Spot::Items,
    };
    let target = Target {
        account: Arc::clone(account),
        folder: folder.clone(),
        spot,
    };
    reader.watch(&account.dir(folder), target)?;
    if account.layout != Layout::Maildir {
        return Ok(());
    }
    for part in Part::BOTH {
        add_part(reader, account, folder, part)?;
    }
    Ok(())
}

/// One that is not there appears later, as an event of the folder's directory.
fn add_part(
    reader: &mut Reader,
    account: &Arc<Account>,
    folder: &FolderRef,
    part: Part,
) -> io::Result<()> {
    let target = Target {
        account: Arc::clone(account),
        folder: folder.clone(),
        spot: Spot::Messages(part),
    };
    match reader.watch(&account.dir(folder).join(part.as_str()), target) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(())
        }
        other => other,
    }
}

/// Why an account could not be watched.
#[derive(Debug)]
enum Refused {
    /// A limit of the kernel.
    Limit,
    /// Something about the account.
    Error(BackendError),
}

impl From<BackendError> for Refused {
    fn from(error: BackendError) -> Self {
        Self::Error(error)
    }
}
