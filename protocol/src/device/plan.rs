//! What a phone does next.

use std::time::Instant;

use crate::command::CollectionId;
use crate::command::folder_sync::FolderType;

use super::Device;
use super::event::{Event, Parking};
use super::job::{Form, Job, PingJob, SentFolder, SyncJob};
use super::policy::Stage;
use super::profile::LocalWork;
use super::replica::FolderCopy;
use super::wire::{Connection, Output};

/// The most operations of a folder that are sent at once.
const UPLOADS_MAX: usize = 50;
/// The most moves that are sent at once.
const MOVES_MAX: usize = 100;

impl Device {
    /// The next request, or until when to wait.
    pub(super) fn advance(&mut self, now: Instant) -> Output {
        if self.main.is_some() || self.policy.stage == Stage::Wiped {
            return self.wait(now);
        }
        if self.backoff.pending(now).is_some() {
            return self.wait(now);
        }
        if let Some(job) = self.work(now) {
            return self.start_work(job, now);
        }
        match self.push_job(now) {
            Some(job) => self.start(Connection::Push, job, now),
            None => self.wait(now),
        }
    }

    /// Starts what is not push; a held Sync is always broken off, since the keys that it carries may move on.
    fn start_work(&mut self, job: Job, now: Instant) -> Output {
        let parked = self.parked.as_ref().map(|one| &one.job);
        let interrupts = match parked {
            Some(Job::Sync(_)) => true,
            Some(_) => self.config.profile.local_work == LocalWork::InterruptsPush,
            None => false,
        };
        if interrupts {
            self.parked = None;
            self.push.remembered_sync = None;
            return Output::Close(Connection::Push);
        }
        self.start(Connection::Main, job, now)
    }

    fn wait(&self, now: Instant) -> Output {
        let limits = [&self.main, &self.parked].map(|slot| slot.as_ref().map(|one| one.limit));
        let pauses = [self.backoff.pending(now), self.push.backoff.pending(now)];
        let folders = self.synced().filter_map(|(_, copy)| copy.not_before);
        let times = limits.into_iter().chain(pauses).flatten().chain(folders);
        Output::Wait {
            until: times.filter(|time| *time > now).min(),
        }
    }

    /// What is to be done besides waiting, in the order of importance.
    fn work(&self, now: Instant) -> Option<Job> {
        if self.version.is_none() {
            return Some(Job::Options);
        }
        if self.policy.stage != Stage::Settled {
            return Some(Job::Provision);
        }
        if self.settings_due {
            return Some(Job::Settings);
        }
        if self.hierarchy_due {
            return Some(Job::FolderSync);
        }
        if let Some(target) = self.outbox.fetches.front() {
            return Some(Job::Fetch(target.clone()));
        }
        if !self.outbox.moves.is_empty() {
            return Some(Job::Moves(self.outbox.moves.len().min(MOVES_MAX)));
        }
        self.sync_job(now)
    }

    /// What AOSP does after a Sync that was cut, unless it cannot wait at all. Until the wait ends, only what the
    /// user does is worth a Sync.
    fn waits_first(&self) -> bool {
        let can_wait = !self.push.stopped && self.pingable().next().is_some();
        self.push.comes_first && can_wait
    }

    fn sync_job(&self, now: Instant) -> Option<Job> {
        let waits_first = self.waits_first();
        let due: Vec<_> = self
            .synced()
            .filter(|(_, copy)| copy.not_before.is_none_or(|time| time <= now))
            .filter(|(id, copy)| (copy.due && !waits_first) || self.outbox.count(id) > 0)
            .take(self.config.profile.collections_per_sync.max(1))
            .collect();
        let (first, copy) = due.first()?;
        let estimate = self.config.profile.estimates && copy.promised.is_none();
        if estimate && !copy.key.is_initial() && self.outbox.count(first) == 0 {
            return Some(Job::Estimate((*first).clone()));
        }
        let folders = due
            .into_iter()
            .map(|(id, copy)| SentFolder {
                id: id.clone(),
                key: copy.key.clone(),
                // With key 0 nothing is sent: there is nothing yet that it could be about.
                uploads: if copy.key.is_initial() {
                    0
                } else {
                    self.outbox.count(id).min(UPLOADS_MAX)
                },
            })
            .collect();
        Some(Job::Sync(SyncJob {
            folders,
            hold_s: None,
            form: Form::Full,
        }))
    }

    fn push_job(&self, now: Instant) -> Option<Job> {
        if self.parked.is_some() || self.push.stopped || self.push.backoff.pending(now).is_some() {
            return None;
        }
        let (pingable, parking): (Vec<_>, _) = match self.push.parking() {
            Parking::Ping => (self.pingable().collect(), Parking::Ping),
            Parking::Sync => (self.holdable(now).collect(), Parking::Sync),
        };
        if pingable.is_empty() {
            return None;
        }
        let folders = pingable.iter().map(|(id, _)| (*id).clone()).collect();
        Some(match parking {
            Parking::Ping => Job::Ping(self.ping_job(folders)),
            Parking::Sync => Job::Sync(self.held_sync(&pingable, &folders)),
        })
    }

    fn ping_job(&self, mut folders: Vec<CollectionId>) -> PingJob {
        if self.config.profile.pings_unsynced_folders {
            let others = self.replica.folders.iter();
            let others = others.filter(|(id, copy)| is_mail(copy) && !folders.contains(id));
            let others: Vec<_> = others.map(|(id, _)| id.clone()).collect();
            folders.extend(others);
        }
        folders.truncate(self.push.folders_max.unwrap_or(usize::MAX));
        let interval_s = self.push.interval_s;
        PingJob {
            form: self.form(self.push.remembered.as_ref(), interval_s, &folders),
            folders,
            interval_s,
        }
    }

    fn held_sync(
        &self,
        copies: &[(&CollectionId, &FolderCopy)],
        folders: &[CollectionId],
    ) -> SyncJob {
        let interval_s = self.push.interval_s;
        let form = self.form(self.push.remembered_sync.as_ref(), interval_s, folders);
        let sent = |(id, copy): &(&CollectionId, &FolderCopy)| SentFolder {
            id: (*id).clone(),
            key: copy.key.clone(),
            uploads: 0,
        };
        SyncJob {
            folders: copies.iter().map(sent).collect(),
            hold_s: Some(interval_s),
            form,
        }
    }

    fn form(
        &self,
        remembered: Option<&(u32, Vec<CollectionId>)>,
        interval_s: u32,
        folders: &[CollectionId],
    ) -> Form {
        let same = remembered.is_some_and(|(interval, known)| {
            *interval == interval_s && known.as_slice() == folders
        });
        if same && self.config.profile.short_forms {
            Form::Short
        } else {
            Form::Full
        }
    }

    /// The folders that are synchronized.
    pub(super) fn synced(&self) -> impl Iterator<Item = (&CollectionId, &FolderCopy)> {
        let types = &self.config.folder_types;
        let folders = self.replica.folders.iter();
        folders.filter(|(_, copy)| types.contains(&copy.folder.folder_type))
    }

    /// The folders that can be waited for.
    fn pingable(&self) -> impl Iterator<Item = (&CollectionId, &FolderCopy)> {
        self.synced().filter(|(_, copy)| !copy.key.is_initial())
    }

    /// The folders that can be waited for by a Sync: one that was refused would have it answered at once.
    fn holdable(&self, now: Instant) -> impl Iterator<Item = (&CollectionId, &FolderCopy)> {
        let paused = move |copy: &FolderCopy| copy.not_before.is_some_and(|time| time > now);
        self.pingable().filter(move |(_, copy)| !paused(copy))
    }

    pub(super) fn report_parking(&mut self, job: &Job) {
        let (parking, heartbeat_s, folders) = match job {
            Job::Ping(job) => (Parking::Ping, job.interval_s, job.folders.len()),
            Job::Sync(SyncJob {
                folders,
                hold_s: Some(hold_s),
                ..
            }) => (Parking::Sync, *hold_s, folders.len()),
            _ => return,
        };
        self.report(Event::Parked {
            parking,
            heartbeat_s,
            folders,
        });
    }
}

fn is_mail(copy: &FolderCopy) -> bool {
    matches!(
        copy.folder.folder_type,
        FolderType::Inbox
            | FolderType::Drafts
            | FolderType::DeletedItems
            | FolderType::SentItems
            | FolderType::Outbox
            | FolderType::UserMail
    )
}
