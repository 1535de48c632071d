//! The report as one page that needs nothing else: tables, and charts as SVG.

use std::fmt::Write;

use crate::chart::{bars, escaped, lines};
use crate::report;
use crate::run::Outcome;
use crate::scrape::Look;
use crate::summary;

const STYLE: &str = "body{font:14px/1.5 sans-serif;max-width:800px;margin:2em auto;padding:0 1em;color:#222}\
    table{border-collapse:collapse}td{padding:2px 16px 2px 0;border-bottom:1px solid #ddd}\
    figure{margin:2em 0}figcaption{font-weight:bold}svg text{font:11px sans-serif;fill:#555}\
    pre{background:#f6f6f6;padding:1em;overflow:auto}.bad{color:#b00}";

/// The page; `name` is the scenario's.
pub(crate) fn page(name: &str, outcome: &Outcome) -> String {
    let fleet = &outcome.fleet;
    let verdict = if fleet.balances() {
        "<p>The ledger balances: every change was told once to every phone.</p>"
    } else {
        "<p class=\"bad\">The ledger does not balance.</p>"
    };
    let mut out = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{name}</title>\
         <style>{STYLE}</style></head><body><h1>{name}</h1>{verdict}\
         <p>{} phones of {} accounts, {} changes.</p>",
        fleet.devices,
        fleet.accounts,
        fleet.figures.changes,
        name = escaped(name),
    );
    out.push_str(&charts(outcome));
    out.push_str("<table>");
    for (what, value) in summary::rows(outcome) {
        let (what, value) = (escaped(&what), escaped(&value));
        let _infallible = write!(out, "<tr><td>{what}</td><td>{value}</td></tr>");
    }
    let table = escaped(&report::table(fleet));
    let _infallible = writeln!(out, "</table><pre>{table}</pre></body></html>");
    out
}

fn charts(outcome: &Outcome) -> String {
    let over_time = |what: fn(&Look) -> Option<f64>| {
        let looks = outcome.looks.iter();
        looks
            .filter_map(|look| Some((look.at_s, what(look)?)))
            .collect::<Vec<_>>()
    };
    let mut out = lines(
        "Parked requests",
        "",
        &[("parked", over_time(|look| look.parked))],
    );
    let series = outcome.fleet.figures.push_series.as_ref();
    let moments = series.map(|series| series.moments()).unwrap_or_default();
    let latency = [
        (
            "p50",
            moments.iter().map(|one| (one.at_s, one.p50_ms)).collect(),
        ),
        (
            "p99",
            moments.iter().map(|one| (one.at_s, one.p99_ms)).collect(),
        ),
        (
            "max",
            moments.iter().map(|one| (one.at_s, one.max_ms)).collect(),
        ),
    ];
    out.push_str(&lines(
        "From the change to the end of the wait",
        "ms",
        &latency,
    ));
    let memory = over_time(|look| Some(look.pss_kib? / 1024.0));
    out.push_str(&lines(
        "Memory of the service (PSS)",
        "MiB",
        &[("PSS", memory)],
    ));
    let ends = outcome.ends.iter();
    let ends: Vec<_> = ends.map(|(name, count)| (name.clone(), *count)).collect();
    out.push_str(&bars("How waits ended", &ends));
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::beside::Comparison;
    use crate::fleet;
    use crate::latency::Series;
    use crate::ledger::Figures;

    #[test]
    fn the_page_has_its_charts_and_loads_nothing() {
        let began = Instant::now();
        let mut series = Series::new(began, Duration::from_secs(1));
        series.record(began + Duration::from_secs(2), Duration::from_millis(4));
        let look = |at_s| Look {
            at_s,
            parked: Some(5.0),
            pss_kib: Some(4096.0),
            ..Look::default()
        };
        let comparison = Comparison::default();
        let outcome = Outcome {
            fleet: fleet::Outcome {
                devices: 5,
                accounts: 5,
                lost: 1,
                figures: Figures {
                    push_series: Some(series),
                    ..Figures::default()
                },
                elapsed: Duration::from_secs(9),
            },
            looks: vec![look(1.0), look(2.0)],
            ends: BTreeMap::from([("changed".to_owned(), 3.0)]),
            client: comparison.client.spread(),
            after_client: comparison.after_client(),
            late_max: Duration::ZERO,
            storms: 0,
            first_change: Duration::from_secs(1),
        };
        let page = page("a <scenario>", &outcome);
        assert_eq!(page.matches("<svg").count(), 4, "{page}");
        assert!(page.contains("a &lt;scenario&gt;") && page.contains("does not balance"));
        for outside in ["http:", "https:", "src=", "@import", "<script"] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}
