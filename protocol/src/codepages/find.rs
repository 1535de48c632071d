//! Code page 25, `Find`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `Find`, from 16.1.
pub const FIND: Tag = Tag::new(25, 0x05);
/// `SearchId`, from 16.1.
pub const SEARCH_ID: Tag = Tag::new(25, 0x06);
/// `ExecuteSearch`, from 16.1.
pub const EXECUTE_SEARCH: Tag = Tag::new(25, 0x07);
/// `MailBoxSearchCriterion`, from 16.1.
pub const MAIL_BOX_SEARCH_CRITERION: Tag = Tag::new(25, 0x08);
/// `Query`, from 16.1.
pub const QUERY: Tag = Tag::new(25, 0x09);
/// `Status`, from 16.1.
pub const STATUS: Tag = Tag::new(25, 0x0A);
/// `FreeText`, from 16.1.
pub const FREE_TEXT: Tag = Tag::new(25, 0x0B);
/// `Options`, from 16.1.
pub const OPTIONS: Tag = Tag::new(25, 0x0C);
/// `Range`, from 16.1.
pub const RANGE: Tag = Tag::new(25, 0x0D);
/// `DeepTraversal`, from 16.1.
pub const DEEP_TRAVERSAL: Tag = Tag::new(25, 0x0E);
/// `Response`, from 16.1.
pub const RESPONSE: Tag = Tag::new(25, 0x11);
/// `Result`, from 16.1.
pub const RESULT: Tag = Tag::new(25, 0x12);
/// `Properties`, from 16.1.
pub const PROPERTIES: Tag = Tag::new(25, 0x13);
/// `Preview`, from 16.1.
pub const PREVIEW: Tag = Tag::new(25, 0x14);
/// `HasAttachments`, from 16.1.
pub const HAS_ATTACHMENTS: Tag = Tag::new(25, 0x15);
/// `Total`, from 16.1.
pub const TOTAL: Tag = Tag::new(25, 0x16);
/// `DisplayCc`, from 16.1.
pub const DISPLAY_CC: Tag = Tag::new(25, 0x17);
/// `DisplayBcc`, from 16.1.
pub const DISPLAY_BCC: Tag = Tag::new(25, 0x18);
/// `GalSearchCriterion`, from 16.1.
pub const GAL_SEARCH_CRITERION: Tag = Tag::new(25, 0x19);
/// `MaxPictures`, from 16.1.
pub const MAX_PICTURES: Tag = Tag::new(25, 0x20);
/// `MaxSize`, from 16.1.
pub const MAX_SIZE: Tag = Tag::new(25, 0x21);
/// `Picture`, from 16.1.
pub const PICTURE: Tag = Tag::new(25, 0x22);

pub(super) static PAGE: Page = Page {
    namespace: "Find",
    entries: &[
        Entry::new(FIND, "Find", Version::V16_1, Version::V16_1),
        Entry::new(SEARCH_ID, "SearchId", Version::V16_1, Version::V16_1),
        Entry::new(
            EXECUTE_SEARCH,
            "ExecuteSearch",
            Version::V16_1,
            Version::V16_1,
        ),
        Entry::new(
            MAIL_BOX_SEARCH_CRITERION,
            "MailBoxSearchCriterion",
            Version::V16_1,
            Version::V16_1,
        ),
        Entry::new(QUERY, "Query", Version::V16_1, Version::V16_1),
        Entry::new(STATUS, "Status", Version::V16_1, Version::V16_1),
        Entry::new(FREE_TEXT, "FreeText", Version::V16_1, Version::V16_1),
        Entry::new(OPTIONS, "Options", Version::V16_1, Version::V16_1),
        Entry::new(RANGE, "Range", Version::V16_1, Version::V16_1),
        Entry::new(
            DEEP_TRAVERSAL,
            "DeepTraversal",
            Version::V16_1,
            Version::V16_1,
        ),
        Entry::new(RESPONSE, "Response", Version::V16_1, Version::V16_1),
        Entry::new(RESULT, "Result", Version::V16_1, Version::V16_1),
        Entry::new(PROPERTIES, "Properties", Version::V16_1, Version::V16_1),
        Entry::new(PREVIEW, "Preview", Version::V16_1, Version::V16_1),
        Entry::new(
            HAS_ATTACHMENTS,
            "HasAttachments",
            Version::V16_1,
            Version::V16_1,
        ),
        Entry::new(TOTAL, "Total", Version::V16_1, Version::V16_1),
        Entry::new(DISPLAY_CC, "DisplayCc", Version::V16_1, Version::V16_1),
        Entry::new(DISPLAY_BCC, "DisplayBcc", Version::V16_1, Version::V16_1),
        Entry::new(
            GAL_SEARCH_CRITERION,
            "GalSearchCriterion",
            Version::V16_1,
            Version::V16_1,
        ),
        Entry::new(MAX_PICTURES, "MaxPictures", Version::V16_1, Version::V16_1),
        Entry::new(MAX_SIZE, "MaxSize", Version::V16_1, Version::V16_1),
        Entry::new(PICTURE, "Picture", Version::V16_1, Version::V16_1),
    ],
};
