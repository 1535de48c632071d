//! The inotify instance with its table: which watch stands for which directory of which account.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use inotify::{EventMask, Inotify, WatchDescriptor, WatchMask};

use crate::local::account::Account;
use crate::local::hub::held::Held;
use crate::local::limits::watch_budget;
use crate::local::tree::Part;
use crate::name::FolderRef;

/// Which directory of a folder is watched.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Spot {
    /// The folder itself: its parts and its keywords come and go here; in the root, folders too.
    Folder,
    /// One of the two that hold messages.
    Messages(Part),
    /// The root of a vdir: collections come and go here, and it may be one itself.
    Collections,
    /// A collection of a vdir.
    Items,
    /// Above the root of a vdir that is not there: it, or what is above it, may appear here.
    Above,
}

/// Whom the events of one watch concern.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) account: Arc<Account>,
    pub(super) folder: FolderRef,
    pub(super) spot: Spot,
}

/// One event.
#[derive(Debug)]
pub(super) struct Signal {
    pub(super) descriptor: i32,
    pub(super) mask: EventMask,
    /// The same for the two halves of one rename.
    pub(super) cookie: u32,
    /// Of the directory entry; `None` when there is none, or it is not UTF-8.
    pub(super) name: Option<Box<str>>,
}

/// The first half of a rename.
#[derive(Debug)]
pub(super) struct Departure {
    pub(super) cookie: u32,
    pub(super) account: Arc<Account>,
    pub(super) folder: FolderRef,
    pub(super) unique: Box<str>,
}

/// See the module.
pub(super) struct Reader {
    pub(super) inotify: Inotify,
    watches_max: usize,
    /// How many events the kernel queues at most.
    pub(super) backlog_max: usize,
    buffer: Vec<u8>,
    /// Several accounts can share a directory (a root inside another one), and then its watch.
    targets: HashMap<i32, (WatchDescriptor, Vec<Target>)>,
    /// The latest renames of which only one half was seen.
    pub(super) departures: VecDeque<Departure>,
    /// Files that appeared but may not be complete.
    pub(super) held: Vec<Held>,
    /// Collections with files that are being written, and when that is told at the latest.
    pub(super) late: Vec<(Target, Instant)>,
}

impl Reader {
    const DEPARTURES_MAX: usize = 256;
    const BACKLOG_USUAL: usize = 16_384;
    const BUFFER_BYTES: usize = 64 * 1024;

    /// Asks the kernel for an instance.
    pub(super) fn open(watches_max: usize) -> io::Result<Self> {
        Ok(Self {
            inotify: Inotify::init()?,
            watches_max,
            backlog_max: watch_budget()
                .max_queued_events
                .and_then(|events| events.try_into().ok())
                .unwrap_or(Self::BACKLOG_USUAL),
            buffer: vec![0; Self::BUFFER_BYTES],
            targets: HashMap::new(),
            departures: VecDeque::new(),
            held: Vec::new(),
            late: Vec::new(),
        })
    }

    /// A buffer full of events; none when the queue is empty.
    pub(super) fn read(&mut self) -> io::Result<Vec<Signal>> {
        let events = loop {
            match self.inotify.read_events(&mut self.buffer) {
                Ok(events) => break events,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Vec::new()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        };
        Ok(events
            .map(|event| Signal {
                descriptor: event.wd.get_watch_descriptor_id(),
                mask: event.mask,
                cookie: event.cookie,
                name: event.name.and_then(|name| name.to_str()).map(Into::into),
            })
            .collect())
    }

    /// Watches a directory. Links are followed at the root only.
    pub(super) fn watch(&mut self, path: &Path, target: Target) -> io::Result<()> {
        if self.targets.len() >= self.watches_max {
            // As the kernel says it.
            return Err(ErrorKind::StorageFull.into());
        }
        let mut mask = match target.spot {
            Spot::Folder | Spot::Above => WatchMask::CREATE,
            Spot::Messages(_) => WatchMask::CREATE | WatchMask::CLOSE_WRITE,
            // Items may be written in place.
            Spot::Collections | Spot::Items => {
                WatchMask::CREATE | WatchMask::MODIFY | WatchMask::CLOSE_WRITE
            }
        };
        mask |= WatchMask::MOVE | WatchMask::DELETE;
        // Attributes say nothing of messages, but a sweep must know of all that changes a stamp.
        mask |= WatchMask::ATTRIB | WatchMask::DELETE_SELF;
        mask |= WatchMask::MOVE_SELF | WatchMask::ONLYDIR;
        if path != target.account.root && target.spot != Spot::Above {
            mask |= WatchMask::DONT_FOLLOW;
        }
        let descriptor = self
            .inotify
            .watches()
            .add(path, mask | WatchMask::MASK_ADD)?;
        let id = descriptor.get_watch_descriptor_id();
        target.account.with(&target.folder, |watched| {
            if !watched.descriptors.contains(&id) {
                watched.descriptors.push(id);
            }
        });
        let (_, targets) = self
            .targets
            .entry(id)
            .or_insert_with(|| (descriptor, Vec::new()));
        let same = |other: &Target| {
            Arc::ptr_eq(&other.account, &target.account)
                && other.folder == target.folder
                && other.spot == target.spot
        };
        if !targets.iter().any(same) {
            targets.push(target);
        }
        Ok(())
    }

    /// Whom a watch concerns.
    pub(super) fn targets(&self, descriptor: i32) -> Vec<Target> {
        self.targets
            .get(&descriptor)
            .map(|(_, targets)| targets.clone())
            .unwrap_or_default()
    }

    /// Ends watches for an account; those that others share stay.
    pub(super) fn release(&mut self, account: &Arc<Account>, descriptors: &[i32]) {
        for id in descriptors {
            let Some((_, targets)) = self.targets.get_mut(id) else {
                continue;
            };
            targets.retain(|target| !Arc::ptr_eq(&target.account, account));
            if targets.is_empty()
                && let Some((descriptor, _)) = self.targets.remove(id)
            {
                // Fails when the directory is gone, and the watch with it.
                let _ = self.inotify.watches().remove(descriptor);
            }
        }
    }

    /// The kernel has ended this watch.
    pub(super) fn forget(&mut self, descriptor: i32) {
        self.targets.remove(&descriptor);
    }

    /// No journal can be trusted any more.
    pub(super) fn lose_all(&mut self) {
        let targets = self.targets.values().flat_map(|(_, targets)| targets);
        let mut accounts: Vec<_> = targets.map(|target| Arc::clone(&target.account)).collect();
        accounts.sort_unstable_by_key(Arc::as_ptr);
        accounts.dedup_by(|one, other| Arc::ptr_eq(one, other));
        for account in accounts {
            let descriptors = account.lose();
            self.release(&account, &descriptors);
        }
        self.departures.clear();
        self.held.clear();
        self.late.clear();
    }

    /// Keeps the first half of a rename until the second one comes.
    pub(super) fn depart(&mut self, departure: Departure) {
        if self.departures.len() == Self::DEPARTURES_MAX {
            self.departures.pop_front();
        }
        self.departures.push_back(departure);
    }

    /// The first half of the rename whose second half has come.
    pub(super) fn departed(&mut self, cookie: u32) -> Option<Departure> {
        let halves = &mut self.departures;
        let place = halves.iter().rposition(|half| half.cookie == cookie)?;
        halves.remove(place)
    }

    /// When the next held file is to be looked at, or the next collection told of.
    pub(super) fn held_until(&self) -> Option<Instant> {
        let held = self.held.iter().map(|held| held.until);
        held.chain(self.late.iter().map(|(_, until)| *until)).min()
    }

    /// How many directories are watched.
    pub(super) fn watches(&self) -> u64 {
        self.targets.len().try_into().unwrap_or(u64::MAX)
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Reader")
            .field("watches", &self.targets.len())
            .finish_non_exhaustive()
    }
}
