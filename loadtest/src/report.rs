//! The outcome, as a table for people or as a JSON object.

use std::fmt::Write;
use std::time::Duration;

use serde::Serialize;

use crate::fleet::Outcome;
use crate::latency::{Latencies, Spread};

/// Upper ends of the histogram's rows, in milliseconds; one more row has what is slower.
const ROWS_MS: [u64; 12] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 30000];
/// Characters of the longest bar.
const BAR: u64 = 40;

/// The object that `--json` ends with.
#[derive(Serialize)]
pub(crate) struct Summary {
    event: &'static str,
    balanced: bool,
    devices: usize,
    accounts: usize,
    changes: usize,
    expected: usize,
    lost: usize,
    doubled: usize,
    unexpected: usize,
    extra_announcements: usize,
    restarts: usize,
    troubles: usize,
    stopped: usize,
    push_ms: Spread,
    sync_ms: Spread,
    elapsed_s: f64,
}

impl Summary {
    /// Of what came of a run.
    pub(crate) fn of(outcome: &Outcome) -> Self {
        let figures = &outcome.figures;
        Self {
            event: "summary",
            balanced: outcome.balances(),
            devices: outcome.devices,
            accounts: outcome.accounts,
            changes: figures.changes,
            expected: figures.expected,
            lost: outcome.lost,
            doubled: figures.doubled,
            unexpected: figures.unexpected,
            extra_announcements: figures.extra,
            restarts: figures.restarts,
            troubles: figures.troubles,
            stopped: figures.stopped,
            push_ms: figures.push.spread(),
            sync_ms: figures.sync.spread(),
            elapsed_s: ms(outcome.elapsed) / 1e3,
        }
    }
}

/// One line of JSON.
pub(crate) fn json(outcome: &Outcome) -> serde_json::Result<String> {
    serde_json::to_string(&Summary::of(outcome))
}

/// A table and a histogram.
pub(crate) fn table(outcome: &Outcome) -> String {
    let figures = &outcome.figures;
    let mut out = String::new();
    for (what, value) in [
        ("devices", outcome.devices),
        ("accounts", outcome.accounts),
        ("changes made", figures.changes),
        ("to be told", figures.expected),
        ("told once", figures.told),
        ("lost", outcome.lost),
        ("told again", figures.doubled),
        ("told wrongly", figures.unexpected),
        ("announced for nothing", figures.extra),
        ("folders begun anew", figures.restarts),
        ("requests tried again", figures.troubles),
        ("phones that gave up", figures.stopped),
    ] {
        let _infallible = writeln!(out, "{what:<24}{value:>8}");
    }
    if let Some(trouble) = &figures.last_trouble {
        let _infallible = writeln!(out, "the last trouble: {trouble}");
    }
    for (what, durations) in [
        ("announced after", &figures.push),
        ("on the phone after", &figures.sync),
    ] {
        let _infallible = write!(out, "\n{what}\n{}", histogram(durations));
    }
    let verdict = if outcome.balances() {
        "The ledger balances: every change was told once to every phone."
    } else {
        "The ledger does not balance."
    };
    let _infallible = writeln!(out, "\n{verdict}");
    out
}

/// Rows with a bar each, and percentiles below.
pub(crate) fn histogram(durations: &Latencies) -> String {
    let ends = ROWS_MS.map(Duration::from_millis);
    let begins = [Duration::ZERO].into_iter().chain(ends);
    let rows = begins.zip(ends.into_iter().chain([Duration::MAX]));
    // What took no time at all is in the first row.
    let none = durations.at_once();
    let mut counts: Vec<u64> = rows.map(|(from, to)| durations.between(from, to)).collect();
    if let Some(first) = counts.first_mut() {
        *first += none;
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let mut out = String::new();
    let names = ROWS_MS.map(|end| format!("≤ {end} ms"));
    let names = names.into_iter().chain(["slower".to_owned()]);
    let used = counts.iter().rposition(|count| *count > 0).unwrap_or(0);
    for (name, count) in names.zip(counts).take(used + 1) {
        let bar = "█".repeat(usize::try_from((count * BAR).div_ceil(most)).unwrap_or(0));
        let line = format!("  {name:<12}{count:>8}  {bar}");
        let _infallible = writeln!(out, "{}", line.trim_end());
    }
    let Spread { p50, p99, max, .. } = durations.spread();
    if let (Some(p50), Some(p99), Some(max)) = (p50, p99, max) {
        let _infallible = writeln!(out, "  p50 {p50:.1} ms   p99 {p99:.1} ms   max {max:.1} ms");
    }
    out
}

fn ms(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Figures;

    fn outcome(lost: usize) -> Outcome {
        Outcome {
            devices: 2,
            accounts: 1,
            lost,
            figures: Figures {
                changes: 3,
                expected: 6,
                told: 6 - lost,
                push: spread([1, 4, 4, 90]),
                ..Figures::default()
            },
            elapsed: Duration::from_secs(5),
        }
    }

    fn spread(ms: [u64; 4]) -> Latencies {
        let mut latencies = Latencies::default();
        for ms in ms {
            latencies.record(Duration::from_millis(ms));
        }
        latencies
    }

    #[test]
    fn the_object_says_what_programs_look_for() {
        let object: serde_json::Value = serde_json::from_str(&json(&outcome(1)).unwrap()).unwrap();
        assert_eq!(object["event"], "summary");
        assert_eq!(object["balanced"], false);
        assert_eq!(object["lost"], 1);
        assert_eq!(object["push_ms"]["p50"], 4.0);
        assert_eq!(object["push_ms"]["max"], 90.0);
        assert!(object["sync_ms"]["p50"].is_null());
    }

    #[test]
    fn the_histogram_has_a_row_for_each_order_of_magnitude_that_occurs() {
        let text = table(&outcome(0));
        assert!(text.contains("≤ 5 ms             2  ████"), "{text}");
        assert!(text.contains("≤ 100 ms           1  ████"), "{text}");
        assert!(!text.contains("≤ 200 ms"), "{text}");
        assert!(text.contains("The ledger balances"), "{text}");
    }
}
