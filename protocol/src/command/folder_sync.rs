//! FolderSync: the hierarchy of folders (MS-ASCMD 2.2.1.5).

use crate::airsyncbase::fields;
use crate::codepages::folder_hierarchy as tags;
use crate::element::Element;
use crate::tag::Tag;
use crate::version::Version;

use super::{Body, BodyError, CollectionId, StatusCode, SyncKeyText, parts};

/// Asks for the changes of the hierarchy since a key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FolderSyncRequest {
    /// The hierarchy's key, `0` for everything.
    pub sync_key: SyncKeyText,
}

/// What changed in the hierarchy.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FolderSyncResponse {
    /// Of the whole command.
    pub status: StatusCode,
    /// The key after these changes; none with an error.
    pub sync_key: Option<SyncKeyText>,
    /// The changes, possibly none of them; `None` with an error.
    pub changes: Option<FolderChanges>,
}

/// Changed folders. Their count is written along.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FolderChanges {
    /// Renamed, moved or retyped.
    pub updates: Vec<Folder>,
    /// Gone. Each id once: Windows phones break on a second one.
    pub deletes: Vec<CollectionId>,
    /// New ones, parents before children.
    pub adds: Vec<Folder>,
}

/// One folder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Folder {
    /// Its id, kept over resyncs.
    pub server_id: CollectionId,
    /// The folder that holds it; `None` is the root, written as `0`.
    pub parent_id: Option<CollectionId>,
    /// What the phone shows.
    pub display_name: String,
    /// What it is for.
    pub folder_type: FolderType,
}

/// What a folder is for (MS-ASCMD 2.2.3.187.3).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum FolderType {
    /// A folder of the user, of no particular class.
    UserGeneric = 1,
    /// The inbox.
    Inbox = 2,
    /// Drafts.
    Drafts = 3,
    /// Deleted items.
    DeletedItems = 4,
    /// Sent items.
    SentItems = 5,
    /// The outbox.
    Outbox = 6,
    /// The default tasks.
    Tasks = 7,
    /// The default calendar.
    Calendar = 8,
    /// The default contacts.
    Contacts = 9,
    /// The default notes.
    Notes = 10,
    /// The default journal.
    Journal = 11,
    /// A mail folder of the user.
    UserMail = 12,
    /// A calendar of the user.
    UserCalendar = 13,
    /// An address book of the user.
    UserContacts = 14,
    /// A task list of the user.
    UserTasks = 15,
    /// A journal of the user.
    UserJournal = 16,
    /// A notes folder of the user.
    UserNotes = 17,
    /// Not known.
    Unknown = 18,
    /// The recipient information cache.
    RecipientCache = 19,
}

impl FolderSyncResponse {
    /// A failure: the status alone.
    #[must_use]
    pub fn failed(status: StatusCode) -> Self {
        Self {
            status,
            sync_key: None,
            changes: None,
        }
    }
}

impl FolderChanges {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.updates.len() + self.deletes.len() + self.adds.len()
    }
}

impl FolderType {
    /// All of them, by code.
    pub const ALL: [Self; 19] = [
        Self::UserGeneric,
        Self::Inbox,
        Self::Drafts,
        Self::DeletedItems,
        Self::SentItems,
        Self::Outbox,
        Self::Tasks,
        Self::Calendar,
        Self::Contacts,
        Self::Notes,
        Self::Journal,
        Self::UserMail,
        Self::UserCalendar,
        Self::UserContacts,
        Self::UserTasks,
        Self::UserJournal,
        Self::UserNotes,
        Self::Unknown,
        Self::RecipientCache,
    ];

    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// From the number on the wire.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code.checked_sub(1)?)).copied()
    }

    /// Whether a device may add mails here: drafts, from 16.0 on (MS-ASEMAIL 3.2.5.2). Any other Add of a mail is item
    /// status 6.
    #[must_use]
    pub fn takes_added_mail(self, version: Version) -> bool {
        self == Self::Drafts && version >= Version::V16_0
    }
}

impl Body for FolderSyncRequest {
    const ROOT: Tag = tags::FOLDER_SYNC;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        let sync_key = parts::id(root, tags::SYNC_KEY)?;
        Ok(Self { sync_key })
    }

    fn to_element(&self, _version: Version) -> Element {
        Element::new(Self::ROOT).with(parts::write_id(tags::SYNC_KEY, &self.sync_key))
    }
}

impl Body for FolderSyncResponse {
    const ROOT: Tag = tags::FOLDER_SYNC;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        Ok(Self {
            status: parts::status(root, tags::STATUS)?,
            sync_key: parts::optional_id(root, tags::SYNC_KEY)?,
            changes: root
                .child(tags::CHANGES)
                .map(FolderChanges::from_element)
                .transpose()?,
        })
    }

    fn to_element(&self, _version: Version) -> Element {
        let key = self.sync_key.as_ref();
        Element::new(Self::ROOT)
            .with(parts::write_status(tags::STATUS, self.status))
            .with_some(key.map(|key| parts::write_id(tags::SYNC_KEY, key)))
            .with_some(self.changes.as_ref().map(FolderChanges::to_element))
    }
}

impl FolderChanges {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        let folders = |tag| {
            element
                .all(tag)
                .map(Folder::from_element)
                .collect::<Result<_, _>>()
        };
        Ok(Self {
            updates: folders(tags::UPDATE)?,
            deletes: element
                .all(tags::DELETE)
                .map(|folder| parts::id(folder, tags::SERVER_ID))
                .collect::<Result<_, _>>()?,
            adds: folders(tags::ADD)?,
        })
    }

    fn to_element(&self) -> Element {
        let delete = |id| Element::new(tags::DELETE).with(parts::write_id(tags::SERVER_ID, id));
        Element::new(tags::CHANGES)
            .with(Element::number(tags::COUNT, self.count()))
            .with_all(
                self.updates
                    .iter()
                    .map(|folder| folder.to_element(tags::UPDATE)),
            )
            .with_all(self.deletes.iter().map(delete))
            .with_all(self.adds.iter().map(|folder| folder.to_element(tags::ADD)))
    }
}

impl Folder {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        let code = fields::required(fields::number(element, tags::TYPE)?, tags::TYPE)?;
        Ok(Self {
            server_id: parts::id(element, tags::SERVER_ID)?,
            parent_id: parent(element)?,
            display_name: parts::required(element, tags::DISPLAY_NAME)?
                .value()
                .into_owned(),
            folder_type: FolderType::from_code(code).unwrap_or(FolderType::Unknown),
        })
    }

    fn to_element(&self, tag: Tag) -> Element {
        Element::new(tag)
            .with(parts::write_id(tags::SERVER_ID, &self.server_id))
            .with(write_parent(self.parent_id.as_ref()))
            .with(Element::text(
                tags::DISPLAY_NAME,
                self.display_name.as_str(),
            ))
            .with(Element::number(tags::TYPE, self.folder_type.code()))
    }
}

/// The folder that holds a folder. The root is `0`; some phones leave the element empty or away instead.
pub(super) fn parent(element: &Element) -> Result<Option<CollectionId>, BodyError> {
    let parent: Option<CollectionId> = parts::optional_id(element, tags::PARENT_ID)?;
    Ok(parent.filter(|id| id.as_str() != ROOT_ID))
}

/// The folder that holds a folder, as an element.
pub(super) fn write_parent(parent: Option<&CollectionId>) -> Element {
    Element::text(
        tags::PARENT_ID,
        parent.map_or(ROOT_ID, CollectionId::as_str),
    )
}

/// The parent of folders that no folder holds.
const ROOT_ID: &str = "0";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_no_folder() {
        let folder = Folder {
            server_id: CollectionId::from_number(5),
            parent_id: None,
            display_name: "Inbox".to_owned(),
            folder_type: FolderType::Inbox,
        };
        let element = folder.to_element(tags::ADD);
        assert_eq!(element.child(tags::PARENT_ID).unwrap().value(), "0");
        assert_eq!(Folder::from_element(&element), Ok(folder));
    }

    #[test]
    fn codes_are_those_of_the_specification() {
        for kind in FolderType::ALL {
            assert_eq!(FolderType::from_code(kind.code()), Some(kind));
        }
        assert_eq!(FolderType::from_code(0), None);
        assert_eq!(FolderType::from_code(20), None);
        assert_eq!(FolderType::RecipientCache.code(), 19);
    }

    #[test]
    fn new_versions_add_mail_to_drafts() {
        assert!(FolderType::Drafts.takes_added_mail(Version::V16_0));
        assert!(FolderType::Drafts.takes_added_mail(Version::V16_1));
        assert!(!FolderType::Drafts.takes_added_mail(Version::V14_1));
        assert!(!FolderType::Inbox.takes_added_mail(Version::V16_1));
    }
}
