//! What a device is told of an item, as a command of Sync.

use protocol::command::ServerId as WireId;
use protocol::command::sync::{ApplicationData, ServerCommand};
use protocol::element::{Element, Node};

use crate::error::Fault;
use crate::ids::FolderNo;
use crate::index::{Action, Command};

/// About how many bytes an item has on the wire.
pub(super) fn weight(data: Option<&ApplicationData>) -> usize {
    fn of(element: &Element) -> usize {
        element
            .children
            .iter()
            .map(|node| match node {
                Node::Element(child) => 2 + of(child),
                Node::Text(text) => text.len() + 2,
                Node::Opaque(bytes) => bytes.len() + 4,
            })
            .sum()
    }
    data.map_or(16, |data| 32 + of(data.element()))
}

pub(super) fn server_command(
    folder: FolderNo,
    command: &Command,
    data: Option<ApplicationData>,
) -> Result<ServerCommand, Fault> {
    let server_id = WireId::from_numbers(folder.0, command.item.0);
    Ok(match (command.action, data) {
        (Action::Add, Some(data)) => ServerCommand::Add {
            class: None,
            server_id,
            data,
        },
        (Action::Change, Some(data)) => ServerCommand::Change {
            class: None,
            server_id,
            data,
        },
        (Action::Delete, _) => ServerCommand::Delete {
            class: None,
            server_id,
        },
        (Action::SoftDelete, _) => ServerCommand::SoftDelete { server_id },
        (Action::Add | Action::Change, None) => {
            return Err(Fault::Broken("an item without a row on a page"));
        }
    })
}
