//! Answers to Ping.

use std::time::Instant;

use crate::command::StatusCode;
use crate::command::ping::PingResponse;
use crate::device::Device;
use crate::device::event::{Event, Trouble};
use crate::device::job::{Form, PingJob};
use crate::query::Command;

impl Device {
    pub(super) fn on_ping(&mut self, job: PingJob, answer: PingResponse, now: Instant) {
        self.push.comes_first = false;
        let full = job.form == Form::Full;
        match answer.status.code() {
            1 => {
                self.push.remembered = Some((job.interval_s, job.folders));
                self.push.expired();
                self.succeeded();
                self.report(Event::Expired);
            }
            2 => {
                self.push.remembered = Some((job.interval_s, job.folders));
                self.push.succeeded();
                self.succeeded();
                self.announced(answer);
            }
            3 => {
                self.push.remembered = None;
                if full {
                    self.push_paused(answer.status, now);
                }
            }
            5 => match answer.heartbeat_s {
                Some(interval_s) if interval_s != job.interval_s => {
                    self.push.told(interval_s);
                    self.stop_if_fragile(answer.status);
                }
                Some(_) | None => self.push_paused(answer.status, now),
            },
            6 => self.too_many_folders(&job, &answer, now),
            7 => {
                self.push.succeeded();
                self.hierarchy_due = true;
            }
            // AOSP asks again at once.
            8 if self.config.profile.push_is_fragile => {}
            4 | 8 => self.push_paused(answer.status, now),
            _ if self.config.profile.push_is_fragile => self.stop_if_fragile(answer.status),
            _ => {
                self.push.forget();
                self.on_common(Command::Ping, answer.status, now);
            }
        }
    }

    fn announced(&mut self, answer: PingResponse) {
        let types = &self.config.folder_types;
        for id in &answer.folders {
            if let Some(copy) = self.replica.folders.get_mut(id) {
                copy.due |= types.contains(&copy.folder.folder_type);
            }
        }
        self.report(Event::Announced(answer.folders));
    }

    fn too_many_folders(&mut self, job: &PingJob, answer: &PingResponse, now: Instant) {
        let max = answer.max_folders.and_then(|max| usize::try_from(max).ok());
        match max {
            Some(max) if (1..job.folders.len()).contains(&max) => {
                self.push.folders_max = Some(max);
                self.stop_if_fragile(answer.status);
            }
            _ => self.push_paused(answer.status, now),
        }
    }

    fn push_paused(&mut self, status: StatusCode, now: Instant) {
        self.push.forget();
        let until = Some(self.push.backoff.failed(now));
        self.report(Event::Trouble {
            command: Some(Command::Ping),
            trouble: Trouble::Status(status),
            until,
        });
    }

    fn stop_if_fragile(&mut self, status: StatusCode) {
        if self.config.profile.push_is_fragile {
            self.push.stopped = true;
            self.report(Event::PushStopped(status));
        }
    }
}
