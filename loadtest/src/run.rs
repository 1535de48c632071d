//! A scenario at work: servers, phones, senders and clients beside them are started, and the ledger is kept until it
//! balances.

mod choice;
mod course;
mod pace;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use backends::servers::Login;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::beside::{self, Comparison, Heard};
use crate::fleet::run_name;
use crate::gauge::Gauge;
use crate::inject::{self, Done, Job, Means};
use crate::ledger::Ledger;
use crate::phone::{Report, Storm};
use crate::scenario::Scenario;
use crate::scrape::{Look, Metrics, Observed};
use crate::squad::{Network, Squad, network, worker};
use crate::world::World;
use course::Course;

pub(crate) use course::Outcome;

/// Reports that may wait for the ledger.
const REPORTS_MAX: usize = 4096;
/// Jobs that may wait for a sender.
const JOBS_MAX: usize = 64;
/// Looks at the service in a run, about.
const LOOKS: u32 = 200;

/// All that works on a run.
struct Crew {
    tasks: JoinSet<anyhow::Result<()>>,
    reports: Receiver<Report>,
    done: Receiver<Done>,
    heard: Receiver<Heard>,
    looks: Receiver<Look>,
    jobs: Vec<Sender<Job>>,
    storms: watch::Sender<Storm>,
}

/// Runs a scenario; `program` is the `directpush` that is started, if one is.
///
/// # Errors
/// Something does not start, a change cannot be made, phones cannot be set up, or the user has enough.
pub(crate) async fn run(scenario: &Scenario, program: &Path) -> anyhow::Result<Outcome> {
    worker::raise_files();
    let world = World::make(scenario, program).await?;
    let ran = within(scenario, &world).await;
    let ended = world.end().await;
    let outcome = ran?;
    ended.context("at the end")?;
    Ok(outcome)
}

async fn within(scenario: &Scenario, world: &World) -> anyhow::Result<Outcome> {
    let run = run_name();
    let means = Means::new(world, &scenario.changes, &run)?;
    if scenario.uses_folder() {
        means.make_folders().await?;
    }
    let began = Instant::now();
    let gauge = world.pid.map(|pid| Gauge::new(pid, &world.state));
    let observed = Observed {
        admin: world.admin.clone(),
        gauge,
    };
    let mut crew = start(scenario, world, &run, &means).await?;
    let (looks, every) = crew.open_looks(scenario);
    let looker = observed.clone().look_on(began, every, looks);
    crew.tasks.spawn(looker);
    let ledger = ledger(scenario, world, &run, began)?;
    let before = metrics(world).await?;
    let mut outcome = Course::new(scenario, ledger, began).run(&mut crew).await?;
    let after = metrics(world).await?;
    outcome.looks.push(observed.look(began).await?);
    outcome.note_ends(&before, &after);
    crew.tasks.shutdown().await;
    Ok(outcome)
}

async fn metrics(world: &World) -> anyhow::Result<Metrics> {
    match &world.admin {
        Some(admin) => Metrics::of(admin).await,
        None => Ok(Metrics::default()),
    }
}

fn ledger(scenario: &Scenario, world: &World, run: &str, began: Instant) -> anyhow::Result<Ledger> {
    let (devices, accounts) = (
        usize::try_from(scenario.devices)?,
        usize::try_from(scenario.accounts)?,
    );
    let phones: Vec<usize> = (0..accounts).cycle().take(devices).collect();
    let mut ledger = Ledger::new(&phones, world.accounts.len(), &format!("load {run} "));
    for number in 0..devices {
        if network(&scenario.phones, scenario.seed, number) != Network::Steady {
            ledger.disturb(number);
        }
    }
    let slice = Duration::from_secs(scenario.duration_s) / 60;
    ledger.keep_series(began, slice);
    ledger.comparison = Comparison::of(0..usize::try_from(scenario.beside.accounts)?);
    Ok(ledger)
}

/// Starts phones, senders and clients beside them.
async fn start(
    scenario: &Scenario,
    world: &World,
    run: &str,
    means: &std::sync::Arc<Means>,
) -> anyhow::Result<Crew> {
    let mut tasks = JoinSet::new();
    // First of all: when phones come, the server has other things to do.
    let (told, heard) = mpsc::channel(REPORTS_MAX);
    for account in 0..usize::try_from(scenario.beside.accounts)? {
        let port = world.imap.context("no IMAP")?;
        let whose = world.accounts.get(account).context("no such account")?;
        let login = Login::new(&whose.user, &whose.password);
        beside::wait(&mut tasks, port, (account, &login), told.clone()).await?;
    }
    let (storms, _) = watch::channel(Storm::default());
    let (sender, reports) = mpsc::channel(REPORTS_MAX);
    let squads = squads(scenario, world, run)?;
    let alone = squads.len() == 1;
    for squad in squads {
        let (sender, storms) = (sender.clone(), storms.subscribe());
        if alone {
            tasks.spawn(squad.live(sender, storms));
        } else {
            tasks.spawn(worker::start(squad, sender, storms));
        }
    }
    let (finished, done) = mpsc::channel(REPORTS_MAX);
    let mut jobs = Vec::new();
    for _ in 0..scenario.changes.senders {
        let (job, queue) = mpsc::channel(JOBS_MAX);
        tasks.spawn(inject::send(
            std::sync::Arc::clone(means),
            queue,
            finished.clone(),
        ));
        jobs.push(job);
    }
    // Looks are opened later.
    let (_, looks) = mpsc::channel(1);
    Ok(Crew {
        tasks,
        reports,
        done,
        heard,
        looks,
        jobs,
        storms,
    })
}

impl Crew {
    fn open_looks(&mut self, scenario: &Scenario) -> (Sender<Look>, Duration) {
        let (sender, looks) = mpsc::channel(64);
        self.looks = looks;
        let whole = Duration::from_secs(scenario.duration_s + scenario.settle_s)
            + Duration::from_millis(scenario.ramp_ms) * scenario.devices;
        let every = (whole / LOOKS).clamp(Duration::from_millis(250), Duration::from_secs(10));
        (sender, every)
    }
}

/// Phones, divided so that no process needs more files than it may have.
pub(crate) fn squads(scenario: &Scenario, world: &World, run: &str) -> anyhow::Result<Vec<Squad>> {
    // Two connections, and two more that are held while it is out of reach; some files are ours.
    let files = if scenario.phones.vanishing > 0.0 {
        4
    } else {
        2
    };
    let devices = usize::try_from(scenario.devices)?;
    let most = usize::try_from(scenario.files_per_process / files)?;
    let processes = devices.div_ceil(most.saturating_sub(25).max(1));
    let share = devices.div_ceil(processes);
    let logins = world.accounts.iter();
    let logins: Vec<_> = logins
        .map(|account| (account.user.clone(), account.password.clone()))
        .collect();
    let squad = |first: usize| -> anyhow::Result<Squad> {
        Ok(Squad {
            url: world.url.clone(),
            run: run.to_owned(),
            first,
            count: share.min(devices - first),
            logins: logins.clone(),
            ramp_ms: scenario.ramp_ms * u64::try_from(processes)?,
            source_addresses: scenario.source_addresses,
            phones: scenario.phones.clone(),
            ca_file: world.ca_file.clone(),
            seed: scenario.seed,
        })
    };
    (0..devices).step_by(share).map(squad).collect()
}
