//! Loops that phones get into, slowed down by answering later.
//!
//! Phones were seen to ask the same again and again without end: with the key that was answered, with a dead key, for a
//! folder that is not there, after every empty answer. Many of them ignore `Retry-After`, so a refusal would only make
//! the loop faster; but all of them wait for an answer. So what brings nobody any further is free a few times and is
//! then held, each time so long that the loop comes to at most six requests a minute. Whatever brings a phone further
//! (another key, a change, a folder that exists) is never held, so that a healthy phone does not meet this rule.
//!
//! One [`Governor`] is one device. It keeps a few words for each folder, [`ENTRIES_MAX`] at most.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use super::bucket::{Bucket, Rate};

/// The longest time for which an answer is held: common phones give up after 30 s.
pub const HOLD_MAX: Duration = Duration::from_secs(20);

/// So many loops of one device are told apart.
pub const ENTRIES_MAX: usize = 48;

/// A request for more folders counts as a whole: its folders would push each other out of what is remembered.
const APART_MAX: usize = 16;

/// Stands for all folders of such a request.
const ALL_FOLDERS: u32 = u32::MAX;

/// A way of running in circles.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Loop {
    /// A Sync or `GetItemEstimate` with the key of the one before, for every folder that it names.
    SameKey,
    /// A folder that starts over again and again: with key 0, or with keys that are not known. So do two clients
    /// that share an id: each one's key 0 ends the other's keys.
    StartOver,
    /// A Sync for a folder that is not there.
    UnknownFolder,
    /// `FolderSync` with a key that is not known.
    DeadHierarchy,
    /// `FolderSync` that finds nothing.
    IdleHierarchy,
    /// Anything else that is refused each time.
    Refused,
}

impl Loop {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::SameKey,
        Self::StartOver,
        Self::UnknownFolder,
        Self::DeadHierarchy,
        Self::IdleHierarchy,
        Self::Refused,
    ];

    /// How often it is free. A round of these loops may take several requests, and all of them together are to
    /// come to six a minute.
    #[must_use]
    pub const fn rate(self) -> Rate {
        let (burst, pause_s) = match self {
            // An estimate goes before each Sync of some phones, and others have a Sync held after each; lost answers,
            // and people who pull to refresh a dozen times in a row.
            Self::SameKey => (30, 10),
            // A key that is not known, key 0, and the first items, which are not held: three requests in 40 s.
            Self::StartOver => (6, 20),
            // With a FolderSync between: two in 20 s.
            Self::UnknownFolder => (4, 20),
            Self::DeadHierarchy => (3, 20),
            Self::IdleHierarchy => (10, 10),
            Self::Refused => (8, 10),
        };
        Rate {
            burst,
            pause: Duration::from_secs(pause_s),
        }
    }
}

/// What a device does, as far as it may be a loop.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Act {
    /// It shows these keys, other than 0, of these folders: digests, since nothing else is compared.
    Shows(Vec<(u32, u64)>),
    /// It starts a folder over, or is told to.
    StartsOver(u32),
    /// It asked for a folder that is not there.
    MissesFolder(u32),
    /// It showed a key of the hierarchy that is not known.
    MissesHierarchy,
    /// It learnt nothing new of the hierarchy.
    LearnsNothing,
    /// It was refused; the number tells apart what is refused on its own: commands, and folders of a Sync. When a
    /// mailbox is down, each folder is refused, and asked for again after pauses of its own.
    IsRefused(u32),
    /// It did something by another command than Sync, such as a move; the digest tells deeds apart. The folders look
    /// to it as before, and are looked at after each deed.
    Does(u64),
}

/// Whether an answer waits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub enum Verdict {
    /// It does not.
    Go,
    /// For so long.
    Hold(Loop, Duration),
    /// For [`HOLD_MAX`], and then the request is not worth serving: several clients run in this circle at once.
    Refuse(Loop),
}

/// What is remembered of one device.
#[derive(Clone, Debug, Default)]
pub struct Governor {
    entries: Vec<Entry>,
    /// The digest of the last deed.
    deed: u64,
    met: [u32; Loop::ALL.len()],
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    kind: Loop,
    /// The folder, or what is refused.
    scope: u32,
    /// The digest of the last key.
    key: u64,
    bucket: Bucket,
    used: Instant,
}

impl Governor {
    /// Judges what the device does at `now`.
    pub fn judge(&mut self, act: &Act, now: Instant) -> Verdict {
        match act {
            Act::Shows(keys) => self.shows(keys, now),
            Act::StartsOver(folder) => self.again(Loop::StartOver, *folder, now),
            Act::MissesFolder(folder) => self.again(Loop::UnknownFolder, *folder, now),
            Act::MissesHierarchy => self.again(Loop::DeadHierarchy, 0, now),
            Act::LearnsNothing => self.again(Loop::IdleHierarchy, 0, now),
            Act::IsRefused(what) => self.again(Loop::Refused, *what, now),
            Act::Does(deed) => self.does(*deed, now),
        }
    }

    /// How often the device was held, by the way it ran in.
    pub fn met(&self) -> impl Iterator<Item = (Loop, u32)> {
        Loop::ALL.into_iter().zip(self.met)
    }

    /// When the device was last judged.
    #[must_use]
    pub fn used(&self) -> Option<Instant> {
        self.entries.iter().map(|entry| entry.used).max()
    }

    /// After a deed, the keys that were shown before it are shown as for the first time; not so after its repeat.
    fn does(&mut self, deed: u64, now: Instant) -> Verdict {
        if self.deed != deed {
            self.deed = deed;
            let shown = self.entries.iter_mut();
            for entry in shown.filter(|entry| entry.kind == Loop::SameKey) {
                entry.bucket = Bucket::new(now);
            }
        }
        Verdict::Go
    }

    /// A request stands still only if all of its folders do: one that moves takes the others along.
    fn shows(&mut self, keys: &[(u32, u64)], now: Instant) -> Verdict {
        if keys.len() > APART_MAX {
            let mut digest = DefaultHasher::new();
            keys.hash(&mut digest);
            return self.shows(&[(ALL_FOLDERS, digest.finish())], now);
        }
        let mut moved = keys.is_empty();
        for (folder, key) in keys {
            let starts_over = self.starts_over(*folder, now);
            let entry = self.entry(Loop::SameKey, *folder, now);
            if entry.key != *key {
                entry.key = *key;
                // Two clients that share an id end each other's keys: a new one brings neither any further.
                if !starts_over {
                    entry.bucket = Bucket::new(now);
                }
                moved = true;
            }
        }
        if moved {
            return Verdict::Go;
        }
        // The folder that was asked for least says how much of a loop it is.
        let rate = Loop::SameKey.rate();
        let wait = keys
            .iter()
            .map(|(folder, _)| {
                self.entry(Loop::SameKey, *folder, now)
                    .bucket
                    .wait(rate, now)
            })
            .min()
            .unwrap_or_default();
        if wait <= HOLD_MAX {
            for (folder, _) in keys {
                let entry = self.entry(Loop::SameKey, *folder, now);
                if entry.bucket.wait(rate, now) <= HOLD_MAX {
                    entry.bucket.take(rate, now);
                }
            }
        }
        self.verdict(Loop::SameKey, wait)
    }

    /// Whether the folder was started over lately.
    fn starts_over(&self, folder: u32, now: Instant) -> bool {
        let of_folder = |entry: &&Entry| entry.kind == Loop::StartOver && entry.scope == folder;
        let entry = self.entries.iter().find(of_folder);
        entry.is_some_and(|entry| !entry.bucket.is_full(now))
    }

    fn again(&mut self, kind: Loop, scope: u32, now: Instant) -> Verdict {
        let rate = kind.rate();
        let bucket = &mut self.entry(kind, scope, now).bucket;
        let wait = bucket.wait(rate, now);
        if wait <= HOLD_MAX {
            bucket.take(rate, now);
        }
        self.verdict(kind, wait)
    }

    fn verdict(&mut self, kind: Loop, wait: Duration) -> Verdict {
        if wait.is_zero() {
            return Verdict::Go;
        }
        for (met, count) in Loop::ALL.into_iter().zip(&mut self.met) {
            *count = count.saturating_add(u32::from(met == kind));
        }
        if wait > HOLD_MAX {
            return Verdict::Refuse(kind);
        }
        Verdict::Hold(kind, wait)
    }

    /// The entry, in the place of the one that was not used for the longest time if there are too many.
    fn entry(&mut self, kind: Loop, scope: u32, now: Instant) -> &mut Entry {
        let found = self
            .entries
            .iter()
            .position(|entry| entry.kind == kind && entry.scope == scope);
        let at = found.unwrap_or_else(|| {
            if self.entries.len() >= ENTRIES_MAX {
                let oldest = (0..).zip(&self.entries).min_by_key(|(_, entry)| entry.used);
                let oldest = oldest.map_or(0, |(at, _)| at);
                self.entries.swap_remove(oldest);
            }
            self.entries.push(Entry {
                kind,
                scope,
                key: 0,
                bucket: Bucket::new(now),
                used: now,
            });
            self.entries.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "found or pushed just now")]
        let entry = &mut self.entries[at];
        entry.used = now;
        entry
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A client that does the same things in turn, each as soon as the one before is answered, or `pace` later;
    /// how many requests it made in each of the first minutes.
    fn looped(acts: &[Option<Act>], pace: Duration, minutes: usize) -> Vec<usize> {
        let start = Instant::now();
        let (mut now, mut governor) = (start, Governor::default());
        let mut counts = vec![0; minutes];
        for act in acts.iter().cycle() {
            // A request that is never held takes its time all the same.
            now += pace.max(Duration::from_millis(20));
            let minute = usize::try_from((now - start).as_secs() / 60).unwrap();
            match counts.get_mut(minute) {
                Some(count) => *count += 1,
                None => return counts,
            }
            now += match act.as_ref().map(|act| governor.judge(act, now)) {
                None | Some(Verdict::Go) => Duration::ZERO,
                Some(Verdict::Hold(_, wait)) => wait,
                Some(Verdict::Refuse(_)) => HOLD_MAX,
            };
        }
        counts
    }

    fn shows(key: u64) -> Option<Act> {
        Some(Act::Shows(vec![(5, key)]))
    }

    #[test]
    fn every_loop_comes_to_six_requests_a_minute() {
        let progress = None;
        let loops: [(&str, Vec<Option<Act>>); 8] = [
            ("same key", vec![shows(1)]),
            ("estimate and Sync", vec![shows(1), shows(1)]),
            ("key 0", vec![Some(Act::StartsOver(5))]),
            (
                "two clients",
                vec![
                    Some(Act::StartsOver(5)),
                    Some(Act::StartsOver(5)),
                    progress.clone(),
                ],
            ),
            ("unknown folder", vec![Some(Act::MissesFolder(9))]),
            (
                "unknown folder, FolderSync",
                vec![Some(Act::MissesFolder(9)), Some(Act::LearnsNothing)],
            ),
            ("dead hierarchy", vec![Some(Act::MissesHierarchy)]),
            ("refused", vec![Some(Act::IsRefused(3))]),
        ];
        for (name, acts) in loops {
            for pace_ms in [0, 1_000] {
                let counts = looped(&acts, Duration::from_millis(pace_ms), 6);
                assert!(counts[0] <= 40, "{name}: {counts:?}");
                let after = &counts[1..];
                assert!(after.iter().all(|count| *count <= 6), "{name}: {counts:?}");
                assert!(after.iter().all(|count| *count > 0), "{name}: {counts:?}");
            }
        }
    }

    #[test]
    fn clients_that_loop_at_once_are_paced_together() {
        let now = Instant::now();
        let mut governor = Governor::default();
        let act = Act::MissesHierarchy;
        for _ in 0..3 {
            assert_eq!(governor.judge(&act, now), Verdict::Go);
        }
        let kind = Loop::DeadHierarchy;
        let first = governor.judge(&act, now);
        assert_eq!(first, Verdict::Hold(kind, Duration::from_secs(20)));
        assert_eq!(governor.judge(&act, now), Verdict::Refuse(kind));
        // Who was refused does not make the others wait longer.
        let later = now + Duration::from_secs(20);
        let next = governor.judge(&act, later);
        assert_eq!(next, Verdict::Hold(kind, Duration::from_secs(20)));
        assert_eq!(governor.met().map(|(_, met)| met).sum::<u32>(), 3);
    }

    #[test]
    fn one_folder_that_moves_takes_the_quiet_ones_along() {
        let now = Instant::now();
        let mut governor = Governor::default();
        for key in 0..1000 {
            let act = Act::Shows(vec![(1, 77), (2, key), (3, 78)]);
            assert_eq!(governor.judge(&act, now), Verdict::Go);
        }
    }

    #[test]
    fn memory_is_bounded_and_the_latest_is_kept() {
        let start = Instant::now();
        let mut governor = Governor::default();
        for folder in 0..10_000 {
            let now = start + Duration::from_millis(folder.into());
            let _ = governor.judge(&Act::MissesFolder(folder), now);
        }
        assert_eq!(governor.entries.len(), ENTRIES_MAX);
        assert!(governor.entries.iter().any(|entry| entry.scope == 9_999));
        assert!(std::mem::size_of::<Entry>() <= 64);
    }
}
