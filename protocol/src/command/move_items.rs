//! MoveItems: items to another folder (MS-ASCMD 2.2.1.12).

use super::{CollectionId, ServerId, StatusCode};

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
