//! What a reply replies to, and a forward passes on.

use crate::codepages::compose_mail as tags;
use crate::element::Element;

use crate::command::{BodyError, CollectionId, ServerId, parts};

/// The original (MS-ASCMD 2.2.3.171.2).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MailSource {
    /// Which item.
    pub item: SourceItem,
    /// Which of a series of meetings, as it was sent.
    pub instance_id: Option<String>,
}

/// How the original is named.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SourceItem {
    /// By its folder and id.
    Item {
        /// The folder.
        folder_id: CollectionId,
        /// The item in it.
        item_id: ServerId,
    },
    /// As a search named it.
    LongId(String),
}

impl MailSource {
    pub(super) fn read(root: &Element) -> Result<Self, BodyError> {
        let source = parts::required(root, tags::SOURCE)?;
        let long_id = parts::text(source, tags::LONG_ID).filter(|id| !id.is_empty());
        let item = match long_id {
            Some(id) => SourceItem::LongId(id),
            None => SourceItem::Item {
                folder_id: parts::id(source, tags::FOLDER_ID)?,
                item_id: parts::id(source, tags::ITEM_ID)?,
            },
        };
        Ok(Self {
            item,
            instance_id: parts::text(source, tags::INSTANCE_ID),
        })
    }

    pub(super) fn write(&self) -> Element {
        let source = Element::new(tags::SOURCE);
        let source = match &self.item {
            SourceItem::Item { folder_id, item_id } => source
                .with(parts::write_id(tags::FOLDER_ID, folder_id))
                .with(parts::write_id(tags::ITEM_ID, item_id)),
            SourceItem::LongId(id) => source.with(Element::text(tags::LONG_ID, id)),
        };
        source.with_some(parts::write_text(
            tags::INSTANCE_ID,
            self.instance_id.as_ref(),
        ))
    }
}
