//! The park table against a truth and a channel that the tests hold in their hands.

mod ends;
mod ledger;
mod repeats;
mod scene;
mod search;
mod shortened;
mod undelivered;
