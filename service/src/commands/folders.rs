//! What FolderCreate, FolderUpdate and FolderDelete have in common: what they look at before they begin, and how what
//! they did is written down.
//!
//! None of them needs to remember what it did. The key that a device shows says which folders it knows, so a repeat
//! after a lost answer finds its own doing: a folder of that name that the device does not know yet, a folder that is
//! called so already, a folder that the device knows and that is gone. A device that hung up loses nothing either.

use std::collections::BTreeSet;

use backends::{Class, FolderRef, Role};
use protocol::command::{CollectionId, SyncKeyText};

use crate::commands::context::Context;
use crate::commands::folder_sync::notes;
use crate::error::Fault;
use crate::ids::FolderNo;
use crate::index::{Deed, KnownFolder, OwnChange, OwnDeed};

/// The longest name of a folder, in characters.
const NAME_MAX: usize = 256;

/// The folders as they are, and as the device knows them.
pub(super) struct Scene {
    told: BTreeSet<FolderNo>,
    folders: Vec<KnownFolder>,
}

/// Where a folder is wanted.
pub(super) struct Place {
    /// The folder above, or the root.
    pub(super) no: FolderNo,
    /// What the backend calls it; `None` is the root.
    pub(super) reference: Option<FolderRef>,
}

impl Scene {
    /// Looks; `None` if the device's key is not known.
    pub(super) async fn look(
        context: &Context<'_>,
        key: &SyncKeyText,
    ) -> Result<Option<Self>, Fault> {
        let (parts, who) = (context.parts, context.who);
        parts.supervisor.fresh_hierarchy(who.account).await?;
        let Some(told) = parts.index.hierarchy_told(who, key.as_str()).await? else {
            return Ok(None);
        };
        let folders = parts.index.folders(who.account).await?;
        Ok(Some(Self { told, folders }))
    }

    /// A folder that is there.
    pub(super) fn folder(&self, id: &CollectionId) -> Option<&KnownFolder> {
        let no = FolderNo::parse(id.as_str())?;
        self.folders.iter().find(|folder| folder.no == no)
    }

    /// The number of a folder that is gone, and that the device does not know to be gone.
    pub(super) fn gone(&self, id: &CollectionId) -> Option<FolderNo> {
        FolderNo::parse(id.as_str())
            .filter(|no| self.told.contains(no) && self.folder(id).is_none())
    }

    /// Whether the device knows a folder.
    pub(super) fn is_told(&self, no: FolderNo) -> bool {
        self.told.contains(&no)
    }

    /// A folder of that name and class in its place. Special folders are meant in any spelling.
    pub(super) fn namesake(
        &self,
        place: FolderNo,
        name: &str,
        class: Class,
    ) -> Option<&KnownFolder> {
        let mut siblings = self
            .folders
            .iter()
            .filter(|folder| folder.parent == place && folder.class == class);
        siblings.find(|folder| {
            folder.name == name || is_special(folder) && folder.name.eq_ignore_ascii_case(name)
        })
    }

    /// Where a folder of a class can be; `None` if there is no such place.
    pub(super) async fn place(
        &self,
        context: &Context<'_>,
        parent: Option<&CollectionId>,
        class: Class,
    ) -> Result<Option<Place>, Fault> {
        let Some(parent) = parent else {
            return Ok(Some(Place {
                no: FolderNo::ROOT,
                reference: None,
            }));
        };
        let Some(folder) = self.folder(parent).filter(|folder| folder.class == class) else {
            return Ok(None);
        };
        let reference = match (&folder.reference, folder.role) {
            (Some(reference), _) => Some(reference.clone()),
            // There is nothing that it could be made of.
            (None, Role::Outbox | Role::Default) => return Ok(None),
            (None, role) => {
                let made = context.mailbox().await?.provide(class, role).await?;
                Some(made.reference)
            }
        };
        Ok(Some(Place {
            no: folder.no,
            reference,
        }))
    }

    /// Whether a folder is `above` or lies below it.
    pub(super) fn is_within(&self, mut no: FolderNo, above: FolderNo) -> bool {
        // As many steps as there are folders: a circle ends too.
        for _ in 0..=self.folders.len() {
            if no == above {
                return true;
            }
            match self.folders.iter().find(|folder| folder.no == no) {
                Some(folder) => no = folder.parent,
                None => return false,
            }
        }
        false
    }
}

/// Whether a folder is one of those that phones cannot do without: nobody renames or removes it from there.
pub(super) fn is_special(folder: &KnownFolder) -> bool {
    match folder.role {
        Role::Inbox | Role::Drafts | Role::Sent | Role::Trash | Role::Outbox | Role::Default => {
            true
        }
        Role::Junk | Role::Archive | Role::Plain => false,
    }
}

/// A name as it may be given to a folder. Blanks around it are nobody's intention.
pub(super) fn name(text: &str) -> Option<&str> {
    let name = text.trim();
    let fits = (1..=NAME_MAX).contains(&name.chars().count());
    (fits && !name.chars().any(char::is_control)).then_some(name)
}

/// Writes down what was done to folders, and tells the account's other devices. To be called with the hierarchy held
/// still since before it was done, so that no watcher wakes the device by its own deed. `None`: the key is gone.
pub(super) async fn written(
    context: &mut Context<'_>,
    key: &SyncKeyText,
    deed: Deed,
) -> Result<Option<OwnChange>, Fault> {
    let survey = context.mailbox().await?.survey().await?;
    let own = OwnDeed {
        key: key.as_str(),
        deed,
        survey: &survey,
        notes: notes(context.version()),
        now: context.now,
    };
    let written = context.parts.index.folder_written(context.who, &own);
    let written = written.await?;
    if written.as_ref().is_some_and(|own| own.changed) {
        context.facts.client.changes += 1;
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn names_of_folders() {
        let (longest, long) = ("ü".repeat(256), "ü".repeat(257));
        for (text, expected) in [
            ("Projects", Some("Projects")),
            ("  A b ", Some("A b")),
            ("v1.2/x", Some("v1.2/x")),
            ("", None),
            ("  ", None),
            ("a\u{7}", None),
            (&longest, Some(longest.as_str())),
            (&long, None),
        ] {
            assert_eq!(name(text), expected, "{text:?}");
        }
    }
}
