//! Logs: one line a request, fields not sentences, and nothing in them that belongs to the user.

pub mod facts;
mod work;

use std::io;

use tracing::error;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::config::{Log, LogFormat};

pub use facts::{Counts, Facts, SyncKind};
pub use work::{Rest, Work, Workload};

/// Starts the log of the process, on standard error, and sends panics there. Once only; later calls change
/// nothing.
pub fn start(settings: &Log) {
    let filter = EnvFilter::try_new(&settings.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_span_events(FmtSpan::NONE)
        .with_writer(io::stderr);
    let started = match settings.format {
        LogFormat::Text => builder
            .with_ansi(io::IsTerminal::is_terminal(&io::stderr()))
            .try_init(),
        LogFormat::Json => builder
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .try_init(),
    };
    if started.is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            // The message of a panic is ours or a library's; it may quote input, so only its place is told.
            let place = panic.location().map(ToString::to_string);
            error!(place, "panic");
        }));
    }
}
