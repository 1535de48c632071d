//! Keeps the store small: tombstones, rows that no device can see, repeats that will not come any more.

use std::time::Duration;

use tokio::time;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use crate::clock::Clock;
use crate::index::{Index, IndexError};

/// Between two rounds. A tombstone costs a row, so there is no hurry.
const EVERY: Duration = Duration::from_secs(6 * 3600);

/// Between two accounts of a round, so that a round is never noticed.
const PAUSE: Duration = Duration::from_millis(100);

/// Tidies one account after the other, for ever.
pub(super) async fn run(index: Index, clock: Clock, stop: CancellationToken) {
    while stop.run_until_cancelled(time::sleep(EVERY)).await.is_some() {
        match stop.run_until_cancelled(round(&index, &clock)).await {
            Some(Ok(())) => debug!("store tidied"),
            Some(Err(error)) => warn!(%error, "store not tidied"),
            None => return,
        }
    }
}

async fn round(index: &Index, clock: &Clock) -> Result<(), IndexError> {
    index.forget_repeats(clock.steady_seconds()).await?;
    for (account, _) in index.store().accounts().await? {
        index.tidy(account).await?;
        time::sleep(PAUSE).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use backends::{
        Class, Delta, DeltaKind, Folder, FolderRef, ItemRef, ItemState, Role, Token, Version,
    };

    use super::*;
    use crate::ids::FolderNo;
    use crate::store::Store;

    #[tokio::test]
    async fn a_round_collects_what_nobody_needs() {
        let place = tempfile::tempdir().unwrap();
        let store = Store::open(&place.path().join("state.db")).await.unwrap();
        let account = store.account("anna", 0).await.unwrap();
        let index = Index::new(store);
        let inbox = Folder {
            reference: FolderRef::new(""),
            identity: None,
            parent: None,
            name: "INBOX".to_owned(),
            class: Class::Email,
            role: Role::Inbox,
        };
        index.refresh_hierarchy(account, &[inbox]).await.unwrap();
        let folders = index.folders(account).await.unwrap();
        let folder: FolderNo = folders
            .iter()
            .find(|known| known.role == Role::Inbox)
            .unwrap()
            .no;
        index.widen(account, folder, i64::MIN).await.unwrap();
        let item = ItemState {
            item: ItemRef::new("one"),
            version: Version::new(""),
            time: 1,
            size: 1,
        };
        for listed in [vec![item], Vec::new()] {
            let from = index.read_from(account, folder).await.unwrap().unwrap();
            let delta = Delta {
                kind: DeltaKind::Listing(listed),
                token: Token::new("t"),
            };
            let _applied = index.apply(account, folder, &from, &delta).await.unwrap();
        }
        round(&index, &Clock::system()).await.unwrap();
        let again = index.collect(account, folder).await.unwrap();
        assert_eq!(again.tombstones, 0, "the round left a tombstone behind");
    }
}
