//! Items of all classes between their stores and the wire. What depends on the class is decided here, in
//! [`super::sync`]'s uploads, and in each class's own file: a new class does not compile until it is.

use backends::{BackendError, Class, FolderRef, Item, Mailbox, Marks};
use protocol::airsyncbase::Body;
use protocol::class::email::Email;
use protocol::command::sync::ApplicationData;
use protocol::element::{Element, Node};
use protocol::version::Version;

use crate::commands::context::Context;
use crate::commands::mail;
use crate::convert::email::{self, BodyWish};
use crate::ids::ServerId;
use crate::index::{Action, IndexedItem};

/// What is read of an item to tell a device of it.
#[derive(Debug)]
pub(super) enum Content {
    /// Nothing: it is gone.
    Nothing,
    /// All of it.
    Whole(Item),
    /// The marks of a message.
    Marks(Marks),
}

/// An item as a device gets it.
#[derive(Debug)]
pub(super) enum Shown {
    /// A message, or what changed of it.
    Mail(Box<Email>),
}

impl Shown {
    /// Its properties.
    pub(super) fn properties(&self, version: Version) -> Vec<Element> {
        let data = match self {
            Self::Mail(email) => email.to_data(version),
        };
        let elements = data.children.into_iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) | Node::Opaque(_) => None,
        });
        elements.collect()
    }

    /// The same for a command of Sync.
    pub(super) fn data(&self, version: Version) -> ApplicationData {
        ApplicationData::new(self.properties(version))
    }

    /// Its body, if it has one.
    pub(super) fn body_mut(&mut self) -> Option<&mut Body> {
        match self {
            Self::Mail(email) => email.body.as_mut(),
        }
    }
}

/// Whether items of a class can be read.
pub(super) fn is_served(class: Class) -> bool {
    match class {
        Class::Email => true,
        Class::Contacts | Class::Calendar | Class::Tasks | Class::Notes => false,
    }
}

/// Reads what an action tells of an item.
///
/// # Errors
/// The backend's.
pub(super) async fn read(
    (mailbox, folder): (&dyn Mailbox, &FolderRef),
    class: Class,
    action: Action,
    row: &IndexedItem,
) -> Result<Content, BackendError> {
    match (action, class) {
        (Action::Delete | Action::SoftDelete, _) => Ok(Content::Nothing),
        // The text of a message never changes: only its marks are told.
        (Action::Change, Class::Email) => {
            let (_, marks) = mailbox.marks(folder, &row.reference, &row.version).await?;
            Ok(Content::Marks(marks))
        }
        (Action::Add | Action::Change, _) => mailbox
            .fetch(folder, &row.reference, &row.version)
            .await
            .map(Content::Whole),
    }
}

/// An item as the device wants it. `None`: it cannot be said at all.
pub(super) async fn show(
    context: &Context<'_>,
    (class, id): (Class, ServerId),
    content: Content,
    wish: &BodyWish,
) -> Option<Shown> {
    let email = match (class, content) {
        (Class::Email, Content::Whole(item)) => mail::convert(context, id, item, wish).await?.email,
        (Class::Email, Content::Marks(marks)) => {
            email::marks_change(mail::marks(&marks), &mail::categories(&marks))
        }
        (Class::Contacts | Class::Calendar | Class::Tasks | Class::Notes, _)
        | (Class::Email, Content::Nothing) => return None,
    };
    Some(Shown::Mail(Box::new(email)))
}
