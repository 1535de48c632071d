//! Operations on items in Sync: the phone's, their results, the server's.

use crate::codepages::airsync;
use crate::command::{ClientId, ItemClass, ServerId, StatusCode};
use crate::element::Element;

/// The properties of an item, to be read and made by the class modules.
///
/// Invariant: the element's tag is `ApplicationData`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ApplicationData(Element);

impl ApplicationData {
    /// Properties to be sent.
    #[must_use]
    pub fn new(properties: impl IntoIterator<Item = Element>) -> Self {
        Self(Element::new(airsync::APPLICATION_DATA).with_all(properties))
    }

    /// The `ApplicationData` element itself.
    #[must_use]
    pub const fn element(&self) -> &Element {
        &self.0
    }

    /// The properties in it.
    pub fn properties(&self) -> impl Iterator<Item = &Element> {
        self.0.elements()
    }
}

/// What a phone did to an item.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ClientCommand {
    /// Made one.
    Add {
        /// If it is not the folder's.
        class: Option<ItemClass>,
        /// The phone's name for it until it learns ours.
        client_id: ClientId,
        /// Its properties.
        data: ApplicationData,
    },
    /// Changed one.
    Change {
        /// If it is not the folder's.
        class: Option<ItemClass>,
        /// The item.
        server_id: ServerId,
        /// One occurrence of a series (16.0 on): its original start.
        instance_id: Option<String>,
        /// The changed properties.
        data: ApplicationData,
    },
    /// Deleted one.
    Delete {
        /// If it is not the folder's.
        class: Option<ItemClass>,
        /// The item.
        server_id: ServerId,
        /// One occurrence of a series (16.0 on): its original start.
        instance_id: Option<String>,
    },
    /// Wants one in full.
    Fetch {
        /// The item.
        server_id: ServerId,
    },
}

/// The result of a phone's operation. Successful changes and deletes have none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ItemAnswer {
    /// Of an Add.
    Add {
        /// If it is not the folder's.
        class: Option<ItemClass>,
        /// The phone's name.
        client_id: ClientId,
        /// The name from now on; none if it failed.
        server_id: Option<ServerId>,
        /// How it went.
        status: StatusCode,
        /// What the server made of it (16.0 on).
        data: Option<ApplicationData>,
    },
    /// Of a Change.
    Change {
        /// If it is not the folder's.
        class: Option<ItemClass>,
        /// The item.
        server_id: ServerId,
        /// The occurrence.
        instance_id: Option<String>,
        /// How it went.
        status: StatusCode,
        /// What the server made of it (16.0 on).
        data: Option<ApplicationData>,
    },
    /// Of a Delete that failed.
    Delete {
        /// The item.
        server_id: ServerId,
        /// The occurrence.
        instance_id: Option<String>,
        /// How it went.
        status: StatusCode,
    },
    /// Of a Fetch.
    Fetch {
        /// The item.
        server_id: ServerId,
        /// How it went.
        status: StatusCode,
        /// The item's properties; none if it failed.
        data: Option<ApplicationData>,
    },
}

/// What the phone shall do to its copy.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ServerCommand {
    /// A new item.
    Add {
        /// If it is not the folder's.
        class: Option<ItemClass>,
        /// Its id.
        server_id: ServerId,
        /// All its properties.
        data: ApplicationData,
    },
    /// A changed item.
    Change {
        /// If it is not the folder's.
        class: Option<ItemClass>,
        /// Its id.
        server_id: ServerId,
        /// The changed properties.
        data: ApplicationData,
    },
    /// A deleted item.
    Delete {
        /// If it is not the folder's.
        class: Option<ItemClass>,
        /// Its id.
        server_id: ServerId,
    },
    /// An item that fell out of the filter and still exists.
    SoftDelete {
        /// Its id.
        server_id: ServerId,
    },
}
