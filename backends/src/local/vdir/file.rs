//! Looking at single files of a collection.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::{BackendError, Kind};
use crate::item::ItemState;
use crate::local::error::{io, is_watch_limit};
use crate::local::vdir::format::Format;
use crate::local::vdir::versions::{DirId, Known, Looks, Print, Versions};
use crate::name::{ItemRef, Version};

/// How often a file is read that others replace or write at the same time.
const ATTEMPTS_MAX: usize = 8;

/// A collection that is there.
#[derive(Clone, Debug)]
pub(crate) struct Collection<'s> {
    /// Its directory.
    pub(crate) dir: PathBuf,
    /// Which directory that was when it was opened.
    pub(crate) id: DirId,
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
    /// Whether the directory is still the one that was opened.
    pub(crate) fn is_there(&self) -> bool {
        fs::metadata(&self.dir).is_ok_and(|meta| (meta.dev(), meta.ino()) == self.id)
    }

    /// The path of an item; `None` for what can be no item's name.
    pub(crate) fn path(&self, item: &str) -> Option<PathBuf> {
        self.format.is_item(item).then(|| self.dir.join(item))
    }

    /// The state of one item, from memory where that is safe; `None` when it is not there. What was
    /// learnt is added to `learnt`.
    pub(crate) fn state(
        &self,
        name: &str,
        known: &Known,
        learnt: &mut Known,
    ) -> io::Result<Option<ItemState>> {
        let Some(path) = self.path(name) else {
            return Ok(None);
        };
        let Some(meta) = real_file(&path)? else {
            return Ok(None);
        };
        let looks = Looks::of(&meta);
        let remembered = known.get(&looks.inode).filter(|(then, _)| *then == looks);
        if let Some((_, print)) = remembered {
            learnt.insert(looks.inode, (looks, *print));
            return Ok(Some(state(name, print.version(), looks.size)));
        }
        match self.read_path(&path) {
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
        let path = self.path(item.as_str()).ok_or_else(missing)?;
        self.read_path(&path).map_err(io(op))?.ok_or_else(missing)
    }

    /// Reads a file: as a whole, as it was at one moment, as far as its writers allow.
    pub(crate) fn read_path(&self, path: &Path) -> io::Result<Option<Reading>> {
        for attempt in 1.. {
            let begun = SystemTime::now();
            let Some(named) = real_file(path)? else {
                return Ok(None);
            };
            if named.len() > self.bytes_max {
                return Err(ErrorKind::FileTooLarge.into());
            }
            let file = match File::open(path) {
                Ok(file) => file,
                Err(error) if is_missing(&error) => continue,
                Err(error) => return Err(error),
            };
            let meta = file.metadata()?;
            // Something else under the name that was looked at a moment ago: perhaps a link that
            // leads out of the collection.
            if !meta.is_file() || (meta.dev(), meta.ino()) != (named.dev(), named.ino()) {
                if attempt < ATTEMPTS_MAX {
                    continue;
                }
                return Err(ErrorKind::ResourceBusy.into());
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
        }
        Err(ErrorKind::ResourceBusy.into())
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

/// What is at a path, if it is a file and no link to one.
fn real_file(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() => Ok(Some(meta)),
        Ok(_) => Ok(None),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(crate) fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Whether an error says something of this process or the system rather than of one file.
fn concerns_all(error: &io::Error) -> bool {
    is_watch_limit(error)
}
