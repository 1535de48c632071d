//! Sync: items of folders, both ways (MS-ASCMD 2.2.1.21).
//!
//! An empty body is legal both ways and is represented outside: as request by [`SyncRequest::default`]'s absence
//! (see [`crate::flow::cached_sync`]), as answer by not writing one.

mod commands;
mod options;
mod request;
mod response;

pub use commands::{ApplicationData, ClientCommand, ItemAnswer, ServerCommand};
pub use options::{Conflict, FilterType, MimeSupport, SyncOptions};
pub use request::{Hold, SyncCollection, SyncRequest};
pub use response::{CollectionAnswer, SyncResponse};
