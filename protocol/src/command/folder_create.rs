//! FolderCreate: a new folder (MS-ASCMD 2.2.1.2).

use crate::codepages::folder_hierarchy as tags;
use crate::element::Element;
use crate::tag::Tag;
use crate::version::Version;

use super::folder_sync::{FolderType, parent, write_parent};
use super::{Body, BodyError, CollectionId, StatusCode, SyncKeyText, parts};

/// Wants a folder to be made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FolderCreateRequest {
    /// The hierarchy's key.
    pub sync_key: SyncKeyText,
    /// The folder that is to hold it; `None` is the root, written as `0`.
    pub parent_id: Option<CollectionId>,
    /// Its name, as the user wrote it.
    pub display_name: String,
    /// What it is for. The schema allows the types of users' folders only; which ones are served is the server's affair.
    pub folder_type: FolderType,
}

/// How it went.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FolderCreateResponse {
    /// Of the command.
    pub status: StatusCode,
    /// The hierarchy's next key, after a success.
    pub sync_key: Option<SyncKeyText>,
    /// The new folder's id, after a success.
    pub server_id: Option<CollectionId>,
}

impl FolderCreateResponse {
    /// A failure: the status alone.
    #[must_use]
    pub fn failed(status: impl Into<StatusCode>) -> Self {
        Self {
            status: status.into(),
            sync_key: None,
            server_id: None,
        }
    }
}

impl Body for FolderCreateRequest {
    const ROOT: Tag = tags::FOLDER_CREATE;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        let folder_type = parts::code(root, tags::TYPE, FolderType::from_code)?;
        Ok(Self {
            sync_key: parts::id(root, tags::SYNC_KEY)?,
            parent_id: parent(root)?,
            display_name: parts::required(root, tags::DISPLAY_NAME)?
                .value()
                .into_owned(),
            folder_type: folder_type.ok_or_else(|| parts::missing(tags::TYPE))?,
        })
    }

    fn to_element(&self, _version: Version) -> Element {
        Element::new(Self::ROOT)
            .with(parts::write_id(tags::SYNC_KEY, &self.sync_key))
            .with(write_parent(self.parent_id.as_ref()))
            .with(Element::text(
                tags::DISPLAY_NAME,
                self.display_name.as_str(),
            ))
            .with(Element::number(tags::TYPE, self.folder_type.code()))
    }
}

impl Body for FolderCreateResponse {
    const ROOT: Tag = tags::FOLDER_CREATE;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        Ok(Self {
            status: parts::status(root, tags::STATUS)?,
            sync_key: parts::optional_id(root, tags::SYNC_KEY)?,
            server_id: parts::optional_id(root, tags::SERVER_ID)?,
        })
    }

    fn to_element(&self, _version: Version) -> Element {
        let (key, id) = (self.sync_key.as_ref(), self.server_id.as_ref());
        Element::new(Self::ROOT)
            .with(parts::write_status(tags::STATUS, self.status))
            .with_some(key.map(|key| parts::write_id(tags::SYNC_KEY, key)))
            .with_some(id.map(|id| parts::write_id(tags::SERVER_ID, id)))
    }
}
