//! Logs: one line a request, fields not sentences, and nothing in them that belongs to the user.

pub mod facts;
pub(crate) mod line;

pub use facts::{Counts, Facts, SyncKind};
