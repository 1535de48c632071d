//! MoveItems: items to another folder (MS-ASCMD 2.2.1.12).

use crate::codepages::move_items as tags;
use crate::element::Element;
use crate::tag::Tag;
use crate::version::Version;

use super::{Body, BodyError, CollectionId, ServerId, StatusCode, parts};

/// Moves, to be done in order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MoveItemsRequest {
    /// At most [`Self::MOVES_MAX`].
    pub moves: Vec<Move>,
}

impl MoveItemsRequest {
    /// The most moves of one request; more are status 103.
    pub const MOVES_MAX: usize = 1000;
}

/// One move.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Move {
    /// The item.
    pub source_item: ServerId,
    /// The folder that it is in.
    pub source_folder: CollectionId,
    /// The folder that it shall be in.
    pub target_folder: CollectionId,
}

/// How the moves went.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MoveItemsResponse {
    /// Set if the command failed as a whole (a common status); then there are no answers.
    pub status: Option<StatusCode>,
    /// One for each move, in the order of the request.
    pub answers: Vec<MoveAnswer>,
}

/// How one move went.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MoveAnswer {
    /// The item by its old id.
    pub source_item: ServerId,
    /// 3 is success.
    pub status: StatusCode,
    /// The item's new id after a success.
    pub target_item: Option<ServerId>,
}

impl Body for MoveItemsRequest {
    const ROOT: Tag = tags::MOVE_ITEMS;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        parts::limited(tags::MOVE, root.all(tags::MOVE).count(), Self::MOVES_MAX)?;
        let one = |element| {
            Ok::<_, BodyError>(Move {
                source_item: parts::id(element, tags::SRC_MSG_ID)?,
                source_folder: parts::id(element, tags::SRC_FLD_ID)?,
                target_folder: parts::id(element, tags::DST_FLD_ID)?,
            })
        };
        let moves = root.all(tags::MOVE).map(one).collect::<Result<_, _>>()?;
        Ok(Self { moves })
    }

    fn to_element(&self, _version: Version) -> Element {
        let one = |one: &Move| {
            Element::new(tags::MOVE)
                .with(parts::write_id(tags::SRC_MSG_ID, &one.source_item))
                .with(parts::write_id(tags::SRC_FLD_ID, &one.source_folder))
                .with(parts::write_id(tags::DST_FLD_ID, &one.target_folder))
        };
        Element::new(Self::ROOT).with_all(self.moves.iter().map(one))
    }
}

impl Body for MoveItemsResponse {
    const ROOT: Tag = tags::MOVE_ITEMS;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        let one = |element| {
            Ok::<_, BodyError>(MoveAnswer {
                source_item: parts::id(element, tags::SRC_MSG_ID)?,
                status: parts::status(element, tags::STATUS)?,
                target_item: parts::optional_id(element, tags::DST_MSG_ID)?,
            })
        };
        Ok(Self {
            status: parts::optional_status(root, tags::STATUS)?,
            answers: root
                .all(tags::RESPONSE)
                .map(one)
                .collect::<Result<_, _>>()?,
        })
    }

    fn to_element(&self, _version: Version) -> Element {
        let one = |one: &MoveAnswer| {
            let target = one.target_item.as_ref();
            Element::new(tags::RESPONSE)
                .with(parts::write_id(tags::SRC_MSG_ID, &one.source_item))
                .with(parts::write_status(tags::STATUS, one.status))
                .with_some(target.map(|id| parts::write_id(tags::DST_MSG_ID, id)))
        };
        let status = self
            .status
            .map(|status| parts::write_status(tags::STATUS, status));
        Element::new(Self::ROOT)
            .with_some(status)
            .with_all(self.answers.iter().map(one))
    }
}
