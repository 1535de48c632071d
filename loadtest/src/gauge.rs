//! What a process takes of its machine, read from `/proc` now and then, and whether it grows.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use serde::Serialize;

/// What is read.
#[derive(Clone, Debug)]
pub(crate) struct Gauge {
    process: PathBuf,
    wal: PathBuf,
    database: PathBuf,
}

/// One look.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Sample {
    /// Since the first look, in seconds.
    pub(crate) at_s: f64,
    /// Proportional set size, in KiB: private memory, and its share of what is shared.
    pub(crate) pss_kib: f64,
    /// Resident set size, in KiB.
    pub(crate) rss_kib: f64,
    /// Open files.
    pub(crate) files: f64,
    /// Threads.
    pub(crate) threads: f64,
    /// Processor time that it has used, in seconds.
    pub(crate) cpu_s: f64,
    /// Size of the write-ahead log, in KiB.
    pub(crate) wal_kib: f64,
    /// Size of the database, in KiB.
    pub(crate) database_kib: f64,
}

impl Gauge {
    /// Of the process with this id, whose database is at `state`.
    pub(crate) fn new(id: u32, state: &Path) -> Self {
        let mut wal = state.as_os_str().to_owned();
        wal.push("-wal");
        Self {
            process: format!("/proc/{id}").into(),
            wal: wal.into(),
            database: state.to_owned(),
        }
    }

    /// Processor time that each thread has used, in seconds, to the nanosecond.
    ///
    /// # Errors
    /// When the process is gone, or not ours.
    pub(crate) fn threads(&self) -> anyhow::Result<BTreeMap<OsString, f64>> {
        let mut threads = BTreeMap::new();
        for thread in fs::read_dir(self.process.join("task")).context("cannot list threads")? {
            let thread = thread?;
            // One that ended meanwhile counts no more.
            let text = fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
            let ns = text.split_whitespace().next();
            if let Some(ns) = ns.and_then(|ns| ns.parse::<f64>().ok()) {
                threads.insert(thread.file_name(), ns / 1e9);
            }
        }
        Ok(threads)
    }

    /// Looks now.
    ///
    /// # Errors
    /// When the process is gone, or not ours.
    pub(crate) fn look(&self, since: Duration) -> anyhow::Result<Sample> {
        let read = |name: &str| {
            let path = self.process.join(name);
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
        };
        let (memory, status, stat) = (read("smaps_rollup")?, read("status")?, read("stat")?);
        let files = fs::read_dir(self.process.join("fd")).context("cannot list open files")?;
        let kib =
            |path: &Path| fs::metadata(path).map_or(0.0, |found| as_f64(found.len()) / 1024.0);
        Ok(Sample {
            at_s: since.as_secs_f64(),
            pss_kib: field(&memory, "Pss:")?,
            rss_kib: field(&memory, "Rss:")?,
            files: as_f64(u64::try_from(files.count())?),
            threads: field(&status, "Threads:")?,
            cpu_s: cpu(&stat).context("the kernel does not tell processor time")?,
            wal_kib: kib(&self.wal),
            database_kib: kib(&self.database),
        })
    }
}

/// The kernel's slabs, where its part of every connection is, in KiB.
///
/// # Errors
/// The kernel does not tell.
pub(crate) fn slab_kib() -> anyhow::Result<f64> {
    let text = fs::read_to_string("/proc/meminfo").context("cannot read /proc/meminfo")?;
    field(&text, "Slab:")
}

/// Processor time of all threads, of `/proc/PID/stat` (proc_pid_stat(5)): utime and stime, in hundredths of a second.
fn cpu(stat: &str) -> Option<f64> {
    // The program's name may have blanks and brackets.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / 100.0)
}

/// The number behind a name.
fn field(text: &str, name: &str) -> anyhow::Result<f64> {
    let mut lines = text.lines();
    let rest = lines.find_map(|line| line.strip_prefix(name));
    let number = rest.and_then(|rest| rest.split_whitespace().next());
    let number = number.with_context(|| format!("the kernel does not tell {name}"))?;
    number.parse().with_context(|| format!("{name} {number}"))
}

/// How a series went.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Trend {
    /// The first value of all.
    pub(crate) first: f64,
    /// The middle one after the warm-up.
    pub(crate) median: f64,
    /// The largest after the warm-up.
    pub(crate) max: f64,
    /// The last.
    pub(crate) last: f64,
    /// What it grows by from the end of the warm-up to the end: the middle one of all slopes between two looks
    /// (Theil and Sen), so that a few outliers do not count.
    pub(crate) growth: f64,
    /// The same, if it goes on like that for an hour.
    pub(crate) hourly: f64,
    /// What it may grow by.
    pub(crate) allowed: f64,
    /// Whether it stays within that.
    pub(crate) flat: bool,
}

impl Trend {
    /// Of a series with its times in seconds; the first `warm_up_s` seconds do not count. It may grow by a share of
    /// its median in an hour, and by `floor` in any case: a short time must not hide what a long one would show.
    ///
    /// `None` when fewer than three looks are left.
    pub(crate) fn of(series: &[(f64, f64)], warm_up_s: f64, floor: f64) -> Option<Self> {
        let counted: Vec<(f64, f64)> = series
            .iter()
            .copied()
            .filter(|(at, _)| *at >= warm_up_s)
            .collect();
        let (begin, end) = (counted.first()?.0, counted.last()?.0);
        if counted.len() < 3 {
            return None;
        }
        let mut slopes = Vec::new();
        for (number, (at, value)) in counted.iter().enumerate() {
            let later = counted.iter().skip(number + 1);
            slopes.extend(later.map(|(then, other)| (other - value) / (then - at)));
        }
        let median = middle(counted.iter().map(|(_, value)| *value).collect());
        let slope = middle(slopes);
        let growth = slope * (end - begin);
        let allowed = (median * SHARE * (end - begin) / HOUR_S).max(floor);
        Some(Self {
            first: series.first()?.1,
            median,
            max: counted.iter().map(|(_, value)| *value).fold(0.0, f64::max),
            last: counted.last()?.1,
            growth,
            hourly: slope * HOUR_S,
            allowed,
            flat: growth <= allowed,
        })
    }
}

/// What a series may grow by in an hour, as a share of its median.
const SHARE: f64 = 0.05;

const HOUR_S: f64 = 3600.0;

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[expect(clippy::cast_precision_loss, reason = "sizes stay far below 2^52")]
fn as_f64(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(value: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        (0..100).map(f64::from).map(|at| (at, value(at))).collect()
    }

    #[test]
    fn what_rises_is_not_flat_and_what_jumps_is() {
        let level = |value: fn(f64) -> f64| Trend::of(&series(value), 20.0, 1.0).unwrap();
        let still = level(|at| if at < 20.0 { 0.0 } else { 100.0 });
        assert!(still.flat && still.growth.abs() < 1e-9, "{still:?}");
        assert!((still.first, still.median, still.last) == (0.0, 100.0, 100.0));
        let spikes = level(|at| if at % 7.0 == 0.0 { 900.0 } else { 100.0 });
        assert!(spikes.flat && spikes.max > 800.0, "{spikes:?}");
        let leak = level(|at| 100.0 + at * 0.1);
        assert!(!leak.flat && (leak.growth - 7.9).abs() < 1e-6, "{leak:?}");
        assert!(level(|at| 100.0 - at).flat, "it shrinks");
        assert!(Trend::of(&series(|_| 1.0), 98.0, 1.0).is_none());
    }

    #[test]
    fn this_process_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state.db");
        fs::write(folder.path().join("state.db-wal"), [0; 2048]).unwrap();
        let look = Gauge::new(std::process::id(), &state)
            .look(Duration::ZERO)
            .unwrap();
        assert!(
            look.rss_kib >= look.pss_kib && look.pss_kib > 100.0,
            "{look:?}"
        );
        assert!(look.files >= 3.0 && look.threads >= 1.0, "{look:?}");
        assert!(look.cpu_s >= 0.0);
        assert_eq!(cpu("7 (a) b) S 1 2 3 4 5 6 7 8 9 10 150 50 0"), Some(2.0));
        assert!((look.wal_kib, look.database_kib) == (2.0, 0.0), "{look:?}");
    }
}
