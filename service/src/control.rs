//! The control socket: how the command line sees into a service that is at work, and changes little things there.
//!
//! HTTP with JSON over a Unix socket that only the service's own user (and root) can open; never over TCP. What is
//! read without a service (the store, for `devices list` and `show`) is read through the same [`Survey`].

mod change;
mod client;
mod live;
mod routes;
mod socket;
mod survey;
mod trace;
mod view;
mod words;

pub use self::client::{Client, ClientError, segment};
pub use self::live::Live;
pub(crate) use self::routes::{Parts, Resolve, router};
pub use self::socket::{Control, SocketError};
pub use self::survey::{Asked, Survey, SurveyError};
pub use self::view::{
    DeviceLine, DeviceView, Done, FolderView, LoopView, ParkedBrief, ParkedView, PastView,
    SkippedView, SyncedView, WatcherView,
};
