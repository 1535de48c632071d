//! Rows of the store in words.

use std::time::{Duration, Instant};

use crate::control::survey::{Names, SurveyError};
use crate::control::view::{DeviceLine, ParkedBrief, WatcherView};
use crate::ids::{AccountId, FolderNo, Principal};
use crate::index::Wake;
use crate::metrics::family::Label;
use crate::store::answer::Proof;
use crate::store::{Device, Synced, Tally};
use crate::watch::{AccountStatus, Mode};

/// What a device said of itself.
pub(super) struct Said(serde_json::Value);

impl Said {
    pub(super) fn of(device: &Device) -> Self {
        let info = device.info.as_deref().unwrap_or("null");
        Self(serde_json::from_str(info).unwrap_or_default())
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.0.get(key)?.as_str().map(str::to_owned)
    }
}

/// The account of a name: the whole name in any letter case, or the part before the `@` when it is the only one.
pub(super) fn find(names: &Names, asked: &str) -> Result<AccountId, SurveyError> {
    let whole = names
        .iter()
        .find(|(_, name)| name.eq_ignore_ascii_case(asked));
    if let Some((account, _)) = whole {
        return Ok(*account);
    }
    let local = |name: &str| {
        let local = name.rsplit_once('@').map_or(name, |(local, _)| local);
        local.eq_ignore_ascii_case(asked)
    };
    let mut found = names.iter().filter(|(_, name)| local(name));
    match (found.next(), found.next()) {
        (Some((account, _)), None) => Ok(*account),
        _ => Err(SurveyError::NoAccount(asked.to_owned())),
    }
}

pub(super) fn principal(device: &Device) -> Principal {
    Principal {
        account: device.account,
        device: device.id,
    }
}

pub(super) fn device_line(
    device: &Device,
    account: String,
    tally: Tally,
    parked: Option<Vec<ParkedBrief>>,
) -> DeviceLine {
    let said = Said::of(device);
    // An idle heartbeat writes no row: what is parked tells more than the store.
    let waits = parked.iter().flatten().map(|brief| brief.since).max();
    DeviceLine {
        no: device.id.0,
        account,
        id: device.name.clone(),
        device_type: device.kind.clone(),
        model: said.text("model"),
        os: said.text("os"),
        version: device.protocol.clone(),
        access: device.access.clone(),
        first_seen: device.first_seen,
        last_seen: waits.map_or(device.last_seen, |since| since.max(device.last_seen)),
        folders: tally.folders,
        skipped: tally.skipped,
        parked,
    }
}

pub(super) fn policy(device: &Device) -> &'static str {
    match (device.policy_key, device.offered_key) {
        (Some(_), _) => "acknowledged",
        (None, Some(_)) => "offered",
        (None, None) => "none",
    }
}

pub(super) fn wake(wake: Wake) -> &'static str {
    match wake {
        Wake::Quiet => "quiet",
        Wake::Changed => "changed",
        Wake::Absent => "absent",
        Wake::Invalid => "invalid",
        Wake::NoFolder => "gone",
    }
}

pub(super) fn key_state(synced: &Synced, wake: Wake) -> &'static str {
    let Some(newest) = synced.newest else {
        return "unknown";
    };
    if synced.folder == FolderNo::ROOT {
        return if newest.told < synced.seq {
            "behind"
        } else {
            "current"
        };
    }
    match wake {
        Wake::NoFolder => "gone",
        Wake::Absent | Wake::Invalid => "unknown",
        Wake::Changed | Wake::Quiet if newest.filling && newest.told.0 == 0 => "begun",
        Wake::Changed | Wake::Quiet if newest.filling => "filling",
        Wake::Changed => "behind",
        Wake::Quiet => "current",
    }
}

pub(super) fn proof(proof: Proof) -> &'static str {
    match proof {
        Proof::Empty => "empty",
        Proof::Unproved => "unproved",
        Proof::Broken => "broken",
        Proof::Proved => "proved",
        Proof::Announced => "announced",
    }
}

pub(super) fn watcher(status: Option<AccountStatus>, now: Now) -> WatcherView {
    let Some(status) = status else {
        return WatcherView {
            mode: "idle".to_owned(),
            source: String::new(),
            since: None,
            failing: 0,
        };
    };
    WatcherView {
        mode: match status.mode {
            Mode::Idle => "idle",
            Mode::Watched(mode) => mode.as_str(),
        }
        .to_owned(),
        source: status
            .source
            .map_or("", |source| source.as_str())
            .to_owned(),
        since: status
            .since
            .map(|since| now.ago(Instant::now().saturating_duration_since(since))),
        failing: u64::try_from(status.failing).unwrap_or(u64::MAX),
    }
}

/// The time of a look.
#[derive(Clone, Copy)]
pub(super) struct Now(pub(super) i64);

impl Now {
    /// When something was that happened so long ago.
    pub(super) fn ago(self, span: Duration) -> i64 {
        let seconds = i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        self.0.saturating_sub(seconds)
    }
}
