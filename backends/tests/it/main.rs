//! The local backend against real directories: the contract that all backends keep, and what is
//! its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod bustle;
mod composite;
mod contract;
mod delivery;
mod dovecot;
mod folders;
mod hand;
mod hooks;
mod imap;
mod keywords;
mod limits;
mod mailbox;
mod model;
mod servers;
mod shelf;
mod smtp;
mod upheaval;
mod vdir;
mod vdir_model;
mod watching;
