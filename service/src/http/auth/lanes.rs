//! How many passwords are checked at once, and whose.
//!
//! Everybody who checks passwords has a lane, so that a server that takes its time holds up its own accounts only. In
//! a lane one client network gets half of the places, and so do all together who were wrong lately: servers answer a
//! wrong password late, and whoever guesses fast would fill any number of places.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config;
use crate::config::Network;
use crate::http::auth::Checker;

/// From how many networks on those are forgotten of which nothing waits.
const NETWORKS_MAX: usize = 4_000;

/// The lanes of all who check passwords.
#[derive(Debug)]
pub(super) struct Lanes {
    here: usize,
    server: usize,
    waiting: usize,
    lanes: Mutex<HashMap<Checker, Arc<Lane>>>,
}

/// The checks of one who checks passwords.
#[derive(Debug)]
pub(super) struct Lane {
    /// Checks that run.
    places: Arc<Semaphore>,
    /// Those of them that are about somebody who was wrong lately.
    suspects: Arc<Semaphore>,
    /// Checks that run or wait.
    queue: Arc<Semaphore>,
    networks: Mutex<HashMap<Network, Weak<Share>>>,
    share: (usize, usize),
}

/// What one network may have.
#[derive(Debug)]
struct Share {
    places: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

/// A check that runs or waits.
#[derive(Debug)]
pub(super) struct Queued {
    share: Arc<Share>,
    _permits: [OwnedSemaphorePermit; 2],
}

/// A check that runs.
#[derive(Debug)]
pub(super) struct Place {
    _permits: [Option<OwnedSemaphorePermit>; 3],
}

impl Lanes {
    pub(super) fn new(settings: &config::Auth) -> Self {
        Self {
            here: settings.checks_max,
            server: settings.server_checks_max,
            waiting: settings.checks_waiting_max,
            lanes: Mutex::default(),
        }
    }

    pub(super) fn of(&self, checker: Checker) -> Arc<Lane> {
        let places = match checker {
            Checker::Here => self.here,
            Checker::Server(_) => self.server,
        };
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes
            .entry(checker)
            .or_insert_with(|| Arc::new(Lane::new(places, self.waiting)));
        Arc::clone(lane)
    }
}

impl Lane {
    fn new(places: usize, waiting: usize) -> Self {
        let half = |all: usize| all.div_ceil(2);
        Self {
            places: Arc::new(Semaphore::new(places)),
            suspects: Arc::new(Semaphore::new(half(places))),
            queue: Arc::new(Semaphore::new(places + waiting)),
            networks: Mutex::default(),
            // What is computed here is quick, and the one core of a small machine need not be shared out.
            share: (half(places).max(2), half(places + waiting).max(2)),
        }
    }

    /// A place among those who wait; `None` when there are too many, in all or from that network.
    pub(super) fn queue(&self, client: IpAddr) -> Option<Queued> {
        let share = self.share(Network::of_client(client));
        let of_all = Arc::clone(&self.queue).try_acquire_owned().ok()?;
        let of_network = Arc::clone(&share.queue).try_acquire_owned().ok()?;
        Some(Queued {
            share,
            _permits: [of_all, of_network],
        })
    }

    /// Waits for a place among those that run.
    pub(super) async fn place(&self, queued: &Queued, suspect: bool) -> Option<Place> {
        let acquire = |semaphore: &Arc<Semaphore>| Arc::clone(semaphore).acquire_owned();
        // The narrowest first: who waits there does not take places from others.
        let of_network = acquire(&queued.share.places).await.ok()?;
        let of_suspects = match suspect {
            true => Some(acquire(&self.suspects).await.ok()?),
            false => None,
        };
        let of_all = acquire(&self.places).await.ok()?;
        Some(Place {
            _permits: [Some(of_network), of_suspects, Some(of_all)],
        })
    }

    fn share(&self, network: Network) -> Arc<Share> {
        let mut networks = self.networks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = networks.get(&network).and_then(Weak::upgrade) {
            return share;
        }
        if networks.len() > NETWORKS_MAX {
            networks.retain(|_, share| share.strong_count() > 0);
        }
        let (places, queue) = self.share;
        let share = Arc::new(Share {
            places: Arc::new(Semaphore::new(places)),
            queue: Arc::new(Semaphore::new(queue)),
        });
        networks.insert(network, Arc::downgrade(&share));
        share
    }
}
