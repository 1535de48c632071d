//! The crate as others use it: vectors, laws, bad input.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod bodies;
mod contacts;
mod device;
mod email;
mod email_laws;
mod golden;
mod governor;
mod laws;
mod meeting;
mod reference;
mod support;
mod wbxml;
