//! Phones for days: a week in which time is turned by hand, in the time that the machine needs for the work.
//!
//! The real commands, index, park table and watchers work on real folders and a real database; phones are the
//! protocol's state machines, handed from one to the other without sockets. Time passes only while everything rests:
//! nothing is being served but what is parked, and the kernel's events of every file that was touched have been read.
//!
//! `cargo test -p directpush --test days -- --nocapture` prints what a week costs each kind of phone; `DAYS_SEED` plans
//! another one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test fails by panicking, and its figures are of interest"
)]

mod compare;
mod core;
mod deeds;
mod judge;
mod mail;
mod phone;
mod plan;
#[path = "../faults/random.rs"]
#[expect(dead_code, reason = "the tests of faults need more of it")]
mod random;
mod verdict;
mod week;
