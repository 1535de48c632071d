//! The lost-change alarm: how old is the oldest change that a living device was not told of by Sync?
//!
//! A device is alive while it has something parked, and for a few minutes after. What it has parked is compared with
//! the numbers of all folders, read at once: only where a number is above what was last compared, or where a change
//! waits for its announcement, the index is asked. So the alarm also rings when a hint was lost, and costs one statement
//! a round when all is well. A device that is away lets nothing grow old: it will ask when it is back.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use tokio::time;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::hub::{Hub, lock, now};
use super::truth::{FolderState, Question, Report, TruthError};
use crate::ids::{AccountId, FolderNo, Principal, Seq};
use crate::index::Notes;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(30);

/// How long a device is alive after it was last heard of.
const ALIVE: Duration = Duration::from_secs(180);

/// What is known of folders that living devices were not told of.
#[derive(Debug, Default)]
struct Watch {
    /// What each was told when it was first found to be behind that, and when that was.
    behind: HashMap<(Principal, FolderNo), (Seq, Instant)>,
}

/// One device, and the folders that are looked at for it.
type Suspects = HashMap<Principal, (Notes, HashSet<FolderNo>)>;

/// Looks again and again until told to stop.
pub(super) async fn run(hub: &Hub, stop: CancellationToken) {
    let mut watch = Watch::default();
    while stop.run_until_cancelled(time::sleep(EVERY)).await.is_some() {
        match stop.run_until_cancelled(watch.look(hub)).await {
            Some(Ok(())) => hub
                .metrics
                .changes
                .oldest_undelivered
                .set(watch.oldest(now())),
            // What is not known does not make it younger.
            Some(Err(error)) => debug!(%error, "the oldest change was not looked for"),
            None => return,
        }
    }
}

impl Watch {
    async fn look(&mut self, hub: &Hub) -> Result<(), TruthError> {
        let numbers = hub.truth.numbers().await?;
        let numbers: HashMap<(AccountId, FolderNo), Seq> = numbers
            .into_iter()
            .map(|(account, folder, seq)| ((account, folder), seq))
            .collect();
        let mut suspects = hub.suspects(&numbers);
        self.behind.retain(|(who, folder), _| {
            let alive = hub.is_alive(*who);
            if alive {
                let (_, folders) = suspects
                    .entry(*who)
                    .or_insert((Notes::Shown, HashSet::new()));
                folders.insert(*folder);
            }
            alive
        });
        for (who, (notes, folders)) in suspects {
            let mut folders: Vec<FolderNo> = folders.into_iter().collect();
            folders.sort_unstable();
            let question = Question {
                who,
                notes,
                folders: &folders,
            };
            let report = hub.truth.verify(question).await?;
            self.note(who, &folders, &report);
        }
        Ok(())
    }

    fn note(&mut self, who: Principal, folders: &[FolderNo], report: &Report) {
        let now = now();
        for (folder, standing) in folders.iter().zip(&report.folders) {
            let place = (who, *folder);
            if standing.state != FolderState::Behind {
                self.behind.remove(&place);
                continue;
            }
            let known = self.behind.entry(place).or_insert((standing.told, now));
            // It was told something since: what it lacks now came later.
            if known.0 != standing.told {
                *known = (standing.told, now);
            }
        }
    }

    fn oldest(&self, now: Instant) -> i64 {
        let since = self.behind.values().map(|(_, since)| *since).min();
        let age = since.map(|since| now.saturating_duration_since(since));
        age.map_or(0, |age| i64::try_from(age.as_secs()).unwrap_or(i64::MAX))
    }
}

impl Hub {
    /// What is parked and may not have been told all.
    fn suspects(&self, numbers: &HashMap<(AccountId, FolderNo), Seq>) -> Suspects {
        let mut suspects = Suspects::new();
        for shard in &self.shards {
            for entry in lock(shard).entries() {
                let moved = |(folder, checked): (&FolderNo, &Seq)| {
                    let number = numbers.get(&(entry.who.account, *folder));
                    number.is_some_and(|number| number > checked)
                };
                if entry.behind || entry.folders.iter().zip(&entry.checked).any(moved) {
                    let (_, folders) = suspects
                        .entry(entry.who)
                        .or_insert((entry.notes, HashSet::new()));
                    folders.extend(entry.folders.iter().copied());
                }
            }
        }
        suspects
    }

    /// Whether a device has something parked or was heard of a moment ago.
    fn is_alive(&self, who: Principal) -> bool {
        let now = now();
        let mut shard = self.shard_of(who.account);
        if !shard.of_device(who, None).is_empty() {
            return true;
        }
        let memory = shard.memory_if_any(who.device);
        memory.is_some_and(|memory| memory.quiet_for(now) < ALIVE)
    }
}
