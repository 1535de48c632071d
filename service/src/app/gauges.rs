//! Takes the figures that nobody counts: watches, the size of the store and what it holds.

use std::path::{Path, PathBuf};
use std::time::Duration;

use backends::local::{LocalStore, watch_budget};
use tokio::time;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::config::Config;
use crate::metrics::{Metrics, ResourceMetrics};
use crate::store::Store;
use crate::tasks::Tasks;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(30);

/// What is looked at.
struct Gauges {
    metrics: ResourceMetrics,
    folders: LocalStore,
    store: Store,
    path: PathBuf,
}

/// Starts to look, as a task of `tasks`.
pub(super) fn start(
    (folders, store): (LocalStore, Store),
    config: &Config,
    metrics: &Metrics,
    tasks: &Tasks,
) {
    let gauges = Gauges {
        metrics: metrics.resources.clone(),
        folders,
        store,
        path: config.store.path.clone(),
    };
    tasks.spawn(run(gauges, tasks.token()));
}

/// Looks again and again, for ever.
async fn run(gauges: Gauges, stop: CancellationToken) {
    loop {
        gauges.look().await;
        if stop.run_until_cancelled(time::sleep(EVERY)).await.is_none() {
            return;
        }
    }
}

impl Gauges {
    async fn look(&self) {
        let set = |gauge: &prometheus::IntGauge, value: u64| {
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        };
        let (metrics, stats) = (&self.metrics, self.folders.stats());
        set(&metrics.watches, stats.watches);
        set(&metrics.watches_refused, stats.limits);
        set(
            &metrics.watches_max,
            watch_budget().max_user_watches.unwrap_or(0),
        );
        set(&metrics.store_bytes, size(&self.path));
        match self.store.counts().await {
            Ok(counts) => {
                set(&metrics.accounts, counts.accounts);
                set(&metrics.devices, counts.devices);
                set(&metrics.collections, counts.collections);
                set(&metrics.skipped, counts.skipped);
            }
            Err(error) => debug!(%error, "the store was not counted"),
        }
    }
}

/// The database with its log.
fn size(path: &Path) -> u64 {
    let log = {
        let mut name = path.as_os_str().to_owned();
        name.push("-wal");
        PathBuf::from(name)
    };
    let files = [path, &log];
    let sizes = files
        .iter()
        .filter_map(|file| Some(file.metadata().ok()?.len()));
    sizes.sum()
}

#[cfg(test)]
mod tests {
    use backends::local::LocalOptions;

    use super::*;

    #[tokio::test]
    async fn figures_are_taken() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("state.db");
        let store = Store::open(&path).await.unwrap();
        store.account("anna", 1).await.unwrap();
        let (folders, _driver) = LocalStore::new(LocalOptions::default());
        let metrics = Metrics::new().unwrap().resources;
        let gauges = Gauges {
            metrics: metrics.clone(),
            folders,
            store,
            path,
        };
        gauges.look().await;
        assert_eq!(metrics.accounts.get(), 1);
        assert!(metrics.store_bytes.get() > 4_096);
        assert!(metrics.watches_max.get() > 0);
    }
}
