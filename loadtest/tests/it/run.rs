//! Scenario files.

use std::fs;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::directpush;

fn run(scenario: &str, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_directpush-loadtest"))
        .args(["run", scenario, "--json", "--directpush"])
        .arg(directpush())
        .args(more)
        .output()
        .unwrap()
}

fn summary(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last();
    let Some(last) = last else {
        panic!("{}", String::from_utf8_lossy(&output.stderr));
    };
    serde_json::from_str(last).unwrap()
}

#[test]
fn the_smoke_scenario_balances_and_reports() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("report.html");
    let began = Instant::now();
    let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/smoke.toml");
    directpush();
    let output = run(scenario, &["--html", page.to_str().unwrap()]);
    let summary = summary(&output);
    assert!(output.status.success(), "{summary:#}");
    for (key, value) in [
        ("devices", 24),
        ("accounts", 8),
        ("lost", 0),
        ("doubled", 0),
    ] {
        assert_eq!(summary[key], value, "{key}: {summary:#}");
    }
    assert!(summary["changes"].as_u64() > Some(40), "{summary:#}");
    for key in ["p50", "p99", "max"] {
        assert!(summary["push_ms"][key].is_number(), "{key}: {summary:#}");
    }
    // Otherwise nothing of it was tried.
    assert!(
        summary["push_disturbed_ms"]["count"].as_u64() > Some(0),
        "{summary:#}"
    );
    assert_eq!(summary["storms"], 1);
    assert!(
        summary["park_ends"]["changed"].as_f64() > Some(0.0),
        "{summary:#}"
    );
    assert!(
        summary["park_ends"]["closed"].as_f64() > Some(0.0),
        "{summary:#}"
    );
    assert!(
        summary["server"]["pss_kib_max"].as_f64() > Some(1000.0),
        "{summary:#}"
    );
    let page = fs::read_to_string(page).unwrap();
    assert_eq!(page.matches("<svg").count(), 4);
    assert!(
        began.elapsed() < Duration::from_secs(120),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn phones_live_in_several_processes_and_mail_comes_by_lmtp_to_a_dovecot() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("dovecot.toml");
    let text = "devices = 8\naccounts = 4\nduration_s = 4\nsettle_s = 2\nfiles_per_process = 100\n\
                [phones]\nfamily = \"aosp\"\npush = \"ping\"\nvanishing = 0.1\n\
                [changes]\nrate = 6\nby = \"lmtp\"\ndeliver = 3\nread = 1\nmove = 1\ndelete = 1\n\
                [[storms]]\nat_s = 2\nfraction = 0.5\n\
                [beside]\naccounts = 2\n[server]\nbackend = \"dovecot\"\nsource = \"hook\"\n";
    fs::write(&scenario, text).unwrap();
    let output = run(scenario.to_str().unwrap(), &[]);
    let summary = summary(&output);
    assert!(output.status.success(), "{summary:#}");
    assert_eq!(summary["lost"], 0, "{summary:#}");
    assert!(
        summary["after_client_ms"]["count"].as_u64() > Some(0),
        "{summary:#}"
    );
    assert!(summary["push_before_ms"]["p50"].is_number(), "{summary:#}");
}

#[test]
fn a_scenario_with_a_key_that_nobody_knows_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("wrong.toml");
    let text = "devices = 1\naccounts = 1\nduration_s = 1\nphone = 3\n[server]\n";
    fs::write(&scenario, text).unwrap();
    let output = run(scenario.to_str().unwrap(), &[]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("phone"), "{told}");
}

#[test]
fn parked_pings_are_ended_and_parked_again() {
    let output = Command::new(env!("CARGO_BIN_EXE_directpush-loadtest"))
        .args(["park", "--devices", "50", "--accounts", "10", "--json"])
        .arg("--directpush")
        .arg(directpush())
        .output()
        .unwrap();
    let summary = summary(&output);
    assert!(output.status.success(), "{summary:#}");
    assert_eq!(summary["devices"], 250);
    for key in ["wake_all_ms", "repark_ms"] {
        assert_eq!(summary[key].as_array().unwrap().len(), 3, "{summary:#}");
    }
    assert!(
        summary["pss_kib_fixed"].as_f64() > Some(1000.0),
        "{summary:#}"
    );
}
