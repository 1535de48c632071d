//! Folders, items, changes and watches over the stores that people run.
//!
//! One class-neutral trait, [`Mailbox`], and its implementations. The crate knows nothing of the
//! protocols that phones speak: items travel as RFC 5322, iCalendar and vCard text, together with
//! a name, a version and a time.
//!
//! The trait says behaviour in words, the `contract` suite (feature `contract`) says it in code,
//! and every implementation passes that suite.

pub mod composite;
#[cfg(feature = "contract")]
pub mod contract;
mod error;
mod folder;
pub mod hook;
pub mod imap;
mod item;
pub mod local;
mod lookalike;
mod mailbox;
mod marks;
mod name;
mod role;
mod search;
#[cfg(feature = "servers")]
pub mod servers;
pub mod smtp;
mod tls;
mod utf7;
mod watch;

pub use crate::error::{BackendError, Kind, Retry};
pub use crate::folder::{Class, Folder, Role, Survey};
pub use crate::item::{
    Change, Delta, DeltaKind, Extent, Horizon, Item, ItemState, ItemStream, WHOLE,
};
pub use crate::mailbox::{Capability, Identity, KeywordSupport, Mailbox};
pub use crate::marks::{Flag, Keyword, Marks, MarksPatch, Setting};
pub use crate::name::{FolderRef, ItemRef, NewName, Token, Version};
pub use crate::search::{Field, Findings, Hit, Question, Term};
pub use crate::watch::{Source, Watch, WatchEvent, WatchMode, WatchSource};
