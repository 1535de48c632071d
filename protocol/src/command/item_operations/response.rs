//! The answer of ItemOperations.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::airsyncbase::fields;
use crate::codepages::{airsync, airsyncbase, item_operations as tags};
use crate::command::{Body, BodyError, CollectionId, ItemClass, StatusCode, parts};
use crate::element::Element;
use crate::tag::Tag;
use crate::version::Version;

use super::{ByteRange, FetchTarget};

/// The answers to operations.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ItemOperationsResponse {
    /// Of the command.
    pub status: StatusCode,
    /// Of conversations' moves. The schema groups the answers by kind; within a kind they stand in the order of the
    /// request.
    pub moves: Vec<MoveConversationAnswer>,
    /// Of emptied folders.
    pub emptied: Vec<EmptyFolderAnswer>,
    /// Items and attachments.
    pub fetches: Vec<FetchAnswer>,
}

/// How the move of a conversation went.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MoveConversationAnswer {
    /// How it went.
    pub status: StatusCode,
    /// The conversation.
    pub conversation_id: Vec<u8>,
}

/// How emptying a folder went.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EmptyFolderAnswer {
    /// How it went.
    pub status: StatusCode,
    /// The folder.
    pub collection_id: CollectionId,
}

/// An item or an attachment, or why there is none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FetchAnswer {
    /// How it went.
    pub status: StatusCode,
    /// What was asked for.
    pub target: FetchTarget,
    /// The item's class.
    pub class: Option<ItemClass>,
    /// Set after a success.
    pub properties: Option<FetchProperties>,
}

/// What was fetched.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FetchProperties {
    /// The bytes that `content` holds; only if a range was asked for (iOS 10 breaks otherwise).
    pub range: Option<ByteRange>,
    /// The size of the whole in bytes, with `range`.
    pub total: Option<u64>,
    /// The media type of an attachment.
    pub content_type: Option<String>,
    /// An attachment's content.
    pub content: Option<FetchContent>,
    /// An item's properties, as the class modules read and make them.
    pub item: Vec<Element>,
}

/// Where an attachment's content is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FetchContent {
    /// Here, written as base64.
    Inline(Vec<u8>),
    /// In this part of a multipart answer, from 1.
    Part(u32),
}

impl ItemOperationsResponse {
    /// No answers yet, or a failure of the whole command.
    #[must_use]
    pub fn new(status: StatusCode) -> Self {
        Self {
            status,
            moves: Vec::new(),
            emptied: Vec::new(),
            fetches: Vec::new(),
        }
    }
}

impl Body for ItemOperationsResponse {
    const ROOT: Tag = tags::ITEM_OPERATIONS;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        let mut response = Self::new(parts::status(root, tags::STATUS)?);
        for answer in root.all(tags::RESPONSE).flat_map(Element::elements) {
            match answer.tag {
                tags::MOVE => response.moves.push(MoveConversationAnswer {
                    status: parts::status(answer, tags::STATUS)?,
                    conversation_id: parts::required(answer, tags::CONVERSATION_ID)?
                        .bytes()
                        .into_owned(),
                }),
                tags::EMPTY_FOLDER_CONTENTS => response.emptied.push(EmptyFolderAnswer {
                    status: parts::status(answer, tags::STATUS)?,
                    collection_id: parts::id(answer, airsync::COLLECTION_ID)?,
                }),
                tags::FETCH => response.fetches.push(FetchAnswer::from_element(answer)?),
                _ => {}
            }
        }
        Ok(response)
    }

    fn to_element(&self, _version: Version) -> Element {
        let moves = self.moves.iter().map(|one| {
            let id = Element::opaque(tags::CONVERSATION_ID, one.conversation_id.as_slice());
            Element::new(tags::MOVE)
                .with(parts::write_status(tags::STATUS, one.status))
                .with(id)
        });
        let emptied = self.emptied.iter().map(|one| {
            Element::new(tags::EMPTY_FOLDER_CONTENTS)
                .with(parts::write_status(tags::STATUS, one.status))
                .with(parts::write_id(airsync::COLLECTION_ID, &one.collection_id))
        });
        let answers = Element::new(tags::RESPONSE)
            .with_all(moves)
            .with_all(emptied)
            .with_all(self.fetches.iter().map(FetchAnswer::to_element));
        Element::new(Self::ROOT)
            .with(parts::write_status(tags::STATUS, self.status))
            .with_some((!answers.is_empty()).then_some(answers))
    }
}

impl FetchAnswer {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        Ok(Self {
            status: parts::status(element, tags::STATUS)?,
            target: FetchTarget::from_parent(element)?,
            class: parts::class(element, airsync::CLASS)?,
            properties: element
                .child(tags::PROPERTIES)
                .map(FetchProperties::from_element)
                .transpose()?,
        })
    }

    fn to_element(&self) -> Element {
        let mut fetch =
            Element::new(tags::FETCH).with(parts::write_status(tags::STATUS, self.status));
        // The schema has the class between the ids of an item or search result and the other references.
        let class = self
            .class
            .map(|class| parts::write_class(airsync::CLASS, class));
        let reference = self.target.reference();
        fetch = match &self.target {
            FetchTarget::Item {
                collection_id,
                server_id,
            } => fetch
                .with(parts::write_id(airsync::COLLECTION_ID, collection_id))
                .with(parts::write_id(airsync::SERVER_ID, server_id))
                .with_some(class),
            FetchTarget::LongId(_) => fetch.with_some(reference).with_some(class),
            FetchTarget::FileReference(_) | FetchTarget::LinkId(_) => {
                fetch.with_some(class).with_some(reference)
            }
        };
        fetch.with_some(self.properties.as_ref().map(FetchProperties::to_element))
    }
}

impl FetchProperties {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        let item = element.elements().filter(|child| !OWN.contains(&child.tag));
        Ok(Self {
            range: ByteRange::from_parent(element)?,
            total: fields::number(element, tags::TOTAL)?,
            content_type: parts::text(element, airsyncbase::CONTENT_TYPE),
            content: FetchContent::from_parent(element)?,
            item: item.cloned().collect(),
        })
    }

    fn to_element(&self) -> Element {
        let kind = self.content_type.as_ref();
        Element::new(tags::PROPERTIES)
            .with_some(self.range.map(ByteRange::to_element))
            .with_some(self.total.map(|total| Element::number(tags::TOTAL, total)))
            .with_some(parts::write_text(airsyncbase::CONTENT_TYPE, kind))
            .with_some(self.content.as_ref().map(FetchContent::to_element))
            .with_all(self.item.iter().cloned())
    }
}

/// Properties that are not the item's.
const OWN: [Tag; 5] = [
    tags::RANGE,
    tags::TOTAL,
    airsyncbase::CONTENT_TYPE,
    tags::DATA,
    tags::PART,
];

impl FetchContent {
    fn from_parent(parent: &Element) -> Result<Option<Self>, BodyError> {
        if let Some(part) = parts::number(parent, tags::PART)? {
            return Ok(Some(Self::Part(part)));
        }
        let Some(content) = parent.child(tags::DATA) else {
            return Ok(None);
        };
        let bytes = STANDARD.decode(content.bytes().trim_ascii());
        let bytes = bytes.map_err(|_| parts::unknown(tags::DATA))?;
        Ok(Some(Self::Inline(bytes)))
    }

    fn to_element(&self) -> Element {
        match self {
            Self::Inline(bytes) => Element::text(tags::DATA, STANDARD.encode(bytes)),
            Self::Part(part) => Element::number(tags::PART, part),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attachment_travels_as_base64() {
        let mut response = ItemOperationsResponse::new(StatusCode::SUCCESS);
        response.fetches.push(FetchAnswer {
            status: StatusCode::SUCCESS,
            target: FetchTarget::FileReference("1:2:3".to_owned()),
            class: None,
            properties: Some(FetchProperties {
                content_type: Some("text/plain".to_owned()),
                content: Some(FetchContent::Inline(b"hello".to_vec())),
                ..FetchProperties::default()
            }),
        });
        let element = response.to_element(Version::V14_1);
        let fetch = element
            .child(tags::RESPONSE)
            .unwrap()
            .child(tags::FETCH)
            .unwrap();
        let data = fetch
            .child(tags::PROPERTIES)
            .unwrap()
            .child(tags::DATA)
            .unwrap();
        assert_eq!(data.value(), "aGVsbG8=");
        assert_eq!(ItemOperationsResponse::from_element(&element), Ok(response));
    }
}
