//! Find: messages of the mailbox, and entries of the address list, from 16.1 on (MS-ASCMD 2.2.1.2).

mod request;
mod response;

pub use request::{FindCriterion, FindPage, FindQuery, FindRequest};
pub use response::{FindAnswer, FindResponse, FindResults, FoundMail, MailMatch};
