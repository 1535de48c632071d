//! The real program between phones and a real IMAP server: what others do there reaches the phones, by every way to learn of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test fails by panicking, and its figures are of interest"
)]

#[path = "../faults/client.rs"]
#[allow(dead_code, reason = "shared with tests that need more of it")]
mod client;
mod frozen;
#[allow(dead_code, reason = "for tests to come as well")]
mod house;
#[allow(dead_code, reason = "for tests to come as well")]
mod mail;
mod own;
#[path = "../../../backends/tests/it/smtp/peer.rs"]
mod peer;
#[path = "../faults/phone.rs"]
#[allow(dead_code, reason = "shared with tests that need more of it")]
mod phone;
mod program;
mod quiet;
#[path = "../faults/random.rs"]
#[allow(dead_code, reason = "shared with tests that need more of it")]
mod random;
mod restarts;
mod storm;
#[allow(dead_code, reason = "for tests to come as well")]
mod tap;
mod wakes;
#[path = "../faults/wire.rs"]
mod wire;
