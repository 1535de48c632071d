//! What came of a scenario, as a table or as a JSON object.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use crate::beside::Signed;
use crate::latency::Spread;
use crate::report;
use crate::run::Outcome;
use crate::scrape::Look;

/// The object that `--json` ends with.
#[derive(Serialize)]
struct Summary<'o> {
    #[serde(flatten)]
    fleet: report::Summary,
    /// As `push_ms`, from just before the change was given out of hand.
    push_before_ms: Spread,
    /// As `push_ms`, of phones that are slow, or out of reach now and then.
    push_disturbed_ms: Spread,
    /// What clients beside the phones were told of the same messages, and how much later the phones were told.
    client_ms: Spread,
    after_client_ms: Signed,
    /// How late senders were, at most.
    late_max_ms: f64,
    storms: u64,
    park_ends: &'o BTreeMap<String, f64>,
    server: Server,
}

/// What the service took of its machine.
#[derive(Serialize)]
struct Server {
    parked_max: Option<f64>,
    pss_kib_max: Option<f64>,
    pss_kib_last: Option<f64>,
    files_max: Option<f64>,
    /// Processor time in all, and from the first change to the end.
    cpu_s: Option<f64>,
    cpu_changes_s: Option<f64>,
}

impl Server {
    fn of(outcome: &Outcome) -> Self {
        let looks = &outcome.looks;
        let most = |what: fn(&Look) -> Option<f64>| looks.iter().filter_map(what).reduce(f64::max);
        let last = looks.last().copied().unwrap_or_default();
        let first = outcome.first_change.as_secs_f64();
        let begin = looks.iter().rfind(|look| look.at_s <= first);
        let since = begin.and_then(|look| look.cpu_s);
        Self {
            parked_max: most(|look| look.parked),
            pss_kib_max: most(|look| look.pss_kib),
            pss_kib_last: last.pss_kib,
            files_max: most(|look| look.files),
            cpu_s: last.cpu_s,
            cpu_changes_s: last.cpu_s.zip(since).map(|(end, begin)| end - begin),
        }
    }
}

/// One line of JSON.
pub(crate) fn json(outcome: &Outcome) -> serde_json::Result<String> {
    let figures = &outcome.fleet.figures;
    serde_json::to_string(&Summary {
        fleet: report::Summary::of(&outcome.fleet),
        push_before_ms: figures.push_before.spread(),
        push_disturbed_ms: figures.push_disturbed.spread(),
        client_ms: outcome.client,
        after_client_ms: outcome.after_client,
        late_max_ms: outcome.late_max.as_secs_f64() * 1000.0,
        storms: outcome.storms,
        park_ends: &outcome.ends,
        server: Server::of(outcome),
    })
}

/// Tables and histograms.
pub(crate) fn table(outcome: &Outcome) -> String {
    let mut out = report::table(&outcome.fleet);
    out.push('\n');
    for (name, value) in rows(outcome) {
        let _infallible = writeln!(out, "{name:<38}{value}");
    }
    out
}

/// What the table has besides the fleet's.
pub(crate) fn rows(outcome: &Outcome) -> Vec<(String, String)> {
    let figures = &outcome.fleet.figures;
    let mut rows = Vec::new();
    for (name, spread) in [
        (
            "announced, from before the hand-over",
            figures.push_before.spread(),
        ),
        (
            "announced to disturbed phones",
            figures.push_disturbed.spread(),
        ),
        ("told to the clients beside", outcome.client),
    ] {
        if let Spread {
            p50: Some(p50),
            p99: Some(p99),
            max: Some(max),
            ..
        } = spread
        {
            let value = format!("p50 {p50:.1} ms, p99 {p99:.1} ms, max {max:.1} ms");
            rows.push((name.to_owned(), value));
        }
    }
    if let Signed {
        p50: Some(p50),
        p99: Some(p99),
        max: Some(max),
        ..
    } = outcome.after_client
    {
        let value = format!("p50 {p50:.1} ms, p99 {p99:.1} ms, max {max:.1} ms");
        rows.push(("phones after the clients beside".to_owned(), value));
    }
    let server = Server::of(outcome);
    let mut row = |name: &str, value: Option<f64>, unit: &str| {
        if let Some(value) = value {
            rows.push((name.to_owned(), format!("{value:.1}{unit}")));
        }
    };
    row("parked, at most", server.parked_max, "");
    row(
        "memory, at most",
        server.pss_kib_max.map(|kib| kib / 1024.0),
        " MiB PSS",
    );
    row("open files, at most", server.files_max, "");
    row("processor time", server.cpu_s, " s");
    row("of it since the first change", server.cpu_changes_s, " s");
    let late = outcome.late_max.as_secs_f64() * 1000.0;
    row("senders late by, at most", Some(late), " ms");
    for (reason, count) in &outcome.ends {
        rows.push((format!("waits that ended: {reason}"), format!("{count:.0}")));
    }
    rows
}
