//! Answers to Sync, held or not.

use std::time::Instant;

use crate::command::StatusCode;
use crate::command::sync::{CollectionAnswer, Hold, ItemAnswer, SyncResponse};
use crate::device::Device;
use crate::device::event::{Event, Trouble};
use crate::device::job::{Form, SentFolder, SyncJob};
use crate::device::wire::Failure;
use crate::query::Command;
use crate::version::Version;

impl Device {
    /// An empty body: nothing changed, and what was sent arrived.
    pub(super) fn on_unchanged(&mut self, job: &SyncJob, now: Instant) {
        self.succeeded();
        self.push.remembered_sync = None;
        for sent in &job.folders {
            self.unchanged(sent, now);
        }
        if let Some(hold_s) = job.hold_s {
            let folders = job.folders.iter().map(|sent| sent.id.clone()).collect();
            self.push.remembered_sync = Some((hold_s, folders));
            self.push.comes_first = false;
            self.push.expired();
            self.report(Event::Expired);
        }
        self.check_set_up();
    }

    pub(super) fn on_sync(&mut self, job: &SyncJob, answer: SyncResponse, now: Instant) {
        self.push.remembered_sync = None;
        match answer {
            SyncResponse::Failed { status, limit } => self.on_failed(job, status, limit, now),
            SyncResponse::Collections(mut answers) => {
                self.succeeded();
                if job.hold_s.is_some() {
                    self.push.succeeded();
                    self.push.comes_first = false;
                }
                for sent in &job.folders {
                    let mut of_folder = answers.extract_if(.., |one| one.collection_id == sent.id);
                    match of_folder.next() {
                        Some(answer) => {
                            drop(of_folder);
                            self.on_collection(sent, answer, now);
                        }
                        None => self.unchanged(sent, now),
                    }
                }
                self.check_set_up();
            }
        }
    }

    /// The answer got lost. AOSP waits by Ping then, and relies on being told what it missed.
    pub(super) fn on_cut_sync(&mut self, job: &SyncJob, failure: Failure, now: Instant) {
        self.push.remembered_sync = None;
        let nothing_sent = job.folders.iter().all(|sent| sent.uploads == 0);
        let began = job.folders.iter().all(|sent| !sent.key.is_initial());
        let pings = self.config.profile.pings_after_cut_sync && failure == Failure::Cut;
        if !(pings && nothing_sent && began) {
            return self.trouble(Some(Command::Sync), Trouble::Failure(failure), now);
        }
        for sent in &job.folders {
            if let Some(copy) = self.replica.folders.get_mut(&sent.id) {
                copy.due = false;
            }
        }
        self.push.comes_first = true;
        self.report(Event::Trouble {
            command: Some(Command::Sync),
            trouble: Trouble::Failure(failure),
            until: None,
        });
    }

    fn on_failed(&mut self, job: &SyncJob, status: StatusCode, limit: Option<u32>, now: Instant) {
        match (status.code(), limit) {
            (3, _) => {
                for sent in &job.folders {
                    self.restart(sent);
                }
            }
            (8 | 12, _) => self.hierarchy_due = true,
            // Send it in full, which cannot be said twice.
            (13, _) if job.form == Form::Short => {}
            (14, Some(limit))
                if job
                    .hold_s
                    .is_some_and(|hold_s| hold_s != self.in_seconds(limit)) =>
            {
                self.push.told(self.in_seconds(limit));
            }
            (15, Some(limit)) => {
                let most = usize::try_from(limit).unwrap_or(usize::MAX).max(1);
                if most >= job.folders.len() {
                    return self.on_common(Command::Sync, status, now);
                }
                self.config.profile.collections_per_sync = most;
            }
            _ => self.on_common(Command::Sync, status, now),
        }
    }

    /// A limit is in the unit of the hold that was sent.
    fn in_seconds(&self, limit: u32) -> u32 {
        let unit = if self.version.is_some_and(|version| version < Version::V14_0) {
            Hold::Minutes(limit)
        } else {
            Hold::Seconds(limit)
        };
        match unit {
            Hold::Minutes(minutes) => minutes.saturating_mul(60),
            Hold::Seconds(seconds) => seconds,
        }
    }

    fn on_collection(&mut self, sent: &SentFolder, answer: CollectionAnswer, now: Instant) {
        match answer.status.code() {
            1 => self.take(sent, answer, now),
            3 => self.restart(sent),
            code => {
                if matches!(code, 8 | 12) {
                    self.hierarchy_due = true;
                }
                let until = self.hold_back(sent, now);
                self.report(Event::Trouble {
                    command: Some(Command::Sync),
                    trouble: Trouble::Status(answer.status),
                    until: Some(until),
                });
            }
        }
    }

    fn take(&mut self, sent: &SentFolder, answer: CollectionAnswer, now: Instant) {
        self.take_made(sent, &answer.responses);
        let Some(copy) = self.replica.folders.get_mut(&sent.id) else {
            return;
        };
        let moved_on = answer.sync_key != copy.key;
        let first = copy.key.is_initial();
        let brought = !answer.commands.is_empty();
        let broken = copy.promised.take().is_some_and(|count| count > 0) && !brought;
        // MoreAvailable under the same key would never end (AbstractSyncParser.java).
        copy.due = first || (answer.more_available && moved_on);
        copy.filled |= !copy.due;
        copy.not_before = None;
        self.folder_backoff.succeeded();
        copy.key = answer.sync_key;
        let events: Vec<_> = answer
            .commands
            .into_iter()
            .filter_map(|command| copy.take(command))
            .collect();
        self.arrived(sent);
        self.outbox.show_again(&sent.id, &mut self.replica);
        for answer in answer.responses {
            self.on_item(sent, answer);
        }
        self.events.extend(events);
        if broken {
            self.report(Event::EstimateBroken(sent.id.clone()));
        }
        if first && !moved_on {
            // Key 0 was answered with key 0: that leads nowhere.
            self.hold_back(sent, now);
        }
    }

    /// New items show under the ids that the server gave them, before it tells of changes to them.
    fn take_made(&mut self, sent: &SentFolder, responses: &[ItemAnswer]) {
        let Some(copy) = self.replica.folders.get_mut(&sent.id) else {
            return;
        };
        for response in responses {
            if let ItemAnswer::Add {
                client_id,
                server_id: Some(item),
                status: StatusCode::SUCCESS,
                ..
            } = response
                && let Some(contact) = self.outbox.new_contact((&sent.id, sent.uploads), client_id)
            {
                copy.made(item.clone(), contact);
            }
        }
    }

    fn on_item(&mut self, sent: &SentFolder, answer: ItemAnswer) {
        let (item, status) = match answer {
            ItemAnswer::Add {
                server_id, status, ..
            } => (server_id, status),
            ItemAnswer::Change {
                server_id, status, ..
            }
            | ItemAnswer::Delete {
                server_id, status, ..
            }
            | ItemAnswer::Fetch {
                server_id, status, ..
            } => (Some(server_id), status),
        };
        if status != StatusCode::SUCCESS {
            let folder = sent.id.clone();
            self.report(Event::Refused {
                folder,
                item,
                status,
            });
        }
    }

    /// A folder that the answer leaves out: nothing changed, and what was sent arrived.
    fn unchanged(&mut self, sent: &SentFolder, now: Instant) {
        if let Some(copy) = self.replica.folders.get_mut(&sent.id) {
            copy.promised = None;
            if copy.key.is_initial() {
                // Key 0 has to be answered; it is asked again, but not at once.
                self.hold_back(sent, now);
            } else {
                copy.due = false;
                copy.filled = true;
            }
        }
        self.arrived(sent);
    }

    fn arrived(&mut self, sent: &SentFolder) {
        if sent.uploads > 0 {
            self.outbox.arrived(&sent.id, sent.uploads);
            self.report(Event::Uploaded {
                folder: sent.id.clone(),
                count: sent.uploads,
            });
        }
    }

    /// The key was refused: drop the items and start anew.
    fn restart(&mut self, sent: &SentFolder) {
        let Some(copy) = self.replica.folders.get_mut(&sent.id) else {
            return;
        };
        copy.restart();
        self.outbox.uploads.remove(&sent.id);
        self.report(Event::FolderRestarted(sent.id.clone()));
    }

    /// Leaves one folder alone for a while; the others go on.
    fn hold_back(&mut self, sent: &SentFolder, now: Instant) -> Instant {
        let until = self.folder_backoff.failed(now);
        if let Some(copy) = self.replica.folders.get_mut(&sent.id) {
            copy.due = true;
            copy.not_before = Some(until);
        }
        until
    }

    fn check_set_up(&mut self) {
        let filled = self.synced().all(|(_, copy)| copy.filled);
        if filled && !self.set_up && self.synced().next().is_some() {
            self.set_up = true;
            self.report(Event::SetUp);
        }
    }
}
