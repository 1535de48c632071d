//! Looking at the files of a collection.
//!
//! Everything goes through the directory as it was opened, never through its path: others may rename
//! it at any moment, and put something else in its place. Links are not followed.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::SystemTime;

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Statx, StatxFlags, openat, statx};
use rustix::io::Errno;

use crate::error::{BackendError, Kind};
use crate::item::ItemState;
use crate::local::error::{io, is_watch_limit};
use crate::local::vdir::format::Format;
use crate::local::vdir::versions::{DirId, Known, Looks, Print, Versions};
use crate::name::{ItemRef, Version};

/// How often a file is read that others replace or write at the same time.
const ATTEMPTS_MAX: usize = 8;

/// A collection that is there.
#[derive(Debug)]
pub(crate) struct Collection<'s> {
    /// Its directory, opened.
    pub(crate) dir: File,
    /// Which directory that is.
    pub(crate) id: DirId,
    /// Where it was when it was opened.
    pub(crate) path: PathBuf,
    /// What its files are.
    pub(crate) format: Format,
    /// What is remembered of files.
    pub(crate) versions: &'s Versions,
    /// The largest file that is read, in bytes.
    pub(crate) bytes_max: u64,
}

/// What was read of one file.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) content: Vec<u8>,
    pub(crate) print: Print,
    pub(crate) meta: Metadata,
    /// How the file looked while it was read; `None` when that changed, or may change unseen.
    steady: Option<Looks>,
}

impl Collection<'_> {
    /// Whether the directory is still where it was opened.
    pub(crate) fn is_there(&self) -> bool {
        fs::metadata(&self.path).is_ok_and(|meta| (meta.dev(), meta.ino()) == self.id)
    }

    /// The names of all entries. Those that are not UTF-8 are left out.
    pub(crate) fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.dir)? {
            if let Ok(name) = entry?.file_name().to_str() {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    /// The state of one item, from memory where that is safe; `None` when it is not there. What was
    /// learnt is added to `learnt`.
    pub(crate) fn state(
        &self,
        name: &str,
        known: &Known,
        learnt: &mut Known,
    ) -> io::Result<Option<ItemState>> {
        if !self.format.is_item(name) {
            return Ok(None);
        }
        let Some(found) = self.real_file(name)? else {
            return Ok(None);
        };
        let looks = Looks::of_entry(&found);
        let remembered = known.get(&looks.inode).filter(|(then, _)| *then == looks);
        if let Some((_, print)) = remembered {
            learnt.insert(looks.inode, (looks, *print));
            return Ok(Some(state(name, print.version(), looks.size)));
        }
        match self.read_entry(name) {
            Ok(Some(read)) => {
                if let Some(looks) = read.steady {
                    learnt.insert(looks.inode, (looks, read.print));
                }
                let size = read.content.len().try_into().unwrap_or(u64::MAX);
                Ok(Some(state(name, read.print.version(), size)))
            }
            Ok(None) => Ok(None),
            Err(error) if concerns_all(&error) => Err(error),
            // Listed all the same, so that nobody takes it for removed; whoever wants to read it
            // learns why that cannot be.
            Err(_) => {
                let version = Version::new(format!("?{}", looks.print().hex()));
                Ok(Some(state(name, version, looks.size)))
            }
        }
    }

    /// Reads one item.
    ///
    /// # Errors
    /// `NotFound`, `TooLarge`, `Forbidden`, and what else the file system has.
    pub(crate) fn read(&self, item: &ItemRef, op: &'static str) -> Result<Reading, BackendError> {
        let missing = || BackendError::new(Kind::NotFound, op);
        if !self.format.is_item(item.as_str()) {
            return Err(missing());
        }
        let read = self.read_entry(item.as_str()).map_err(io(op))?;
        read.ok_or_else(missing)
    }

    /// Reads a file, as it was at one moment as far as its writers allow; `None` when none is there.
    pub(crate) fn read_entry(&self, name: &str) -> io::Result<Option<Reading>> {
        let mut attempt = 1;
        loop {
            let begun = SystemTime::now();
            let Some(file) = self.open(name)? else {
                return Ok(None);
            };
            let meta = file.metadata()?;
            if !meta.is_file() {
                return Ok(None);
            }
            if meta.len() > self.bytes_max {
                return Err(ErrorKind::FileTooLarge.into());
            }
            let content = self.content(&file)?;
            let looks = Looks::of(&meta);
            let rested = Looks::of(&file.metadata()?) == looks;
            if rested || attempt >= ATTEMPTS_MAX {
                return Ok(Some(Reading {
                    print: Print::of(&content),
                    content,
                    meta,
                    steady: (rested && looks.is_settled(begun)).then_some(looks),
                }));
            }
            attempt += 1;
        }
    }

    /// Does not wait for the other end where somebody has put a pipe.
    fn open(&self, name: &str) -> io::Result<Option<File>> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        match openat(&self.dir, name, flags, Mode::empty()) {
            Ok(file) => Ok(Some(file.into())),
            // Nothing; a link; a socket.
            Err(Errno::NOENT | Errno::LOOP | Errno::NXIO) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What the file system says of an entry, if it is a file and no link to one.
    pub(crate) fn real_file(&self, name: &str) -> io::Result<Option<Statx>> {
        let wanted = StatxFlags::BASIC_STATS;
        match statx(&self.dir, name, AtFlags::SYMLINK_NOFOLLOW, wanted) {
            Ok(found) => {
                let kind = FileType::from_raw_mode(found.stx_mode.into());
                Ok(kind.is_file().then_some(found))
            }
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn content(&self, file: &File) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        // It may grow while it is read.
        file.take(self.bytes_max.saturating_add(1))
            .read_to_end(&mut content)?;
        if u64::try_from(content.len()).is_ok_and(|len| len > self.bytes_max) {
            return Err(ErrorKind::FileTooLarge.into());
        }
        Ok(content)
    }
}

/// What a listing says of an item. Items have no time that filters look at.
pub(crate) fn state(name: &str, version: Version, size: u64) -> ItemState {
    ItemState {
        item: ItemRef::new(name),
        version,
        time: 0,
        size,
    }
}

pub(crate) fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Whether an error says something of this process or the system rather than of one file.
fn concerns_all(error: &io::Error) -> bool {
    is_watch_limit(error)
}
