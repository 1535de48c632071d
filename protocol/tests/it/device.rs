//! The phone against scripted answers, on a clock that the test moves.

mod arbitrary;
mod contacts;
pub(crate) mod phone;
mod push;
mod setup;
mod sync;
