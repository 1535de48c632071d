//! Text formats to EAS items and back. Pure: values in, values out; no I/O, no clock, no log.

pub mod contact;
pub mod email;
