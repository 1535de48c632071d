//! Nodes that share a Redis.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod channel;
mod epochs;
mod random;
mod ways;
mod wire;
