//! What is behind the commands: store, index, watchers, park table.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use backends::imap::ImapDriver;
use backends::local::{LocalOptions, LocalStore};
use protocol::flow::heartbeat::HeartbeatBounds;
use protocol::query::Command;
use protocol::version::Version;

use crate::admin::Readiness;
use crate::app::StartError;
use crate::app::accounts::Accounts;
use crate::app::claim::{self, Claim};
use crate::app::recheck::Recheck;
use crate::app::servers::Servers;
use crate::app::signin::SignIn;
use crate::app::{channel, gauges, limits, upkeep};
use crate::clock::Clock;
use crate::commands::governor::Governors;
use crate::commands::{Admission, Commands, Grants, Outbox, Receipts};
use crate::config::{Config, Push};
use crate::control::{Live, Survey};
use crate::http::Dispatch;
use crate::http::answer::Answer;
use crate::http::parked;
use crate::http::request::{AccountName, EasRequest};
use crate::index::Index;
use crate::metrics::Metrics;
use crate::push::{Channel, Epoch, Hub, HubConfig, HubParts, Trigger, Truth, Watching};
use crate::store::Store;
use crate::tasks::Tasks;
use crate::telemetry::Facts;
use crate::watch::{MailboxProvider, Supervisor, SupervisorParts};

/// How many bytes of items an answer collects before it says that there is more.
const PAGE_BYTES: usize = 1_572_864;
/// How long an answer collects items: well below the 30 s after which some devices give up.
const PAGE_TIME: Duration = Duration::from_secs(20);
/// Collections that one Sync may name.
const SYNC_COLLECTIONS_MAX: u32 = 1_000;
/// How long tasks behind the commands may take to end.
const GRACE: Duration = Duration::from_secs(5);

/// Everything behind the commands, at work.
pub(super) struct Core {
    commands: Commands,
    accounts: Arc<Accounts>,
    store: Store,
    /// No other service works on the store.
    _claim: Claim,
    hub: Arc<Hub>,
    channel: Arc<dyn Channel>,
    /// The hub's own tasks, and the one that writes down what became of answers.
    push: Tasks,
    /// Watchers and refreshes.
    watchers: Tasks,
    /// The reader of file system events, which watchers need.
    local: Tasks,
}

impl Core {
    /// Opens the store and starts what watches and waits.
    pub(super) async fn start(
        config: &Config,
        (outbox, people): (Arc<Outbox>, (Servers, SignIn)),
        metrics: &Metrics,
        clock: &Clock,
    ) -> Result<Self, StartError> {
        let claim = Claim::of(&config.store.place())?;
        let store = open_store(config).await?;
        let (push, watchers, local) = (Tasks::new(), Tasks::new(), Tasks::new());
        let (folders, driver) = LocalStore::new(LocalOptions::default());
        let stop = local.token();
        local.spawn(driver.run(stop));
        limits::watches(
            store.folder_count().await.unwrap_or(0),
            folders.has_instance(),
        );
        let servers = people.0.clone();
        let accounts = Arc::new(Accounts::new(folders.clone(), people, config));
        let index = Index::new(store.clone());
        let channel = channel::open(config, metrics, &push).await?;
        let supervisor = Arc::new(Supervisor::new(SupervisorParts {
            index: index.clone(),
            mailboxes: Arc::clone(&accounts) as Arc<dyn MailboxProvider>,
            channel: Arc::clone(&channel),
            metrics: metrics.clone(),
            clock: clock.clone(),
            tasks: watchers.clone(),
        }));
        let hub = Hub::start(HubParts {
            truth: Arc::new(index.clone()) as Arc<dyn Truth>,
            channel: Arc::clone(&channel),
            watching: Arc::clone(&supervisor) as Arc<dyn Watching>,
            metrics: metrics.clone(),
            tasks: push.clone(),
            config: HubConfig {
                park_max: config.push.park_max,
                trigger: trigger(&config.push),
                ..HubConfig::default()
            },
            wall: clock.clone(),
        });
        look_again((&accounts, servers), config, (&hub, &supervisor), &watchers);
        watchers.spawn(upkeep::run(index.clone(), clock.clone(), watchers.token()));
        gauges::start((folders, store.clone()), config, metrics, &watchers);
        let commands = Commands {
            receipts: Receipts::start(index.clone(), Arc::clone(&hub), &push),
            index,
            hub: Arc::clone(&hub),
            supervisor,
            outbox,
            grants: Arc::new(grants(config)),
            clock: clock.clone(),
            metrics: metrics.clone(),
            tasks: Tasks::new(),
            governors: Arc::new(Governors::new(
                config.limits.loop_hold,
                metrics.push.clone(),
            )),
            admission: Admission::new(config.limits.first_syncs_max, metrics.admission.clone()),
            searches: Arc::default(),
        };
        Ok(Self {
            commands,
            accounts,
            store,
            _claim: claim,
            hub,
            channel,
            push,
            watchers,
            local,
        })
    }

    /// Has `/readyz` fail while the store cannot be written.
    pub(super) fn watch_store(&self, readiness: Readiness) {
        let (store, stop) = (self.store.clone(), self.watchers.token());
        self.watchers.spawn(async move {
            stop.run_until_cancelled(claim::follow(store, readiness))
                .await
        });
    }

    /// Has `/readyz` say when the channel between nodes is down.
    pub(super) fn watch_channel(&self, readiness: &Readiness) {
        let channel = Arc::clone(&self.channel);
        readiness.watch_channel(move || matches!(channel.epoch(), Epoch::Live(_)));
    }

    /// Runs what keeps the stores of mail servers tidy.
    pub(super) fn drive(&self, drivers: Vec<ImapDriver>) {
        for driver in drivers {
            self.local.spawn(driver.run(self.local.token()));
        }
    }

    /// What the listeners call.
    pub(super) fn dispatch(&self) -> Arc<dyn Dispatch> {
        Arc::new(Served {
            commands: self.commands.clone(),
            accounts: Arc::clone(&self.accounts),
            hub: Arc::clone(&self.hub),
        })
    }

    /// How many requests are parked.
    pub(super) fn parked(&self) -> usize {
        self.hub.list().len()
    }

    /// What an administrator sees of all this.
    pub(super) fn survey(&self) -> Survey {
        let live = Live {
            hub: Arc::clone(&self.hub),
            supervisor: Arc::clone(&self.commands.supervisor),
            governors: Arc::clone(&self.commands.governors),
        };
        Survey::of_service(
            self.commands.index.clone(),
            live,
            self.commands.clock.clone(),
        )
    }

    /// Answers what is parked, spread over a time.
    pub(super) async fn answer_parked(&self, spread: Duration) {
        self.commands.governors.release();
        self.hub.drain(spread).await;
    }

    /// Finishes what clients began, stops watchers, then what they report to, then the store.
    pub(super) async fn close(&self) {
        self.commands.tasks.drain(GRACE).await;
        self.watchers.drain(GRACE).await;
        self.local.drain(GRACE).await;
        self.push.drain(GRACE).await;
        self.store.close().await;
    }
}

/// Looks at passwords until the watchers end. One that no longer holds ends what is parked for its account, and has the
/// watcher begin anew with what is right now.
fn look_again(
    (accounts, servers): (&Arc<Accounts>, Servers),
    config: &Config,
    (hub, supervisor): (&Arc<Hub>, &Arc<Supervisor>),
    watchers: &Tasks,
) {
    let (hub, supervisor) = (Arc::clone(hub), Arc::clone(supervisor));
    let recheck = Recheck {
        accounts: Arc::clone(accounts),
        servers,
        routes: config.routes.clone(),
        end: Box::new(move |account| {
            hub.revoke(account);
            supervisor.start_over(account);
        }),
    };
    let stop = watchers.token();
    watchers.spawn(async move { stop.run_until_cancelled(recheck.run()).await });
}

async fn open_store(config: &Config) -> Result<Store, StartError> {
    let place = config.store.place();
    let opened = Store::open_at(&place).await;
    opened.map_err(|source| StartError::Store { place, source })
}

fn trigger(push: &Push) -> Trigger {
    let changes = u64::try_from(push.batch_changes).unwrap_or(u64::MAX);
    Trigger {
        after: NonZeroU64::new(changes),
        every: (!push.batch_every.is_zero()).then_some(push.batch_every),
    }
}

fn grants(config: &Config) -> Grants {
    let seconds = |duration: Duration| u32::try_from(duration.as_secs()).unwrap_or(u32::MAX);
    let (min, max) = (
        seconds(config.push.heartbeat_min),
        seconds(config.push.heartbeat_max),
    );
    let served = Version::SERVED
        .into_iter()
        .filter(|version| *version <= config.max_version);
    Grants {
        versions: served.collect(),
        heartbeat: HeartbeatBounds::new(min, max).unwrap_or_default(),
        ping_folders_max: u32::try_from(config.push.folders_max).unwrap_or(u32::MAX),
        sync_collections_max: SYNC_COLLECTIONS_MAX,
        page_bytes: PAGE_BYTES,
        page_time: PAGE_TIME,
        contacts_conflict: config.contacts.conflict,
    }
}

/// The commands, and what happens to an account whose access ends.
struct Served {
    commands: Commands,
    accounts: Arc<Accounts>,
    hub: Arc<Hub>,
}

#[async_trait]
impl Dispatch for Served {
    async fn dispatch(&self, request: EasRequest, facts: &mut Facts) -> Answer {
        self.commands.dispatch(request, facts).await
    }

    async fn begin(&self, request: EasRequest, facts: &mut Facts) -> parked::Served {
        self.commands.begin(request, facts).await
    }

    fn commands(&self) -> &[Command] {
        self.commands.commands()
    }

    fn versions(&self) -> &[Version] {
        self.commands.versions()
    }

    fn revoked(&self, account: &AccountName) {
        if let Some(account) = self.accounts.forget(account) {
            self.hub.revoke(account);
        }
    }
}
