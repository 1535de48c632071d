//! Mail on its way out: the real program, real relays, and a relay that misbehaves.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod at_server;
mod crashes;
mod desk;
mod drafts;
mod faults;
mod full;
mod house;
mod mails;
#[path = "../faults/media.rs"]
mod media;
#[path = "../../../backends/tests/it/smtp/peer.rs"]
mod peer;
mod phone;
mod postfix;
mod queries;
mod replies;
