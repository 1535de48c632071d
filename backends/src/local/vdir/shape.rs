//! Making, naming and removing collections.
//!
//! A new name is written into the `displayname` file; the directory keeps its name, and with it the
//! paths that other programs were told. So reference and identity stay.

use std::fs::{self, File};
use std::io::{self as std_io, ErrorKind};
use std::path::Path;

use crate::error::{BackendError, Kind};
use crate::folder::{Folder, Role};
use crate::local::error::io;
use crate::local::vdir::draft::{draft_path, rename_new, sync};
use crate::local::vdir::format::{DISPLAY_NAME, Format, is_collection};
use crate::local::vdir::tree;
use crate::name::FolderRef;

/// How many directory names are tried for one name.
const NAMES_MAX: usize = 100;
/// The longest directory name that is made, in bytes or a few more.
const DIR_NAME_MAX: usize = 100;
/// The longest name, in characters.
const NAME_CHARS_MAX: usize = 200;

/// See [`Mailbox::create_folder`](crate::Mailbox::create_folder). Blocks.
pub(crate) fn create(root: &Path, format: Format, name: &str) -> Result<Folder, BackendError> {
    const OP: &str = "make collection";
    let name = checked(name, OP)?;
    fs::create_dir_all(root).map_err(io(OP))?;
    let known = tree::folders(root, format)?;
    if known.iter().any(|folder| folder.name == name) {
        return Err(BackendError::new(Kind::Exists, OP));
    }
    let draft = draft_path(root);
    fs::create_dir(&draft).map_err(io(OP))?;
    let made = fill_and_place(root, &draft, name);
    if made.is_err() {
        // Where that fails too, nobody takes it for a collection.
        let _ = fs::remove_dir_all(&draft);
    }
    let reference = made.map_err(io(OP))?;
    sync(root).map_err(io(OP))?;
    found(root, format, &reference, OP)
}

/// Makes a collection in that directory. Blocks.
pub(super) fn make(root: &Path, directory: &str, name: &str) -> std_io::Result<()> {
    let draft = draft_path(root);
    fs::create_dir(&draft)?;
    let place = || {
        let opened = File::open(root)?;
        let draft_name = draft.file_name().unwrap_or_default().to_string_lossy();
        rename_new((&opened, &draft_name), (&opened, directory))
    };
    let made = write_name(&draft, name).and_then(|()| place());
    if made.is_err() {
        let _ = fs::remove_dir_all(&draft);
    }
    made?;
    sync(root)
}

/// The name first, then the place: the collection appears with its name.
fn fill_and_place(root: &Path, draft: &Path, name: &str) -> std_io::Result<FolderRef> {
    let base = directory_name(name);
    if base != name {
        write_name(draft, name)?;
    }
    let opened = File::open(root)?;
    let draft_name = draft.file_name().unwrap_or_default().to_string_lossy();
    for number in 1..=NAMES_MAX {
        let candidate = match number {
            1 => base.clone(),
            _ => format!("{base}-{number}"),
        };
        match rename_new((&opened, &draft_name), (&opened, &candidate)) {
            // Then the directory is called otherwise than the collection.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => write_name(draft, name)?,
            Err(error) => return Err(error),
            Ok(()) => return Ok(FolderRef::new(candidate)),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// See [`Mailbox::rename_folder`](crate::Mailbox::rename_folder). Blocks.
pub(crate) fn rename(
    root: &Path,
    format: Format,
    folder: &FolderRef,
    name: &str,
) -> Result<Folder, BackendError> {
    const OP: &str = "rename collection";
    let name = checked(name, OP)?;
    let (dir, _) = tree::collection_dir(root, folder, format)?;
    let known = tree::folders(root, format)?;
    if is_default(&known, folder) {
        return Err(BackendError::new(Kind::Refused, OP));
    }
    let mut others = known.iter().filter(|known| known.reference != *folder);
    if others.any(|other| other.name == name) {
        return Err(BackendError::new(Kind::Exists, OP));
    }
    write_name(&dir, name).map_err(io(OP))?;
    found(root, format, folder, OP)
}

/// See [`Mailbox::remove_folder`](crate::Mailbox::remove_folder). Blocks.
pub(crate) fn remove(root: &Path, format: Format, folder: &FolderRef) -> Result<(), BackendError> {
    const OP: &str = "remove collection";
    let dir = match tree::collection_dir(root, folder, format) {
        Ok((dir, _)) => dir,
        Err(error) if error.kind() == Kind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if is_default(&tree::folders(root, format)?, folder) {
        return Err(BackendError::new(Kind::Refused, OP));
    }
    // Out of sight in one step: nobody sees it half empty.
    let grave = draft_path(root);
    match fs::rename(&dir, &grave) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        other => other.map_err(io(OP))?,
    }
    fs::remove_dir_all(&grave).map_err(io(OP))?;
    sync(root).map_err(io(OP))
}

fn is_default(known: &[Folder], folder: &FolderRef) -> bool {
    let mut defaults = known.iter().filter(|known| known.role == Role::Default);
    defaults.any(|known| known.reference == *folder)
}

/// Replaces the name of a collection in one step.
fn write_name(dir: &Path, name: &str) -> std_io::Result<()> {
    let draft = draft_path(dir);
    fs::write(&draft, name)?;
    File::open(&draft)?.sync_all()?;
    fs::rename(&draft, dir.join(DISPLAY_NAME))?;
    sync(dir)
}

/// A name on one line, with something to see in it.
fn checked<'n>(name: &'n str, op: &'static str) -> Result<&'n str, BackendError> {
    let name = name.trim();
    let long = name.chars().count() > NAME_CHARS_MAX;
    if name.is_empty() || name.chars().any(char::is_control) || long {
        return Err(BackendError::new(Kind::Refused, op));
    }
    Ok(name)
}

/// A directory name as close to the name as it may be.
fn directory_name(name: &str) -> String {
    let short = name.char_indices().take_while(|(at, _)| *at < DIR_NAME_MAX);
    let plain = |letter| if letter == '/' { '-' } else { letter };
    let base: String = short.map(|(_, letter)| plain(letter)).collect();
    if is_collection(&base) {
        base
    } else {
        let shown = base.trim_start_matches('.').replace(".tmp", "_tmp");
        format!("_{shown}")
    }
}

fn found(
    root: &Path,
    format: Format,
    reference: &FolderRef,
    op: &'static str,
) -> Result<Folder, BackendError> {
    let mut folders = tree::folders(root, format)?.into_iter();
    let folder = folders.find(|folder| folder.reference == *reference);
    folder.ok_or_else(|| BackendError::new(Kind::NotFound, op))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{create, directory_name, remove, rename};
    use crate::error::Kind;
    use crate::local::vdir::format::CONTACTS;
    use crate::local::vdir::tree::{folders, provide};
    use crate::name::FolderRef;

    #[test]
    fn directory_names_are_close_to_names() {
        for (name, directory) in [
            ("Friends", "Friends"),
            ("A/B", "A-B"),
            ("..", "_"),
            (".hidden", "_hidden"),
            ("x.tmp", "_x_tmp"),
        ] {
            assert_eq!(directory_name(name), directory);
        }
    }

    #[test]
    fn collections_are_made_named_and_removed() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        provide(&root, CONTACTS).unwrap();
        let made = create(&root, CONTACTS, "A/B").unwrap();
        assert_eq!((made.reference.as_str(), &*made.name), ("A-B", "A/B"));
        let exists = create(&root, CONTACTS, "A/B").unwrap_err();
        assert_eq!(exists.kind(), Kind::Exists);
        let other = create(&root, CONTACTS, "A-B").unwrap();
        assert_eq!((other.reference.as_str(), &*other.name), ("A-B-2", "A-B"));
        let named = rename(&root, CONTACTS, &made.reference, "Friends").unwrap();
        assert_eq!(named.name, "Friends");
        assert_eq!(
            (&named.reference, &named.identity),
            (&made.reference, &made.identity)
        );
        let taken = rename(&root, CONTACTS, &made.reference, "A-B").unwrap_err();
        assert_eq!(taken.kind(), Kind::Exists);
        for refused in [
            rename(&root, CONTACTS, &FolderRef::new("contacts"), "x").unwrap_err(),
            remove(&root, CONTACTS, &FolderRef::new("contacts")).unwrap_err(),
            create(&root, CONTACTS, " \t").unwrap_err(),
        ] {
            assert_eq!(refused.kind(), Kind::Refused);
        }
        fs::write(root.join("A-B/a.vcf"), "x").unwrap();
        remove(&root, CONTACTS, &made.reference).unwrap();
        remove(&root, CONTACTS, &made.reference).unwrap();
        assert_eq!(folders(&root, CONTACTS).unwrap().len(), 2);
        assert_eq!(fs::read_dir(&root).unwrap().count(), 2);
    }
}
