//! Devices that run in circles are answered later (the rule is `protocol::flow::governor`).
//!
//! A held request is a future that sleeps: no thread, no connection to the store, no backend. It ends with its client
//! and with a shut-down.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::command::StatusCode;
use protocol::flow::governor::{Act, Governor, HOLD_MAX, Loop, Verdict};
use protocol::query::Command;
use protocol::status::{
    FolderSyncStatus, GetItemEstimateStatus, MoveItemsStatus, PingStatus, SyncStatus,
};
use tokio::time::{self, Instant};
use tokio_util::sync::CancellationToken;

use crate::error::Fault;
use crate::http::answer::{Answer, Content};
use crate::ids::DeviceId;
use crate::metrics::PushMetrics;
use crate::telemetry::Facts;

/// Devices that are remembered at most; of more, those that were not heard of for the longest time are forgotten.
const DEVICES_MAX: usize = 50_000;

/// A dead key of the hierarchy that was held so often is answered as key 0 would be: some phones show it for ever.
const HELD_ENOUGH: u32 = 3;

/// What is remembered of all devices.
#[derive(Debug)]
pub struct Governors {
    devices: Mutex<HashMap<DeviceId, Governor>>,
    hold_max: Duration,
    metrics: PushMetrics,
    released: CancellationToken,
}

/// How often a device was held, by the way it ran in.
pub type Loops = Vec<(Loop, u32)>;

impl Governors {
    /// Holds answers for `hold_max` at most; never, if that is zero.
    #[must_use]
    pub fn new(hold_max: Duration, metrics: PushMetrics) -> Self {
        Self {
            devices: Mutex::default(),
            hold_max: hold_max.min(HOLD_MAX),
            metrics,
            released: CancellationToken::new(),
        }
    }

    /// How often a device was held since the start, by the way it ran in. For the administrator.
    #[must_use]
    pub fn loops(&self, device: DeviceId) -> Loops {
        let devices = self.devices();
        let met = devices.get(&device).into_iter().flat_map(Governor::met);
        met.filter(|(_, met)| *met > 0).collect()
    }

    /// Ends all holding, because the service is shutting down.
    pub fn release(&self) {
        self.released.cancel();
    }

    /// Judges what a device does, and holds the request if it is a loop. Says whether it is.
    ///
    /// # Errors
    /// [`Fault::Throttled`], after the longest hold: several clients run in this circle at once.
    pub(super) async fn pace(
        &self,
        device: DeviceId,
        act: &Act,
        facts: &mut Facts,
    ) -> Result<Option<Loop>, Fault> {
        if self.hold_max.is_zero() {
            return Ok(None);
        }
        let now = Instant::now();
        let (kind, wait, refused) = match self.judge(device, act, now) {
            Verdict::Go => return Ok(None),
            Verdict::Hold(kind, wait) => (kind, wait, false),
            Verdict::Refuse(kind) => (kind, HOLD_MAX, true),
        };
        self.metrics.loops.of(kind).inc();
        facts.note = Some(note(kind));
        let held = time::sleep(wait.min(self.hold_max));
        let rest = facts.rest();
        self.released.run_until_cancelled(held).await;
        drop(rest);
        facts.held += now.elapsed();
        if refused {
            return Err(Fault::Throttled);
        }
        Ok(Some(kind))
    }

    /// Holds an answer that refuses again what was refused before.
    pub(super) async fn pace_refusal(&self, command: Command, answer: &Answer, facts: &mut Facts) {
        let Some(device) = facts.device.filter(|_| refuses(command, answer, facts)) else {
            return;
        };
        let act = Act::IsRefused(refused(command, facts));
        // It is a refusal already: there is nothing more to refuse.
        let _held = self.pace(device, &act, facts).await;
    }

    /// Whether a dead key of the hierarchy was held often enough.
    pub(super) fn gives_in(&self, device: DeviceId) -> bool {
        let devices = self.devices();
        let mut met = devices.get(&device).into_iter().flat_map(Governor::met);
        met.any(|(kind, met)| kind == Loop::DeadHierarchy && met >= HELD_ENOUGH)
    }

    /// The device did something by another command than Sync, and will look at its folders once more.
    pub(super) fn does(&self, device: DeviceId, deed: impl Hash) {
        let _go = self.judge(device, &Act::Does(digest(deed)), Instant::now());
    }

    fn judge(&self, device: DeviceId, act: &Act, now: Instant) -> Verdict {
        let mut devices = self.devices();
        if devices.len() >= DEVICES_MAX && !devices.contains_key(&device) {
            forget(&mut devices);
        }
        let governor = devices.entry(device).or_default();
        governor.judge(act, now.into_std())
    }

    fn devices(&self) -> MutexGuard<'_, HashMap<DeviceId, Governor>> {
        self.devices.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets the quarter of the devices that was not heard of for the longest time.
fn forget(devices: &mut HashMap<DeviceId, Governor>) {
    let mut used: Vec<_> = devices.values().map(Governor::used).collect();
    let (_, oldest, _) = used.select_nth_unstable(devices.len() / 4);
    let oldest = *oldest;
    devices.retain(|_, governor| governor.used() > oldest);
}

/// What the log line says of a request that was held.
const fn note(kind: Loop) -> &'static str {
    match kind {
        Loop::SameKey => "held: the same key again",
        Loop::StartOver => "held: starts over again",
        Loop::UnknownFolder => "held: unknown folder again",
        Loop::DeadHierarchy => "held: dead FolderSync key again",
        Loop::IdleHierarchy => "held: FolderSync again",
        Loop::Refused => "held: refused again",
    }
}

/// Tells apart what is refused: a phone asks again for each folder after pauses of its own.
fn refused(command: Command, facts: &Facts) -> u32 {
    u32::try_from(digest((command.as_str(), &facts.folders)) >> 32).unwrap_or(u32::MAX)
}

/// Whether an answer refuses its request as a whole, other than by what is paced on its own.
fn refuses(command: Command, answer: &Answer, facts: &Facts) -> bool {
    if let Content::Http(refusal) = &answer.content {
        return refusal.status.as_u16() >= 400;
    }
    let Some(status) = facts.eas_status.map(StatusCode::new) else {
        return false;
    };
    let fine: &[StatusCode] = match command {
        // 2 and 7 announce, at a pace of their own.
        Command::Ping => &[
            StatusCode::SUCCESS,
            PingStatus::Changes.into(),
            PingStatus::HierarchyChanged.into(),
        ],
        Command::Sync => &[
            StatusCode::SUCCESS,
            SyncStatus::InvalidSyncKey.into(),
            SyncStatus::HierarchyChanged.into(),
        ],
        Command::FolderSync => &[StatusCode::SUCCESS, FolderSyncStatus::InvalidSyncKey.into()],
        Command::GetItemEstimate => &[
            StatusCode::SUCCESS,
            GetItemEstimateStatus::InvalidCollection.into(),
            GetItemEstimateStatus::InvalidSyncKey.into(),
        ],
        Command::MoveItems => &[MoveItemsStatus::Success.into()],
        _ => &[StatusCode::SUCCESS],
    };
    !fine.contains(&status)
}

/// Something that equals only what equals it, as good as always.
pub(super) fn digest(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;

    fn governors() -> Governors {
        Governors::new(HOLD_MAX, Metrics::new().unwrap().push)
    }

    #[tokio::test(start_paused = true)]
    async fn a_held_request_sleeps_and_says_so() {
        let (governors, device) = (governors(), DeviceId(3));
        let (began, mut facts) = (Instant::now(), Facts::default());
        let mut held = 0;
        for _ in 0..10 {
            let kind = governors.pace(device, &Act::MissesHierarchy, &mut facts);
            held += usize::from(kind.await.unwrap().is_some());
        }
        assert_eq!(held, 7);
        let expected = Duration::from_secs(7 * 20);
        assert!(began.elapsed() >= expected && began.elapsed() < expected + expected / 100);
        assert_eq!(facts.note, Some("held: dead FolderSync key again"));
        assert!(facts.held >= expected);
        assert_eq!(governors.loops(device), [(Loop::DeadHierarchy, 7)]);
        assert_eq!(governors.loops(DeviceId(4)), []);
        assert!(governors.gives_in(device) && !governors.gives_in(DeviceId(4)));
        let counted = governors.metrics.loops.of(Loop::DeadHierarchy);
        assert_eq!(counted.get(), 7);
    }

    #[tokio::test(start_paused = true)]
    async fn who_tidies_up_is_not_held() {
        let (governors, device) = (governors(), DeviceId(3));
        let mut facts = Facts {
            device: Some(device),
            eas_status: Some(MoveItemsStatus::Success.code()),
            ..Facts::default()
        };
        for item in 0..100 {
            governors.does(device, ("item", item));
            let answer = Answer::empty();
            let moved = governors.pace_refusal(Command::MoveItems, &answer, &mut facts);
            moved.await;
            let shows = Act::Shows(vec![(5, 77)]);
            assert_eq!(
                governors.pace(device, &shows, &mut facts).await.ok(),
                Some(None)
            );
        }
        assert!(facts.held.is_zero());
    }

    #[tokio::test(start_paused = true)]
    async fn a_mailbox_that_is_down_is_refused_folder_by_folder() {
        let (governors, device) = (governors(), DeviceId(3));
        let mut held = Vec::new();
        for folder in [1, 2, 1] {
            let mut facts = Facts {
                device: Some(device),
                eas_status: Some(SyncStatus::ServerError.code()),
                folders: Some(folder.to_string().into()),
                ..Facts::default()
            };
            for _ in 0..6 {
                let answer = Answer::empty();
                governors
                    .pace_refusal(Command::Sync, &answer, &mut facts)
                    .await;
            }
            held.push(!facts.held.is_zero());
        }
        assert_eq!(held, [false, false, true]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_shut_down_ends_all_holding() {
        let (governors, device) = (governors(), DeviceId(3));
        let began = Instant::now();
        let looping = async {
            for _ in 0..20 {
                let mut facts = Facts::default();
                let paced = governors.pace(device, &Act::MissesHierarchy, &mut facts);
                let _ = paced.await;
            }
        };
        let release = async {
            time::sleep(Duration::from_secs(1)).await;
            governors.release();
        };
        tokio::join!(looping, release);
        assert_eq!(began.elapsed().as_secs(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn the_devices_that_were_heard_of_last_are_kept() {
        let governors = governors();
        for device in 0..60_000 {
            let act = Act::MissesHierarchy;
            let _ = governors.judge(DeviceId(device), &act, Instant::now());
            time::advance(Duration::from_millis(1)).await;
        }
        let devices = governors.devices();
        assert!(devices.len() <= DEVICES_MAX);
        assert!(devices.contains_key(&DeviceId(59_999)) && !devices.contains_key(&DeviceId(0)));
    }
}
