//! The real program before a real mail server: what large messages and folders cost.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod corpus;
mod phone;
mod scene;
#[expect(dead_code, reason = "nothing is cut here")]
#[path = "../../../backends/tests/it/mailbox/tap.rs"]
mod tap;
mod wire;
