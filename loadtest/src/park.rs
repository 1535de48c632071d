//! What a parked Ping costs: memory for each, and how long it takes until all have been ended and wait again.

mod crew;
mod handset;
mod report;
pub(crate) mod worker;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::time;

use crate::fleet::run_name;
use crate::gauge::{Gauge, slab_kib};
use crate::hand::Hand;
use crate::run::squads;
use crate::scenario::Scenario;
use crate::scrape::Metrics;
use crate::world::World;
use crew::{Charge, Crew, Ends, Order, now_ns};
use handset::{PATIENCE, Wait};
use report::Parked;

/// Parked before the first look, so that what is taken once is there.
const FIRST: usize = 200;
/// How often all are ended by the end of their heartbeats.
const ROUNDS: usize = 3;
/// How long the service may come to rest before a look.
const REST: Duration = Duration::from_secs(1);
/// For how long it is looked at while nothing happens.
const IDLE: Duration = Duration::from_secs(10);
/// How often the service is asked how many are parked.
const ASK_EVERY: Duration = Duration::from_millis(10);
/// The heartbeat with which nothing happens.
const LONG_S: u32 = 1680;
/// Files that a process may have open here, and what the service needs besides connections.
const FILES: usize = 20_000;
const FILES_BESIDES: usize = 1500;

/// How many, and how.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Options {
    /// The `directpush` program, which is started for it.
    #[arg(long, value_name = "PATH", default_value = "directpush")]
    directpush: PathBuf,
    /// How many phones, besides 200 that are parked first.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    devices: u32,
    /// How many accounts.
    #[arg(long, value_name = "M", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    accounts: u32,
    /// Processes of phones.
    #[arg(long, value_name = "P", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=64))]
    processes: u32,
    /// Phones that are set up at the same time.
    #[arg(long, value_name = "K", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    at_once: u32,
    /// The heartbeat that expires in the rounds, in seconds. All must have been parked within it.
    #[arg(long, value_name = "S", default_value_t = 30, value_parser = clap::value_parser!(u32).range(2..=480))]
    heartbeat_s: u32,
    /// Speak TLS.
    #[arg(long)]
    tls: bool,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Parks, looks, ends and looks again.
///
/// # Errors
/// The service does not start, or not all are parked in time.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Parked> {
    let all = usize::try_from(options.devices)? + FIRST;
    let scenario = Scenario::parse(&format!(
        "devices = {all}\naccounts = {}\nduration_s = 1\nsource_addresses = 8\nfiles_per_process = {}\n\
         [changes]\nrate = 0.0\n\
         [server]\ntls = {}\ncheap_passwords = true\nsettings = \"[push]\\nheartbeat_min_s = {}\\n\"\n",
        options.accounts,
        // Two files a phone, and 25 for the process.
        (all.div_ceil(usize::try_from(options.processes)?) + 26) * 2,
        options.tls,
        options.heartbeat_s.min(60),
    ))?;
    let world = World::make(&scenario, &options.directpush).await?;
    let ran = within(options, &scenario, &world).await;
    let ended = world.end().await;
    let parked = ran?;
    ended.context("at the end")?;
    Ok(parked)
}

/// What is measured, and where.
struct Course<'o> {
    admin: &'o str,
    gauge: Gauge,
    crew: Crew,
    all: usize,
}

/// One round.
struct Round {
    wake_all_ms: f64,
    repark_ms: f64,
    cpu_us: f64,
    ends: Ends,
}

async fn within(options: &Options, scenario: &Scenario, world: &World) -> anyhow::Result<Parked> {
    let all = FIRST + usize::try_from(options.devices)?;
    let accounts = world.accounts.len();
    let run = run_name();
    for account in &world.accounts {
        Hand::new(&account.maildir, &run).context("cannot make a Maildir")?;
    }
    let pid = world.pid.context("no process")?;
    let gauge = Gauge::new(pid, &world.state);
    let idle = gauge.look(Duration::ZERO)?.pss_kib;
    let mut course = Course {
        admin: world.admin.as_deref().context("no metrics")?,
        gauge,
        crew: Crew::start(&charges(options, scenario, world, &run)?).await?,
        all,
    };
    let began = Instant::now();
    let first = course.park(0, FIRST).await?;
    // Every account then has a phone, and is watched.
    let each = accounts.clamp(FIRST, all);
    let watched = course.park(FIRST, each).await?;
    let slab = slab_kib()?;
    let whole = course.park(each, all).await?;
    let slab = slab_kib()? - slab;
    let set_up_per_s = number(all)? / began.elapsed().as_secs_f64();
    let before = course.gauge.threads()?;
    time::sleep(IDLE).await;
    let threads = course.gauge.threads()?;
    let used = threads
        .iter()
        .map(|(thread, used)| used - before.get(thread).unwrap_or(&0.0));
    let idle_cpu: f64 = used.sum();
    let share = |more: f64, of: usize| Ok::<_, anyhow::Error>(more / number(of.max(1))?);
    let per_ping = share(whole - watched, all - each)?;
    let per_account = share(watched - first, each - FIRST)?;
    let load = std::fs::read_to_string("/proc/loadavg")?;
    let mut parked = Parked {
        event: "park",
        devices: all,
        accounts,
        tls: options.tls,
        load: load.split(' ').next().unwrap_or_default().parse()?,
        set_up_per_s,
        pss_kib_idle: idle,
        pss_kib_per_ping: if each < all {
            per_ping
        } else {
            share(whole - first, all - FIRST)?
        },
        pss_kib_per_account: per_account,
        pss_kib_fixed: whole
            - per_ping * number(all - each)?
            - per_account * number(each.saturating_sub(FIRST))?,
        pss_kib_per_ping_with_accounts: share(whole - first, all - FIRST)?,
        slab_kib_per_ping: share(slab, all - each)? / 2.0,
        idle_cpu_percent: idle_cpu / IDLE.as_secs_f64() * 100.0,
        ..Parked::default()
    };
    rounds(&mut course, options, &mut parked).await?;
    time::sleep(REST).await;
    let after = course.pss()?;
    let grown = after - whole;
    parked.pss_kib_per_ping_after = parked.pss_kib_per_ping + share(grown, all - FIRST)?;
    parked.pss_kib_per_ping_with_accounts_after = share(after - first, all - FIRST)?;
    Ok(parked)
}

/// Ends all, again and again.
async fn rounds(
    course: &mut Course<'_>,
    options: &Options,
    parked: &mut Parked,
) -> anyhow::Result<()> {
    let heartbeat = Duration::from_secs(u64::from(options.heartbeat_s));
    let round = course.supersede().await?;
    parked.supersede_wake_all_ms.push(round.wake_all_ms);
    parked.supersede_repark_ms.push(round.repark_ms);
    parked.supersede_cpu_us_per_ping.push(round.cpu_us);
    for number in 1..=ROUNDS {
        let wait = if number == ROUNDS {
            Wait::Long
        } else {
            Wait::Short
        };
        let round = course.expire(wait, heartbeat).await?;
        parked.wake_all_ms.push(round.wake_all_ms);
        parked.repark_ms.push(round.repark_ms);
        parked.cpu_us_per_ping.push(round.cpu_us);
        parked.answer_bytes = parked.answer_bytes.max(round.ends.bytes);
        parked.others += round.ends.others;
    }
    Ok(())
}

/// What each process of phones is told.
fn charges(
    options: &Options,
    scenario: &Scenario,
    world: &World,
    run: &str,
) -> anyhow::Result<Vec<Charge>> {
    let squads = squads(scenario, world, run)?;
    let processes = squads.len();
    let part = |count: usize| (count / processes).max(1);
    let connections: usize = squads.iter().map(|squad| squad.count).sum();
    // A phone that waits anew has two connections for a moment, and the service only so many files.
    let window = FILES.saturating_sub(connections + FILES_BESIDES);
    let charge = |squad| {
        Ok(Charge {
            squad,
            long_s: LONG_S,
            short_s: options.heartbeat_s,
            at_once: part(usize::try_from(options.at_once)?),
            window: part(window.min(1000)),
        })
    };
    squads.into_iter().map(charge).collect()
}

impl Course<'_> {
    /// Has phones parked from this one to that one; how large the service is then.
    async fn park(&mut self, from: usize, to: usize) -> anyhow::Result<f64> {
        if from < to {
            let limit = PATIENCE + Duration::from_millis(50) * u32::try_from(to - from)?;
            self.crew.enlist(to - from, limit).await?;
            self.until_parked(to).await?;
            time::sleep(REST).await;
        }
        self.pss()
    }

    fn pss(&self) -> anyhow::Result<f64> {
        Ok(self.gauge.look(Duration::ZERO)?.pss_kib)
    }

    /// All wait anew on other connections, for so short that they expire soon.
    async fn supersede(&mut self) -> anyhow::Result<Round> {
        let (used, began) = (self.gauge.look(Duration::ZERO)?.cpu_s, now_ns());
        self.crew.tell(Order::Supersede(Wait::Short)).await?;
        self.round(used, Some(began), PATIENCE).await
    }

    /// All heartbeats end.
    async fn expire(&mut self, then: Wait, heartbeat: Duration) -> anyhow::Result<Round> {
        self.crew.tell(Order::Then(then)).await?;
        let used = self.gauge.look(Duration::ZERO)?.cpu_s;
        self.round(used, None, PATIENCE + heartbeat).await
    }

    /// Until all are parked again, from when it was begun, or else from the first answer on.
    async fn round(
        &mut self,
        used: f64,
        began: Option<u64>,
        limit: Duration,
    ) -> anyhow::Result<Round> {
        let ends = self.crew.ended(limit).await?;
        self.until_parked(self.all).await?;
        let parked = now_ns();
        let began = began.unwrap_or(ends.first_ns);
        time::sleep(REST).await;
        let used = self.gauge.look(Duration::ZERO)?.cpu_s - used;
        Ok(Round {
            wake_all_ms: ms(began, ends.last_ns),
            repark_ms: ms(began, parked),
            cpu_us: used * 1e6 / number(self.all)?,
            ends,
        })
    }

    /// Waits until so many are parked.
    async fn until_parked(&self, all: usize) -> anyhow::Result<()> {
        let until = Instant::now() + PATIENCE;
        let wanted = number(all)?;
        loop {
            let parked = Metrics::of(self.admin).await?.sum("directpush_parked");
            if (parked - wanted).abs() < 0.5 {
                return Ok(());
            }
            ensure!(Instant::now() < until, "only {parked} of {all} are parked");
            time::sleep(ASK_EVERY).await;
        }
    }
}

fn number(count: usize) -> anyhow::Result<f64> {
    Ok(f64::from(u32::try_from(count)?))
}

fn ms(from_ns: u64, to_ns: u64) -> f64 {
    Duration::from_nanos(to_ns.saturating_sub(from_ns)).as_secs_f64() * 1000.0
}
