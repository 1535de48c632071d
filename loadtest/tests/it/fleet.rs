//! A small fleet against the demo's service.

use std::process::Command;

use serde_json::Value;

use crate::support::directpush;

fn loadtest(arguments: &[&str]) -> (bool, Vec<Value>) {
    let output = Command::new(env!("CARGO_BIN_EXE_directpush-loadtest"))
        .args(arguments)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let objects = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    if !output.status.success() {
        eprintln!("{}", String::from_utf8_lossy(&output.stderr));
    }
    (output.status.success(), objects)
}

#[test]
fn ten_phones_are_told_every_one_of_a_hundred_changes_once() {
    let program = directpush().to_str().unwrap();
    let (balanced, objects) = loadtest(&[
        "smoke",
        "--directpush",
        program,
        "--devices",
        "10",
        "--changes",
        "100",
        "--json",
    ]);
    let summary = objects.last().expect("a summary");
    assert!(balanced, "{summary}");
    assert_eq!(summary["event"], "summary");
    assert_eq!(summary["balanced"], true);
    for (key, value) in [
        ("devices", 10),
        ("changes", 100),
        ("expected", 1000),
        ("lost", 0),
        ("doubled", 0),
        ("unexpected", 0),
        ("restarts", 0),
        ("stopped", 0),
    ] {
        assert_eq!(summary[key], value, "{key}: {summary}");
    }
    for key in ["p50", "p99", "max"] {
        assert!(summary["push_ms"][key].is_number(), "{key}: {summary}");
    }
}

#[test]
fn a_server_that_is_not_there_is_no_success() {
    let maildir = tempfile::tempdir().unwrap();
    let (balanced, objects) = loadtest(&[
        "fleet",
        "--url",
        "http://127.0.0.1:1",
        "--user",
        "u",
        "--password",
        "p",
        "--maildir",
        maildir.path().to_str().unwrap(),
        "--devices",
        "1",
        "--patience-s",
        "1",
        "--json",
    ]);
    assert!(!balanced && objects.is_empty());
}
