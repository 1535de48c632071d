//! What a parked Ping costs: memory for each, and how long it takes until all have been ended and wait again.

use std::fmt::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde::Serialize;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time;

use crate::fleet::run_name;
use crate::gauge::Gauge;
use crate::hand::Hand;
use crate::phone::Phone;
use crate::run::squads;
use crate::scenario::Scenario;
use crate::scrape::Metrics;
use crate::squad::worker::raise_files;
use crate::wire::{Lane, Trust};
use crate::world::World;

/// Parked before the first look, so that what is taken once is there.
const FIRST: usize = 200;
/// How often all are ended.
const ROUNDS: usize = 3;
/// How long the service may come to rest before a look.
const REST: Duration = Duration::from_secs(1);
/// How long one round may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often the service is asked how many are parked.
const ASK_EVERY: Duration = Duration::from_millis(20);

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
    #[arg(long, value_name = "M", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=200))]
    accounts: u32,
    /// Time between two phones that begin, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 20)]
    ramp_ms: u64,
    /// Speak TLS.
    #[arg(long)]
    tls: bool,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub(crate) struct Parked {
    event: &'static str,
    devices: usize,
    tls: bool,
    /// Of each Ping beyond the first 200; and what is left of the whole without them.
    pss_kib_per_ping: f64,
    pss_kib_fixed: f64,
    /// The same, after all were ended three times.
    pss_kib_per_ping_after: f64,
    /// From the first newer Ping to the answer of the last older one, in each round.
    wake_all_ms: Vec<f64>,
    /// Until all are parked again.
    repark_ms: Vec<f64>,
    /// Processor time of the service in each round, in milliseconds.
    cpu_ms: Vec<f64>,
}

/// An older Ping was answered, or not.
struct Woken {
    answered: bool,
    at: Instant,
}

/// Parks, looks, ends and looks again.
///
/// # Errors
/// The service does not start, or not all are parked in time.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Parked> {
    raise_files();
    let scenario = Scenario::parse(&format!(
        "devices = {}\naccounts = {}\nduration_s = 1\nramp_ms = {}\nfiles_per_process = 4000000\n\
         [phones]\nfamily = \"aosp\"\npush = \"ping\"\nheartbeat_s = 1680\n\
         [changes]\nrate = 0.0\n[server]\ntls = {}\n",
        usize::try_from(options.devices)? + FIRST,
        options.accounts,
        options.ramp_ms,
        options.tls
    ))?;
    let world = World::make(&scenario, &options.directpush).await?;
    let ran = within(options, &scenario, &world).await;
    let ended = world.end().await;
    let parked = ran?;
    ended.context("at the end")?;
    Ok(parked)
}

async fn within(options: &Options, scenario: &Scenario, world: &World) -> anyhow::Result<Parked> {
    let devices = usize::try_from(options.devices)?;
    let admin = world.admin.as_deref().context("no metrics")?;
    let pid = world.pid.context("no process")?;
    let gauge = Gauge::new(pid, &world.state);
    let run = run_name();
    for account in &world.accounts {
        Hand::new(&account.maildir, &run).context("cannot make a Maildir")?;
    }
    let squads = squads(scenario, world, &run)?;
    let squad = squads.first().context("no phones")?;
    let trust = match options.tls {
        true => Some(Trust::new(world.ca_file.as_deref(), true)?),
        false => None,
    };
    let (rounds, told) = watch::channel(0);
    let (sender, mut woken) = mpsc::channel(4096);
    let mut tasks = JoinSet::new();
    let ramp = Duration::from_millis(options.ramp_ms);
    let mut enlist = |numbers: std::ops::Range<usize>| -> anyhow::Result<Duration> {
        let begin = Instant::now();
        let count = u32::try_from(numbers.len())?;
        for (number, behind) in numbers.zip(0u32..) {
            let phone = squad.phone(number, trust.as_ref())?;
            let (told, sender) = (told.clone(), sender.clone());
            tasks.spawn(wait(phone, begin + ramp * behind, told, sender));
        }
        Ok(ramp * count + PATIENCE)
    };
    let look = || gauge.look(Duration::ZERO);
    until_parked(admin, FIRST, enlist(0..FIRST)?).await?;
    time::sleep(REST).await;
    let first = look()?.pss_kib;
    let all = FIRST + devices;
    until_parked(admin, all, enlist(FIRST..all)?).await?;
    time::sleep(REST).await;
    let whole = look()?.pss_kib;
    let (mut wake_all_ms, mut repark_ms, mut cpu_ms) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let used = look()?.cpu_s;
        let began = Instant::now();
        rounds.send_replace(round);
        let last = all_woken(&mut woken, all).await?;
        wake_all_ms.push(ms(last.saturating_duration_since(began)));
        until_parked(admin, all, PATIENCE).await?;
        repark_ms.push(ms(began.elapsed()));
        time::sleep(REST).await;
        cpu_ms.push((look()?.cpu_s - used) * 1000.0);
    }
    let after = look()?.pss_kib;
    tasks.shutdown().await;
    let per_ping = |pss: f64| (pss - first) / f64::from(options.devices);
    Ok(Parked {
        event: "park",
        devices: all,
        tls: options.tls,
        pss_kib_per_ping: per_ping(whole),
        pss_kib_fixed: whole - per_ping(whole) * f64::from(u32::try_from(all)?),
        pss_kib_per_ping_after: per_ping(after),
        wake_all_ms,
        repark_ms,
        cpu_ms,
    })
}

/// A phone that waits; each round it waits on a new connection, which ends the older wait.
async fn wait(
    mut phone: Phone,
    start: Instant,
    mut rounds: watch::Receiver<usize>,
    woken: Sender<Woken>,
) {
    time::sleep_until(start.into()).await;
    let mut old = Lane::default();
    loop {
        tokio::select! {
            _ = phone.turn() => phone.hang_up_main(),
            ended = old.finished() => {
                let told = Woken {
                    answered: ended.outcome.is_ok(),
                    at: ended.ended,
                };
                old = Lane::default();
                if woken.send(told).await.is_err() {
                    return;
                }
            }
            Ok(()) = rounds.changed() => {
                rounds.borrow_and_update();
                old = phone.supersede();
            }
        }
        while phone.device.next_event().is_some() {}
    }
}

/// When the last of them was answered.
async fn all_woken(woken: &mut Receiver<Woken>, all: usize) -> anyhow::Result<Instant> {
    let mut last = Instant::now();
    let until = last + PATIENCE;
    for count in 0..all {
        let next = time::timeout_at(until.into(), woken.recv()).await;
        let Ok(Some(Woken { answered, at })) = next else {
            bail!("only {count} of {all} Pings were ended");
        };
        ensure!(answered, "a connection broke");
        last = last.max(at);
    }
    Ok(last)
}

/// Waits until so many are parked.
async fn until_parked(admin: &str, all: usize, limit: Duration) -> anyhow::Result<()> {
    let until = Instant::now() + limit;
    let wanted = f64::from(u32::try_from(all)?);
    loop {
        let parked = Metrics::of(admin).await?.sum("directpush_parked");
        if (parked - wanted).abs() < 0.5 {
            return Ok(());
        }
        ensure!(Instant::now() < until, "only {parked} of {all} are parked");
        time::sleep(ASK_EVERY).await;
    }
}

impl Parked {
    /// One line of JSON.
    pub(crate) fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    /// A table.
    pub(crate) fn table(&self) -> String {
        let mut out = String::new();
        let list = |values: &[f64]| {
            let values = values.iter().map(|value| format!("{value:.0}"));
            values.collect::<Vec<_>>().join(", ")
        };
        for (name, value) in [
            ("Pings parked", self.devices.to_string()),
            (
                "memory of each, KiB PSS",
                format!("{:.2}", self.pss_kib_per_ping),
            ),
            (
                "after three rounds",
                format!("{:.2}", self.pss_kib_per_ping_after),
            ),
            ("besides, KiB PSS", format!("{:.0}", self.pss_kib_fixed)),
            ("all ended after, ms", list(&self.wake_all_ms)),
            ("all parked again after, ms", list(&self.repark_ms)),
            ("processor time of a round, ms", list(&self.cpu_ms)),
        ] {
            let _infallible = writeln!(out, "{name:<32}{value}");
        }
        out
    }
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_object_has_what_programs_look_for() {
        let parked = Parked {
            event: "park",
            devices: 1200,
            tls: false,
            pss_kib_per_ping: 1.94,
            pss_kib_fixed: 9000.0,
            pss_kib_per_ping_after: 2.0,
            wake_all_ms: vec![80.0, 81.0, 82.0],
            repark_ms: vec![90.0, 91.0, 92.0],
            cpu_ms: vec![70.0, 70.0, 70.0],
        };
        let object: serde_json::Value = serde_json::from_str(&parked.json().unwrap()).unwrap();
        for key in [
            "pss_kib_per_ping",
            "pss_kib_fixed",
            "wake_all_ms",
            "repark_ms",
        ] {
            assert!(!object[key].is_null(), "{key}");
        }
        assert!(parked.table().contains("80, 81, 82"));
    }
}
