//! The gateway: composes `protocol` and `backends` into a service.
//!
//! Imports point one way: `main → app → http → commands → {push, index, watch, convert} → store`.

pub mod admin;
pub mod app;
pub mod clock;
pub mod commands;
pub mod config;
pub mod control;
pub mod convert;
pub mod demo;
pub mod error;
pub(crate) mod hooks;
pub mod http;
pub mod ids;
pub mod index;
pub mod metrics;
pub mod push;
pub mod secret;
pub mod store;
pub mod tasks;
pub mod telemetry;
pub mod trace;
pub mod watch;
