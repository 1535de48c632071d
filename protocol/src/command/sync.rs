//! Sync: items of folders, both ways (MS-ASCMD 2.2.1.21).
//!
//! An empty body is legal both ways and is represented outside: a request by `None`, see [`crate::flow::cached_sync`],
//! an answer by not writing one.

mod application_data;
mod commands;
mod options;
mod request;
mod response;

pub use application_data::ApplicationData;
pub use commands::{ClientCommand, ItemAnswer, ServerCommand};
pub use options::{Conflict, FilterType, MimeSupport, SyncOptions};
pub use request::{Hold, SyncCollection, SyncRequest};
pub use response::{CollectionAnswer, SyncResponse};
