//! Requests as a phone writes them.

use std::time::Duration;

use crate::command::folder_sync::{FolderSyncRequest, FolderType};
use crate::command::get_item_estimate::{EstimateCollection, GetItemEstimateRequest};
use crate::command::item_operations::{
    FetchOperation, FetchOptions, FetchTarget, ItemOperation, ItemOperationsRequest, STORE_MAILBOX,
};
use crate::command::move_items::MoveItemsRequest;
use crate::command::ping::{PingFolder, PingRequest};
use crate::command::provision::{POLICY_TYPE_WBXML, PolicyRequest, ProvisionRequest, WipeReport};
use crate::command::settings::{DeviceInformation, SettingsProperty, SettingsRequest};
use crate::command::sync::{Hold, SyncCollection, SyncOptions, SyncRequest};
use crate::command::{Body, CollectionId, ItemClass, StatusCode};
use crate::element::Element;
use crate::header;
use crate::query::{Command, RequestLine};
use crate::version::Version;
use crate::wbxml;

use super::Device;
use super::job::{Form, Job, PingJob, SentFolder, SyncJob};
use super::policy::Stage;
use super::profile::QueryForm;
use super::wire::{Connection, Method, Request};

/// The request for a job.
pub(super) fn write(device: &Device, connection: Connection, job: &Job) -> Request {
    let body = device
        .body(job)
        .map_or_else(Vec::new, |root| wbxml::encode(&root, device.spoken()));
    let Some(command) = job.command() else {
        return Request {
            connection,
            method: Method::Options,
            query: String::new(),
            headers: device.common_headers(),
            body,
            time_limit: device.config.profile.time_limit,
        };
    };
    Request {
        connection,
        method: Method::Post,
        query: device.query(command),
        headers: device.headers(command, !body.is_empty()),
        body,
        time_limit: device.time_limit(job),
    }
}

impl Device {
    fn spoken(&self) -> Version {
        self.version.unwrap_or(Version::V12_1)
    }

    fn time_limit(&self, job: &Job) -> Duration {
        let interval_s = match job {
            Job::Ping(job) => Some(job.interval_s),
            Job::Sync(job) => job.hold_s,
            _ => None,
        };
        interval_s.map_or(self.config.profile.time_limit, |interval_s| {
            let patience_s = self.config.profile.heartbeats.patience_s;
            Duration::from_secs(u64::from(interval_s) + u64::from(patience_s))
        })
    }

    fn query(&self, command: Command) -> String {
        let profile = &self.config.profile;
        let mut line = RequestLine::new(command, &self.config.device_id, profile.device_type);
        if profile.query_form == QueryForm::Base64 {
            line.version = Some(self.spoken());
            line.policy_key = self.policy_key(command);
            line.locale = Some(LOCALE_EN_US);
            if let Ok(query) = line.to_base64() {
                return query;
            }
        }
        line.user = Some(self.config.user.clone());
        line.to_plain()
    }

    /// The key that a request carries; 0 before the first policy.
    fn policy_key(&self, command: Command) -> Option<u32> {
        if command == Command::Ping && !self.config.profile.policy_key_on_ping {
            return None;
        }
        match (command, self.policy.stage) {
            (Command::Provision, Stage::Acknowledge(temporary)) => Some(temporary),
            _ => Some(self.policy.key),
        }
    }

    fn common_headers(&self) -> Vec<(&'static str, String)> {
        vec![(
            header::USER_AGENT,
            self.config.profile.user_agent.to_owned(),
        )]
    }

    fn headers(&self, command: Command, has_body: bool) -> Vec<(&'static str, String)> {
        let mut headers = self.common_headers();
        if has_body {
            headers.push((header::CONTENT_TYPE, header::WBXML.to_owned()));
        }
        if self.config.profile.query_form == QueryForm::Plain {
            headers.push((header::PROTOCOL_VERSION, self.spoken().as_str().to_owned()));
            if let Some(key) = self.policy_key(command) {
                headers.push((header::POLICY_KEY, key.to_string()));
            }
        }
        headers
    }

    fn body(&self, job: &Job) -> Option<Element> {
        let version = self.spoken();
        Some(match job {
            Job::Options => return None,
            Job::Provision => self.provision().to_element(version),
            Job::Settings => self.settings().to_element(version),
            Job::FolderSync => FolderSyncRequest {
                sync_key: self.hierarchy_key.clone(),
            }
            .to_element(version),
            Job::Sync(SyncJob {
                form: Form::Short, ..
            })
            | Job::Ping(PingJob {
                form: Form::Short, ..
            }) => return None,
            Job::Sync(job) => self.sync(job).to_element(version),
            Job::Ping(job) => self.ping(job).to_element(version),
            Job::Estimate(folder) => self.estimate(folder)?.to_element(version),
            Job::Moves(count) => MoveItemsRequest {
                moves: self.outbox.moves.iter().take(*count).cloned().collect(),
            }
            .to_element(version),
            Job::Fetch(target) => self.fetch(target).to_element(version),
        })
    }

    fn provision(&self) -> ProvisionRequest {
        let policy = |policy_key, status| PolicyRequest {
            policy_type: Some(POLICY_TYPE_WBXML.to_owned()),
            policy_key,
            status,
        };
        match self.policy.stage {
            Stage::ReportWipe(wipe) => ProvisionRequest {
                wipe: Some(WipeReport {
                    wipe,
                    status: StatusCode::SUCCESS,
                }),
                ..ProvisionRequest::default()
            },
            Stage::Acknowledge(temporary) => ProvisionRequest {
                policy: Some(policy(Some(temporary), Some(StatusCode::SUCCESS))),
                ..ProvisionRequest::default()
            },
            Stage::Settled | Stage::Ask | Stage::Wiped => ProvisionRequest {
                // Required from 14.1 on (MS-ASPROV 3.1.5.1.1.1).
                device_information: (self.spoken() >= Version::V14_1).then(|| self.information()),
                policy: Some(policy(None, None)),
                wipe: None,
            },
        }
    }

    fn settings(&self) -> SettingsRequest {
        SettingsRequest {
            properties: vec![
                SettingsProperty::SetDeviceInformation(self.information()),
                SettingsProperty::GetUserInformation,
            ],
        }
    }

    fn information(&self) -> DeviceInformation {
        let profile = &self.config.profile;
        DeviceInformation {
            model: Some(profile.model.to_owned()),
            os: Some(profile.os.to_owned()),
            os_language: Some("en".to_owned()),
            user_agent: Some(profile.user_agent.to_owned()),
            ..DeviceInformation::default()
        }
    }

    fn sync(&self, job: &SyncJob) -> SyncRequest {
        let hold = job.hold_s.map(|hold_s| {
            // HeartbeatInterval came with 14.0.
            if self.spoken() < Version::V14_0 {
                Hold::Minutes((hold_s / 60).max(1))
            } else {
                Hold::Seconds(hold_s)
            }
        });
        SyncRequest {
            collections: Some(
                job.folders
                    .iter()
                    .map(|sent| self.collection(sent))
                    .collect(),
            ),
            hold,
            window_size: None,
            partial: false,
        }
    }

    fn collection(&self, sent: &SentFolder) -> SyncCollection {
        let mut collection = SyncCollection::new(sent.id.clone(), sent.key.clone());
        collection.class = Some(self.class(&sent.id));
        collection.options = vec![SyncOptions {
            filter_type: Some(self.config.filter),
            body_preferences: vec![self.config.profile.body_preference],
            ..SyncOptions::default()
        }];
        if !sent.key.is_initial() {
            collection.deletes_as_moves = Some(true);
            collection.get_changes = Some(true);
            collection.window_size = Some(self.config.profile.window_size);
            collection.commands = self.outbox.first(&sent.id, sent.uploads);
        }
        collection
    }

    fn ping(&self, job: &PingJob) -> PingRequest {
        let folder = |id: &CollectionId| PingFolder {
            id: id.clone(),
            class: Some(self.class(id)),
        };
        PingRequest {
            heartbeat_s: Some(job.interval_s),
            folders: Some(job.folders.iter().map(folder).collect()),
        }
    }

    fn estimate(&self, folder: &CollectionId) -> Option<GetItemEstimateRequest> {
        let copy = self.replica.folders.get(folder)?;
        Some(GetItemEstimateRequest {
            collections: vec![EstimateCollection {
                class: Some(self.class(folder)),
                collection_id: folder.clone(),
                sync_key: copy.key.clone(),
                conversation_mode: None,
                options: vec![SyncOptions {
                    filter_type: Some(self.config.filter),
                    ..SyncOptions::default()
                }],
            }],
        })
    }

    fn fetch(&self, target: &FetchTarget) -> ItemOperationsRequest {
        let options = match target {
            FetchTarget::Item { .. } | FetchTarget::LongId(_) => FetchOptions {
                body_preferences: vec![self.config.profile.body_preference],
                ..FetchOptions::default()
            },
            FetchTarget::FileReference(_) | FetchTarget::LinkId(_) => FetchOptions::default(),
        };
        ItemOperationsRequest {
            operations: vec![ItemOperation::Fetch(FetchOperation {
                store: STORE_MAILBOX.to_owned(),
                target: target.clone(),
                options,
            })],
        }
    }

    fn class(&self, folder: &CollectionId) -> ItemClass {
        let copy = self.replica.folders.get(folder);
        match copy.map(|copy| copy.folder.folder_type) {
            Some(FolderType::Calendar | FolderType::UserCalendar) => ItemClass::Calendar,
            Some(FolderType::Contacts | FolderType::UserContacts) => ItemClass::Contacts,
            Some(FolderType::Tasks | FolderType::UserTasks) => ItemClass::Tasks,
            Some(FolderType::Notes | FolderType::UserNotes) => ItemClass::Notes,
            _ => ItemClass::Email,
        }
    }
}

/// English as spoken in the United States.
const LOCALE_EN_US: u16 = 0x0409;
