//! Puts the parts together, and takes them apart in order.
//!
//! Shut-down: not ready → stop accepting → answer parked requests → finish requests → stop watchers → close
//! the store. Each step may still need what later steps end.

mod accounts;
mod channel;
mod claim;
mod control;
mod core;
mod front;
mod gauges;
mod hooks;
mod imap;
mod limits;
mod outbox;
mod recheck;
mod servers;
mod signin;
mod upkeep;

use std::net::SocketAddr;
use std::path::PathBuf;

use backends::hook::HookFeed;
use tokio::time;
use tracing::info;

use crate::app::core::Core;
use crate::app::hooks::HookDoor;
use crate::app::signin::SignIn;
use crate::clock::Clock;
use crate::config::{Config, ConfigError, Place, Shutdown};
use crate::control::Control;
use crate::http::tls::TlsError;
use crate::http::users::UsersError;
use crate::metrics::Metrics;
use crate::store::StoreError;

pub use front::Front;

/// How to start the service.
#[derive(Debug)]
pub struct App;

/// The service at work.
pub struct RunningApp {
    front: Front,
    core: Core,
    control: Option<Control>,
    hooks: Option<HookDoor>,
    shutdown: Shutdown,
    metrics: Metrics,
}

impl App {
    /// Starts everything; devices are served when it returns.
    ///
    /// # Errors
    /// When an address is taken, or a file cannot be used. Nothing runs on then.
    pub async fn start(config: &Config) -> Result<RunningApp, StartError> {
        limits::open_files(config);
        let metrics = Metrics::new()?;
        let users = front::load_users(config).await?;
        let outbox = outbox::open(config, users.clone()).await?;
        let feed = HookFeed::default();
        let (servers, drivers) = imap::open(config, &feed).await?;
        let sign_in = SignIn::new(users.clone(), servers.clone(), config);
        let people = (servers, sign_in.clone());
        let hooks = HookDoor::open(config, feed, &metrics).await?;
        let core = Core::start(config, (outbox, people), &metrics, &Clock::system()).await?;
        core.drive(drivers);
        match Front::with(config, (users, sign_in), core.dispatch(), &metrics).await {
            Ok(front) => {
                core.watch_store(front.readiness());
                core.watch_channel(&front.readiness());
                Ok(RunningApp {
                    control: control::start(config, &core, &front).await,
                    hooks,
                    front,
                    core,
                    shutdown: config.shutdown.clone(),
                    metrics,
                })
            }
            Err(error) => {
                if let Some(hooks) = hooks {
                    hooks.close().await;
                }
                core.close().await;
                Err(error)
            }
        }
    }
}

impl RunningApp {
    /// Where devices are served.
    #[must_use]
    pub fn eas_address(&self) -> SocketAddr {
        self.front.eas()
    }

    /// Where operators are.
    #[must_use]
    pub fn admin_address(&self) -> SocketAddr {
        self.front.admin()
    }

    /// Where mail servers call, if they may.
    #[must_use]
    pub fn hooks_address(&self) -> Option<SocketAddr> {
        self.hooks.as_ref().map(HookDoor::address)
    }

    /// How many requests are parked.
    #[must_use]
    pub fn parked(&self) -> usize {
        self.core.parked()
    }

    /// What is counted.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Reads again what may change while the service runs: the certificate. The users file is followed by itself.
    pub async fn reload(&self) {
        self.front.reload().await;
    }

    /// Ends everything, in order.
    pub async fn shutdown(self) {
        let Self {
            front,
            core,
            control,
            hooks,
            shutdown,
            ..
        } = self;
        front.not_ready();
        time::sleep(shutdown.announce).await;
        front.stop_accepting();
        core.answer_parked(shutdown.spread).await;
        front.finish(shutdown.grace).await;
        if let Some(control) = control {
            control.close().await;
        }
        if let Some(hooks) = hooks {
            hooks.close().await;
        }
        core.close().await;
        front.close().await;
        info!("shut down");
    }
}

impl std::fmt::Debug for RunningApp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunningApp")
            .field("front", &self.front)
            .finish_non_exhaustive()
    }
}

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
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// A certificate or key could not be read or does not fit.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The users file could not be read or has mistakes.
    #[error(transparent)]
    Users(#[from] UsersError),
    /// A file that the settings name could not be read.
    #[error("cannot read {path} ({key})")]
    File {
        /// The setting.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A mail server cannot be talked to as configured.
    #[error("the mail server {name} cannot be used ({key})")]
    Server {
        /// The server.
        name: String,
        /// The setting.
        key: &'static str,
        /// What is wrong.
        source: backends::imap::ServerError,
    },
    /// The file with the token for hooks is empty.
    #[error("there is no token in hooks.token_file")]
    NoToken,
    /// The relay cannot be talked to as configured.
    #[error("the relay cannot be used ({key})")]
    Relay {
        /// The setting.
        key: &'static str,
        /// What is wrong.
        source: backends::smtp::RelayError,
    },
    /// The database could not be opened.
    #[error("cannot open {place} ({})", setting(place))]
    Store {
        /// Where.
        place: Place,
        /// What the store said.
        source: StoreError,
    },
    /// Another service works on the same store.
    #[error("{path} (store.path) is in use by another directpush")]
    Claimed {
        /// The store's file.
        path: PathBuf,
    },
    /// Metrics could not be registered.
    #[error("metrics cannot be registered")]
    Metrics(#[from] prometheus::Error),
    /// A part of the start was broken off; the log says why.
    #[error("the start was broken off")]
    Interrupted,
    /// The system has no randomness.
    #[error("the system has no randomness")]
    Randomness(#[source] std::io::Error),
}

/// Which setting said so.
fn setting(place: &Place) -> &'static str {
    match place {
        Place::File(_) => "store.path",
        Place::Server(_) => "database.url",
    }
}
