//! Answers to what sets an account up: OPTIONS, Provision, Settings, FolderSync.

use std::time::Instant;

use crate::command::folder_sync::FolderSyncResponse;
use crate::command::provision::{PolicyAnswer, ProvisionResponse};
use crate::command::settings::SettingsResponse;
use crate::command::{StatusCode, SyncKeyText};
use crate::device::Device;
use crate::device::event::{Event, Trouble};
use crate::device::policy::Stage;
use crate::device::replica::Extent;
use crate::device::wire::Answer;
use crate::header;
use crate::query::Command;
use crate::version::Version;

impl Device {
    pub(super) fn on_options(&mut self, answer: &Answer, now: Instant) {
        let offered = answer.header(header::PROTOCOL_VERSIONS).unwrap_or_default();
        let best = header::parse_protocol_versions(offered)
            .into_iter()
            .filter(|version| Version::SERVED.contains(version))
            .filter(|version| *version <= self.config.version_max)
            .max();
        let Some(version) = best else {
            return self.trouble(None, Trouble::NoVersion, now);
        };
        self.succeeded();
        self.version = Some(version);
        self.report(Event::VersionChosen(version));
    }

    pub(super) fn on_provision(&mut self, answer: ProvisionResponse, now: Instant) {
        if let Stage::ReportWipe(_) = self.policy.stage {
            self.policy.stage = Stage::Wiped;
            return;
        }
        if let Some(wipe) = answer.wipe {
            self.policy.stage = Stage::ReportWipe(wipe);
            return self.report(Event::WipeRequested(wipe));
        }
        if answer.status != StatusCode::SUCCESS {
            let trouble = Trouble::Status(answer.status);
            return self.trouble(Some(Command::Provision), trouble, now);
        }
        self.backoff.succeeded();
        match answer.policy {
            Some(policy) => self.on_policy(&policy, now),
            None => self.policy.stage = Stage::Settled,
        }
    }

    fn on_policy(&mut self, policy: &PolicyAnswer, now: Instant) {
        match (self.policy.stage, policy.status.code(), policy.policy_key) {
            (Stage::Acknowledge(_), 1, Some(key)) => {
                self.policy.key = key;
                self.policy.stage = Stage::Settled;
                self.report(Event::Provisioned);
            }
            (_, 1, Some(temporary)) => self.policy.stage = Stage::Acknowledge(temporary),
            // No policy for this client.
            (_, 2, _) => self.policy.stage = Stage::Settled,
            _ => {
                self.policy.stage = Stage::Ask;
                let trouble = Trouble::Status(policy.status);
                self.trouble(Some(Command::Provision), trouble, now);
            }
        }
    }

    /// Phones go on whatever Settings says, unless it demands a policy.
    pub(super) fn on_settings(&mut self, answer: &SettingsResponse, now: Instant) {
        match answer.status.code() {
            140 | 142..=144 => self.on_common(Command::Settings, answer.status, now),
            _ => {
                self.settings_due = false;
                self.succeeded();
            }
        }
    }

    pub(super) fn on_folder_sync(&mut self, answer: FolderSyncResponse, now: Instant) {
        match (answer.status.code(), answer.sync_key) {
            (1, Some(key)) => {
                let extent = if self.hierarchy_key.is_initial() {
                    Extent::Everything
                } else {
                    Extent::Changes
                };
                self.hierarchy_key = key;
                self.hierarchy_due = false;
                self.succeeded();
                let changes = answer.changes.unwrap_or_default();
                let events = self.replica.take_hierarchy(changes, extent);
                self.outbox.keep_folders(&self.replica);
                self.events.extend(events);
            }
            // The key is not known any more: start over, at once the first time.
            (9, _) if !self.hierarchy_key.is_initial() => {
                self.hierarchy_key = SyncKeyText::initial();
            }
            _ => self.on_common(Command::FolderSync, answer.status, now),
        }
    }
}
