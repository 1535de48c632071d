//! Item classes.

pub mod email;
