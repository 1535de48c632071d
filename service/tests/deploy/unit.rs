//! The systemd unit.

use std::process::Command;

use crate::tools::{checked, text};

/// The highest exposure, as `systemd-analyze security` counts it (10: unprotected).
const EXPOSURE_MAX: f64 = 2.0;

#[test]
fn the_unit_is_valid_and_hardened() {
    let program = env!("CARGO_BIN_EXE_directpush");
    let unit = text("deploy/systemd/directpush.service");
    assert!(unit.contains("ExecStart=/usr/bin/directpush serve --config "));
    let unit = unit
        .replace("/usr/bin/directpush", program)
        .replace("User=directpush", "User=nobody")
        .replace("Group=directpush", "Group=nogroup");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directpush.service");
    std::fs::write(&path, unit).unwrap();
    let analyze = |what: &[&str]| {
        let mut command = Command::new("systemd-analyze");
        command.args(what).arg(&path);
        checked(&mut command, "systemd")
    };
    analyze(&["verify", "--man=no"]);
    let said = analyze(&["security", "--offline=true", "--no-pager"]);
    let exposure = said.split("directpush.service: ").nth(1);
    let exposure = exposure.and_then(|rest| rest.split_whitespace().next());
    let exposure: f64 = exposure.unwrap().parse().unwrap();
    assert!(exposure <= EXPOSURE_MAX, "{said}");
}
