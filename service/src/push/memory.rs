//! What the hub remembers of a device between its requests.
//!
//! Nothing here is needed to lose no change: after a restart everything is announced as if for the first
//! time. It keeps phones from running in circles.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use protocol::flow::adapt::Adaptive;

use super::pace::{Insistence, Pace};
use super::parking::{FolderSyncAdvice, FolderSyncFound, PastPark};
use crate::ids::{FolderNo, Seq};
use crate::metrics::{ParkEnd, ParkKind};

/// A device that was not heard of for so long is forgotten, once it has nothing parked.
const FORGET_AFTER: Duration = Duration::from_secs(2 * 3600);

/// Folders of a device that are remembered at most.
const FOLDERS_MAX: usize = 2000;

/// How many ended requests of a device are remembered.
const ENDED_MAX: usize = 8;

/// One device.
#[derive(Debug)]
pub(super) struct DeviceMemory {
    /// Announcements; [`FolderNo::ROOT`] stands for the hierarchy.
    paces: BTreeMap<FolderNo, Pace>,
    unknown: BTreeMap<FolderNo, Unknown>,
    /// Folders whose doubt was noted as announced and that the device has not synced since: the announcement
    /// may itself be lost, and then nobody else remembers it.
    owed: BTreeSet<FolderNo>,
    takeovers: Takeovers,
    adaptive: Adaptive,
    announced: Option<Instant>,
    touched: Instant,
    /// How its last parked requests ended, the newest last; for the administrator.
    ended: VecDeque<EndedPark>,
}

/// How a parked request ended, and when.
#[derive(Clone, Copy, Debug)]
struct EndedPark {
    kind: ParkKind,
    reason: ParkEnd,
    parked: Duration,
    at: Instant,
}

/// How far the matter of a folder is that the device watches and its FolderSync cursor does not hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Unknown {
    /// It was sent to FolderSync.
    Told,
    /// FolderSync had nothing for it.
    Fruitless,
    /// It asked again all the same, and the next FolderSync starts over.
    Demanded,
    /// FolderSync has started over; nothing more can be done.
    Ignored,
}

impl DeviceMemory {
    /// A device that is seen for the first time.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            paces: BTreeMap::new(),
            unknown: BTreeMap::new(),
            owed: BTreeSet::new(),
            takeovers: Takeovers::default(),
            adaptive: Adaptive::new(),
            announced: None,
            touched: now,
            ended: VecDeque::new(),
        }
    }

    /// How long a wait of this device may last before something on the way cuts it; `None`: as long as it likes.
    pub(super) fn limit(&self) -> Option<Duration> {
        self.adaptive.limit()
    }

    /// Learns from the end of a wait that was granted so long how long they may last.
    pub(super) fn learn(&mut self, reason: ParkEnd, parked: Duration, granted: Duration) {
        match reason {
            ParkEnd::Closed => self.adaptive.cut(parked),
            ParkEnd::Changed | ParkEnd::Hierarchy | ParkEnd::Expired | ParkEnd::Shortened => {
                self.adaptive.lasted(parked, granted);
            }
            ParkEnd::Superseded | ParkEnd::Drained | ParkEnd::Revoked | ParkEnd::Failed => {}
        }
    }

    /// A parked request ended, after so long.
    pub(super) fn park_ended(
        &mut self,
        kind: ParkKind,
        reason: ParkEnd,
        parked: Duration,
        at: Instant,
    ) {
        // Who went away was not heard of.
        if reason != ParkEnd::Closed {
            self.touch(at);
        }
        if self.ended.len() >= ENDED_MAX {
            self.ended.pop_front();
        }
        self.ended.push_back(EndedPark {
            kind,
            reason,
            parked,
            at,
        });
    }

    /// How the last parked requests ended, the newest first.
    pub(super) fn past(&self, now: Instant) -> Vec<PastPark> {
        let ended = self.ended.iter().rev().map(|ended| PastPark {
            kind: ended.kind,
            reason: ended.reason,
            parked: ended.parked,
            ago: now.saturating_duration_since(ended.at),
        });
        ended.collect()
    }

    /// The device was heard of.
    pub(super) fn touch(&mut self, now: Instant) {
        self.touched = now;
    }

    /// How long ago the device was last heard of.
    pub(super) fn quiet_for(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.touched)
    }

    /// Whether it may be forgotten, if nothing of it is parked.
    pub(super) fn is_stale(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.touched) > FORGET_AFTER
    }

    /// When the folder at `seq` may be announced; a time past means now.
    pub(super) fn due(
        &self,
        folder: FolderNo,
        seq: Seq,
        insistence: Insistence,
        now: Instant,
    ) -> Instant {
        let pace = self.paces.get(&folder);
        pace.map_or(now, |pace| pace.due(seq, insistence))
    }

    /// Whether the folder at `seq` was announced so often that a device that cares for it would have synced it.
    pub(super) fn told_enough(&self, folder: FolderNo, seq: Seq) -> bool {
        let pace = self.paces.get(&folder);
        pace.is_some_and(|pace| pace.is_enough(seq))
    }

    /// When this device was last announced anything.
    pub(super) fn last_announcement(&self) -> Option<Instant> {
        self.announced
    }

    /// Notes that folders are being announced.
    pub(super) fn announce(&mut self, folders: &[(FolderNo, Seq)], now: Instant) {
        for (folder, seq) in folders {
            self.pace(*folder, *seq, now);
        }
        self.announced = Some(now);
    }

    /// Notes that the device is being sent to FolderSync, because of the hierarchy or of these folders.
    pub(super) fn announce_hierarchy(&mut self, unknown: &[FolderNo], now: Instant) {
        self.pace(FolderNo::ROOT, Seq(0), now);
        for folder in unknown {
            let next = match self.unknown.get(folder) {
                None | Some(Unknown::Told) => Unknown::Told,
                Some(Unknown::Fruitless | Unknown::Demanded) => Unknown::Demanded,
                Some(Unknown::Ignored) => Unknown::Ignored,
            };
            if self.unknown.len() < FOLDERS_MAX || self.unknown.contains_key(folder) {
                self.unknown.insert(*folder, next);
            }
        }
    }

    /// Whether nothing more can be done about an unknown folder.
    pub(super) fn ignores(&self, folder: FolderNo) -> bool {
        self.unknown.get(&folder) == Some(&Unknown::Ignored)
    }

    /// The folder was found to stand well: nothing to tell.
    pub(super) fn quiet(&mut self, folder: FolderNo) {
        if !self.owes(folder) && self.paces.get(&folder).is_some_and(Pace::is_synced) {
            self.paces.remove(&folder);
        }
    }

    /// The folder is one that the device's FolderSync cursor holds.
    pub(super) fn known(&mut self, folder: FolderNo) {
        self.unknown.remove(&folder);
    }

    /// A folder in doubt is about to be announced.
    pub(super) fn owe(&mut self, folder: FolderNo) {
        if self.owed.len() < FOLDERS_MAX {
            self.owed.insert(folder);
        }
    }

    /// Whether the device was to be announced a folder in doubt and has not synced it since.
    pub(super) fn owes(&self, folder: FolderNo) -> bool {
        self.owed.contains(&folder)
    }

    /// A Sync answered the folder.
    pub(super) fn synced(&mut self, folder: FolderNo) {
        self.owed.remove(&folder);
        if let Some(pace) = self.paces.get_mut(&folder) {
            pace.synced();
        }
    }

    /// A FolderSync is about to be answered.
    pub(super) fn folder_synced(&mut self, found: FolderSyncFound) -> FolderSyncAdvice {
        self.synced(FolderNo::ROOT);
        let mut advice = FolderSyncAdvice::Proceed;
        if found == FolderSyncFound::Changes {
            self.unknown.retain(|_, stage| *stage == Unknown::Ignored);
            return advice;
        }
        for stage in self.unknown.values_mut() {
            *stage = match *stage {
                Unknown::Told | Unknown::Fruitless => Unknown::Fruitless,
                Unknown::Demanded => {
                    advice = FolderSyncAdvice::StartOver;
                    Unknown::Ignored
                }
                Unknown::Ignored => Unknown::Ignored,
            };
        }
        advice
    }

    /// A request arrives while an older one of its kind is parked.
    pub(super) fn takeover(&mut self, now: Instant) -> Takeover {
        self.takeovers.takeover(now)
    }

    fn pace(&mut self, folder: FolderNo, seq: Seq, now: Instant) {
        let before = self.paces.get(&folder);
        if before.is_some() || self.paces.len() < FOLDERS_MAX {
            let pace = Pace::announce(before, seq, now);
            self.paces.insert(folder, pace);
        }
    }
}

/// What happens to the older request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Takeover {
    /// It is answered: the device has given up on it.
    Supersede,
    /// It stays: two clients share the device's id.
    Share,
}

/// Finds out that two clients share one device id: they supersede each other without end.
#[derive(Debug, Default)]
struct Takeovers {
    recent: [Option<Instant>; Self::FEW],
    shared_until: Option<Instant>,
}

impl Takeovers {
    /// As many within [`Self::SPAN`] are a device on a bad network.
    const FEW: usize = 4;
    const SPAN: Duration = Duration::from_secs(60);
    /// How long the id is taken for a shared one after two requests were last seen side by side.
    const SHARED: Duration = Duration::from_secs(3600);

    fn takeover(&mut self, now: Instant) -> Takeover {
        let [_, rest @ ..] = self.recent;
        let [oldest, ..] = self.recent;
        let [first, second, third] = rest;
        self.recent = [first, second, third, Some(now)];
        let many = oldest.is_some_and(|at| now.saturating_duration_since(at) < Self::SPAN);
        if many || self.shared_until.is_some_and(|until| now < until) {
            self.shared_until = Some(now + Self::SHARED);
            return Takeover::Share;
        }
        Takeover::Supersede
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOLDER: FolderNo = FolderNo(9);

    fn memory() -> DeviceMemory {
        DeviceMemory::new(Instant::now())
    }

    #[test]
    fn an_unknown_folder_leads_to_one_start_over_and_is_then_ignored() {
        let mut memory = memory();
        let now = Instant::now();
        memory.announce_hierarchy(&[FOLDER], now);
        let first = memory.folder_synced(FolderSyncFound::Nothing);
        assert_eq!(first, FolderSyncAdvice::Proceed);
        memory.announce_hierarchy(&[FOLDER], now);
        assert!(!memory.ignores(FOLDER));
        let second = memory.folder_synced(FolderSyncFound::Nothing);
        assert_eq!(second, FolderSyncAdvice::StartOver);
        assert!(memory.ignores(FOLDER));
        let from_zero = memory.folder_synced(FolderSyncFound::Changes);
        assert_eq!(from_zero, FolderSyncAdvice::Proceed);
        assert!(memory.ignores(FOLDER));
        memory.known(FOLDER);
        assert!(!memory.ignores(FOLDER));
    }

    #[test]
    fn a_folder_sync_with_changes_gives_an_unknown_folder_a_new_start() {
        let mut memory = memory();
        let now = Instant::now();
        memory.announce_hierarchy(&[FOLDER], now);
        let _ = memory.folder_synced(FolderSyncFound::Changes);
        memory.announce_hierarchy(&[FOLDER], now);
        let advice = memory.folder_synced(FolderSyncFound::Nothing);
        assert_eq!(advice, FolderSyncAdvice::Proceed);
    }

    #[test]
    fn a_device_that_supersedes_again_and_again_keeps_both() {
        let mut memory = memory();
        let mut now = Instant::now();
        let mut takeovers = Vec::new();
        for _ in 0..6 {
            takeovers.push(memory.takeover(now));
            now += Duration::from_secs(10);
        }
        assert_eq!(takeovers[..4], [Takeover::Supersede; 4]);
        assert_eq!(takeovers[4..], [Takeover::Share; 2]);
        now += Duration::from_secs(1800);
        assert_eq!(memory.takeover(now), Takeover::Share);
        now += Duration::from_secs(3601);
        assert_eq!(memory.takeover(now), Takeover::Supersede);
    }

    #[test]
    fn a_few_supersedes_are_a_bad_network() {
        let mut memory = memory();
        let mut now = Instant::now();
        for _ in 0..20 {
            assert_eq!(memory.takeover(now), Takeover::Supersede);
            now += Duration::from_secs(20);
        }
    }
}
