//! The listener for mail servers that call.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use backends::hook::HookFeed;
use tracing::info;

use crate::app::StartError;
use crate::app::front::bind;
use crate::app::outbox::secret_file;
use crate::clock::Clock;
use crate::config::{ClientFrom, Config, Limits, Proxy};
use crate::hooks::{Callers, Hooks, router};
use crate::http::connection::Parking;
use crate::http::listener::{self, Server};
use crate::metrics::Metrics;
use crate::tasks::Tasks;

/// Connections of mail servers: a call takes a moment.
const CONNECTIONS_MAX: usize = 1_000;

/// The listener at work.
pub(super) struct HookDoor {
    address: SocketAddr,
    server: Arc<Server>,
}

impl HookDoor {
    /// Listens, if it is wanted.
    pub(super) async fn open(
        config: &Config,
        feed: HookFeed,
        metrics: &Metrics,
    ) -> Result<Option<Self>, StartError> {
        let Some(address) = config.listen.hooks else {
            return Ok(None);
        };
        let file = config.hooks.token_file.clone().unwrap_or_default();
        let reading = move || secret_file("hooks.token_file", &file);
        let token = tokio::task::spawn_blocking(reading).await;
        let token = token.map_err(|_| StartError::Interrupted)??;
        if token.is_empty() {
            return Err(StartError::NoToken);
        }
        let (listener, address) = bind("listen.hooks", address)?;
        let hooks = Hooks {
            feed,
            callers: Callers::new(token, config.hooks.networks.clone()),
            body_bytes_max: config.hooks.body_bytes_max,
            metrics: metrics.hooks.clone(),
            clock: Clock::system(),
            gap: Mutex::new(None),
        };
        let parts = listener::Parts {
            router: router(hooks),
            tls: None,
            // Who calls is who connects.
            proxy: Proxy {
                trusted: Vec::new(),
                client: ClientFrom::XForwardedFor,
                ..config.proxy.clone()
            },
            limits: Limits {
                connections_max: CONNECTIONS_MAX,
                idle_timeout: Duration::from_secs(60),
                ..config.limits.clone()
            },
            parking: Parking::Held,
            // Not counted with those of devices.
            metrics: Metrics::new()?.connections,
        };
        let server = Server::new(parts, Tasks::new());
        server.start(listener);
        info!(hooks = %address, "listening for mail servers");
        Ok(Some(Self { address, server }))
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it.
    pub(super) async fn close(&self) {
        self.server.drain(Duration::from_secs(1)).await;
    }
}
