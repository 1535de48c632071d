//! Item classes.

pub mod contacts;
pub mod email;
