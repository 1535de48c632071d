//! The admin listener: is the service alive, may it get requests, and what does it count.
//!
//! `/healthz` answers 200 while the process works. `/readyz` answers 200 while it takes devices, and 503 from
//! the first moment of a shut-down on, before connections are refused. `/metrics` is for Prometheus.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::CONTENT_TYPE;

use crate::metrics::Metrics;

/// Whether the service takes devices. Clones share it; it begins with "no".
#[derive(Clone, Default)]
pub struct Readiness {
    ready: Arc<AtomicBool>,
    impaired: Arc<AtomicBool>,
    channel: Arc<OnceLock<Box<dyn Fn() -> bool + Send + Sync>>>,
}

impl fmt::Debug for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readiness")
            .field("ready", &self.is_ready())
            .finish_non_exhaustive()
    }
}

impl Readiness {
    /// Everything is up.
    pub fn ready(&self) {
        self.ready.store(true, Ordering::Release);
    }

    /// A shut-down has begun.
    pub fn not_ready(&self) {
        self.ready.store(false, Ordering::Release);
    }

    /// Whether the service takes devices.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire) && !self.impaired.load(Ordering::Acquire)
    }

    /// Asks this whether the channel between nodes is up. Called once.
    pub fn watch_channel(&self, is_up: impl Fn() -> bool + Send + Sync + 'static) {
        let _once = self.channel.set(Box::new(is_up));
    }

    /// Whether the channel between nodes is down: devices are served all the same, only pushed to a little later.
    #[must_use]
    pub fn is_degraded(&self) -> bool {
        self.channel.get().is_some_and(|is_up| !is_up())
    }

    /// Something without which devices cannot be served is away.
    pub fn impair(&self) {
        self.impaired.store(true, Ordering::Release);
    }

    /// It is back.
    pub fn recover(&self) {
        self.impaired.store(false, Ordering::Release);
    }
}

/// The routes of the admin listener.
pub(crate) fn router(metrics: Metrics, readiness: Readiness) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(readyz).with_state(readiness))
        .route("/metrics", get(exposition).with_state(metrics))
}

async fn readyz(State(readiness): State<Readiness>) -> (StatusCode, &'static str) {
    if readiness.is_ready() && readiness.is_degraded() {
        // Still 200: Redis is away for all nodes, and a balancer must not take all of them out.
        (
            StatusCode::OK,
            "ready, degraded: the channel between nodes (redis.url) is down\n",
        )
    } else if readiness.is_ready() {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
    }
}

async fn exposition(State(metrics): State<Metrics>) -> Response {
    match metrics.text() {
        Ok(text) => (
            [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
            text,
        )
            .into_response(),
        Err(error) => {
            tracing::error!(%error, "metrics cannot be told");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
