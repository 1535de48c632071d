//! ItemOperations: single items and attachments, and whole folders (MS-ASCMD 2.2.1.10).

mod request;
mod response;

pub use request::{
    ByteRange, FetchOperation, FetchOptions, FetchTarget, ItemOperation, ItemOperationsRequest,
};
pub use response::{
    FetchAnswer, FetchContent, FetchProperties, ItemOperationAnswer, ItemOperationsResponse,
};
