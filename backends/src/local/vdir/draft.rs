//! Files and directories that are complete before they get their name.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags, linkat, openat, renameat, renameat_with};
use rustix::fs::{statat, unlinkat};
use rustix::io::Errno;

use crate::local::vdir::format::{DRAFT, TEMPORARY};

/// A file in an opened directory that is written before it gets its name. What is under its own
/// name in the end is removed with it.
pub(crate) struct Draft<'d> {
    dir: &'d File,
    name: String,
    file: File,
}

impl<'d> Draft<'d> {
    /// A new file.
    pub(crate) fn make(dir: &'d File) -> io::Result<Self> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(0o666);
        loop {
            let name = draft_name();
            match openat(dir, &name, flags, mode) {
                Ok(file) => {
                    let file = file.into();
                    return Ok(Self { dir, name, file });
                }
                // Left behind by an earlier process of that number.
                Err(Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// What it is called until it gets its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Writes the content, safe on the disk. The file belongs to whom the one belongs that it is
    /// to replace, as far as we may decide that, and can be read by the same.
    pub(crate) fn fill(&mut self, content: &[u8], like: Option<&Metadata>) -> io::Result<()> {
        self.file.write_all(content)?;
        if let Some(like) = like {
            let own = self.file.metadata()?;
            if (own.uid(), own.gid()) != (like.uid(), like.gid()) {
                // Only a privileged process may; without it the file is ours, as a new one is.
                let _ = fchown(&self.file, Some(like.uid()), Some(like.gid()));
            }
            if own.mode() != like.mode() {
                self.file.set_permissions(like.permissions())?;
            }
        }
        self.file.sync_all()
    }

    /// Gives the file its name, unless there is another one of that name.
    pub(crate) fn place(&self, name: &str) -> io::Result<()> {
        rename_new((self.dir, &self.name), (self.dir, name))?;
        self.dir.sync_all()
    }

    /// Gives the file its name; another one of that name is replaced.
    pub(crate) fn replace(&self, name: &str) -> io::Result<()> {
        renameat(self.dir, &self.name, self.dir, name)?;
        self.dir.sync_all()
    }

    /// The file and another one change their names.
    pub(crate) fn swap(&self, name: &str) -> Result<(), Errno> {
        renameat_with(self.dir, &self.name, self.dir, name, RenameFlags::EXCHANGE)
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        // Usually it is gone. What cannot be removed now is removed by a listing, a day later.
        let _ = unlinkat(self.dir, &self.name, AtFlags::empty());
    }
}

/// A name that tells processes and calls apart, and that no other program looks at.
fn draft_name() -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let process = std::process::id();
    format!("{DRAFT}{process}.{number}{TEMPORARY}")
}

/// As [`draft_name`], with the directory before it.
pub(crate) fn draft_path(dir: &Path) -> PathBuf {
    dir.join(draft_name())
}

/// An entry of an opened directory.
pub(crate) type Entry<'a, F> = (F, &'a str);

/// A rename that replaces nothing. Where the file system has no such thing: a second name, then one
/// less; and without second names a look before.
pub(crate) fn rename_new<F: AsFd + Copy>(from: Entry<'_, F>, to: Entry<'_, F>) -> io::Result<()> {
    match renameat_with(from.0, from.1, to.0, to.1, RenameFlags::NOREPLACE) {
        Err(error) if is_unsupported(error) => {}
        other => return Ok(other?),
    }
    match linkat(from.0, from.1, to.0, to.1, AtFlags::empty()) {
        Ok(()) => return Ok(unlinkat(from.0, from.1, AtFlags::empty())?),
        Err(Errno::EXIST) => return Err(ErrorKind::AlreadyExists.into()),
        Err(_) => {}
    }
    match statat(to.0, to.1, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(_) => Err(ErrorKind::AlreadyExists.into()),
        Err(Errno::NOENT) => Ok(renameat(from.0, from.1, to.0, to.1)?),
        Err(error) => Err(error.into()),
    }
}

/// Whether the file system does not have that kind of rename.
pub(crate) fn is_unsupported(error: Errno) -> bool {
    matches!(error, Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP)
}

/// What was done to a directory is safe on the disk when this returns.
pub(crate) fn sync(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}
