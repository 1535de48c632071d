//! Typed bodies: vectors, and the law that what is written is read back.

mod any;
mod any_compose;
mod any_folders;
mod any_items;
mod any_recipients;
mod any_search;
mod any_settings;
mod any_sync;
mod laws;
mod samples;
mod samples_compose;
mod samples_drafts;
mod samples_folders;
mod samples_recipients;
mod samples_search;
mod samples_sync;
mod vectors;
