//! The phone against scripted answers, on a clock that the test moves.

mod arbitrary;
mod contacts;
mod phone;
mod push;
mod setup;
mod sync;
