//! What is remembered of a device's requests: the last Ping and the last full Sync.

use crate::ids::{FolderNo, Principal};
use crate::store::{Conn, Store, StoreError, db};

/// The parameters of the last Ping; both are remembered separately.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PingCache {
    /// The heartbeat, in seconds.
    pub heartbeat: Option<u32>,
    /// The folders.
    pub folders: Option<Vec<FolderNo>>,
}

impl Store {
    /// The parameters of the device's last Ping.
    ///
    /// # Errors
    /// `Database`.
    pub async fn ping_cache(&self, who: Principal) -> Result<PingCache, StoreError> {
        ping_cache(&mut *self.read().await?, who).await
    }

    /// Remembers what a Ping carried: `None` leaves a parameter as it was. Writes nothing when nothing
    /// changed.
    ///
    /// # Errors
    /// `Database`.
    pub async fn remember_ping(&self, who: Principal, ping: &PingCache) -> Result<(), StoreError> {
        let before = self.ping_cache(who).await?;
        let after = PingCache {
            heartbeat: ping.heartbeat.or(before.heartbeat),
            folders: ping.folders.clone().or_else(|| before.folders.clone()),
        };
        if after == before {
            return Ok(());
        }
        let mut write = self.write_whenever(who.account).await?;
        db::query(
            "INSERT INTO remembered (account, device, heartbeat, folders) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (account, device) DO UPDATE SET \
             heartbeat = excluded.heartbeat, folders = excluded.folders",
        )
        .bind(who.account.0)
        .bind(who.device.0)
        .bind(after.heartbeat.map(i64::from))
        .bind(after.folders.as_deref().map(spell))
        .execute(&mut write)
        .await?;
        write.commit().await
    }

    /// The device's last Sync request with a body.
    ///
    /// # Errors
    /// `Database`.
    pub async fn sync_cache(&self, who: Principal) -> Result<Option<Vec<u8>>, StoreError> {
        let sync: Option<Option<Vec<u8>>> =
            db::scalar("SELECT sync FROM remembered WHERE account = $1 AND device = $2")
                .bind(who.account.0)
                .bind(who.device.0)
                .fetch_optional(&mut *self.read().await?)
                .await?;
        Ok(sync.flatten())
    }

    /// Remembers a Sync request, or with `None` forgets it. Writes nothing when nothing changed.
    ///
    /// # Errors
    /// `Database`.
    pub async fn remember_sync(
        &self,
        who: Principal,
        request: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        if self.sync_cache(who).await?.as_deref() == request {
            return Ok(());
        }
        let mut write = self.write(who.account).await?;
        db::query(
            "INSERT INTO remembered (account, device, sync) VALUES ($1, $2, $3) \
             ON CONFLICT (account, device) DO UPDATE SET sync = excluded.sync",
        )
        .bind(who.account.0)
        .bind(who.device.0)
        .bind(request)
        .execute(&mut write)
        .await?;
        write.commit().await
    }
}

async fn ping_cache(conn: &mut Conn, who: Principal) -> Result<PingCache, StoreError> {
    let row =
        db::query("SELECT heartbeat, folders FROM remembered WHERE account = $1 AND device = $2")
            .bind(who.account.0)
            .bind(who.device.0)
            .fetch_optional(conn)
            .await?;
    let Some(row) = row else {
        return Ok(PingCache::default());
    };
    let heartbeat: Option<i64> = row.try_get(0)?;
    let folders: Option<String> = row.try_get(1)?;
    Ok(PingCache {
        heartbeat: heartbeat.and_then(|seconds| u32::try_from(seconds).ok()),
        folders: folders.map(|text| text.split(' ').filter_map(FolderNo::parse).collect()),
    })
}

fn spell(folders: &[FolderNo]) -> String {
    let words: Vec<String> = folders.iter().map(ToString::to_string).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{AccountId, DeviceId};

    #[tokio::test]
    async fn a_thousand_first_pings_at_once_are_all_remembered() {
        let place = tempfile::tempdir().unwrap();
        let store = Store::open(&place.path().join("state.db")).await.unwrap();
        let who = |device| Principal {
            account: AccountId(1),
            device: DeviceId(device),
        };
        let ping = PingCache {
            heartbeat: Some(900),
            folders: Some(vec![FolderNo(5)]),
        };
        // While one writes, the others queue.
        let held = store.write(AccountId(1)).await.unwrap();
        let queued = async {
            while store.waiting() < 1_000 {
                tokio::task::yield_now().await;
            }
        };
        let release = async {
            let patience = std::time::Duration::from_secs(60);
            let queued = tokio::time::timeout(patience, queued).await;
            held.commit().await.unwrap();
            queued.expect("some do not wait");
        };
        let devices = (0..1_000).map(|device| store.remember_ping(who(device), &ping));
        let (remembered, ()) = tokio::join!(futures_util::future::join_all(devices), release);
        assert!(remembered.iter().all(Result::is_ok));
        assert_eq!(store.ping_cache(who(999)).await.unwrap(), ping);
    }
}
