//! Changing messages: marks, removal, moves, new ones.
//!
//! Each write is one rename or one unlink at its end, so it is done or not done. Other programs
//! rename the same files at the same time: then the message is looked for again.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{BackendError, Kind};
use crate::item::ItemState;
use crate::local::error::io;
use crate::local::filename::name_in_cur;
use crate::local::journal::Place;
use crate::local::keywords::Keywords;
use crate::local::scan::{self, Found};
use crate::local::tree::{self, Part};
use crate::marks::{Marks, MarksPatch};
use crate::name::{ItemRef, NewName, Version};

/// How often a message is looked for that others rename at the same time.
const ATTEMPTS_MAX: usize = 16;

/// See [`Mailbox::mark`](crate::Mailbox::mark). Blocks.
pub(crate) fn mark(
    dir: &Path,
    item: &ItemRef,
    hint: &Version,
    patch: &MarksPatch,
) -> Result<ItemState, BackendError> {
    const OP: &str = "mark item";
    for _ in 0..ATTEMPTS_MAX {
        let keywords = Keywords::load(dir).map_err(io(OP))?;
        let found = located(dir, item, hint, &keywords, OP)?;
        let wanted = keywords.marks(found.letters()).patched(patch);
        let keywords = Keywords::load_with(dir, &wanted).map_err(io(OP))?;
        let letters = keywords.letters(found.letters(), &wanted);
        if letters == found.letters().chars().collect() {
            return Ok(found.state(&keywords));
        }
        let place = Place {
            part: Part::Cur,
            name: name_in_cur(&found.unique, &letters).into(),
        };
        tree::complete(dir).map_err(io(OP))?;
        match fs::rename(found.path(dir), scan::path(dir, &place)) {
            Ok(()) => return Ok(Found { place, ..found }.state(&keywords)),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(io(OP)(error)),
        }
    }
    Err(restless(OP))
}

/// See [`Mailbox::delete`](crate::Mailbox::delete). Blocks.
pub(crate) fn delete(dir: &Path, item: &ItemRef, hint: &Version) -> Result<(), BackendError> {
    const OP: &str = "delete item";
    let keywords = Keywords::load(dir).map_err(io(OP))?;
    // Until none is found: a message may have two files. The second look costs a reading of the
    // directories.
    for _ in 0..ATTEMPTS_MAX {
        let found = scan::locate(dir, item.as_str(), Some(hint), &keywords).map_err(io(OP))?;
        let Some(found) = found else {
            return Ok(());
        };
        match fs::remove_file(found.path(dir)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(io(OP)(error)),
            Ok(()) | Err(_) => {}
        }
    }
    Err(restless(OP))
}

/// See [`Mailbox::delete_many`](crate::Mailbox::delete_many). Blocks.
pub(crate) fn delete_many(dir: &Path, items: &[ItemRef]) -> Result<(), BackendError> {
    const OP: &str = "delete items";
    let doomed: HashSet<&str> = items.iter().map(ItemRef::as_str).collect();
    // Until none is found: others may rename them at the same time, and one may have two files.
    for _ in 0..ATTEMPTS_MAX {
        let places = scan::places(dir).map_err(io(OP))?;
        let found = places
            .iter()
            .filter(|place| doomed.contains(scan::unique(place)));
        let mut any = false;
        for place in found {
            any = true;
            remove(&scan::path(dir, place)).map_err(io(OP))?;
        }
        if !any {
            return Ok(());
        }
    }
    Err(restless(OP))
}

/// See [`Mailbox::relocate`](crate::Mailbox::relocate). Blocks.
pub(crate) fn relocate(
    dir: &Path,
    item: &ItemRef,
    hint: &Version,
    to: &Path,
) -> Result<ItemState, BackendError> {
    const OP: &str = "move item";
    for _ in 0..ATTEMPTS_MAX {
        let keywords = Keywords::load(dir).map_err(io(OP))?;
        let found = located(dir, item, hint, &keywords, OP)?;
        if dir == to {
            return Ok(found.state(&keywords));
        }
        tree::complete(to).map_err(io(OP))?;
        // Letters have their own meaning in each folder.
        let marks = keywords.marks(found.letters());
        let theirs = Keywords::load_with(to, &marks).map_err(io(OP))?;
        let flags: String = found
            .letters()
            .chars()
            .filter(char::is_ascii_uppercase)
            .collect();
        let place = Place {
            part: Part::Cur,
            name: name_in_cur(&found.unique, &theirs.letters(&flags, &marks)).into(),
        };
        if let Some(twin) = scan::locate(to, &found.unique, None, &theirs).map_err(io(OP))? {
            // A copy that was cut off before its source was removed.
            if twin.size != found.size || twin.time != found.time {
                let why = "the target has another item of this name";
                return Err(BackendError::new(Kind::Refused, OP).caused_by(why));
            }
            remove(&found.path(dir)).map_err(io(OP))?;
            return Ok(twin.state(&theirs));
        }
        match carry(&found.path(dir), &scan::path(to, &place), to) {
            Ok(()) => return Ok(Found { place, ..found }.state(&theirs)),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(io(OP)(error)),
        }
    }
    Err(restless(OP))
}

/// A rename; between file systems a copy that is safe on the disk before its source goes.
fn carry(from: &Path, target: &Path, folder: &Path) -> io::Result<()> {
    match fs::rename(from, target) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => {}
        other => return other,
    }
    let mut source = File::open(from)?;
    let draft = Draft::make(folder)?;
    let mut file = File::options().write(true).open(&draft.path)?;
    io::copy(&mut source, &mut file)?;
    file.set_modified(source.metadata()?.modified()?)?;
    draft.publish(&file, target)?;
    remove(from)
}

/// See [`Mailbox::create`](crate::Mailbox::create). The caller sees to it that one item is made at
/// a time. Blocks.
pub(crate) fn create(
    dir: &Path,
    name: &NewName,
    content: &[u8],
    marks: &Marks,
) -> Result<ItemState, BackendError> {
    const OP: &str = "create item";
    let unique = unique_of(name);
    tree::complete(dir).map_err(io(OP))?;
    let keywords = Keywords::load_with(dir, marks).map_err(io(OP))?;
    if let Some(first) = scan::locate(dir, &unique, None, &keywords).map_err(io(OP))? {
        return Ok(first.state(&keywords));
    }
    let place = Place {
        part: Part::Cur,
        name: name_in_cur(&unique, &keywords.letters("", marks)).into(),
    };
    let draft = Draft::make(dir).map_err(io(OP))?;
    store(draft, content, &scan::path(dir, &place)).map_err(io(OP))?;
    let found = scan::examine(dir, &place).map_err(io(OP))?;
    let Some(found) = found else {
        // Somebody has renamed or removed it already.
        let found = scan::locate(dir, &unique, None, &keywords).map_err(io(OP))?;
        return found
            .map(|found| found.state(&keywords))
            .ok_or_else(|| BackendError::new(Kind::NotFound, OP));
    };
    Ok(found.state(&keywords))
}

/// What a new message is called.
pub(crate) fn unique_of(name: &NewName) -> String {
    format!("{}.directpush", name.as_str())
}

fn store(draft: Draft, content: &[u8], target: &Path) -> io::Result<()> {
    let mut file = File::options().write(true).open(&draft.path)?;
    file.write_all(content)?;
    draft.publish(&file, target)
}

/// A file in `tmp`. Dropped before it is published, it is removed.
struct Draft {
    path: PathBuf,
    published: bool,
}

impl Draft {
    /// Names in `tmp` tell processes and calls apart; a new one is always made.
    fn make(folder: &Path) -> io::Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let name = format!("directpush.{}.{number}", std::process::id());
            let path = folder.join("tmp").join(name);
            match File::options().write(true).create_new(true).open(&path) {
                Ok(_) => {
                    return Ok(Self {
                        path,
                        published: false,
                    });
                }
                // Left behind by an earlier process of that number.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The content first, then the name, then the directory: after a crash there is a whole
    /// message or none. A rename, not a link, because whoever watches sees at once that the file
    /// is complete.
    fn publish(mut self, file: &File, target: &Path) -> io::Result<()> {
        file.sync_all()?;
        fs::rename(&self.path, target)?;
        self.published = true;
        match target.parent() {
            Some(parent) => File::open(parent)?.sync_all(),
            None => Ok(()),
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.published {
            // What cannot be removed now is removed with everything in `tmp` that is old.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn located(
    dir: &Path,
    item: &ItemRef,
    hint: &Version,
    keywords: &Keywords,
    op: &'static str,
) -> Result<Found, BackendError> {
    scan::locate(dir, item.as_str(), Some(hint), keywords)
        .map_err(io(op))?
        .ok_or_else(|| BackendError::new(Kind::NotFound, op))
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn restless(op: &'static str) -> BackendError {
    BackendError::new(Kind::Unavailable, op).caused_by("the message does not rest")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;
    use std::time::{Duration, UNIX_EPOCH};

    use super::{Draft, carry, relocate};
    use crate::error::Kind;
    use crate::local::tree;
    use crate::name::{ItemRef, Version};

    fn folder(parent: &Path) -> tempfile::TempDir {
        let dir = tempfile::tempdir_in(parent).unwrap();
        tree::complete(dir.path()).unwrap();
        dir
    }

    #[test]
    fn a_message_is_carried_to_another_file_system() {
        let here = folder(&std::env::temp_dir());
        // Where both are one file system this is a rename, which the contract tries as well.
        let there = folder(Path::new("/dev/shm"));
        let (from, to) = (
            here.path().join("cur/a:2,S"),
            there.path().join("cur/a:2,S"),
        );
        fs::write(&from, "text").unwrap();
        let time = UNIX_EPOCH + Duration::from_secs(1_600_000_000);
        fs::File::options()
            .write(true)
            .open(&from)
            .unwrap()
            .set_modified(time)
            .unwrap();
        carry(&from, &to, there.path()).unwrap();
        assert!(!from.exists());
        assert_eq!(fs::read_to_string(&to).unwrap(), "text");
        assert_eq!(fs::metadata(&to).unwrap().mtime(), 1_600_000_000);
        assert_eq!(fs::read_dir(there.path().join("tmp")).unwrap().count(), 0);
    }

    #[test]
    fn a_move_that_was_cut_off_is_finished_and_another_message_is_not_overwritten() {
        let (here, there) = (folder(&std::env::temp_dir()), folder(&std::env::temp_dir()));
        let (item, hint) = (ItemRef::new("a"), Version::new("S"));
        fs::write(here.path().join("cur/a:2,S"), "text").unwrap();
        fs::hard_link(
            here.path().join("cur/a:2,S"),
            there.path().join("cur/a:2,S"),
        )
        .unwrap();
        let moved = relocate(here.path(), &item, &hint, there.path()).unwrap();
        assert_eq!(moved.version, hint);
        assert!(!here.path().join("cur/a:2,S").exists());
        fs::write(here.path().join("cur/a:2,S"), "other text").unwrap();
        let refused = relocate(here.path(), &item, &hint, there.path()).unwrap_err();
        assert_eq!(refused.kind(), Kind::Refused);
        assert!(here.path().join("cur/a:2,S").exists());
    }

    #[test]
    fn a_draft_that_is_not_published_leaves_nothing() {
        let dir = folder(&std::env::temp_dir());
        let draft = Draft::make(dir.path()).unwrap();
        let path = draft.path.clone();
        assert!(path.exists());
        drop(draft);
        assert!(!path.exists());
    }
}
