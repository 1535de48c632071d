//! The request of ItemOperations.

use crate::airsyncbase::{BodyPartPreference, BodyPreference};
use crate::codepages::{
    airsync, airsyncbase, document_library, item_operations as tags, rights_management, search,
};
use crate::command::sync::MimeSupport;
use crate::command::{Body, BodyError, CollectionId, ServerId, parts};
use crate::element::Element;
use crate::tag::Tag;
use crate::version::Version;

use super::range::RangeAsked;

/// Operations, to be done in order, each with an answer of its own.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ItemOperationsRequest {
    /// At most [`Self::OPERATIONS_MAX`].
    pub operations: Vec<ItemOperation>,
}

impl ItemOperationsRequest {
    /// The most operations of one request; more are status 11.
    pub const OPERATIONS_MAX: usize = 100;
}

/// One operation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ItemOperation {
    /// Wants an item or an attachment.
    Fetch(FetchOperation),
    /// Empties a folder.
    EmptyFolderContents {
        /// The folder.
        collection_id: CollectionId,
        /// Whether its subfolders go too.
        delete_sub_folders: bool,
    },
    /// Moves a conversation (14.0 on).
    Move {
        /// Its id.
        conversation_id: Vec<u8>,
        /// Where to.
        target_folder: CollectionId,
        /// Whether later messages go there too.
        move_always: bool,
    },
}

/// An item or an attachment that is wanted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FetchOperation {
    /// `Mailbox` or `DocumentLibrary`, as asked for; anything else is status 9.
    pub store: String,
    /// What is wanted.
    pub target: FetchTarget,
    /// How it is wanted.
    pub options: FetchOptions,
}

/// What is wanted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FetchTarget {
    /// An item of a folder.
    Item {
        /// The folder.
        collection_id: CollectionId,
        /// The item.
        server_id: ServerId,
    },
    /// A search result.
    LongId(String),
    /// An attachment, possibly with an empty reference (status 15).
    FileReference(String),
    /// A document of a library.
    LinkId(String),
}

/// How something is wanted.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FetchOptions {
    /// Only these properties.
    pub schema: Option<Vec<Tag>>,
    /// Only these bytes.
    pub range: Option<RangeAsked>,
    /// Which messages to send as MIME.
    pub mime_support: Option<MimeSupport>,
    /// Bodies that the phone can take.
    pub body_preferences: Vec<BodyPreference>,
    /// Conversation parts (14.1 on).
    pub body_part_preference: Option<BodyPartPreference>,
    /// Whether the phone understands rights management (14.1 on).
    pub rights_management: Option<bool>,
}

/// The store of the user's folders.
pub const STORE_MAILBOX: &str = "Mailbox";

impl Body for ItemOperationsRequest {
    const ROOT: Tag = tags::ITEM_OPERATIONS;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        let mut operations = Vec::new();
        for element in root.elements() {
            operations.extend(ItemOperation::from_element(element)?);
        }
        parts::limited(Self::ROOT, operations.len(), Self::OPERATIONS_MAX)?;
        Ok(Self { operations })
    }

    fn to_element(&self, version: Version) -> Element {
        let operations = self.operations.iter().map(|one| one.to_element(version));
        Element::new(Self::ROOT).with_all(operations)
    }
}

impl ItemOperation {
    fn from_element(element: &Element) -> Result<Option<Self>, BodyError> {
        let has_option = |tag| {
            let mut options = element.all(tags::OPTIONS);
            options.any(|options| options.child(tag).is_some())
        };
        Ok(Some(match element.tag {
            tags::FETCH => Self::Fetch(FetchOperation::from_element(element)?),
            tags::EMPTY_FOLDER_CONTENTS => Self::EmptyFolderContents {
                collection_id: parts::id(element, airsync::COLLECTION_ID)?,
                delete_sub_folders: has_option(tags::DELETE_SUB_FOLDERS),
            },
            tags::MOVE => Self::Move {
                conversation_id: parts::required(element, tags::CONVERSATION_ID)?
                    .bytes()
                    .into_owned(),
                target_folder: parts::id(element, tags::DST_FLD_ID)?,
                move_always: has_option(tags::MOVE_ALWAYS),
            },
            _ => return Ok(None),
        }))
    }

    fn to_element(&self, version: Version) -> Element {
        let option =
            |set: bool, tag| set.then(|| Element::new(tags::OPTIONS).with(Element::new(tag)));
        match self {
            Self::Fetch(fetch) => fetch.to_element(version),
            Self::EmptyFolderContents {
                collection_id,
                delete_sub_folders,
            } => Element::new(tags::EMPTY_FOLDER_CONTENTS)
                .with(parts::write_id(airsync::COLLECTION_ID, collection_id))
                .with_some(option(*delete_sub_folders, tags::DELETE_SUB_FOLDERS)),
            Self::Move {
                conversation_id,
                target_folder,
                move_always,
            } => Element::new(tags::MOVE)
                .with(Element::opaque(
                    tags::CONVERSATION_ID,
                    conversation_id.as_slice(),
                ))
                .with(parts::write_id(tags::DST_FLD_ID, target_folder))
                .with_some(option(*move_always, tags::MOVE_ALWAYS)),
        }
    }
}

impl FetchOperation {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        let options = element.child(tags::OPTIONS);
        Ok(Self {
            store: parts::text(element, tags::STORE).unwrap_or_else(|| STORE_MAILBOX.to_owned()),
            target: FetchTarget::from_parent(element)?,
            options: options
                .map(FetchOptions::from_element)
                .transpose()?
                .unwrap_or_default(),
        })
    }

    fn to_element(&self, version: Version) -> Element {
        let options =
            (self.options != FetchOptions::default()).then(|| self.options.to_element(version));
        Element::new(tags::FETCH)
            .with(Element::text(tags::STORE, self.store.as_str()))
            .with_all(self.target.elements())
            .with_some(options)
    }
}

impl FetchTarget {
    pub(super) fn from_parent(element: &Element) -> Result<Self, BodyError> {
        let text = |tag| parts::text(element, tag);
        if let Some(reference) = text(airsyncbase::FILE_REFERENCE) {
            return Ok(Self::FileReference(reference));
        }
        if let Some(long_id) = text(search::LONG_ID) {
            return Ok(Self::LongId(long_id));
        }
        if let Some(link_id) = text(document_library::LINK_ID) {
            return Ok(Self::LinkId(link_id));
        }
        Ok(Self::Item {
            collection_id: parts::id(element, airsync::COLLECTION_ID)?,
            server_id: parts::id(element, airsync::SERVER_ID)?,
        })
    }

    fn elements(&self) -> Vec<Element> {
        match self {
            Self::Item {
                collection_id,
                server_id,
            } => vec![
                parts::write_id(airsync::COLLECTION_ID, collection_id),
                parts::write_id(airsync::SERVER_ID, server_id),
            ],
            Self::LongId(_) | Self::FileReference(_) | Self::LinkId(_) => {
                self.reference().into_iter().collect()
            }
        }
    }

    /// The element of a target that has only one.
    pub(super) fn reference(&self) -> Option<Element> {
        match self {
            Self::Item { .. } => None,
            Self::LongId(id) => Some(Element::text(search::LONG_ID, id.as_str())),
            Self::FileReference(id) => {
                Some(Element::text(airsyncbase::FILE_REFERENCE, id.as_str()))
            }
            Self::LinkId(id) => Some(Element::text(document_library::LINK_ID, id.as_str())),
        }
    }
}

impl FetchOptions {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        let schema = element.child(tags::SCHEMA);
        let body_preferences = element
            .all(airsyncbase::BODY_PREFERENCE)
            .map(BodyPreference::from_element)
            .collect::<Result<_, _>>()?;
        let body_part_preference = element
            .child(airsyncbase::BODY_PART_PREFERENCE)
            .map(BodyPartPreference::from_element)
            .transpose()?;
        Ok(Self {
            schema: schema.map(|list| list.elements().map(|property| property.tag).collect()),
            range: element
                .child(tags::RANGE)
                .map(|range| RangeAsked::parse(&range.value())),
            mime_support: parts::code(element, airsync::MIME_SUPPORT, MimeSupport::from_code)?,
            body_preferences,
            body_part_preference,
            rights_management: parts::flag(element, rights_management::RIGHTS_MANAGEMENT_SUPPORT)?,
        })
    }

    fn to_element(&self, version: Version) -> Element {
        let schema = self.schema.as_ref().map(|tags_wanted| {
            let wanted = tags_wanted.iter().copied().map(Element::new);
            Element::new(tags::SCHEMA).with_all(wanted)
        });
        let mime = self.mime_support;
        let part = self.body_part_preference;
        let rights = self.rights_management;
        Element::new(tags::OPTIONS)
            .with_some(schema)
            .with_some(self.range.map(RangeAsked::to_element))
            .with_some(mime.map(|mime| Element::number(airsync::MIME_SUPPORT, mime.code())))
            .with_all(
                self.body_preferences
                    .iter()
                    .map(|one| one.to_element(version)),
            )
            .with_some(part.map(|part| part.to_element(version)))
            .with_some(
                rights.map(|flag| {
                    parts::write_flag(rights_management::RIGHTS_MANAGEMENT_SUPPORT, flag)
                }),
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_reference_is_a_target_of_its_own() {
        let fetch = Element::new(tags::FETCH).with(Element::new(airsyncbase::FILE_REFERENCE));
        let read = FetchOperation::from_element(&fetch).unwrap();
        assert_eq!(read.target, FetchTarget::FileReference(String::new()));
        assert_eq!(read.store, STORE_MAILBOX);
    }
}
