//! Versions of items: a hash of the content, and what is remembered so that a listing reads only
//! what changed.
//!
//! A file is known again by its inode, size and times. A time moves in steps, so a second change
//! within the step of the first leaves no trace in it: what was read that soon after a change is
//! not remembered, and read again next time (git calls this "racy"). The time of the last change of
//! status counts, which no program can set.

use std::collections::HashMap;
use std::fmt::Write;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{Statx, StatxTimestamp};
use sha2::{Digest, Sha256};

use crate::local::account::locked;
use crate::name::Version;

/// The first bytes of the SHA-256 of a content.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Print([u8; 12]);

impl Print {
    /// Of a content.
    pub(crate) fn of(content: &[u8]) -> Self {
        let digest = Sha256::digest(content);
        let mut print = [0; 12];
        for (place, byte) in print.iter_mut().zip(digest) {
            *place = byte;
        }
        Self(print)
    }

    /// As the version of an item.
    pub(crate) fn version(self) -> Version {
        Version::new(self.hex())
    }

    /// As text.
    pub(crate) fn hex(self) -> String {
        let mut text = String::with_capacity(24);
        for byte in self.0 {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

/// What the file system says of a file: which it is, and when it changed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Looks {
    pub(crate) inode: u64,
    pub(crate) size: u64,
    modified: i64,
    changed: i64,
}

impl Looks {
    /// Of an entry of a directory.
    pub(crate) fn of_entry(found: &Statx) -> Self {
        let time = |time: &StatxTimestamp| nanos(time.tv_sec, time.tv_nsec.into());
        Self {
            inode: found.stx_ino,
            size: found.stx_size,
            modified: time(&found.stx_mtime),
            changed: time(&found.stx_ctime),
        }
    }

    /// Of a file.
    pub(crate) fn of(meta: &Metadata) -> Self {
        Self {
            inode: meta.ino(),
            size: meta.len(),
            modified: nanos(meta.mtime(), meta.mtime_nsec()),
            changed: nanos(meta.ctime(), meta.ctime_nsec()),
        }
    }

    /// Whether a change from `now` on would look different.
    pub(crate) fn is_settled(&self, now: SystemTime) -> bool {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let now = i64::try_from(now.as_nanos()).unwrap_or(0);
        // A time without a fraction comes from a file system that counts in seconds, or two.
        let step = match self.changed % SECOND {
            0 => 2 * SECOND + STEP,
            _ => STEP,
        };
        now.saturating_sub(self.changed) > step
    }

    /// What stands for the version of a file that cannot be read.
    pub(crate) fn print(&self) -> Print {
        let mut bytes = Vec::with_capacity(32);
        bytes.extend(self.inode.to_be_bytes());
        bytes.extend(self.size.to_be_bytes());
        bytes.extend(self.modified.to_be_bytes());
        bytes.extend(self.changed.to_be_bytes());
        Print::of(&bytes)
    }
}

fn nanos(seconds: i64, nanos: i64) -> i64 {
    seconds.saturating_mul(SECOND).saturating_add(nanos)
}

/// In nanoseconds.
const SECOND: i64 = 1_000_000_000;
/// Kernels step file times by their tick, up to 10 ms; ten times that.
const STEP: i64 = 100_000_000;

/// Which directory: device and inode.
pub(crate) type DirId = (u64, u64);

/// Files of one directory, by inode.
pub(crate) type Known = HashMap<u64, (Looks, Print)>;

/// What is remembered of all directories: at most so many files, those of the directories that were
/// asked for last.
#[derive(Debug)]
pub(crate) struct Versions {
    files_max: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    dirs: HashMap<DirId, (u64, Arc<Known>)>,
    files: usize,
    clock: u64,
}

impl Versions {
    /// Remembers nothing yet, and at most `files_max` files.
    pub(crate) fn new(files_max: usize) -> Self {
        Self {
            files_max,
            state: Mutex::default(),
        }
    }

    /// What is remembered of a directory.
    pub(crate) fn of(&self, dir: DirId) -> Arc<Known> {
        let mut state = locked(&self.state);
        state.clock += 1;
        let now = state.clock;
        state.dirs.get_mut(&dir).map_or_else(Arc::default, |entry| {
            entry.0 = now;
            Arc::clone(&entry.1)
        })
    }

    /// Remembers a directory anew.
    pub(crate) fn put(&self, dir: DirId, known: Known) {
        let mut state = locked(&self.state);
        state.clock += 1;
        let now = state.clock;
        if let Some((_, old)) = state.dirs.remove(&dir) {
            state.files -= old.len();
        }
        if known.is_empty() || known.len() > self.files_max {
            return;
        }
        state.files += known.len();
        state.dirs.insert(dir, (now, Arc::new(known)));
        while state.files > self.files_max {
            let oldest = state.dirs.iter().min_by_key(|(_, (used, _))| *used);
            let Some(oldest) = oldest.map(|(dir, _)| *dir) else {
                break;
            };
            if let Some((_, old)) = state.dirs.remove(&oldest) {
                state.files -= old.len();
            }
        }
    }

    /// Adds single files to what is remembered of a directory.
    pub(crate) fn add(&self, dir: DirId, files: Known) {
        if files.is_empty() {
            return;
        }
        let mut known = Known::clone(&self.of(dir));
        known.extend(files);
        self.put(dir, known);
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::{Known, Looks, Print, Versions};

    fn looks(inode: u64, changed: i64) -> Looks {
        Looks {
            inode,
            size: 1,
            modified: 0,
            changed,
        }
    }

    #[test]
    fn a_fresh_file_proves_nothing() {
        let at = |nanos| UNIX_EPOCH + Duration::from_nanos(nanos);
        let fine = looks(1, 5_000_000_001);
        assert!(!fine.is_settled(at(5_000_000_001)));
        assert!(!fine.is_settled(at(5_100_000_000)));
        assert!(fine.is_settled(at(5_100_000_002)));
        assert!(!fine.is_settled(at(1)), "the clock was set back");
        let coarse = looks(1, 5_000_000_000);
        assert!(!coarse.is_settled(at(7_000_000_000)));
        assert!(coarse.is_settled(at(7_200_000_000)));
    }

    #[test]
    fn versions_are_short_and_tell_contents_apart() {
        let version = Print::of(b"a").version();
        assert_eq!(version.as_str(), "ca978112ca1bbdcafac231b3");
        assert_ne!(Print::of(b"b").version(), version);
        assert_ne!(looks(1, 2).print(), looks(1, 3).print());
    }

    #[test]
    fn the_directories_that_were_asked_for_last_are_remembered() {
        let versions = Versions::new(3);
        let known = |inodes: std::ops::Range<u64>| -> Known {
            inodes
                .map(|inode| (inode, (looks(inode, 1), Print::of(b"x"))))
                .collect()
        };
        versions.put((0, 1), known(0..1));
        versions.put((0, 2), known(0..1));
        assert_eq!(versions.of((0, 1)).len(), 1);
        versions.put((0, 3), known(0..2));
        assert_eq!(versions.of((0, 2)).len(), 0);
        assert_eq!(versions.of((0, 1)).len(), 1);
        versions.put((0, 4), known(0..4));
        assert_eq!(versions.of((0, 4)).len(), 0);
        versions.put((0, 3), Known::new());
        versions.add((0, 1), known(1..3));
        assert_eq!(versions.of((0, 1)).len(), 3);
    }
}
