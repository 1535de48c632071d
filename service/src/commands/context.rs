//! What every command needs to know of its request.

use std::sync::Arc;
use std::time::Duration;

use backends::Mailbox;
use http::{HeaderName, HeaderValue};
use protocol::command::{Body, BodyError, BodyErrorKind};
use protocol::header;
use protocol::version::Version;
use protocol::wbxml;
use tokio_util::sync::CancellationToken;

use crate::commands::Commands;
use crate::commands::sync::budget::Budget;
use crate::error::Fault;
use crate::http::Dispatch;
use crate::http::answer::Answer;
use crate::http::request::{EasRequest, Identity};
use crate::ids::Principal;
use crate::index::Delivery;
use crate::metrics::DoubtOutcome;
use crate::store::{Device, DeviceChange, DeviceName};
use crate::telemetry::Facts;

/// How old `last_seen` of a device may be: an idle heartbeat writes no row.
const LAST_SEEN_LAG_S: i64 = 3600;

/// A request, its device, and the parts that serve it.
pub(super) struct Context<'a> {
    /// The parts.
    pub(super) parts: &'a Commands,
    /// The request.
    pub(super) request: EasRequest,
    /// Account and device.
    pub(super) who: Principal,
    /// What is known of the device.
    pub(super) device: Device,
    /// The line that the log will tell.
    pub(super) facts: &'a mut Facts,
    /// When the request was begun, in UTC epoch seconds.
    pub(super) now: i64,
    /// Cancelled when the client hung up on work that goes on all the same.
    pub(super) gone: CancellationToken,
    /// What is left for the answer.
    pub(super) budget: Budget,
}

impl<'a> Context<'a> {
    /// Finds account and device, and takes what the request proves of earlier answers (R12).
    pub(super) async fn new(
        parts: &'a Commands,
        request: EasRequest,
        facts: &'a mut Facts,
    ) -> Result<Self, Fault> {
        let now = parts.clock.seconds();
        let store = parts.index.store();
        let account = store
            .account(request.identity.account.as_str(), now)
            .await?;
        let key = request.line.device_key();
        let name = DeviceName {
            id: &key,
            kind: &request.line.device_type,
        };
        let device = store.device(account, name, now).await?;
        let who = Principal {
            account,
            device: device.id,
        };
        let Identity {
            account: name,
            secret,
            ..
        } = &request.identity;
        let provider = parts.supervisor.provider();
        let from = request.connection.peer.ip();
        provider.admit(account, name.as_str(), (secret, from));
        facts.account = Some(account);
        facts.device = Some(device.id);
        for (receipt_of, answers) in parts.receipts.proven(&request.proven) {
            // A receipt of another device on a shared connection proves nothing of this one.
            if receipt_of == who {
                let unfounded = parts
                    .index
                    .delivered(who, &answers, Delivery::Proved)
                    .await?;
                let doubts = parts.metrics.push.doubts.of(DoubtOutcome::Unfounded);
                doubts.inc_by(u64::try_from(unfounded).unwrap_or(0));
            }
        }
        let context = Self {
            parts,
            request,
            who,
            device,
            facts,
            now,
            gone: CancellationToken::new(),
            budget: Budget::new(&parts.grants, Duration::ZERO),
        };
        context.note_device().await?;
        Ok(context)
    }

    /// Now, for what hides or forgets: a clock that steps is not believed at once.
    pub(super) fn steady_now(&self) -> i64 {
        self.parts.clock.steady_seconds()
    }

    /// The version that the device speaks.
    pub(super) fn version(&self) -> Version {
        self.request.version
    }

    /// The typed request in the body.
    pub(super) fn body<B: Body>(&self) -> Result<B, Fault> {
        if self.request.body.is_empty() {
            return Err(BodyError::new(B::ROOT, BodyErrorKind::Missing).into());
        }
        let document = wbxml::decode(&self.request.body, &wbxml::Limits::default())?;
        if let Some(skipped) = document.skipped.first() {
            tracing::debug!(
                page = skipped.page,
                token = skipped.token,
                offset = skipped.offset,
                "unknown element skipped"
            );
        }
        Ok(B::from_element(&document.root)?)
    }

    /// An answer in the device's version.
    pub(super) fn answer<B: Body>(&self, body: &B) -> Answer {
        encoded(body, self.version())
    }

    /// The account's mailbox.
    pub(super) async fn mailbox(&self) -> Result<Arc<dyn Mailbox>, Fault> {
        let provider = self.parts.supervisor.provider();
        Ok(provider.mailbox(self.who.account).await?)
    }

    /// Whether a newer version is on offer than the device was ever told of.
    pub(super) fn raised(&self) -> bool {
        let told = self.device.offered_version.as_deref();
        let told = told.and_then(Version::parse);
        told.is_some_and(|told| Some(told) < self.newest())
    }

    /// Has the device told of the newer versions: it asks for them by OPTIONS, and syncs anew (MS-ASHTTP, X-MS-RP).
    /// Once: a device that missed it learns of them by the OPTIONS that it sends every day or so.
    pub(super) async fn announce_versions(&self, answer: Answer) -> Result<Answer, Fault> {
        let change = DeviceChange {
            offered_version: self.newest().map(|version| version.as_str().to_owned()),
            ..DeviceChange::default()
        };
        let store = self.parts.index.store();
        store.update_device(self.who, &change).await?;
        let versions = header::protocol_versions(&self.parts.grants.versions);
        let commands = header::protocol_commands(self.parts.commands());
        let mut answer = answer;
        for (name, value) in [
            ("x-ms-rp", &versions),
            ("ms-asprotocolversions", &versions),
            ("ms-asprotocolcommands", &commands),
        ] {
            if let Ok(value) = HeaderValue::from_str(value) {
                answer = answer.with_header(HeaderName::from_static(name), value);
            }
        }
        Ok(answer)
    }

    fn newest(&self) -> Option<Version> {
        self.parts.grants.versions.last().copied()
    }

    /// What to remember of the versions on offer without a word: a new device knows them, fewer need not be announced.
    fn newly_offered(&self) -> Option<String> {
        let told = self.device.offered_version.as_deref();
        let newest = self.newest()?;
        let known = told.and_then(Version::parse);
        (known.is_none_or(|known| known > newest)).then(|| newest.as_str().to_owned())
    }

    /// Writes what is new about the device, which is rarely anything.
    async fn note_device(&self) -> Result<(), Fault> {
        let new_text = |known: &Option<String>, now: &str| {
            (!now.is_empty() && known.as_deref() != Some(now)).then(|| now.to_owned())
        };
        let change = DeviceChange {
            user_agent: new_text(&self.device.user_agent, &self.request.user_agent),
            protocol: new_text(&self.device.protocol, self.version().as_str()),
            offered_version: self.newly_offered(),
            last_seen: (self.now - self.device.last_seen > LAST_SEEN_LAG_S).then_some(self.now),
            ..DeviceChange::default()
        };
        if change != DeviceChange::default() {
            self.parts
                .index
                .store()
                .update_device(self.who, &change)
                .await?;
        }
        Ok(())
    }
}

/// A body as an answer.
pub(super) fn encoded<B: Body>(body: &B, version: Version) -> Answer {
    Answer::wbxml(wbxml::encode(&body.to_element(version), version))
}
