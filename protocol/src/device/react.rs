//! What a phone makes of answers and failures.

mod items;
mod ping;
mod setup;
mod sync;

use std::time::{Duration, Instant};

use crate::command::{Body, StatusCode};
use crate::header;
use crate::query::Command;
use crate::wbxml::{self, Limits};

use super::Device;
use super::event::{Event, Trouble};
use super::job::Job;
use super::wire::{Answer, Failure};

/// An answer that cannot be read.
struct Malformed;

impl Device {
    /// An answer came.
    pub(super) fn react(&mut self, job: Job, answer: &Answer, now: Instant) {
        match answer.status {
            200 => self.react_to_body(job, answer, now),
            449 => self.policy_demanded(job.command(), Trouble::Http(449), now),
            451 => {
                let location = answer.header(header::LOCATION).unwrap_or_default();
                let trouble = Trouble::Redirected(location.to_owned());
                self.trouble(job.command(), trouble, now);
            }
            // Servers without Settings are older than 12.0: the phone goes on without.
            501 if matches!(job, Job::Settings) => self.settings_due = false,
            status => self.react_to_error(&job, status, answer, now),
        }
    }

    fn react_to_error(&mut self, job: &Job, status: u16, answer: &Answer, now: Instant) {
        self.push.forget();
        let wish = answer.header(header::RETRY_AFTER);
        let wish = wish.and_then(|seconds| seconds.trim().parse().ok());
        let until = match wish {
            Some(seconds) if status == 503 => self.backoff.pause(Duration::from_secs(seconds), now),
            _ => self.backoff.failed(now),
        };
        self.report(Event::Trouble {
            command: job.command(),
            trouble: Trouble::Http(status),
            until: Some(until),
        });
    }

    fn react_to_body(&mut self, job: Job, answer: &Answer, now: Instant) {
        let command = job.command();
        let body = answer.body.as_slice();
        let read = match job {
            Job::Options => {
                self.on_options(answer, now);
                Ok(())
            }
            Job::Provision => read(body).map(|answer| self.on_provision(answer, now)),
            Job::Settings => read(body).map(|answer| self.on_settings(&answer, now)),
            Job::FolderSync => read(body).map(|answer| self.on_folder_sync(answer, now)),
            Job::Sync(job) if body.is_empty() => {
                self.on_unchanged(&job, now);
                Ok(())
            }
            Job::Sync(job) => read(body).map(|answer| self.on_sync(&job, answer, now)),
            Job::Estimate(folder) => {
                read(body).map(|answer| self.on_estimate(&folder, &answer, now))
            }
            Job::Moves(count) => read(body).map(|answer| self.on_moves(count, answer, now)),
            Job::Fetch(_) => read(body).map(|answer| self.on_fetch(answer, now)),
            Job::Ping(job) => read(body).map(|answer| self.on_ping(job, answer, now)),
        };
        if let Err(Malformed) = read {
            self.push.forget();
            self.trouble(command, Trouble::Malformed, now);
        }
    }

    /// No answer came, or not the whole of one.
    pub(super) fn react_to_failure(&mut self, job: Job, failure: Failure, now: Instant) {
        let command = job.command();
        let trouble = Trouble::Failure(failure);
        match job {
            Job::Ping(_) => self.push_broke(command, trouble, now),
            Job::Sync(job) if job.hold_s.is_some() => self.push_broke(command, trouble, now),
            Job::Sync(job) => self.on_cut_sync(&job, failure, now),
            _ => self.trouble(command, trouble, now),
        }
    }

    fn push_broke(&mut self, command: Option<Command>, trouble: Trouble, now: Instant) {
        let until = self.push.broke(now);
        self.push.comes_first = false;
        self.report(Event::Trouble {
            command,
            trouble,
            until,
        });
    }

    /// A command got through.
    fn succeeded(&mut self) {
        self.backoff.succeeded();
        self.policy.satisfied();
    }

    /// Something is wrong with a command as a whole: pause.
    fn trouble(&mut self, command: Option<Command>, trouble: Trouble, now: Instant) {
        let until = Some(self.backoff.failed(now));
        self.report(Event::Trouble {
            command,
            trouble,
            until,
        });
    }

    /// A status that a command as a whole may have: some demand a policy, for all others the phone pauses.
    fn on_common(&mut self, command: Command, status: StatusCode, now: Instant) {
        let trouble = Trouble::Status(status);
        match status.code() {
            140 | 142..=144 => self.policy_demanded(Some(command), trouble, now),
            _ => self.trouble(Some(command), trouble, now),
        }
    }

    fn policy_demanded(&mut self, command: Option<Command>, trouble: Trouble, now: Instant) {
        if !self.policy.demanded() {
            self.trouble(command, trouble, now);
        }
    }
}

fn read<T: Body>(body: &[u8]) -> Result<T, Malformed> {
    let document = wbxml::decode(body, &Limits::default()).map_err(|_| Malformed)?;
    T::from_element(&document.root).map_err(|_| Malformed)
}
