//! Exchange ActiveSync without I/O: bytes to typed requests and answers and back, and the rules of Ping and Sync.
//!
//! No sockets, no clock, no log, no randomness: time is passed in, and what must be done is handed out.

pub mod airsyncbase;
pub mod class;
pub mod codepages;
pub mod command;
pub mod datetime;
pub mod device;
pub mod element;
pub mod flow;
pub mod header;
pub mod query;
pub mod status;
pub mod tag;
pub mod time_zone;
pub mod version;
pub mod wbxml;
pub mod xml;
