//! Making, renaming and removing folders.
//!
//! Maildir++ names are flat: a folder `.A` and what is below it, `.A.B`, are entries of one directory, so a folder
//! moves by as many renames as there are folders below it. What is below goes first and the folder itself last: after a
//! crash on the way the folder is where it was, and whoever tries again completes it. The caller sees to it that
//! one of these runs at a time.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{BackendError, Kind};
use crate::folder::{Class, Folder};
use crate::local::error::io as io_error;
use crate::local::spelling;
use crate::local::subscriptions::{self, Event};
use crate::local::tree::{self, is_folder_name};
use crate::name::FolderRef;
use crate::role;

/// The longest name of a directory entry, in bytes.
const ENTRY_MAX: usize = 255;

/// How folders are called that are being removed. Two dots: no folder, neither to us nor to Dovecot.
const REMOVED: &str = "..directpush-removed-";

/// Tells a directory as a folder of a Maildir++, for delivery agents.
const MARKER: &str = "maildirfolder";

/// See [`Mailbox::create_folder`](crate::Mailbox::create_folder). Blocks.
pub(crate) fn create(
    root: &Path,
    parent: Option<&FolderRef>,
    name: &str,
    class: Class,
) -> Result<Folder, BackendError> {
    const OP: &str = "make folder";
    if class != Class::Email {
        return Err(BackendError::new(Kind::Refused, OP));
    }
    let known = tree::folders(root)?;
    let target = place(root, parent, name, OP)?;
    if known.iter().any(|folder| folder.reference == target) || takes_role(&known, &target, None) {
        return Err(BackendError::new(Kind::Exists, OP));
    }
    let dir = root.join(target.as_str());
    match fs::create_dir(&dir) {
        // No folder yet, so the rest of one that was begun.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        other => other.map_err(io_error(OP))?,
    }
    File::options()
        .append(true)
        .create(true)
        .open(dir.join(MARKER))
        .map_err(io_error(OP))?;
    tree::complete(&dir).map_err(io_error(OP))?;
    sync(root).map_err(io_error(OP))?;
    subscriptions::note(root, Event::Made(target.as_str()));
    found(root, &target, OP)
}

/// See [`Mailbox::rename_folder`](crate::Mailbox::rename_folder). Blocks.
pub(crate) fn rename(
    root: &Path,
    folder: &FolderRef,
    parent: Option<&FolderRef>,
    name: &str,
) -> Result<Folder, BackendError> {
    const OP: &str = "rename folder";
    if folder.as_str().is_empty() {
        return Err(BackendError::new(Kind::Refused, OP));
    }
    let known = tree::folders(root)?;
    let current = known.iter().find(|one| one.reference == *folder);
    let current = current.ok_or_else(|| BackendError::new(Kind::NotFound, OP))?;
    if current.name == name && current.parent.as_ref() == parent {
        return Ok(current.clone());
    }
    let target = place(root, parent, name, OP)?;
    if target == *folder {
        return Ok(current.clone());
    }
    if below(target.as_str(), folder.as_str()) {
        return Err(BackendError::new(Kind::Refused, OP));
    }
    if takes_role(&known, &target, Some(folder)) {
        return Err(BackendError::new(Kind::Exists, OP));
    }
    let mut moves = Vec::new();
    for entry in subtree(root, folder).map_err(io_error(OP))? {
        let rest = entry.get(folder.as_str().len()..).unwrap_or_default();
        let to = format!("{target}{rest}");
        if to.len() > ENTRY_MAX {
            return Err(BackendError::new(Kind::Refused, OP));
        }
        free(root, &to, OP)?;
        moves.push((entry, to));
    }
    carry(root, &moves).map_err(|error| match error.kind() {
        ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists => {
            BackendError::new(Kind::Exists, OP).caused_by(error)
        }
        _ => io_error(OP)(error),
    })?;
    subscriptions::note(root, Event::Renamed(folder.as_str(), target.as_str()));
    found(root, &target, OP)
}

/// See [`Mailbox::remove_folder`](crate::Mailbox::remove_folder). Blocks.
pub(crate) fn remove(root: &Path, folder: &FolderRef) -> Result<(), BackendError> {
    const OP: &str = "remove folder";
    if folder.as_str().is_empty() {
        return Err(BackendError::new(Kind::Refused, OP));
    }
    // A root that is missing says nothing of its folders.
    tree::folder_dir(root, &tree::inbox())?;
    if !is_folder_name(folder.as_str()) {
        return Ok(());
    }
    // Out of sight first, so that nobody sees a folder that is half empty.
    for entry in subtree(root, folder).map_err(io_error(OP))? {
        let gone = removed_name();
        match fs::rename(root.join(&entry), root.join(&gone)) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            other => other.map_err(io_error(OP))?,
        }
    }
    sync(root).map_err(io_error(OP))?;
    subscriptions::note(root, Event::Removed(folder.as_str()));
    if let Err(error) = sweep(root) {
        tracing::warn!(%error, "a removed folder is not empty yet: the next removal tries again");
    }
    Ok(())
}

/// What a folder of this name is called below `parent`.
fn place(
    root: &Path,
    parent: Option<&FolderRef>,
    name: &str,
    op: &'static str,
) -> Result<FolderRef, BackendError> {
    let level = spelling::spell(name).ok_or_else(|| BackendError::new(Kind::Refused, op))?;
    let above = match parent {
        None => "",
        Some(parent) => {
            tree::folder_dir(root, parent)?;
            match parent.as_str() {
                "" => tree::BELOW_INBOX,
                other => other,
            }
        }
    };
    let target = format!("{above}.{level}");
    if target.eq_ignore_ascii_case(tree::BELOW_INBOX) {
        return Err(BackendError::new(Kind::Exists, op));
    }
    if target.len() > ENTRY_MAX {
        return Err(BackendError::new(Kind::Refused, op));
    }
    Ok(FolderRef::new(target))
}

/// Whether a folder of that name would become the one for sent mail, or another role, instead of one that is there:
/// names are all that roles are told from.
fn takes_role(known: &[Folder], target: &FolderRef, except: Option<&FolderRef>) -> bool {
    let level = target.as_str().get(1..).unwrap_or_default();
    if level.contains('.') {
        return false;
    }
    let Some((role, rank)) = role::candidate(&spelling::show(level)) else {
        return false;
    };
    let mut others = known.iter().filter(|one| Some(&one.reference) != except);
    others.any(|one| {
        let worse = role::candidate(&one.name).is_none_or(|(_, its)| rank <= its);
        one.role == role && worse
    })
}

/// Refuses a name that something else has. The rest of a folder that was never completed is in nobody's way.
fn free(root: &Path, name: &str, op: &'static str) -> Result<(), BackendError> {
    match fs::remove_dir(root.join(name)) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Ok(()) => Ok(()),
        Err(_) => Err(BackendError::new(Kind::Exists, op)),
    }
}

/// The folder and those below it, itself last. Also those that are no folders for now, for want of a directory.
fn subtree(root: &Path, folder: &FolderRef) -> io::Result<Vec<String>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(root)? {
        if let Ok(name) = entry?.file_name().into_string()
            && is_folder_name(&name)
            && (name == folder.as_str() || below(&name, folder.as_str()))
            && tree::is_real_dir(&root.join(&name))
        {
            entries.push(name);
        }
    }
    entries.sort_unstable_by(|one, two| two.cmp(one));
    Ok(entries)
}

fn below(name: &str, folder: &str) -> bool {
    name.strip_prefix(folder)
        .is_some_and(|rest| rest.starts_with('.'))
}

/// All renames or, as far as the file system lets us, none.
fn carry(root: &Path, moves: &[(String, String)]) -> io::Result<()> {
    for (done, (from, to)) in moves.iter().enumerate() {
        let Err(error) = fs::rename(root.join(from), root.join(to)) else {
            continue;
        };
        if error.kind() == ErrorKind::NotFound && done + 1 < moves.len() {
            // Somebody removed it meanwhile.
            continue;
        }
        for (from, to) in moves.iter().take(done).rev() {
            if let Err(error) = fs::rename(root.join(to), root.join(from)) {
                tracing::warn!(%error, "a folder below one that could not be renamed stays renamed");
            }
        }
        return Err(error);
    }
    sync(root)
}

/// A name for something that is being removed, new each time.
fn removed_name() -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let now = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    format!(
        "{REMOVED}{:x}-{:x}-{number}",
        now.as_nanos(),
        std::process::id()
    )
}

/// Empties what was removed, also what an earlier life left behind.
fn sweep(root: &Path) -> io::Result<()> {
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(REMOVED) {
            continue;
        }
        match fs::remove_dir_all(entry.path()) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            other => other?,
        }
    }
    Ok(())
}

fn found(root: &Path, target: &FolderRef, op: &'static str) -> Result<Folder, BackendError> {
    let folders = tree::folders(root)?;
    let found = folders.into_iter().find(|one| one.reference == *target);
    found.ok_or_else(|| BackendError::new(Kind::NotFound, op))
}

fn sync(root: &Path) -> io::Result<()> {
    File::open(root)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::carry;

    #[test]
    fn a_rename_that_fails_half_way_is_taken_back() {
        let root = tempfile::tempdir().unwrap();
        for name in [".A", ".A.x", ".A.y", ".T.x/cur"] {
            fs::create_dir_all(root.path().join(name)).unwrap();
        }
        let moves = [(".A.y", ".T.y"), (".A.x", ".T.x"), (".A", ".T")];
        let moves = moves.map(|(from, to)| (from.to_owned(), to.to_owned()));
        carry(root.path(), &moves).unwrap_err();
        for (name, there) in [
            (".A", true),
            (".A.x", true),
            (".A.y", true),
            (".T.y", false),
        ] {
            assert_eq!(root.path().join(name).exists(), there, "{name}");
        }
    }
}
