//! Files and directories that are complete before they get their name.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use crate::local::vdir::format::{DRAFT, TEMPORARY};

/// A file that is written before it gets its name. What is under its own name in the end is removed
/// with it.
pub(crate) struct Draft {
    path: PathBuf,
}

impl Draft {
    /// A new file.
    pub(crate) fn make(dir: &Path) -> io::Result<Self> {
        loop {
            let path = draft_path(dir);
            match File::options().write(true).create_new(true).open(&path) {
                Ok(_) => return Ok(Self { path }),
                // Left behind by an earlier process of that number.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the content, safe on the disk. The file belongs to whom the one belongs that it is
    /// to replace, as far as we may decide that, and can be read by the same.
    pub(crate) fn fill(&self, content: &[u8], like: Option<&Metadata>) -> io::Result<()> {
        let mut file = File::options().write(true).open(&self.path)?;
        file.write_all(content)?;
        if let Some(like) = like {
            let own = file.metadata()?;
            if (own.uid(), own.gid()) != (like.uid(), like.gid()) {
                // Only a privileged process may; without it the file is ours, as a new one is.
                let _ = fchown(&file, Some(like.uid()), Some(like.gid()));
            }
            if own.mode() != like.mode() {
                file.set_permissions(like.permissions())?;
            }
        }
        file.sync_all()
    }

    /// Gives the file its name, unless there is another one of that name.
    pub(crate) fn place(&self, target: &Path) -> io::Result<()> {
        rename_new(&self.path, target)?;
        target.parent().map_or(Ok(()), sync)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Usually it is gone. What cannot be removed now is removed by a listing, a day later.
        let _ = fs::remove_file(&self.path);
    }
}

/// A name that tells processes and calls apart, and that no other program looks at.
pub(crate) fn draft_path(dir: &Path) -> PathBuf {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let process = std::process::id();
    dir.join(format!("{DRAFT}{process}.{number}{TEMPORARY}"))
}

/// A rename that replaces nothing. Where the file system has no such thing: a second name, then one
/// less; and without second names a look before.
pub(crate) fn rename_new(from: &Path, target: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, target, RenameFlags::NOREPLACE) {
        Err(error) if is_unsupported(error) => {}
        other => return other.map_err(io::Error::from),
    }
    match fs::hard_link(from, target) {
        Ok(()) => return fs::remove_file(from),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(error),
        Err(_) => {}
    }
    match fs::symlink_metadata(target) {
        Ok(_) => Err(ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == ErrorKind::NotFound => fs::rename(from, target),
        Err(error) => Err(error),
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
