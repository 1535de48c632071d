//! The collections below one root: which there are, what they are called, which is the default.
//!
//! Each directory of the root is a collection. Where items lie in the root itself, that is one too,
//! and the default. A collection's reference is the name of its directory, `""` for the root; it
//! never leads out of the root, and links are followed at the root only.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::error::{BackendError, Kind};
use crate::folder::{Folder, Role};
use crate::local::error::io;
use crate::local::tree::identity;
use crate::local::vdir::file::is_missing;
use crate::local::vdir::format::{COLOR, DISPLAY_NAME, Format, is_collection};
use crate::local::vdir::shape;
use crate::name::FolderRef;

/// The longest name that is read from a `displayname` file, in characters.
const NAME_CHARS_MAX: usize = 200;
/// How much of such a file is looked at, in bytes.
const NAME_FILE_MAX: u64 = 4096;

/// The reference of the root.
pub(crate) fn root() -> FolderRef {
    FolderRef::new("")
}

/// The directory of a collection that is there: its path, and opened.
pub(crate) fn collection_dir(
    root: &Path,
    folder: &FolderRef,
    format: Format,
) -> Result<(PathBuf, File), BackendError> {
    const OP: &str = "open collection";
    // A root that is missing (not mounted, not made yet) says nothing of its collections.
    let gone = || BackendError::new(Kind::Unavailable, "open vdir");
    match fs::metadata(root) {
        Ok(meta) if meta.is_dir() => {}
        Ok(_) => return Err(gone().caused_by("the root is no directory")),
        Err(error) if is_missing(&error) => return Err(gone().caused_by(error)),
        Err(error) => return Err(io("open vdir")(error)),
    }
    let missing = || BackendError::new(Kind::NotFound, OP);
    let mut flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let dir = if folder.as_str().is_empty() {
        if !is_root_collection(root, format)? {
            return Err(missing());
        }
        root.to_owned()
    } else {
        if !is_collection(folder.as_str()) {
            return Err(missing());
        }
        flags |= OFlags::NOFOLLOW;
        root.join(folder.as_str())
    };
    match rustix::fs::open(&dir, flags, Mode::empty()) {
        Ok(opened) => Ok((dir, opened.into())),
        // A link, or no directory.
        Err(Errno::LOOP | Errno::NOTDIR) => Err(missing()),
        Err(error) => Err(io(OP)(error.into())),
    }
}

/// The references of all collections: the root first, the others sorted.
///
/// # Errors
/// `NotFound` when there is no root.
pub(crate) fn references(root: &Path, format: Format) -> Result<Vec<FolderRef>, BackendError> {
    const OP: &str = "list collections";
    let mut names = Vec::new();
    let mut items = false;
    for entry in fs::read_dir(root).map_err(io(OP))? {
        let entry = entry.map_err(io(OP))?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let kind = entry.file_type().map_err(io(OP));
        let is_dir = kind.as_ref().is_ok_and(fs::FileType::is_dir);
        if is_dir && is_collection(&name) {
            names.push(FolderRef::new(name));
        } else if !is_dir {
            items |= makes_a_collection(&name, format);
        }
    }
    names.sort_unstable();
    if items {
        names.insert(0, self::root());
    }
    Ok(names)
}

/// A file that only a collection has.
fn makes_a_collection(name: &str, format: Format) -> bool {
    format.is_item(name) || name == DISPLAY_NAME || name == COLOR
}

fn is_root_collection(root: &Path, format: Format) -> Result<bool, BackendError> {
    const OP: &str = "open collection";
    for entry in fs::read_dir(root).map_err(io(OP))? {
        let entry = entry.map_err(io(OP))?;
        let named = entry.file_name();
        let named = named.to_str();
        if named.is_some_and(|name| makes_a_collection(name, format))
            && !entry.file_type().is_ok_and(|kind| kind.is_dir())
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// All collections.
///
/// # Errors
/// `NotFound` when there is no root.
pub(crate) fn folders(root: &Path, format: Format) -> Result<Vec<Folder>, BackendError> {
    let references = references(root, format)?;
    let default = default_of(&references, format);
    let described = references.iter().filter_map(|reference| {
        let mut folder = describe(root, reference, format)?;
        if Some(reference) == default.as_ref() {
            folder.role = Role::Default;
        }
        Some(folder)
    });
    Ok(described.collect())
}

/// The root if it is a collection, the best known name otherwise, the first one at last.
fn default_of(references: &[FolderRef], format: Format) -> Option<FolderRef> {
    let has = |name: &&&str| references.iter().any(|found| found.as_str() == **name);
    let first = references.first()?;
    if first.as_str().is_empty() {
        return Some(first.clone());
    }
    let known = format.defaults.iter().find(has);
    Some(known.map_or_else(|| first.clone(), |name| FolderRef::new(*name)))
}

/// `None` for a collection that went away since it was listed.
fn describe(root: &Path, reference: &FolderRef, format: Format) -> Option<Folder> {
    let path = reference.as_str();
    let dir = root.join(path);
    let meta = fs::symlink_metadata(&dir).ok()?;
    let (identity, usual) = match path {
        // Whatever directory the root is today (restored, moved): it is the same collection.
        "" => ("root".into(), format.root_name),
        _ => (identity(&meta), path),
    };
    Some(Folder {
        reference: reference.clone(),
        identity: Some(identity),
        parent: None,
        name: display_name(&dir).unwrap_or_else(|| usual.to_owned()),
        class: format.class,
        role: Role::Plain,
    })
}

/// What the `displayname` file says, if it says anything.
fn display_name(dir: &Path) -> Option<String> {
    let path = dir.join(DISPLAY_NAME);
    let meta = fs::symlink_metadata(&path).ok()?;
    if !meta.is_file() || meta.len() > NAME_FILE_MAX {
        return None;
    }
    let text = fs::read(path).ok()?;
    let text = String::from_utf8_lossy(&text);
    let plain = |letter: &char| !letter.is_control();
    let name: String = text
        .trim()
        .chars()
        .take_while(|letter| *letter != '\n')
        .filter(plain)
        .take(NAME_CHARS_MAX)
        .collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// The default collection, made if there is none, with its root and what is above that. It is
/// called as it was before it was there, so that devices hear of no other name. Blocks.
pub(crate) fn provide(root: &Path, format: Format) -> Result<Folder, BackendError> {
    const OP: &str = "make collection";
    let find = || match folders(root, format) {
        Ok(folders) => Ok(folders
            .into_iter()
            .find(|known| known.role == Role::Default)),
        Err(error) if error.kind() == Kind::NotFound => Ok(None),
        Err(error) => Err(error),
    };
    if let Some(folder) = find()? {
        return Ok(folder);
    }
    let name = format.defaults.first().copied().unwrap_or("default");
    fs::create_dir_all(root).map_err(io(OP))?;
    match shape::make(root, name, format.root_name) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        other => other.map_err(io(OP))?,
    }
    find()?.ok_or_else(|| BackendError::new(Kind::Refused, OP))
}

/// The nearest directory above a root that is there.
pub(crate) fn nearest(root: &Path) -> Option<&Path> {
    root.ancestors().skip(1).find(|above| above.is_dir())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use super::{collection_dir, folders, nearest, provide};
    use crate::error::Kind;
    use crate::folder::Role;
    use crate::local::vdir::format::CONTACTS;
    use crate::name::FolderRef;

    fn shown(root: &Path) -> Vec<(String, String, Role)> {
        let folders = folders(root, CONTACTS).unwrap();
        let show = |folder: crate::Folder| (folder.reference.to_string(), folder.name, folder.role);
        folders.into_iter().map(show).collect()
    }

    fn row(reference: &str, name: &str, role: Role) -> (String, String, Role) {
        (reference.to_owned(), name.to_owned(), role)
    }

    #[test]
    fn collections_have_names_and_one_is_the_default() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        for name in ["work", "family", ".git", "x.tmp"] {
            fs::create_dir(root.join(name)).unwrap();
        }
        symlink("/tmp", root.join("link")).unwrap();
        fs::write(root.join("file"), "").unwrap();
        fs::write(root.join("work/displayname"), " Büro\n second line").unwrap();
        fs::write(root.join("family/displayname"), "\n").unwrap();
        let (family, work) = (
            row("family", "family", Role::Default),
            row("work", "Büro", Role::Plain),
        );
        assert_eq!(shown(root), [family.clone(), work.clone()]);
        fs::create_dir(root.join("personal")).unwrap();
        let plain = |(reference, name, _)| (reference, name, Role::Plain);
        let personal = row("personal", "personal", Role::Default);
        assert_eq!(shown(root), [plain(family), personal.clone(), work]);
        fs::write(root.join("a.vcf"), "").unwrap();
        let all = shown(root);
        assert_eq!(all[0], row("", "Contacts", Role::Default));
        assert_eq!(all[2], plain(personal));
    }

    #[test]
    fn the_default_collection_is_made_once_with_all_above_it() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("a/b");
        assert_eq!(folders(&root, CONTACTS).unwrap_err().kind(), Kind::NotFound);
        assert_eq!(nearest(&root), Some(dir.path()));
        let made = provide(&root, CONTACTS).unwrap();
        assert_eq!(
            (made.reference.as_str(), made.role),
            ("contacts", Role::Default)
        );
        assert_eq!(provide(&root, CONTACTS).unwrap(), made);
        assert_eq!(shown(&root), [row("contacts", "Contacts", Role::Default)]);
    }

    #[test]
    fn a_reference_never_leads_out_of_the_root() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("root");
        fs::create_dir_all(root.join("a")).unwrap();
        fs::create_dir(outer.path().join("other")).unwrap();
        symlink(outer.path().join("other"), root.join("link")).unwrap();
        let kind = |root: &Path, name: &str| {
            collection_dir(root, &FolderRef::new(name), CONTACTS)
                .map_err(|error| error.kind())
                .map(|(dir, _)| dir)
        };
        for name in [
            "../other", "..", ".", "link", "nothing", "/tmp", "", "a/../a",
        ] {
            assert_eq!(kind(&root, name), Err(Kind::NotFound), "{name}");
        }
        assert_eq!(kind(&root, "a"), Ok(root.join("a")));
        assert_eq!(
            kind(&outer.path().join("gone"), "a"),
            Err(Kind::Unavailable)
        );
    }
}
