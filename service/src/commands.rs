//! One file per EAS command; calls downwards only.
//!
//! A command reads its typed request, asks the index, the park table and the account's mailbox, and gives a typed
//! answer. What a failure looks like to a phone is decided in [`crate::error`].

pub mod admission;
mod attachment;
mod bounded;
mod class;
mod contacts;
mod context;
mod find;
mod folder_create;
mod folder_delete;
mod folder_sync;
mod folder_update;
mod folders;
mod get_attachment;
mod get_item_estimate;
pub mod governor;
mod item_operations;
mod located;
mod mail;
mod move_items;
mod owned;
mod piecewise;
mod ping;
mod provision;
mod reading;
mod receipts;
mod search;
mod send;
mod settings;
mod sync;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use protocol::flow::heartbeat::HeartbeatBounds;
use protocol::query::Command;
use protocol::version::Version;

use crate::clock::Clock;
pub use crate::commands::admission::Admission;
use crate::commands::context::Context;
pub use crate::commands::governor::Governors;
pub use crate::commands::receipts::Receipts;
pub use crate::commands::search::Searches;
pub use crate::commands::send::{Directory, Outbox, OutboxLimits};
use crate::config::ConflictPolicy;
use crate::error::Fault;
use crate::http::Dispatch;
use crate::http::answer::{Answer, Content};
use crate::http::parked::Served;
use crate::http::request::EasRequest;
use crate::index::Index;
use crate::metrics::Metrics;
use crate::push::Hub;
use crate::tasks::Tasks;
use crate::telemetry::Facts;
use crate::watch::Supervisor;

/// What the service grants to devices.
#[derive(Clone, Debug)]
pub struct Grants {
    /// The versions that are served, oldest first.
    pub versions: Vec<Version>,
    /// How long a request may be parked.
    pub heartbeat: HeartbeatBounds,
    /// The most folders of a Ping. At least as many as FolderSync announces.
    pub ping_folders_max: u32,
    /// The most collections of a Sync.
    pub sync_collections_max: u32,
    /// How many bytes of items an answer collects before it says that there is more.
    pub page_bytes: usize,
    /// How long an answer collects items before it says that there is more.
    pub page_time: Duration,
    /// Who wins when a device and another program changed a contact.
    pub contacts_conflict: ConflictPolicy,
}

/// The commands that exist, in the order in which OPTIONS lists them.
const COMMANDS: [Command; 17] = [
    Command::Sync,
    Command::SendMail,
    Command::SmartForward,
    Command::SmartReply,
    Command::GetAttachment,
    Command::FolderSync,
    Command::FolderCreate,
    Command::FolderDelete,
    Command::FolderUpdate,
    Command::MoveItems,
    Command::GetItemEstimate,
    Command::Search,
    Command::Settings,
    Command::Ping,
    Command::ItemOperations,
    Command::Provision,
    Command::Find,
];

/// Serves the commands.
#[derive(Clone)]
pub struct Commands {
    /// What changed, and what devices were told.
    pub index: Index,
    /// Parked requests.
    pub hub: Arc<Hub>,
    /// Keeps the index current.
    pub supervisor: Arc<Supervisor>,
    /// Answers on their way.
    pub receipts: Arc<Receipts>,
    /// What messages go out by.
    pub outbox: Arc<Outbox>,
    /// What is granted.
    pub grants: Arc<Grants>,
    /// What is counted.
    pub metrics: Metrics,
    /// What time it is.
    pub clock: Clock,
    /// Work that goes on when its client hangs up.
    pub tasks: Tasks,
    /// Slows loops of devices down.
    pub governors: Arc<Governors>,
    /// Bounds how many devices begin at once.
    pub admission: Arc<Admission>,
    /// Searches that are going on.
    pub searches: Arc<Searches>,
}

impl std::fmt::Debug for Commands {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Commands")
            .field("grants", &self.grants)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Dispatch for Commands {
    async fn dispatch(&self, request: EasRequest, facts: &mut Facts) -> Answer {
        self.begin(request, facts).await.answer(facts).await
    }

    async fn begin(&self, request: EasRequest, facts: &mut Facts) -> Served {
        let command = request.line.command;
        let version = request.version;
        let answer = match self.served(request, facts).await {
            Ok(Served::Answered(answer)) => answer,
            // What was parked is never refused in the end.
            Ok(parked @ Served::Parked(_)) => return parked,
            Err(fault) => fault.answer(command, version, facts),
        };
        self.governors.pace_refusal(command, &answer, facts).await;
        Served::Answered(answer)
    }

    fn commands(&self) -> &[Command] {
        &COMMANDS
    }

    fn versions(&self) -> &[Version] {
        &self.grants.versions
    }
}

impl Commands {
    async fn served(&self, request: EasRequest, facts: &mut Facts) -> Result<Served, Fault> {
        let mut context = Context::new(self, request, facts).await?;
        let answer = match context.request.line.command {
            // These two may be parked; what they write, they write in pieces that are finished.
            Command::Ping => return ping::serve(context).await,
            Command::Sync => sync::serve(&mut context).await,
            // Nothing is written: what nobody waits for any more ends.
            Command::Search => search::serve(&mut context).await,
            Command::Find => find::serve(&mut context).await,
            Command::GetAttachment => get_attachment::serve(&mut context).await,
            _ => context.finish(|context| Box::pin(whole(context))).await,
        }?;
        if context.raised() && !matches!(answer.content, Content::Http(_)) {
            return Ok(Served::Answered(context.announce_versions(answer).await?));
        }
        Ok(Served::Answered(answer))
    }
}

/// Commands that are served in one go.
async fn whole(context: &mut Context<'_>) -> Result<Answer, Fault> {
    match context.request.line.command {
        Command::FolderSync => folder_sync::serve(context).await,
        Command::FolderCreate => folder_create::serve(context).await,
        Command::FolderDelete => folder_delete::serve(context).await,
        Command::FolderUpdate => folder_update::serve(context).await,
        Command::MoveItems => move_items::serve(context).await,
        Command::GetItemEstimate => get_item_estimate::serve(context).await,
        Command::Settings => settings::serve(context).await,
        Command::ItemOperations => item_operations::serve(context).await,
        Command::Provision => provision::serve(context).await,
        Command::SendMail | Command::SmartForward | Command::SmartReply => {
            send::serve(context).await
        }
        other => Err(Fault::NotServed(other)),
    }
}
