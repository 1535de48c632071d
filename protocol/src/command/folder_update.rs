//! FolderUpdate: another name or place for a folder (MS-ASCMD 2.2.1.6).

use crate::codepages::folder_hierarchy as tags;
use crate::element::Element;
use crate::tag::Tag;
use crate::version::Version;

use super::folder_sync::{parent, write_parent};
use super::{Body, BodyError, CollectionId, StatusCode, SyncKeyText, parts};

/// Wants a folder to be renamed, moved, or both.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FolderUpdateRequest {
    /// The hierarchy's key.
    pub sync_key: SyncKeyText,
    /// The folder.
    pub server_id: CollectionId,
    /// The folder that is to hold it; `None` is the root, written as `0`.
    pub parent_id: Option<CollectionId>,
    /// Its name from now on, as the user wrote it.
    pub display_name: String,
}

/// How it went.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FolderUpdateResponse {
    /// Of the command.
    pub status: StatusCode,
    /// The hierarchy's next key, after a success.
    pub sync_key: Option<SyncKeyText>,
}

impl FolderUpdateResponse {
    /// A failure: the status alone.
    #[must_use]
    pub fn failed(status: impl Into<StatusCode>) -> Self {
        Self {
            status: status.into(),
            sync_key: None,
        }
    }
}

impl Body for FolderUpdateRequest {
    const ROOT: Tag = tags::FOLDER_UPDATE;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        Ok(Self {
            sync_key: parts::id(root, tags::SYNC_KEY)?,
            server_id: parts::id(root, tags::SERVER_ID)?,
            parent_id: parent(root)?,
            display_name: parts::required(root, tags::DISPLAY_NAME)?
                .value()
                .into_owned(),
        })
    }

    fn to_element(&self, _version: Version) -> Element {
        Element::new(Self::ROOT)
            .with(parts::write_id(tags::SYNC_KEY, &self.sync_key))
            .with(parts::write_id(tags::SERVER_ID, &self.server_id))
            .with(write_parent(self.parent_id.as_ref()))
            .with(Element::text(
                tags::DISPLAY_NAME,
                self.display_name.as_str(),
            ))
    }
}

impl Body for FolderUpdateResponse {
    const ROOT: Tag = tags::FOLDER_UPDATE;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        Ok(Self {
            status: parts::status(root, tags::STATUS)?,
            sync_key: parts::optional_id(root, tags::SYNC_KEY)?,
        })
    }

    fn to_element(&self, _version: Version) -> Element {
        let key = self.sync_key.as_ref();
        Element::new(Self::ROOT)
            .with(parts::write_status(tags::STATUS, self.status))
            .with_some(key.map(|key| parts::write_id(tags::SYNC_KEY, key)))
    }
}
