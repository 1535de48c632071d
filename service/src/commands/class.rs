//! Items of all classes between their stores and the wire. What depends on the class is decided here, in
//! [`super::sync`]'s uploads, and in each class's own file: a new class does not compile until it is.

use backends::{BackendError, Class, Item, ItemState, Marks, Role};
use protocol::airsyncbase::Body;
use protocol::class::contacts::Contact;
use protocol::class::email::Email;
use protocol::command::sync::{self, ApplicationData, SyncOptions};
use protocol::element::{Element, Node};
use protocol::tag::Tag;
use protocol::version::Version;

use crate::commands::contacts::{self, Trace};
use crate::commands::context::Context;
use crate::commands::mail;
use crate::commands::reading::{self, Message, Spot};
use crate::config::ConflictPolicy;
use crate::convert::email::{self, BodyWish};
use crate::ids::ItemNo;
use crate::ids::long_id::LongId;
use crate::index::{Action, Conflict, Session};

/// What is read of an item to tell a device of it.
#[derive(Debug)]
pub(super) enum Content {
    /// Nothing: it is gone.
    Nothing,
    /// All of it.
    Whole(Item),
    /// A message, as far as it is wanted.
    Mail(Box<Message>),
    /// The marks of a message.
    Marks(ItemState, Marks),
}

impl Content {
    /// The state that was read.
    pub(super) fn state(&self) -> Option<&ItemState> {
        match self {
            Self::Nothing => None,
            Self::Whole(item) => Some(&item.state),
            Self::Mail(message) => Some(message.state()),
            Self::Marks(state, _) => Some(state),
        }
    }
}

/// An item as a device gets it.
#[derive(Debug)]
pub(super) enum Shown {
    /// A message, or what changed of it.
    Mail(Box<Email>),
    /// A contact.
    Contact(Box<Contact>),
}

impl Shown {
    /// Its properties.
    pub(super) fn properties(&self, version: Version) -> Vec<Element> {
        let data = match self {
            Self::Mail(email) => email.to_data(version),
            Self::Contact(contact) => contact.to_data(version),
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
            Self::Contact(contact) => contact.body.as_mut(),
        }
    }

    /// What is kept of it when a device is told.
    pub(super) fn trace(&self) -> Option<Trace> {
        match self {
            Self::Mail(_) => None,
            Self::Contact(contact) => Some(Trace::of(contact)),
        }
    }
}

/// What an item's change is read as: the text of a draft changes, that of other messages never does.
pub(super) fn read_as((class, role): (Class, Role), action: Action) -> Action {
    match (class, role, action) {
        (Class::Email, Role::Drafts, Action::Change) => Action::Add,
        _ => action,
    }
}

/// Whether items of a class can be read.
pub(super) fn is_served(class: Class) -> bool {
    match class {
        Class::Email | Class::Contacts => true,
        Class::Calendar | Class::Tasks | Class::Notes => false,
    }
}

/// Reads what an action tells of an item.
///
/// # Errors
/// The backend's.
pub(super) async fn read(
    spot: Spot<'_>,
    class: Class,
    action: Action,
    wish: &BodyWish,
) -> Result<Content, BackendError> {
    match (action, class) {
        (Action::Delete | Action::SoftDelete, _) => Ok(Content::Nothing),
        // The text of a message never changes: only its marks are told, see `read_as`.
        (Action::Change, Class::Email) => {
            let read = spot.mailbox.marks(spot.folder, spot.item, spot.version);
            let (state, marks) = read.await?;
            Ok(Content::Marks(state, marks))
        }
        (Action::Add, Class::Email) => {
            let message = reading::message(spot, wish).await?;
            Ok(Content::Mail(Box::new(message)))
        }
        (
            Action::Add | Action::Change,
            Class::Contacts | Class::Calendar | Class::Tasks | Class::Notes,
        ) => spot.fetch().await.map(Content::Whole),
    }
}

/// An item as the device wants it. `None`: it cannot be said at all.
pub(super) async fn show(
    context: &Context<'_>,
    (class, id): (Class, &LongId),
    content: Content,
    wish: &BodyWish,
) -> Option<Shown> {
    match (class, content) {
        (Class::Email, Content::Mail(message)) => {
            let converted = mail::convert(context, id, *message, wish).await?;
            Some(Shown::Mail(Box::new(converted.email)))
        }
        (Class::Email, Content::Marks(_, marks)) => {
            let email = email::marks_change(mail::marks(&marks), &mail::categories(&marks));
            Some(Shown::Mail(Box::new(email)))
        }
        (Class::Contacts, Content::Whole(item)) => {
            let contact = contacts::convert(context, id.indexed()?, item, wish).await?;
            Some(Shown::Contact(Box::new(contact)))
        }
        (Class::Email, Content::Nothing | Content::Whole(_))
        | (Class::Contacts, Content::Nothing | Content::Marks(..) | Content::Mail(_))
        | (Class::Calendar | Class::Tasks | Class::Notes, _) => None,
    }
}

/// What the store keeps of the properties that a device says are its own.
pub(super) fn supported(class: Class, tags: &[Tag]) -> Option<String> {
    match class {
        Class::Contacts => Some(contacts::supported(tags)),
        Class::Email | Class::Calendar | Class::Tasks | Class::Notes => None,
    }
}

/// Who wins when both sides changed an item: what the device asks for, unless the operator says otherwise.
pub(super) fn conflict(context: &Context<'_>, class: Class, options: &SyncOptions) -> Conflict {
    let asked = match options.conflict {
        Some(sync::Conflict::ClientWins) => Conflict::ClientWins,
        Some(sync::Conflict::ServerWins) | None => Conflict::ServerWins,
    };
    match class {
        Class::Contacts => match context.parts.grants.contacts_conflict {
            ConflictPolicy::Device => asked,
            ConflictPolicy::Server => Conflict::ServerWins,
            ConflictPolicy::Client => Conflict::ClientWins,
            ConflictPolicy::Merge => Conflict::Merge,
        },
        Class::Email | Class::Calendar | Class::Tasks | Class::Notes => asked,
    }
}

/// Notes in the session what its answer tells of items. What is told is kept only where conflicts are merged.
pub(super) fn note(session: &mut Session, traces: Vec<(ItemNo, Trace)>, conflict: Conflict) {
    if session.folder().class == Class::Contacts && conflict != Conflict::Merge {
        session.tell_nothing();
    }
    for (item, trace) in traces {
        contacts::note(session, item, trace);
    }
}
