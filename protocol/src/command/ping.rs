//! Ping: tell me when one of these folders changes (MS-ASCMD 2.2.1.13).

use crate::codepages::ping as tags;
use crate::element::Element;
use crate::tag::Tag;
use crate::version::Version;

use super::{Body, BodyError, CollectionId, ItemClass, StatusCode, parts};

/// What to watch and for how long. Both parts may be left out, also the whole body: the server remembers them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PingRequest {
    /// How long to wait, in seconds, as asked for; not yet checked against any bound.
    pub heartbeat_s: Option<u32>,
    /// What to watch. May hold duplicates: [`crate::flow::ping_parameters`] judges.
    pub folders: Option<Vec<PingFolder>>,
}

/// One folder to watch.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PingFolder {
    /// The folder.
    pub id: CollectionId,
    /// Its class as the phone sees it; `None` if it says none or an unknown one.
    pub class: Option<ItemClass>,
}

/// How a Ping ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PingResponse {
    /// A status of 1 to 8 only: AOSP stops pinging at any other.
    pub status: StatusCode,
    /// With status 2: the changed folders.
    pub folders: Vec<CollectionId>,
    /// With status 6: how many folders are allowed.
    pub max_folders: Option<u32>,
    /// With status 5: the nearest heartbeat allowed, in seconds.
    pub heartbeat_s: Option<u32>,
}

impl PingResponse {
    /// Status 1: the time is over and nothing changed.
    #[must_use]
    pub fn expired() -> Self {
        Self::bare(1)
    }

    /// Status 2: these folders changed.
    #[must_use]
    pub fn changes(folders: Vec<CollectionId>) -> Self {
        Self {
            folders,
            ..Self::bare(2)
        }
    }

    /// Status 3: a parameter was never sent.
    #[must_use]
    pub fn missing_parameters() -> Self {
        Self::bare(3)
    }

    /// Status 4: the request cannot be read.
    #[must_use]
    pub fn malformed() -> Self {
        Self::bare(4)
    }

    /// Status 5: the heartbeat is out of bounds; `nearest_s` seconds is the nearest one allowed.
    #[must_use]
    pub fn heartbeat_out_of_bounds(nearest_s: u32) -> Self {
        Self {
            heartbeat_s: Some(nearest_s),
            ..Self::bare(5)
        }
    }

    /// Status 6: more folders than allowed.
    #[must_use]
    pub fn too_many_folders(max: u32) -> Self {
        Self {
            max_folders: Some(max),
            ..Self::bare(6)
        }
    }

    /// Status 7: FolderSync first.
    #[must_use]
    pub fn hierarchy_changed() -> Self {
        Self::bare(7)
    }

    /// Status 8: the server failed. Not for a backend that is down, since AOSP asks again at once.
    #[must_use]
    pub fn server_error() -> Self {
        Self::bare(8)
    }

    fn bare(code: u16) -> Self {
        Self {
            status: StatusCode::new(code),
            folders: Vec::new(),
            max_folders: None,
            heartbeat_s: None,
        }
    }
}

impl Body for PingRequest {
    const ROOT: Tag = tags::PING;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        let folders = root.child(tags::FOLDERS).map(|list| {
            list.all(tags::FOLDER)
                .map(PingFolder::from_element)
                .collect::<Result<_, _>>()
        });
        Ok(Self {
            heartbeat_s: parts::number(root, tags::HEARTBEAT_INTERVAL)?,
            folders: folders.transpose()?,
        })
    }

    fn to_element(&self, _version: Version) -> Element {
        let folders = self.folders.as_ref().map(|folders| {
            Element::new(tags::FOLDERS).with_all(folders.iter().map(PingFolder::to_element))
        });
        Element::new(Self::ROOT)
            .with_some(parts::write_number(
                tags::HEARTBEAT_INTERVAL,
                self.heartbeat_s,
            ))
            .with_some(folders)
    }
}

impl PingFolder {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        let class = element.child(tags::CLASS);
        Ok(Self {
            id: parts::id(element, tags::ID)?,
            class: class.and_then(|class| ItemClass::parse(class.value().trim())),
        })
    }

    fn to_element(&self) -> Element {
        let class = self
            .class
            .map(|class| parts::write_class(tags::CLASS, class));
        Element::new(tags::FOLDER)
            .with(parts::write_id(tags::ID, &self.id))
            .with_some(class)
    }
}

impl Body for PingResponse {
    const ROOT: Tag = tags::PING;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        Ok(Self {
            status: parts::status(root, tags::STATUS)?,
            folders: root
                .all(tags::FOLDERS)
                .flat_map(|list| list.all(tags::FOLDER))
                .map(parts::id_in)
                .collect::<Result<_, _>>()?,
            max_folders: parts::number(root, tags::MAX_FOLDERS)?,
            heartbeat_s: parts::number(root, tags::HEARTBEAT_INTERVAL)?,
        })
    }

    fn to_element(&self, _version: Version) -> Element {
        let folders = (!self.folders.is_empty()).then(|| {
            let folder = |id| parts::write_id(tags::FOLDER, id);
            Element::new(tags::FOLDERS).with_all(self.folders.iter().map(folder))
        });
        Element::new(Self::ROOT)
            .with(parts::write_status(tags::STATUS, self.status))
            .with_some(folders)
            .with_some(parts::write_number(tags::MAX_FOLDERS, self.max_folders))
            .with_some(parts::write_number(
                tags::HEARTBEAT_INTERVAL,
                self.heartbeat_s,
            ))
    }
}
