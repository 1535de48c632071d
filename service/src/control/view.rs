//! What travels over the control socket. Times are UTC epoch seconds, spans are seconds.

use serde::{Deserialize, Serialize};

/// One parked request.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ParkedView {
    /// The account's name.
    pub account: String,
    /// The device's number in this service.
    pub device_no: i64,
    /// The device as it names itself.
    pub device: String,
    /// Its type as it names itself.
    pub device_type: String,
    /// `ping` or `sync`.
    pub kind: String,
    /// The folders that it watches.
    pub folders: Vec<FolderView>,
    /// How the account is watched.
    pub watcher: WatcherView,
    /// When it was parked.
    pub since: i64,
    /// How long ago that was.
    pub parked_s: u64,
    /// What is left of its heartbeat.
    pub left_s: u64,
}

/// A folder as a parked request sees it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct FolderView {
    /// Its number, which devices know as its id.
    pub no: u32,
    /// Its name; empty when the account has no such folder.
    pub name: String,
    /// The sequence number up to which Sync told the device.
    pub told: u64,
    /// The folder's sequence number now.
    pub current: u64,
    /// `quiet`; `changed`: there is something for the device; `invalid`: its key is not known; `absent`: never
    /// synced; `gone`: no such folder.
    pub state: String,
}

/// How an account is watched.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct WatcherView {
    /// `push`, `poll`, `down`, or `idle` when nobody waits.
    pub mode: String,
    /// What tells of changes in the mail: `inotify`, `hook`, `idle`, `notify`, `poll`; empty while nothing does.
    #[serde(default)]
    pub source: String,
    /// Since when.
    pub since: Option<i64>,
    /// Folders that could not be read when that was last tried.
    pub failing: u64,
}

/// That a device has something parked.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ParkedBrief {
    /// `ping` or `sync`.
    pub kind: String,
    /// When it was parked.
    pub since: i64,
}

/// A device, in a line.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct DeviceLine {
    /// Its number in this service.
    pub no: i64,
    /// Its account's name.
    pub account: String,
    /// Its id, as it names itself.
    pub id: String,
    /// Its type, as it names itself.
    pub device_type: String,
    /// Its model, if it said so.
    pub model: Option<String>,
    /// Its operating system, if it said so.
    pub os: Option<String>,
    /// The protocol version that it last spoke.
    pub version: Option<String>,
    /// Whether it may: `allowed`, …
    pub access: String,
    /// When it first came.
    pub first_seen: i64,
    /// When it last came; at most an hour behind.
    pub last_seen: i64,
    /// Folders that it syncs.
    pub folders: u64,
    /// Items that could not be sent to it.
    pub skipped: u64,
    /// What it has parked; `None` when that is not known, because the service does not run.
    pub parked: Option<Vec<ParkedBrief>>,
}

/// A device with all that is known of it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct DeviceView {
    /// The line of the list.
    #[serde(flatten)]
    pub line: DeviceLine,
    /// What its owner calls it, if it said so.
    pub friendly_name: Option<String>,
    /// The User-Agent that it last showed.
    pub user_agent: Option<String>,
    /// `none`, `offered` or `acknowledged`.
    pub policy: String,
    /// State of a remote wipe.
    pub wipe: Option<String>,
    /// Answers that it had not received although they were written.
    pub doubts_founded: u64,
    /// Answers that were doubted and that it had.
    pub doubts_unfounded: u64,
    /// How long its answers are given to be proved received.
    pub grace_s: i64,
    /// The heartbeat of its last Ping.
    pub heartbeat_s: Option<u32>,
    /// What it syncs; number 0 is the hierarchy.
    pub syncs: Vec<SyncedView>,
    /// Items that could not be sent to it.
    pub items_skipped: Vec<SkippedView>,
    /// What it has parked; `None` when the service does not run.
    pub parked_now: Option<Vec<ParkedView>>,
    /// How its last parked requests ended, the newest first; `None` when the service does not run.
    pub past: Option<Vec<PastView>>,
    /// Circles that it ran in and was held for; `None` when the service does not run.
    pub loops: Option<Vec<LoopView>>,
}

/// One folder that a device syncs.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct SyncedView {
    /// Its number; 0 is the hierarchy.
    pub no: u32,
    /// Its name.
    pub name: String,
    /// Its class.
    pub class: String,
    /// `current`; `behind`: there is something for the device; `filling`: the first fill is not complete; `begun`: it
    /// has a first key; `unknown`: its key is not known, it starts over; `gone`: the folder is.
    pub state: String,
    /// The sequence number up to which Sync told it.
    pub told: Option<u64>,
    /// The folder's sequence number now.
    pub current: u64,
    /// When the newest answer was made.
    pub last_sync: Option<i64>,
    /// Whether it arrived: `proved`, `empty` (nothing to miss), `unproved`, `broken`, `announced`.
    pub proof: Option<String>,
    /// Answers that the device may still take.
    pub open_answers: u64,
    /// Uploads that were begun and whose end is not known.
    pub uploads: u64,
}

/// An item that could not be sent.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct SkippedView {
    /// The item as the device would know it.
    pub item: String,
    /// Why.
    pub reason: String,
    /// Since when.
    pub since: i64,
}

/// A way in which a device runs in circles.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct LoopView {
    /// Which, as `directpush_loops_held_total` has it.
    pub kind: String,
    /// How often it was held for that since the service started.
    pub held: u32,
}

/// A request that was parked and is no more.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct PastView {
    /// `ping` or `sync`.
    pub kind: String,
    /// How it ended, as `directpush_park_ends_total` has it.
    pub reason: String,
    /// How long it was parked.
    pub parked_s: u64,
    /// When it ended.
    pub at: i64,
}

/// What was done.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Done {
    /// In words.
    pub done: String,
}
