//! The real service over the real wire with a real Maildir, while everything around it goes wrong.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test fails by panicking, and its figures are of interest"
)]

mod cuts;
mod doubt;
mod maildir;
mod phone;
mod proxy;
mod random;
mod service;
mod wire;
