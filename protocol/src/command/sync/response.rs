//! The answer of Sync.

use crate::codepages::airsync;
use crate::command::{Body, BodyError, CollectionId, ItemClass, StatusCode, SyncKeyText, parts};
use crate::element::Element;
use crate::tag::Tag;
use crate::version::Version;

use super::{ItemAnswer, ServerCommand};

/// A Sync answer that has a body.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SyncResponse {
    /// The command failed as a whole.
    Failed {
        /// Why.
        status: StatusCode,
        /// With status 14 the nearest hold allowed in the unit of the request, with 15 the most collections.
        limit: Option<u32>,
    },
    /// Folders, at least one: an empty list crashes iOS and is written as status 1 alone.
    Collections(Vec<CollectionAnswer>),
}

/// One folder of a Sync answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CollectionAnswer {
    /// Written up to 12.1 only.
    pub class: Option<ItemClass>,
    /// The key of this answer; with a failure the request's or `0`.
    pub sync_key: SyncKeyText,
    /// The folder.
    pub collection_id: CollectionId,
    /// How it went.
    pub status: StatusCode,
    /// Whether there is more to be asked for at once.
    pub more_available: bool,
    /// Results of the phone's operations. Not written if empty.
    pub responses: Vec<ItemAnswer>,
    /// Operations for the phone. Not written if empty.
    pub commands: Vec<ServerCommand>,
}

impl CollectionAnswer {
    /// An answer of which only the status is known yet, or all there is to say.
    #[must_use]
    pub fn new(collection_id: CollectionId, sync_key: SyncKeyText, status: StatusCode) -> Self {
        Self {
            class: None,
            sync_key,
            collection_id,
            status,
            more_available: false,
            responses: Vec::new(),
            commands: Vec::new(),
        }
    }
}

impl Body for SyncResponse {
    const ROOT: Tag = airsync::SYNC;

    /// Folders win over a status beside them, which some servers send.
    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        let collections: Vec<_> = root
            .all(airsync::COLLECTIONS)
            .flat_map(|list| list.all(airsync::COLLECTION))
            .map(CollectionAnswer::from_element)
            .collect::<Result<_, _>>()?;
        let status = parts::optional_status(root, airsync::STATUS)?;
        match status {
            Some(status) if collections.is_empty() && status != StatusCode::SUCCESS => {
                Ok(Self::Failed {
                    status,
                    limit: parts::number(root, airsync::LIMIT)?,
                })
            }
            Some(_) | None => Ok(Self::Collections(collections)),
        }
    }

    fn to_element(&self, version: Version) -> Element {
        let root = Element::new(Self::ROOT);
        match self {
            Self::Failed { status, limit } => root
                .with(parts::write_status(airsync::STATUS, *status))
                .with_some(parts::write_number(airsync::LIMIT, *limit)),
            Self::Collections(collections) if collections.is_empty() => {
                root.with(parts::write_status(airsync::STATUS, StatusCode::SUCCESS))
            }
            Self::Collections(collections) => root.with(
                Element::new(airsync::COLLECTIONS)
                    .with_all(collections.iter().map(|one| one.to_element(version))),
            ),
        }
    }
}

impl CollectionAnswer {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        let mut responses = Vec::new();
        for answer in element.all(airsync::RESPONSES).flat_map(Element::elements) {
            responses.extend(ItemAnswer::from_element(answer)?);
        }
        let mut commands = Vec::new();
        for command in element.all(airsync::COMMANDS).flat_map(Element::elements) {
            commands.extend(ServerCommand::from_element(command)?);
        }
        Ok(Self {
            class: parts::class(element, airsync::CLASS)?,
            // Some servers leave it out with a failure.
            sync_key: parts::optional_id(element, airsync::SYNC_KEY)?
                .unwrap_or_else(SyncKeyText::initial),
            collection_id: parts::id(element, airsync::COLLECTION_ID)?,
            status: parts::status(element, airsync::STATUS)?,
            more_available: parts::flag(element, airsync::MORE_AVAILABLE)?.unwrap_or(false),
            responses,
            commands,
        })
    }

    /// `MoreAvailable` stands before the operations: Windows Mobile does not see it behind them. Empty lists are
    /// left out: Windows phones break on an empty `Responses`, iOS on an empty `Commands`.
    fn to_element(&self, version: Version) -> Element {
        let class = self.class.filter(|_| version <= Version::V12_1);
        let responses = (!self.responses.is_empty()).then(|| {
            Element::new(airsync::RESPONSES)
                .with_all(self.responses.iter().map(ItemAnswer::to_element))
        });
        let commands = (!self.commands.is_empty()).then(|| {
            Element::new(airsync::COMMANDS)
                .with_all(self.commands.iter().map(ServerCommand::to_element))
        });
        Element::new(airsync::COLLECTION)
            .with_some(class.map(|class| parts::write_class(airsync::CLASS, class)))
            .with(parts::write_id(airsync::SYNC_KEY, &self.sync_key))
            .with(parts::write_id(airsync::COLLECTION_ID, &self.collection_id))
            .with(parts::write_status(airsync::STATUS, self.status))
            .with_some(
                self.more_available
                    .then(|| Element::new(airsync::MORE_AVAILABLE)),
            )
            .with_some(responses)
            .with_some(commands)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(element: &Element) -> Vec<Tag> {
        element.elements().map(|child| child.tag).collect()
    }

    fn answer() -> CollectionAnswer {
        let id = CollectionId::from_number(1);
        let mut answer = CollectionAnswer::new(id, SyncKeyText::initial(), StatusCode::SUCCESS);
        answer.class = Some(ItemClass::Email);
        answer
    }

    #[test]
    fn nothing_empty_is_written_and_more_available_stands_before_the_operations() {
        let mut answer = answer();
        answer.more_available = true;
        answer.commands = vec![ServerCommand::Delete {
            class: None,
            server_id: crate::command::ServerId::from_numbers(1, 2),
        }];
        let element = answer.to_element(Version::V14_1);
        let expected = [
            airsync::SYNC_KEY,
            airsync::COLLECTION_ID,
            airsync::STATUS,
            airsync::MORE_AVAILABLE,
            airsync::COMMANDS,
        ];
        assert_eq!(tags(&element), expected);
    }

    #[test]
    fn only_old_versions_have_a_class() {
        assert_eq!(
            tags(&answer().to_element(Version::V12_1))[0],
            airsync::CLASS
        );
        assert_eq!(
            tags(&answer().to_element(Version::V14_0))[0],
            airsync::SYNC_KEY
        );
    }

    #[test]
    fn an_answer_without_folders_is_a_status() {
        let element = SyncResponse::Collections(Vec::new()).to_element(Version::V14_1);
        assert_eq!(tags(&element), [airsync::STATUS]);
        let read = SyncResponse::from_element(&element).unwrap();
        assert_eq!(read, SyncResponse::Collections(Vec::new()));
    }
}
