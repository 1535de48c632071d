//! Search: messages of the mailbox, and entries of the address list (MS-ASCMD 2.2.1.16).
//!
//! What is wrong within the store's part of a request is told by the store's own status, see
//! [`SearchResponse::malformed`].

mod query;
mod request;
mod response;

pub use query::MailboxQuery;
pub use request::{SearchOptions, SearchRequest, SearchStore};
pub use response::{MailResult, SearchResponse, SearchResults, StoreAnswer};
