//! The store belongs to one service, and has to be written.

use std::fs::{File, TryLockError};
use std::time::Duration;

use tokio::time;
use tracing::{error, info};

use crate::admin::Readiness;
use crate::app::StartError;
use crate::config::Place;
use crate::store::Store;

/// Between two looks at a store.
const EVERY: Duration = Duration::from_secs(2);

/// The right to work on a store, as long as it lives. Given back by the system however the process ends.
#[derive(Debug)]
pub(super) struct Claim {
    _file: Option<File>,
}

impl Claim {
    /// Claims a store, by a lock on a file beside it.
    ///
    /// # Errors
    /// `Claimed`: another process has it.
    pub(super) fn of(place: &Place) -> Result<Self, StartError> {
        // A server's store is shared by nodes.
        let Place::File(store) = place else {
            return Ok(Self { _file: None });
        };
        let mut name = store.as_os_str().to_owned();
        name.push(".lock");
        // Where there can be no lock there can be no store either, which is said in its own words.
        let Ok(file) = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(name)
        else {
            return Ok(Self { _file: None });
        };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Err(StartError::Claimed {
                path: store.clone(),
            }),
            // A file system without locks.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self { _file: Some(file) }),
        }
    }
}

/// Has `/readyz` fail while the store cannot be written, and tries whether it can again.
pub(super) async fn follow(store: Store, readiness: Readiness) {
    loop {
        time::sleep(EVERY).await;
        if !store.is_failing() {
            continue;
        }
        readiness.impair();
        error!("the state store cannot be written; phones are sent away until it can");
        while let Err(error) = store.probe().await {
            tracing::debug!(%error, "still not");
            time::sleep(EVERY).await;
        }
        readiness.recover();
        info!("the state store can be written again");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_has_one_service() {
        let place = tempfile::tempdir().unwrap();
        let path = Place::File(place.path().join("state.db"));
        let first = Claim::of(&path).unwrap();
        assert!(matches!(Claim::of(&path), Err(StartError::Claimed { .. })));
        drop(first);
        Claim::of(&path).unwrap();
    }
}
