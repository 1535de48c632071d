//! ItemOperations: single items and attachments, and whole folders (MS-ASCMD 2.2.1.10).

mod range;
mod request;
mod response;

pub use range::{ByteRange, RangeAsked};
pub use request::{
    FetchOperation, FetchOptions, FetchTarget, ItemOperation, ItemOperationsRequest, STORE_MAILBOX,
};
pub use response::{
    EmptyFolderAnswer, FetchAnswer, FetchContent, FetchProperties, ItemOperationsResponse,
    MoveConversationAnswer,
};
