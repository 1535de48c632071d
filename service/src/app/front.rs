//! The listeners: devices on one, operators on the other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use backends::hook::HookFeed;
use tracing::{error, info};

use crate::admin::{self, Readiness};
use crate::app::signin::SignIn;
use crate::app::{StartError, imap};
use crate::config::{Config, Limits, SignInBy};
use crate::control::Resolve;
use crate::http::Dispatch;
use crate::http::auth::Gate;
use crate::http::connection::Parking;
use crate::http::gateway::{self, Gateway};
use crate::http::listener::{self, Server};
use crate::http::overload::Overload;
use crate::http::tls::Certificates;
use crate::http::users::Users;
use crate::metrics::Metrics;
use crate::tasks::Tasks;
use crate::trace::Tracer;

/// The listeners at work.
pub struct Front {
    eas: SocketAddr,
    admin: SocketAddr,
    gate: Gate,
    devices: Arc<Server>,
    operators: Arc<Server>,
    readiness: Readiness,
    certificates: Option<Arc<Certificates>>,
    /// Password checks and the users file.
    background: Tasks,
    gateway: Arc<Gateway>,
}

impl std::fmt::Debug for Front {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Front")
            .field("eas", &self.eas)
            .field("admin", &self.admin)
            .finish_non_exhaustive()
    }
}

impl Front {
    /// Listens on both addresses and serves commands through `dispatch`. Ready when it returns.
    ///
    /// # Errors
    /// When an address is taken, or a file cannot be used.
    pub async fn start(
        config: &Config,
        dispatch: Arc<dyn Dispatch>,
        metrics: &Metrics,
    ) -> Result<Self, StartError> {
        let users = load_users(config).await?;
        let (servers, _no_mailboxes) = imap::open(config, &HookFeed::default()).await?;
        let sign_in = SignIn::new(users.clone(), servers, config);
        Self::with(config, (users, sign_in), dispatch, metrics).await
    }

    /// As [`Self::start`], with those who may sign in known already.
    pub(super) async fn with(
        config: &Config,
        (users, sign_in): (Option<Users>, SignIn),
        dispatch: Arc<dyn Dispatch>,
        metrics: &Metrics,
    ) -> Result<Self, StartError> {
        // What can fail comes first: nothing runs until all of it is there.
        let certificates = config.listen.tls.as_ref();
        let certificates = certificates.map(Certificates::load).transpose()?;
        let eas = bind("listen.eas", config.listen.eas)?;
        let admin = bind("listen.admin", config.listen.admin)?;
        let background = Tasks::new();
        let gate = Gate::new(
            Arc::new(sign_in),
            &config.auth,
            metrics.auth.clone(),
            &background,
        );
        let gate = gate
            .map_err(StartError::Randomness)?
            .holding(config.limits.loop_hold);
        if let Some(users) = &users {
            users.follow(&background);
            revoke(users, Arc::clone(&dispatch), &background);
        }
        let overload = Overload::start(&config.limits, metrics.overload.clone(), &background);
        let gateway = Gateway::new(gateway::Parts {
            overload,
            dispatch,
            gate: gate.clone(),
            limits: &config.limits,
            proxy: &config.proxy,
            auth: &config.auth,
            url: config.autodiscover.url.as_deref(),
            push: &config.push,
            metrics,
        });
        let readiness = Readiness::default();
        let devices = listener::Parts {
            router: Arc::clone(&gateway).router(),
            tls: certificates.as_ref().map(Certificates::acceptor),
            proxy: config.proxy.clone(),
            limits: config.limits.clone(),
            parking: if config.push.shed {
                Parking::Shed
            } else {
                Parking::Held
            },
            metrics: metrics.connections.clone(),
        };
        let operators = operators(config, metrics, &readiness)?;
        let front = Self {
            eas: eas.1,
            admin: admin.1,
            gate,
            devices: Server::new(devices, Tasks::new()),
            operators: Server::new(operators, Tasks::new()),
            readiness,
            certificates,
            background,
            gateway,
        };
        front.operators.start(admin.0);
        front.devices.start(eas.0);
        front.readiness.ready();
        info!(eas = %front.eas, admin = %front.admin, tls = config.listen.tls.is_some(), "listening");
        Ok(front)
    }

    /// Whether devices are taken.
    #[must_use]
    pub(super) fn readiness(&self) -> Readiness {
        self.readiness.clone()
    }

    /// Where devices are served.
    #[must_use]
    pub fn eas(&self) -> SocketAddr {
        self.eas
    }

    /// Where operators are.
    #[must_use]
    pub fn admin(&self) -> SocketAddr {
        self.admin
    }

    /// Reads the certificate again. One that cannot be used changes nothing and is told in the log.
    pub async fn reload(&self) {
        let Some(certificates) = self.certificates.clone() else {
            return;
        };
        let reading = tokio::task::spawn_blocking(move || certificates.reload());
        match reading.await {
            Ok(Ok(())) => info!("certificate read again"),
            Ok(Err(error)) => error!(%error, "certificate is not used; the one before stays"),
            Err(error) => error!(%error, "certificate was not read"),
        }
    }

    /// Who looks at requests, for who wants to.
    pub(super) fn tracer(&self) -> Tracer {
        self.gateway.tracer().clone()
    }

    /// Finds the account of a login name.
    pub(super) fn resolver(&self) -> Resolve {
        let gateway = Arc::clone(&self.gateway);
        Arc::new(move |login: &str| gateway.resolve(login))
    }

    /// Step one of the end: `/readyz` fails from now on.
    pub fn not_ready(&self) {
        self.readiness.not_ready();
    }

    /// Step two: no new connections; the present ones end with their next answer.
    pub fn stop_accepting(&self) {
        self.devices.stop();
        self.gate.release();
    }

    /// Step three, after parked requests were answered: waits for the rest, at most `grace`.
    pub async fn finish(&self, grace: Duration) {
        self.devices.drain(grace).await;
        self.background.drain(Duration::from_secs(5)).await;
    }

    /// Last step: the admin listener ends.
    pub async fn close(&self) {
        self.operators.drain(Duration::from_secs(1)).await;
    }
}

/// Reads the users file, if anybody signs in by it.
pub(super) async fn load_users(config: &Config) -> Result<Option<Users>, StartError> {
    if config
        .routes
        .all()
        .all(|route| route.sign_in != SignInBy::Users)
    {
        return Ok(None);
    }
    let (path, domains) = (config.auth.users_file.clone(), config.auth.domains.clone());
    let loading = tokio::task::spawn_blocking(move || Users::load(&path, &domains));
    let users = loading.await.map_err(|_| StartError::Interrupted)??;
    info!(users = users.count(), "users file read");
    Ok(Some(users))
}

/// Tells the commands when an account lost its access.
/// What serves operators.
fn operators(
    config: &Config,
    metrics: &Metrics,
    readiness: &Readiness,
) -> Result<listener::Parts, StartError> {
    Ok(listener::Parts {
        router: admin::router(metrics.clone(), readiness.clone()),
        tls: None,
        proxy: crate::config::Proxy {
            trusted: Vec::new(),
            ..config.proxy.clone()
        },
        limits: Limits {
            connections_max: 100,
            ..config.limits.clone()
        },
        parking: Parking::Held,
        // Not counted with those of devices.
        metrics: Metrics::new()?.connections,
    })
}

fn revoke(users: &Users, dispatch: Arc<dyn Dispatch>, tasks: &Tasks) {
    let (mut revocations, stop) = (users.revocations(), tasks.token());
    tasks.spawn(async move {
        while let Some(Ok(())) = stop.run_until_cancelled(revocations.changed()).await {
            let accounts = Arc::clone(&revocations.borrow_and_update());
            for account in accounts.iter() {
                dispatch.revoked(account);
            }
        }
    });
}

pub(super) fn bind(
    key: &'static str,
    address: SocketAddr,
) -> Result<(tokio::net::TcpListener, SocketAddr), StartError> {
    let listening = listener::bind(address).and_then(|listener| {
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    listening.map_err(|source| StartError::Listen {
        key,
        address,
        source,
    })
}
