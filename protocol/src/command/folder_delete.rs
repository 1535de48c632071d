//! FolderDelete: a folder, what is in it and what is below it go (MS-ASCMD 2.2.1.3).

use crate::codepages::folder_hierarchy as tags;
use crate::element::Element;
use crate::tag::Tag;
use crate::version::Version;

use super::{Body, BodyError, CollectionId, StatusCode, SyncKeyText, parts};

/// Wants a folder to be removed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FolderDeleteRequest {
    /// The hierarchy's key.
    pub sync_key: SyncKeyText,
    /// The folder.
    pub server_id: CollectionId,
}

/// How it went.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FolderDeleteResponse {
    /// Of the command.
    pub status: StatusCode,
    /// The hierarchy's next key, after a success.
    pub sync_key: Option<SyncKeyText>,
}

impl FolderDeleteResponse {
    /// A failure: the status alone.
    #[must_use]
    pub fn failed(status: impl Into<StatusCode>) -> Self {
        Self {
            status: status.into(),
            sync_key: None,
        }
    }
}

impl Body for FolderDeleteRequest {
    const ROOT: Tag = tags::FOLDER_DELETE;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        Ok(Self {
            sync_key: parts::id(root, tags::SYNC_KEY)?,
            server_id: parts::id(root, tags::SERVER_ID)?,
        })
    }

    fn to_element(&self, _version: Version) -> Element {
        Element::new(Self::ROOT)
            .with(parts::write_id(tags::SYNC_KEY, &self.sync_key))
            .with(parts::write_id(tags::SERVER_ID, &self.server_id))
    }
}

impl Body for FolderDeleteResponse {
    const ROOT: Tag = tags::FOLDER_DELETE;

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
