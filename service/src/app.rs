//! Puts the parts together, and takes them apart in order.
//!
//! Shut-down: not ready → stop accepting → answer parked requests → finish requests → stop watchers → close
//! the store. Each step may still need what later steps end.

mod front;
mod limits;

use crate::config::ConfigError;
use crate::http::tls::TlsError;
use crate::http::users::UsersError;

pub use front::Front;

/// Why the service could not start. The message names the setting to look at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The configuration has mistakes; all of them are in the message.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An address could not be listened on.
    #[error("cannot listen on {address} ({key})")]
    Listen {
        /// The setting.
        key: &'static str,
        /// The address as configured.
        address: std::net::SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// A certificate or key could not be read or does not fit.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The users file could not be read or has mistakes.
    #[error(transparent)]
    Users(#[from] UsersError),
    /// Metrics could not be registered.
    #[error("metrics cannot be registered")]
    Metrics(#[from] prometheus::Error),
    /// The system has no randomness.
    #[error("the system has no randomness")]
    Randomness(#[source] std::io::Error),
}
