//! The service as others use it, one file per subject.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod contacts;
mod convert_contact;
mod convert_email;
mod demo;
mod golden_answers;
mod http;
mod index_life;
mod index_model;
mod postgres;
mod program;
mod push;
mod versions;
mod watch;
