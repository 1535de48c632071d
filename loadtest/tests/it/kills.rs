//! A service that is killed again and again.

use std::process::Command;

use serde_json::Value;

use crate::support::directpush;

#[test]
fn a_service_that_is_killed_loses_nothing_and_doubles_nothing() {
    let output = Command::new(env!("CARGO_BIN_EXE_directpush-loadtest"))
        .args(["kills", "--kills", "15", "--devices", "6", "--directpush"])
        .arg(directpush())
        .output()
        .unwrap();
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(output.status.success(), "{summary:#}");
    assert_eq!(summary["event"], "kills");
    assert_eq!(summary["wrong"], Value::Array(Vec::new()));
    // Otherwise nothing was tried.
    let count = |what: &str| summary["changes"][what].as_u64().unwrap_or(0);
    for what in [
        "delivered",
        "marked in the folder",
        "marked on a phone",
        "deleted on a phone",
    ] {
        assert!(count(what) > 0, "{what}: {summary:#}");
    }
    assert!(summary["cut"]["Sync Cut"].as_u64() > Some(0), "{summary:#}");
}
