//! What there is to see, put together from the store, the index, the park table and the watchers.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::clock::Clock;
use crate::control::live::Live;
use crate::control::view::{
    DeviceLine, DeviceView, FolderView, ParkedBrief, ParkedView, SkippedView, SyncedView,
};
use crate::control::words::{
    Now, Said, device_line, find, key_state, policy, principal, proof, wake, watcher,
};
use crate::ids::{AccountId, DeviceId, FolderNo, Principal};
use crate::index::{Index, IndexError};
use crate::metrics::family::Label;
use crate::push::ParkedRow;
use crate::store::{Device, Store, StoreError, Synced, Tally};

/// Why something cannot be shown or done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SurveyError {
    /// Nobody of that name has signed in yet.
    #[error("no account {0:?} has signed in yet")]
    NoAccount(String),
    /// There is no such device.
    #[error("there is no device {0:?}; `directpush devices list` shows them")]
    NoDevice(String),
    /// Several devices name themselves so.
    #[error("several devices are called {id:?}; say which by its number: {candidates}")]
    Ambiguous {
        /// What was asked for.
        id: String,
        /// Which there are.
        candidates: String,
    },
    /// The device does not sync that folder.
    #[error("the device does not sync folder {0}")]
    NoFolder(FolderNo),
    /// The index failed.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sees into a store, and into the service above it if there is one.
#[derive(Clone, Debug)]
pub struct Survey {
    pub(super) index: Index,
    pub(super) live: Option<Live>,
    clock: Clock,
}

/// Which devices are asked for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Asked {
    /// Of this account only.
    pub account: Option<String>,
    /// That were not seen for so many days.
    pub inactive_days: Option<u32>,
}

/// Names of accounts by number.
pub(super) type Names = HashMap<AccountId, String>;

impl Survey {
    /// Sees into a store that no service of ours uses, or one that cannot be reached.
    #[must_use]
    pub fn of_store(store: Store) -> Self {
        Self {
            index: Index::new(store),
            live: None,
            clock: Clock::system(),
        }
    }

    /// Sees into a service.
    #[must_use]
    pub fn of_service(index: Index, live: Live, clock: Clock) -> Self {
        Self {
            index,
            live: Some(live),
            clock,
        }
    }

    /// What is parked, of all accounts or of one. Nothing without a service.
    ///
    /// # Errors
    /// `NoAccount`, `Store`, `Index`.
    pub async fn parked(&self, account: Option<&str>) -> Result<Vec<ParkedView>, SurveyError> {
        let names = self.names().await?;
        let only = account.map(|name| find(&names, name)).transpose()?;
        let devices: HashMap<DeviceId, Device> = self.devices_of(only).await?;
        let mut rows = self.rows();
        rows.retain(|row| only.is_none_or(|account| row.who.account == account));
        rows.sort_by_key(|row| {
            (
                row.who.account,
                row.who.device,
                std::cmp::Reverse(row.parked),
            )
        });
        let mut folders = FolderNames::default();
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            let names_of = folders.of(&self.index, row.who.account).await?;
            let standings = self.standings(&row, names_of).await?;
            let name = names.get(&row.who.account).cloned().unwrap_or_default();
            views.push(self.parked_view(&row, name, devices.get(&row.who.device), standings));
        }
        Ok(views)
    }

    /// The devices that are asked for, by account and number.
    ///
    /// # Errors
    /// `NoAccount`, `Store`.
    pub async fn devices(&self, asked: &Asked) -> Result<Vec<DeviceLine>, SurveyError> {
        let names = self.names().await?;
        let only = asked.account.as_deref();
        let only = only.map(|name| find(&names, name)).transpose()?;
        let tallies = self.store().tallies().await?;
        let parked = self.briefs();
        let before = asked
            .inactive_days
            .map(|days| self.now().0 - i64::from(days) * 86_400);
        let mut lines = Vec::new();
        for device in self.store().devices(only).await? {
            let brief = parked.as_ref().map(|all| all.get(&device.id));
            let brief = brief.map(|found| found.cloned().unwrap_or_default());
            // What waits is there, whatever the store says: an idle heartbeat writes no row.
            let waits = brief.as_ref().is_some_and(|brief| !brief.is_empty());
            if before.is_none_or(|before| device.last_seen < before && !waits) {
                let tally = tallies.get(&device.id).copied().unwrap_or_default();
                let name = names.get(&device.account).cloned().unwrap_or_default();
                lines.push(device_line(&device, name, tally, brief));
            }
        }
        Ok(lines)
    }

    /// All that is known of one device, named by its number or by its own id.
    ///
    /// # Errors
    /// `NoAccount`, `NoDevice`, `Ambiguous`, `Store`, `Index`.
    pub async fn device(&self, id: &str, account: Option<&str>) -> Result<DeviceView, SurveyError> {
        let device = self.find_device(id, account).await?;
        let who = principal(&device);
        let name = self.names().await?.remove(&device.account);
        let synced = self.store().synced(who).await?;
        let syncs = self.syncs(who, &synced).await?;
        let skipped = self.store().skipped(device.account).await?;
        let skipped: Vec<SkippedView> = skipped
            .into_iter()
            .filter(|one| one.device == device.id)
            .map(|one| SkippedView {
                item: one.id.to_string(),
                reason: one.reason,
                since: one.since,
            })
            .collect();
        let tally = Tally {
            folders: u64::try_from(synced.iter().filter(|one| one.folder.0 > 0).count())
                .unwrap_or(0),
            skipped: u64::try_from(skipped.len()).unwrap_or(0),
        };
        let parked_now = match &self.live {
            None => None,
            Some(_) => {
                let mut all = self.parked(name.as_deref()).await?;
                all.retain(|one| one.device_no == device.id.0);
                Some(all)
            }
        };
        let briefs = parked_now.as_ref().map(|all| {
            all.iter()
                .map(|one| ParkedBrief {
                    kind: one.kind.clone(),
                    since: one.since,
                })
                .collect()
        });
        let said = Said::of(&device);
        Ok(DeviceView {
            line: device_line(&device, name.unwrap_or_default(), tally, briefs),
            friendly_name: said.text("friendly_name"),
            user_agent: device.user_agent.clone(),
            policy: policy(&device).to_owned(),
            wipe: device.wipe.clone(),
            doubts_founded: device.doubts_founded,
            doubts_unfounded: device.doubts_unfounded,
            grace_s: device.grace,
            heartbeat_s: self.store().ping_cache(who).await?.heartbeat,
            syncs,
            items_skipped: skipped,
            parked_now,
            past: self.past(who),
            loops: self.loops(who),
        })
    }

    /// The number of an account, for the log; `None` before it has signed in for the first time.
    pub(super) async fn number(&self, account: &str) -> Option<AccountId> {
        self.store().find_account(account).await.ok().flatten()
    }

    pub(super) fn now(&self) -> Now {
        Now(self.clock.seconds())
    }

    pub(super) fn store(&self) -> &Store {
        self.index.store()
    }

    async fn names(&self) -> Result<Names, SurveyError> {
        Ok(self.store().accounts().await?.into_iter().collect())
    }

    async fn devices_of(
        &self,
        account: Option<AccountId>,
    ) -> Result<HashMap<DeviceId, Device>, SurveyError> {
        let devices = self.store().devices(account).await?;
        Ok(devices
            .into_iter()
            .map(|device| (device.id, device))
            .collect())
    }

    /// The one device that is meant.
    pub(super) async fn find_device(
        &self,
        id: &str,
        account: Option<&str>,
    ) -> Result<Device, SurveyError> {
        let names = self.names().await?;
        let only = account.map(|name| find(&names, name)).transpose()?;
        let devices = self.store().devices(only).await?;
        let number = |device: &&Device| device.id.0.to_string() == id;
        if let Some(device) = devices.iter().find(number) {
            return Ok(device.clone());
        }
        let mut called: Vec<&Device> = devices
            .iter()
            .filter(|device| device.name.eq_ignore_ascii_case(id))
            .collect();
        match (called.pop(), called.is_empty()) {
            (None, _) => Err(SurveyError::NoDevice(id.to_owned())),
            (Some(only), true) => Ok(only.clone()),
            (Some(last), false) => {
                called.push(last);
                let told = called.iter().map(|device| {
                    let account = names.get(&device.account).map_or("", String::as_str);
                    format!("{} ({}, {account})", device.id, device.kind)
                });
                Err(SurveyError::Ambiguous {
                    id: id.to_owned(),
                    candidates: told.collect::<Vec<_>>().join(", "),
                })
            }
        }
    }

    async fn standings(
        &self,
        row: &ParkedRow,
        names: &HashMap<FolderNo, String>,
    ) -> Result<Vec<FolderView>, SurveyError> {
        let folders: Vec<FolderNo> = row.folders.iter().map(|(folder, _)| *folder).collect();
        let standings = self.index.verify(row.who, &folders).await?;
        let views = standings.into_iter().map(|standing| FolderView {
            no: standing.folder.0,
            name: names.get(&standing.folder).cloned().unwrap_or_default(),
            told: standing.told.0,
            current: standing.current.0,
            state: wake(standing.wake).to_owned(),
        });
        Ok(views.collect())
    }

    async fn syncs(
        &self,
        who: Principal,
        synced: &[Synced],
    ) -> Result<Vec<SyncedView>, SurveyError> {
        let folders: Vec<FolderNo> = synced.iter().map(|one| one.folder).collect();
        let standings = self.index.verify(who, &folders).await?;
        let views = synced
            .iter()
            .zip(standings)
            .map(|(one, standing)| SyncedView {
                no: one.folder.0,
                name: if one.folder == FolderNo::ROOT {
                    "(folders)".to_owned()
                } else {
                    one.name.clone()
                },
                class: one.class.clone(),
                state: key_state(one, standing.wake).to_owned(),
                told: one.newest.map(|newest| newest.told.0),
                current: one.seq.0,
                last_sync: one.newest.map(|newest| newest.at),
                proof: one.newest.map(|newest| proof(newest.proof).to_owned()),
                open_answers: one.open,
                uploads: one.uploads,
            });
        Ok(views.collect())
    }

    fn parked_view(
        &self,
        row: &ParkedRow,
        account: String,
        device: Option<&Device>,
        folders: Vec<FolderView>,
    ) -> ParkedView {
        let status = self
            .live
            .as_ref()
            .map(|live| live.supervisor.status(row.who.account));
        ParkedView {
            account,
            device_no: row.who.device.0,
            device: device.map(|device| device.name.clone()).unwrap_or_default(),
            device_type: device.map(|device| device.kind.clone()).unwrap_or_default(),
            kind: row.kind.as_str().to_owned(),
            folders,
            watcher: watcher(status, self.now()),
            since: self.now().ago(row.parked),
            parked_s: row.parked.as_secs(),
            left_s: row.left.as_secs(),
        }
    }
}

/// Names of folders, read once for each account.
#[derive(Default)]
struct FolderNames(HashMap<AccountId, HashMap<FolderNo, String>>);

impl FolderNames {
    async fn of(
        &mut self,
        index: &Index,
        account: AccountId,
    ) -> Result<&HashMap<FolderNo, String>, SurveyError> {
        match self.0.entry(account) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => {
                let folders = index.folders(account).await?;
                let names = folders.into_iter().map(|folder| (folder.no, folder.name));
                Ok(place.insert(names.collect()))
            }
        }
    }
}
