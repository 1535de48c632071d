//! Too much to do: new work is refused early, so that what was begun is finished and what is parked is answered in
//! time (the rule is [`pressure`]).
//!
//! Not refused is what costs next to nothing: Ping, the empty Sync that waits like one, and signing in. Parked requests
//! stay parked, and operators are not concerned: it is load, not failure, so `/readyz` does not fail for it, which would
//! send all devices of a node to the others at once.

mod pressure;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::HeaderMap;
use protocol::query::Command;
use tokio::time::{self, Instant};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::config::Limits;
use crate::http::body;
use crate::http::overload::pressure::{Pressure, Rules, Turn};
use crate::metrics::OverloadMetrics;
use crate::metrics::family::Label;
use crate::tasks::Tasks;
use crate::telemetry::{Work, Workload};

/// Between two looks.
const EVERY: Duration = Duration::from_millis(250);

/// Knows whether there is too much to do.
#[derive(Debug)]
pub(crate) struct Overload {
    pressure: Mutex<Pressure>,
    overloaded: AtomicBool,
    workload: Workload,
    metrics: OverloadMetrics,
}

impl Overload {
    /// Begins to look, as a task of `tasks`.
    pub(crate) fn start(limits: &Limits, metrics: OverloadMetrics, tasks: &Tasks) -> Arc<Self> {
        let (lag_max, work_max) = (limits.overload_lag, limits.overload_requests);
        let rules = Rules {
            lag_max: (!lag_max.is_zero()).then_some(lag_max),
            work_max: (work_max > 0).then_some(work_max),
        };
        let overload = Arc::new(Self {
            pressure: Mutex::new(Pressure::new(rules)),
            overloaded: AtomicBool::new(false),
            workload: Workload::default(),
            metrics,
        });
        tasks.spawn(Arc::clone(&overload).run(tasks.token()));
        overload
    }

    /// Whether a request is refused, by its head.
    pub(crate) fn refuses(&self, command: Command, headers: &HeaderMap) -> bool {
        if !is_work(command, headers) {
            return false;
        }
        let working = self.workload.count();
        // Not only when the timer comes: a thousand requests may come in between.
        self.judge(Duration::ZERO, |pressure, now| {
            pressure.arrives(working, now)
        });
        let refuses = self.overloaded.load(Ordering::Relaxed);
        if refuses {
            self.metrics.refused.inc();
        }
        refuses
    }

    /// The request is being worked at while this lives. `None`: it is none that counts.
    pub(crate) fn begin(&self, command: Command, headers: &HeaderMap) -> Option<Work> {
        is_work(command, headers).then(|| self.workload.begin())
    }

    async fn run(self: Arc<Self>, stop: CancellationToken) {
        loop {
            let due = Instant::now() + EVERY;
            if stop
                .run_until_cancelled(time::sleep_until(due))
                .await
                .is_none()
            {
                return;
            }
            let (lag, working) = (due.elapsed(), self.workload.count());
            self.metrics.lag.observe(lag.as_secs_f64());
            self.metrics
                .working
                .set(i64::try_from(working).unwrap_or(i64::MAX));
            self.judge(lag, |pressure, now| pressure.tick(lag, working, now));
        }
    }

    fn judge(
        &self,
        lag: Duration,
        judge: impl FnOnce(&mut Pressure, std::time::Instant) -> Option<Turn>,
    ) {
        let mut pressure = self.pressure.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(turn) = judge(&mut pressure, Instant::now().into_std()) else {
            return;
        };
        let overloaded = matches!(turn, Turn::Entered(_));
        self.overloaded.store(overloaded, Ordering::Relaxed);
        self.metrics.overloaded.set(i64::from(overloaded));
        let working = self.workload.count();
        match turn {
            Turn::Entered(cause) => {
                self.metrics.entered.of(cause).inc();
                let lag_ms = u64::try_from(lag.as_millis()).unwrap_or(u64::MAX);
                warn!(
                    cause = cause.as_str(),
                    lag_ms, working, "overloaded: new work is refused"
                );
            }
            Turn::Left(lasted) => {
                info!(lasted_s = lasted.as_secs(), working, "no longer overloaded")
            }
        }
    }
}

/// Whether a request costs something. An empty Sync asks for what was asked for before, and is parked like a Ping.
fn is_work(command: Command, headers: &HeaderMap) -> bool {
    match command {
        Command::Ping => false,
        Command::Sync => body::announced(headers) != Some(0),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::metrics::{Metrics, OverloadCause};

    fn limits() -> Limits {
        let config = Config::from_parts("", std::collections::BTreeMap::new());
        config.unwrap().limits
    }

    #[tokio::test(start_paused = true)]
    async fn a_loop_that_is_late_again_and_again_is_noticed_and_forgiven() {
        let (metrics, tasks) = (Metrics::new().unwrap().overload, Tasks::new());
        let overload = Overload::start(&limits(), metrics.clone(), &tasks);
        let refuses = || overload.refuses(Command::FolderSync, &HeaderMap::new());
        assert!(!refuses());
        for _ in 0..3 {
            // Time jumps past the timer, as it does while nobody runs it.
            tokio::task::yield_now().await;
            time::advance(EVERY + Duration::from_secs(2)).await;
            tokio::task::yield_now().await;
        }
        assert!(refuses());
        assert!(!overload.refuses(Command::Ping, &HeaderMap::new()));
        assert_eq!(metrics.overloaded.get(), 1);
        assert_eq!(metrics.entered.of(OverloadCause::Lag).get(), 1);
        time::sleep(pressure::CALM + EVERY * 4).await;
        assert!(!refuses());
        assert_eq!((metrics.overloaded.get(), metrics.refused.get()), (0, 1));
        assert_eq!(tasks.drain(Duration::from_secs(1)).await, 0);
    }
}
