//! Statuses as they stand in a body, of whatever command.

use crate::codepages::{
    airsync, airsyncbase, compose_mail, find, folder_hierarchy, get_item_estimate, item_operations,
    meeting_response, move_items, ping, provision, resolve_recipients, search, settings,
    validate_cert,
};
use crate::element::Element;
use crate::query::Command;
use crate::status::{
    AvailabilityStatus, CertificatesStatus, CommonStatus, FindResponseStatus, FindStatus,
    FolderCreateStatus, FolderDeleteStatus, FolderSyncStatus, FolderUpdateStatus,
    GetItemEstimateStatus, ItemOperationsStatus, MeetingResponseStatus, MoveItemsStatus,
    PictureStatus, PingStatus, PolicyApplied, PolicyStatus, ProvisionStatus, RecipientStatus,
    ResolveRecipientsStatus, SearchStatus, SearchStoreStatus, SettingsStatus, SyncStatus,
    ValidateCertStatus, WipeStatus,
};
use crate::tag::Tag;

use super::{BodyError, BodyErrorKind, parts};

/// A status as it stands in a body. What it means depends on the element that it is in; the enums of
/// [`crate::status`] name the meanings and convert into it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct StatusCode(u16);

impl StatusCode {
    /// 1: success everywhere but in the answers of MoveItems, where it is 3.
    pub const SUCCESS: Self = Self(1);

    /// A status by number.
    #[must_use]
    pub const fn new(code: u16) -> Self {
        Self(code)
    }

    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> u16 {
        self.0
    }

    /// What `command` answers to a body that cannot be read. Before 14.0 common statuses (101 and above) are told by
    /// HTTP instead, see [`CommonStatus::http_before_14`].
    #[must_use]
    pub fn malformed(command: Command, error: &BodyError) -> Self {
        match command {
            Command::Sync => SyncStatus::ProtocolError.into(),
            Command::Ping => PingStatus::SyntaxError.into(),
            Command::FolderSync
            | Command::FolderCreate
            | Command::FolderDelete
            | Command::FolderUpdate => FolderSyncStatus::MalformedRequest.into(),
            Command::ItemOperations if matches!(error.kind, BodyErrorKind::TooMany { .. }) => {
                ItemOperationsStatus::TooLarge.into()
            }
            Command::ItemOperations => ItemOperationsStatus::ProtocolError.into(),
            Command::Provision => ProvisionStatus::ProtocolError.into(),
            Command::Settings => SettingsStatus::ProtocolError.into(),
            Command::Find => FindStatus::InvalidRequest.into(),
            Command::ResolveRecipients => ResolveRecipientsStatus::ProtocolError.into(),
            Command::ValidateCert => ValidateCertStatus::ProtocolError.into(),
            Command::SmartForward => smart_forward(error).into(),
            Command::SendMail
            | Command::SmartReply
            | Command::GetAttachment
            | Command::GetHierarchy
            | Command::CreateCollection
            | Command::DeleteCollection
            | Command::MoveCollection
            | Command::MoveItems
            | Command::GetItemEstimate
            | Command::MeetingResponse
            | Command::Search => CommonStatus::InvalidXml.into(),
        }
    }
}

/// What is wrong with a forward: meetings have statuses of their own (MS-ASCMD 2.2.2).
fn smart_forward(error: &BodyError) -> CommonStatus {
    let forwardees = [
        compose_mail::FORWARDEES,
        compose_mail::FORWARDEE,
        compose_mail::FORWARDEE_EMAIL,
    ];
    if error.kind == BodyErrorKind::Contradiction {
        CommonStatus::InvalidMimeBodyCombination
    } else if forwardees.contains(&error.tag) || error.tag.page() == airsyncbase::BODY.page() {
        CommonStatus::InvalidSmartForwardParameters
    } else {
        CommonStatus::InvalidXml
    }
}

/// A document with nothing but a status: `command`'s own root and its `Status`. `None` for the commands whose answer
/// is no document.
#[must_use]
pub fn status_only(command: Command, status: impl Into<StatusCode>) -> Option<Element> {
    let root = command.root()?;
    let status = parts::write_status(status_tag(root), status.into());
    Some(Element::new(root).with(status))
}

/// The `Status` on the page of a root.
fn status_tag(root: Tag) -> Tag {
    STATUS_TAGS
        .into_iter()
        .find(|tag| tag.page() == root.page())
        .unwrap_or(airsync::STATUS)
}

const STATUS_TAGS: [Tag; 14] = [
    airsync::STATUS,
    move_items::STATUS,
    get_item_estimate::STATUS,
    folder_hierarchy::STATUS,
    meeting_response::STATUS,
    resolve_recipients::STATUS,
    validate_cert::STATUS,
    ping::STATUS,
    provision::STATUS,
    search::STATUS,
    settings::STATUS,
    item_operations::STATUS,
    compose_mail::STATUS,
    find::STATUS,
];

/// The named statuses of one command become the number that they stand for.
macro_rules! from_named_status {
    ($($named:ty),+ $(,)?) => {
        $(impl From<$named> for StatusCode {
            fn from(status: $named) -> Self {
                Self(status.code())
            }
        })+
    };
}

from_named_status!(
    AvailabilityStatus,
    CertificatesStatus,
    CommonStatus,
    FindResponseStatus,
    FindStatus,
    FolderCreateStatus,
    FolderDeleteStatus,
    FolderSyncStatus,
    FolderUpdateStatus,
    GetItemEstimateStatus,
    ItemOperationsStatus,
    MeetingResponseStatus,
    MoveItemsStatus,
    PictureStatus,
    PingStatus,
    PolicyApplied,
    PolicyStatus,
    ProvisionStatus,
    RecipientStatus,
    ResolveRecipientsStatus,
    SearchStatus,
    SearchStoreStatus,
    SettingsStatus,
    SyncStatus,
    ValidateCertStatus,
    WipeStatus,
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::Node;

    #[test]
    fn a_status_stands_under_the_commands_own_root() {
        for command in Command::ALL {
            let Some(root) = command.root() else {
                assert_eq!(
                    status_only(command, CommonStatus::DeviceNotProvisioned),
                    None
                );
                continue;
            };
            let document = status_only(command, CommonStatus::DeviceNotProvisioned).unwrap();
            assert_eq!(document.tag, root);
            let [Node::Element(status)] = document.children.as_slice() else {
                panic!("{command:?} has more than a status");
            };
            assert_eq!(
                (status.tag.page(), status.tag.name()),
                (root.page(), "Status")
            );
            assert_eq!(status.value(), "142");
        }
    }

    #[test]
    fn each_command_has_a_status_for_what_it_cannot_read() {
        let missing = BodyError::new(airsync::SYNC_KEY, BodyErrorKind::Missing);
        let many = BodyError::new(airsync::ADD, BodyErrorKind::TooMany { limit: 1 });
        for (command, error, code) in [
            (Command::Sync, missing, 4),
            (Command::Ping, missing, 4),
            (Command::FolderSync, missing, 10),
            (Command::MoveItems, many, 103),
            (Command::ItemOperations, missing, 2),
            (Command::ItemOperations, many, 11),
            (Command::Settings, missing, 2),
            (Command::Provision, missing, 2),
            (Command::SendMail, missing, 103),
            (Command::SmartForward, missing, 103),
            (
                Command::SmartForward,
                BodyError::new(compose_mail::MIME, BodyErrorKind::Contradiction),
                178,
            ),
            (
                Command::SmartForward,
                BodyError::new(compose_mail::FORWARDEE_EMAIL, BodyErrorKind::Missing),
                179,
            ),
        ] {
            assert_eq!(
                StatusCode::malformed(command, &error).code(),
                code,
                "{command:?}"
            );
        }
    }
}
