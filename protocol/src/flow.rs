//! The rules of Ping and Sync as values and state machines: no I/O, no clock; time is passed in.

pub mod adapt;
pub mod bucket;
pub mod cached_sync;
pub mod doubt;
pub mod governor;
pub mod heartbeat;
pub mod pacing;
pub mod parked;
pub mod ping_parameters;
