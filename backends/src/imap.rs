//! IMAP (RFC 3501, RFC 9051): a thin, tolerant client.
//!
//! - [`wire`] is the protocol without sockets: bytes to typed responses, typed commands to bytes.
//! - [`Connector`] opens a connection, protects it and signs in; all that it needs to know is in [`ImapServer`].
//! - [`Session`] runs commands over it. Whatever the server says unasked comes out with the next answer.
//! - [`Body`] reads the text of a message of any size, piece by piece.
//! - [`Error`] tells what went wrong, and becomes a [`BackendError`](crate::BackendError) in one place.

mod connect;
mod error;
mod extension;
mod login;
mod server;
mod session;
mod stream;
pub mod wire;

pub use connect::{Connector, ServerError};
pub use error::{Error, Refusal};
pub use extension::{Extension, Extensions};
pub use login::{Login, Secret};
pub use server::{ImapServer, Master, MasterStyle, Timeouts};
pub use session::{Access, Body, Known, Opened, Reply, Selected, Session};
pub use stream::Stream;

pub use crate::tls::Security;
