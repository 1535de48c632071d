//! The request of Sync.

use crate::codepages::airsync;
use crate::command::{Body, BodyError, BodyErrorKind, CollectionId, ItemClass, SyncKeyText, parts};
use crate::element::Element;
use crate::tag::Tag;
use crate::version::Version;

use super::{ClientCommand, SyncOptions};

/// A Sync request as it was sent: parts may be missing, to be taken from the request before
/// ([`crate::flow::cached_sync`]).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SyncRequest {
    /// The folders; `None` if there is no `Collections` at all.
    pub collections: Option<Vec<SyncCollection>>,
    /// How long the answer may be held back while nothing changes.
    pub hold: Option<Hold>,
    /// The most changes in the whole answer, as asked for (12.1 on).
    pub window_size: Option<u32>,
    /// What is missing here stands in the request before.
    pub partial: bool,
}

/// How long an answer may be held back, as asked for; not yet checked against any bound.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Hold {
    /// `Wait`, in minutes (12.1 on).
    Minutes(u32),
    /// `HeartbeatInterval`, in seconds (14.0 on).
    Seconds(u32),
}

/// One folder of a Sync request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SyncCollection {
    /// Sent up to 12.1.
    pub class: Option<ItemClass>,
    /// The answer that the phone holds, `0` to start over.
    pub sync_key: SyncKeyText,
    /// The folder.
    pub collection_id: CollectionId,
    /// With key 0: properties that the phone manages.
    /// `None`: nothing is ghosted. Empty: everything is.
    pub supported: Option<Vec<Tag>>,
    /// Absent means yes, see [`Self::deletes_as_moves`].
    pub deletes_as_moves: Option<bool>,
    /// Absent depends on the key, see [`Self::wants_changes`].
    pub get_changes: Option<bool>,
    /// The most changes of this folder as asked for, see [`Self::window_size`].
    pub window_size: Option<u32>,
    /// Conversations as a whole (14.0 on).
    pub conversation_mode: Option<bool>,
    /// None: as in the request before. Two only for mail and text messages.
    pub options: Vec<SyncOptions>,
    /// What the phone did, at most 200 in the whole request.
    pub commands: Vec<ClientCommand>,
}

impl SyncRequest {
    /// The most operations of one request; more are status 4.
    pub const OPERATIONS_MAX: usize = 200;
}

impl SyncCollection {
    /// The most changes of a folder that one answer has, whatever is asked for.
    pub const WINDOW_SIZE_MAX: u32 = 512;
    /// The most changes of a folder if nothing is asked for.
    pub const WINDOW_SIZE_DEFAULT: u32 = 100;

    /// A folder and a key, the rest left to defaults.
    #[must_use]
    pub fn new(collection_id: CollectionId, sync_key: SyncKeyText) -> Self {
        Self {
            class: None,
            sync_key,
            collection_id,
            supported: None,
            deletes_as_moves: None,
            get_changes: None,
            window_size: None,
            conversation_mode: None,
            options: Vec::new(),
            commands: Vec::new(),
        }
    }

    /// Whether deleted items go to the deleted items folder (MS-ASCMD 2.2.3.43).
    #[must_use]
    pub fn deletes_as_moves(&self) -> bool {
        self.deletes_as_moves.unwrap_or(true)
    }

    /// Whether the phone wants the server's changes (MS-ASCMD 2.2.3.84). With key 0 it gets none, even if it asks.
    #[must_use]
    pub fn wants_changes(&self) -> bool {
        !self.sync_key.is_initial() && self.get_changes.unwrap_or(true)
    }

    /// The most changes to send: 1 to 512 (MS-ASCMD 2.2.3.200).
    #[must_use]
    pub fn window_size(&self) -> u32 {
        match self.window_size {
            None => Self::WINDOW_SIZE_DEFAULT,
            Some(0) => Self::WINDOW_SIZE_MAX,
            Some(asked) => asked.min(Self::WINDOW_SIZE_MAX),
        }
    }
}

impl Body for SyncRequest {
    const ROOT: Tag = airsync::SYNC;

    fn from_element(root: &Element) -> Result<Self, BodyError> {
        parts::root(root, Self::ROOT)?;
        let collections = root
            .child(airsync::COLLECTIONS)
            .map(|list| {
                list.all(airsync::COLLECTION)
                    .map(SyncCollection::from_element)
                    .collect::<Result<Vec<_>, _>>()
            })
            .transpose()?;
        let operations = collections
            .iter()
            .flatten()
            .map(|one| one.commands.len())
            .sum();
        parts::limited(airsync::COMMANDS, operations, Self::OPERATIONS_MAX)?;
        Ok(Self {
            collections,
            hold: Hold::from_parent(root)?,
            window_size: parts::number(root, airsync::WINDOW_SIZE)?,
            partial: parts::flag(root, airsync::PARTIAL)?.unwrap_or(false),
        })
    }

    fn to_element(&self, version: Version) -> Element {
        let collections = self.collections.as_ref().map(|list| {
            Element::new(airsync::COLLECTIONS)
                .with_all(list.iter().map(|one| one.to_element(version)))
        });
        Element::new(Self::ROOT)
            .with_some(collections)
            .with_some(self.hold.map(Hold::to_element))
            .with_some(parts::write_number(airsync::WINDOW_SIZE, self.window_size))
            .with_some(self.partial.then(|| Element::new(airsync::PARTIAL)))
    }
}

impl Hold {
    /// Reads `Wait` or `HeartbeatInterval`; both at once are [`BodyErrorKind::Contradiction`] at `Wait`.
    fn from_parent(root: &Element) -> Result<Option<Self>, BodyError> {
        let minutes = parts::number(root, airsync::WAIT)?;
        let seconds = parts::number(root, airsync::HEARTBEAT_INTERVAL)?;
        match (minutes, seconds) {
            (Some(_), Some(_)) => Err(BodyError::new(airsync::WAIT, BodyErrorKind::Contradiction)),
            (Some(minutes), None) => Ok(Some(Self::Minutes(minutes))),
            (None, Some(seconds)) => Ok(Some(Self::Seconds(seconds))),
            (None, None) => Ok(None),
        }
    }

    fn to_element(self) -> Element {
        match self {
            Self::Minutes(minutes) => Element::number(airsync::WAIT, minutes),
            Self::Seconds(seconds) => Element::number(airsync::HEARTBEAT_INTERVAL, seconds),
        }
    }
}

impl SyncCollection {
    fn from_element(element: &Element) -> Result<Self, BodyError> {
        let options = element
            .all(airsync::OPTIONS)
            .map(SyncOptions::from_element)
            .collect::<Result<Vec<_>, _>>()?;
        check_options(&options)?;
        let mut commands = Vec::new();
        for command in element.all(airsync::COMMANDS).flat_map(Element::elements) {
            commands.extend(ClientCommand::from_element(command)?);
        }
        Ok(Self {
            class: parts::class(element, airsync::CLASS)?,
            sync_key: parts::id(element, airsync::SYNC_KEY)?,
            collection_id: parts::id(element, airsync::COLLECTION_ID)?,
            supported: element
                .child(airsync::SUPPORTED)
                .map(|list| list.elements().map(|property| property.tag).collect()),
            deletes_as_moves: parts::flag(element, airsync::DELETES_AS_MOVES)?,
            get_changes: parts::flag(element, airsync::GET_CHANGES)?,
            window_size: parts::number(element, airsync::WINDOW_SIZE)?,
            conversation_mode: parts::flag(element, airsync::CONVERSATION_MODE)?,
            options,
            commands,
        })
    }

    fn to_element(&self, version: Version) -> Element {
        let class = self.class.filter(|_| version <= Version::V12_1);
        let flag = |tag, value: Option<bool>| value.map(|value| parts::write_flag(tag, value));
        let supported = self.supported.as_ref().map(|tags| {
            Element::new(airsync::SUPPORTED).with_all(tags.iter().copied().map(Element::new))
        });
        let commands = (!self.commands.is_empty()).then(|| {
            Element::new(airsync::COMMANDS)
                .with_all(self.commands.iter().map(ClientCommand::to_element))
        });
        Element::new(airsync::COLLECTION)
            .with_some(class.map(|class| parts::write_class(airsync::CLASS, class)))
            .with(parts::write_id(airsync::SYNC_KEY, &self.sync_key))
            .with(parts::write_id(airsync::COLLECTION_ID, &self.collection_id))
            .with_some(supported)
            .with_some(flag(airsync::DELETES_AS_MOVES, self.deletes_as_moves))
            .with_some(flag(airsync::GET_CHANGES, self.get_changes))
            .with_some(parts::write_number(airsync::WINDOW_SIZE, self.window_size))
            .with_some(flag(airsync::CONVERSATION_MODE, self.conversation_mode))
            .with_all(self.options.iter().map(|one| one.to_element(version)))
            .with_some(commands)
    }
}

/// Two blocks are for mail and text messages; any other mix is an error (MS-ASCMD 2.2.3.125.5).
fn check_options(options: &[SyncOptions]) -> Result<(), BodyError> {
    let allowed = match options {
        [] | [_] => true,
        [one, two] => (one.class == Some(ItemClass::Sms)) != (two.class == Some(ItemClass::Sms)),
        _ => false,
    };
    if allowed {
        Ok(())
    } else {
        Err(BodyError::new(airsync::OPTIONS, BodyErrorKind::Repeated))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collection(extra: impl IntoIterator<Item = Element>) -> Element {
        Element::new(airsync::COLLECTION)
            .with(Element::text(airsync::COLLECTION_ID, "5"))
            .with(Element::text(airsync::SYNC_KEY, "k"))
            .with_all(extra)
    }

    fn sync(extra: impl IntoIterator<Item = Element>) -> Element {
        Element::new(airsync::SYNC).with(Element::new(airsync::COLLECTIONS).with(collection(extra)))
    }

    fn read_one(extra: impl IntoIterator<Item = Element>) -> SyncCollection {
        let request = SyncRequest::from_element(&sync(extra)).unwrap();
        request.collections.unwrap().remove(0)
    }

    #[test]
    fn order_does_not_matter_and_empty_flags_are_true() {
        let one = read_one([
            Element::new(airsync::GET_CHANGES),
            Element::new(airsync::DELETES_AS_MOVES),
        ]);
        assert_eq!(
            (one.get_changes, one.deletes_as_moves),
            (Some(true), Some(true))
        );
        assert!(one.wants_changes() && one.deletes_as_moves());
        let one = read_one([Element::text(airsync::GET_CHANGES, "0")]);
        assert!(!one.wants_changes());
    }

    #[test]
    fn window_sizes_have_a_default_and_a_bound() {
        for (asked, granted) in [
            (None, 100),
            (Some(0), 512),
            (Some(25), 25),
            (Some(9999), 512),
        ] {
            let mut one = read_one([]);
            one.window_size = asked;
            assert_eq!(one.window_size(), granted);
        }
    }

    #[test]
    fn both_holds_at_once_can_be_told_apart() {
        let both = sync([])
            .with(Element::number(airsync::WAIT, 5))
            .with(Element::number(airsync::HEARTBEAT_INTERVAL, 300));
        let error = SyncRequest::from_element(&both).unwrap_err();
        assert_eq!(
            error,
            BodyError::new(airsync::WAIT, BodyErrorKind::Contradiction)
        );
    }

    #[test]
    fn two_options_are_for_mail_and_text_messages() {
        let options =
            |class: &str| Element::new(airsync::OPTIONS).with(Element::text(airsync::CLASS, class));
        assert_eq!(
            read_one([options("Email"), options("SMS")]).options.len(),
            2
        );
        for wrong in [
            vec![options("Email"), options("Email")],
            vec![options("SMS"), options("SMS")],
            vec![options("Email"), options("SMS"), options("Notes")],
        ] {
            let error = SyncRequest::from_element(&sync(wrong)).unwrap_err();
            assert_eq!(error.kind, BodyErrorKind::Repeated);
        }
    }

    #[test]
    fn an_operation_on_no_item_is_skipped() {
        let nothing = Element::new(airsync::DELETE).with(Element::new(airsync::SERVER_ID));
        let commands = Element::new(airsync::COMMANDS).with(nothing);
        assert_eq!(read_one([commands]).commands, []);
    }

    #[test]
    fn too_many_operations_are_refused() {
        let fetch = || Element::new(airsync::FETCH).with(Element::text(airsync::SERVER_ID, "1"));
        let commands = |count| {
            Element::new(airsync::COMMANDS).with_all(std::iter::repeat_with(fetch).take(count))
        };
        assert_eq!(read_one([commands(200)]).commands.len(), 200);
        let error = SyncRequest::from_element(&sync([commands(201)])).unwrap_err();
        assert_eq!(error.kind, BodyErrorKind::TooMany { limit: 200 });
    }

    #[test]
    fn a_body_that_is_no_sync_is_refused() {
        let error = SyncRequest::from_element(&Element::new(airsync::COLLECTION)).unwrap_err();
        assert_eq!(error.kind, BodyErrorKind::WrongRoot);
    }
}
