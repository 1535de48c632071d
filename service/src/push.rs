//! The park table, the channel that hints travel through, and the rules by which a parked request ends.
//!
//! Knows sequence numbers, devices and channels; knows neither HTTP nor EAS nor backends. The index is the
//! truth and is asked through [`Truth`]; a hint only says when to ask.
//!
//! One Ping: [`Hub::park`] registers it in the table (R1), reads the truth between two equal
//! epochs of the channel (R2), then waits. A hint, an alarm or a reconnect makes the workers
//! read again; `judge` decides what that means for the device; the outcome goes to whoever holds the
//! future. Nothing is dropped because every path to "keep waiting" ends in a read of the truth that no later
//! hint has overtaken.

mod alarms;
mod channel;
mod clock;
mod hub;
mod judge;
mod local;
mod memory;
mod pace;
mod parking;
mod redis;
mod slab;
mod step;
mod table;
mod trigger;
mod truth;
mod undelivered;
mod unsure;
mod verify;
mod watching;

pub use self::channel::{Channel, ChannelError, Epoch, Hint, HintSink, Seen, Topic};
pub(crate) use self::hub::Wait;
pub use self::hub::{Hub, HubConfig, HubParts};
pub use self::local::LocalChannel;
pub use self::parking::{
    Ended, FolderSyncAdvice, FolderSyncFound, Outcome, ParkedRow, Parking, PastPark,
};
pub use self::redis::{RedisChannel, RedisKind, RedisSettings};
pub use self::trigger::{Due, Trigger};
pub use self::truth::{
    FolderState, HierarchyStanding, Question, Report, Standing, Truth, TruthError,
};
pub use self::watching::{Interest, Interested, Watching};
