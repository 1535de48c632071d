//! How a root is laid out: as a Maildir++ or as a vdir. What the hub, watches and polling must know
//! of the difference.

use std::collections::HashMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self as std_io, ErrorKind};
use std::path::Path;
use std::time::SystemTime;

use crate::error::BackendError;
use crate::local::error::io;
use crate::local::token::Stamp;
use crate::local::tree;
use crate::local::vdir::format::{COLOR, DISPLAY_NAME, Format};
use crate::local::vdir::tree as collections;
use crate::local::vdir::versions::Looks;
use crate::name::FolderRef;

/// See the module.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Layout {
    /// Mail.
    Maildir,
    /// Items of another kind.
    Vdir(Format),
}

/// How one folder looks to somebody who polls.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Look {
    /// Which directory it is, and what it is called.
    pub(crate) folder: u64,
    /// What is in it; `None` when that proves nothing yet, so that it is looked at again.
    pub(crate) items: Option<Items>,
}

/// What is in a folder, as far as polling tells it apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Items {
    /// Told from its directories.
    Stamp(Stamp),
    /// Told from every file.
    Files(u64),
}

impl Layout {
    /// How all folders look, for an account that is polled. Blocks.
    pub(crate) fn looks(self, root: &Path) -> Result<HashMap<FolderRef, Look>, BackendError> {
        const OP: &str = "look at folders";
        let folders = match self {
            Self::Maildir => tree::references(root)?,
            Self::Vdir(format) => match root.is_dir() {
                true => collections::references(root, format)?,
                false => Vec::new(),
            },
        };
        let mut looks = HashMap::new();
        for folder in folders {
            let dir = root.join(folder.as_str());
            let look = match self {
                Self::Maildir => look_at_maildir(&dir),
                Self::Vdir(format) => look_at_collection(&dir, format),
            };
            match look {
                Ok(look) => {
                    looks.insert(folder, look);
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(io(OP)(error)),
            }
        }
        Ok(looks)
    }

    /// How a folder's directory looks, to find out whether its changes are told of.
    pub(crate) fn stamp(self, dir: &Path) -> std_io::Result<Stamp> {
        match self {
            Self::Maildir => Stamp::read(dir),
            Self::Vdir(_) => Stamp::read_collection(dir),
        }
    }
}

fn look_at_maildir(dir: &Path) -> std_io::Result<Look> {
    let begun = SystemTime::now();
    let stamp = Stamp::read(dir)?;
    let items = stamp.is_settled(begun).then_some(Items::Stamp(stamp));
    Ok(Look {
        folder: stamp.inode(),
        items,
    })
}

/// Items that are written in place leave no trace in their directory, so each is looked at.
fn look_at_collection(dir: &Path, format: Format) -> std_io::Result<Look> {
    let begun = SystemTime::now();
    let looks = Looks::of(&fs::metadata(dir)?);
    let mut settled = looks.is_settled(begun);
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if format.is_item(&name)
            && let Ok(meta) = fs::symlink_metadata(entry.path())
        {
            let looks = Looks::of(&meta);
            settled &= looks.is_settled(begun);
            files.push((name, looks));
        }
    }
    files.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    let mut named = DefaultHasher::new();
    looks.inode.hash(&mut named);
    for name in [DISPLAY_NAME, COLOR] {
        let shown = fs::symlink_metadata(dir.join(name)).ok();
        let shown = shown.map(|meta| Looks::of(&meta));
        shown.hash(&mut named);
        // A name that was just written may be written again unseen.
        settled &= shown.is_none_or(|looks| looks.is_settled(begun));
    }
    Ok(Look {
        folder: named.finish(),
        items: settled.then(|| Items::Files(hash(&files))),
    })
}

fn hash(files: &[(String, Looks)]) -> u64 {
    let mut hasher = DefaultHasher::new();
    files.hash(&mut hasher);
    hasher.finish()
}
