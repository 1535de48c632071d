//! Reading one message.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use bytes::Bytes;

use crate::error::{BackendError, Kind};
use crate::item::{Item, ItemState};
use crate::local::error::io;
use crate::local::keywords::Keywords;
use crate::local::scan::{self, Found};
use crate::marks::Marks;
use crate::name::{ItemRef, Version};

const OP: &str = "read item";

/// How often a message is looked for that others rename at the same time.
const ATTEMPTS_MAX: usize = 8;

/// State and marks. Blocks.
pub(crate) fn marks(
    dir: &Path,
    item: &ItemRef,
    hint: &Version,
) -> Result<(ItemState, Marks), BackendError> {
    let keywords = Keywords::load(dir).map_err(io(OP))?;
    let found = scan::locate(dir, item.as_str(), Some(hint), &keywords)
        .map_err(io(OP))?
        .ok_or_else(|| BackendError::new(Kind::NotFound, OP))?;
    Ok((found.state(&keywords), keywords.marks(found.letters())))
}

/// State, marks and content, which may have `bytes_max` bytes. Blocks.
pub(crate) fn fetch(
    dir: &Path,
    item: &ItemRef,
    hint: &Version,
    bytes_max: u64,
) -> Result<Item, BackendError> {
    let (state, marks, file) = open(dir, item, hint, 0)?;
    Ok(Item {
        content: read(file, state.size, bytes_max)?,
        state,
        marks,
    })
}

/// State and marks, and the file of the content, which stands at byte `start`. Blocks.
pub(crate) fn open(
    dir: &Path,
    item: &ItemRef,
    hint: &Version,
    start: u64,
) -> Result<(ItemState, Marks, File), BackendError> {
    for _ in 0..ATTEMPTS_MAX {
        let keywords = Keywords::load(dir).map_err(io(OP))?;
        let found = scan::locate(dir, item.as_str(), Some(hint), &keywords)
            .map_err(io(OP))?
            .ok_or_else(|| BackendError::new(Kind::NotFound, OP))?;
        if let Some(mut file) = file(dir, &found)? {
            file.seek(SeekFrom::Start(start)).map_err(io(OP))?;
            let marks = keywords.marks(found.letters());
            return Ok((found.state(&keywords), marks, file));
        }
    }
    Err(BackendError::new(Kind::Unavailable, OP).caused_by("the message does not rest"))
}

/// `None` when it was renamed since it was found.
fn file(dir: &Path, found: &Found) -> Result<Option<File>, BackendError> {
    let file = match File::open(found.path(dir)) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io(OP)(error)),
    };
    let meta = file.metadata().map_err(io(OP))?;
    // Something else under the name that was looked at a moment ago: perhaps a link that leads out
    // of the mailbox.
    if !meta.is_file() || (meta.dev(), meta.ino()) != found.file {
        return Ok(None);
    }
    Ok(Some(file))
}

fn read(mut file: File, size: u64, bytes_max: u64) -> Result<Bytes, BackendError> {
    let too_large = || BackendError::new(Kind::TooLarge, OP);
    if size > bytes_max {
        return Err(too_large());
    }
    let mut content = Vec::with_capacity(usize::try_from(size).map_err(|_| too_large())?);
    // It may grow while it is read.
    let mut bounded = (&mut file).take(bytes_max.saturating_add(1));
    bounded.read_to_end(&mut content).map_err(io(OP))?;
    if u64::try_from(content.len()).is_ok_and(|len| len > bytes_max) {
        return Err(too_large());
    }
    Ok(content.into())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use std::io::Read;

    use super::{fetch, marks, open};
    use crate::error::Kind;
    use crate::local::tree;
    use crate::marks::Flag;
    use crate::name::{ItemRef, Version};

    #[test]
    fn content_is_bounded_and_comes_with_marks() {
        let dir = tempfile::tempdir().unwrap();
        tree::complete(dir.path()).unwrap();
        fs::write(dir.path().join("cur/a:2,FS"), b"1\x00\xFF\n5").unwrap();
        let (item, hint) = (ItemRef::new("a"), Version::new("FS"));
        let read = fetch(dir.path(), &item, &hint, 5).unwrap();
        assert_eq!(&read.content[..], b"1\x00\xFF\n5");
        assert!(read.marks.has(Flag::Flagged) && read.marks.has(Flag::Seen));
        assert_eq!(read.state.version, hint);
        let error = fetch(dir.path(), &item, &hint, 4).unwrap_err();
        assert_eq!(error.kind(), Kind::TooLarge);
        // An open file stays what it was, and may be larger than what is read at once.
        let (state, flags, mut file) = open(dir.path(), &item, &hint, 0).unwrap();
        assert_eq!((&state, &flags), (&read.state, &read.marks));
        fs::rename(dir.path().join("cur/a:2,FS"), dir.path().join("cur/a:2,F")).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        assert_eq!(content, b"1\x00\xFF\n5");
        fs::rename(dir.path().join("cur/a:2,F"), dir.path().join("cur/a:2,FS")).unwrap();
        let (state, flags) = marks(dir.path(), &item, &Version::new("")).unwrap();
        assert_eq!((state, flags), (read.state, read.marks));
        let error = marks(dir.path(), &ItemRef::new("b"), &hint).unwrap_err();
        assert_eq!(error.kind(), Kind::NotFound);
    }
}
