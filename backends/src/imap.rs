//! IMAP (RFC 3501, RFC 9051): accounts on a server as mailboxes, over a thin, tolerant client of our own.
//!
//! - [`ImapStore`] has the accounts of one server and the sessions that they share; [`ImapMailbox`] is one account.
//! - [`wire`] is the protocol without sockets: bytes to typed responses, typed commands to bytes.
//! - [`Connector`] opens a connection, protects it and signs in; all that it needs to know is in [`ImapServer`].
//! - [`Session`] runs commands over it. Whatever the server says unasked comes out with the next answer.
//! - [`Body`] reads the text of a message of any size, piece by piece.
//! - [`Error`] tells what went wrong, and becomes a [`BackendError`](crate::BackendError) in one place.

mod changes;
mod connect;
mod content;
mod create;
mod delete;
mod error;
mod extension;
mod find;
mod flags;
mod folders;
mod inquiry;
mod login;
mod look;
mod mailbox;
mod mark;
mod message;
mod relocate;
mod search;
mod server;
mod session;
mod store;
mod stream;
mod survey;
mod sweep;
mod token;
mod tree;
mod watch;
pub mod wire;

pub use connect::{Connector, ServerError};
pub use error::{Error, Refusal};
pub use extension::{Extension, Extensions};
pub use login::{Login, Secret};
pub use mailbox::ImapMailbox;
pub use server::{ImapServer, Master, MasterStyle, Timeouts};
pub use session::{Access, Body, Known, Opened, Reply, Selected, Session};
pub use store::{ImapCounters, ImapDriver, ImapOptions, ImapStore, Scope, Secrets};
pub use stream::Stream;
pub use watch::{Listening, WatchOptions};

pub use crate::tls::Security;
