//! What `deploy` holds fits the program: settings, units, alerts, dashboards, files that are named.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod container;
mod metrics;
mod proxies;
mod tools;
mod unit;
