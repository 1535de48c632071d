//! Code page 5, `Move`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `MoveItems`, all versions.
pub const MOVE_ITEMS: Tag = Tag::new(5, 0x05);
/// `Move`, all versions.
pub const MOVE: Tag = Tag::new(5, 0x06);
/// `SrcMsgId`, all versions.
pub const SRC_MSG_ID: Tag = Tag::new(5, 0x07);
/// `SrcFldId`, all versions.
pub const SRC_FLD_ID: Tag = Tag::new(5, 0x08);
/// `DstFldId`, all versions.
pub const DST_FLD_ID: Tag = Tag::new(5, 0x09);
/// `Response`, all versions.
pub const RESPONSE: Tag = Tag::new(5, 0x0A);
/// `Status`, all versions.
pub const STATUS: Tag = Tag::new(5, 0x0B);
/// `DstMsgId`, all versions.
pub const DST_MSG_ID: Tag = Tag::new(5, 0x0C);

pub(super) static PAGE: Page = Page {
    namespace: "Move",
    entries: &[
        Entry::new(MOVE_ITEMS, "MoveItems", Version::V2_5, Version::V16_1),
        Entry::new(MOVE, "Move", Version::V2_5, Version::V16_1),
        Entry::new(SRC_MSG_ID, "SrcMsgId", Version::V2_5, Version::V16_1),
        Entry::new(SRC_FLD_ID, "SrcFldId", Version::V2_5, Version::V16_1),
        Entry::new(DST_FLD_ID, "DstFldId", Version::V2_5, Version::V16_1),
        Entry::new(RESPONSE, "Response", Version::V2_5, Version::V16_1),
        Entry::new(STATUS, "Status", Version::V2_5, Version::V16_1),
        Entry::new(DST_MSG_ID, "DstMsgId", Version::V2_5, Version::V16_1),
    ],
};
