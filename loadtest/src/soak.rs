//! A fleet against a service for a long time, and whether the service stays as it is meanwhile.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde::Serialize;
use tokio::time;

use crate::fleet::{self, Outcome, Plan};
use crate::gauge::{Gauge, Sample, Trend};
use crate::report;
use crate::serving::{Place, Serving};

/// How long, and with how many.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Options {
    /// The `directpush` program, which is started for it.
    #[arg(long, value_name = "PATH", default_value = "directpush")]
    directpush: PathBuf,
    /// How many phones; the accounts get one after the other.
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    devices: u32,
    /// How many accounts.
    #[arg(long, value_name = "M", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    accounts: u32,
    /// For how long changes are made, in seconds.
    #[arg(long, value_name = "S", default_value_t = 3600)]
    duration_s: u64,
    /// How much of it does not count, in seconds; half if it is not said: until then caches fill.
    #[arg(long, value_name = "S")]
    warm_up_s: Option<u64>,
    /// Time between two changes, in all accounts together, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..))]
    interval_ms: u64,
    /// Messages of an account, at most.
    #[arg(long, value_name = "N", default_value_t = 40)]
    messages_max: usize,
    /// Each phone loses its connections about every so many seconds; 0: never.
    #[arg(long, value_name = "S", default_value_t = 600)]
    cut_every_s: u64,
    /// Time between two looks at the service, in seconds.
    #[arg(long, value_name = "S", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    sample_s: u64,
    /// Chooses the changes.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    seed: u64,
    /// Print every look as a line of JSON too.
    #[arg(long)]
    samples: bool,
}

/// What came of it.
pub(crate) struct Soaked {
    outcome: Outcome,
    samples: Vec<Sample>,
    warm_up_s: f64,
}

/// What may grow by how much in any case: names as in the summary, what of a look, allowance.
type Row = (&'static str, fn(&Sample) -> f64, f64);
const ROWS: [Row; 5] = [
    ("pss_kib", |look| look.pss_kib, 1024.0),
    ("rss_kib", |look| look.rss_kib, 1024.0),
    ("files", |look| look.files, 16.0),
    ("threads", |look| look.threads, 2.0),
    // SQLite starts the log anew after about 1000 pages of 4 KiB, when no reader is in the way.
    ("wal_kib", |look| look.wal_kib, 4096.0),
];

/// Runs the fleet and looks at the service.
///
/// # Errors
/// When the service or the phones do not begin, or the service dies.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Soaked> {
    let accounts = usize::try_from(options.accounts)?;
    let mut place = Place::make(&options.directpush, accounts).await?;
    let serving = place.serve().await?;
    let gauge = Gauge::new(serving.id, &place.state());
    let mut samples = Vec::new();
    let plan = options.plan();
    let outcome = {
        let fleet = fleet::run(&serving.url, &place.accounts, &plan);
        tokio::select! {
            outcome = fleet => outcome?,
            error = look(&gauge, options, &mut samples) => return Err(error),
        }
    };
    end(serving).await?;
    Ok(Soaked {
        outcome,
        samples,
        warm_up_s: options.warm_up(),
    })
}

async fn end(serving: Serving) -> anyhow::Result<()> {
    serving.end().await.context("at the end")
}

/// Looks until it cannot any more.
async fn look(gauge: &Gauge, options: &Options, samples: &mut Vec<Sample>) -> anyhow::Error {
    let began = Instant::now();
    let mut ticks = time::interval(Duration::from_secs(options.sample_s));
    loop {
        ticks.tick().await;
        let sample = match gauge.look(began.elapsed()) {
            Ok(sample) => sample,
            Err(error) => return error.context("the service is gone"),
        };
        samples.push(sample);
        if options.samples {
            let told = serde_json::to_string(&sample).map_err(anyhow::Error::from);
            if let Err(error) = told.and_then(|line| crate::say(&format!("{line}\n"))) {
                return error;
            }
        }
    }
}

impl Options {
    fn plan(&self) -> Plan {
        Plan {
            devices: self.devices,
            changes: self.duration_s.saturating_mul(1000) / self.interval_ms,
            interval_ms: self.interval_ms,
            ramp_ms: 20,
            patience_s: 300,
            messages_max: self.messages_max,
            cut_every_s: self.cut_every_s,
            seed: self.seed,
        }
    }

    fn warm_up(&self) -> f64 {
        let warm_up = self.warm_up_s.unwrap_or(self.duration_s / 2);
        Duration::from_secs(warm_up).as_secs_f64()
    }
}

/// The object that `--json` ends with.
#[derive(Serialize)]
struct Summary {
    event: &'static str,
    flat: bool,
    balanced: bool,
    restarts: usize,
    looks: usize,
    warm_up_s: f64,
    trends: BTreeMap<&'static str, Trend>,
    database_kib: Option<f64>,
    fleet: report::Summary,
}

impl Soaked {
    /// Whether nothing grew, nothing was lost and no key was refused.
    pub(crate) fn is_good(&self) -> bool {
        self.is_flat() && self.outcome.balances() && self.outcome.figures.restarts == 0
    }

    fn is_flat(&self) -> bool {
        let trends = self.trends();
        trends.len() == ROWS.len() && trends.iter().all(|(_, trend)| trend.flat)
    }

    fn trends(&self) -> Vec<(&'static str, Trend)> {
        let row = |(name, value, floor): Row| {
            let series: Vec<_> = self
                .samples
                .iter()
                .map(|look| (look.at_s, value(look)))
                .collect();
            Some((name, Trend::of(&series, self.warm_up_s, floor)?))
        };
        ROWS.into_iter().filter_map(row).collect()
    }

    /// One line of JSON.
    pub(crate) fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string(&Summary {
            event: "soak",
            flat: self.is_flat(),
            balanced: self.outcome.balances(),
            restarts: self.outcome.figures.restarts,
            looks: self.samples.len(),
            warm_up_s: self.warm_up_s,
            trends: self.trends().into_iter().collect(),
            database_kib: self.samples.last().map(|look| look.database_kib),
            fleet: report::Summary::of(&self.outcome),
        })
    }

    /// A table.
    pub(crate) fn table(&self) -> String {
        let mut out = report::table(&self.outcome);
        let _infallible = writeln!(
            out,
            "\n{:<10}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}",
            "", "first", "median", "max", "last", "growth", "an hour", "allowed"
        );
        for (name, trend) in self.trends() {
            let Trend {
                first,
                median,
                max,
                last,
                growth,
                hourly,
                allowed,
                flat,
            } = trend;
            let verdict = if flat { "" } else { "  grows" };
            let _infallible = writeln!(
                out,
                "{name:<10}{first:>10.0}{median:>10.0}{max:>10.0}{last:>10.0}{growth:>10.0}{hourly:>10.0}{allowed:>10.0}{verdict}"
            );
        }
        let verdict = if self.is_flat() { "flat" } else { "not flat" };
        let _infallible = writeln!(
            out,
            "\n{} looks, the first {:.0} s not counted: {verdict}.",
            self.samples.len(),
            self.warm_up_s
        );
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Figures;

    fn soaked(grows_kib: f64) -> Soaked {
        let sample = |number: u32| Sample {
            at_s: f64::from(number) * 10.0,
            pss_kib: f64::from(number).mul_add(grows_kib, 50_000.0),
            rss_kib: 60_000.0,
            files: 1030.0,
            threads: 8.0,
            cpu_s: 1.0,
            wal_kib: 4040.0,
            database_kib: 900.0,
        };
        Soaked {
            outcome: Outcome {
                devices: 500,
                accounts: 50,
                lost: 0,
                figures: Figures::default(),
                elapsed: Duration::from_secs(3600),
            },
            samples: (0..360).map(sample).collect(),
            warm_up_s: 900.0,
        }
    }

    #[test]
    fn the_summary_has_the_verdict_and_its_reasons() {
        let value = |soaked: &Soaked| -> serde_json::Value {
            serde_json::from_str(&soaked.json().unwrap()).unwrap()
        };
        let good = value(&soaked(0.0));
        assert_eq!(
            (&good["event"], &good["flat"]),
            (&"soak".into(), &true.into())
        );
        assert_eq!(good["trends"]["files"]["last"], 1030.0);
        assert_eq!(good["fleet"]["devices"], 500);
        let leak = soaked(40.0);
        assert!(!leak.is_good() && soaked(0.0).is_good());
        assert_eq!(value(&leak)["flat"], false);
        assert!(leak.table().contains("grows"), "{}", leak.table());
    }
}
