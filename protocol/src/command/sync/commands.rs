//! Operations on items in Sync: the phone's, their results, the server's.

use crate::codepages::{airsync, airsyncbase};
use crate::command::{BodyError, BodyErrorKind, ClientId, ItemClass, ServerId, StatusCode, parts};
use crate::element::Element;
use crate::tag::Tag;

use super::ApplicationData;

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

impl ClientCommand {
    /// Reads one operation; `None` if it is none that we know, or if it names no item (BlackBerry 10 sends empty
    /// ids).
    pub(super) fn from_element(element: &Element) -> Result<Option<Self>, BodyError> {
        if element.tag == airsync::ADD {
            return Ok(Some(Self::Add {
                class: parts::class(element, airsync::CLASS)?,
                client_id: parts::id(element, airsync::CLIENT_ID)?,
                data: ApplicationData::uploaded(element)?,
            }));
        }
        if element.child(airsync::SERVER_ID).is_none() {
            return Err(BodyError::new(airsync::SERVER_ID, BodyErrorKind::Missing));
        }
        let Some(server_id) = parts::optional_id(element, airsync::SERVER_ID)? else {
            return Ok(None);
        };
        let class = parts::class(element, airsync::CLASS)?;
        let instance_id = parts::text(element, airsyncbase::INSTANCE_ID);
        Ok(match element.tag {
            airsync::CHANGE => Some(Self::Change {
                class,
                server_id,
                instance_id,
                data: ApplicationData::uploaded(element)?,
            }),
            airsync::DELETE => Some(Self::Delete {
                class,
                server_id,
                instance_id,
            }),
            airsync::FETCH => Some(Self::Fetch { server_id }),
            _ => None,
        })
    }

    pub(super) fn to_element(&self) -> Element {
        match self {
            Self::Add {
                class,
                client_id,
                data,
            } => Element::new(airsync::ADD)
                .with_some(write_class(*class))
                .with(parts::write_id(airsync::CLIENT_ID, client_id))
                .with_all(data.upload()),
            Self::Change {
                class,
                server_id,
                instance_id,
                data,
            } => named(airsync::CHANGE, *class, server_id)
                .with_some(write_instance(instance_id))
                .with_all(data.upload()),
            Self::Delete {
                class,
                server_id,
                instance_id,
            } => named(airsync::DELETE, *class, server_id).with_some(write_instance(instance_id)),
            Self::Fetch { server_id } => named(airsync::FETCH, None, server_id),
        }
    }
}

impl ItemAnswer {
    pub(super) fn from_element(element: &Element) -> Result<Option<Self>, BodyError> {
        let status = || parts::status(element, airsync::STATUS);
        let server_id = || parts::id(element, airsync::SERVER_ID);
        let instance_id = || parts::text(element, airsyncbase::INSTANCE_ID);
        Ok(Some(match element.tag {
            airsync::ADD => Self::Add {
                class: parts::class(element, airsync::CLASS)?,
                client_id: parts::id(element, airsync::CLIENT_ID)?,
                server_id: parts::optional_id(element, airsync::SERVER_ID)?,
                status: status()?,
                data: ApplicationData::optional(element),
            },
            airsync::CHANGE => Self::Change {
                class: parts::class(element, airsync::CLASS)?,
                server_id: server_id()?,
                instance_id: instance_id(),
                status: status()?,
                data: ApplicationData::optional(element),
            },
            airsync::DELETE => Self::Delete {
                server_id: server_id()?,
                instance_id: instance_id(),
                status: status()?,
            },
            airsync::FETCH => Self::Fetch {
                server_id: server_id()?,
                status: status()?,
                data: ApplicationData::optional(element),
            },
            _ => return Ok(None),
        }))
    }

    pub(super) fn to_element(&self) -> Element {
        match self {
            Self::Add {
                class,
                client_id,
                server_id,
                status,
                data,
            } => Element::new(airsync::ADD)
                .with_some(write_class(*class))
                .with(parts::write_id(airsync::CLIENT_ID, client_id))
                .with_some(
                    server_id
                        .as_ref()
                        .map(|id| parts::write_id(airsync::SERVER_ID, id)),
                )
                .with(parts::write_status(airsync::STATUS, *status))
                .with_some(write_data(data)),
            Self::Change {
                class,
                server_id,
                instance_id,
                status,
                data,
            } => named(airsync::CHANGE, *class, server_id)
                .with_some(write_instance(instance_id))
                .with(parts::write_status(airsync::STATUS, *status))
                .with_some(write_data(data)),
            Self::Delete {
                server_id,
                instance_id,
                status,
            } => named(airsync::DELETE, None, server_id)
                .with_some(write_instance(instance_id))
                .with(parts::write_status(airsync::STATUS, *status)),
            Self::Fetch {
                server_id,
                status,
                data,
            } => named(airsync::FETCH, None, server_id)
                .with(parts::write_status(airsync::STATUS, *status))
                .with_some(write_data(data)),
        }
    }
}

impl ServerCommand {
    pub(super) fn from_element(element: &Element) -> Result<Option<Self>, BodyError> {
        let class = || parts::class(element, airsync::CLASS);
        let server_id = || parts::id(element, airsync::SERVER_ID);
        Ok(Some(match element.tag {
            airsync::ADD => Self::Add {
                class: class()?,
                server_id: server_id()?,
                data: ApplicationData::required(element)?,
            },
            airsync::CHANGE => Self::Change {
                class: class()?,
                server_id: server_id()?,
                data: ApplicationData::required(element)?,
            },
            airsync::DELETE => Self::Delete {
                class: class()?,
                server_id: server_id()?,
            },
            airsync::SOFT_DELETE => Self::SoftDelete {
                server_id: server_id()?,
            },
            _ => return Ok(None),
        }))
    }

    pub(super) fn to_element(&self) -> Element {
        match self {
            Self::Add {
                class,
                server_id,
                data,
            } => named(airsync::ADD, *class, server_id).with(data.element().clone()),
            Self::Change {
                class,
                server_id,
                data,
            } => named(airsync::CHANGE, *class, server_id).with(data.element().clone()),
            Self::Delete { class, server_id } => named(airsync::DELETE, *class, server_id),
            Self::SoftDelete { server_id } => named(airsync::SOFT_DELETE, None, server_id),
        }
    }
}

fn named(tag: Tag, class: Option<ItemClass>, server_id: &ServerId) -> Element {
    Element::new(tag)
        .with_some(write_class(class))
        .with(parts::write_id(airsync::SERVER_ID, server_id))
}

fn write_class(class: Option<ItemClass>) -> Option<Element> {
    class.map(|class| parts::write_class(airsync::CLASS, class))
}

fn write_instance(instance_id: &Option<String>) -> Option<Element> {
    parts::write_text(airsyncbase::INSTANCE_ID, instance_id.as_ref())
}

fn write_data(data: &Option<ApplicationData>) -> Option<Element> {
    data.as_ref().map(|data| data.element().clone())
}
