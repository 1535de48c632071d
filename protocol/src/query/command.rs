//! The commands.

use std::fmt;

use crate::codepages::{
    airsync, compose_mail, find, folder_hierarchy, get_item_estimate, item_operations,
    meeting_response, move_items, ping, provision, resolve_recipients, search, settings,
    validate_cert,
};
use crate::tag::Tag;
use crate::version::Version;

/// What a request asks for (MS-ASHTTP 2.2.1.1.1.2.5). Autodiscover is not among them: it has a path of its own.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Command {
    /// Changes of items, in both directions.
    Sync,
    /// Sends a message.
    SendMail,
    /// Sends a message with another one attached or below it.
    SmartForward,
    /// Sends an answer with the original below it.
    SmartReply,
    /// Bytes of an attachment, up to 12.1.
    GetAttachment,
    /// All folders, up to 12.1.
    GetHierarchy,
    /// Makes a folder; before 2.5.
    CreateCollection,
    /// Deletes a folder; before 2.5.
    DeleteCollection,
    /// Moves a folder; before 2.5.
    MoveCollection,
    /// Changes of the folders.
    FolderSync,
    /// Makes a folder.
    FolderCreate,
    /// Deletes a folder.
    FolderDelete,
    /// Renames or moves a folder.
    FolderUpdate,
    /// Moves items between folders.
    MoveItems,
    /// How many changes a Sync would bring.
    GetItemEstimate,
    /// Accepts or declines a meeting.
    MeetingResponse,
    /// Finds addresses, messages, documents.
    Search,
    /// Out of office, device information, user information.
    Settings,
    /// Waits for changes.
    Ping,
    /// Fetches items and attachments, empties folders.
    ItemOperations,
    /// Policies and remote wipe.
    Provision,
    /// Finds certificates and free and busy times of recipients.
    ResolveRecipients,
    /// Checks a certificate.
    ValidateCert,
    /// Finds addresses and messages, from 16.1.
    Find,
}

impl Command {
    /// All commands, in the order in which servers customarily list them.
    pub const ALL: [Self; 24] = [
        Self::Sync,
        Self::SendMail,
        Self::SmartForward,
        Self::SmartReply,
        Self::GetAttachment,
        Self::GetHierarchy,
        Self::CreateCollection,
        Self::DeleteCollection,
        Self::MoveCollection,
        Self::FolderSync,
        Self::FolderCreate,
        Self::FolderDelete,
        Self::FolderUpdate,
        Self::MoveItems,
        Self::GetItemEstimate,
        Self::MeetingResponse,
        Self::Search,
        Self::Settings,
        Self::Ping,
        Self::ItemOperations,
        Self::Provision,
        Self::ResolveRecipients,
        Self::ValidateCert,
        Self::Find,
    ];

    /// Reads a name, without regard to case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|command| command.as_str().eq_ignore_ascii_case(name))
    }

    /// Reads the code of the base64 query.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|command| command.code() == Some(code))
    }

    /// The code of the base64 query (MS-ASHTTP 2.2.1.1.1.1.2); the oldest commands have none.
    #[must_use]
    pub const fn code(self) -> Option<u8> {
        Some(match self {
            Self::Sync => 0,
            Self::SendMail => 1,
            Self::SmartForward => 2,
            Self::SmartReply => 3,
            Self::GetAttachment => 4,
            Self::FolderSync => 9,
            Self::FolderCreate => 10,
            Self::FolderDelete => 11,
            Self::FolderUpdate => 12,
            Self::MoveItems => 13,
            Self::GetItemEstimate => 14,
            Self::MeetingResponse => 15,
            Self::Search => 16,
            Self::Settings => 17,
            Self::Ping => 18,
            Self::ItemOperations => 19,
            Self::Provision => 20,
            Self::ResolveRecipients => 21,
            Self::ValidateCert => 22,
            Self::Find => 23,
            Self::GetHierarchy
            | Self::CreateCollection
            | Self::DeleteCollection
            | Self::MoveCollection => return None,
        })
    }

    /// The name in a query and in headers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sync => "Sync",
            Self::SendMail => "SendMail",
            Self::SmartForward => "SmartForward",
            Self::SmartReply => "SmartReply",
            Self::GetAttachment => "GetAttachment",
            Self::GetHierarchy => "GetHierarchy",
            Self::CreateCollection => "CreateCollection",
            Self::DeleteCollection => "DeleteCollection",
            Self::MoveCollection => "MoveCollection",
            Self::FolderSync => "FolderSync",
            Self::FolderCreate => "FolderCreate",
            Self::FolderDelete => "FolderDelete",
            Self::FolderUpdate => "FolderUpdate",
            Self::MoveItems => "MoveItems",
            Self::GetItemEstimate => "GetItemEstimate",
            Self::MeetingResponse => "MeetingResponse",
            Self::Search => "Search",
            Self::Settings => "Settings",
            Self::Ping => "Ping",
            Self::ItemOperations => "ItemOperations",
            Self::Provision => "Provision",
            Self::ResolveRecipients => "ResolveRecipients",
            Self::ValidateCert => "ValidateCert",
            Self::Find => "Find",
        }
    }

    /// The root element of requests and answers; `None` for commands without a WBXML body.
    #[must_use]
    pub const fn root(self) -> Option<Tag> {
        match self.root_and_status() {
            Some((root, _status)) => Some(root),
            None => None,
        }
    }

    /// The `Status` element that an answer with nothing but a status has in its [`root`](Self::root).
    #[must_use]
    pub const fn status(self) -> Option<Tag> {
        match self.root_and_status() {
            Some((_root, status)) => Some(status),
            None => None,
        }
    }

    const fn root_and_status(self) -> Option<(Tag, Tag)> {
        Some(match self {
            Self::Sync => (airsync::SYNC, airsync::STATUS),
            Self::SendMail => (compose_mail::SEND_MAIL, compose_mail::STATUS),
            Self::SmartForward => (compose_mail::SMART_FORWARD, compose_mail::STATUS),
            Self::SmartReply => (compose_mail::SMART_REPLY, compose_mail::STATUS),
            Self::FolderSync => (folder_hierarchy::FOLDER_SYNC, folder_hierarchy::STATUS),
            Self::FolderCreate => (folder_hierarchy::FOLDER_CREATE, folder_hierarchy::STATUS),
            Self::FolderDelete => (folder_hierarchy::FOLDER_DELETE, folder_hierarchy::STATUS),
            Self::FolderUpdate => (folder_hierarchy::FOLDER_UPDATE, folder_hierarchy::STATUS),
            Self::MoveItems => (move_items::MOVE_ITEMS, move_items::STATUS),
            Self::GetItemEstimate => (
                get_item_estimate::GET_ITEM_ESTIMATE,
                get_item_estimate::STATUS,
            ),
            Self::MeetingResponse => (meeting_response::MEETING_RESPONSE, meeting_response::STATUS),
            Self::Search => (search::SEARCH, search::STATUS),
            Self::Settings => (settings::SETTINGS, settings::STATUS),
            Self::Ping => (ping::PING, ping::STATUS),
            Self::ItemOperations => (item_operations::ITEM_OPERATIONS, item_operations::STATUS),
            Self::Provision => (provision::PROVISION, provision::STATUS),
            Self::ResolveRecipients => (
                resolve_recipients::RESOLVE_RECIPIENTS,
                resolve_recipients::STATUS,
            ),
            Self::ValidateCert => (validate_cert::VALIDATE_CERT, validate_cert::STATUS),
            Self::Find => (find::FIND, find::STATUS),
            Self::GetAttachment
            | Self::GetHierarchy
            | Self::CreateCollection
            | Self::DeleteCollection
            | Self::MoveCollection => return None,
        })
    }

    /// Whether `version` has the command.
    #[must_use]
    pub fn exists_in(self, version: Version) -> bool {
        match self {
            Self::GetAttachment | Self::GetHierarchy => version <= Version::V12_1,
            Self::CreateCollection | Self::DeleteCollection | Self::MoveCollection => {
                version <= Version::V2_5
            }
            Self::Settings | Self::ItemOperations => version >= Version::V12_0,
            Self::Find => version >= Version::V16_1,
            Self::Sync
            | Self::SendMail
            | Self::SmartForward
            | Self::SmartReply
            | Self::FolderSync
            | Self::FolderCreate
            | Self::FolderDelete
            | Self::FolderUpdate
            | Self::MoveItems
            | Self::GetItemEstimate
            | Self::MeetingResponse
            | Self::Search
            | Self::Ping
            | Self::Provision
            | Self::ResolveRecipients
            | Self::ValidateCert => true,
        }
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_lead_back() {
        for command in Command::ALL {
            assert_eq!(Command::parse(command.as_str()), Some(command));
            if let Some(code) = command.code() {
                assert_eq!(Command::from_code(code), Some(command));
            }
        }
        assert_eq!(Command::parse("foldersync"), Some(Command::FolderSync));
        assert_eq!(Command::parse("Autodiscover"), None);
        assert_eq!(Command::from_code(5), None);
    }

    #[test]
    fn roots_carry_the_name_of_the_command() {
        for command in Command::ALL {
            if let Some(root) = command.root() {
                assert_eq!(root.name(), command.as_str());
                assert_eq!(command.status().unwrap().page(), root.page());
            }
        }
        assert_eq!(Command::GetAttachment.root(), None);
    }
}
