//! Commands as types: what a phone asks and what a server answers, read from and written to a document.
//!
//! Both directions of each command live here, so that the service and the simulated phone share one reading of the
//! specification. Reading is lenient where phones differ (order of children, surplus elements, empty flags), writing
//! keeps the order of the schema, since some phones read sequentially.
//!
//! Not here: WBXML ([`crate::wbxml`]), the classes of items ([`crate::class`]), what an answer should be
//! ([`crate::flow`] and the service).

pub mod compose_mail;
mod error;
pub mod find;
pub mod folder_create;
pub mod folder_delete;
pub mod folder_sync;
pub mod folder_update;
mod gal;
pub mod get_item_estimate;
mod ids;
mod item_class;
pub mod item_operations;

pub mod move_items;
mod parts;
pub mod ping;
pub mod provision;
pub mod resolve_recipients;
mod result_range;
pub mod search;
pub mod settings;
mod status_code;
pub mod sync;

pub use error::{BodyError, BodyErrorKind};
pub use gal::{GalEntry, GalPicture, PictureOptions};
pub use ids::{ClientId, CollectionId, IdError, ServerId, SyncKeyText};
pub use item_class::ItemClass;
pub use result_range::ResultRange;
pub use status_code::{StatusCode, status_only};

use crate::element::Element;
use crate::tag::Tag;
use crate::version::Version;

/// A request or an answer with a document of its own.
///
/// Law, checked by generated values: `from_element(&x.to_element(version)) == x` for every `x` whose parts exist in
/// `version`.
pub trait Body: Sized {
    /// The tag of the document's root.
    const ROOT: Tag;

    /// Reads a document.
    ///
    /// # Errors
    /// [`BodyError`] says which element is missing, repeated or not readable.
    fn from_element(root: &Element) -> Result<Self, BodyError>;

    /// Writes a document in schema order, in the shape that `version` has.
    fn to_element(&self, version: Version) -> Element;
}
