//! Code page 21, `ComposeMail`.

use super::{Entry, Page};
use crate::tag::Tag;
use crate::version::Version;

/// `SendMail`, from 14.0.
pub const SEND_MAIL: Tag = Tag::new(21, 0x05);
/// `SmartForward`, from 14.0.
pub const SMART_FORWARD: Tag = Tag::new(21, 0x06);
/// `SmartReply`, from 14.0.
pub const SMART_REPLY: Tag = Tag::new(21, 0x07);
/// `SaveInSentItems`, from 14.0.
pub const SAVE_IN_SENT_ITEMS: Tag = Tag::new(21, 0x08);
/// `ReplaceMime`, from 14.0.
pub const REPLACE_MIME: Tag = Tag::new(21, 0x09);
/// `Source`, from 14.0.
pub const SOURCE: Tag = Tag::new(21, 0x0B);
/// `FolderId`, from 14.0.
pub const FOLDER_ID: Tag = Tag::new(21, 0x0C);
/// `ItemId`, from 14.0.
pub const ITEM_ID: Tag = Tag::new(21, 0x0D);
/// `LongId`, from 14.0.
pub const LONG_ID: Tag = Tag::new(21, 0x0E);
/// `InstanceId`, from 14.0.
pub const INSTANCE_ID: Tag = Tag::new(21, 0x0F);
/// `Mime`, from 14.0.
pub const MIME: Tag = Tag::new(21, 0x10);
/// `ClientId`, from 14.0.
pub const CLIENT_ID: Tag = Tag::new(21, 0x11);
/// `Status`, from 14.0.
pub const STATUS: Tag = Tag::new(21, 0x12);
/// `AccountId`, from 14.1.
pub const ACCOUNT_ID: Tag = Tag::new(21, 0x13);
/// `Forwardees`, from 16.0.
pub const FORWARDEES: Tag = Tag::new(21, 0x15);
/// `Forwardee`, from 16.0.
pub const FORWARDEE: Tag = Tag::new(21, 0x16);
/// `ForwardeeName`, from 16.0; XSD name; the newest spec text calls it Name.
pub const FORWARDEE_NAME: Tag = Tag::new(21, 0x17);
/// `ForwardeeEmail`, from 16.0; XSD name; the newest spec text calls it Email.
pub const FORWARDEE_EMAIL: Tag = Tag::new(21, 0x18);

pub(super) static PAGE: Page = Page {
    namespace: "ComposeMail",
    entries: &[
        Entry::new(SEND_MAIL, "SendMail", Version::V14_0, Version::V16_1),
        Entry::new(
            SMART_FORWARD,
            "SmartForward",
            Version::V14_0,
            Version::V16_1,
        ),
        Entry::new(SMART_REPLY, "SmartReply", Version::V14_0, Version::V16_1),
        Entry::new(
            SAVE_IN_SENT_ITEMS,
            "SaveInSentItems",
            Version::V14_0,
            Version::V16_1,
        ),
        Entry::new(REPLACE_MIME, "ReplaceMime", Version::V14_0, Version::V16_1),
        Entry::new(SOURCE, "Source", Version::V14_0, Version::V16_1),
        Entry::new(FOLDER_ID, "FolderId", Version::V14_0, Version::V16_1),
        Entry::new(ITEM_ID, "ItemId", Version::V14_0, Version::V16_1),
        Entry::new(LONG_ID, "LongId", Version::V14_0, Version::V16_1),
        Entry::new(INSTANCE_ID, "InstanceId", Version::V14_0, Version::V16_1),
        Entry::new(MIME, "Mime", Version::V14_0, Version::V16_1),
        Entry::new(CLIENT_ID, "ClientId", Version::V14_0, Version::V16_1),
        Entry::new(STATUS, "Status", Version::V14_0, Version::V16_1),
        Entry::new(ACCOUNT_ID, "AccountId", Version::V14_1, Version::V16_1),
        Entry::new(FORWARDEES, "Forwardees", Version::V16_0, Version::V16_1),
        Entry::new(FORWARDEE, "Forwardee", Version::V16_0, Version::V16_1),
        Entry::new(
            FORWARDEE_NAME,
            "ForwardeeName",
            Version::V16_0,
            Version::V16_1,
        ),
        Entry::new(
            FORWARDEE_EMAIL,
            "ForwardeeEmail",
            Version::V16_0,
            Version::V16_1,
        ),
    ],
};
