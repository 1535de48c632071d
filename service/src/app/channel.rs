//! The channel between nodes, as it is set.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::task;

use crate::app::StartError;
use crate::app::outbox::{secret_file, unread};
use crate::config::{Config, Redis, RedisServers};
use crate::metrics::Metrics;
use crate::push::{Channel, LocalChannel, RedisChannel, RedisKind, RedisSettings};
use crate::tasks::Tasks;

/// Opens the channel. Redis need not be there yet: it is waited for behind the back of whoever is served.
pub(super) async fn open(
    config: &Config,
    metrics: &Metrics,
    tasks: &Tasks,
) -> Result<Arc<dyn Channel>, StartError> {
    let Some(redis) = config.redis.clone() else {
        return Ok(Arc::new(LocalChannel::default()));
    };
    let reading = task::spawn_blocking(move || settings(redis));
    let settings = reading.await.map_err(|_| StartError::Interrupted)??;
    let channel = RedisChannel::start(settings, metrics.channel.clone(), tasks);
    Ok(channel.map_err(StartError::Randomness)?)
}

/// Reads the files that the settings name. Blocks.
fn settings(redis: Redis) -> Result<RedisSettings, StartError> {
    let read = |file: PathBuf| std::fs::read(&file).map_err(unread("redis.ca_file", &file));
    let password = redis.password_file.as_deref();
    Ok(RedisSettings {
        addresses: redis.addresses,
        kind: match redis.kind {
            RedisServers::Single => RedisKind::Single,
            RedisServers::Sentinel(master) => RedisKind::Sentinel(master),
            RedisServers::Cluster => RedisKind::Cluster,
        },
        tls: redis.tls,
        authorities: redis.ca_file.map(read).transpose()?,
        password: password
            .map(|file| secret_file("redis.password_file", file))
            .transpose()?,
        user: redis.user,
        database: i64::from(redis.database),
        prefix: redis.prefix,
    })
}
