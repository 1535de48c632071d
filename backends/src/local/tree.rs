//! The directories of one Maildir++ account: folders by name, and what they are called.
//!
//! References never lead out of the root: they name one directory entry of it, which must be a
//! real directory (a link that a user planted would be followed with our rights).

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::error::{BackendError, Kind};
use crate::folder::{Class, Folder, Role};
use crate::local::error::io;
use crate::local::spelling;
use crate::name::FolderRef;
use crate::role;

/// Which of the two directories of a folder that hold messages.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Part {
    /// Delivered, not yet seen by any mail program.
    New,
    /// Seen by a mail program; the file names carry letters.
    Cur,
}

impl Part {
    /// Both, in the order in which messages move: whoever looks in this order cannot miss one
    /// that moves meanwhile.
    pub(crate) const BOTH: [Self; 2] = [Self::New, Self::Cur];

    /// The directory's name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Cur => "cur",
        }
    }
}

/// The reference of the folder that is the root itself.
pub(crate) fn inbox() -> FolderRef {
    FolderRef::new("")
}

/// What folders below INBOX begin with. INBOX itself is the root, so there is no entry of this name.
pub(crate) const BELOW_INBOX: &str = ".INBOX";

/// Whether a directory entry of the root can be a folder: `.A.B`, no part empty.
pub(crate) fn is_folder_name(name: &str) -> bool {
    name.strip_prefix('.').is_some_and(|rest| {
        rest.split('.').all(|part| !part.is_empty()) && !rest.contains(['/', '\0'])
    })
}

/// The path of a folder that is there.
pub(crate) fn folder_dir(root: &Path, folder: &FolderRef) -> Result<PathBuf, BackendError> {
    const OP: &str = "open folder";
    // A root that is missing (not mounted, not made yet) says nothing of its folders.
    let meta = fs::metadata(root).map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            BackendError::new(Kind::Unavailable, "open mailbox").caused_by(error)
        }
        _ => io("open mailbox")(error),
    })?;
    if folder.as_str().is_empty() {
        if meta.is_dir() {
            return Ok(root.to_owned());
        }
        return Err(BackendError::new(Kind::Unavailable, "open mailbox"));
    }
    if !is_folder_name(folder.as_str()) {
        return Err(BackendError::new(Kind::NotFound, OP));
    }
    let dir = root.join(folder.as_str());
    if is_maildir(&dir) {
        Ok(dir)
    } else {
        Err(missing(&dir, OP))
    }
}

/// A directory that may not be looked into is no missing one.
fn missing(dir: &Path, op: &'static str) -> BackendError {
    match fs::symlink_metadata(dir.join("cur")) {
        Err(error) => io(op)(error),
        Ok(_) => BackendError::new(Kind::NotFound, op),
    }
}

/// Whether a directory (not a link to one) holds `cur` or `new`.
fn is_maildir(dir: &Path) -> bool {
    is_real_dir(dir)
        && Part::BOTH
            .iter()
            .any(|part| is_real_dir(&dir.join(part.as_str())))
}

pub(crate) fn is_real_dir(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir())
}

/// The references of all folders: INBOX first, the others sorted.
pub(crate) fn references(root: &Path) -> Result<Vec<FolderRef>, BackendError> {
    const OP: &str = "list folders";
    folder_dir(root, &inbox())?;
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(root).map_err(io(OP))? {
        let entry = entry.map_err(io(OP))?;
        if let Ok(name) = entry.file_name().into_string()
            && is_folder_name(&name)
            && is_maildir(&entry.path())
        {
            names.insert(FolderRef::new(name));
        }
    }
    Ok(std::iter::once(inbox()).chain(names).collect())
}

/// All folders, parents first.
pub(crate) fn folders(root: &Path) -> Result<Vec<Folder>, BackendError> {
    let references = references(root)?;
    let known: BTreeSet<&str> = references.iter().map(FolderRef::as_str).collect();
    let mut folders: Vec<Folder> = references
        .iter()
        .filter_map(|reference| describe(root, reference, &known))
        .collect();
    assign_roles(&mut folders);
    Ok(folders)
}

/// `None` for a folder that went away since it was listed.
fn describe(root: &Path, reference: &FolderRef, known: &BTreeSet<&str>) -> Option<Folder> {
    let path = reference.as_str();
    if path.is_empty() {
        return Some(Folder {
            reference: reference.clone(),
            // Whatever directory the root is today (restored, moved): it is the inbox.
            identity: Some("inbox".into()),
            parent: None,
            name: "INBOX".to_owned(),
            class: Class::Email,
            role: Role::Inbox,
        });
    }
    let meta = fs::symlink_metadata(root.join(path)).ok()?;
    let parent = ancestors(path).find(|ancestor| known.contains(ancestor));
    let parent = parent.or_else(|| {
        let within = path.strip_prefix(BELOW_INBOX)?.starts_with('.');
        within.then_some(BELOW_INBOX)
    });
    let own = path.get(parent.map_or(0, str::len)..).unwrap_or(path);
    let parts: Vec<String> = own.split('.').skip(1).map(spelling::show).collect();
    Some(Folder {
        reference: reference.clone(),
        identity: Some(identity(&meta)),
        parent: parent.map(|above| match above {
            BELOW_INBOX => inbox(),
            other => FolderRef::new(other),
        }),
        name: parts.join("/"),
        class: Class::Email,
        role: Role::Plain,
    })
}

/// `.A.B.C` has `.A.B`, then `.A`.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    let above = |path: &str| path.rfind('.').filter(|at| *at > 0);
    std::iter::successors(Some(path), move |path| path.get(..above(path)?)).skip(1)
}

/// A rename keeps the inode; a number that is used again comes with another time of birth.
pub(crate) fn identity(meta: &Metadata) -> Box<str> {
    let born = meta
        .created()
        .ok()
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
        .map_or(0, |age| age.as_nanos());
    format!("{:x}-{born:x}", meta.ino()).into()
}

/// The best name gets the role, each role once. Only folders at the top count, for `Work/Sent` is
/// some folder of its user's; under a missing parent they are not at the top either.
fn assign_roles(folders: &mut [Folder]) {
    let mut best: BTreeMap<Role, (usize, FolderRef)> = BTreeMap::new();
    for folder in folders.iter().filter(|folder| is_top(folder)) {
        if let Some((role, rank)) = role::candidate(&folder.name) {
            let candidate = (rank, folder.reference.clone());
            let place = best.entry(role).or_insert_with(|| candidate.clone());
            if candidate < *place {
                *place = candidate;
            }
        }
    }
    for folder in folders {
        for (role, (_, reference)) in &best {
            if *reference == folder.reference {
                folder.role = *role;
            }
        }
    }
}

fn is_top(folder: &Folder) -> bool {
    folder.role == Role::Plain && folder.reference.as_str().matches('.').count() == 1
}

/// The folder of a role, made under its usual name if there is none. Blocks.
pub(crate) fn provide(root: &Path, role: Role) -> Result<Folder, BackendError> {
    const OP: &str = "make folder";
    let find = || -> Result<Option<Folder>, BackendError> {
        Ok(folders(root)?
            .into_iter()
            .find(|folder| folder.role == role))
    };
    if role == Role::Inbox {
        make_root(root).map_err(io(OP))?;
    }
    if let Some(folder) = find()? {
        return Ok(folder);
    }
    let name = match role {
        Role::Drafts => ".Drafts",
        Role::Sent => ".Sent",
        Role::Trash => ".Trash",
        Role::Junk => ".Junk",
        Role::Archive => ".Archive",
        Role::Inbox | Role::Outbox | Role::Default | Role::Plain => {
            return Err(BackendError::new(Kind::Refused, OP));
        }
    };
    let dir = root.join(name);
    match fs::create_dir(&dir) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        other => other.map_err(io(OP))?,
    }
    complete(&dir).map_err(io(OP))?;
    find()?.ok_or_else(|| BackendError::new(Kind::Refused, OP))
}

/// Makes the Maildir of an account that has none yet, as a delivery agent does. What is above it must be there: if it
/// is not, a file system is missing, and mail must not be hidden below its mount point.
fn make_root(root: &Path) -> std::io::Result<()> {
    match fs::DirBuilder::new().mode(0o700).create(root) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        other => other?,
    }
    complete(root)
}

/// Makes the directories of a folder that are missing, before something is written into it.
pub(crate) fn complete(dir: &Path) -> std::io::Result<()> {
    for part in ["tmp", "new", "cur"] {
        match fs::create_dir(dir.join(part)) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            other => other?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use super::{ancestors, folder_dir, folders, inbox, is_folder_name};
    use crate::error::Kind;
    use crate::folder::Role;
    use crate::name::FolderRef;

    #[test]
    fn the_first_mail_makes_the_maildir_but_not_what_is_above() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("anna");
        let inbox = super::provide(&root, Role::Inbox).unwrap();
        assert_eq!((inbox.role, inbox.reference.as_str()), (Role::Inbox, ""));
        let missing = place.path().join("not/mounted");
        let error = super::provide(&missing, Role::Inbox).unwrap_err();
        assert!(!missing.exists(), "{error:?}");
    }

    fn make(root: &Path, names: &[&str]) {
        for name in names {
            fs::create_dir_all(root.join(name).join("cur")).unwrap();
        }
    }

    #[test]
    fn names_are_checked() {
        for (name, fits) in [
            (".A", true),
            (".A.B", true),
            ("", false),
            (".", false),
            ("..", false),
            ("A", false),
            (".A..B", false),
            (".A.", false),
            ("../.A", false),
            (".A/../B", false),
            (".A\0", false),
        ] {
            assert_eq!(is_folder_name(name), fits, "{name:?}");
        }
        assert_eq!(ancestors(".A.B.C").collect::<Vec<_>>(), [".A.B", ".A"]);
    }

    #[test]
    fn folders_have_names_parents_and_roles() {
        let root = tempfile::tempdir().unwrap();
        let made = [
            ".Sent Items",
            ".Sent",
            ".Entw&APw-rfe",
            ".A.B",
            ".A.B.C",
            ".Work",
            ".Work.Trash",
            ".INBOX.Kept",
            ".INBOX.Kept.v1&ICQ-2",
            "",
        ];
        make(root.path(), &made);
        fs::create_dir(root.path().join(".NoMaildir")).unwrap();
        symlink("/tmp", root.path().join(".Link")).unwrap();
        let found = folders(root.path()).unwrap();
        let shown: Vec<_> = found
            .iter()
            .map(|folder| {
                let parent = folder.parent.as_ref().map(FolderRef::as_str);
                (
                    folder.reference.as_str(),
                    folder.name.as_str(),
                    parent,
                    folder.role,
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("", "INBOX", None, Role::Inbox),
                (".A.B", "A/B", None, Role::Plain),
                (".A.B.C", "C", Some(".A.B"), Role::Plain),
                (".Entw&APw-rfe", "Entwürfe", None, Role::Drafts),
                (".INBOX.Kept", "Kept", Some(""), Role::Plain),
                (
                    ".INBOX.Kept.v1&ICQ-2",
                    "v1.2",
                    Some(".INBOX.Kept"),
                    Role::Plain
                ),
                (".Sent", "Sent", None, Role::Sent),
                (".Sent Items", "Sent Items", None, Role::Plain),
                (".Work", "Work", None, Role::Plain),
                (".Work.Trash", "Trash", Some(".Work"), Role::Plain),
            ]
        );
    }

    #[test]
    fn identity_survives_a_rename_and_differs_after_a_new_start() {
        let root = tempfile::tempdir().unwrap();
        make(root.path(), &[".A"]);
        let identity = || folders(root.path()).unwrap().pop().unwrap().identity;
        let first = identity();
        fs::rename(root.path().join(".A"), root.path().join(".B")).unwrap();
        assert_eq!(identity(), first);
        fs::remove_dir_all(root.path().join(".B")).unwrap();
        make(root.path(), &[".B"]);
        assert_ne!(identity(), first);
    }

    #[test]
    fn a_reference_never_leads_out_of_the_root() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("root");
        make(outer.path(), &["root", "other", ".other"]);
        symlink(outer.path().join("other"), root.join(".link")).unwrap();
        for name in ["../.other", "..", ".", ".link", ".nothing", "cur", "/tmp"] {
            let error = folder_dir(&root, &FolderRef::new(name)).unwrap_err();
            assert_eq!(error.kind(), Kind::NotFound, "{name}");
        }
        assert_eq!(folder_dir(&root, &inbox()).unwrap(), root);
        let error = folder_dir(&outer.path().join("gone"), &inbox()).unwrap_err();
        assert_eq!(error.kind(), Kind::Unavailable);
    }
}
