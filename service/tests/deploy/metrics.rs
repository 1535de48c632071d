//! Alerts and dashboards ask for metrics that there are.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::tools::{checked, promtool, text};

const RULES: &str = "deploy/prometheus/directpush.rules.yml";

const DASHBOARD: &str = "deploy/grafana/directpush.json";

/// Of the Prometheus client for processes, and of Prometheus itself.
const OTHERS: [&str; 4] = [
    "process_max_fds",
    "process_open_fds",
    "process_resident_memory_bytes",
    "up",
];

/// Names of all series, as `docs/metrics.md` lists them.
fn known() -> BTreeSet<String> {
    let page = text("docs/metrics.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let names = rows.filter_map(|row| row.split('`').next());
    let known: BTreeSet<String> = names.map(str::to_owned).collect();
    assert!(
        known.len() > 30,
        "the page of metrics is read in a wrong way"
    );
    known
}

/// What of an expression may be the name of a series: words with an underscore that are no labels.
fn unknown(expression: &str, known: &BTreeSet<String>) -> Vec<String> {
    let words = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let names =
        words.filter(|word| word.starts_with("directpush_") || word.starts_with("process_"));
    let stem = |name: &str| {
        let ends = ["_bucket", "_sum", "_count"];
        let stem = ends.iter().find_map(|end| name.strip_suffix(end));
        stem.unwrap_or(name).to_owned()
    };
    names
        .filter(|name| !known.contains(&stem(name)) && !OTHERS.contains(name))
        .map(str::to_owned)
        .collect()
}

fn expressions(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(expression)) = fields.get("expr") {
                found.push(expression.clone());
            }
            fields.values().for_each(|value| expressions(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| expressions(value, found)),
        _ => {}
    }
}

#[test]
fn alerts_ask_for_metrics_that_there_are() {
    let rules = text(RULES);
    assert_eq!(unknown(&rules, &known()), [""; 0]);
    assert_eq!(
        unknown("rate(directpush_nonsense_total[5m])", &known()).len(),
        1
    );
}

#[test]
fn the_dashboard_asks_for_metrics_that_there_are() {
    let dashboard: Value = serde_json::from_str(&text(DASHBOARD)).unwrap();
    let mut asked = Vec::new();
    expressions(&dashboard, &mut asked);
    assert!(asked.len() > 10);
    let known = known();
    for expression in &asked {
        assert_eq!(unknown(expression, &known), [""; 0], "{expression}");
    }
    // Prometheus reads them, each as the rule of a group.
    let rules: Vec<Value> = asked
        .iter()
        .enumerate()
        .map(|(number, expression)| {
            let expression = expression.replace("$__rate_interval", "5m");
            serde_json::json!({ "record": format!("panel:{number}"), "expr": expression })
        })
        .collect();
    let groups = serde_json::json!({ "groups": [{ "name": "dashboard", "rules": rules }] });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.yml");
    std::fs::write(&file, groups.to_string()).unwrap();
    checked(promtool().args(["check", "rules"]).arg(file), "prometheus");
}

#[test]
fn every_alert_fires_when_it_should_and_is_explained() {
    checked(
        promtool().args(["check", "config", "prometheus.yml"]),
        "prometheus",
    );
    checked(
        promtool().args(["test", "rules", "directpush.test.yml"]),
        "prometheus",
    );
    let (rules, tests, page) = (
        text(RULES),
        text("deploy/prometheus/directpush.test.yml"),
        text("docs/deploy.md"),
    );
    let names = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "));
    for name in names {
        assert!(
            tests.contains(&format!("alertname: {name}")),
            "{name} is not tested"
        );
        assert!(
            page.contains(&format!("`{name}`")),
            "{name} is not in docs/deploy.md"
        );
    }
}
