//! The real service over the real wire with a real Maildir, while everything around it goes wrong.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test fails by panicking, and its figures are of interest"
)]

mod begun;
mod binary;
mod client;
mod crowd;
mod cuts;
mod disk;
mod doubt;
mod drain;
mod fleet;
mod fronts;
mod full;
mod glimpse;
mod hanging;
mod idle;
mod inside;
mod loops;
mod maildir;
mod media;
mod outage;
mod overload;
mod own;
mod phone;
mod poison;
mod polls;
mod proxy;
mod random;
mod readonly;
mod restart;
mod searching;
mod seeing;
mod service;
mod slow;
mod vanish;
mod wire;

/// Held for reading by what keeps the machine busy, and for writing by what measures times under load.
static BUSY: tokio::sync::RwLock<()> = tokio::sync::RwLock::const_new(());
