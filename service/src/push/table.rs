//! The park table: what is parked, by account, and when to look at it again.
//!
//! Invariant: an entry is in its account's list and has one alarm, at its deadline at the latest, exactly as
//! long as its slot is taken. Whoever takes it out answers it; nobody answers it twice, because the slot's
//! generation has moved on.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use protocol::flow::parked::{Answer, Parked};
use tokio::sync::oneshot;
use tokio_util::sync::DropGuard;

use super::alarms::{Alarms, Tick};
use super::channel::Seen;
use super::judge::Case;
use super::memory::DeviceMemory;
use super::parking::{Ended, Outcome, ParkedRow, Parking};
use super::slab::Slab;
use super::trigger::Trigger;
use super::watching::Interest;
use crate::ids::{AccountId, DeviceId, FolderNo, Principal, Seq};
use crate::index::Notes;
use crate::metrics::{ItemKind, ParkKind};

/// Names a parked request for as long as it is parked, and never another one.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Key {
    /// Whose, and so in which shard.
    pub(super) account: AccountId,
    /// Which slot of the shard.
    pub(super) slot: u32,
    /// Which tenant of the slot.
    pub(super) generation: u32,
}

/// One parked request.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) who: Principal,
    pub(super) kind: ParkKind,
    pub(super) notes: Notes,
    /// What ends it. `None` only while it is being moved on.
    pub(super) parked: Option<Parked<FolderNo>>,
    /// In ascending order; shared by the account's devices that watch the same.
    pub(super) folders: Arc<[FolderNo]>,
    /// For each folder: hints up to this number are known to hold nothing for the device.
    pub(super) checked: Box<[Seq]>,
    /// What each folder holds, as the last read found it.
    pub(super) kinds: Box<[ItemKind]>,
    /// The last read found something for the device, which is not to be announced yet.
    pub(super) behind: bool,
    pub(super) since: Instant,
    pub(super) deadline: Instant,
    /// When it would be over if the way to the device kept it open for so long.
    pub(super) granted: Instant,
    /// When the oldest change that was hinted at, and not found to be none, was seen.
    pub(super) seen: Seen,
    /// Dropped when the entry goes: ends a read of the truth that nobody needs any more.
    pub(super) reading: Option<DropGuard>,
    /// Reads that failed in a row.
    pub(super) failures: u32,
    /// Where the answer goes.
    pub(super) answer: oneshot::Sender<Ended>,
    alarm: Tick,
}

/// All entries of some accounts.
#[derive(Debug)]
pub(super) struct Shard {
    slab: Slab<Entry>,
    accounts: HashMap<AccountId, Account>,
    devices: HashMap<DeviceId, DeviceMemory>,
    /// Devices are looked through for stale ones when there are so many.
    prune_at: usize,
    triggers: HashMap<AccountId, Trigger>,
    alarms: Alarms,
}

/// What is parked for one account.
struct Account {
    keys: Vec<Key>,
    /// Keeps the account watched while something is parked for it.
    interest: Interest,
    /// The folders that something is parked for.
    folders: Vec<FolderNo>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.keys).finish()
    }
}

impl Shard {
    /// Looks through the devices for the first time when there are so many.
    const PRUNE_FIRST: usize = 1024;

    /// An empty shard.
    pub(super) fn new(origin: Instant) -> Self {
        Self {
            slab: Slab::default(),
            accounts: HashMap::new(),
            devices: HashMap::new(),
            prune_at: Self::PRUNE_FIRST,
            triggers: HashMap::new(),
            alarms: Alarms::new(origin),
        }
    }

    /// Takes a request in. From now on hints count for it (R1): it is as if a read had begun.
    pub(super) fn insert(
        &mut self,
        parking: &Parking,
        now: Instant,
        answer: oneshot::Sender<Ended>,
        interest: impl FnOnce() -> Interest,
    ) -> Key {
        let account = parking.who.account;
        let deadline = parking.deadline.into_std();
        let folders = self.intern(account, &parking.folders);
        let entry = Entry {
            who: parking.who,
            kind: parking.kind,
            notes: parking.notes,
            parked: Some(Parked::register(Arc::clone(&folders), deadline)),
            checked: vec![Seq(0); folders.len()].into(),
            kinds: vec![ItemKind::Email; folders.len()].into(),
            behind: false,
            folders,
            since: now,
            deadline,
            granted: deadline,
            seen: Seen::UNKNOWN,
            reading: None,
            failures: 0,
            answer,
            alarm: Tick::NEVER,
        };
        let (slot, generation) = self.slab.insert(entry);
        let key = Key {
            account,
            slot,
            generation,
        };
        self.accounts
            .entry(account)
            .or_insert_with(|| Account {
                keys: Vec::new(),
                interest: interest(),
                folders: Vec::new(),
            })
            .keys
            .push(key);
        self.note_folders(account);
        self.set_alarm(key, deadline);
        key
    }

    /// Takes a request out.
    pub(super) fn remove(&mut self, key: Key) -> Option<Entry> {
        let entry = self.slab.remove(key.slot, key.generation)?;
        self.alarms.clear(entry.alarm, key);
        if let Some(account) = self.accounts.get_mut(&entry.who.account) {
            account.keys.retain(|other| *other != key);
            if account.keys.is_empty() {
                self.accounts.remove(&entry.who.account);
            } else {
                self.note_folders(entry.who.account);
            }
        }
        Some(entry)
    }

    /// Tells who watches an account which of its folders are waited for, if they are others than before.
    fn note_folders(&mut self, account: AccountId) {
        let Some(account) = self.accounts.get_mut(&account) else {
            return;
        };
        let entries = account.keys.iter();
        let entries = entries.filter_map(|key| self.slab.get(key.slot, key.generation));
        let folders: BTreeSet<FolderNo> = entries
            .flat_map(|entry| entry.folders.iter().copied())
            .collect();
        if !folders.iter().eq(&account.folders) {
            account.folders = folders.into_iter().collect();
            account.interest.wait_for(&account.folders);
        }
    }

    /// One entry.
    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut Entry> {
        self.slab.get_mut(key.slot, key.generation)
    }

    /// One entry, with the memory of its device.
    pub(super) fn with_memory(&mut self, key: Key) -> Option<(&mut Entry, &mut DeviceMemory)> {
        let entry = self.slab.get_mut(key.slot, key.generation)?;
        let memory = self.devices.get_mut(&entry.who.device)?;
        Some((entry, memory))
    }

    /// The memory of a device, made when it is seen for the first time.
    pub(super) fn memory(&mut self, device: DeviceId, now: Instant) -> &mut DeviceMemory {
        if self.devices.len() >= self.prune_at {
            self.prune(now);
        }
        let memory = self.devices.entry(device);
        let memory = memory.or_insert_with(|| DeviceMemory::new(now));
        memory.touch(now);
        memory
    }

    /// The memory of a device that was seen before.
    pub(super) fn memory_if_any(&mut self, device: DeviceId) -> Option<&mut DeviceMemory> {
        self.devices.get_mut(&device)
    }

    /// What is parked for an account, oldest first.
    pub(super) fn of_account(&self, account: AccountId) -> Vec<Key> {
        let account = self.accounts.get(&account);
        account.map_or_else(Vec::new, |account| account.keys.clone())
    }

    /// What is parked for a device, oldest first; of one kind or of both.
    pub(super) fn of_device(&mut self, who: Principal, kind: Option<ParkKind>) -> Vec<Key> {
        let mut keys = self.of_account(who.account);
        keys.retain(|key| {
            let entry = self.slab.get_mut(key.slot, key.generation);
            entry
                .is_some_and(|entry| entry.who == who && kind.is_none_or(|kind| entry.kind == kind))
        });
        keys
    }

    /// All entries.
    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.slab.iter()
    }

    /// Everything that is parked.
    pub(super) fn keys(&self) -> Vec<Key> {
        let accounts = self.accounts.values();
        accounts.flat_map(|account| account.keys.clone()).collect()
    }

    /// How changes of an account are batched.
    pub(super) fn trigger(&self, account: AccountId) -> Option<Trigger> {
        self.triggers.get(&account).copied()
    }

    /// Says how changes of an account are batched.
    pub(super) fn set_trigger(&mut self, account: AccountId, trigger: Trigger) {
        self.triggers.insert(account, trigger);
    }

    /// Moves an entry's alarm.
    pub(super) fn set_alarm(&mut self, key: Key, at: Instant) {
        if let Some(entry) = self.slab.get_mut(key.slot, key.generation) {
            self.alarms.clear(entry.alarm, key);
            entry.alarm = self.alarms.set(at, key);
        }
    }

    /// When the next alarm rings.
    pub(super) fn next_alarm(&self) -> Option<Instant> {
        self.alarms.next()
    }

    /// An entry whose alarm rang by `now`. The caller sets a new one or takes the entry out.
    pub(super) fn rung(&mut self, now: Instant) -> Option<Key> {
        self.alarms.pop(now)
    }

    /// The folders in ascending order, shared with an entry of the account that watches the same.
    fn intern(&mut self, account: AccountId, folders: &[FolderNo]) -> Arc<[FolderNo]> {
        let mut folders = folders.to_vec();
        folders.sort_unstable();
        folders.dedup();
        for key in self.of_account(account) {
            if let Some(entry) = self.get_mut(key)
                && *entry.folders == *folders
            {
                return Arc::clone(&entry.folders);
            }
        }
        folders.into()
    }

    /// Forgets devices that were not heard of for long.
    fn prune(&mut self, now: Instant) {
        let parked: HashSet<DeviceId> = self.slab.iter().map(|entry| entry.who.device).collect();
        self.devices
            .retain(|device, memory| parked.contains(device) || !memory.is_stale(now));
        self.prune_at = Self::PRUNE_FIRST.max(self.devices.len().saturating_mul(2));
    }
}

impl Entry {
    /// Whether a hint that the folder stands at `seq` is news.
    pub(super) fn is_news(&self, folder: FolderNo, seq: Seq) -> bool {
        let at = self.folders.binary_search(&folder).ok();
        let checked = at.and_then(|at| self.checked.get(at));
        checked.is_some_and(|checked| seq > *checked)
    }

    /// What a folder holds, as far as it is known.
    pub(super) fn kind_of(&self, folder: FolderNo) -> ItemKind {
        let at = self.folders.binary_search(&folder).ok();
        let kind = at.and_then(|at| self.kinds.get(at));
        kind.copied().unwrap_or(ItemKind::Email)
    }

    /// Whether the folder is watched.
    pub(super) fn watches(&self, folder: FolderNo) -> bool {
        self.folders.binary_search(&folder).is_ok()
    }

    /// The folders with the numbers at which they were last seen to stand.
    pub(super) fn standing_at(&self, folders: &BTreeSet<FolderNo>) -> Vec<(FolderNo, Seq)> {
        let all = self
            .folders
            .iter()
            .copied()
            .zip(self.checked.iter().copied());
        all.filter(|(folder, _)| folders.contains(folder)).collect()
    }

    /// The entry as it is judged at `now`, which is `now_utc` seconds of UTC.
    pub(super) fn case(&self, trigger: Trigger, now: Instant, now_utc: i64) -> Case<'_> {
        Case {
            folders: &self.folders,
            heartbeat: self.deadline.saturating_duration_since(self.since),
            deadline: self.deadline,
            trigger,
            now,
            now_utc,
        }
    }

    /// How the entry ends with this answer at `now`, which is `wall` in the world.
    pub(super) fn ended(&self, answer: Answer<FolderNo>, now: Instant, wall: Seen) -> Ended {
        let outcome = match Outcome::from(answer) {
            Outcome::Expired if self.granted > self.deadline => Outcome::Shortened,
            outcome => outcome,
        };
        let change_age = match outcome {
            Outcome::Changed(_) | Outcome::Hierarchy => self.seen.age(wall),
            Outcome::Expired
            | Outcome::Shortened
            | Outcome::Superseded
            | Outcome::Draining
            | Outcome::AccountGone => None,
        };
        Ended {
            outcome,
            parked: now.saturating_duration_since(self.since),
            change_age,
        }
    }

    /// The entry as the administrator sees it.
    pub(super) fn row(&self, now: Instant) -> ParkedRow {
        let folders = self
            .folders
            .iter()
            .copied()
            .zip(self.checked.iter().copied());
        ParkedRow {
            who: self.who,
            kind: self.kind,
            folders: folders.collect(),
            parked: now.saturating_duration_since(self.since),
            left: self.deadline.saturating_duration_since(now),
            compared: self.parked.as_ref().is_some_and(Parked::is_compared),
        }
    }
}

#[cfg(test)]
impl Key {
    /// Some key.
    pub(super) fn for_test(slot: u32) -> Self {
        Self {
            account: AccountId(1),
            slot,
            generation: 1,
        }
    }
}
