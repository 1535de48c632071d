//! Changing items: each change is one rename or one unlink at its end, of content that is safe on
//! the disk by then, so it is done or not done. The caller sees to it that one change of an account
//! is made at a time.
//!
//! Other programs know nothing of that. One that replaces a file between our reading it and our
//! replacing it is noticed all the same: the two files change places in one step, and what is taken
//! out must be what was read; if it is not, they change back and the answer is `Conflict`. What
//! remains: a program that has the old file open and writes into it after that look loses what it
//! writes, as it does with every program that replaces files; and where the file system cannot let
//! two files change places, the time between reading and replacing (microseconds) is not covered.

use std::fs::File;
use std::io::{self, ErrorKind};

use rustix::fs::{AtFlags, unlinkat};
use rustix::io::Errno;

use crate::error::{BackendError, Kind};
use crate::item::ItemState;
use crate::local::error::io;
use crate::local::vdir::draft::{Draft, is_unsupported, rename_new};
use crate::local::vdir::file::{self, Collection, Reading};
use crate::local::vdir::versions::{Known, Print};
use crate::name::{ItemRef, NewName, Version};

/// How often a file changes back that others replace at the same time.
const ATTEMPTS_MAX: usize = 8;

/// See [`Mailbox::create`](crate::Mailbox::create). Blocks.
pub(crate) fn create(
    collection: &Collection<'_>,
    name: &NewName,
    content: &[u8],
) -> Result<ItemState, BackendError> {
    const OP: &str = "create item";
    let name = collection.format.item_name(name.as_str());
    if let Some(first) = present(collection, &name, OP)? {
        return Ok(first);
    }
    within_bounds(collection, content, OP)?;
    let mut draft = Draft::make(&collection.dir).map_err(io(OP))?;
    draft.fill(content, None).map_err(io(OP))?;
    match draft.place(&name) {
        Ok(()) => {
            let size = content.len().try_into().unwrap_or(u64::MAX);
            Ok(file::state(&name, Print::of(content).version(), size))
        }
        // Another process was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => present(collection, &name, OP)?
            .ok_or_else(|| BackendError::new(Kind::Refused, OP).caused_by(error)),
        Err(error) => Err(io(OP)(error)),
    }
}

/// See [`Mailbox::update`](crate::Mailbox::update). Blocks.
pub(crate) fn update(
    collection: &Collection<'_>,
    item: &ItemRef,
    current: &Version,
    content: &[u8],
) -> Result<ItemState, BackendError> {
    const OP: &str = "change item";
    within_bounds(collection, content, OP)?;
    let ours = Print::of(content);
    let size = content.len().try_into().unwrap_or(u64::MAX);
    let done = || file::state(item.as_str(), ours.version(), size);
    let before = collection.read(item, OP)?;
    if before.print == ours {
        return Ok(done());
    }
    if before.print.version() != *current {
        return Err(BackendError::new(Kind::Conflict, OP));
    }
    single(collection, &before, OP)?;
    let mut draft = Draft::make(&collection.dir).map_err(io(OP))?;
    draft.fill(content, Some(&before.meta)).map_err(io(OP))?;
    let prints = (before.print, ours);
    if exchange(collection, &draft, item.as_str(), prints).map_err(io(OP))? {
        Ok(done())
    } else {
        Err(BackendError::new(Kind::Conflict, OP))
    }
}

/// See [`Mailbox::delete`](crate::Mailbox::delete). Blocks.
pub(crate) fn delete(collection: &Collection<'_>, item: &ItemRef) -> Result<(), BackendError> {
    const OP: &str = "delete item";
    let read = match collection.read(item, OP) {
        Err(error) if error.kind() == Kind::NotFound => return Ok(()),
        other => other?,
    };
    single(collection, &read, OP)?;
    remove(&collection.dir, item.as_str()).map_err(io(OP))?;
    collection.dir.sync_all().map_err(io(OP))
}

/// See [`Mailbox::relocate`](crate::Mailbox::relocate). An item whose name the target has for
/// another one gets a new name, derived from its content. Blocks.
pub(crate) fn relocate(
    collection: &Collection<'_>,
    item: &ItemRef,
    to: &Collection<'_>,
) -> Result<ItemState, BackendError> {
    const OP: &str = "move item";
    let read = collection.read(item, OP)?;
    let size = read.content.len().try_into().unwrap_or(u64::MAX);
    let moved = |name: &str| file::state(name, read.print.version(), size);
    if collection.id == to.id {
        return Ok(moved(item.as_str()));
    }
    single(collection, &read, OP)?;
    for name in [item.to_string(), other_name(collection, item, read.print)] {
        match carry(collection, item.as_str(), to, &name) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                // A move that was cut off, perhaps; then what is left to do is to remove.
                let there = to.read(&ItemRef::new(name.as_str()), OP);
                if there.ok().is_none_or(|there| there.print != read.print) {
                    continue;
                }
                remove(&collection.dir, item.as_str()).map_err(io(OP))?;
            }
            Err(error) => return Err(io(OP)(error)),
        }
        to.dir.sync_all().map_err(io(OP))?;
        collection.dir.sync_all().map_err(io(OP))?;
        return Ok(moved(&name));
    }
    let why = "the target has other items of this name";
    Err(BackendError::new(Kind::Refused, OP).caused_by(why))
}

/// A name that tells contents apart.
fn other_name(collection: &Collection<'_>, item: &ItemRef, print: Print) -> String {
    /// Of the bytes that file systems allow, so that the rest fits.
    const STEM_MAX: usize = 200;
    let stem = collection.format.stem(item.as_str());
    let short = stem.char_indices().take_while(|(at, _)| *at < STEM_MAX);
    let stem: String = short.map(|(_, letter)| letter).collect();
    collection
        .format
        .item_name(&format!("{stem}-{}", print.hex()))
}

/// A rename that replaces nothing; between file systems a copy that is safe on the disk before its
/// source goes.
fn carry(from: &Collection<'_>, item: &str, to: &Collection<'_>, name: &str) -> io::Result<()> {
    match rename_new((&from.dir, item), (&to.dir, name)) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => {}
        other => return other,
    }
    let Some(read) = from.read_entry(item)? else {
        return Err(ErrorKind::NotFound.into());
    };
    let mut draft = Draft::make(&to.dir)?;
    draft.fill(&read.content, Some(&read.meta))?;
    draft.place(name)?;
    remove(&from.dir, item)
}

/// Puts the draft in the place of what was read. `false` when something else was there: then that
/// is there again.
fn exchange(
    collection: &Collection<'_>,
    draft: &Draft<'_>,
    name: &str,
    (expected, ours): (Print, Print),
) -> io::Result<bool> {
    match draft.swap(name) {
        Err(error) if is_unsupported(error) => return draft.replace(name).map(|()| true),
        other => other?,
    }
    let taken_out = || -> io::Result<Option<Print>> {
        let read = collection.read_entry(draft.name())?;
        Ok(read.map(|read| read.print))
    };
    let mut placed = Some(ours);
    let mut out = taken_out()?;
    let replaced = out == Some(expected);
    if !replaced {
        // Back, until what comes out is what we had put there ourselves.
        for _ in 0..ATTEMPTS_MAX {
            let put = out;
            draft.swap(name)?;
            out = taken_out()?;
            if out == placed {
                break;
            }
            placed = put;
        }
    }
    collection.dir.sync_all()?;
    Ok(replaced)
}

fn present(
    collection: &Collection<'_>,
    name: &str,
    op: &'static str,
) -> Result<Option<ItemState>, BackendError> {
    let state = collection.state(name, &Known::new(), &mut Known::new());
    state.map_err(io(op))
}

fn within_bounds(
    collection: &Collection<'_>,
    content: &[u8],
    op: &'static str,
) -> Result<(), BackendError> {
    if u64::try_from(content.len()).is_ok_and(|len| len <= collection.bytes_max) {
        Ok(())
    } else {
        Err(BackendError::new(Kind::TooLarge, op))
    }
}

fn single(
    collection: &Collection<'_>,
    read: &Reading,
    op: &'static str,
) -> Result<(), BackendError> {
    if collection.format.is_crowded(&read.content) {
        let why = "the file holds several objects";
        return Err(BackendError::new(Kind::Refused, op).caused_by(why));
    }
    Ok(())
}

fn remove(dir: &File, name: &str) -> io::Result<()> {
    match unlinkat(dir, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::path::Path;

    use super::{carry, exchange, relocate};
    use crate::local::vdir::draft::Draft;
    use crate::local::vdir::file::Collection;
    use crate::local::vdir::format::CONTACTS;
    use crate::local::vdir::versions::{Print, Versions};
    use crate::name::ItemRef;

    fn collection<'s>(dir: &Path, id: u64, versions: &'s Versions) -> Collection<'s> {
        Collection {
            dir: File::open(dir).unwrap(),
            id: (0, id),
            path: dir.to_owned(),
            format: CONTACTS,
            versions,
            bytes_max: 1000,
        }
    }

    #[test]
    fn what_somebody_else_put_there_is_put_back() {
        let dir = tempfile::tempdir().unwrap();
        let versions = Versions::new(0);
        let collection = collection(dir.path(), 1, &versions);
        let target = dir.path().join("a.vcf");
        let swap = |expected: &[u8]| {
            let mut draft = Draft::make(&collection.dir).unwrap();
            draft.fill(b"ours", None).unwrap();
            let prints = (Print::of(expected), Print::of(b"ours"));
            exchange(&collection, &draft, "a.vcf", prints).unwrap()
        };
        // Theirs came after we had read the file.
        fs::write(&target, "theirs").unwrap();
        assert!(!swap(b"before"));
        assert_eq!(fs::read(&target).unwrap(), b"theirs");
        assert!(swap(b"theirs"));
        assert_eq!(fs::read(&target).unwrap(), b"ours");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_card_is_carried_to_another_file_system() {
        let here = tempfile::tempdir().unwrap();
        // Where both are one file system this is a rename, which the contract tries as well.
        let there = tempfile::tempdir_in("/dev/shm").unwrap();
        let versions = Versions::new(0);
        let source = collection(here.path(), 1, &versions);
        let to = collection(there.path(), 2, &versions);
        let carry = || carry(&source, "a.vcf", &to, "a.vcf");
        let (from, target) = (here.path().join("a.vcf"), there.path().join("a.vcf"));
        fs::write(&from, "text").unwrap();
        carry().unwrap();
        assert!(!from.exists());
        assert_eq!(fs::read(&target).unwrap(), b"text");
        fs::write(&from, "other").unwrap();
        let twice = carry().unwrap_err();
        assert_eq!(twice.kind(), std::io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&target).unwrap(), b"text");
        assert_eq!(fs::read_dir(there.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_move_that_was_cut_off_is_finished() {
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let versions = Versions::new(0);
        let from = collection(here.path(), 1, &versions);
        let to = collection(there.path(), 2, &versions);
        for dir in [&here, &there] {
            fs::write(dir.path().join("a.vcf"), "text").unwrap();
        }
        let moved = relocate(&from, &ItemRef::new("a.vcf"), &to).unwrap();
        assert_eq!(moved.item.as_str(), "a.vcf");
        assert_eq!(fs::read_dir(here.path()).unwrap().count(), 0);
        assert_eq!(fs::read_dir(there.path()).unwrap().count(), 1);
    }
}
